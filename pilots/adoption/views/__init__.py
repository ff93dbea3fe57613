"""The pages of planned change."""
