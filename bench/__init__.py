"""Benchmarks: one line a figure, with its floor measured in the same run. Not timed tests."""
