"""The door plate: pilots, from shaping to a decision."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, NewsKind, Noun, Room


class PilotsPermission(StrEnum):
    READ = "pilots.read"
    OPEN = "pilots.open"
    LEAD = "pilots.lead"
    DECIDE_RESOURCES = "resources.decide"
    ANSWER_ALARMS = "alarms.answer"
    RAISE_PATHWAY = "pathway.raise"
    JUDGE_SAFETY = "safety.judge"


ROOM = Room(
    permissions=PilotsPermission,
    nouns=(Noun("pilot", _("Pilots"), page="pilots:pilot-detail"),),
    panels=(
        Fills("earned", by="skills_earned"),
        Fills("unit", by="of_unit", order=20),
        Fills("unit-in-use", by="keeps_open", order=20),
        Fills("waiting", by="waiting", order=30),
        Fills("waiting", by="blockers_waiting", order=31),
        Fills("handover", by="to_hand_over", order=10),
        Fills("need", by="of_need", order=20),
        Fills("need-aside", by="pathway_hint", order=20),
        Fills("idea", by="of_idea", order=20),
        Fills("waiting", by="advice_waiting", order=32),
        Fills("pilot", by="blockers_of_pilot", order=-6),
        Fills("pilot", by="advice_of_pilot", order=60),
        Fills("pilot", by="sites_of_pilot", order=-5),
        Fills("pilot", by="lead_of_pilot", order=40),
        Fills("search", by="search", order=30),
    ),
    news=(
        NewsKind(
            "pilots",
            _("Your pilots"),
            _(
                "What was decided on a pilot that you lead, sponsor or work on, what became of its team, and"
                " when your time is asked for."
            ),
            order=20,
        ),
    ),
    domain=("apart", "checklist", "earned", "pathway", "run_time"),
)
