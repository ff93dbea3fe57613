"""The verbs: being found, keeping the list of skills, calling for help and answering."""

from innovation.talent.actions.calls import (
    accept,
    ask,
    close,
    decline,
    offer,
    take_back,
)
from innovation.talent.actions.profiles import hide, show
from innovation.talent.actions.skills import add_skill, retire_skill

__all__ = [
    "accept",
    "add_skill",
    "ask",
    "close",
    "decline",
    "hide",
    "offer",
    "retire_skill",
    "show",
    "take_back",
]
