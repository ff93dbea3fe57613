"""Whose work a pilot changes, and how that change is prepared."""

from pilots.adoption.models.champions import Champion, ChampionAnswer, ChampionQuerySet
from pilots.adoption.models.groups import AffectedGroup, GroupQuerySet

__all__ = ["AffectedGroup", "Champion", "ChampionAnswer", "ChampionQuerySet", "GroupQuerySet"]
