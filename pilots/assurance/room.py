"""The door plate: what a pilot has to show before it starts, and the people who look at it."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, NewsKind, Noun, Room


class AssurancePermission(StrEnum):
    READ = "assurance.read"
    REVIEW_SECURITY = "assurance.security"
    REVIEW_SAFETY = "assurance.safety"
    REVIEW_DATA_AI = "assurance.data_ai"
    REVIEW_OPERATIONS = "assurance.operations"


ROOM = Room(
    permissions=AssurancePermission,
    navigation=(
        Entry(
            _("Assurance"),
            "pilots:assessment-list",
            "shield",
            order=55,
            permissions=(AssurancePermission.READ,),
        ),
    ),
    nouns=(
        Noun("assessment", _("Assurance reviews"), page="pilots:assessment-detail"),
        Noun("product", _("Products"), page="pilots:product-detail"),
    ),
    panels=(
        Fills("earned", by="skills_earned"),
        Fills("waiting", by="waiting", order=25),
        Fills("pilot", by="of_pilot", order=-8),
    ),
    news=(
        NewsKind(
            "assurance",
            _("Assurance reviews"),
            _("A pilot waits for your review, or what you gave for one was asked back."),
            order=15,
        ),
    ),
    domain=("areas", "file_kinds", "model_card", "packs", "redactions", "wording"),
)
