"""What people send: from pages, and as JSON."""
