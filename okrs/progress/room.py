"""The door plate: how far key results have come."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Room
from okrs.goals.room import GoalsPermission

ROOM = Room(
    navigation=(
        Entry(
            _("Objectives"),
            "okrs:objective-list",
            "objective",
            order=90,
            permissions=(GoalsPermission.READ,),
        ),
    ),
    domain=("scoring",),
)
