"""The verbs of this room: evidence is given, reviews are done, products change."""

from pilots.assurance.actions.evidence import GivenEvidence, attest, give
from pilots.assurance.actions.products import change_version, name_product, register_product
from pilots.assurance.actions.reviewing import (
    GivenVerdict,
    conclude,
    declare_conflict,
    hand_over,
    judge,
    meet_condition,
    set_condition,
    take,
)

__all__ = [
    "GivenEvidence",
    "GivenVerdict",
    "attest",
    "change_version",
    "conclude",
    "declare_conflict",
    "give",
    "hand_over",
    "judge",
    "meet_condition",
    "name_product",
    "register_product",
    "set_condition",
    "take",
]
