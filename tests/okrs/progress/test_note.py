"""What stands under a key result's title."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from okrs.alignment import actions as alignment
from okrs.alignment.models import Measure
from okrs.progress import presenters, queries
from pilots.evidence import queries as evidence
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric, MetricVersion
from tests.factories.cast import NOW, Cast
from tests.factories.goals import make_contribution
from tests.factories.pilots import make_metric, observe

pytestmark = pytest.mark.django_db


@pytest.fixture
def measured(cast: Cast) -> Metric:
    """A guardrail of a pilot that went live four weeks ago, which measures a key result."""
    contribution = make_contribution(cast)
    pilot = contribution.pilot
    live = NOW.date() - timedelta(weeks=4)
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=live)
    pilot.refresh_from_db()
    metric = make_metric(cast, pilot, role="guardrail", limit=Decimal(20))
    observe(metric, since=NOW.date() - timedelta(weeks=20), weeks=16)
    alignment.measure(contribution.key_result, metric=metric, by=cast.amara, at=NOW)
    return metric


def note(metric: Metric, cast: Cast) -> str:
    evidence._known.clear()
    key_result = Measure.objects.get(metric=metric).key_result
    found = queries.standings([key_result], at=NOW, user=cast.amara)
    return presenters.note(found[key_result.pk])


def test_what_a_pilot_calls_harm_is_never_within_what_chance_does(
    measured: Metric, cast: Cast
) -> None:
    observe(measured, since=NOW.date() - timedelta(weeks=4), weeks=2, value=14.0)
    assert "within what chance does" in note(measured, cast)
    observe(measured, since=NOW.date() - timedelta(weeks=2), weeks=2, value=60.0)
    said = note(measured, cast)
    assert "harm signal" in said
    assert "within what chance does" not in said


def test_a_change_of_the_locked_plan_is_seen_on_the_review(measured: Metric, cast: Cast) -> None:
    observe(measured, since=NOW.date() - timedelta(weeks=4), weeks=4)
    assert "its plan was changed" not in note(measured, cast)
    Metric.objects.filter(pk=measured.pk).update(version=2)
    MetricVersion.objects.create(
        metric=measured, number=2, definition="Without drafts", binding={}, source_name="Reports",
        reason="Drafts are no notes.", at=NOW, by=cast.jonas,
    )  # fmt: skip
    assert "its plan was changed on 23 November" in note(measured, cast)
