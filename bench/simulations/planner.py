"""What the planner foresees of a pilot, beside what pilots like it then hear from the pages."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import timedelta

import numpy as np

from bench.simulations.table import Table
from bench.simulations.verdicts import BEGINS, POWER, Drawn
from pilots.planning.baselines import baseline_of
from pilots.planning.simulation import Judge, Process, draw
from pilots.statistics.series import Refusal

BASELINES = 100
WEEKS = 26
CHANGE = -0.03
KNOWN = {
    "independent": (0.0, 0.0),
    "AR 0.4, sd 0.15": (0.15, 0.4),
    "AR 0.4, sd 0.3": (0.3, 0.4),
}


def foreseen() -> Table:
    """12 to 9 % of 300 cases after twelve weeks: the chance of an answer by week 26."""
    rows = []
    for name, (spread, alike) in KNOWN.items():
        process = Process(True, 0.12, spread, alike, 12, (300.0,) * 12)
        seed = zlib.crc32(name.encode())
        from_one = [
            _of_a_baseline(name, np.random.default_rng([seed, n])) for n in range(BASELINES)
        ]
        chances = [chance for chance in from_one if chance is not None]
        low, middle, high = np.percentile(chances, [25, 50, 75])
        rows.append(
            (
                name,
                f"{_chance(process, pilots=4000):.0%}",
                f"{np.mean(chances):.0%}",
                f"{low:.0%}, {middle:.0%}, {high:.0%}",
                str(len(from_one) - len(chances)),
            )
        )
    return Table(
        "12 % to 9 %, 300 cases, 12 baseline weeks: an answer foreseen by week 26",
        ("series", "its process known", "from one baseline, mean", "quartiles", "refused"),
        rows,
        f"{BASELINES} baselines a row; what pilots then hear is the table `power`.",
    )


def _of_a_baseline(name: str, rng: np.random.Generator) -> float | None:
    """The chance foreseen from one baseline of twelve weeks, as it came."""
    drawn: Drawn = POWER[name](rng)
    plan = replace(drawn.plan(0.95), live_on=None)
    starts = BEGINS + timedelta(weeks=drawn.baseline)
    try:
        found = baseline_of(drawn.upto(0), plan, starts=starts, today=starts)
    except Refusal:
        return None
    return _chance(found.process, pilots=250)


def _chance(process: Process, *, pilots: int) -> float:
    judge = Judge(draw(process, periods=WEEKS, pilots=pilots), "lower", 0.95)
    return judge.chance(CHANGE, range(4, WEEKS + 1))


TABLES = (foreseen,)
