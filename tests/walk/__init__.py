"""`python3 dev.py walk`: what docs/operations.md prints, typed as it stands into an empty Debian."""
