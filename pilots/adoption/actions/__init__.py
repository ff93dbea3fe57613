"""The verbs of planned change."""

from pilots.adoption.actions.champions import (
    agree_as_champion,
    ask_champion,
    ask_champion_no_longer,
    decline_as_champion,
    step_down,
)
from pilots.adoption.actions.groups import change_group, name_group, remove_group

__all__ = [
    "agree_as_champion",
    "ask_champion",
    "ask_champion_no_longer",
    "change_group",
    "decline_as_champion",
    "name_group",
    "remove_group",
    "step_down",
]
