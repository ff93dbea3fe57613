"""What each pathway asks of its gates beside their checks, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from innovation.rules import dates
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pathway


@dataclass(frozen=True)
class PathwayTerms:
    """`together_up_to`: up to this amount one decision gives the resources and lets it start; nothing
    where the start is always a decision by itself. `answer_within`: so many working days after a team has
    asked for its resources, or to start, it has an answer; nothing where none is promised."""

    together_up_to: Decimal | None = None
    answer_within: int | None = None


# Where care changes, what was prepared is looked at before it meets the first patient.
TERMS = {
    Pathway.EFFICIENCY: PathwayTerms(together_up_to=Decimal(25_000), answer_within=3),
    Pathway.CLINICAL_WORKFLOW: PathwayTerms(),
    Pathway.DECISION_SUPPORT: PathwayTerms(),
    Pathway.DEVICE: PathwayTerms(),
}


def terms_of(pathway: str) -> PathwayTerms:
    return TERMS[Pathway(pathway)] if pathway else PathwayTerms()


# What stands between an idea and its first day; an outcome is nobody's fast lane.
PROMISED_AT = (Gate.RESOURCES, Gate.GO_LIVE)


def answer_by(pathway: str, gate: str, asked_on: date) -> date | None:
    """By which day whoever asks then has an answer; None where none is promised."""
    within = terms_of(pathway).answer_within
    if within is None or gate not in PROMISED_AT:
        return None
    return dates.working_days_after(asked_on, within)
