"""Needs as others read them: in words, and as JSON."""
