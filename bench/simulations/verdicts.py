"""What the site would have said of pilots that change nothing, looked at every week for a year.

Each series is answered as the pages answer it (`pilots.evidence.numbers.answers`), once a week, with what was
known then. Each row is run for so many pilots of a seed of its own; PILOTLIGHT_SIMULATED_PILOTS says how many.
"""

from __future__ import annotations

import math
import os
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from statistics import median

import numpy as np

from bench.simulations.table import Table
from pilots.evidence.numbers import SeriesPlan, answers, level_of
from pilots.metrics.series import Series
from pilots.statistics.guardrails import GuardrailState
from pilots.statistics.series import Floats
from pilots.statistics.verdicts import Verdict

PILOTS = int(os.environ.get("PILOTLIGHT_SIMULATED_PILOTS", "100"))
YEAR = 52
BEGINS = date(2024, 1, 1)


@dataclass(frozen=True)
class Drawn:
    """One series, a baseline and a year after it: counts of cases, or values with how many each rests on."""

    baseline: int
    over: Floats
    under: Floats | None = None  # None: `over` are values
    n: Floats | None = None
    limit: float | None = None
    expected: Floats | None = None  # of `over`, by the patients' risks
    rate: bool = False  # `over` are events, `under` is their exposure

    def upto(self, looks: int) -> Series:
        """What is known in the week of this look."""
        end = self.baseline + looks
        periods = [BEGINS + timedelta(weeks=week) for week in range(end)]
        over, versions = self.over[:end], np.ones(end, dtype=np.int64)
        if self.under is None:
            n = np.full(end, np.nan) if self.n is None else self.n[:end]
            return Series(periods, over, None, None, n, versions)
        under = self.under[:end]
        expected = None if self.expected is None else self.expected[:end]
        return Series(periods, over / under, over, under, under, versions, expected, rate=self.rate)

    def plan(self, level: float, *, steady: bool = True) -> SeriesPlan:
        return SeriesPlan(
            proportion=self.under is not None and not self.rate,
            rate=self.rate,
            cadence="week",
            direction="lower",
            limit=self.limit,
            live_on=BEGINS + timedelta(weeks=self.baseline),
            level=level,
            steady=steady,
        )


@dataclass(frozen=True)
class Said:
    """What one pilot was told in its year."""

    better: bool
    harm: bool
    better_by_26: bool
    # The look at which its guardrail first said harm, from 1; None where it never did.
    breached: int | None
    # How often the guardrail's chart asked to look, without a harm signal.
    looks: int

    @classmethod
    def of(cls, drawn: Drawn, *, metrics: int = 1, number: int = 0, steady: bool = True) -> Said:
        """`metrics`: how many the pilot has, of which this is the `number`th; the first is its primary."""
        roles = ["primary"] + ["secondary"] * (metrics - 1)
        plan = drawn.plan(level_of(roles[number], roles, primary="primary"), steady=steady)
        looks = range(1, YEAR + 1)
        said = answers([drawn.upto(look) for look in looks], [plan] * YEAR, [None] * YEAR)
        words = [numbers.verdict for numbers in said]
        states = [None if one.guardrail is None else one.guardrail.state for one in said]
        return cls(
            better=Verdict.BETTER in words,
            harm=Verdict.HARM_SIGNAL in words,
            better_by_26=Verdict.BETTER in words[:26],
            breached=next(
                (
                    look
                    for look, state in enumerate(states, start=1)
                    if state is GuardrailState.BREACHED
                ),
                None,
            ),
            looks=states.count(GuardrailState.LOOK),
        )


Draw = Callable[[np.random.Generator], Drawn]


# What does not change


def counts(
    rng: np.random.Generator,
    *,
    baseline: int = 12,
    level: float = 0.12,
    cases: int | Floats = 300,
    rho: float = 0.0,
    sd: float = 0.0,
    icc: float = 0.0,
    season: float = 0.0,
    peak: bool = False,
    trend: float = 0.0,
    to: float | None = None,
    since: int = 0,
    limit: float | None = None,
) -> Drawn:
    """Weekly counts of `cases`. `sd` and `rho`: of a first-order process under the sampling, on the scale of
    the logarithm of the odds; `season`: its share of the level, from any phase, or with the middle of the
    baseline at its worst; `trend`: share that the level loses a year; `to`: the level `since` so many
    weeks after go-live."""
    weeks = np.arange(baseline + YEAR)
    share = np.full(len(weeks), level)
    if to is not None:
        share[baseline + since :] = to
    phase = 0.25 - baseline / 2 / YEAR if peak else rng.uniform()
    share *= 1 + season * np.sin(2 * np.pi * (weeks / YEAR + phase))
    share *= (1 - trend) ** (weeks / YEAR)
    odds = np.log(share / (1 - share)) + process(rng, len(weeks), rho, sd)
    share = 1 / (1 + np.exp(-odds))
    if icc:
        share = rng.beta(share * (1 / icc - 1), (1 - share) * (1 / icc - 1))
    under = np.broadcast_to(np.asarray(cases, dtype=np.float64), weeks.shape)
    over = rng.binomial(under.astype(int), share).astype(np.float64)
    return Drawn(baseline, over, np.array(under), limit=limit)


def process(rng: np.random.Generator, weeks: int, rho: float, sd: float) -> Floats:
    """A first-order autoregressive process with this standard deviation."""
    if not sd:
        return np.zeros(weeks)
    noise = rng.normal(0, sd * math.sqrt(1 - rho**2), weeks)
    noise[0] = rng.normal(0, sd)
    for week in range(1, weeks):
        noise[week] += rho * noise[week - 1]
    return noise


def values(rng: np.random.Generator, *, baseline: int, rho: float) -> Drawn:
    """Weekly values that drift."""
    return Drawn(baseline, 20 + process(rng, baseline + YEAR, rho, 1.0))


def after_a_bad_spell(rng: np.random.Generator, *, rho: float, baseline: int) -> Drawn:
    """Values of a stable process whose pilot was begun because the last four weeks were a standard deviation
    worse than usual."""
    while True:
        values = process(rng, 104 + baseline + YEAR, rho, 1.0)
        for start in range(baseline, 104 + baseline):
            if values[start - 4 : start].mean() > 1.0:
                return Drawn(baseline, 20 + values[start - baseline : start + YEAR])


def means(rng: np.random.Generator, *, before: int = 100, after: int = 8) -> Drawn:
    """Weekly means of patients whose numbers fall."""
    baseline = 12
    n = np.repeat([before, after], [baseline, YEAR]).astype(np.float64)
    return Drawn(baseline, rng.normal(50, 10 / np.sqrt(n)), n=n)


def unequal(rng: np.random.Generator) -> Drawn:
    """Every fourth week 1,200 cases, the others 60, and weeks that differ (ICC 0.02)."""
    cases = np.where(np.arange(12 + YEAR) % 4 == 0, 1200.0, 60.0)
    return counts(rng, cases=cases, icc=0.02)


def rail_of_values(rng: np.random.Generator, *, limit: float) -> Drawn:
    values = rng.normal(20, 2, 12 + YEAR)
    return Drawn(12, values, limit=limit)


# Whose verdicts are counted: of one metric, or of any of some

# What its plan calls steady, and is:
ROWS: dict[str, tuple[Draw, int]] = {
    "independent": (counts, 1),
    "over-dispersed (ICC 0.005)": (partial(counts, icc=0.005), 1),
    "AR(1) 0.4": (partial(counts, rho=0.4, sd=0.15), 1),
    "means of 100 patients, of 8 since": (means, 1),
    "every fourth week 1,200 cases, others 60": (unequal, 1),
    "six metrics of one pilot": (counts, 6),
}
# What a baseline cannot tell from an effect: here its plan is wrong, or says nothing.
UNSTEADY: dict[str, tuple[Draw, int]] = {
    "season ±20 %, 26 baseline weeks": (partial(counts, baseline=26, season=0.2), 1),
    "season ±20 %, baseline at the peak": (
        partial(counts, baseline=26, season=0.2, peak=True),
        1,
    ),
    "improving 23 % a year, 26 baseline weeks": (partial(counts, baseline=26, trend=0.23), 1),
    "improving 23 % a year, 52 baseline weeks": (partial(counts, baseline=52, trend=0.23), 1),
    "after a bad spell, AR 0.4, 8 baseline weeks": (
        partial(after_a_bad_spell, rho=0.4, baseline=8),
        1,
    ),
    "after a bad spell, AR 0.6, 12 baseline weeks": (
        partial(after_a_bad_spell, rho=0.6, baseline=12),
        1,
    ),
    "AR 0.8 under sampling noise": (partial(counts, rho=0.8, sd=0.15), 1),
}
# With two or three years of its own numbers it needs no plan that says so.
HISTORIES = (104, 156)
HISTORY: dict[str, Callable[[int], Draw]] = {
    "independent": lambda weeks: partial(counts, baseline=weeks),
    "season ±20 %": lambda weeks: partial(counts, baseline=weeks, season=0.2),
    "season ±20 %, go-live at the peak": lambda weeks: partial(
        counts, baseline=weeks, season=0.2, peak=True
    ),
    "improving 23 % a year": lambda weeks: partial(counts, baseline=weeks, trend=0.23),
    "improving 23 % a year, season ±20 %": lambda weeks: partial(
        counts, baseline=weeks, trend=0.23, season=0.2
    ),
    "after a bad spell, AR 0.6": lambda weeks: partial(after_a_bad_spell, rho=0.6, baseline=weeks),
    "AR 0.8 under sampling noise": lambda weeks: partial(counts, baseline=weeks, rho=0.8, sd=0.15),
    "AR 0.9 under sampling noise": lambda weeks: partial(counts, baseline=weeks, rho=0.9, sd=0.15),
    "AR 0.8, values": lambda weeks: partial(values, baseline=weeks, rho=0.8),
}
FOUND_BY_HISTORY: dict[str, Callable[[int], Draw]] = {
    "independent": lambda weeks: partial(counts, baseline=weeks, to=0.09),
    "season ±20 %": lambda weeks: partial(counts, baseline=weeks, to=0.09, season=0.2),
    "AR 0.4, sd 0.15": lambda weeks: partial(counts, baseline=weeks, to=0.09, rho=0.4, sd=0.15),
}
RAILS: dict[str, Draw] = {
    "12 %, limit 12 %": partial(counts, limit=0.12),
    "12 %, limit 14 %": partial(counts, limit=0.14),
    "12 %, limit 18 %": partial(counts, limit=0.18),
    "12 %, limit 14 %, over-dispersed (ICC 0.005)": partial(counts, limit=0.14, icc=0.005),
    "12 %, limit 18 %, over-dispersed (ICC 0.02)": partial(counts, limit=0.18, icc=0.02),
    "12 %, limit 14 %, AR 0.4, sd 0.15": partial(counts, limit=0.14, rho=0.4, sd=0.15),
    "12 %, limit 18 %, AR 0.8, sd 0.15": partial(counts, limit=0.18, rho=0.8, sd=0.15),
    "values, limit mean": partial(rail_of_values, limit=20.0),
    "values, limit mean + 2 sd": partial(rail_of_values, limit=24.0),
    "1 in 500, limit 1 in 500": partial(counts, level=1 / 500, limit=1 / 500),
    "1 in 2,000, limit 1 in 500": partial(counts, level=1 / 2000, limit=1 / 500),
}
# Inside the limit until the tenth week after go-live, or until go-live, and then beyond it.
TENTH = 10
RISES: dict[str, tuple[Draw, int]] = {
    f"{name} {when}": (partial(draw, since=since), since)
    for name, draw in {
        "10 % to 15 %, limit 12.5 %, 200 cases": partial(
            counts, level=0.10, limit=0.125, cases=200, to=0.15
        ),
        "10 % to 20 %, limit 12.5 %, 200 cases": partial(
            counts, level=0.10, limit=0.125, cases=200, to=0.20
        ),
        "1 in 2,000 to 1 in 100, limit 1 in 500, 300 cases": partial(
            counts, level=1 / 2000, limit=1 / 500, to=1 / 100
        ),
        "1 in 2,000 to 1 in 100, limit 1 in 500, 100 cases": partial(
            counts, level=1 / 2000, limit=1 / 500, cases=100, to=1 / 100
        ),
    }.items()
    for when, since in (("at go-live", 0), ("after a calm", TENTH))
}
POWER: dict[str, Draw] = {
    "independent": partial(counts, to=0.09),
    "AR 0.4, sd 0.15": partial(counts, to=0.09, rho=0.4, sd=0.15),
    "AR 0.4, sd 0.3": partial(counts, to=0.09, rho=0.4, sd=0.3),
}


def verdicts() -> Table:
    """How often a pilot without any effect is told that it has one."""
    rows = [
        (name, "steady", *_false(draw, name, metrics)) for name, (draw, metrics) in ROWS.items()
    ]
    for name, (draw, metrics) in UNSTEADY.items():
        rows.append((name, "steady, wrongly", *_false(draw, name, metrics)))
        rows.append((name, "nothing", *_false(draw, name, metrics, steady=False)))
    return Table(
        "No effect, a look every week for a year: ever told",
        ("series", "its plan says", "better", "harm", "either"),
        rows,
        f"{PILOTS} pilots a row; in brackets the standard error of the simulation.",
    )


def history() -> Table:
    """The same where the plan says nothing and its own numbers of two or three years answer, and how often
    an effect that is there is seen by its 26th and by its last week."""
    rows = []
    for name, of in HISTORY.items():
        either = [_false(of(weeks), name, 1, steady=False)[2] for weeks in HISTORIES]
        rows.append((name, *either))
    for name, of in FOUND_BY_HISTORY.items():
        seen = []
        for weeks in HISTORIES:
            told = told_of(of(weeks), name, PILOTS, steady=False)
            by_26 = share([one.better_by_26 for one in told])
            seen.append(f"{by_26}, {share([one.better for one in told])}")
        rows.append((f"12 % to 9 %, {name}: better by week 26, 52", *seen))
    return Table(
        "Nothing assumed, its own history answers: ever told either",
        ("series", *(f"{weeks} weeks before" for weeks in HISTORIES)),
        rows,
        f"{PILOTS} pilots a row; in brackets the standard error of the simulation.",
    )


def _false(draw: Draw, name: str, metrics: int, *, steady: bool = True) -> tuple[str, str, str]:
    """How many pilots were ever told better, harm, either."""
    pilots = _grouped(told_of(draw, name, PILOTS * metrics, metrics, steady=steady), metrics)
    better = [any(one.better for one in pilot) for pilot in pilots]
    harm = [any(one.harm for one in pilot) for pilot in pilots]
    either = [good or bad for good, bad in zip(better, harm, strict=True)]
    return share(better), share(harm), share(either)


def guardrails() -> Table:
    """How often a guardrail whose process stays inside its limit says harm in a year."""
    rows = []
    for name, draw in RAILS.items():
        told = told_of(draw, name)
        ever = share([one.breached is not None for one in told])
        rows.append((name, ever, share([one.looks > 0 for one in told])))
    return Table(
        "Inside the limit for a year: ever a harm signal, ever a look",
        ("guardrail", "harm", "look"),
        rows,
    )


def found() -> Table:
    """How soon a guardrail says harm of a process that has gone beyond its limit."""
    rows = []
    for name, (draw, since) in RISES.items():
        rising = told_of(draw, name)
        seeds = zlib.crc32(name.encode())
        weeks, events = [], []
        for number, one in enumerate(rising):
            if one.breached is not None and one.breached <= since:
                continue  # a false alarm, counted above
            weeks.append(math.inf if one.breached is None else one.breached - since)
            drawn = draw(np.random.default_rng([seeds, number]))
            began = drawn.baseline + since
            events.append(float(drawn.over[began : began + int(min(weeks[-1], YEAR))].sum()))
        rows.append((name, f"{median(weeks):g}", f"{median(events):g}"))
    return Table(
        "Beyond the limit: a harm signal after so many weeks and events, in the median",
        ("guardrail", "weeks", "events"),
        rows,
    )


def power() -> Table:
    """How often an effect that is there is seen by its 26th week."""
    rows = [
        (name, share([one.better_by_26 for one in told_of(draw, name)]))
        for name, draw in POWER.items()
    ]
    return Table(
        "12 % to 9 %, 300 cases, 12 baseline weeks: better by week 26", ("series", "better"), rows
    )


def share(of: Sequence[bool]) -> str:
    """With the error of having drawn so few."""
    part = sum(of) / len(of)
    error = math.sqrt(max(part * (1 - part), 1 / len(of) ** 2) / len(of))
    return f"{part:.1%} ({error:.1%})"


def told_of(
    draw: Draw, name: str, count: int = PILOTS, metrics: int = 1, *, steady: bool = True
) -> list[Said]:
    """What so many pilots like this were told; the same ones for the same name."""
    told = partial(_one, draw, zlib.crc32(name.encode()), metrics, steady)
    with ProcessPoolExecutor() as pool:
        return list(pool.map(told, range(count), chunksize=8))


def _one(draw: Draw, seed: int, metrics: int, steady: bool, number: int) -> Said:
    drawn = draw(np.random.default_rng([seed, number]))
    return Said.of(drawn, metrics=metrics, number=number % metrics, steady=steady)


def _grouped(said: list[Said], size: int) -> list[list[Said]]:
    return [said[begin : begin + size] for begin in range(0, len(said), size)]


TABLES = (verdicts, history, guardrails, found, power)
