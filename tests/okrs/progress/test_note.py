"""What stands under a key result's title."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from okrs.alignment import actions as alignment
from okrs.alignment.models import Measure
from okrs.progress import presenters, queries
from pilots.evidence import queries as evidence
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric, MetricVersion
from tests.factories.cast import NOW, Cast
from tests.factories.goals import make_contribution
from tests.factories.pilots import make_metric, observe
from tests.present import present

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
    return presenters.row(found[key_result.pk]).note


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


def test_another_metric_in_the_place_of_the_first_leaves_a_mark_whoever_did_it(
    measured: Metric, cast: Cast
) -> None:
    """What had not moved was measured by something that had, and the review said nothing."""
    key_result = Measure.objects.get(metric=measured).key_result
    easier = make_metric(cast, present(measured.pilot), role="secondary", name="Clicks per note")
    observe(easier, since=NOW.date() - timedelta(weeks=20), weeks=16)
    alignment.measure(key_result, metric=measured, by=cast.amara, at=NOW)
    assert not key_result.exchanges.exists()
    alignment.measure(key_result, metric=easier, by=cast.amara, at=NOW)
    said = (
        f"measured by Clicks per note instead of {measured.name} since 23 November,"
        f" by {cast.amara.name}"
    )
    assert said in note(easier, cast)
    Measure.objects.filter(key_result=key_result).update(metric=measured)
    assert "by somebody in the database" in note(measured, cast)
    assert [(one.metric, one.by) for one in key_result.exchanges.all()] == [
        (easier, cast.amara),
        (measured, None),
    ]
    with pytest.raises(DatabaseError, match="okrs_measureexchange"), transaction.atomic():
        key_result.exchanges.all().delete()


def test_an_exchange_before_the_cycle_began_is_how_it_was_set(measured: Metric, cast: Cast) -> None:
    key_result = Measure.objects.get(metric=measured).key_result
    easier = make_metric(cast, present(measured.pilot), role="secondary", name="Clicks per note")
    early = NOW.replace(month=9)
    alignment.measure(key_result, metric=easier, by=cast.amara, at=early)
    alignment.measure(key_result, metric=measured, by=cast.amara, at=early)
    assert "instead of" not in note(measured, cast)
