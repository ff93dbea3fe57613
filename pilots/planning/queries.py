"""Reads of plans and of metric panels: what is foreseen, from which data, and how far people agree."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Q

from innovation.people.models import User, UserQuerySet
from innovation.rules import dates
from pilots.evidence.compared import ComparedSites, sites_of
from pilots.evidence.queries import ROLES_IN_ORDER, question
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.metrics.figures import Figures, figures
from pilots.metrics.models import Direction, Metric, MetricRole, Observation
from pilots.planning import wording
from pilots.planning.agreement import Agreed, Agreement, agreement
from pilots.planning.forecast import METHOD, USUAL, Forecast, PlanAsked
from pilots.planning.models import (
    PLANNED,
    MetricPanel,
    PanelCandidate,
    PanelRating,
    PowerForecast,
)
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL

# Whoever asked waits no longer than this before it may be asked for again.
PATIENCE = timedelta(minutes=3)


@dataclass(frozen=True, eq=False)
class PlannedMetric:
    """One metric's plan: what is asked of it, what was found, and whether that is of today's data and plan.

    `points`: numbers in its baseline, where they had to be counted.
    """

    metric: Metric
    asked: PlanAsked
    row: PowerForecast | None
    at: datetime
    points: int = MIN_POINTS_OF_A_LEVEL

    @cached_property
    def found(self) -> Forecast | None:
        if self.row is None or not self.row.found:
            return None
        return Forecast(**self.row.found)

    @property
    def stale(self) -> bool:
        """Whether it was made from other data or another plan than there is now."""
        row, pilot = self.row, self.metric.pilot
        if row is None or row.made_at is None or pilot is None or not is_planned(pilot):
            return False
        return row.made_of != fingerprint(self.metric, self.asked)

    @property
    def behind(self) -> bool:
        """Whether there are other numbers than those that it was made from; it is renewed by itself."""
        held = None if self.row is None else self.row.made_from.get("data_version")
        return self.stale and held != self.metric.data_version

    @property
    def to_count(self) -> bool:
        """Whether nobody knows how many numbers its baseline has by now."""
        row = self.row
        return row is None or (not row.found and (row.made_at is None or self.stale))

    @property
    def waits(self) -> bool:
        """Whether it is being worked out."""
        row = self.row
        if row is None or (row.made_at is not None and row.made_at >= row.asked_at):
            return False
        return self.at - row.asked_at < PATIENCE

    @property
    def needs_work(self) -> bool:
        made = self.row is not None and self.row.made_at is not None
        return (not made or self.stale) and not self.waits and self.points >= MIN_POINTS_OF_A_LEVEL

    @property
    def lacks_points(self) -> bool:
        """Whether its baseline has to be pulled first."""
        refused = {} if self.row is None or self.to_count else self.row.refused
        return self.points < MIN_POINTS_OF_A_LEVEL or refused.get("code") == "few_points"

    @property
    def made_at(self) -> datetime | None:
        return None if self.row is None else self.row.made_at

    @property
    def guardrail(self) -> bool:
        return self.asked.guardrail

    @cached_property
    def figures(self) -> Figures:
        level = None if self.found is None else self.found.level
        return figures(self.metric, level)

    @cached_property
    def sentence(self) -> str:
        """Whether it can be answered by the planned end, or what keeps that from being said."""
        cadence = self.metric.cadence
        if self.found is not None:
            if self.guardrail:
                return wording.harm(self.found, self.figures, cadence)
            return wording.answer(self.found, cadence=cadence, steady=self.asked.question.steady)
        if self.points < MIN_POINTS_OF_A_LEVEL:
            return wording.no_points(self.points)
        if self.row is not None and self.row.refused and not self.to_count:
            return wording.refusal(self.row.refused)
        return wording.not_yet()

    @property
    def cannot(self) -> bool:
        """Whether no answer is likely by the planned end, or none can be said."""
        if self.found is None:
            return not self.waits
        if self.guardrail:
            return False
        if not self.asked.question.steady and not self.found.modelled:
            return True
        return self.found.chance is None or self.found.chance < USUAL


def planned_metrics(pilot: Pilot, at: datetime) -> list[PlannedMetric]:
    """The metrics of a pilot on which a verdict is given, the primary first, as they are planned."""
    metrics = sorted(
        (one for one in pilot.metrics.all() if one.direction != Direction.NEUTRAL),
        key=lambda one: (ROLES_IN_ORDER.index(MetricRole(one.role)), one.pk),
    )
    if not metrics:
        return []
    for metric in metrics:
        metric.pilot = pilot
    rows = {
        row.metric_id: row
        for row in PowerForecast.objects.filter(metric__in=[metric.pk for metric in metrics])
    }
    roles = [metric.role for metric in metrics]
    sites, today = len(pilot.sites.all()), dates.day_of(at)
    beside = sites_of(metrics, planned=True)
    found = [
        PlannedMetric(
            metric,
            plan_asked(metric, roles, sites=sites, today=today, beside=beside.get(metric.pk)),
            rows.get(metric.pk),
            at,
        )
        for metric in metrics
    ]
    points = _points([one.metric for one in found if one.to_count])
    return [replace(one, points=points[one.metric.pk]) if one.to_count else one for one in found]


def plan_asked(
    metric: Metric,
    roles: Sequence[str],
    *,
    sites: int,
    today: date,
    beside: ComparedSites | None = None,
) -> PlanAsked:
    """What is asked of a metric's plan; `roles` are those of its pilot's metrics, itself included."""
    pilot = metric.pilot
    assert pilot is not None
    return PlanAsked(
        question=question(metric, roles, beside),
        starts=pilot.starts_on,
        ends=pilot.ends_on,
        sites=sites,
        guardrail=metric.role == MetricRole.GUARDRAIL,
        today=today,
    )


def fingerprint(metric: Metric, asked: PlanAsked) -> str:
    """What a forecast rests on, as a hash: the data as it was last changed, the plan, and how it is worked
    out. The day is left out: it moves every day and decides nothing once the start is set."""
    plan = {**asdict(asked), "today": None}
    parts = (METHOD, metric.pk, metric.data_version, metric.version, metric.pull_from, plan)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _points(metrics: Sequence[Metric]) -> Counter[int]:
    """How many numbers each has in its planned baseline, in one query."""
    found: Counter[int] = Counter()
    if not metrics:
        return found
    inside = Q()
    for metric in metrics:
        window = Q(metric=metric, period__gte=metric.baseline_from or metric.pull_from)
        if metric.baseline_until:
            window &= Q(period__lt=metric.baseline_until)
        inside |= window
    for key in Observation.objects.filter(inside).values_list("metric_id", flat=True)[:100_000]:
        found[key] += 1
    return found


def known_answers(pilot: Pilot, at: datetime) -> list[dict[str, object]]:
    """What was foreseen of a pilot's metrics when its resources were decided, as plain JSON to keep."""
    return [
        {
            "metric": one.metric.pk,
            "name": one.metric.name,
            "role": one.metric.role,
            "sentence": one.sentence,
            "cannot": one.cannot,
            "stale": one.stale,
            "made_at": one.made_at.isoformat() if one.made_at else None,
            "chance": None if one.found is None else one.found.chance,
            "usual_at": None if one.found is None else one.found.usual_at,
            "least": None if one.found is None else one.found.least,
            "planned": one.asked.planned,
            "made_from": one.row.made_from if one.row is not None else {},
        }
        for one in planned_metrics(pilot, at)
    ]


def is_planned(pilot: Pilot) -> bool:
    """Whether it can still be made better before its first day."""
    return pilot.status in PLANNED and pilot.went_live_on is None


# Metric panels


@dataclass(frozen=True, eq=False)
class RatedCandidate:
    """One candidate with what was said of it: `own` is the reader's rating."""

    candidate: PanelCandidate
    ratings: tuple[PanelRating, ...]
    own: PanelRating | None

    @cached_property
    def agreement(self) -> Agreement:
        return agreement([rating.score for rating in self.ratings])

    @property
    def suggested(self) -> bool:
        return self.agreement.agreed is Agreed.IMPORTANT

    @property
    def comments(self) -> list[PanelRating]:
        return [rating for rating in self.ratings if rating.comment]

    @property
    def counts(self) -> list[int]:
        """How many gave each of 1 to 9."""
        given = Counter(rating.score for rating in self.ratings)
        return [given[score] for score in range(1, 10)]


def rated(panel: MetricPanel, user: User | None = None) -> list[RatedCandidate]:
    """The candidates of a panel, the one with the highest median first."""
    given: dict[int, list[PanelRating]] = defaultdict(list)
    for rating in PanelRating.objects.filter(seat__panel=panel).select_related("seat__person"):
        given[rating.candidate_id].append(rating)
    found = [
        RatedCandidate(
            candidate,
            tuple(given[candidate.pk]),
            next(
                (one for one in given[candidate.pk] if user and one.seat.person_id == user.pk), None
            ),
        )
        for candidate in panel.candidates.select_related("metric")
    ]
    return sorted(found, key=lambda one: (-(one.agreement.median or 0), one.candidate.pk))


def answered(candidates: Sequence[RatedCandidate]) -> set[int]:
    """The people who rated every candidate."""
    given = Counter(rating.seat.person_id for one in candidates for rating in one.ratings)
    return {person for person, count in given.items() if count == len(candidates)}


def is_blind(panel: MetricPanel, user: User, candidates: Sequence[RatedCandidate]) -> bool:
    """Whether this person has yet to rate, and is not to be led by what the others said."""
    invited = any(seat.person_id == user.pk for seat in panel.seats.all())
    return panel.closed_at is None and invited and user.pk not in answered(candidates)


def who_may_rate(user: User, pilot: Pilot) -> UserQuerySet:
    """Whom this person may invite: people of the units whose pilots they read, on the team or not."""
    return User.objects.visible_to(user, PilotsPermission.READ).active().order_by("name")


def last_panel(pilot: Pilot) -> MetricPanel | None:
    return MetricPanel.objects.filter(pilot=pilot).select_related("closed_by", "opened_by").first()


def to_rate(user: User) -> list[MetricPanel]:
    """Open panels in which this person has not rated every candidate."""
    found = (
        MetricPanel.objects.open()
        .filter(seats__person=user.pk)
        .select_related("pilot", "opened_by")
        .prefetch_related("candidates__ratings__seat")
    )
    return [
        panel
        for panel in found
        if any(
            all(rating.seat.person_id != user.pk for rating in candidate.ratings.all())
            for candidate in panel.candidates.all()
        )
    ]
