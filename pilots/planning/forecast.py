"""What a metric's plan can answer by when: the simulation asked about effect, time, sites and looks.

Pure, and the result is plain numbers, to be kept as JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pilots.connectors.measurement import Cadence
from pilots.evidence.designs import EvidenceDesign
from pilots.evidence.numbers import LOOKS_A_YEAR, SeriesPlan
from pilots.evidence.sites import SiteSeries
from pilots.metrics.series import Series
from pilots.planning.baselines import PlanBaseline, baseline_of, window_of
from pilots.planning.simulation import (
    HORIZON,
    SEED,
    Judge,
    draw,
    least_found,
    looks_until,
    planned_looks,
    weeks_until_harm,
)
from pilots.planning.sites import SitesJudge, judge_by_sites
from pilots.statistics.effects import MIN_AFTER
from pilots.statistics.planning.weeks import (
    Reading,
    WeeksPlan,
    weeks_for_proportions,
    weeks_for_values,
)
from pilots.statistics.rules import ImprovementDirection

# Grows where the same numbers would be given another answer.
METHOD = "2026-11-30"
# Chances that are waited for: even, and usual for a plan.
EVEN, USUAL = 0.5, 0.8
EFFECTS = 8
# Every fourth week, every third month, every seventh day.
SELDOM = {"day": 7, "week": 4, "month": 3}
NEARLY_ALL = 0.98
# So many looks planned beforehand are held against reading at every number.
LOOKS = (1, 2, 4)


@dataclass(frozen=True)
class PlanAsked:
    """What is asked of a plan: how the metric will be judged, and when and where the pilot runs.

    `guardrail`: it is asked how soon harm is found. `planned`: periods from the planned start to the end, None
    where the dates are not set. `sites`: at how many it runs; the baseline is of all of them together.
    """

    question: SeriesPlan
    starts: date | None
    ends: date | None
    sites: int
    guardrail: bool
    today: date

    @property
    def planned(self) -> int | None:
        if self.starts is None or self.ends is None:
            return None
        cadence, period, count = Cadence(self.question.cadence), self.starts, 0
        period = cadence.starts(period)
        if period < self.starts:
            period = cadence.next(period)
        while cadence.next(period) <= self.ends and count < 10 * HORIZON:
            period, count = cadence.next(period), count + 1
        return count


@dataclass(frozen=True)
class Forecast:
    """What the simulation found. Levels, changes and spreads are in the unit in which the metric is kept,
    changes with their sign; looks are periods since go-live; chances are of "better" by then.

    `promised`: the change that the plan promises, from the `target` or, without one, the `margin` (the smallest
    difference that matters). `by_look`: (look, chance) for it. `by_effect`: (change, chance by the planned
    end), beginning with no change. `by_sites`: (sites, chance). `looked`: the chance by the planned end where
    it is looked at `always`, `seldom`, `last` (only then); `single` is what a single test at the end would
    find by the normal formula. `formula`: looks until 80 % by the recursive formula instead of simulation.
    `harm`: of a guardrail. `schedules`: (looks planned beforehand, chance by the planned end, chance of being
    told "better" where nothing changes); the last one looks at every number, and is empty where a metric is
    judged by its own history.
    """

    level: float
    known: int
    to_come: int
    cases: float | None
    spread: float
    alike: float
    season: float | None
    by_history: bool
    history: int
    drifts: float
    sites: int
    planned: int | None
    promised: float | None
    from_target: bool
    chance: float | None
    even_at: int | None
    usual_at: int | None
    least: float | None
    without_effect: float | None
    by_look: list[list[float]]
    by_effect: list[list[float]]
    by_sites: list[list[float]]
    looked: dict[str, float | None]
    formula: int | None
    harm: dict[str, float | None] | None
    schedules: list[list[float]] = field(default_factory=list)
    # The sites that it is compared with.
    beside: int = 0

    @property
    def modelled(self) -> bool:
        """Whether its own history or other sites answer, whatever its plan says of its steadiness."""
        return self.by_history or self.beside > 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def forecast(
    series: Series,
    asked: PlanAsked,
    beside: Sequence[SiteSeries] = (),
    *,
    seed: int = SEED,
) -> Forecast:
    """Everything that is said of one metric's plan; `Refusal` where its baseline cannot carry one.
    `beside`: the sites that it is compared with, live from the day for which that is planned."""
    question = asked.question
    known = baseline_of(
        series,
        question,
        starts=asked.starts,
        today=asked.today,
        compared=not asked.guardrail and not by_sites(question),
    )
    planned = asked.planned
    end = None if planned is None else min(planned, HORIZON)
    found = _Found() if asked.guardrail else _found(series, asked, known, beside, end, seed)
    return Forecast(
        level=known.process.level,
        known=known.known,
        to_come=known.to_come,
        cases=known.cases,
        spread=known.spread,
        alike=known.alike,
        season=known.season,
        by_history=bool(known.process.a_year) and not by_sites(question),
        history=known.history,
        drifts=known.drifts,
        sites=asked.sites,
        planned=planned,
        **vars(found),
        harm=_harm(asked, known, end, seed) if asked.guardrail else None,
        beside=len(question.sites),
    )


def by_sites(question: SeriesPlan) -> bool:
    """Whether other sites will say what was to be expected."""
    return bool(question.sites) or question.design == EvidenceDesign.SITES


@dataclass
class _Found:
    """What is found of a better level, as `Forecast` has it; nothing of a guardrail."""

    promised: float | None = None
    from_target: bool = False
    chance: float | None = None
    even_at: int | None = None
    usual_at: int | None = None
    least: float | None = None
    without_effect: float | None = None
    by_look: list[list[float]] = field(default_factory=list)
    by_effect: list[list[float]] = field(default_factory=list)
    by_sites: list[list[float]] = field(default_factory=list)
    looked: dict[str, float | None] = field(default_factory=dict)
    formula: int | None = None
    schedules: list[list[float]] = field(default_factory=list)


def _found(
    series: Series,
    asked: PlanAsked,
    known: PlanBaseline,
    beside: Sequence[SiteSeries],
    end: int | None,
    seed: int,
) -> _Found:
    question, found = asked.question, _Found()
    gain = 1.0 if question.direction == ImprovementDirection.HIGHER else -1.0
    judge: Judge | SitesJudge
    if by_sites(question):
        judge = judge_by_sites(
            series,
            question,
            beside,
            starts=asked.starts,
            level=known.process.level,
            to_come=known.to_come,
            seed=seed,
        )
    else:
        drawn = draw(known.process, periods=HORIZON, seed=seed)
        judge = Judge(drawn, question.direction, question.level)
    found.promised, found.from_target = _promised(known.process.level, question, gain)
    if found.promised is not None:
        first = judge.first_better(found.promised, looks_until(HORIZON))
        found.by_look = [[look, _by(first, look)] for look in looks_until(HORIZON)]
        found.even_at, found.usual_at = (
            next((int(look) for look, chance in found.by_look if chance >= wanted), None)
            for wanted in (EVEN, USUAL)
        )
        if not known.process.a_year and not by_sites(question):
            found.formula = _formula(series, question, found.promised)
        found.chance = None if end is None else _by(first, end)
    if end is None or end < MIN_AFTER:
        return found
    largest = _largest(known, gain)
    least = least_found(judge, gain=gain, largest=largest, end=end)
    found.least = None if least is None else gain * least
    top = min(max(1.5 * abs(found.promised or 0), 1.3 * (least or largest)), largest)
    found.by_effect = [
        [change, judge.chance(change, looks_until(end))]
        for change in (gain * np.linspace(0, top, EFFECTS + 1)).tolist()
    ]
    found.without_effect = found.by_effect[0][1]
    if found.promised is not None:
        found.looked = _looked(series, asked, judge, found.promised, end)
        if isinstance(judge, Judge):
            if not known.process.a_year:
                found.schedules = _schedules(judge, found.promised, end)
            if question.proportion:
                found.by_sites = _by_sites(asked, known, found.promised, end, seed)
    return found


def _by(first: NDArray[np.int64], look: int) -> float:
    return float(((first > 0) & (first <= look)).mean())


def _promised(level: float, question: SeriesPlan, gain: float) -> tuple[float | None, bool]:
    """The change that the plan promises, and whether its target says so; None where the target is reached
    already, or nothing is said."""
    if question.target is not None:
        change = question.target - level
        return (change, True) if change * gain > 0 else (None, True)
    return (gain * question.margin, False) if question.margin else (None, False)


def _largest(known: PlanBaseline, gain: float) -> float:
    """The size of the largest change that is looked for: to the end of what there can be, or many times the
    spread between points."""
    process = known.process
    if process.proportion:
        return NEARLY_ALL * (1 - process.level if gain > 0 else process.level)
    wide = 8 * known.spread
    return wide if gain > 0 or process.level <= 0 else min(wide, NEARLY_ALL * process.level)


def _looked(
    series: Series, asked: PlanAsked, judge: Judge | SitesJudge, promised: float, end: int
) -> dict[str, float | None]:
    every = SELDOM[asked.question.cadence]
    seldom = sorted({*range(every, end + 1, every), end} - set(range(MIN_AFTER)))
    return {
        "always": judge.chance(promised, looks_until(end)),
        "seldom": judge.chance(promised, seldom),
        "last": judge.chance(promised, [end]),
        "single": None
        if by_sites(asked.question)
        else _single(series, asked.question, promised, end),
    }


def _schedules(judge: Judge, promised: float, end: int) -> list[list[float]]:
    """Looks planned beforehand, and all of them planned, with the price of each: what it finds of the
    promised effect, and of none."""
    plans = [looks for count in LOOKS if len(looks := planned_looks(count, end)) == count]
    return [
        [
            len(looks),
            judge.chance_at_planned(promised, looks),
            judge.chance_at_planned(0.0, looks),
        ]
        for looks in [*plans, looks_until(end)]
    ]


def _by_sites(
    asked: PlanAsked, known: PlanBaseline, promised: float, end: int, seed: int
) -> list[list[float]]:
    """The chance with fewer or more sites: so many times the cases in each period. What periods differ by
    beyond sampling is taken to be common to all sites, and stays."""
    here = max(asked.sites, 1)
    counts = range(1, max(6, 2 * here) + 1)
    if len(counts) > EFFECTS:
        counts = sorted({*np.linspace(1, 2 * here, EFFECTS).round().astype(int).tolist(), here})  # type: ignore[assignment]
    found = []
    for count in counts:
        process = known.process.with_cases(count / here)
        judge = Judge(
            draw(process, periods=end, seed=seed), asked.question.direction, asked.question.level
        )
        found.append([count, judge.chance(promised, looks_until(end))])
    return found


def _formula(series: Series, question: SeriesPlan, promised: float) -> int | None:
    """Looks until 80 % by the formula, None where it gives none."""
    plan = _by_formula(series, question, promised, reading="any_time", horizon=HORIZON)
    found = np.nan if plan is None else float(plan.weeks[0])
    return int(found) if np.isfinite(found) else None


def _single(series: Series, question: SeriesPlan, promised: float, end: int) -> float | None:
    """The chance of a single test at the end."""
    plan = _by_formula(series, question, promised, reading="once", horizon=end)
    return None if plan is None else float(plan.power[0, -1])


def _by_formula(
    series: Series, question: SeriesPlan, promised: float, *, reading: Reading, horizon: int
) -> WeeksPlan | None:
    """`pilots.statistics.planning.weeks`, None where it refuses."""
    inside = window_of(series, question)
    alpha = 1 - question.level
    try:
        if not question.proportion:
            return weeks_for_values(
                series.values[inside], promised, alpha=alpha, reading=reading, horizon=horizon
            )
        assert series.numerators is not None and series.denominators is not None
        return weeks_for_proportions(
            series.numerators[inside],
            series.denominators[inside],
            promised,
            alpha=alpha,
            reading=reading,
            horizon=horizon,
        )
    except ValueError:  # a refusal is one
        return None


def _harm(
    asked: PlanAsked, known: PlanBaseline, end: int | None, seed: int
) -> dict[str, float | None] | None:
    """How soon a guardrail's harm signal finds a level beyond its limit: by the smallest difference that
    matters, or, where none is said, by the spread of one point."""
    question = asked.question
    if question.limit is None:
        return None
    way = 1.0 if question.direction == ImprovementDirection.LOWER else -1.0
    beyond = question.margin or known.spread or abs(question.limit)
    to = question.limit + way * beyond
    if question.proportion:
        to = min(max(to, 0.0), 1.0)
    if to == question.limit:
        return None
    periods = min(LOOKS_A_YEAR[question.cadence], HORIZON)
    found = weeks_until_harm(
        known.process,
        to=to,
        limit=question.limit,
        direction=question.direction,
        looks_a_year=LOOKS_A_YEAR[question.cadence],
        periods=max(periods, end or 0),
        seed=seed,
    )
    middle = float(np.median(found))
    return {
        "to": to,
        "from_margin": float(bool(question.margin)),
        "median": middle if np.isfinite(middle) else None,
        "by_end": None if end is None else float((found <= end).mean()),
        "beyond_already": float((known.process.level - question.limit) * way > 0),
    }
