"""Readings of many metrics: constant in queries, kept by data version, right in each."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pilots.evidence import queries
from pilots.evidence.numbers import answers
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric, MetricVersion, Observation
from pilots.metrics.queries import freshness, series_of
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.present import present

pytestmark = pytest.mark.django_db
START = date(2026, 1, 5)


def measured(cast: Cast, pilot: Pilot, *, weeks: int = 30, **fields: Any) -> Metric:
    usual = {"role": "secondary", "pull_from": START, "baseline_from": None, "baseline_until": None}
    metric = make.make_metric(cast, pilot, **{**usual, **fields})
    make.observe(metric, since=START, weeks=weeks)
    return metric


def fetched() -> list[Metric]:
    return list(Metric.objects.select_related("pilot", "source").order_by("pk"))


def test_readings_take_the_same_number_of_queries_for_one_and_for_many(
    cast: Cast, pilot: Pilot
) -> None:
    counts = []
    for n in (1, 12):
        for _more in range(n):
            measured(cast, pilot)
        metrics = fetched()
        queries._known.clear()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            readings = queries.readings(metrics, NOW)
            assert all(one.sentence and one.verdict for one in readings.values())
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 4


def test_a_reading_is_worked_out_once_until_its_data_changes(
    cast: Cast, pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    metric = measured(cast, pilot)
    asked = []

    def counted(series: Any, *args: Any) -> Any:
        asked.extend(series)
        return answers(series, *args)

    monkeypatch.setattr(queries, "answers", counted)
    queries._known.clear()
    said = set()
    for _again in range(3):
        [reading] = queries.readings(fetched(), NOW).values()
        said.add((reading.sentence, reading.verdict_sentence, reading.interval))
        assert reading.series.values.shape == reading.numbers.series.n.shape
    assert len(asked) == len(said) == 1
    Observation.objects.filter(metric=metric, period=START).update(value=Decimal(99))
    Metric.objects.update(data_version=1)
    [reading] = queries.readings(fetched(), NOW).values()
    assert len(asked) == 2
    assert reading.series.values[0] == 99
    Metric.objects.update(target=Decimal(12))  # the plan is part of the question
    queries.readings(fetched(), NOW)
    assert len(asked) == 3
    assert len(queries._known._answers) == 1, "what was known before is not kept"


def test_series_of_fills_missing_periods_with_gaps(cast: Cast, pilot: Pilot) -> None:
    metric = measured(cast, pilot, weeks=5)
    Observation.objects.filter(metric=metric, period=START + timedelta(weeks=2)).delete()
    line = series_of([metric])[metric.pk]
    assert len(line) == 5
    assert line.known == 4
    assert line.periods[2] == START + timedelta(weeks=2)
    assert line.last_period == START + timedelta(weeks=4)
    assert series_of([]) == {}


def test_series_of_leaves_out_what_lies_before_the_first_day_wanted(
    cast: Cast, pilot: Pilot
) -> None:
    metric = measured(cast, pilot, weeks=10, pull_from=START + timedelta(weeks=4))
    assert series_of([metric])[metric.pk].known == 6


def test_verdicts_let_harm_speak_first_then_the_most_important_metric(
    cast: Cast, pilot: Pilot
) -> None:
    # went_live_on is no status: the engine's trigger lets it pass.
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=START + timedelta(weeks=20))
    pilot.refresh_from_db()
    better = measured(cast, pilot, dimension="workflow", role="primary")
    flat = measured(cast, pilot, dimension="workflow")
    harmed = measured(cast, pilot, dimension="safety")
    for metric, shift in ((better, -5), (harmed, 5)):
        for one in metric.observations.filter(period__gte=START + timedelta(weeks=20)):
            metric.observations.filter(period=one.period).update(value=present(one.value) + shift)
    measured(cast, pilot, dimension="equity", weeks=0)
    found = {v.dimension: v for v in queries.verdicts(pilot, NOW)}
    assert {name: verdict.verdict for name, verdict in found.items()} == {
        "safety": "harm",
        "workflow": "better",
        "equity": "no_data",
    }
    assert found["workflow"].metric == better
    assert flat.pk != better.pk
    assert "lower" in found["workflow"].sentence


@pytest.mark.parametrize(("weeks", "word"), [(0, "never"), (30, "late"), (46, "fresh")])
def test_freshness_says_how_far_a_metric_may_be_leant_on(
    cast: Cast, pilot: Pilot, weeks: int, word: str
) -> None:
    metric = measured(cast, pilot, weeks=weeks, source=make.make_source(cast, kind="rest_json"))
    metric.pulls.create(
        requested_at=NOW, started_at=NOW, finished_at=NOW, status="done",
        window_start=START, window_end=START,
    )  # fmt: skip
    assert freshness(metric, NOW).state == word


def test_freshness_of_a_pull_that_does_not_come_back_is_stuck(cast: Cast, pilot: Pilot) -> None:
    metric = measured(cast, pilot, weeks=46)
    metric.pulls.create(
        requested_at=NOW - timedelta(hours=2), source=metric.source, window_start=START,
        window_end=START,
    )  # fmt: skip
    fresh = freshness(metric, NOW)
    assert fresh.state == "stuck"
    assert fresh.troubled
    assert "began 2 hours ago" in fresh.sentence


@pytest.mark.parametrize("meant", ["a" * 64, ""], ids=["kept", "from before it was kept"])
def test_numbers_of_two_definitions_are_told_apart_from_versions_that_count_the_same(
    cast: Cast, pilot: Pilot, meant: str
) -> None:
    """A source that no longer gives what was before a change leaves the former definition's numbers."""
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=START + timedelta(weeks=20))
    pilot.refresh_from_db()
    metric = measured(cast, pilot, role="primary", version=3)
    metric.observations.filter(period__gte=START + timedelta(weeks=20)).update(value=8)
    counted = {"definition": "Minutes ÷ visits", "by": cast.jonas, "metric": metric, "at": NOW}
    one, other = {"a": 2, "b": 1}, {"a": 9}
    MetricVersion.objects.create(
        number=1, binding=one, source_name="Reports", meaning=meant, **counted
    )
    # The source was renamed, and what is known of its steadiness was changed.
    MetricVersion.objects.create(
        number=2, binding=one, source_name="Report", meaning=meant, reason="It is.", **counted
    )
    MetricVersion.objects.create(
        number=3, binding=other, source_name="Report", meaning=meant and "b" * 64, reason="Drafts.",
        **counted,
    )  # fmt: skip
    before = metric.observations.filter(period__lt=START + timedelta(weeks=20))

    def verdict_where_before_is(version: int, since: int) -> str:
        metric.observations.update(version=since)
        before.update(version=version)
        queries._known.clear()
        return queries.reading(fetched()[0], NOW).verdict

    assert verdict_where_before_is(1, 2) == "better"  # what was known of its steadiness changed
    assert verdict_where_before_is(1, 3) == "inconclusive"
    assert verdict_where_before_is(3, 3) == "better"
    said = queries.reading(fetched()[0], NOW).verdict_sentence
    assert "it was locked: Drafts. Its plan" in said  # a later reason hides none of the earlier
    assert "it was locked: It is." in said
