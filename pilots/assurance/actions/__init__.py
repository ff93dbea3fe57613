"""The verbs of this room: evidence is given, reviews are done, products change."""

from pilots.assurance.actions.cards import import_card, register_from_card
from pilots.assurance.actions.conditions import (
    meet_condition,
    report_condition,
    return_condition,
    set_condition,
)
from pilots.assurance.actions.evidence import GivenEvidence, attest, give
from pilots.assurance.actions.opinions import answer_opinion, ask_opinion
from pilots.assurance.actions.products import (
    change_version,
    name_product,
    open_again,
    register_product,
)
from pilots.assurance.actions.reviewing import (
    GivenVerdict,
    conclude,
    declare_conflict,
    hand_over,
    judge,
    take,
)

__all__ = [
    "GivenEvidence",
    "GivenVerdict",
    "answer_opinion",
    "ask_opinion",
    "attest",
    "change_version",
    "conclude",
    "declare_conflict",
    "give",
    "hand_over",
    "import_card",
    "judge",
    "meet_condition",
    "name_product",
    "open_again",
    "register_from_card",
    "register_product",
    "report_condition",
    "return_condition",
    "set_condition",
    "take",
]
