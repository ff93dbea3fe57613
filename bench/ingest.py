"""Observations through the real pull path, beside COPY into the same table in the same run.

    eval "$(python3 dev.py services)"
    .venv/bin/python -m bench.ingest [--metrics 2000] [--points 250] [--rounds 3] [--only WORDS]

Each way writes the same numbers for metrics of its own, from the state before to committed; the
figure is rows a second. A round of all ways is run several times and the medians are printed.
A file of a million rows: --metrics 10000 --points 100 --only file.
"""

from __future__ import annotations

import argparse
import csv
import io
import statistics
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from bench.database import empty_database, set_up

FIRST = date(2021, 1, 4)
WANTED = ["int8", "date", "numeric", "numeric", "int8"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--metrics", type=int, default=2000)
    parser.add_argument("--points", type=int, default=250)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="the ways whose names hold these words")
    arguments = parser.parse_args()
    set_up()
    with empty_database():
        measure(arguments.metrics, arguments.points, arguments.rounds, arguments.only)


def measure(count: int, points: int, rounds: int, only: str) -> None:
    from django.db import connection, transaction
    from django.utils import timezone

    from innovation.people import actions as people
    from innovation.people.models import User
    from pilots.connectors.measurement import Measurement
    from pilots.metrics import actions as metrics
    from pilots.metrics import ingest
    from pilots.metrics.actions import requests
    from pilots.metrics.models import Metric, Pull

    now = timezone.now()
    ada, unit = people.install(email="ada@bench.example", name="Ada", unit_name="Bench", at=now)
    ada = User.objects.get(pk=ada.pk)
    periods = [FIRST + timedelta(weeks=i) for i in range(points)]
    codes = [f"R{i:05}" for i in range(count)]
    rows = count * points

    def numbers(metric: int, point: int) -> tuple[int, int]:
        whole = 500 + (metric * 31 + point * 17) % 400
        return whole // 9 + (metric + point) % 40, whole

    def file() -> bytes:
        lines = ["week,code,late,all"]
        for m, code in enumerate(codes):
            for p, period in enumerate(periods):
                late, whole = numbers(m, p)
                lines.append(f"{period},{code},{late},{whole}")
        return "\n".join(lines).encode()

    content = file()
    mapping = {"date": "week", "numerator": "late", "denominator": "all", "entity_column": "code"}

    def new_metrics(label: str) -> list[Metric]:
        """A source with this file and a metric for each organisation, nothing pulled yet."""
        source = metrics.create_source(
            by=ada, at=now, unit=unit, name=label, kind="csv_upload", config={}
        )
        metrics.upload_file(source, name="bench.csv", content=content, by=ada, at=now)
        return metrics.create_each(
            source,
            by=ada,
            at=now,
            unit=unit,
            entities=codes,
            name="Late",
            definition="Late over all",
            kind="proportion",
            direction="lower",
            dimension="workflow",
            cadence="week",
            pull_from=FIRST,
            binding=mapping,
        )

    def copy_into_table(found: list[Metric], at: datetime) -> None:
        with (
            connection.cursor() as cursor,
            cursor.cursor.copy(
                "COPY pilots_observation (metric_id, period, numerator, denominator, n, version,"
                " revision, pull_id, recorded_at) FROM STDIN (FORMAT BINARY)"
            ) as copy,
        ):
            copy.set_types(
                [
                    "int8",
                    "date",
                    "numeric",
                    "numeric",
                    "int8",
                    "int4",
                    "int4",
                    "int8",
                    "timestamptz",
                ]
            )
            for m, metric in enumerate(found):
                for p, period in enumerate(periods):
                    late, whole = numbers(m, p)
                    copy.write_row(
                        (metric.pk, period, Decimal(late), Decimal(whole), whole, 1, 0, 1, at)
                    )

    def copy_and_upsert(found: list[Metric], at: datetime) -> None:
        upsert(
            (
                (metric.pk, period, Decimal(late), Decimal(whole), whole)
                for m, metric in enumerate(found)
                for p, period in enumerate(periods)
                for late, whole in [numbers(m, p)]
            ),
            at,
        )

    def file_by_hand(found: list[Metric], at: datetime) -> None:
        keys = {metric.entity: metric.pk for metric in found}
        lines = csv.DictReader(io.StringIO(content.decode()))
        upsert(
            (
                (
                    keys[line["code"]],
                    date.fromisoformat(line["week"]),
                    Decimal(line["late"]),
                    Decimal(line["all"]),
                    int(line["all"]),
                )
                for line in lines
            ),
            at,
        )

    def upsert(lines: Iterable[tuple[object, ...]], at: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS by_hand")
            cursor.execute(
                "CREATE TEMPORARY TABLE by_hand (metric_id bigint, period date, numerator numeric,"
                " denominator numeric, n bigint) ON COMMIT DROP"
            )
            with cursor.cursor.copy(
                "COPY by_hand (metric_id, period, numerator, denominator, n)"
                " FROM STDIN (FORMAT BINARY)"
            ) as copy:
                copy.set_types(WANTED)
                for line in lines:
                    copy.write_row(line)
            cursor.execute(
                """
                INSERT INTO pilots_observation AS known (metric_id, period, numerator, denominator,
                    n, version, revision, pull_id, recorded_at)
                SELECT metric_id, period, numerator, denominator, n, 1, 0, 1, %s FROM by_hand
                ON CONFLICT (metric_id, period) DO UPDATE SET
                    numerator = EXCLUDED.numerator, denominator = EXCLUDED.denominator,
                    n = EXCLUDED.n, pull_id = EXCLUDED.pull_id, recorded_at = EXCLUDED.recorded_at
                WHERE (known.numerator, known.denominator, known.n)
                    IS DISTINCT FROM (EXCLUDED.numerator, EXCLUDED.denominator, EXCLUDED.n)
                """,
                [at],
            )

    def store(found: list[Metric], at: datetime) -> None:
        ingest.store(
            [
                ingest.Delivery(
                    metric.pk,
                    1,
                    1,
                    True,
                    [
                        Measurement(period, None, Decimal(late), Decimal(whole), whole)
                        for p, period in enumerate(periods)
                        for late, whole in [numbers(m, p)]
                    ],
                )
                for m, metric in enumerate(found)
            ],
            at=at,
        )

    def pull(found: list[Metric], at: datetime) -> None:
        waiting = Pull.objects.filter(metric__in=found, status="waiting")
        done = metrics.run_batch(waiting.values_list("pk", flat=True), at=at)
        assert sum(one.added for one in done) == rows, sum(one.added for one in done)

    ways: dict[str, tuple[Callable[[list[Metric], datetime], None], bool]] = {
        "COPY into the table": (copy_into_table, True),
        "COPY, then ON CONFLICT, by hand": (copy_and_upsert, True),
        "ingest.store": (store, True),
        "bytes of the file to committed, by hand": (file_by_hand, True),
        "pull: bytes of the file to committed": (pull, False),
    }
    ways = {name: way for name, way in ways.items() if only in name}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    again: list[float] = []
    dead: list[int] = []
    for turn in range(rounds):
        for name, (way, in_transaction) in ways.items():
            found = new_metrics(f"{name} {turn}")
            began = time.perf_counter()
            if in_transaction:
                with transaction.atomic():
                    way(found, now)
            else:
                way(found, now)
            seconds[name].append(time.perf_counter() - began)
        if pull in [way for way, _transaction in ways.values()]:
            before = dead_rows()
            with transaction.atomic():
                requests.pull_again(found[0].source, by=ada, at=now)
            waiting = Pull.objects.filter(metric__in=found, status="waiting")
            began = time.perf_counter()
            done = metrics.run_batch(waiting.values_list("pk", flat=True), at=now)
            again.append(time.perf_counter() - began)
            assert all(one.added == one.revised == 0 for one in done)
            dead.append(dead_rows() - before)
    by_hand = {
        "ingest.store": "COPY, then ON CONFLICT, by hand",
        "pull: bytes of the file to committed": "bytes of the file to committed, by hand",
    }
    print(f"{rows:,} observations of {count:,} metrics, medians of {rounds} rounds")
    print(f"{'way':40}{'seconds':>9}{'rows/s':>12}{'of by hand':>12}")
    for name, found_seconds in seconds.items():
        middle = statistics.median(found_seconds)
        beside = seconds.get(by_hand.get(name, ""))
        of_it = f"{statistics.median(beside) / middle:>12.2f}" if beside else ""
        print(f"{name:40}{middle:>9.2f}{rows / middle:>12,.0f}{of_it}")
    if again:
        middle = statistics.median(again)
        print(
            f"{'pull again, nothing changed':40}{middle:>9.2f}{rows / middle:>12,.0f}"
            f"   dead rows: {max(dead)}"
        )


def dead_rows() -> int:
    """Dead observations over all partitions, as the database has counted them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT coalesce(sum(n_dead_tup), 0) FROM pg_stat_user_tables"
            " WHERE relname LIKE 'pilots_observation%%'"
        )
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
