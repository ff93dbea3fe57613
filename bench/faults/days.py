"""Twenty-four hours of ten thousand metrics: whatever falls due is dispatched once, by two schedulers.

Simulated is the clock, that of the database by which metrics fall due: it steps from tick to tick, and all
that waits is pulled before the next step, so how long pulls take is not in the lateness. Real are
database and statements, two processes that tick at the same moment, and for a part of the metrics two
processes that pull and the source that is asked; one statement ends the pulls of the others, as if
nothing new had come. The broker has no part: the processes are told when to tick and when to work. Of
the ticks at which nothing is due, one in twenty is played.
"""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING
from unittest import mock
from zoneinfo import ZoneInfo

from bench.faults import numbers
from bench.faults.row import Round, Row
from tests.pilots.metrics.server import Answer, Source, serve

if TYPE_CHECKING:
    from bench.faults.stage import Stage

ZONE = "Europe/Berlin"
AUTUMN, SPRING, PLAIN = date(2026, 10, 25), date(2026, 3, 29), date(2026, 10, 13)
TICK = timedelta(seconds=15)
SOURCES = 40
# Each so many hours, in the mean, a clock that jumps is put forward or back.
JUMPS_EVERY = 2.0
JUMPS = (-3600, -600, -45, -5, 5, 45, 600, 3600)
# The first source refuses two questions of three: its metrics fall due again and again. They are
# pulled, and of those of the others one in so many.
REFUSES = 0
PULLED = 20
IDLE_TICKS = 20

CLOCK = """
CREATE TABLE IF NOT EXISTS simulated_clock (now timestamptz NOT NULL);
DELETE FROM simulated_clock;
INSERT INTO simulated_clock VALUES ('{now}');
CREATE OR REPLACE FUNCTION pilots_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    'SELECT now FROM simulated_clock'
"""

END = """
UPDATE pilots_pull SET status = 'done', started_at = %s, finished_at = %s
WHERE status = 'waiting' AND metric_id = ANY(%s)
"""


@dataclass(frozen=True)
class Due:
    """A metric by its number."""

    number: int

    @property
    def is_healthy(self) -> bool:
        return self.number % SOURCES != REFUSES

    @property
    def is_pulled(self) -> bool:
        return not self.is_healthy or self.number % PULLED == 1


def day(night: date, jumps: bool, size: int, chance: random.Random) -> Round:
    """From noon to noon of the installation's own day, which may have 23 or 25 hours."""
    from django.db import connection
    from django.test import override_settings
    from django.utils import timezone

    zone = ZoneInfo(ZONE)
    # In UTC, or the steps would be those of a clock on the wall.
    begins = datetime.combine(night - timedelta(days=1), time(12), zone).astimezone(UTC)
    ends = datetime.combine(night, time(12), zone).astimezone(UTC)
    found = Round()
    with ExitStack() as stack:
        stack.enter_context(override_settings(TIME_ZONE=ZONE, INTERNAL_HOSTS=["127.0.0.1"]))
        assert timezone.get_default_timezone_name() == ZONE
        with connection.cursor() as cursor:
            cursor.execute(CLOCK.format(now=begins.isoformat()))
        hospital = stack.enter_context(serve())
        hospital.answer = _answers()
        metrics = _due_tonight(size, hospital, begins, zone)
        connection.close()
        schedulers = [stack.enter_context(_helper("tick")) for _one in range(2)]
        workers = [stack.enter_context(_helper("work")) for _one in range(2)]
        clock, late = begins, []
        while clock < ends:
            if jumps and chance.random() < TICK / timedelta(hours=JUMPS_EVERY):
                clock += timedelta(seconds=chance.choice(JUMPS))
                found.seen["jumps of the clock"] += 1
            since, clock = clock, clock + TICK
            found.figures["hours"] = (clock - begins).total_seconds() / 3600
            late += _tick(found, metrics, since, clock, schedulers, workers)
            hospital.asked.clear()
            hospital.headers.clear()
    late.sort()
    found.figures["p99 late (simulated s)"] = late[int(len(late) * 0.99)] if late else 0.0
    found.figures["worst late (simulated s)"] = late[-1] if late else 0.0
    _every_metric_once(found, metrics)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pilots_pull WHERE status IN ('waiting', 'running')")
        found.lost += cursor.fetchone()[0]
    return found


def _tick(
    found: Round,
    metrics: dict[int, Due],
    since: datetime,
    clock: datetime,
    schedulers: list[Connection],
    workers: list[Connection],
) -> list[float]:
    """What is due beside what was written, by statements of our own; how late each was."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE simulated_clock SET now = %s", [clock])
        cursor.execute(
            "SELECT id, next_pull_at FROM pilots_metric WHERE next_pull_at <= %s", [clock]
        )
        due = dict(cursor.fetchall())
        if not due and int(clock.timestamp()) // int(TICK.total_seconds()) % IDLE_TICKS:
            return []
        cursor.execute("SELECT coalesce(max(id), 0) FROM pilots_pull")
        [last] = cursor.fetchone()
        _all_at_once(schedulers)
        cursor.execute("SELECT metric_id FROM pilots_pull WHERE id > %s", [last])
        made = Counter(pk for (pk,) in cursor.fetchall())
        found.tried += len(due)
        found.lost += len(due.keys() - made.keys())
        found.doubled += sum(made.values()) - len(made)
        found.check(not made.keys() - due.keys(), f"{len(made.keys() - due.keys())} were not due")
        cursor.execute(END, [clock, clock, [pk for pk in made if not metrics[pk].is_pulled]])
        if any(metrics[pk].is_pulled for pk in made):
            _all_at_once(workers)
    return [(clock - max(moment, since)).total_seconds() for moment in due.values()]


def _due_tonight(size: int, hospital: Source, begins: datetime, zone: ZoneInfo) -> dict[int, Due]:
    """Metrics whose moment of the night is known."""
    from pilots.metrics import schedule
    from pilots.metrics.models import Metric
    from tests.factories.cast import make_cast

    made = numbers.make_metrics(
        make_cast(),
        hospital,
        count=size,
        sources=SOURCES,
        points=1,
        pull_from=begins.date() - timedelta(days=1),
        created_at=begins,
        next_pull_at=None,
        cadence="day",
    )
    for metric in made:
        metric.next_pull_at = schedule.next_pull(metric.pk, at=begins, zone=zone)
    Metric.objects.bulk_update(made, ["next_pull_at"], batch_size=1000)
    return {metric.pk: Due(int(metric.name)) for metric in made}


def _answers() -> Callable[[str, dict[str, str]], Answer]:
    answer = numbers.answering()
    asked: Counter[int] = Counter()

    def say(path: str, headers: dict[str, str]) -> Answer:
        number = int(path.split("?")[0].strip("/"))
        asked[number] += 1
        if not Due(number).is_healthy and asked[number] % 3:
            return Answer(500)
        return answer(path, headers)

    return say


def _every_metric_once(found: Round, metrics: dict[int, Due]) -> None:
    """Each healthy metric was pulled once in the night, and each of the others until it came."""
    from pilots.metrics.models import Pull

    pulls = Counter(Pull.objects.values_list("metric_id", flat=True))
    done = Counter(Pull.objects.filter(status="done").values_list("metric_id", flat=True))
    for pk, metric in metrics.items():
        found.lost += not done[pk]
        if metric.is_healthy:
            found.doubled += max(pulls[pk] - 1, 0)
        found.check(done[pk] <= 1, f"metric {metric.number} was pulled {done[pk]} times")
        found.seen["pulled" if metric.is_pulled else "ended by a statement"] += done[pk]
    found.seen["refused by the source and asked again"] += sum(pulls.values()) - sum(done.values())


# The processes


@contextmanager
def _helper(verb: str) -> Iterator[Connection]:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_help, args=(verb, theirs), daemon=True)
    process.start()
    try:
        yield ours
    finally:
        process.kill()
        process.join()


def _all_at_once(helpers: list[Connection]) -> None:
    for helper in helpers:
        helper.send("go on")
    for helper in helpers:
        wrong = helper.recv()
        if wrong:
            raise RuntimeError(wrong)


def _help(verb: str, told: Connection) -> None:
    from innovation.workflow import actions as workflow
    from pilots.metrics import actions, clock, tasks

    mock.patch.object(workflow, "defer").start()
    while True:
        told.recv()
        try:
            if verb == "tick":
                tasks.dispatch_due()
            else:
                while actions.run_waiting(at=clock.now()):
                    pass
        except Exception as error:
            told.send(repr(error))
        else:
            told.send("")


def _row(name: str, says: str, night: date, *, jumps: bool = False) -> Row:
    def run(size: int, chance: random.Random, _stage: Stage) -> Round:
        return partial(day, night, jumps)(size, chance)

    return Row(name, f"24 simulated hours, two schedulers, {says}", run, size=10_000)


ROWS = (
    _row("autumn", "the night with 25 hours", AUTUMN),
    _row("spring", "the night with 23 hours", SPRING),
    _row("jumps", "a clock that is put forward and back", PLAIN, jumps=True),
)
