"""A long history of a slow source: fetched in parts, each kept before the next is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from pilots.metrics import actions
from pilots.metrics.models import Metric, Observation, Pull, PullStatus
from pilots.metrics.queries import freshness
from tests.factories.cast import NOW, Cast
from tests.pilots.metrics.server import Answer, Source, searchable
from tests.present import present

pytestmark = pytest.mark.django_db

BEGIN = date(2026, 8, 25)  # ninety days before the cast's
COUNT = Answer(body=b'{"resourceType": "Bundle", "type": "searchset", "total": 4}')


@pytest.fixture
def discharges(cast: Cast, hospital: Source, plan: Callable[..., Metric]) -> Metric:
    """Counted day by day, a question for each."""
    hospital.statement = searchable(Claim=("created",), Condition=("recorded-date",))
    source = actions.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="Counts", kind="fhir_counts",
        config={"base_url": hospital.url},
    )  # fmt: skip
    return plan(
        source=source,
        name="Discharges",
        kind="value",
        cadence="day",
        pull_from=BEGIN,
        binding={"numerator_query": "Claim?created=ge{start}&created=lt{end}"},
    )


def run_next(metric: Metric) -> Pull:
    done = present(actions.run_pull(metric.pulls.under_way().get().pk, at=NOW))
    metric.refresh_from_db()
    return done


def days(hospital: Source) -> list[str]:
    return [path.partition("created=ge")[2][:10] for path in hospital.asked]


def test_long_history_is_kept_in_parts_and_goes_on_from_the_bookmark_after_a_failure(
    discharges: Metric, hospital: Source
) -> None:
    hospital.answer = COUNT
    first = run_next(discharges)
    assert (first.status, first.added) == (PullStatus.DONE, 30)
    assert discharges.asked_until == BEGIN + timedelta(days=30)
    assert "so far up to 23 September 2026" in freshness(discharges, NOW).sentence
    hospital.answer = lambda path, _: Answer(500) if "ge2026-10-10" in path else COUNT
    assert run_next(discharges).status == PullStatus.FAILED
    assert Observation.objects.filter(metric=discharges).count() == 30  # what was kept is kept
    hospital.answer, hospital.asked[:] = COUNT, []
    actions.request_pull(discharges, at=NOW)
    again = run_next(discharges)
    assert days(hospital)[0] == "2026-09-24"  # not from the start
    assert again.added == 15  # half as many, for a source that may be too slow
    while discharges.pulls.under_way().exists():
        last = run_next(discharges)
    assert last.window_end == NOW.date()
    assert discharges.asked_until is None
    assert Observation.objects.filter(metric=discharges).count() == 90
    assert len(days(hospital)) == len(set(days(hospital))) == 60  # no day was asked for twice
    assert freshness(discharges, NOW).state == "fresh"


def test_long_history_goes_on_over_a_part_in_which_nothing_happened(
    discharges: Metric, hospital: Source, cast: Cast
) -> None:
    """Every row of that part is refused, because its denominator is zero."""
    binding = {
        **discharges.binding,
        "denominator_query": "Condition?recorded-date=ge{start}&recorded-date=lt{end}",
    }
    actions.edit_metric(discharges, by=cast.jonas, at=NOW, kind="proportion", binding=binding)
    none = Answer(body=COUNT.body.replace(b"4", b"0"))
    hospital.answer = lambda path, _: none if "Condition" in path and "ge2026-08" in path else COUNT
    first = run_next(discharges)
    assert (first.status, first.quarantined) == (PullStatus.PARTLY, 7)
    hospital.answer = lambda path, _: none if "Condition" in path else COUNT
    second = run_next(discharges)
    assert (second.status, second.quarantined, second.added) == (PullStatus.PARTLY, 30, 0)
    hospital.answer = COUNT
    while discharges.pulls.under_way().exists():
        assert run_next(discharges).status == PullStatus.DONE
    assert Observation.objects.filter(metric=discharges).count() == 53


def test_history_with_another_definition_meanwhile_is_fetched_from_its_start(
    discharges: Metric, hospital: Source, cast: Cast
) -> None:
    hospital.answer = COUNT
    run_next(discharges)
    discharges = actions.edit_metric(discharges, by=cast.jonas, at=NOW, definition="All who left")
    assert discharges.asked_until is None
    run_next(discharges)
    assert days(hospital)[30] == BEGIN.isoformat()
