"""The door plate: how long what is kept of people is kept, and what becomes of it then."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room, Scheduled

ROOM = Room(
    nouns=(
        Noun("retention", _("Retention"), page=None, reference="retentionrun"),
        Noun("erasure", _("Requests to be erased"), page=None),
    ),
    panels=(
        Fills("people-tabs", by="tabs_of_people", order=30),
        Fills("person", by="asked_to_go", order=19),
        Fills("person", by="name_to_take_away", order=20),
        Fills("waiting", by="erasures_waiting", order=16),
    ),
    # Whether the day's run is done is a row; asking again changes nothing.
    scheduled=(Scheduled("keep_to_terms", seconds=1800),),
    domain=("gauges", "held", "kinds", "letters", "names"),
)
