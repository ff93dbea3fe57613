"""The door plate: what could happen to a pilot, what is done about it, and when somebody looks again."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room

ROOM = Room(
    nouns=(Noun("risk", _("Risks"), page="pilots:risk", reference="pilotrisk"),),
    panels=(
        Fills("earned", by="skills_earned"),
        Fills("pilot", by="of_pilot", order=22),
        Fills("gate", by="of_gate", order=-3),
        Fills("waiting", by="waiting", order=34),
    ),
    domain=("rating",),
)
