"""A broker that forgets, dies and loses its disk: the database is the truth, and work goes on."""

from __future__ import annotations

import random
import signal
import time
from typing import TYPE_CHECKING

from bench.faults import numbers
from bench.faults.row import Round, Row
from bench.faults.stage import Stage, wait_until
from tests.pilots.metrics.server import serve

if TYPE_CHECKING:
    from pilots.metrics.models import Metric

METRICS, POINTS, SOURCES = 60, 30, 12
# So many numbers are asked for before, while and after the broker is away.
ASKED = 8
LONGEST = 120.0


def wipe(size: int, chance: random.Random, stage: Stage) -> Round:
    """The broker is told to forget everything, or is killed and comes back with what its disk has,
    or with nothing. What was asked for before, meanwhile and after is all done. Whoever ends by
    itself is started again, as by systemd: a Celery worker may (kombu 5.7), whose broker dies while it
    tells it that a task is done."""
    from pilots.metrics.models import Pull
    from tests.factories.cast import make_cast

    found = Round()
    with serve() as hospital:
        hospital.answer = numbers.answering()
        metrics = numbers.make_metrics(
            make_cast(), hospital, count=METRICS, sources=SOURCES, points=POINTS
        )
        worker, beat = stage.worker(), stage.beat()

        def nothing_waits() -> bool:
            for program in (worker, beat):
                if stage.look_after(program):
                    found.seen[f"{program.name} ended and was started again"] += 1
            return not Pull.objects.under_way().exists()

        wait_until(lambda: Pull.objects.filter(status="done").count() == METRICS, "the first pulls")
        for turn in range(size):
            kind = ("forgets", "restarts", "loses its disk")[turn % 3]
            asked = _ask(metrics, chance)
            time.sleep(chance.uniform(0, 0.3))
            if kind == "forgets":
                stage.broker_says(b"FLUSHALL")
            else:
                stage.valkey.signal(signal.SIGKILL)
                stage.valkey.process.wait()
                if kind == "loses its disk":
                    stage.forget_broker()
                time.sleep(chance.uniform(0, 4))
                asked |= _ask(metrics, chance)
                stage.valkey.start()
                stage.valkey.wait_until_ready()
            asked |= _ask(metrics, chance)
            back = time.monotonic()
            try:
                wait_until(nothing_waits, "what was asked for", seconds=LONGEST)
            except TimeoutError:
                found.lost += Pull.objects.under_way().count()
                break
            found.back_after.append(time.monotonic() - back)
            found.tried += 1
            found.seen[f"{kind}: all done"] += 1
            not_done = Pull.objects.filter(pk__in=asked).exclude(status="done")
            found.lost += not_done.count()
        stage.stop()
    numbers.compare_numbers(found, metrics, points=POINTS)
    numbers.differences(found)
    return found


def _ask(metrics: list[Metric], chance: random.Random) -> set[int]:
    """Pulls, as somebody asks for them on the pages of the metrics."""
    from pilots.metrics import actions

    some = chance.sample(metrics, ASKED)
    return {actions.request_pull(metric, at=numbers.moment()).pk for metric in some}


ROWS = (
    Row(
        "wipes",
        "wipes and restarts of the broker, with work asked for before, meanwhile and after",
        wipe,
        size=10,
        rounds=5,
        within=30,
    ),
)
