"""The door plate: what could go wrong in a pilot, what is done about it, and who signed that it is enough."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room, Scheduled

ROOM = Room(
    nouns=(Noun("hazard", _("Hazards"), page="pilots:hazard-detail"),),
    panels=(
        Fills("earned", by="skills_earned"),
        Fills("pilot", by="of_pilot", order=-14),
        Fills("gate", by="of_gate", order=-2),
        Fills("incident", by="of_incident"),
        Fills("waiting", by="waiting", order=-5),
    ),
    # Whether what watches a hazard speaks.
    scheduled=(Scheduled("reopen", seconds=900),),
    domain=("catalogue", "document", "matrix", "redactions"),
)
