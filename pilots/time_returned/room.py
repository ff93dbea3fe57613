"""The door plate: hours given back by what pilots try, as measured, and where they went."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, Noun, Room, Scheduled
from pilots.lifecycle.room import PilotsPermission

ROOM = Room(
    navigation=(
        Entry(
            _("Hours given back"),
            "pilots:time-account",
            "clock",
            order=88,
            permissions=(PilotsPermission.READ,),
        ),
    ),
    nouns=(Noun("touch_question", _("Questions to people"), page=None, reference="touchquestion"),),
    panels=(
        Fills("pilot", by="of_pilot", order=-9),
        Fills("gate", by="of_gate", order=-3),
        Fills("waiting", by="waiting", order=37),
    ),
    # Numbers come in by night and a plan changes seldom.
    scheduled=(Scheduled("make_up", seconds=900),),
    domain=("account",),
)
