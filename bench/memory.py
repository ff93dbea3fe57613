"""The most memory that a worker has while it reads a file and keeps its numbers.

    eval "$(python3 dev.py services)"
    .venv/bin/python -m bench.memory [--rows 100000 1000000] [--points 100]

Each file is pulled by a process of its own, which says what it had at most, with all its libraries.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from bench.database import empty_database, set_up

LAST = date(2026, 11, 23)
MAPPING = {"date": "week", "numerator": "late", "denominator": "all", "entity_column": "code"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--points", type=int, default=100)
    parser.add_argument("--source", type=int, help="be the worker for this source")
    arguments = parser.parse_args()
    set_up()
    if arguments.source:
        work(arguments.source)
        return
    with empty_database():
        for rows in arguments.rows:
            source = plan(rows // arguments.points, arguments.points)
            command = [sys.executable, "-m", "bench.memory", "--source", str(source)]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            print(f"{rows:>12,} rows: {said.strip()}")


def plan(count: int, points: int) -> int:
    """A source with a file, and a waiting pull for each of its series."""
    from django.utils import timezone

    from innovation.people import actions as people
    from innovation.people.models import Unit, User
    from pilots.metrics import actions as metrics

    now = timezone.now()
    if not User.objects.exists():
        people.install(email="ada@bench.example", name="Ada", unit_name="Bench", at=now)
    ada, unit = User.objects.get(), Unit.objects.get()
    codes = [f"R{number:05}" for number in range(count)]
    first = LAST - timedelta(weeks=points)
    source = metrics.create_source(
        by=ada, at=now, unit=unit, name=f"{count}", kind="csv_upload", config={}
    )
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("week,code,late,all\n")
        for point in range(points):  # as files grow: a period after the other
            week = first + timedelta(weeks=point)
            file.writelines(f"{week},{code},{point % 50},{500 + point}\n" for code in codes)
        file.flush()
        metrics.upload_file(source, name="bench.csv", content=Path(file.name), by=ada, at=now)
    metrics.create_each(
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
        pull_from=first,
        binding=MAPPING,
    )
    return source.pk


def work(source: int) -> None:
    from django.utils import timezone

    from pilots.metrics.actions import batch, queue
    from pilots.metrics.models import Pull

    added = 0

    def ended(pull: Pull) -> None:
        nonlocal added
        added += pull.added

    waiting = Pull.objects.filter(metric__source=source, status="waiting")
    before, began = peak(), time.perf_counter()
    taken = queue.take_these(waiting.values_list("pk", flat=True))
    batch.run_together(taken, at=timezone.now(), ended=ended)
    seconds = time.perf_counter() - began
    print(
        f"{peak():,.0f} MB at most ({before:,.0f} MB before), {added:,} numbers in {seconds:.1f} s"
    )


def peak() -> float:
    """As the kernel counts it; what `getrusage` says includes whoever started this process."""
    [line] = [one for one in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in one]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
