"""Slow, obvious second implementations of what the product computes fast."""
