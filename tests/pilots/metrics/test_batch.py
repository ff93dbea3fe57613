"""A file is read once for many metrics, and each gets what it would have got alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from pilots.metrics import actions, collect
from pilots.metrics.models import Metric, Pull, PullStatus, Source
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
FIRST = date(2026, 3, 2)
MAPPING = {"date": "week", "numerator": "late", "denominator": "all", "entity_column": "ward"}


@pytest.fixture
def source(cast: Cast) -> Source:
    source = actions.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="Wards", kind="csv_upload", config=MAPPING
    )
    weeks = [FIRST + timedelta(weeks=week) for week in range(30)]
    lines = [f"{ward},{week},1,2,10" for ward in "ab" for week in weeks]
    content = "\n".join(["ward,week,late,early,all", *lines, ""])
    actions.upload_file(source, name="a.csv", content=content.encode(), by=cast.jonas, at=NOW)
    return source


def a_metric(cast: Cast, source: Source, ward: str, pull_from: date = FIRST) -> Metric:
    return actions.create_metric(
        by=cast.jonas, at=NOW, source=source, unit=cast.brigid, name=f"Late on {ward}",
        definition="late ÷ all", kind="proportion", direction="lower", dimension="workflow",
        cadence="week", binding={"entity_value": ward}, pull_from=pull_from,
    )  # fmt: skip


def run_all() -> None:
    actions.run_batch(Pull.objects.values_list("pk", flat=True), at=NOW)


def test_each_metric_is_read_from_its_own_day_on(cast: Cast, source: Source) -> None:
    since = date(2026, 8, 5)  # a Wednesday: the first whole week begins on the tenth
    both = [a_metric(cast, source, "a"), a_metric(cast, source, "b", since)]
    run_all()
    assert [metric.observations.earliest("period").period for metric in both] == [
        FIRST,
        date(2026, 8, 10),
    ]


def test_what_was_asked_for_stands_in_the_pulls_of_a_batch(cast: Cast, source: Source) -> None:
    both = [a_metric(cast, source, ward, date(2026, 8, 5)) for ward in "ab"]
    run_all()
    asked = {
        (pull.status, pull.window_start, pull.window_end)
        for pull in Pull.objects.filter(metric__in=both)
    }
    assert asked == {(PullStatus.DONE, date(2026, 8, 10), date(2026, 11, 23))}


def test_periods_that_a_newer_file_lacks_are_said_of_each_metric(
    cast: Cast, source: Source
) -> None:
    both = [a_metric(cast, source, ward) for ward in "ab"]
    run_all()
    lines = [f"a,{FIRST + timedelta(weeks=week)},1,2,10" for week in range(30)]
    content = "\n".join(["ward,week,late,early,all", *lines, f"b,{FIRST},1,2,10", ""])
    actions.upload_file(source, name="b.csv", content=content.encode(), by=cast.jonas, at=NOW)
    run_all()
    whole, lacking = (metric.pulls.first() for metric in both)
    assert whole is not None
    assert lacking is not None
    assert whole.notes == []
    assert lacking.notes == ["29 periods that are known are not in this file and stay as they are."]
    assert both[1].observations.count() == 30


def _another_setting(cast: Cast, source: Source, _metric: Metric) -> None:
    config = {**MAPPING, "numerator": "early"}
    actions.edit_source(
        Source.objects.get(pk=source.pk), by=cast.jonas, at=NOW, name=source.name, config=config
    )


def _another_day(cast: Cast, _source: Source, metric: Metric) -> None:
    actions.edit_metric(
        Metric.objects.get(pk=metric.pk), by=cast.jonas, at=NOW, pull_from=date(2026, 8, 3)
    )


@pytest.mark.parametrize("change", [_another_setting, _another_day])
def test_what_changes_while_a_batch_is_read_is_read_again(
    cast: Cast,
    source: Source,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Cast, Source, Metric], None],
) -> None:
    both = [a_metric(cast, source, ward) for ward in "ab"]
    read = collect.collect_batch

    def read_while_it_changes(*args: Any, **named: Any) -> collect.CollectedEach:
        monkeypatch.setattr(collect, "collect_batch", read)
        found = read(*args, **named)
        change(cast, source, both[1])
        return found

    monkeypatch.setattr(collect, "collect_batch", read_while_it_changes)
    run_all()
    assert both[1].pulls.get().status == PullStatus.WAITING
    assert not both[1].observations.exists()
    run_all()
    assert both[1].pulls.get().status == PullStatus.DONE
    first = both[1].observations.earliest("period")
    assert first.period == (date(2026, 8, 3) if change is _another_day else FIRST)


def test_setting_that_came_with_a_newer_release_is_no_other_mapping(
    cast: Cast, source: Source
) -> None:
    """A form sends all settings back; one that the kept ones lack stands as nobody chose otherwise."""
    metric = a_metric(cast, source, "a")
    whole = dict(metric.binding)
    kept = {name: value for name, value in whole.items() if not name.endswith("_more")}
    assert kept != whole
    Metric.objects.filter(pk=metric.pk).update(binding=kept)
    metric.refresh_from_db()
    edited = actions.edit_metric(
        metric, by=cast.jonas, at=NOW, name="Called otherwise", binding=whole
    )
    assert (edited.name, edited.version) == ("Called otherwise", 1)
    again = actions.edit_metric(
        edited, by=cast.jonas, at=NOW, binding={**whole, "numerator_more": ["early"]}
    )
    assert again.version == 2
