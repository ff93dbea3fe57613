"""Sources that do everything a source must not do, beside healthy ones that nobody keeps waiting."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from bench.faults import numbers
from bench.faults.row import Round, Row
from bench.faults.stage import Stage, children_of, wait_until
from tests.fakes.hostile_server import hostile_server
from tests.pilots.metrics.server import Answer, serve

HOSTILE = (
    "huge", "endless-chunks", "bomb", "double-gzip", "endless-headers", "endless-continue",
    "loop", "loop-a", "nowhere", "busy", "busy-until", "busy-forever", "unavailable", "500", "304",
    "hang-up", "cut-body", "cut-chunks", "cut-gzip", "bad-chunks", "not-gzip", "not-http", "silent",
    "slow-body", "slow-headers", "web-page", "empty", "deep-json", "long-number", "broken-json",
)  # fmt: skip
HEALTHY = 20
# However it is, a pull of it ends within (PULL_SECONDS and the minute of a time-out), and a process
# of the worker never holds so much more than before, in megabytes.
LONGEST, MEMORY = 480 + 60, 400
FIRST = date(2026, 1, 5)


def lie(size: int, chance: random.Random, stage: Stage) -> Round:
    """`size` kinds of hostile answers, and those of pages that do not fit together."""
    from django.utils import timezone

    from pilots.metrics.models import Metric, Observation
    from tests.factories.cast import make_cast
    from tests.probes.server import HIGHEST, memory_of

    found = Round()
    with serve() as hospital, hostile_server() as hostile:
        hospital.answer = _healthy_or_lying
        cast = make_cast()
        healthy = numbers.make_metrics(
            cast, hospital, count=HEALTHY, sources=5, points=20, next_pull_at=None
        )
        kinds = {name: hostile.url("") for name in HOSTILE[:size]}
        kinds |= dict.fromkeys(LIES, hospital.url)
        bad = {name: _metric(cast, name, url) for name, url in kinds.items()}
        worker = stage.worker(concurrency=4)
        stage.beat()
        wait_until(lambda: len(children_of(worker.process.pid)) >= 4, "a worker")
        processes = children_of(worker.process.pid)
        before = {pid: memory_of(pid, HIGHEST) for pid in processes}
        Metric.objects.update(next_pull_at=timezone.now())
        began, ended, waits = time.monotonic(), dict[str, float](), list[float]()
        while len(ended) < len(bad) and time.monotonic() < began + LONGEST + 60:
            asked = time.monotonic()
            keys = [metric.pk for metric in healthy]
            moment = timezone.now()
            Metric.objects.filter(pk__in=keys).update(next_pull_at=moment)
            wait_until(partial(_all_done, keys, moment), "the healthy ones")
            waits.append(time.monotonic() - asked)
            for name, metric in bad.items():
                if name not in ended and metric.pulls.exclude(finished_at=None).exists():
                    ended[name] = time.monotonic() - began
        found.tried = len(bad)
        found.lost = len(bad.keys() - ended.keys())
        alive = set(processes) & set(children_of(worker.process.pid))
        grown = [memory_of(pid, HIGHEST) - before[pid] for pid in alive]
        found.check(len(grown) == len(processes), "a worker process died")
        found.figures["slowest to end (s)"] = max(ended.values(), default=0)
        found.figures["memory of a process, more (MB)"] = max(grown, default=0)
        found.figures["healthy ones waited (s), a tick of 15 s included"] = max(waits)
        found.check(max(grown, default=0) < MEMORY, "a process took too much memory")
        stage.stop()
    for name, metric in bad.items():
        pull = metric.pulls.exclude(finished_at=None).order_by("pk").first()
        kept = Observation.objects.filter(metric=metric).count()
        found.check(not kept, f"{name}: {kept} numbers of a part were kept")
        if pull is not None:
            found.check(pull.status == "failed", f"{name}: {pull.status}")
            found.check("fault of its own" not in pull.problem, f"{name}: stumbled")
            found.seen[pull.status] += 1
    numbers.compare_numbers(found, healthy, points=20)
    return found


def _all_done(metrics: list[int], since: datetime) -> bool:
    from pilots.metrics.models import Pull

    done = Pull.objects.filter(metric__in=metrics, status="done", requested_at__gte=since)
    return done.count() >= len(metrics)


def _metric(cast: Any, name: str, url: str) -> Any:
    from django.utils import timezone

    from pilots.metrics.models import Metric, Source

    now = timezone.now()
    source = Source.objects.create(
        name=name, unit=cast.brigid, kind="rest_json", config={"base_url": url}, created_at=now,
        created_by=cast.jonas,
    )  # fmt: skip
    binding = {**numbers.BINDING, "path": name, "next": "next", "total": "total"}
    return Metric.objects.create(
        name=name, definition="late ÷ all", unit=cast.brigid, kind="proportion", source=source,
        direction="lower", dimension="workflow", cadence="day", pull_from=FIRST, binding=binding,
        created_at=now,
    )  # fmt: skip


def _page(first: int, count: int, **more: object) -> Answer:
    rows = [
        {"day": str(FIRST + timedelta(days=place)), "late": 1, "all": 9}
        for place in range(first, first + count)
    ]
    return Answer(body=json.dumps({"rows": rows, **more}).encode())


# Pages that do not fit together: path, and whether it is the second page.
LIES: dict[str, Callable[[bool], Answer]] = {
    "partial-last-page": lambda second: (
        _page(10, 4, total=20)
        if second
        else _page(0, 10, total=20, next="partial-last-page?page=2")
    ),
    "total-that-changes": lambda second: (
        _page(10, 10, total=21)
        if second
        else _page(0, 10, total=20, next="total-that-changes?page=2")
    ),
    "second-page-fails": lambda second: (
        Answer(500) if second else _page(0, 10, total=20, next="second-page-fails?page=2")
    ),
    "pages-without-end": lambda _second: _page(0, 1, next="pages-without-end?page=2"),
    "not-modified": lambda _second: Answer(304, headers={"ETag": '"of-something-else"'}),
}


def _healthy_or_lying(path: str, headers: dict[str, str]) -> Answer:
    name = path.partition("?")[0].strip("/")
    if name in LIES:
        return LIES[name]("page=" in path)
    return numbers.answering()(path, headers)


ROWS = (
    Row(
        "upstream",
        "hostile answers: endless, slow, cut, compressed, redirected, in pages that do not fit",
        lie,
        size=len(HOSTILE),
    ),
)
