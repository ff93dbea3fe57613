"""The door plate: what a pilot is to have reached by when."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room

ROOM = Room(
    nouns=(Noun("milestone", _("Milestones"), page="pilots:milestone"),),
    panels=(
        Fills("earned", by="skills_earned"),
        Fills("pilot", by="of_pilot", order=20),
        Fills("charter", by="of_charter", order=20),
        Fills("waiting", by="waiting", order=33),
    ),
)
