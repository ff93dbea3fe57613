"""Kill -9 of workers at random moments of pulls."""

from __future__ import annotations

import random
import time

from bench.faults import numbers
from bench.faults.row import Round, Row
from bench.faults.stage import Stage, children_of, kill
from dev import Program
from tests.pilots.metrics.server import serve

POINTS = 1000
SOURCES = 24
WORKERS = 2
CHILDREN = 4
# One kill in so many takes a whole worker, the others one of its processes, which Celery replaces.
WHOLE_ONES = 5
# The longest that is waited before somebody who is at a pull is killed: as long as a pull lasts.
LATER = 0.25
# A pull whose worker was lost five times is given up until the next night, as what kills them.
MOST_KILLS = 4
WITHOUT = "longest without any worker (s)"


def kill_workers(kills: int, chance: random.Random, stage: Stage) -> Round:
    """Two workers of four processes pull a thousand points a metric from sources that take up to
    0.3 s to answer. Whoever works on a pull is killed a random while later."""
    from pilots.metrics import actions
    from pilots.metrics.models import UNDER_WAY, Metric, Pull
    from tests.factories.cast import make_cast

    found = Round()
    with serve() as hospital:
        hospital.answer = numbers.answering(lambda: chance.uniform(0, 0.3))
        metrics = numbers.make_metrics(
            make_cast(), hospital, count=kills + 20, sources=SOURCES, points=POINTS
        )
        workers = [stage.worker(n, concurrency=CHILDREN) for n in range(WORKERS)]
        stage.beat()
        lost: dict[int, tuple[int, float]] = {}  # pull: its fence when its worker was killed, when

        somebody_at = time.monotonic()

        def look() -> None:
            """Note which of those that lost their worker were taken again, or have ended, and how
            long nobody was there who could take them."""
            nonlocal somebody_at
            if any(children_of(one.process.pid) for one in workers):
                somebody_at = time.monotonic()
            without = time.monotonic() - somebody_at
            found.figures[WITHOUT] = max(without, found.figures.get(WITHOUT, 0.0))
            rows = Pull.objects.filter(pk__in=lost).values_list("pk", "fence", "status")
            for pk, fence, status in rows:
                known, since = lost[pk]
                if fence > known or status not in UNDER_WAY:
                    found.back_after.append(time.monotonic() - since)
                    del lost[pk]

        ends = time.monotonic() + 3 * kills + 600
        seen_at = time.monotonic()
        while time.monotonic() < ends:
            look()
            if found.tried < kills:
                found.tried += _kill_somebody(chance, stage, workers, lost)
                seen_at = time.monotonic()
                continue
            waiting = Metric.objects.filter(data_version=0)
            if not lost and not waiting.exists() and not Pull.objects.under_way().exists():
                break
            for metric in waiting.filter(failures__gt=0):
                # It was given up all the same, killed with others of its worker; somebody who
                # sees it on its page asks for it again.
                actions.request_pull(metric, at=numbers.moment())
            time.sleep(0.2)
        found.check(found.tried == kills, f"only {found.tried} of {kills} were at a pull")
        found.check(not lost, f"{len(lost)} pulls were not taken again")
        found.figures["seconds from the last kill to all done"] = time.monotonic() - seen_at
        stage.stop()
    numbers.compare_numbers(found, metrics, points=POINTS)
    numbers.differences(found)
    for status, attempts in Pull.objects.values_list("status", "attempts"):
        found.seen[f"{status} at attempt {attempts}"] += 1
    return found


def _kill_somebody(
    chance: random.Random,
    stage: Stage,
    workers: list[Program],
    lost: dict[int, tuple[int, float]],
) -> bool:
    """Whether who was killed was at a pull, and not between two."""
    from pilots.metrics.models import Pull

    held = Pull.objects.filter(leased_until__isnull=False).exclude(pk__in=lost)
    spared = held.filter(attempts__lt=MOST_KILLS)
    holders = sorted(set(spared.values_list("leased_by", flat=True)))
    if not holders:
        time.sleep(0.05)
        return False
    pid = int(chance.choice(holders).split()[-2])
    time.sleep(chance.uniform(0, LATER))
    if chance.randrange(WHOLE_ONES):
        pids = [pid]
        kill(pid)
    else:
        of = next((one for one in workers if pid in children_of(one.process.pid)), None)
        pids = [] if of is None else children_of(of.process.pid)
        if of is not None:
            stage.again(of)
    since = time.monotonic()
    time.sleep(0.02)
    hit = 0
    for pk, fence, by in held.values_list("pk", "fence", "leased_by"):
        if int(by.split()[-2]) in pids:
            lost[pk] = (fence, since)
            hit += 1
    return hit > 0


ROWS = (
    Row(
        "kills",
        "kill -9 of workers at random moments of pulls of 1,000 points",
        kill_workers,
        size=100,
        rounds=10,
        within=60,
    ),
)
