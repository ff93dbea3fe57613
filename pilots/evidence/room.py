"""The door plate: what the numbers of a pilot show."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, Noun, Room, Scheduled
from pilots.metrics.room import MetricsPermission

ROOM = Room(
    navigation=(
        Entry(
            _("Metrics"),
            "pilots:metric-list",
            "metric",
            order=60,
            permissions=(MetricsPermission.READ,),
        ),
    ),
    nouns=(Noun("alarm", _("Alarms"), page="pilots:alarm-answer"),),
    panels=(
        Fills("waiting", by="alarms_waiting"),
        Fills("search", by="find_metrics"),
        Fills("pilot", by="troubles_of_pilot", order=-30),
        Fills("pilot", by="alarms_of_pilot", order=-20),
        Fills("pilot", by="metrics_of_pilot", order=-10),
    ),
    scheduled=(
        # Each metric is worked out after its pulls; this makes up for what was lost, and for plans.
        Scheduled("watch_all", seconds=900),
    ),
    domain=(
        "compared",
        "designs",
        "funnels",
        "groups",
        "guardrail_wording",
        "kept_answers",
        "known_then",
        "marks",
        "numbers",
        "page",
        "page_wording",
        "said",
        "sensitivity",
        "sibling_cards",
        "sites",
        "wording",
    ),
)
