"""The door plate: all pilots on one page."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Room
from pilots.lifecycle.room import PilotsPermission

ROOM = Room(
    navigation=(
        Entry(
            _("Pilots"),
            "pilots:pilot-list",
            "pilot",
            order=50,
            permissions=(PilotsPermission.READ,),
        ),
    ),
)
