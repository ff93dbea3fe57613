"""Pilots that give hours back, of which the time of a case and the cases are known."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from innovation.people.models import User
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric, Observation
from pilots.time_returned import actions
from pilots.time_returned.actions import UseIntent
from pilots.time_returned.models import TimeDeclaration
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.remembered import remembered

LIVE = make.TODAY - timedelta(weeks=8)


@remembered
def declare(cast: Cast, pilot: Pilot, *, by: User | None = None, **said: Any) -> TimeDeclaration:
    """Its primary metric says what a case takes; the time is for getting home."""
    return actions.declare(
        pilot,
        **{
            "metric": said.get("metric") or pilot.metrics.get(role="primary"),
            "uses": [UseIntent("home", 60)],
            "is_mean": True,
            "by": by or cast.jonas,
            "at": NOW,
            **said,
        },
    )


@remembered
def observe_cases(
    metric: Metric, *, since: date, weeks: int, minutes: float, cases: int | None
) -> None:
    """One number a week, with the cases behind it."""
    Observation.objects.bulk_create(
        Observation(
            metric=metric,
            period=since + timedelta(weeks=week),
            value=Decimal(str(minutes + week % 3)),
            n=cases,
            version=1,
            pull_id=0,
            recorded_at=NOW,
        )
        for week in range(weeks)
    )


@remembered
def go_live(cast: Cast, pilot: Pilot, *, weeks: int, cases: int | None) -> Pilot:
    """A shaped pilot, live so many weeks ago on a baseline of sixteen."""
    make.serve(cast, pilot)
    at = NOW - timedelta(weeks=weeks)
    review = gates.propose(pilot, by=pilot.lead, at=at, case="Two wards are ready.")
    gates.decide_resources(review, approve=True, by=cast.amara, at=at)
    lifecycle.prepare(pilot, by=pilot.lead, at=at)
    live = make.TODAY - timedelta(weeks=weeks)
    for metric in pilot.metrics.all():
        Metric.objects.filter(pk=metric.pk).update(
            pull_from=live - timedelta(weeks=16),
            baseline_from=live - timedelta(weeks=16),
            baseline_until=live,
        )
        metric.refresh_from_db()
        observe_cases(metric, since=live - timedelta(weeks=16), weeks=16, minutes=16, cases=cases)
    assurance.pass_reviews(cast, pilot)
    make.may_go_live(cast, pilot, at=at)
    gates.go_live(pilot, on=live, by=pilot.lead, at=at)
    return pilot


@remembered
def run_with_cases(
    cast: Cast, pilot: Pilot, fund: Fund, *, since_live: int, minutes: float, cases: int
) -> Pilot:
    """A pilot that says that it gives hours back, eight weeks live, with its numbers since."""
    make.shape(cast, pilot, fund)
    declare(cast, pilot)
    go_live(cast, pilot, weeks=8, cases=cases)
    metric = pilot.metrics.get(role="primary")
    observe_cases(metric, since=LIVE, weeks=since_live, minutes=minutes, cases=cases)
    return pilot
