"""Weeks in an hour, on a site a hundred times the demo: python3 dev.py soak [--minutes 60]

Sixty minutes are eight weeks of the schedule: the database's clock (`pilots_now`), by which metrics fall
due and periods end, runs 1,344 times as fast and ends now. Pulls, pages, needs, logs and approvals
are real and take the time that they take, in the amount that the weeks bring to such a site; ten
minutes are nine days of it. Not compressed are leases, the tick of the scheduler (15 s, which are five
and a half hours of the weeks) and whatever else goes by a clock of its own.

Printed for six stretches: requests, their p50 and p95, what else was done, memory of web server and
worker (PSS of all their processes), and how long a fixed piece of work took, by which a machine that was
busy with something else is told from a site that has become slow. The first stretch warms up; the last
ones are held to the second: memory + 5 %, p95 × 1.2.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import random
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from bench.data import Size, fill
from bench.faults.stage import Stage, children_of, staged, wait_until
from bench.faults.visitors import Program, ask
from tests.pilots.metrics.server import Answer, serve

if TYPE_CHECKING:
    from innovation.people.models import User

WEEKS, MINUTES, STRETCHES = 8, 60, 6
COMPRESSION = WEEKS * 7 * 24 * 60 // MINUTES
# The demo has 20 needs and the voices beside them, 9 pilots of two metrics, 23 people; times a hundred.
DEMO = Size(needs=2_000, pilots=900, observations=1_800 * 104, units=1_700, people=2_300)
VISITORS = 4
PAGES_A_SECOND = 5
# In eight weeks of the demo's story a need is recorded a week, three running pilots write their log
# each week, and a gate opens once; times a hundred.
NEEDS, LOGS, APPROVALS = 800, 2_400, 100
MORE_MEMORY, SLOWER, KEPT_UP = 1.05, 1.20, 0.95

CLOCK = """
CREATE OR REPLACE FUNCTION pilots_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    $$SELECT timestamptz '{begins}' + (clock_timestamp() - timestamptz '{now}') * {times}$$
"""
# What the filled tables know of the weeks that are to come, and where their numbers come from.
BACK = """
SET session_replication_role = replica;
DELETE FROM pilots_observation WHERE period > '{begins}'::date - 8;
UPDATE pilots_source SET config = '{{"base_url": "{url}"}}';
UPDATE pilots_metric SET next_pull_at = '{begins}', binding = jsonb_build_object('rows', 'rows',
    'period', 'week', 'value', 'minutes', 'n', 'n', 'path', id || '?from={{start}}&until={{end}}');
SET session_replication_role = DEFAULT;
"""


@dataclass
class Stretch:
    """What was seen in one sixth of the time."""

    pages: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    web: list[float] = field(default_factory=list)
    worker: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)
    pulls: int = 0

    def p(self, share: float) -> float:
        ordered = sorted(self.pages) or [0.0]
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


class Soak:
    def __init__(self, stage: Stage, minutes: float, seed: int) -> None:
        self.stage, self.seconds, self.seed = stage, minutes * 60, seed
        self.stretches = [Stretch() for _ in range(STRETCHES)]
        self.over = threading.Event()

    @property
    def now(self) -> Stretch:
        place = int((time.monotonic() - self.began) / self.seconds * STRETCHES)
        return self.stretches[min(place, STRETCHES - 1)]

    def run(self) -> None:
        with hospital() as url:
            self.prepare(url)
            web, port = self.stage.web()
            wait_until(web.is_ready, "the web server")
            self.start_clock()
            worker = self.stage.worker()
            self.stage.beat()
            self.began = time.monotonic()
            threads = [
                threading.Thread(target=self.visit, args=(port, number), daemon=True)
                for number in range(VISITORS)
            ]
            threads += [
                threading.Thread(target=self.write, args=(port, *one), daemon=True)
                for one in self.writers
            ]
            for thread in threads:
                thread.start()
            pulls = 0
            while time.monotonic() < self.began + self.seconds:
                mine = self.now
                mine.web.append(memory_of(web.process.pid))
                mine.worker.append(memory_of(worker.process.pid))
                mine.floor.append(fixed_work())
                mine.load.append(os.getloadavg()[0])
                so_far = pulls_done()
                mine.pulls += so_far - pulls
                pulls = so_far
                time.sleep(10)
            self.over.set()
            for thread in threads:
                thread.join(120)
            self.stage.stop()

    def prepare(self, url: str) -> None:
        """The site as it was when the weeks began."""
        from django.db import connection
        from django.utils import timezone

        from bench.pages import session_cookie
        from innovation.people.models import Unit, User
        from innovation.web.scopes import Scope

        fill(DEMO)
        now = timezone.now()
        begins = now - timedelta(seconds=self.seconds * COMPRESSION)
        with connection.cursor() as cursor:
            for statement in BACK.format(begins=begins.isoformat(), url=url).split(";\n"):
                if statement.strip():
                    cursor.execute(statement)
        self.cookie = session_cookie()
        person = User.objects.get(pk=1)
        unit = Unit.objects.get(pk=1)
        chance = random.Random(f"soak {self.seed}")
        share = self.seconds / (MINUTES * 60)
        reviews, approver = proposals(round(APPROVALS * share) + 1, chance)
        running = [n for n in range(1, DEMO.pilots) if n % 8 in (0, 1)]
        need = {
            "population": "Every patient on telemetry, about 30 a day",
            "outcome": "Vital signs are in the record without typing",
            "setting": "ward",
            "frequency": "daily",
            "unit": unit.pk,
        }

        def a_need(number: int) -> tuple[str, dict[str, Any]]:
            words = f"We type vital signs twice on round {number}, for the monitor is alone."
            return "/api/v1/needs/", {**need, "problem": words}

        def a_log(number: int) -> tuple[str, dict[str, Any]]:
            pk = chance.choice(running)
            return f"/api/v1/pilots/{pk}/log/", {"status": "on_track", "done": f"Step {number}."}

        def an_approval(number: int) -> tuple[str, dict[str, Any]]:
            return f"/api/v1/gates/{reviews[number % len(reviews)]}/decide/", {
                "decision": "approve"
            }

        every = MINUTES * 60
        office = token(person, [Scope.NEEDS, Scope.PILOTS])
        self.writers: list[tuple[str, str, float, Callable[[int], tuple[str, dict[str, Any]]]]] = [
            ("needs", office, every / NEEDS, a_need),
            ("logs", office, every / LOGS, a_log),
            ("approvals", token(approver, [Scope.DECISIONS]), every / APPROVALS, an_approval),
        ]

    def start_clock(self) -> None:
        """It ends now when the time is over: no day of the weeks is still to come."""
        from django.db import connection
        from django.utils import timezone

        now = timezone.now()
        begins = now - timedelta(seconds=self.seconds * (COMPRESSION - 1))
        words = {"begins": begins.isoformat(), "now": now.isoformat(), "times": COMPRESSION}
        with connection.cursor() as cursor:
            cursor.execute(CLOCK.format(**words))

    def visit(self, port: int, number: int) -> None:
        """One page after the other, at a steady pace however long they take."""
        chance = random.Random(f"visitor {number} {self.seed}")
        headers = {"Cookie": self.cookie}
        turn = self.began + number / PAGES_A_SECOND
        while not self.over.is_set():
            time.sleep(max(0.0, turn - time.monotonic()))
            turn = max(turn + VISITORS / PAGES_A_SECOND, time.monotonic() - 5)
            said = ask(port, "GET", a_page(chance), headers=headers)
            self.now.pages.append(said.seconds)
            self.now.statuses[said.status] += 1

    def write(
        self,
        port: int,
        what: str,
        token: str,
        every: float,
        make: Callable[[int], tuple[str, dict[str, Any]]],
    ) -> None:
        program = Program(token, [port], random.Random(what))
        for number in range(1_000_000):
            if self.over.wait(max(0.0, self.began + number * every - time.monotonic())):
                return
            path, content = make(number)
            said = program.send(path, content, f"{what} {number}".replace(" ", "-"), until=0)
            right = said.status in (200, 201)
            self.now.done[what if right else f"{what}: {said.status}"] += 1


def a_page(chance: random.Random) -> str:
    """As people look around: lists, things, now and then the review and the log."""
    pages = (
        (3, "/needs/"),
        (1, "/needs/?sort=-voices"),
        (1, "/triage/"),
        (2, "/pilots/"),
        (4, f"/needs/{chance.randrange(1, DEMO.needs)}/"),
        (4, f"/pilots/{chance.randrange(1, DEMO.pilots)}/"),
        (4, f"/metrics/{chance.randrange(1, DEMO.pilots * 2)}/"),
        (1, "/sources/"),
        (1, "/review/"),
        (1, "/objectives/"),
        (1, "/log/"),
        (2, "/api/v1/needs/"),
    )
    return chance.choices([path for _w, path in pages], [weight for weight, _p in pages])[0]


def token(person: User, scopes: list[str]) -> str:
    from django.utils import timezone

    from innovation.people import actions as people

    return people.create_token(by=person, at=timezone.now(), name="s", days=300, scopes=scopes)[1]


def proposals(count: int, chance: random.Random) -> tuple[list[int], User]:
    """Pilots that wait for their resources, in a system of their own, and who approves them."""
    from bench.faults.approvals import propose
    from tests.factories.cast import make_cast

    cast = make_cast()
    return list(propose(count, chance, cast, share=Decimal(1))), cast.amara


def due_a_night() -> int:
    """Metrics of stopped pilots are asked no more."""
    from pilots.lifecycle.states import PilotStatus
    from pilots.metrics.models import Metric

    return Metric.objects.exclude(pilot__status=PilotStatus.STOPPED).count()


def pulls_done() -> int:
    from pilots.metrics.models import GOOD, Pull

    return Pull.objects.filter(status__in=GOOD).count()


def memory_of(pid: int) -> float:
    """PSS of a process and all of its children, in megabytes."""
    whole = 0
    for one in (pid, *children_of(pid)):
        try:
            rolled = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        whole += int(rolled.split("Pss:")[1].split()[0])
    return whole / 1024


def fixed_work() -> float:
    """Seconds that this machine takes now for what it always takes as long for."""
    began = time.perf_counter()
    digest = b""
    for _turn in range(20_000):
        digest = hashlib.sha256(digest).digest()
    return time.perf_counter() - began


@contextmanager
def hospital() -> Iterator[str]:
    """Sources of weekly minutes, in a process of their own; two in a hundred numbers are corrected."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_answer, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def _answer(told: Connection) -> None:
    with serve() as source:
        source.answer = _weeks
        told.send(source.url)
        while True:
            time.sleep(60)
            source.asked.clear()
            source.headers.clear()


def _weeks(path: str, _headers: dict[str, str]) -> Answer:
    asked = urlsplit(path)
    metric = int(asked.path.strip("/"))
    days = parse_qs(asked.query)
    day, end = (date.fromisoformat(days[name][0]) for name in ("from", "until"))
    rows = []
    while day < end:
        chance = random.Random(f"{metric} {day}")
        minutes, cases = round(chance.gauss(14, 2), 2), chance.randrange(300, 500)
        if random.random() < 0.02:
            minutes += 0.5
        rows.append({"week": str(day), "minutes": max(minutes, 0), "n": cases})
        day += timedelta(days=7)
    return Answer(body=json.dumps({"rows": rows}).encode())


def report(stretches: list[Stretch], minutes: float, a_night: int) -> int:
    columns = (
        "minutes",
        "pages",
        "p50 ms",
        "p95 ms",
        "pulls",
        "web MB",
        "worker MB",
        "fixed ms",
        "load",
    )
    print("".join(f"{name:>11}" for name in columns))
    for place, one in enumerate(stretches):
        row = [
            f"{minutes * (place + 1) / STRETCHES:.0f}", f"{len(one.pages):,}",
            f"{one.p(0.5):.0f}", f"{one.p(0.95):.0f}", f"{one.pulls:,}",
            f"{statistics.fmean(one.web):.1f}", f"{statistics.fmean(one.worker):.1f}",
            f"{statistics.median(one.floor) * 1000:.1f}", f"{statistics.fmean(one.load):.1f}",
        ]  # fmt: skip
        print("".join(f"{word:>11}" for word in row))
    done: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    for one in stretches:
        done += one.done
        statuses += one.statuses
    print("done:", ", ".join(f"{what} {count:,}" for what, count in sorted(done.items())))
    nights = minutes * COMPRESSION / 60 / 24
    pulls, due = sum(one.pulls for one in stretches), nights * a_night
    print(
        f"{nights:.0f} nights; {pulls:,} pulls of some {due:,.0f} that fell due (at least {KEPT_UP:.0%})"
    )
    print("pages:", ", ".join(f"{status}: {count:,}" for status, count in statuses.items()))
    base, last = stretches[1], stretches[-1]
    slowest = max(one.p(0.95) for one in stretches[2:])
    ratios = {
        "memory of the web server": (
            statistics.fmean(last.web) / statistics.fmean(base.web),
            MORE_MEMORY,
        ),
        "memory of the worker": (
            statistics.fmean(last.worker) / statistics.fmean(base.worker),
            MORE_MEMORY,
        ),
        "p95 of pages, the slowest stretch": (slowest / base.p(0.95), SLOWER),
        "p95 of pages, the last stretch": (last.p(0.95) / base.p(0.95), SLOWER),
    }
    wrong = sum(count for status, count in statuses.items() if status != 200)
    wrong += sum(count for what, count in done.items() if ":" in what)
    for name, (ratio, most) in ratios.items():
        print(f"{name}: × {ratio:.3f} (at most {most})")
    floors = [statistics.median(one.floor) for one in stretches[1:]]
    print(
        f"fixed work meanwhile: × {max(floors) / floors[0]:.2f} at most, × {floors[-1] / floors[0]:.2f} at last"
    )
    fell_behind = pulls < KEPT_UP * due
    return int(bool(wrong) or fell_behind or any(ratio > most for ratio, most in ratios.values()))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="dev.py soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    with staged() as stage:
        stage.empty()
        soak = Soak(stage, asked.minutes, asked.seed)
        soak.run()
        return report(soak.stretches, asked.minutes, due_a_night())


if __name__ == "__main__":
    sys.exit(main())
