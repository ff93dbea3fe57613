"""The pages of reviews and products."""

from pilots.assurance.views.products import (
    change_version,
    name_product,
    product,
    product_list,
    register_product,
)
from pilots.assurance.views.reviewing import (
    assessment,
    assessment_list,
    conclude,
    declare_conflict,
    hand_over,
    meet_condition,
    set_condition,
    take,
)
from pilots.assurance.views.team import attest, evidence_file, give_evidence, reviews

__all__ = [
    "assessment",
    "assessment_list",
    "attest",
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
    "register_product",
    "reviews",
    "set_condition",
    "take",
]
