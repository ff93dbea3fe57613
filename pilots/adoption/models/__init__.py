"""Whose work a pilot changes, and how that change is prepared."""

from pilots.adoption.models.groups import AffectedGroup, GroupQuerySet

__all__ = ["AffectedGroup", "GroupQuerySet"]
