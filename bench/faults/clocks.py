"""Two machines whose clocks are ahead: the database's is the one that counts."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from bench.faults import numbers
from bench.faults.row import Round, Row
from bench.faults.stage import wait_until
from tests.pilots.metrics.server import serve

if TYPE_CHECKING:
    from bench.faults.stage import Stage

AHEAD = ("+1h", "+80h")
METRICS, POINTS, SOURCES = 20, 30, 5


def ahead(size: int, _chance: random.Random, stage: Stage) -> Round:
    """Workers an hour and three days ahead pull what falls due by the database's clock, again and
    again. They ask for no day that has not ended, and each metric is due the next night."""
    from pilots.metrics.models import Metric, Observation, Pull
    from tests.factories.cast import make_cast

    found, library = Round(), clock_library()
    if not library:
        found.wrong.append("not tried: libfaketime is not here (Debian: apt-get install faketime)")
        return found
    with serve() as hospital:
        hospital.answer = numbers.answering()
        metrics = numbers.make_metrics(
            make_cast(), hospital, count=METRICS, sources=SOURCES, points=POINTS
        )
        for number, by in enumerate(AHEAD):
            fake = {"LD_PRELOAD": library, "FAKETIME": by, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
            stage.worker(number, more=fake)
        stage.beat()
        for turn in range(1, size + 1):
            wait_until(partial(_ended, turn * METRICS), "the pulls")
            now = numbers.moment()
            far = Metric.objects.filter(next_pull_at__gt=now + timedelta(hours=26)).count()
            found.check(not far, f"{far} metrics are due later than the next night")
            Metric.objects.update(next_pull_at=now)
            found.tried += METRICS
        stage.stop()
        today = numbers.moment().date()
        for path in hospital.asked:
            until = date.fromisoformat(parse_qs(urlsplit(path).query)["until"][0])
            found.check(until <= today, f"a day was asked for that has not ended: {path}")
    found.lost += Pull.objects.exclude(status="done").exclude(status="waiting").count()
    invented = Observation.objects.filter(period__gte=today).count()
    found.check(not invented, f"{invented} numbers of days that have not ended")
    for status in Pull.objects.values_list("status", flat=True):
        found.seen[status] += 1
    numbers.compare_numbers(found, metrics, points=POINTS)
    return found


def _ended(count: int) -> bool:
    from pilots.metrics.models import Pull

    return Pull.objects.exclude(finished_at=None).count() >= count


def clock_library() -> str:
    """libfaketime, which Debian has; installed where we may."""
    if not _found() and os.getuid() == 0 and shutil.which("apt-get"):
        subprocess.run(
            ["apt-get", "-qy", "install", "--no-install-recommends", "faketime"],
            check=False,
            capture_output=True,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    return _found()


def _found() -> str:
    places = Path("/usr/lib").glob("*/faketime/libfaketime.so.1")
    return next((str(place) for place in places), "")


ROWS = (Row("clocks", "pulls by workers whose clocks are ahead", ahead, size=20),)
