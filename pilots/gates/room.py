"""The door plate: decisions at gates."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, NewsKind, Noun, Room


class GatesPermission(StrEnum):
    DECIDE_OUTCOMES = "outcomes.decide"


ROOM = Room(
    permissions=GatesPermission,
    nouns=(Noun("gate", _("Gates"), page="pilots:gate-decide", reference="gatereview"),),
    panels=(
        Fills("waiting", by="waiting", order=20),
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
            _("A pilot asks you for people and money, or for a decision on its outcome."),
            order=10,
        ),
    ),
    domain=("comparisons", "protocol", "recommendation"),
)
