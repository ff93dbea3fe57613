"""The schedule: due metrics are pulled once, whatever dies meanwhile."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from pilots.metrics import actions
from pilots.metrics.actions import dispatch, requests
from pilots.metrics.models import Metric, Observation, Pull, PullStatus, Source
from tests.factories.cast import NOW, Cast, make_cast
from tests.house.pages import undone
from tests.patience import PATIENCE, wait_until
from tests.pilots.metrics.conftest import LATE
from tests.pilots.metrics.server import Source as Server
from tests.pilots.metrics.server import rows
from tests.present import present
from tests.worker import Worker

WEEKS = [("2026-09-07", 12, 100), ("2026-09-14", 9, 90), ("2026-09-21", 11, 95)]


def due_metrics(cast: Cast, n: int) -> list[Metric]:
    source = Source.objects.create(
        name="Reporting",
        unit=cast.brigid,
        kind="rest_json",
        config={"base_url": "http://127.0.0.1:9"},
        created_at=NOW,
        created_by=cast.jonas,
    )
    return Metric.objects.bulk_create(
        Metric(
            name=f"Metric {number}",
            definition="late ÷ all",
            unit=cast.brigid,
            kind="proportion",
            direction="lower",
            dimension="workflow",
            source=source,
            binding=LATE,
            pull_from=NOW.date() - timedelta(weeks=20),
            created_at=NOW,
            next_pull_at=NOW - timedelta(minutes=number % 60),
        )
        for number in range(n)
    )


@pytest.mark.django_db
def test_dispatch_of_a_due_metric_makes_one_pull_and_names_the_next_night(cast: Cast) -> None:
    [metric] = due_metrics(cast, 1)
    assert actions.dispatch_due(at=NOW) == 1
    metric.refresh_from_db()
    assert NOW < present(metric.next_pull_at) < NOW + timedelta(days=1)
    pull = metric.pulls.get()
    assert (pull.status, pull.requested_by, pull.leased_until) == (PullStatus.WAITING, None, None)
    assert actions.dispatch_due(at=NOW) == 0


@pytest.mark.django_db
def test_dispatch_of_a_metric_whose_pull_is_under_way_makes_no_second_one(cast: Cast) -> None:
    [metric] = due_metrics(cast, 1)
    actions.request_pull(metric, at=NOW)
    assert actions.dispatch_due(at=NOW) == 0
    assert metric.pulls.count() == 1


@pytest.mark.django_db
def test_dispatch_leaves_uploaded_files_and_what_is_not_due_alone(cast: Cast) -> None:
    first, second = due_metrics(cast, 2)
    Metric.objects.filter(pk=first.pk).update(next_pull_at=NOW + timedelta(minutes=1))
    Source.objects.update(kind="csv_upload")
    assert actions.dispatch_due(at=NOW) == 0
    second.refresh_from_db()
    assert second.next_pull_at is None


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were handed to the broker; it gets none of them."""
    tasks: list[str] = []
    for module in (requests, dispatch):
        monkeypatch.setattr(module.workflow, "defer", lambda task, **_ids: tasks.append(task))
    return tasks


@pytest.mark.django_db
def test_dispatch_wakes_a_handful_of_workers_until_nothing_waits(
    cast: Cast, sent: list[str]
) -> None:
    due_metrics(cast, 20)
    actions.dispatch_due(at=NOW)
    assert sent == [requests.PULL_WAITING] * requests.WOKEN
    actions.dispatch_due(at=NOW + timedelta(seconds=15))  # the broker forgot them all
    assert len(sent) == 2 * requests.WOKEN
    Pull.objects.update(status="done", finished_at=NOW)
    actions.dispatch_due(at=NOW + timedelta(seconds=30))
    assert len(sent) == 2 * requests.WOKEN


@pytest.mark.django_db
def test_pull_that_kills_its_worker_each_time_is_given_up(cast: Cast) -> None:
    [metric] = due_metrics(cast, 1)
    actions.dispatch_due(at=NOW)
    pull = metric.pulls.get()
    Pull.objects.filter(pk=pull.pk).update(started_at=NOW, attempts=5)
    ended = actions.run_pull(pull.pk, at=NOW)
    assert ended is not None
    assert ended.status == PullStatus.FAILED
    assert "its worker was lost" in ended.problem
    assert ended.who_can_fix == "a Pilotlight administrator"


@pytest.mark.django_db(transaction=True)
def test_dispatch_by_four_schedulers_at_once_misses_and_doubles_nothing(sent: list[str]) -> None:
    metrics = due_metrics(make_cast(), 6000)
    at = NOW
    for hours in range(3):  # each metric is due once a night
        at = NOW + timedelta(days=hours)
        Metric.objects.update(next_pull_at=at)
        Pull.objects.update(status="done", finished_at=at)
        counts: list[int] = []

        def tick(moment: Any = at, into: list[int] = counts) -> None:
            try:
                into.append(actions.dispatch_due(at=moment))
            finally:
                connection.close()

        schedulers = [threading.Thread(target=tick) for _n in range(4)]
        for scheduler in schedulers:
            scheduler.start()
        for scheduler in schedulers:
            scheduler.join(PATIENCE)
        assert sum(counts) == len(metrics)
    made = Counter(Pull.objects.values_list("metric_id", flat=True))
    assert set(made.values()) == {3}
    assert len(made) == len(metrics)


def status_of(pull: Pull) -> str:
    return Pull.objects.values_list("status", flat=True).get(pk=pull.pk)


def lease_runs_out(pull: Pull) -> None:
    """As if its worker had not been heard of for long enough."""
    Pull.objects.filter(pk=pull.pk).update(leased_until=timezone.now() - timedelta(seconds=1))


def a_metric(cast: Cast, server: Server, **fields: Any) -> Metric:
    source = actions.create_source(
        by=cast.jonas,
        at=NOW,
        unit=cast.brigid,
        name="Note times",
        kind="rest_json",
        config={"base_url": server.url},
    )
    usual: dict[str, Any] = {"pull_from": NOW.date() - timedelta(days=77)}
    return actions.create_metric(
        by=cast.jonas,
        at=NOW,
        unit=cast.brigid,
        source=source,
        name="Late notes",
        definition="late ÷ all",
        kind="proportion",
        direction="lower",
        dimension="workflow",
        binding=LATE,
        **usual | fields,
    )


def test_pull_by_a_real_worker_keeps_the_numbers(worker: Worker, hospital: Server) -> None:
    hospital.answer = rows(*WEEKS)
    metric = a_metric(make_cast(), hospital)
    pull = metric.pulls.get()
    wait_until(lambda: status_of(pull) == PullStatus.DONE)
    assert Observation.objects.filter(metric=metric).count() == 3
    # … and by the schedule.
    Metric.objects.update(next_pull_at=NOW)
    assert actions.dispatch_due(at=NOW) == 1
    second = metric.pulls.latest("id")
    wait_until(lambda: status_of(second) == PullStatus.DONE)
    second.refresh_from_db()
    assert (second.unchanged, second.requested_by) == (3, None)


def test_kill_9_in_a_pull_loses_doubles_and_changes_nothing(
    worker: Worker, hospital: Server
) -> None:
    cast = make_cast()
    hospital.answer = rows(*WEEKS)
    metric = a_metric(cast, hospital)
    first = metric.pulls.get()
    wait_until(lambda: status_of(first) == PullStatus.DONE)
    before = list(Observation.objects.filter(metric=metric).values())

    # The next pull is killed while the source is answering: a new week and a correction.
    hospital.gate.clear()
    hospital.answer = rows(WEEKS[0], ("2026-09-14", 10, 90), WEEKS[2], ("2026-09-28", 8, 88))
    with transaction.atomic():
        pull = actions.request_pull(metric, at=NOW)
    assert hospital.waiting.wait(PATIENCE)
    assert status_of(pull) == PullStatus.RUNNING
    worker.kill()
    assert status_of(pull) == PullStatus.RUNNING
    assert list(Observation.objects.filter(metric=metric).values()) == before

    # The schedule sees that nobody holds it any more, and the same pull goes on.
    hospital.gate.set()
    worker.start()
    lease_runs_out(pull)
    assert actions.dispatch_due(at=NOW) == 0
    wait_until(lambda: status_of(pull) == PullStatus.DONE)
    pull.refresh_from_db()
    assert (pull.added, pull.revised, pull.unchanged, pull.attempts) == (1, 1, 2, 2)
    kept = Observation.objects.filter(metric=metric).order_by("period")
    assert [(str(o.period), o.numerator, o.revision) for o in kept] == [
        ("2026-09-07", Decimal(12), 0),
        ("2026-09-14", Decimal(10), 1),
        ("2026-09-21", 11, 0),
        ("2026-09-28", 8, 0),
    ]
    assert metric.revisions.count() == 1

    # Delivered ten times more, it stays as it is.
    for _again in range(10):
        actions.run_pull(pull.pk, at=NOW)
    assert metric.revisions.count() == 1
    assert metric.pulls.count() == 2


def test_kill_9_while_a_thousand_numbers_are_written_keeps_none_of_them_and_then_all(
    worker: Worker, hospital: Server
) -> None:
    """The merge waits in the middle for a row that this test holds, and its worker is killed. The
    database then finishes the statement for nobody."""
    days = [NOW.date() - timedelta(days=n) for n in range(1000, 0, -1)]
    hospital.answer = rows(*((str(day), 3, 10) for day in days))
    hospital.gate.clear()
    metric = a_metric(make_cast(), hospital, cadence="day", pull_from=days[0])
    pull = metric.pulls.get()
    assert hospital.waiting.wait(PATIENCE)
    with undone():
        Observation.objects.create(
            metric=metric, period=days[500], numerator=9, denominator=10, version=1, pull_id=0,
            recorded_at=NOW,
        )  # fmt: skip
        hospital.gate.set()
        wait_until(lambda: mergers(waiting=True) == 1)
        worker.kill()
    wait_until(lambda: mergers() == 0)
    assert status_of(pull) == PullStatus.RUNNING
    assert not Observation.objects.filter(metric=metric).exists()

    worker.start()
    lease_runs_out(pull)
    actions.dispatch_due(at=NOW)
    wait_until(lambda: status_of(pull) == PullStatus.DONE)
    pull.refresh_from_db()
    assert (pull.added, pull.revised, pull.unchanged, pull.attempts) == (1000, 0, 0, 2)
    kept = Observation.objects.filter(metric=metric).order_by("period")
    assert [(o.period, o.numerator, o.revision) for o in kept] == [
        (day, Decimal(3), 0) for day in days
    ]
    assert not metric.revisions.exists()


def mergers(*, waiting: bool = False) -> int:
    """How many sessions are merging numbers (and wait for somebody) right now."""
    with connection.cursor() as cursor:
        # What was seen first in a transaction is seen again, unless it is cleared.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND query LIKE '%%INTO pilots_observation%%' "
            "AND (wait_event_type = 'Lock' OR NOT %s)",
            [waiting],
        )
        return int(cursor.fetchone()[0])


def test_two_workers_on_one_pull_ask_the_source_once(
    transactional_db: None, hospital: Server, sent: list[str]
) -> None:
    hospital.answer = rows(*WEEKS)
    metric = a_metric(make_cast(), hospital)
    pull = metric.pulls.get()
    hospital.gate.clear()

    def run() -> None:
        try:
            actions.run_pull(pull.pk, at=NOW)
        finally:
            connection.close()

    first = threading.Thread(target=run)
    first.start()
    assert hospital.waiting.wait(PATIENCE)
    assert actions.run_pull(pull.pk, at=NOW) is None  # held by the other one
    hospital.gate.set()
    first.join(PATIENCE)
    assert status_of(pull) == PullStatus.DONE
    assert len(hospital.asked) == 1


def test_source_that_is_changed_while_a_pull_waits_to_be_kept_is_asked_again(
    transactional_db: None, hospital: Server, sent: list[str]
) -> None:
    """Whoever changes it holds the metric, and leaves the pull that is under way to find out."""
    hospital.answer = rows(*WEEKS)
    metric = a_metric(make_cast(), hospital)
    source, pull = metric.source, metric.pulls.get()
    hospital.gate.clear()

    def run() -> None:
        try:
            actions.run_pull(pull.pk, at=NOW)
        finally:
            connection.close()

    worker = threading.Thread(target=run)
    worker.start()
    assert hospital.waiting.wait(PATIENCE)
    with transaction.atomic():
        actions.edit_source(
            source, by=source.created_by, at=NOW, name=source.name,
            config={**source.config, "headers": {"X-Ward": "4 West"}},
        )  # fmt: skip
        hospital.gate.set()
        wait_until(lambda: waiting_for("pilots_metric") == 1)
    worker.join(PATIENCE)
    assert status_of(pull) == PullStatus.WAITING
    assert not metric.observations.exists()


def waiting_for(table: str) -> int:
    """How many sessions wait for a lock on rows of the table right now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND query LIKE %s AND wait_event_type = 'Lock'",
            [f'SELECT "{table}"%'],
        )
        return int(cursor.fetchone()[0])
