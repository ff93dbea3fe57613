"""The door plate: somebody who decides lets another decide for a while, within limits."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room

ROOM = Room(
    nouns=(Noun("delegation", _("Delegations"), page="pilots:delegation-detail"),),
    panels=(
        Fills("waiting", by="asked", order=10),
        Fills("profile", by="of_person", order=10),
        Fills("people-tabs", by="tabs_of_people", order=10),
    ),
    domain=("rights",),
)
