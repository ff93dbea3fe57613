"""How soon the metrics of healthy sources are begun while others hang, and what a take costs.

    eval "$(python3 dev.py services)"
    .venv/bin/python -m bench.queue [--due 10000] [--slow 10] [--healthy 40] [--workers 4]
                                    [--seconds 60] [--after 0]

A hospital on loopback answers healthy sources at once, or after so many milliseconds, and sends
the slow ones a byte a second.
Everything falls due at one moment; processes take pulls as the workers do. Nothing was known of any
source before. Printed: when each healthy source was first begun, the longest time in which none
was begun while some waited, how many were done; then a batch of due ones with a person's wish, a
guardrail and a straggler among them; then what one take costs and reads with all of them waiting.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import threading
import time
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock

from bench.database import empty_database, set_up

WEEK = date(2026, 11, 9)


class Hospital(BaseHTTPRequestHandler):
    """One port: `/slow/…` drips, everything else answers with one row."""

    protocol_version = "HTTP/1.0"
    after = 0.0

    def do_GET(self) -> None:
        body = json.dumps({"rows": [{"week": str(WEEK), "late": 9, "all": 90}]}).encode()
        try:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if "slow" not in self.path:
                time.sleep(self.after)
                self.wfile.write(body)
                return
            for place in range(len(body)):
                self.wfile.write(body[place : place + 1])
                time.sleep(1)
        except OSError:
            pass  # whoever asked has left

    def log_message(self, *_args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--slow", type=int, default=10)
    parser.add_argument("--healthy", type=int, default=40)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--plan", action="store_true", help="print the plan of a take")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--after", type=int, default=0)
    arguments = parser.parse_args()
    set_up()
    from django.conf import settings

    settings.INTERNAL_HOSTS = ["127.0.0.1"]
    settings.CELERY_TASK_ALWAYS_EAGER = False
    with empty_database():
        measure(arguments)


def measure(options: argparse.Namespace) -> None:
    from django.db import connection

    from innovation.workflow import actions as workflow

    Hospital.after = options.after / 1000
    mock.patch.object(workflow, "defer").start()  # no broker: processes of ours take
    server = Server(("127.0.0.1", 0), Hospital)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    healthy = plan(options, f"http://127.0.0.1:{server.server_port}")
    took = write_pulls()
    print(f"{options.due:,} metrics fell due at once, written in {took:.1f} s")
    cost_of_a_take()
    begun = datetime.now().astimezone()
    connection.close()
    ends = time.time() + options.seconds
    workers = [
        multiprocessing.get_context("fork").Process(target=work, args=(ends,), daemon=True)
        for _worker in range(options.workers)
    ]
    for worker in workers:
        worker.start()
    time.sleep(5)
    urgent = add_urgent(healthy)
    for worker in workers:
        worker.join(max(0, ends - time.time()) + 3)
        worker.kill()
    report(begun, healthy, urgent, options)


def plan(options: argparse.Namespace, url: str) -> list[int]:
    """A unit, its sources and their due metrics; the keys of the healthy sources."""
    from django.utils import timezone

    from innovation.people import actions as people
    from innovation.people.models import User
    from pilots.metrics.models import Metric, Source

    now = timezone.now()
    ada, unit = people.install(email="ada@bench.example", name="Ada", unit_name="Bench", at=now)
    ada = User.objects.get(pk=ada.pk)
    sources = [
        Source.objects.create(
            name=f"{kind} {number}",
            unit=unit,
            kind="rest_json",
            config={"base_url": f"{url}/{kind}"},
            created_at=now,
            created_by=ada,
        )
        # The slow ones come first wherever their number decides.
        for kind, count in (("slow", options.slow), ("healthy", options.healthy))
        for number in range(count)
    ]
    Metric.objects.bulk_create(
        (
            Metric(
                name=f"Late notes {number}",
                definition="late ÷ all",
                unit=unit,
                kind="proportion",
                direction="lower",
                dimension="workflow",
                source=sources[number % len(sources)],
                binding={
                    "rows": "rows",
                    "period": "week",
                    "numerator": "late",
                    "denominator": "all",
                    "path": "late?from={start}",
                },
                pull_from=WEEK,
                created_at=now,
                next_pull_at=now,
                data_version=1,
            )
            for number in range(options.due)
        ),
        batch_size=1000,
    )
    return [source.pk for source in sources[options.slow :]]


def write_pulls() -> float:
    from django.utils import timezone

    from pilots.metrics import actions

    began = time.perf_counter()
    actions.dispatch_due(at=timezone.now())
    return time.perf_counter() - began


def work(ends: float) -> None:
    """A worker: woken again as often as the schedule does."""
    from django.utils import timezone

    from pilots.metrics import actions
    from pilots.metrics.actions import dispatch

    dispatch.SHIFT_SECONDS = max(1.0, ends - time.time())
    while time.time() < ends:
        if not actions.run_waiting(at=timezone.now()):
            time.sleep(1)


def add_urgent(healthy: list[int]) -> dict[str, tuple[int, datetime]]:
    """In the middle of the batch: what a person asks for, and a metric that falls due."""
    from django.utils import timezone

    from innovation.people.models import User
    from pilots.metrics import actions
    from pilots.metrics.models import Metric

    ada = User.objects.get()
    found: dict[str, tuple[int, datetime]] = {}
    for word, place in (("asked by a person", 0), ("falls due meanwhile", 1)):
        model = Metric.objects.filter(source=healthy[place]).latest("pk")
        model.pk, model.name, model.next_pull_at = None, word, None
        if place:
            source = model.source
            source.pk, source.name = None, "another one"
            source.save()
            model.source = source
        model.save()
        at = timezone.now()
        by = ada if place == 0 else None
        found[word] = (actions.request_pull(model, by=by, at=at).pk, at)
    return found


def report(
    begun: datetime,
    healthy: list[int],
    urgent: dict[str, tuple[int, datetime]],
    options: argparse.Namespace,
) -> None:
    from pilots.metrics.models import Pull

    of_healthy = Pull.objects.filter(metric__source__in=healthy)
    begun_at = of_healthy.exclude(started_at=None).values_list("metric__source", "started_at")
    first: dict[int, datetime] = {}
    for source, at in begun_at:
        if at is not None:
            first[source] = min(at, first.get(source, at))
    waits = sorted((at - begun).total_seconds() for at in first.values())
    ends = of_healthy.values_list("finished_at", flat=True)
    moments = sorted(at for at in ends if at is not None)
    gaps = [b - a for a, b in zip([begun, *moments], moments, strict=False)]
    done = len(moments)
    print(f"{options.workers} workers, {options.slow} slow and {len(healthy)} healthy sources")
    if waits:
        print(
            f"healthy sources begun: {len(waits)} of {len(healthy)}; first after {waits[0]:.1f} s, "
            f"median {statistics.median(waits):.1f} s, last {waits[-1]:.1f} s"
        )
    longest = max(gaps, default=timedelta(seconds=options.seconds))
    wanted = of_healthy.count()
    print(
        f"their pulls: {done:,} of {wanted:,} done within {options.seconds} s, "
        f"{done / (moments[-1] - begun).total_seconds() if moments else 0:.0f} a second; "
        f"longest time without one: {longest.total_seconds():.1f} s; "
        f"all of them after {(moments[-1] - begun).total_seconds() if done == wanted else 0:.0f} s"
    )
    for word, (pk, at) in urgent.items():
        pull = Pull.objects.get(pk=pk)
        late = (pull.started_at - at).total_seconds() if pull.started_at else None
        print(f"{word}: begun after {'–' if late is None else f'{late:.2f}'} s")


def cost_of_a_take() -> None:
    from django.db import connection, transaction

    from pilots.metrics.actions import queue

    spent = []
    with transaction.atomic():
        for _turn in range(60):
            began = time.perf_counter()
            queue.take()
            spent.append((time.perf_counter() - began) * 1000)
        transaction.set_rollback(True)
    print(f"a take: median {statistics.median(spent):.2f} ms, worst {max(spent):.2f} ms")
    with transaction.atomic(), connection.cursor() as cursor:
        facts: dict[str, str | float] = {
            "class": 1,
            "lease": 30.0,
            "most": 2,
            "room": 2,
            "by": "bench",
            "copy": "",
        }
        _lock, take = queue.TAKE.strip().split(";", 1)
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {take}", facts)
        plan = [line for (line,) in cursor.fetchall()]
        print(*(plan if "--plan" in sys.argv else plan[-1:]), sep="\n")
        assert any("pull_queue" in line for line in plan), "\n".join(plan)
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
