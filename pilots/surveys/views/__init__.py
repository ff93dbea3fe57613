"""The pages of questions to a group."""
