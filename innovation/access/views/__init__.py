"""Pages of letting people in and out."""
