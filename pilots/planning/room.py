"""The door plate: whether a pilot's plan can be answered, and which metrics its stakeholders chose."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room, Scheduled

ROOM = Room(
    nouns=(Noun("panel", _("Metric panels"), page="pilots:metric-panel", reference="metricpanel"),),
    panels=(
        Fills("earned", by="skills_earned"),
        Fills("pilot", by="of_pilot", order=-5),
        Fills("charter", by="of_charter"),
        Fills("evidence-end", by="way_to_the_planner", order=20),
        Fills("waiting", by="ratings_waiting", order=40),
    ),
    scheduled=(
        # What was asked for is worked out at once; this makes up for a message that was lost.
        Scheduled("work_out_asked", seconds=120),
    ),
    domain=("agreement", "baselines", "forecast", "simulation", "sites", "wording"),
)
