"""What an outcome is decided on: what was agreed, how each metric reads, what the rule says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from pilots.evidence import queries as evidence
from pilots.evidence.queries import Reading
from pilots.gates import marks, protocol, recommendation
from pilots.gates.marks import OutcomeMarks
from pilots.gates.models import GateReview
from pilots.gates.recommendation import Recommendation
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus
from pilots.metrics.models import MetricRole
from pilots.scaling import queries as scaling

# While a pilot is one of these, its rule says something of it.
JUDGED = (PilotStatus.RUNNING, PilotStatus.PAUSED, PilotStatus.EVALUATING)


def changed_since_approval(
    pilot: Pilot, *, at: datetime, seen_by: User | None = None
) -> list[protocol.ProtocolChange]:
    """What is not as it was agreed when the resources were approved."""
    agreed = protocol.agreed_on(pilot)
    if agreed is None:
        return []
    metrics = [one.metric for one in evidence.readings_of(pilot, at)]
    return protocol.changes(pilot, agreed, metrics, seen_by=seen_by)


def readings_in_order(pilot: Pilot, *, at: datetime) -> list[Reading]:
    """Each metric of the pilot as it reads now: the primary first, then the guardrails."""
    found = evidence.readings_of(pilot, at)
    return sorted(
        found,
        key=lambda one: (evidence.ROLES_IN_ORDER.index(MetricRole(one.metric.role)), one.metric.pk),
    )


@dataclass(frozen=True)
class OutcomeGround:
    """On what an outcome is decided, read once: what was agreed, and each metric as it reads now."""

    agreed: Mapping[str, Any] | None
    readings: list[Reading]


def ground_of(pilot: Pilot, *, at: datetime) -> OutcomeGround:
    return OutcomeGround(protocol.agreed_on(pilot), readings_in_order(pilot, at=at))


def recommendation_of(
    pilot: Pilot, on: OutcomeGround | None = None, *, at: datetime
) -> Recommendation | None:
    """What the agreed rule says of a pilot that went live; None of any other, and where no primary
    metric says whether it worked."""
    if pilot.went_live_on is None or pilot.status not in JUDGED:
        return None
    on = on or ground_of(pilot, at=at)
    alarmed = pilot.alarms.open().order_by("pk").values_list("metric__name", flat=True)
    return recommendation.recommend(
        recommendation.rule_of(pilot, on.agreed),
        on.readings,
        alarmed=list(alarmed),
        live_on=pilot.went_live_on,
        ends_on=pilot.ends_on,
        today=dates.day_of(at),
    )


def marks_of(pilot: Pilot, on: OutcomeGround, *, at: datetime) -> OutcomeMarks:
    """What a decision on its outcome would be marked by now."""
    return marks.marks_now(
        recommendation.rule_of(pilot, on.agreed),
        on.readings,
        live_on=pilot.went_live_on,
        today=dates.day_of(at),
        at=at,
    )


@dataclass(frozen=True)
class OutcomeTable:
    """What lies on the table while an outcome waits: on what it is decided, what the agreed rule says of it,
    what a decision would be marked by, and the plan to scale it."""

    on: OutcomeGround
    said: Recommendation | None
    marked: OutcomeMarks
    plan: scaling.PlanState


def outcome_table(pilot: Pilot, *, at: datetime) -> OutcomeTable:
    on = ground_of(pilot, at=at)
    said, marked = recommendation_of(pilot, on, at=at), marks_of(pilot, on, at=at)
    return OutcomeTable(on, said, marked, scaling.plan_of(pilot))


def rule_of(pilot: Pilot, approved: GateReview | None) -> recommendation.OutcomeRule:
    """The rule of its outcome, as it was frozen with this approval, or as the charter says now."""
    agreed = None if approved is None else approved.known.get("protocol")
    return recommendation.rule_of(pilot, agreed)


def is_shown(readings: Iterable[Reading]) -> bool:
    """Whether the primary metric says that it worked."""
    return any(
        one.metric.role == MetricRole.PRIMARY and one.verdict in recommendation.SHOWN
        for one in readings
    )


def marked(pilot: Pilot) -> list[GateReview]:
    """Its outcomes that bear a mark, the last one first."""
    return list(
        GateReview.objects.filter(pilot=pilot).marked().select_related("decided_by", "decided_for")
    )


@dataclass(frozen=True)
class ExpectedAndMeasured:
    """One metric: what was said it would show, beside what it shows."""

    name: str
    role: str
    said: str
    level: str
    interval: str
    verdict: str
    sentence: str
    url: str


def expected_and_measured(reading: Reading) -> ExpectedAndMeasured:
    metric, figures = reading.metric, reading.figures
    said = ""
    if metric.role == MetricRole.GUARDRAIL and metric.limit is not None:
        said = _("limit %(level)s") % {"level": figures.planned(metric.limit)}
    elif metric.target is not None:
        said = _("target %(level)s") % {"level": figures.planned(metric.target)}
    return ExpectedAndMeasured(
        name=metric.name,
        role=str(metric.get_role_display()),
        said=said,
        level=reading.written_level if reading.level_now is not None else "",
        interval=reading.interval,
        verdict=reading.verdict,
        sentence=reading.sentence,
        url=reverse("pilots:metric-detail", args=[metric.pk]),
    )
