"""The tests mirror the tree; `python3 dev.py test` runs all of them."""
