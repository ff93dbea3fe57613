"""The pages of reviews and products."""

from pilots.assurance.views.products import (
    card_of_product,
    change_version,
    name_product,
    product,
    product_list,
    register_from_card,
    register_product,
)
from pilots.assurance.views.reviewing import (
    ask_opinion,
    assessment,
    assessment_list,
    conclude,
    declare_conflict,
    hand_over,
    meet_condition,
    report_condition,
    second_opinion,
    set_condition,
    take,
)
from pilots.assurance.views.team import attest, evidence_file, give_evidence, reviews

__all__ = [
    "ask_opinion",
    "assessment",
    "assessment_list",
    "attest",
    "card_of_product",
    "change_version",
    "conclude",
    "declare_conflict",
    "evidence_file",
    "give_evidence",
    "hand_over",
    "meet_condition",
    "name_product",
    "product",
    "product_list",
    "register_from_card",
    "register_product",
    "report_condition",
    "reviews",
    "second_opinion",
    "set_condition",
    "take",
]
