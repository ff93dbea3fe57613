"""A night's verdicts: 2,000 pilots with five metrics of two years of weeks, beside bare numpy.

    .venv/bin/python -m bench.refresh [--pilots 2000] [--rounds 5] [--before COMMIT]

First the arithmetic alone, in turns: `numbers.answers` over series that lie in memory, and the floor
of `bench.refresh_floors`, whose answers are compared with them before either is timed; at the size
asked for and at a tenth of it. Then the whole night from a database of its own, each way in a process of its
own: what the workers do when everything changed, when nothing did and when one metric did, with the
most memory it took. `--before` does the night with the code of that commit beside it, one metric
at a time as it did.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from bench import refresh_floors
from bench.database import ROOT, empty_database, set_up

if TYPE_CHECKING:
    from pilots.evidence.numbers import Numbers

WEEKS = 104
# Pilots go live in one of these weeks, and this share of the numbers is missing.
LIVE, MISSING = range(40, 65), 0.02
# Of the five metrics of a pilot: what it is, whether it is a proportion, and the limit of a guardrail.
METRICS = (
    ("primary", True, None),
    ("guardrail", True, 0.15),
    ("secondary", False, None),
    ("secondary", True, None),
    ("balancing", False, None),
)
MARGIN, TARGET = {True: 0.02, False: 2.0}, {True: 0.11, False: 28.0}


@dataclass(frozen=True)
class Drawn:
    """The metrics of one kind: two columns, which of the five each is, and when its pilot went live."""

    first: np.ndarray
    second: np.ndarray
    place: np.ndarray
    live: np.ndarray


def drawn(pilots: int) -> dict[bool, Drawn]:
    rng = np.random.default_rng(2026)
    found = {}
    of_pilots = rng.choice(list(LIVE), pilots)
    for proportion in (True, False):
        places = [n for n, (_role, share, _limit) in enumerate(METRICS) if share is proportion]
        place = np.tile(places, pilots)
        shape = len(place), WEEKS
        n = rng.integers(200, 400, shape).astype(float)
        moved = rng.choice([0.0, 0.0, -0.02, 0.02], len(place))[:, np.newaxis]
        live = np.repeat(of_pilots, len(places))
        moved = moved * (np.arange(WEEKS) >= live[:, np.newaxis])
        gone = rng.random(shape) < MISSING
        if proportion:
            wide = np.clip(0.12 + moved + rng.normal(0, 0.01, shape), 0, 1)
            over = rng.binomial(n.astype(int), wide).astype(float)
            over[gone] = n[gone] = np.nan
            found[True] = Drawn(over, n, place, live)
        else:
            values = 30 + 100 * moved + rng.normal(0, 4, shape)
            values[gone] = n[gone] = np.nan
            found[False] = Drawn(values, n, place, live)
    return found


def arithmetic(pilots: int, rounds: int) -> tuple[float, float]:
    """Seconds of a core of the product and of its floor, medians of rounds that take turns."""
    from pilots.evidence.numbers import SeriesPlan, answers, level_of
    from pilots.metrics.series import Series
    from pilots.statistics.confidence_sequences.tuning import tuning
    from pilots.statistics.monitoring import limit_cusum

    data = drawn(pilots)
    roles = [role for role, _share, _limit in METRICS]
    levels = [level_of(role, roles, primary="primary") for role in roles]
    first = date(2024, 1, 1)
    periods = [first + timedelta(weeks=week) for week in range(WEEKS)]
    versions = np.ones(WEEKS, dtype=np.int64)
    series, questions, floors = [], [], []
    for proportion, kind in data.items():
        rows_of = zip(kind.first, kind.second, kind.place.tolist(), kind.live.tolist(), strict=True)
        for x, n, place, live in rows_of:
            values, over, under = (x / n, x, n) if proportion else (x, None, None)
            series.append(Series(periods, values, over, under, n, versions))
            questions.append(
                SeriesPlan(
                    proportion=proportion,
                    cadence="week",
                    direction="lower",
                    target=TARGET[proportion],
                    limit=METRICS[place][2],
                    margin=MARGIN[proportion],
                    live_on=periods[live],
                    steady=True,
                    level=levels[place],
                )
            )
        level = np.array(levels)[kind.place]
        rows = len(level)
        limits = [math.nan if limit is None else limit for _role, _share, limit in METRICS]
        asked = {
            "live": kind.live,
            "alpha": 1 - level,
            "tuning": tuning(1 - level),
            "margin": np.full(rows, MARGIN[proportion]),
            "target": np.full(rows, TARGET[proportion]),
            "limit": np.array(limits)[kind.place],
            "h": np.full(rows, limit_cusum._boundary(limit_cusum._run_length(52))),
        }
        way = refresh_floors.of_proportions if proportion else refresh_floors.of_values
        floors.append((way, kind.first, kind.second, asked))
    none = [None] * len(series)

    def here() -> list[Numbers]:
        return answers(series, questions, none)

    def floor() -> list[dict[str, np.ndarray]]:
        return [way(x, n, asked) for way, x, n, asked in floors]

    check(here(), floor())
    gc.collect()
    gc.freeze()  # as the parent of the workers does (innovation.celery)
    seconds: dict[str, list[float]] = {"here": [], "floor": []}
    for _round in range(rounds):
        for name, work in (("here", here), ("floor", floor)):
            began = time.process_time()
            work()
            seconds[name].append(time.process_time() - began)
    here_took, floor_took = (statistics.median(seconds[name]) for name in ("here", "floor"))
    return here_took, floor_took


def check(here: list[Numbers], floors: list[dict[str, np.ndarray]]) -> None:
    """Both say the same: words exactly, numbers to nine digits."""
    words = {"better": 1, "no_harm": 2, "inconclusive": 3, "harm": 4}
    said = {
        name: np.concatenate([one[name] for one in floors])
        for name in floors[0]
        if name != "breached"
    }
    ours: dict[str, list[Any]] = {name: [] for name in said if name not in ("assurance", "slope")}
    for one in here:
        analysis, effect, level = present(one.analysis), present(one.effect), present(one.level)
        half = None if level.upper is None else level.upper - present(level.estimate)
        for name, value in (
            ("verdict", words[one.verdict]),
            ("reason", analysis.signals.reason),
            ("way", analysis.signals.way),
            ("slipping", analysis.slipping),
            ("upper_drawn", _known_last(analysis.drawn.upper)),
            ("lower", effect.lower),
            ("upper", effect.upper),
            ("estimate", effect.estimate),
            ("level", level.estimate),
            ("level_half", half),
        ):
            ours[name].append(value)
    for name, column in ours.items():
        mine, theirs = np.array(column), said[name]
        if theirs.dtype.kind == "f":
            mine = mine.astype(float)
            np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-11, err_msg=name)
        else:
            np.testing.assert_array_equal(mine, theirs, err_msg=name)
    breached = [one.guardrail is not None and one.guardrail.state == "breached" for one in here]
    many = floors[0]["breached"]
    np.testing.assert_array_equal(breached[: len(many)], many)


Thing = TypeVar("Thing")


def present(thing: Thing | None) -> Thing:
    assert thing is not None
    return thing


def _known_last(line: np.ndarray) -> float:
    return float(line[np.isfinite(line)][-1])


def fill(pilots: int) -> None:
    """The pilots with their five metrics and the numbers of two years."""
    from django.db import connection

    from bench import data as bench_data

    with connection.cursor() as cursor:
        size = bench_data.Size(needs=1000, pilots=pilots, observations=1, units=240, people=500)
        for statement in bench_data.statements(size):
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("TRUNCATE pilots_observation, pilots_metric CASCADE")
        today = datetime.now(UTC).date()
        first = today - timedelta(weeks=WEEKS + 1, days=today.weekday())
        series = drawn(pilots)
        for pilot, live in enumerate(series[False].live[::2].tolist(), start=1):
            cursor.execute(
                "UPDATE pilots_pilot SET went_live_on = %s, status = 'running' WHERE id = %s",
                [first + timedelta(weeks=live), pilot],
            )
        insert = """
            INSERT INTO pilots_metric (id, name, definition, pilot_id, unit_id, role, kind,
                measure_unit, direction, dimension, cadence, target, "limit", margin, source_id,
                binding, entity, version, pull_from, failures, data_version, created_at, steady_from,
                steady_because)
            SELECT %(place)s + 5 * p.id, 'Metric ' || %(place)s + 5 * p.id, 'Over', p.id, p.unit_id,
                %(role)s, %(kind)s, '', 'lower', 'workflow', 'week', %(target)s, %(limit)s, %(margin)s,
                1 + p.id %% 12, '{}', '', 1, %(first)s, 0, 1, now(), 'history', 'Two years of it.'
            FROM pilots_pilot p
        """
        for place, (role, share, limit) in enumerate(METRICS):
            asked: dict[str, str | int | float | date | None] = {
                "place": place, "role": role, "limit": limit, "first": first,
            }  # fmt: skip
            asked |= {"target": TARGET[share], "margin": MARGIN[share]}
            cursor.execute(insert, asked | {"kind": "proportion" if share else "value"})
        columns = "(metric_id, period, value, numerator, denominator, n, version, revision, pull_id, recorded_at)"
        now = time.strftime("%Y-%m-%d %H:%M:%S+00")
        with cursor.cursor.copy(f"COPY pilots_observation {columns} FROM STDIN") as copy:
            for proportion, kind in series.items():
                each = len([1 for _role, share, _limit in METRICS if share is proportion])
                for row, (x, n, place) in enumerate(
                    zip(kind.first.tolist(), kind.second.tolist(), kind.place.tolist(), strict=True)
                ):
                    metric = place + 5 * (1 + row // each)
                    for week in range(WEEKS):
                        if math.isnan(n[week]):
                            continue
                        numbers = (None, x[week], n[week]) if proportion else (x[week], None, None)
                        period = first + timedelta(weeks=week)
                        copy.write_row((metric, period, *numbers, int(n[week]), 1, 0, 1, now))
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")


# What one process does and prints, as JSON: seconds, those of a core, and megabytes. The most that a
# process took is read where it is its own: what getrusage says begins with that of its parent.
BEFORE = """
import json, re, time
import django
django.setup()
from django.utils import timezone
from pilots.evidence import queries
from pilots.metrics.models import Metric
def megabytes():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
ids = list(Metric.objects.order_by("pk").values_list("pk", flat=True))
queries.readings(Metric.objects.filter(pk__in=ids[:100]).select_related("pilot", "source"), timezone.now())
queries._known.clear()
idle, began, used = megabytes(), time.perf_counter(), time.process_time()
for begin in range(0, len(ids), 100):
    some = Metric.objects.filter(pk__in=ids[begin:begin + 100])
    queries.readings(some.select_related("pilot__lead", "source", "unit"), timezone.now())
took = time.perf_counter() - began, time.process_time() - used
print(json.dumps([*took, idle, megabytes()]))
"""


def night(pilots: int) -> None:
    """In a process of its own: the worker's refresh of everything, of nothing, of one metric."""
    import django

    django.setup()
    from django.utils import timezone

    from pilots.evidence import actions
    from pilots.evidence.models import KeptVerdict
    from pilots.metrics.models import Metric

    def took() -> list[float]:
        began, used = time.perf_counter(), time.process_time()
        actions.watch_all(at=timezone.now())
        return [time.perf_counter() - began, time.process_time() - used]

    actions.refresh(range(5, 105), at=timezone.now())  # what is loaded with the first
    KeptVerdict.objects.all().delete()
    idle = _megabytes()
    everything = took()
    most, kept = _megabytes(), KeptVerdict.objects.exclude(verdict="").count()
    assert kept == 5 * pilots, kept
    Metric.objects.update(data_version=2)
    again = took()
    nothing = took()
    Metric.objects.filter(pk=7).update(data_version=3)
    print(json.dumps([*everything, idle, most, *again, *nothing, *took()]))


def _megabytes() -> float:
    most = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(present(most)[1]) / 1024


def _process(code: list[str], root: str) -> list[float]:
    found = subprocess.run(
        [sys.executable, *code],
        cwd=root,
        env={**os.environ, "PYTHONPATH": root},
        check=True,
        capture_output=True,
        text=True,
    )
    numbers: list[float] = json.loads(found.stdout.splitlines()[-1])
    return numbers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pilots", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--before", default="", help="a commit to do the night with beside this one"
    )
    parser.add_argument("--night", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.night:
        night(asked.pilots)
        return
    set_up()
    print(f"{'the arithmetic, seconds of a core':44}{'here':>9}{'floor':>9}{'ratio':>7}")
    for pilots in (asked.pilots // 10, asked.pilots):
        here, floor = arithmetic(pilots, asked.rounds)
        name = f"{5 * pilots:,} metrics of {WEEKS} weeks"
        print(f"{name:44}{here:>9.3f}{floor:>9.3f}{here / floor:>7.2f}", flush=True)
    print(f"{'the night':44}{'seconds':>9}{'of a core':>10}{'idle MB':>8}{'most MB':>9}")
    for pilots in (asked.pilots // 10, asked.pilots):
        with empty_database():
            fill(pilots)
            whole(pilots, asked.before)


def whole(pilots: int, before: str) -> None:
    size = f"{5 * pilots:,} metrics"
    if before:
        with TemporaryDirectory() as folder:
            tree = f"{folder}/tree"
            git = ["git", "-C", str(ROOT), "worktree"]
            subprocess.run([*git, "add", "-q", "--detach", tree, before], check=True)
            try:
                _line(f"{before}, {size}", *_process(["-c", BEFORE], tree))
            finally:
                subprocess.run([*git, "remove", "--force", tree], check=True)
    arguments = ["-m", "bench.refresh", "--night", "--pilots", str(pilots)]
    found = _process(arguments, str(ROOT))
    _line(f"here, {size}, all for the first time", *found[:4])
    for place, name in enumerate(("all changed", "nothing changed", "one changed")):
        _line(f"here, {size}, {name}", *found[4 + 2 * place : 6 + 2 * place])


def _line(name: str, seconds: float, of_a_core: float, *megabytes: float) -> None:
    line = f"{name:44}{seconds:>9.2f}{of_a_core:>9.2f}"
    print(line + "".join(f"{one:>9.0f}" for one in megabytes), flush=True)


if __name__ == "__main__":
    main()
