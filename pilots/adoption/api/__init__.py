"""Planned change for programs."""
