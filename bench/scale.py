"""What one more of each thing costs: bytes on disk, statements a second, and how they grow tenfold.

    .venv/bin/python -m bench.scale [--observations 2000000]

docs/scale.md derives its numbers from these. Rows are written as `bench/data.py` does (a tenth first,
then all); rates are of real actions by processes beside each other, each event in the chain of the log,
on a database of its own that waits for the disk with each commit, as one in production does.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType

import dev
from bench.faults.stage import staged

# What a table holds one row of, by the name it is known by.
TABLES = {
    "observation": "pilots_observation",
    "need": "innovation_need",
    "event": "innovation_event",
    "pull": "pilots_pull",
    "user": "innovation_user",
    "role": "innovation_rolegrant",
    "metric": "pilots_metric",
    "pilot": "pilots_pilot",
    "ledger entry": "pilots_ledgerentry",
    "notice": "innovation_notice",
    "state change": "innovation_statechange",
}
SECONDS = 10.0
PAGES = (
    "/needs/", "/needs/42/", "/needs/new/", "/triage/", "/pilots/", "/pilots/42/", "/metrics/42/",
    "/sources/", "/review/", "/objectives/", "/log/",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--observations", type=int, default=2_000_000)
    parser.add_argument("--needs", type=int, default=20_000)
    arguments = parser.parse_args()
    with staged() as stage:
        for part in (10, 1):
            stage.empty()
            fill(arguments, part)
            takes()
            if part == 1:
                for clients in (1, 2, 4, 8):
                    rate("needs recorded", record_needs, clients)
                for clients in (1, 8):
                    rate("log entries alone", write_events, clients)
                disk()
            reads()
            pages()
            sizes()


def fill(options: argparse.Namespace, part: int) -> None:
    from bench.data import Size, fill

    began = time.perf_counter()
    size = Size(
        needs=options.needs // part,
        pilots=max(200, options.observations // 200 // part),
        observations=options.observations // part,
        units=2_400 // part,
        people=20_000 // part,
    )
    fill(size)
    print(f"\n{size} written in {time.perf_counter() - began:.0f} s")


def sizes() -> None:
    """Bytes of a row with all its indexes, of tables with enough rows to tell."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        for name, table in TABLES.items():
            cursor.execute(
                """
                SELECT coalesce(sum(pg_total_relation_size(relid)), 0)
                FROM pg_partition_tree(%s) WHERE isleaf
                """,
                [table],
            )
            whole = cursor.fetchone()[0]
            if not whole:
                cursor.execute("SELECT pg_total_relation_size(%s::regclass)", [table])
                whole = cursor.fetchone()[0]
            cursor.execute(f"SELECT count(*) FROM {table}")
            rows = cursor.fetchone()[0]
            if rows >= 1000:
                print(f"{name}: {rows:,} rows, {whole / rows:,.0f} bytes each with indexes")


def rate(name: str, act: Callable[[int, float], int], clients: int) -> None:
    """How many a second so many processes get done beside each other."""
    from django.db import connection

    connection.close()
    ends = time.time() + SECONDS
    with multiprocessing.get_context("fork").Pool(clients) as pool:
        done = pool.starmap(act, [(client, ends) for client in range(clients)])
    print(f"{name}, {clients} at once: {sum(done) / SECONDS:,.0f} a second")


def record_needs(client: int, ends: float) -> int:
    """Whole needs, as the form records them: row, step, event, one commit."""
    from django.utils import timezone

    from innovation.needs import actions as needs
    from innovation.people.models import User

    person = User.objects.select_related("unit").get(pk=2 + client)
    assert person.unit is not None
    done = 0
    while time.time() < ends:
        needs.submit(
            by=person,
            at=timezone.now(),
            unit=person.unit,
            problem=f"The monitor of bed {done} falls silent, and nobody hears it ({client}).",
            population="Everybody on telemetry",
            outcome="That somebody hears it.",
            setting="ward",
            frequency="daily",
        )
        done += 1
    return done


def write_events(client: int, ends: float) -> int:
    """An event and its commit, and nothing else."""
    from django.db import transaction
    from django.utils import timezone

    from innovation.audit import actions as audit
    from innovation.people.models import User

    person, done = User.objects.get(pk=2 + client), 0
    while time.time() < ends:
        with transaction.atomic():
            audit.record("person.signed_in", person, by=person, at=timezone.now())
        done += 1
    return done


def takes() -> None:
    """A worker's take, with a waiting pull for each metric: of a source that has room, and where it must
    look at all of them to find none."""
    from django.db import connection, transaction
    from django.utils import timezone

    from pilots.metrics import actions
    from pilots.metrics.actions import queue
    from pilots.metrics.models import Metric, Source, SourcePace

    Metric.objects.update(next_pull_at=timezone.now())
    began = time.perf_counter()
    written = actions.dispatch_due(at=timezone.now())
    took = time.perf_counter() - began
    print(f"due pulls written: {written:,} in {took:.1f} s, {written / took:,.0f} a second")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    quick = timezone.now() + timedelta(hours=1)
    SourcePace.objects.bulk_create(
        SourcePace(source=source, quick_until=quick) for source in Source.objects.all()
    )
    with transaction.atomic():
        print(f"one take among them: median {one_take(queue):.1f} ms")
        SourcePace.objects.update(asked_again_at=quick, failures=5, problem="away")
        print(f"and where every source is paused: median {one_take(queue):.1f} ms")
        transaction.set_rollback(True)


def one_take(queue: ModuleType) -> float:
    """Milliseconds, the median of fifty."""
    spent = []
    for _turn in range(50):
        began = time.perf_counter()
        queue.take()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


def disk() -> None:
    """What a commit cannot be quicker than: 8 kB written and known to lie on the disk."""
    spent = []
    with tempfile.TemporaryFile(dir=dev.short_temporary_directory()) as file:
        for _turn in range(300):
            began = time.perf_counter()
            file.write(b"x" * 8192)
            file.flush()
            os.fdatasync(file.fileno())
            spent.append((time.perf_counter() - began) * 1000)
    print(f"a write to the disk: median {statistics.median(spent):.2f} ms")


def reads() -> None:
    """What pages ask most, as SQL alone."""
    from django.utils import timezone

    from innovation.needs.models import Need
    from innovation.people.models import User
    from pilots.lifecycle.models import Pilot
    from pilots.metrics import queries
    from pilots.metrics.models import Metric

    nurse, office = User.objects.get(pk=2), User.objects.get(pk=1)
    asked: dict[str, Callable[[], object]] = {
        "needs of a nurse": lambda: list(Need.objects.visible_to(nurse).order_by("-id")[:50]),
        "needs of the office": lambda: list(Need.objects.visible_to(office).order_by("-id")[:50]),
        "pilots of the office": lambda: list(Pilot.objects.visible_to(office)[:50]),
        "freshness of 25 metrics": lambda: queries.freshness_of(
            list(Metric.objects.all()[:25]), timezone.now()
        ),
    }
    for name, ask in asked.items():
        spent = []
        for _turn in range(15):
            began = time.perf_counter()
            ask()
            spent.append((time.perf_counter() - began) * 1000)
        print(f"{name}: median {statistics.median(spent):.1f} ms")


def pages() -> None:
    """Whole pages of the office, without the web server: what more of everything costs
    them, and the seconds of a core that a page takes in Python (the database's come on top)."""
    from django.test import Client

    from bench.pages import session_cookie

    client = Client(headers={"cookie": session_cookie(), "host": "localhost"})
    for path in PAGES:
        client.get(path)
        spent, busy, size = [], [], 0
        for _turn in range(7):
            began, began_busy = time.perf_counter(), time.process_time()
            answer = client.get(path)
            size = len(answer.content)
            spent.append((time.perf_counter() - began) * 1000)
            busy.append((time.process_time() - began_busy) * 1000)
            assert answer.status_code == 200, (path, answer.status_code)
        print(
            f"page {path}: median {statistics.median(spent):.0f} ms, of which Python "
            f"{statistics.median(busy):.0f} ms; {size / 1024:.0f} kB"
        )


if __name__ == "__main__":
    main()
