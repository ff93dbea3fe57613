"""The door plate: decisions at gates."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room


class GatesPermission(StrEnum):
    DECIDE_OUTCOMES = "outcomes.decide"


ROOM = Room(
    permissions=GatesPermission,
    nouns=(Noun("gate", _("Gates"), page="pilots:gate-decide", reference="gatereview"),),
    panels=(Fills("waiting", by="waiting", order=20),),
)
