"""The door plate: stopping a pilot from where it runs, and what went wrong or nearly did."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, NewsKind, Noun, Room, Scheduled


class SafetyPermission(StrEnum):
    SPEAK_UP = "safety.speak_up"


ROOM = Room(
    permissions=SafetyPermission,
    navigation=(
        Entry(
            _("Safety"),
            "pilots:incident-list",
            "shield",
            order=57,
            permissions=("safety.judge",),
        ),
    ),
    nouns=(Noun("incident", _("Incidents"), page="pilots:incident-detail"),),
    panels=(
        Fills("earned", by="skills_earned"),
        Fills("pilot", by="of_pilot", order=-25),
        Fills("gate", by="of_gate", order=-3),
        Fills("waiting", by="waiting", order=-10),
    ),
    scheduled=(Scheduled("tell_again", seconds=900),),
    news=(
        NewsKind(
            "safety",
            _("Safety"),
            _("A pilot of yours was stopped where it runs, or somebody told what went wrong."),
            order=16,
        ),
    ),
    domain=("fhir", "stop_rules"),
)
