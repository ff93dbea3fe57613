"""Commands of pilots."""
