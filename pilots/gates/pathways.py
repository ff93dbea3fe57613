"""What each pathway asks of its gates beside their checks, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pilots.lifecycle.models import Pathway


@dataclass(frozen=True)
class PathwayTerms:
    """`together_up_to`: up to this amount one decision gives the resources and lets it start; nothing
    where the start is always a decision by itself."""

    together_up_to: Decimal | None = None


# Where care changes, what was prepared is looked at before it meets the first patient.
TERMS = {
    Pathway.EFFICIENCY: PathwayTerms(together_up_to=Decimal(25_000)),
    Pathway.CLINICAL_WORKFLOW: PathwayTerms(),
    Pathway.DECISION_SUPPORT: PathwayTerms(),
    Pathway.DEVICE: PathwayTerms(),
}


def terms_of(pathway: str) -> PathwayTerms:
    return TERMS[Pathway(pathway)] if pathway else PathwayTerms()
