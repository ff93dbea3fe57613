"""Pulls that are run side by side end as each does alone."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DataError
from django.utils import timezone

from pilots.metrics import actions
from pilots.metrics.actions import abreast, outcomes, pull, queue
from pilots.metrics.models import Metric, Pull, PullStatus, Source, SourcePace
from pilots.metrics.queries import known_of, known_periods, last_period
from tests.factories.cast import Cast
from tests.patience import PATIENCE
from tests.pilots.metrics import server
from tests.pilots.metrics.test_queue import a_source, quick, waiting
from tests.present import present

pytestmark = pytest.mark.django_db
WEEKS = ("2026-09-07", 12, 100), ("2026-09-14", 9, 90)


@pytest.fixture
def many(metric: Metric) -> list[Metric]:
    """Metrics of a source that answers quickly, each asking at an address of its own."""
    SourcePace.objects.create(
        source=metric.source, quick_until=timezone.now() + timedelta(minutes=5)
    )
    found = []
    for number in range(6):
        one = Metric.objects.get(pk=metric.pk)
        one.pk, one.name, one.role = None, f"Late notes {number}", "secondary"
        one.binding = {**one.binding, "path": f"{number}?from={{start}}"}
        one.save()
        found.append(one)
    Pull.objects.all().delete()
    return found


def taken(metrics: list[Metric]) -> list[queue.Taken]:
    at = timezone.now()
    return queue.take_these([actions.request_pull(one, at=at).pk for one in metrics])


def side_by_side(metrics: list[Metric]) -> None:
    abreast.run_abreast(taken(metrics), at=timezone.now())


def ends(metrics: list[Metric]) -> list[tuple[Any, ...]]:
    facts = ("status", "received", "added", "quarantined", "problem", "notes", "attempts")
    found = [present(one.pulls.first()) for one in metrics]
    return [
        (
            *(getattr(one, fact) for fact in facts),
            list(one.quarantine.values_list("line", "reason")),
            one.metric.failures,
            one.metric.data_version,
            one.metric.observations.count(),
            (one.leased_by, one.leased_until),
        )
        for one in found
    ]


def by_number(path: str, _headers: dict[str, str]) -> server.Answer:
    match path.strip("/")[0]:
        case "1":
            return server.Answer(500)
        case "2":
            return server.rows(("2026-09-07", "x", 100))
        case "3":
            return server.rows(*WEEKS, ("2026-09-21", 200, 100))
        case "4":
            return server.rows()
        case _:
            return server.rows(*WEEKS)


def test_all_are_asked_at_the_same_time(many: list[Metric], hospital: server.Source) -> None:
    all_here = threading.Barrier(len(many))

    def answer(_path: str, _headers: dict[str, str]) -> server.Answer:
        all_here.wait(PATIENCE)
        return server.rows(*WEEKS)

    hospital.answer = answer
    for one in many:
        actions.request_pull(one, at=timezone.now())
    assert actions.run_waiting(at=timezone.now()) == len(many)
    assert [one.observations.count() for one in many] == [2] * len(many)


def test_each_ends_as_it_does_alone(many: list[Metric], hospital: server.Source) -> None:
    hospital.answer = by_number
    for each in taken(many):
        pull.run_taken(each, at=timezone.now())
    alone = ends(many)
    Pull.objects.all().delete()
    for one in many:
        one.observations.all().delete()
    Metric.objects.update(failures=0, data_version=0)
    SourcePace.objects.update(failures=0, problem="")
    side_by_side(many)
    assert ends(many) == alone
    assert [end[0] for end in alone] == ["done", "failed", "failed", "partly", "done", "done"]


def test_what_cannot_be_kept_together_is_kept_one_by_one(
    many: list[Metric], hospital: server.Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = outcomes.keep

    def broken(arrivals: list[Any], **kwargs: Any) -> None:
        if any(metric.pk == many[2].pk for metric, _pull, _collected in arrivals):
            raise DataError("out of range")
        keep(arrivals, **kwargs)

    monkeypatch.setattr(outcomes, "keep", broken)
    hospital.answer = server.rows(*WEEKS)
    side_by_side(many)
    found = [present(one.pulls.first()).status for one in many]
    assert found == ["done", "done", "failed", "done", "done", "done"]


def test_what_another_worker_has_taken_meanwhile_is_left_to_it(
    many: list[Metric], hospital: server.Source
) -> None:
    hospital.gate.clear()
    hospital.answer = server.rows(*WEEKS)
    mine = taken(many)
    lost = Pull.objects.get(pk=mine[0].pull_id)
    ask_all = abreast._ask_all

    def stood_still(asked: list[Any]) -> None:
        Pull.objects.filter(pk=lost.pk).update(fence=lost.fence + 1)
        hospital.gate.set()
        ask_all(asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(abreast, "_ask_all", stood_still)
        abreast.run_abreast(mine, at=timezone.now())
    lost.refresh_from_db()
    assert (lost.status, lost.added) == (PullStatus.RUNNING, 0)
    others = Pull.objects.exclude(pk=lost.pk)
    assert {one.status for one in others} == {PullStatus.DONE}


def test_a_source_that_is_changed_meanwhile_is_asked_again(
    many: list[Metric], hospital: server.Source
) -> None:
    hospital.answer = server.rows(*WEEKS)
    ask_all = abreast._ask_all

    def change(asked: list[Any]) -> None:
        ask_all(asked)
        Source.objects.filter(pk=many[0].source_id).update(
            config={"base_url": f"{hospital.url}/new"}
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(abreast, "_ask_all", change)
        side_by_side(many)
    assert {(one.status, one.attempts, one.added) for one in Pull.objects.all()} == {
        ("waiting", 0, 0)
    }


def test_a_quick_source_that_hangs_makes_room_for_the_others(
    many: list[Metric], hospital: server.Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital.gate.clear()
    monkeypatch.setattr("pilots.metrics.actions.pace.QUICK_SECONDS", 0.05)
    monkeypatch.setattr("pilots.metrics.actions.pace.UNKNOWN_SECONDS", 0.05)
    side_by_side(many)
    hospital.gate.set()
    assert {(one.status, one.attempts) for one in Pull.objects.all()} == {("waiting", 0)}
    assert SourcePace.objects.get().slow


def test_no_source_is_asked_for_more_than_it_is_known_to_bear(cast: Cast) -> None:
    now = timezone.now()
    one, other = quick(cast, "One"), quick(cast, "Other")
    unknown = a_source(cast, "Unknown")
    long_ago = a_source(cast, "Long ago", quick_until=now - timedelta(minutes=1))
    busy = a_source(cast, "Unknown and asked")
    alone = [
        a_source(cast, "Slow", slow=True),
        a_source(cast, "Paused", failures=5, problem="gone", asked_again_at=now),
    ]
    sources = [one, one, one, other, unknown, unknown, long_ago, long_ago, busy, busy, *alone, one]
    pulls = waiting(cast, *sources)
    Pull.objects.filter(pk=pulls[-1].pk).update(fence=1)  # it lost its worker before
    queue.take_these([pulls[8].pk])
    found = queue.take_abreast(most=10, of_a_source=2, kinds=["rest_json"])
    expected = [pulls[place].pk for place in (0, 1, 3, 4, 6)]
    assert sorted(each.pull_id for each in found) == sorted(expected)
    assert {(each.fence, each.patient) for each in found} == {(1, False)}
    assert {each.source_id for each in found if not each.was_quick} == {unknown.pk}
    assert queue.take_abreast(most=10, of_a_source=2, kinds=["fhir_counts"]) == []


def test_what_is_known_of_many_is_what_is_known_of_each(
    many: list[Metric], hospital: server.Source
) -> None:
    hospital.answer = server.rows(*WEEKS)
    side_by_side(many[:3])
    Metric.objects.filter(pk=many[2].pk).update(version=2)
    metrics = list(Metric.objects.filter(pk__in=[one.pk for one in many]).order_by("pk"))
    days = [date(2026, 9, 10), date(2026, 10, 1), date(2026, 9, 1), *[date(2026, 9, 1)] * 3]
    until = date(2026, 11, 1)
    found = known_of(dict(zip(metrics, days, strict=True)), until=until)
    assert found == {
        one.pk: known_periods(one, since=since, until=until) or last_period(one, before=since)
        for one, since in zip(metrics, days, strict=True)
    }
    assert [len(found[one.pk]) for one in metrics] == [1, 1, 0, 0, 0, 0]
