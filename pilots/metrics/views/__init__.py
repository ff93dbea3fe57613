"""The pages of sources, of what is measured, and of pulls."""
