"""The door plate: what was learned from every pilot that ended, where the next team meets it."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, Noun, Room, Scheduled
from pilots.lifecycle.room import PilotsPermission

ROOM = Room(
    navigation=(
        Entry(
            _("What was learned"),
            "pilots:learning-list",
            "log",
            order=53,
            permissions=(PilotsPermission.READ,),
        ),
    ),
    nouns=(
        Noun("learning", _("What was learned"), page="pilots:learning", reference="learningcard"),
    ),
    panels=(
        Fills("pilot-ended", by="keep_learning"),
        Fills("pilot", by="of_pilot", order=-26),
        Fills("decided", by="of_decision"),
        Fills("need", by="of_need", order=25),
        Fills("charter", by="to_read", order=-20),
        Fills("similar-need", by="while_typing", order=10),
        Fills("waiting", by="waiting", order=36),
        Fills("search", by="search", order=35),
    ),
    # Pilots that ended before cards were kept, and under a version that keeps none.
    scheduled=(Scheduled("draft_missing", seconds=3600),),
    domain=("endings",),
)
