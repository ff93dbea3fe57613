"""Pages of people, roles and units, and each person's own account."""
