"""Of several schedulers one leads, and another takes over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from innovation.workflow import leading, signs_of_life
from innovation.workflow.leading import ASKED_EVERY, LEASE_SECONDS, Leadership
from innovation.workflow.models import LeaderLease, ProcessKind, SignOfLife
from tests.patience import PATIENCE, wait_until
from tests.worker import database_url


@dataclass
class Clock:
    """Of a machine; the lease in the database is moved with it."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def passes(self, seconds: float) -> None:
        self.seconds += seconds
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE innovation_leaderlease SET until = until - make_interval(secs => %s)",
                [seconds],
            )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.django_db
def test_one_of_two_leads_and_goes_on_leading(clock: Clock) -> None:
    one, other = Leadership("scheduler", clock), Leadership("scheduler", clock)
    for _turn in range(10):
        assert (one.leads(), other.leads()) == (True, False)
        clock.passes(ASKED_EVERY)
    assert LeaderLease.objects.get().term == 1


@pytest.mark.django_db
def test_another_leads_within_thirty_seconds_of_one_that_is_silent(clock: Clock) -> None:
    one, other = Leadership("scheduler", clock), Leadership("scheduler", clock)
    assert one.leads()
    waited = 0.0
    while not other.leads():
        clock.passes(1)
        waited += 1
    assert waited <= 30
    assert not one.leads(), "stopped meanwhile, it goes on where it was"
    assert (LeaderLease.objects.get().term, other.leads()) == (2, True)


@pytest.mark.django_db(transaction=True)
def test_one_that_ends_gives_the_lease_back(clock: Clock) -> None:
    one, other = Leadership("scheduler", clock), Leadership("scheduler", clock)
    assert one.leads()
    assert not other.leads()
    one.give_back()
    other.give_back()  # what it does not hold it cannot give
    assert not one.leads()
    clock.passes(ASKED_EVERY)
    assert other.leads()


@pytest.mark.django_db
def test_lease_of_a_clock_that_was_wrong_holds_nobody_up(clock: Clock) -> None:
    one, other = Leadership("scheduler", clock), Leadership("scheduler", clock)
    assert one.leads()
    clock.passes(-86_400)
    clock.seconds += 86_400
    clock.passes(ASKED_EVERY)
    assert other.leads()


@pytest.mark.django_db(transaction=True)
def test_leader_whose_line_was_cut_opens_another(clock: Clock) -> None:
    one = Leadership("scheduler", clock)
    assert one.leads()
    end_the_line()
    clock.seconds += ASKED_EVERY
    assert one.leads(), "the lease goes on until its end"
    clock.seconds += ASKED_EVERY
    assert one.leads()
    assert one._asked_at == clock.seconds
    clock.seconds += LEASE_SECONDS - 1
    assert one.leads(), "it was renewed"


def end_the_line() -> None:
    connection.ensure_connection()
    with connection.cursor() as cursor, pytest.raises(Exception, match="terminat"):
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.django_db(transaction=True)
def test_sign_of_life_after_a_line_was_cut_is_written_on_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end_the_line()
    for _turn in range(2):
        monkeypatch.setattr(signs_of_life, "_said_at", {})
        signs_of_life.say(ProcessKind.SCHEDULER)
    assert signs_of_life.last_seen(ProcessKind.SCHEDULER) is not None


@pytest.mark.django_db
def test_readyz_says_whether_a_second_scheduler_stands_by(client: Client) -> None:
    assert "standby" not in client.get("/readyz").json()
    for kind in ProcessKind:
        signs_of_life._said_at.clear()
        signs_of_life.say(kind)
    assert client.get("/readyz").json()["standby"] == "up"
    row = SignOfLife.objects.get(kind=ProcessKind.STANDBY)
    SignOfLife.objects.filter(pk=row.pk).update(
        seen_at=row.seen_at - 2 * signs_of_life.MISSED_AFTER
    )
    said = client.get("/readyz").json()
    assert (said["status"], said["standby"]) == ("ready", "not seen for three minutes")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 20)), max_size=60))
def test_never_two_lead(steps: list[tuple[str, float]]) -> None:
    """The rule of TAKE beside the holders' own reckoning, in whichever order they come to ask."""
    table: dict[str, float | str] = {"holder": "", "until": 0.0}
    clock = Clock()
    known = {name: Holder(name, clock, table) for name in "abc"}
    for name, passes in steps:
        clock.seconds += passes
        known[name].leads()
        assert sum(one._clock() < one._leads_until for one in known.values()) <= 1


class Holder(Leadership):
    """Its database is a table of one row."""

    def __init__(self, name: str, clock: Clock, table: dict[str, float | str]) -> None:
        super().__init__("scheduler", clock)
        self.holder, self.table = name, table

    def _ask(self, now: float) -> None:
        if self.table["holder"] in ("", self.holder) or float(self.table["until"]) < now:
            self.table.update(holder=self.holder, until=now + LEASE_SECONDS)
            self._leads_until = now + LEASE_SECONDS
        else:
            self._leads_until = 0.0


class Scheduler:
    """A real one, and what it says."""

    def __init__(self, log: Path) -> None:
        self.log = log
        command = [sys.executable, "-m", "celery", "-A", "innovation", "beat", "--pidfile="]
        command += ["--loglevel", "INFO", "--schedule", str(log.with_suffix(".schedule"))]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env={
                    **os.environ,
                    "DATABASE_URL": database_url(),
                    "PILOTLIGHT_QUEUE": settings.CELERY_TASK_DEFAULT_QUEUE,
                    "PYTHONUNBUFFERED": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def said(self, words: str) -> bool:
        return words in self.log.read_text()


@contextmanager
def schedulers(folder: Path, count: int) -> Iterator[list[Scheduler]]:
    some: list[Scheduler] = []
    try:
        for number in range(count):
            some.append(Scheduler(folder / f"{number}.log"))
            if not number:
                wait_until(lambda: some[0].said("leads (scheduler), term 1"))
        yield some
    finally:
        for one in some:
            one.process.kill()
            one.process.wait(PATIENCE)


@contextmanager
def leases_held() -> Iterator[None]:
    """By another line: who asks meanwhile waits in the database."""
    with psycopg.connect(database_url()) as line:
        line.execute("LOCK TABLE innovation_leaderlease")
        yield


def one_waits_for_a_lease() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND query LIKE '%innovation_leaderlease%'"
        )
        (waiting,) = cursor.fetchone()
    return bool(waiting)


@pytest.mark.django_db(transaction=True)
def test_real_scheduler_takes_over_from_one_that_is_stopped(tmp_path: Path) -> None:
    with schedulers(tmp_path, 2) as (leader, standby):
        wait_until(lambda: leader.said("Sending due task"))
        wait_until(lambda: SignOfLife.objects.filter(kind=ProcessKind.STANDBY).exists())
        assert not standby.said("Sending due task")
        leader.process.send_signal(signal.SIGSTOP)
        with connection.cursor() as cursor:  # as if the lease had run out
            cursor.execute("UPDATE innovation_leaderlease SET until = now()")
        wait_until(lambda: standby.said("term 2"))
        wait_until(lambda: standby.said("Sending due task"))
        leader.process.send_signal(signal.SIGCONT)
        wait_until(lambda: leader.said("leads no more"))
        leader.process.send_signal(signal.SIGSTOP)
        with leases_held():  # so the other ends in the middle of its question
            wait_until(one_waits_for_a_lease)
            standby.process.terminate()
            time.sleep(0.5)
        standby.process.wait(PATIENCE)
        lease = LeaderLease.objects.get()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp() >= %s", [lease.until])
            assert lease.term == 3 or cursor.fetchone() == (True,), "it gave the lease back"
    assert leading.ASKED_EVERY + leading.LEASE_SECONDS <= 30
