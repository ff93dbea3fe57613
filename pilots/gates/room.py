"""The door plate: decisions at gates."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, NewsKind, Noun, Room, Scheduled


class GatesPermission(StrEnum):
    DECIDE_OUTCOMES = "outcomes.decide"
    DECIDE_GO_LIVE = "go_live.decide"


ROOM = Room(
    permissions=GatesPermission,
    nouns=(
        Noun("gate", _("Gates"), page="pilots:gate-decide", reference="gatereview"),
        Noun("dissent", _("Concerns"), page=None),
        Noun("condition", _("Conditions"), page="pilots:gate-condition", reference="gatecondition"),
    ),
    panels=(
        Fills("earned", by="skills_earned"),
        Fills("decision-waits", by="decision_waits"),
        Fills("waiting", by="waiting", order=20),
        Fills("waiting", by="conditions_waiting", order=25),
        Fills("waiting", by="nobody_left_waiting", order=15),
        Fills("waiting", by="late_answers_waiting", order=16),
        Fills("pilot", by="answer_of_pilot", order=-27),
        Fills("assurance", by="answers_promised"),
        Fills("pilot", by="conditions_of_pilot", order=-25),
        Fills("pilot", by="changes_of_the_protocol", order=-15),
        Fills("pilot", by="rule_of_the_outcome", order=-16),
        Fills("evidence", by="promised", order=-20),
        Fills("evidence", by="rule_of_the_outcome", order=-10),
        Fills("evidence", by="changes_of_the_protocol", order=-15),
        Fills("evidence-end", by="decisions", order=10),
    ),
    news=(
        NewsKind(
            "decisions",
            _("Decisions that wait for you"),
            _(
                "A pilot asks you for people and money, to go live, or for a decision on its outcome; or"
                " for what it was approved under."
            ),
            order=10,
        ),
    ),
    scheduled=(
        # Accounts close, roles end and teams change without asking what waits for whom.
        Scheduled("look_for_deciders", seconds=300),
    ),
    domain=(
        "comparisons",
        "marks",
        "pathways",
        "promises",
        "protocol",
        "recommendation",
        "redactions",
    ),
)
