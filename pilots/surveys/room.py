"""The door plate: questions to a group whose answers nobody can be told by."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Noun, Room, Scheduled


class SurveysPermission(StrEnum):
    INSTRUMENTS = "instruments.manage"


ROOM = Room(
    permissions=SurveysPermission,
    nouns=(
        Noun("survey", _("Questions to a group"), page=None, reference="surveyround"),
        Noun("instrument", _("Instruments"), page=None),
    ),
    scheduled=(Scheduled("close_due", seconds=300),),
    domain=("scoring", "library"),
)
