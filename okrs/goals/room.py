"""The door plate: objectives and key results."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room


class GoalsPermission(StrEnum):
    READ = "goals.read"
    MANAGE = "goals.manage"


ROOM = Room(
    permissions=GoalsPermission,
    panels=(Fills("handover", by="to_hand_over", order=30),),
    nouns=(
        Noun("cycle", _("Cycles"), page=None),
        Noun("objective", _("Objectives"), page="okrs:objective-detail"),
        Noun("key_result", _("Key results"), page=None, reference="keyresult"),
    ),
)
