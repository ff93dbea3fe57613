"""The door plate: whose work a pilot changes, and how that change is prepared."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room, Scheduled

ROOM = Room(
    nouns=(
        Noun("champion", _("Champions"), page="pilots:champion"),
        Noun("group", _("Groups affected"), page="pilots:group", reference="affectedgroup"),
        Noun("training", _("Training"), page="pilots:training", reference="trainingsession"),
        Noun("wave", _("Waves"), page="pilots:wave"),
    ),
    panels=(
        Fills("pilot", by="of_pilot", order=18),
        Fills("charter", by="of_charter", order=18),
        Fills("waiting", by="waiting", order=13),
    ),
    # Days pass, and what was learned runs out.
    scheduled=(Scheduled("tell_of_refreshers", seconds=3600),),
    domain=("nasss", "barriers", "heat"),
)
