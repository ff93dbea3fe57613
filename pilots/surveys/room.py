"""The door plate: questions to a group whose answers nobody can be told by."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, Noun, Room, Scheduled


class SurveysPermission(StrEnum):
    INSTRUMENTS = "instruments.manage"


ROOM = Room(
    permissions=SurveysPermission,
    nouns=(
        Noun("survey", _("Questions to a group"), page="pilots:survey", reference="surveyround"),
        Noun("instrument", _("Instruments"), page="pilots:instrument"),
    ),
    navigation=(
        Entry(
            _("Instruments"),
            "pilots:instruments",
            "log",
            order=77,
            permissions=(SurveysPermission.INSTRUMENTS,),
        ),
    ),
    panels=(
        Fills("pilot", by="of_pilot", order=19),
        Fills("waiting", by="waiting", order=34),
    ),
    scheduled=(Scheduled("close_due", seconds=300),),
    domain=("scoring", "library", "links", "own_numbers"),
)
