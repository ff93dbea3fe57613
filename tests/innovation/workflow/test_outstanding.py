"""What the schedule sent waits for a worker once, not fifty times; whatever the clock of a machine says."""

from __future__ import annotations

from datetime import datetime

import pytest
from celery.beat import SchedulingError
from django.db import connection
from kombu.exceptions import OperationalError

from innovation import house
from innovation.celery import app
from innovation.workflow import outstanding, signs_of_life
from innovation.workflow.models import OutstandingTask, ProcessKind
from innovation.workflow.scheduler import LeadingScheduler
from tests.patience import wait_until
from tests.probes import WHOLE
from tests.worker import Worker

TASK = "pilots.metrics.tasks.dispatch_due"


@pytest.fixture(autouse=True)
def tasks_of_all_rooms() -> None:
    house.load("tasks")


def send(task: str = TASK) -> bool:
    """As the scheduler does when the task is due."""
    if (at := outstanding.asked(task)) is None:
        return False
    outstanding.sent(task, at)
    return True


def passes(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE innovation_outstandingtask SET sent_at = sent_at - make_interval(secs => %(by)s),"
            " begun_at = begun_at - make_interval(secs => %(by)s)",
            {"by": seconds},
        )


@pytest.mark.django_db
def test_what_is_begun_each_time_is_sent_each_time() -> None:
    for _turn in range(20):
        assert send()
        outstanding.begun(TASK)
        passes(0.1)
    assert OutstandingTask.objects.get().again == 0


@pytest.mark.django_db
def test_nobody_works_for_a_day() -> None:
    """The schedule asks every fifteen seconds, 5,760 times; in the suite for a quarter of the day."""
    hours, sent = 24 if WHOLE else 6, 0
    for _turn in range(hours * 60 * 4):
        sent += send()
        passes(15)
    assert hours * 12 <= sent <= hours * 12 + 6
    outstanding.begun(TASK)
    assert send(), "once one is begun, it goes on as before"
    assert not send()
    passes(outstanding.FIRST)
    assert send(), "a broker that was wiped lost it: the next time is not waited for longer"


@pytest.mark.django_db
def test_each_task_waits_for_itself() -> None:
    assert send()
    assert send("innovation.notices.tasks.send_due")
    assert not send()


@pytest.mark.django_db
def test_row_of_a_clock_that_was_wrong_holds_nothing_up() -> None:
    assert send()
    passes(-86_400)
    assert send()


def test_every_task_of_the_schedule_is_sent_again_before_its_second_turn() -> None:
    shortest = min(entry["schedule"] for entry in app.conf.beat_schedule.values())
    assert shortest > outstanding.FIRST


def test_no_message_of_the_schedule_can_be_too_old() -> None:
    """Celery 5.7 compares `expires`, which the sender writes by its clock, with the worker's clock."""
    for entry in app.conf.beat_schedule.values():
        assert getattr(app.tasks[entry["task"]], "expires", None) is None


class Scheduler:
    """Celery's, and a broker that refuses or takes what it sends."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scheduler = LeadingScheduler(app, lazy=True)
        self.entry = self.scheduler.Entry(name=TASK, task=TASK, schedule=15, app=app)
        self.taken = 0
        self.refuses = False
        monkeypatch.setattr(app.tasks[TASK], "apply_async", self._publish)

    def _publish(self, *_args: object, **_named: object) -> None:
        if self.refuses:
            raise OperationalError("refused")
        self.taken += 1


@pytest.mark.django_db
def test_what_the_broker_refused_is_sent_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Scheduler(monkeypatch)
    here.refuses = True
    for _turn in range(10):
        with pytest.raises(SchedulingError, match="refused"):
            here.scheduler.apply_async(here.entry, advance=False)
    here.refuses = False
    here.scheduler.apply_async(here.entry, advance=False)
    assert here.taken == 1
    here.scheduler.apply_async(here.entry, advance=False)
    assert here.taken == 1


@pytest.mark.django_db
def test_scheduler_that_need_not_send_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Scheduler(monkeypatch)
    assert send()
    monkeypatch.setattr(signs_of_life, "_said_at", {})
    here.scheduler.apply_async(here.entry, advance=False)
    assert here.taken == 0
    assert signs_of_life.last_seen(ProcessKind.SCHEDULER) is not None


@pytest.mark.django_db(transaction=True)
def test_broken_line_is_no_reason_to_send_and_another_is_opened() -> None:
    connection.ensure_connection()
    with connection.cursor() as cursor, pytest.raises(Exception, match="terminat"):
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert outstanding.asked(TASK) is None
    assert isinstance(outstanding.asked(TASK), datetime)


def test_real_worker_says_what_it_began(worker: Worker) -> None:
    assert send()
    app.tasks[TASK].delay()
    wait_until(lambda: OutstandingTask.objects.exclude(begun_at=None).exists())
    assert send()
