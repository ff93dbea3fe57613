"""A file at an address: fetched once for all its metrics, and held back where it may be a part."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from innovation.audit.models import Event
from innovation.rules.refusal import Refused
from pilots.metrics import actions
from pilots.metrics.models import FetchedCopy, Metric, Observation, Pull, PullStatus
from pilots.metrics.models import Source as Connected
from tests.factories.cast import NOW, Cast
from tests.pilots.metrics.server import Answer, Source
from tests.present import present

pytestmark = pytest.mark.django_db

MAPPING = {"date": "week", "numerator": "late", "denominator": "all"}
WEEKS = [date(2026, 9, 7) + timedelta(weeks=n) for n in range(10)]
MINUTE = timedelta(minutes=1)


def file(weeks: list[date] = WEEKS, *, late: int = 12) -> bytes:
    return b"week,late,all\n" + b"".join(f"{week},{late},1300\n".encode() for week in weeks)


def csv(body: bytes) -> Answer:
    return Answer(body=body, type="text/csv")


@pytest.fixture
def export(cast: Cast, hospital: Source) -> Connected:
    return actions.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="Export", kind="csv_url",
        config={"url": f"{hospital.url}/late.csv"},
    )  # fmt: skip


@pytest.fixture
def late(export: Connected, plan: Callable[..., Metric]) -> Metric:
    return plan(source=export, binding=MAPPING)


def pull(metric: Metric, after: timedelta = timedelta(0)) -> Pull:
    waiting = actions.request_pull(metric, at=NOW + after)
    return present(actions.run_pull(waiting.pk, at=NOW + after))


def last_number(metric: Metric) -> Decimal:
    return present(
        Observation.objects.filter(metric=metric).order_by("period").last()
    ).numerator or Decimal(0)


def test_file_read_while_it_is_written_is_held_back_until_it_stays_the_same(
    late: Metric, hospital: Source
) -> None:
    whole = file(late=1210)
    hospital.answer = csv(whole[: whole.rindex(b"10,1300")] + b",1300")  # the last 1210 became 12
    first = pull(late)
    assert (first.status, first.will_retry) == (PullStatus.FAILED, True)
    assert "last line has no end" in first.problem
    assert not Observation.objects.filter(metric=late).exists()
    pull(late, timedelta(seconds=30))
    assert len(hospital.asked) == 1  # too early to look again
    hospital.answer = csv(whole)
    assert pull(late, 2 * MINUTE).status == PullStatus.DONE
    assert last_number(late) == 1210


def test_file_without_an_end_of_its_last_line_is_taken_when_it_stays_the_same(
    late: Metric, hospital: Source
) -> None:
    """Many whole files are written so."""
    hospital.answer = csv(file().rstrip())
    assert pull(late).status == PullStatus.FAILED
    assert pull(late, MINUTE).status == PullStatus.DONE
    assert pull(late, timedelta(days=1)).status == PullStatus.DONE  # and known from then on
    hospital.answer = csv(file(late=9).rstrip())
    assert pull(late, timedelta(days=2)).status == PullStatus.FAILED
    assert last_number(late) == 12


@contextmanager
def cut_off(body: bytes) -> Iterator[str]:
    """A server that says no length, and whose answer ends where the line breaks."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    asked, _ = server.accept()
                except OSError:
                    return
                with asked:
                    asked.recv(65536)
                    asked.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/csv\r\n\r\n" + body)

        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/late.csv"
        server.shutdown(socket.SHUT_RDWR)


def test_answer_that_says_no_length_is_held_back_until_it_stays_the_same(
    cast: Cast, settings: Settings, plan: Callable[..., Metric]
) -> None:
    settings.INTERNAL_HOSTS = ["127.0.0.1"]
    with cut_off(file()) as url:
        source = actions.create_source(
            by=cast.jonas, at=NOW, unit=cast.brigid, name="Old", kind="csv_url", config={"url": url}
        )
        metric = plan(source=source, binding=MAPPING)
        first = pull(metric)
        assert "does not say how long the file is" in first.problem
        assert pull(metric, MINUTE).status == PullStatus.DONE


def test_file_from_which_known_periods_are_gone_is_taken_when_a_person_says_so(
    late: Metric, hospital: Source, cast: Cast, client: Client
) -> None:
    hospital.answer = csv(file())
    pull(late)
    hospital.answer = csv(file(WEEKS[-1:], late=7))
    held = pull(late, timedelta(days=1))
    assert held.status == PullStatus.FAILED
    assert held.problem.startswith("9 periods that are known are no longer in the file")
    assert last_number(late) == 12
    client.force_login(cast.jonas)
    assert "Take it as it is" in client.get(reverse("pilots:pull-detail", args=[held.pk])).text
    client.post(reverse("pilots:pull-take-fewer", args=[held.pk]))
    assert present(Event.objects.filter(type="metric.fewer_taken").last()).details["gone"] == 9
    again = late.pulls.under_way().get()
    done = present(actions.run_pull(again.pk, at=again.requested_at))
    assert (done.status, done.revised) == (PullStatus.DONE, 1)
    assert Observation.objects.filter(metric=late).count() == 10  # what was known stays
    with pytest.raises(Refused, match="not the last one"):
        actions.take_fewer(held, by=cast.jonas, at=NOW)


def test_file_of_the_last_ten_weeks_goes_on_as_its_oldest_falls_off(
    late: Metric, hospital: Source
) -> None:
    weeks = WEEKS[:-1]
    hospital.answer = csv(file(weeks))
    pull(late)
    hospital.answer = csv(file([*weeks[2:], WEEKS[-1]]))
    assert pull(late, timedelta(days=1)).status == PullStatus.DONE


def test_file_of_many_metrics_is_fetched_once_for_all_of_them(
    export: Connected, plan: Callable[..., Metric], hospital: Source
) -> None:
    hospital.answer = csv(file())
    metrics = [plan(source=export, binding=MAPPING, name=f"Late {n}") for n in range(5)]
    for metric in metrics:
        done = present(actions.run_pull(metric.pulls.get().pk, at=NOW + MINUTE))
        assert done.status == PullStatus.DONE
        hospital.answer = csv(file(late=99))  # a new version, half-way
    assert len(hospital.asked) == 1
    assert {last_number(metric) for metric in metrics} == {Decimal(12)}
    assert len(set(Metric.objects.values_list("next_pull_at", flat=True))) == 1
    assert pull(metrics[0], 5 * MINUTE).revised == 10  # who asks now gets what there is now


@pytest.mark.django_db(transaction=True)
def test_pulls_that_come_while_the_file_is_fetched_wait_for_it_and_are_woken(
    export: Connected, plan: Callable[..., Metric], hospital: Source
) -> None:
    hospital.answer = csv(file())
    first, second = (plan(source=export, binding=MAPPING, name=name) for name in ("A", "B"))
    hospital.gate.clear()

    def lead() -> None:
        actions.run_pull(first.pulls.get().pk, at=NOW + MINUTE)
        connections.close_all()

    leader = threading.Thread(target=lead)
    leader.start()
    assert hospital.waiting.wait(20)
    waiting = present(actions.run_pull(second.pulls.get().pk, at=NOW + MINUTE))
    waiting.refresh_from_db()
    assert (waiting.status, waiting.leased_by) == (PullStatus.WAITING, "waits for a copy")
    hospital.gate.set()
    leader.join(20)
    waiting.refresh_from_db()
    assert waiting.leased_until is None  # free for whoever is woken
    assert present(actions.run_pull(waiting.pk, at=NOW + 2 * MINUTE)).status == PullStatus.DONE
    assert len(hospital.asked) == 1


def test_file_whose_fetching_worker_was_lost_is_fetched_by_the_next(
    export: Connected, plan: Callable[..., Metric], hospital: Source
) -> None:
    hospital.answer = csv(file())
    first, second = (plan(source=export, binding=MAPPING, name=name) for name in ("A", "B"))
    leading = {"status": "running", "started_at": NOW, "leased_by": "a worker", "fence": 1}
    alive = timezone.now() + timedelta(seconds=20)
    Pull.objects.filter(metric=first).update(**leading, leased_until=alive)
    FetchedCopy.objects.create(source=export, began_at=NOW, leads_until=NOW + 8 * MINUTE)
    waits = present(actions.run_pull(second.pulls.get().pk, at=NOW + MINUTE))
    waits.refresh_from_db()
    assert waits.status == PullStatus.WAITING
    Pull.objects.update(leased_until=timezone.now() - timedelta(seconds=1))  # nobody lives any more
    assert present(actions.run_pull(waits.pk, at=NOW + MINUTE)).status == PullStatus.DONE


def test_uploaded_file_that_may_be_a_part_is_taken_with_a_remark(
    cast: Cast, plan: Callable[..., Metric]
) -> None:
    """Whoever uploaded it decides."""
    source = actions.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="By hand", kind="csv_upload", config={}
    )
    actions.upload_file(source, name="late.csv", content=file(), by=cast.jonas, at=NOW)
    metric = plan(source=source, binding=MAPPING)
    assert pull(metric).notes == []
    newest = file(WEEKS[-1:]).rstrip()
    actions.upload_file(source, name="newest.csv", content=newest, by=cast.jonas, at=NOW)
    done = pull(metric, MINUTE)
    assert (done.status, done.unchanged) == (PullStatus.DONE, 1)
    assert any("last line of the file has no end" in note for note in done.notes)
    assert any(note.startswith("9 periods that are known are not in") for note in done.notes)
