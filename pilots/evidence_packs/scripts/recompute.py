"""Recompute every verdict of an evidence pack from its data, by code of its own.

    python3 recompute.py [DIRECTORY]        the unpacked pack; the present directory unless said

Reads plan.csv (one row a metric: what was asked), data.csv (one row a period) and sites.csv (one
row a site and period), computes effect, interval, level, guardrail and verdict anew, and compares
them with results.csv. Ends with 1 where a number differs by more than 1e-6 (of it, or absolute
below one) or a word differs at all.
recompute.R does the same in base R. Python 3.10 or later; numpy alone, for systems of equations.

The designs of comparison stand in DESIGNS, by the word in the column `design`.

Sources of the formulas, by the number beside each:
 [1] Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, Ann. Stat. 52 (2024) 2613, eq. 9; Robbins, Ann.
     Math. Stat. 41 (1970) 1397: the interval that holds at every look, variance known.
 [2] Lindon, Ham, Tingley, Bojinov (2022), Anytime-valid linear models; Perez-Ortiz, Lardy, de Heide,
     Gruenwald, Ann. Stat. 52 (2024) 1410: the same with the spread estimated.
 [3] Howard, Ramdas, McAuliffe, Sekhon, Ann. Stat. 49 (2021) 1055, 3.5: where it is tightest.
 [4] Marriott and Pope, Biometrika 41 (1954) 390: bias of the lag-1 autocorrelation.
 [5] DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177: variance between periods.
 [6] Page, Biometrika 41 (1954) 100: the CUSUM.  [7] Siegmund, Sequential Analysis (1985), 2.51:
     its run length.  [8] Lucas, Technometrics 27 (1985) 129: of counts.
 [9] Mueller, Handbook of Economic Forecasting 2 (2013); Lazarus, Lewis, Stock, Watson, J Bus Econ
     Stat 36 (2018) 541: a long-run variance from the lowest cosines.
 [10] Borusyak, Jaravel, Spiess, Rev Econ Stud 91 (2024) 3253: what sites would have been without the
     change, from those and from when they were not live.
 [11] Breslow and Day, Statistical Methods in Cancer Research II (1987), 2.3: shares held against what
     the patients' risks let expect.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

TOLERANCE = 1e-6
LOOKS_A_YEAR = {"day": 365, "week": 52, "month": 12}
Floats = list[float]
Table = Any  # an array of numpy
Cell = str | float | None
Row = dict[str, str]

# ── What is given ────────────────────────────────────────────────────────────────────────────────


@dataclass
class PeriodPoint:
    """One period. `x` of `n` where a share or a rate is measured, else a value (the mean of `n` cases)."""

    value: float
    x: float
    n: float
    baseline: bool
    since: bool
    otherwise: bool
    settled: bool
    history: bool
    day: date
    expected: float  # of the x, by the risks of the patients
    cases: float  # how many there were, where `n` is how many of the usual risk that stands for


@dataclass
class Asked:
    """A row of plan.csv."""

    design: str
    share: bool  # or a rate: counts of so many, or in so much
    rate: bool  # events in an exposure, of which there may be more than of that
    looks: int
    direction: str
    target: float | None
    limit: float | None
    margin: float | None
    alpha: float
    steady: bool
    live: bool
    baseline_missing: bool
    need_before: int
    tightest_after: int
    parts: bool
    panel: SiteTable
    usual: float | None = (
        None  # the expected share before, where patients' risks are taken into account
    )


@dataclass
class SiteTable:
    """The sites in rows and the periods in columns; a cell that does not count has no value."""

    sites: list[int]
    periods: list[str]
    value: Table
    cases: Table
    live: Table


def number(text: str) -> float:
    return float(text) if text else math.nan


def site_table_of(rows: list[Row]) -> SiteTable:
    sites = sorted({int(row["site"]) for row in rows})
    periods = sorted({row["period"] for row in rows})
    place = {period: i for i, period in enumerate(periods)}
    value = np.full((len(sites), len(periods)), np.nan)
    cases, live = value.copy(), np.zeros(value.shape, dtype=bool)
    for row in rows:
        at = sites.index(int(row["site"])), place[row["period"]]
        value[at], cases[at] = number(row["value"]), number(row["cases"])
        live[at] = row["live"] == "1"
    return SiteTable(sites, periods, value, cases, live)


def asked_of(row: Row, sites: list[Row]) -> Asked:
    def given(name: str) -> float | None:
        return float(row[name]) if row[name] else None

    return Asked(
        design=row["design"],
        share=row["kind"] in ("proportion", "rate"),
        rate=row["kind"] == "rate",
        looks=LOOKS_A_YEAR[row["cadence"]],
        direction=row["direction"],
        target=given("target"),
        limit=given("limit"),
        margin=given("margin"),
        alpha=1 - float(row["level"]),
        steady=row["steady"] == "1",
        live=row["live"] == "1",
        baseline_missing=row["baseline_missing"] == "1",
        need_before=int(row["need_before"] or 0),
        tightest_after=int(row["tightest_after"] or 0),
        parts=row["parts"] == "1",
        panel=site_table_of(sites),
    )


def point_of(row: Row, share: bool) -> PeriodPoint:
    return PeriodPoint(
        value=number(row["value"]),
        x=number(row["numerator"]) if share else number(row["value"]),
        n=number(row["denominator"]) if share else number(row["n"]),
        baseline=row["baseline"] == "1",
        since=row["since_go_live"] == "1",
        otherwise=row["counted_otherwise"] == "1",
        settled=row["settled"] == "1",
        history=row["history"] == "1",
        day=date.fromisoformat(row["period"]),
        expected=number(row["expected"]),
        cases=number(row["denominator"]),
    )


# ── Two halves and their weighted means ──────────────────────────────────────────────────────────


@dataclass
class Half:
    """Known points of one half, each with its weight, one over its variance up to a dispersion."""

    values: Floats
    weights: Floats
    cases: Floats
    units: float  # independent units: cases of a share, events of a rate, else points
    events: float


def is_known(p: PeriodPoint, share: bool) -> bool:
    if share:
        return math.isfinite(p.x) and math.isfinite(p.n) and p.n > 0
    return math.isfinite(p.value)


def half_of(points: list[PeriodPoint], share: bool, rate: bool) -> Half:
    if not share:
        known = [p for p in points if is_known(p, share)]
        count = float(len(known))
        return Half([p.value for p in known], [1.0] * len(known), [p.n for p in known], count, 0.0)
    known = [p for p in points if is_known(p, share)]
    events, cases = math.fsum(p.x for p in known), math.fsum(p.n for p in known)
    units = math.fsum(p.cases for p in known)
    if rate:  # one event more: none at all is not certain
        level = (events + 1) / cases if cases > 0 else 1.0
        weights = [p.n / level for p in known]
        return Half([p.x / p.n for p in known], weights, [p.n for p in known], events, events)
    level = (events + 1) / (cases + 2)  # one event and one non-event more: 0 of n is not certain
    weights = [p.n / (level * (1 - level)) for p in known]
    return Half([p.x / p.n for p in known], weights, [p.n for p in known], units, events)


def by_risk(asked: Asked, points: list[PeriodPoint]) -> tuple[Asked, list[PeriodPoint]]:
    """Each share as one of so many patients with the usual risk as would be expected to have as many [11],
    where the share should stay low and all say how many were to be expected."""
    same = [p for p in points if not p.otherwise and is_known(p, asked.share)]
    sides = [p for p in same if p.baseline and not p.since], [p for p in same if p.since]
    used = sides[0] + sides[1]
    if (
        not asked.share
        or asked.rate
        or not asked.live
        or asked.direction != "lower"
        or not sides[0]
    ):
        return asked, points
    if not all(p.expected > 0 for p in used):
        return asked, points
    usual = math.fsum(p.expected for p in sides[0]) / math.fsum(p.n for p in sides[0])
    if any(math.fsum(p.x for p in s) > math.fsum(p.expected / usual for p in s) for s in sides):
        return asked, points
    instead = [
        replace(p, value=p.x / m, n=m) if is_known(p, asked.share) else blank(p)
        for p in points
        for m in [p.expected / usual]
    ]
    return replace(asked, usual=usual), instead


def ratio(over: float, under: float) -> float:
    return over / under if under > 0 else 0.0


@dataclass
class Means:
    """What is left around the weighted means of both halves, and what it says of the variance."""

    before: float
    after: float
    variance_before: float  # of the means, up to the dispersion
    variance_after: float
    residual: float
    points_before: int
    points_after: int
    autocorrelation: float
    uneven: float
    unlike: float
    unlike_after: float

    @property
    def dispersion(self) -> float:
        degrees = self.points_before + self.points_after
        degrees -= (self.points_before > 0) + (self.points_after > 0)
        return math.sqrt(self.residual / degrees) if degrees > 0 else math.nan


def means_of(first: Half, second: Half, share: bool) -> Means:
    means, variances, rests = [], [], []
    for half in (first, second):
        total = math.fsum(half.weights)
        weighted = math.fsum(w * v for w, v in zip(half.weights, half.values, strict=True))
        mean = weighted / total if total > 0 else math.nan
        means.append(mean)
        variances.append(1 / total if total > 0 else math.inf)
        rests.append(
            [math.sqrt(w) * (v - mean) for w, v in zip(half.weights, half.values, strict=True)]
        )
    squares = [math.fsum(r * r for r in rest) for rest in rests]
    counts = [len(rest) for rest in rests]
    unlike, unlike_after = unlike_periods((first, second), rests, squares, share)
    return Means(
        before=means[0],
        after=means[1],
        variance_before=variances[0],
        variance_after=variances[1],
        residual=squares[0] + squares[1],
        points_before=counts[0],
        points_after=counts[1],
        autocorrelation=autocorrelation(rests, squares),
        uneven=uneven_spread(squares, counts, variances),
        unlike=unlike,
        unlike_after=unlike_after,
    )


def autocorrelation(rests: list[Floats], squares: Floats) -> float:
    """Lag 1 within the halves, corrected for the fitted means [4]."""
    square = squares[0] + squares[1]
    if square <= 0:
        return 0.0
    product = math.fsum(a * b for rest in rests for a, b in pairwise(rest))
    r, fitted = product / square, sum(len(rest) > 0 for rest in rests)
    points = max(sum(len(rest) for rest in rests), 1)
    return min(r + fitted * (1 + 4 * max(r, 0.0)) / points, 0.999)


def uneven_spread(squares: Floats, counts: list[int], variances: Floats) -> float:
    """By how much the variance of the difference is more than the pooled one says, where one half
    (of eight points or more) has over four times the spread of the other."""
    if min(counts) < 8:
        return 1.0
    s = [square / (count - 1) for square, count in zip(squares, counts, strict=True)]
    pooled = (squares[0] + squares[1]) / (counts[0] + counts[1] - 2)
    together = pooled * (variances[0] + variances[1])
    if not (s[0] > 4 * s[1] or s[1] > 4 * s[0]) or together <= 0:
        return 1.0
    return max((s[0] * variances[0] + s[1] * variances[1]) / together, 1.0)


def unlike_periods(
    halves: tuple[Half, Half], rests: list[Floats], squares: Floats, share: bool
) -> tuple[float, float]:
    """By how much the variance of the difference, and of the later mean, is more than a dispersion
    common to all points says, where periods rest on unlike numbers of cases: of shares by a
    variance between periods that is added to sampling's [5], of means by 1/n."""
    degrees = max(sum(len(r) for r in rests) - sum(len(r) > 0 for r in rests), 0)
    usual = ratio(squares[0] + squares[1], degrees)
    totals = [math.fsum(half.weights) for half in halves]
    if share:
        second = [
            ratio(math.fsum(w * w for w in h.weights), t)
            for h, t in zip(halves, totals, strict=True)
        ]
        room = (totals[0] - second[0]) + (totals[1] - second[1])
        between = ratio(max(squares[0] + squares[1] - degrees, 0.0), room)
        usual = max(usual, 1.0)
        real = [1 + between * s for s in second]
    elif all(n > 0 for half in halves for n in half.cases):
        spread = math.fsum(
            n * r * r
            for half, rest in zip(halves, rests, strict=True)
            for n, r in zip(half.cases, rest, strict=True)
        )
        spread = ratio(spread, degrees)
        real = [spread * ratio(math.fsum(1 / n for n in h.cases), len(h.cases)) for h in halves]
    else:
        return 1.0, 1.0
    shares = [ratio(1.0, total) for total in totals]
    both = real[0] * shares[0] + real[1] * shares[1]
    wider = max(ratio(both, usual * (shares[0] + shares[1])), 1.0)
    return wider, max(ratio(real[1], usual), 1.0)


# ── Intervals that hold at every look ────────────────────────────────────────────────────────────


def half_width(
    means: Means, share: bool, variance: float, degrees: float, optimal: float, alpha: float
) -> float:
    tuning = -2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))  # [3]
    q = variance / (variance + tuning * optimal)
    k = (q * alpha**2) ** (1 / degrees)
    half = math.sqrt(variance * means.residual * (1 - k) / (k - q)) if k > q else math.inf  # [2]
    if share:
        half = max(half, math.sqrt(variance * math.log(1 / (q * alpha**2)) / (1 - q)))  # [1]
    r = min(max(means.autocorrelation, 0.0), 0.99)
    return half * math.sqrt((1 + r) / (1 - r)) * math.sqrt(means.uneven)


def refusal(
    first: Half, second: Half, means: Means, share: bool, rate: bool, need_before: bool
) -> str:
    """Why no interval is given; empty where one is."""
    before, after = means.points_before, means.points_after
    if after == 0:
        return "no_after"
    if (need_before or before) and before < 8:
        return "few_points"
    if after < (4 if before else 8):
        return "few_points"
    if rate:
        if first.events + second.events < 10:
            return "few_events"
    elif share:
        events, cases = first.events + second.events, first.units + second.units
        if min(events, cases - events) < 10:
            return "few_events"
        if min([second.units] + ([first.units] if before else [])) < 30:
            return "few_units"
    elif means.residual == 0:
        return "no_variation"
    if need_before and not share and len(set(first.values)) == 1:
        return "constant_before"
    return "autocorrelated" if means.autocorrelation >= 0.7 else ""


def finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def before_after(asked: Asked, points: list[PeriodPoint]) -> dict[str, Cell]:
    """The design `before_after`: two weighted means and the interval of their difference."""
    first = half_of([p for p in points if p.baseline], asked.share, asked.rate)
    second = half_of([p for p in points if p.settled], asked.share, asked.rate)
    means = means_of(first, second, asked.share)
    refused = refusal(first, second, means, asked.share, asked.rate, need_before=True)
    estimate, half = means.after - means.before, math.nan
    if not refused:
        half = half_width(
            means,
            asked.share,
            means.variance_before + means.variance_after,
            means.points_before + means.points_after - 1,
            2 * means.variance_before,
            asked.alpha,
        ) * math.sqrt(means.unlike)
        refused = "" if math.isfinite(half) else "few_points"
    return {
        "refused": refused,
        "estimate": finite(estimate),
        "lower": finite(estimate - half),
        "upper": finite(estimate + half),
        "before": finite(means.before),
        "after": finite(means.after),
        "points_before": means.points_before,
        "points_after": means.points_after,
        "n_before": first.units,
        "n_after": second.units,
        "dispersion": finite(means.dispersion) if asked.share else None,
        "autocorrelation": means.autocorrelation,
        "uneven": means.uneven,
        "unlike": means.unlike,
    }


# ── Against its own history: an interrupted series ───────────────────────────────────────────────


def interrupted(asked: Asked, points: list[PeriodPoint]) -> dict[str, Cell]:
    """The design `interrupted`: what go-live added to level, trend and season of the history, its
    variance from the slow end of what is left [9]."""
    found = before_after(asked, points) | {"lower": None, "upper": None}
    used = [i for i, p in enumerate(points) if p.history or p.settled]
    place = points[used[0] :] if used else []
    known = [
        i for i, p in enumerate(place) if (p.history or p.settled) and is_known(p, asked.share)
    ]
    there = [place[i] for i in known]
    found["refused"] = no_history(there, asked)
    if found["refused"]:
        return found
    n = len(place)
    design = columns_of(place, daily=asked.looks == 365)[known]
    y = np.array([p.x / p.n if asked.share else p.value for p in there])
    now = design[:, -1] == 1
    points_known, terms = design.shape
    plain = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    weights = weights_of(plain**2, there, terms, asked.share, asked.rate)
    root = np.sqrt(weights)
    q, upper = np.linalg.qr(root[:, None] * design)
    beta = np.linalg.solve(upper, q.T @ (root * y))
    rest = root * (y - design @ beta)
    degrees = points_known - terms
    white = float(rest @ rest) / degrees
    white = max(white, 1.0) if asked.share else white
    waves = np.arange(1, min(14, math.floor(0.4 * points_known)) + 1)
    where = (np.array(known) + 0.5) / n
    cosines = math.sqrt(2 / n) * np.cos(np.pi * np.outer(where, waves))
    left = cosines.T @ cosines - (q.T @ cosines).T @ (q.T @ cosines)
    slow = float(((rest @ cosines) ** 2).sum() / np.trace(left))
    freedom = float(np.trace(left) ** 2 / (left**2).sum())
    change, variance = float(beta[-1]), float(1 / upper[-1, -1] ** 2)
    optimal = 11 / float(weights[~now].sum())
    half = max(
        student(variance, slow, freedom, optimal, asked.alpha),
        student(variance, white, degrees, optimal, asked.alpha),
    )
    if not math.isfinite(half) or slow / white > 6:
        return found | {"refused": "drifts"}
    sides = [[p for p in there if p.settled == side] for side in (False, True)]
    units = [math.fsum(p.cases for p in side) if asked.share else len(side) for side in sides]
    if asked.rate:
        units = [math.fsum(p.x for p in side) for side in sides]
    after = found["after"]
    return found | {
        "estimate": change,
        "lower": change - half,
        "upper": change + half,
        "before": after - change if isinstance(after, float) else None,
        "points_before": len(sides[0]),
        "points_after": len(sides[1]),
        "n_before": units[0],
        "n_after": units[1],
        "dispersion": None,
        "autocorrelation": None,
        "uneven": None,
        "unlike": None,
    }


def columns_of(place: list[PeriodPoint], *, daily: bool) -> Table:
    """Level, trend, two waves a year, the days of a week, and 1 since go-live."""
    years = np.array([p.day.toordinal() / 365.25 for p in place])
    columns = [np.ones(len(place)), years - years.mean()]
    columns += [wave(2 * np.pi * k * years) for wave in (np.sin, np.cos) for k in (1, 2)]
    if daily:
        weekday = np.array([p.day.weekday() for p in place])
        columns += [(weekday == day) * 1.0 for day in range(1, 7)]
    return np.column_stack([*columns, np.array([float(p.settled) for p in place])])


def weights_of(
    square: Table, there: list[PeriodPoint], terms: int, share: bool, rate: bool
) -> Table:
    """One over the variance of each point: of sampling, and beside it what periods differ by [5]."""
    known = len(there)
    inflated = float(square.sum()) / max(known - terms, 1)
    n = np.array([p.n for p in there])
    if share:
        level = (math.fsum(p.x for p in there) + 1) / (float(n.sum()) + 2)
        sampling = level * (1 - level) / n
        if rate:
            sampling = (math.fsum(p.x for p in there) + 1) / float(n.sum()) / n
        return 1 / (max(inflated - float(sampling.mean()), 0.0) + sampling)
    if not (np.isfinite(n) & (n > 0)).all():
        return np.ones(known)
    s = 1 / n
    scale = known / max(known - terms, 1)
    apart = s - s.mean()
    slope = max(ratio(float((apart * square).sum()), float((apart**2).sum())) * scale, 0.0)
    level = inflated - slope * float(s.mean())
    if level < 0:
        slope, level = ratio(float((s * square).sum()), float((s**2).sum())) * scale, 0.0
    variance = level + slope * s
    if (variance <= 0).all():
        return np.ones(known)
    weights = np.where(variance > 0, 1 / np.where(variance > 0, variance, 1), 0.0)
    return weights * known / weights.sum()


def no_history(there: list[PeriodPoint], asked: Asked) -> str:
    """Why its history cannot say; empty where it can."""
    sides = [[p for p in there if p.settled == side] for side in (False, True)]
    if not sides[1]:
        return "no_after"
    needed = {365: 583, 52: 84, 12: 20}[asked.looks]
    if len(sides[1]) < 4 or len(sides[0]) < needed:
        return "few_points"
    if asked.rate:
        return "few_events" if math.fsum(p.x for p in there) < 10 else ""
    if asked.share:
        events = math.fsum(p.x for p in there)
        if min(events, math.fsum(p.cases for p in there) - events) < 10:
            return "few_events"
        if min(math.fsum(p.cases for p in side) for side in sides) < 30:
            return "few_units"
    elif len({p.value for p in there}) == 1:
        return "no_variation"
    return ""


def student(variance: float, square: float, degrees: float, optimal: float, alpha: float) -> float:
    """Half an interval that holds at every look, the spread estimated [2], tightest at [3]."""
    tuning = -2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))
    q = variance / (variance + tuning * optimal)
    k = (q * alpha**2) ** (1 / (degrees + 1))
    if k <= q:
        return math.inf
    return math.sqrt(variance * square * degrees * (1 - k) / (k - q))


# ── Against the same number at other sites ───────────────────────────────────────────────────────


def sites(asked: Asked, points: list[PeriodPoint]) -> dict[str, Cell]:
    """The design `sites`: what was seen at the sites since they are live, beside what those and the
    times that were not live lead to expect [10]; its variance from the slow end of what is left [9]."""
    found = before_after(asked, points) | {"lower": None, "upper": None}
    panel = asked.panel
    known = np.isfinite(panel.value)
    says = usable(known, panel.live)
    # Sites move alike in proportion, or by the same amount where a value is not above 0. Of what
    # most have, those who lack it are counted.
    multiplied = asked.share or bool((panel.value[says] > 0).all() and says.any())
    turned = (
        asked.share
        and not asked.rate
        and bool(says.any())
        and float(panel.value[says].mean()) > 0.5
    )
    value = 1 - panel.value if turned else panel.value
    if multiplied:  # a site at which nothing was seen is no multiple of others
        seen = np.where(says & ~panel.live, value, 0.0).sum(axis=1) > 0
        value = np.where(seen[:, None], value, np.nan)
        says = usable(np.isfinite(value), panel.live)
    found["refused"] = no_sites(asked, panel, value, says)
    if found["refused"]:
        return found
    change, half, expected, seen_there, apart = beside(asked, panel, value, says, multiplied)
    lower, upper = (
        in_its_unit(end, expected, multiplied) for end in (change - half, change + half)
    )
    # What is less than that of the size of the numbers is how they were rounded.
    if not half > 1e-9 * (1.0 if multiplied else float(np.abs(value[says]).max())):
        return found | {"refused": "exactly_alike"}
    if not math.isfinite(upper - lower):
        return found | {"refused": "no_end"}
    if abs(apart) > 2:
        return found | {"refused": "apart_before"}
    if turned:
        lower, upper, expected, seen_there = -upper, -lower, 1 - expected, 1 - seen_there
    before, now = before_and_now(panel, says)
    units = [panel.cases[side].sum() if asked.share else side.sum() for side in (before, now)]
    if asked.rate:
        units = [round(float((panel.value * panel.cases)[side].sum())) for side in (before, now)]
    return found | {
        "estimate": seen_there - expected,
        "lower": lower,
        "upper": upper,
        "before": expected,
        "after": seen_there,
        "points_before": int(before.sum(axis=1).max()),
        "points_after": int(now.sum(axis=1).max()),
        "n_before": float(units[0]),
        "n_after": float(units[1]),
        "dispersion": None,
        "autocorrelation": None,
        "uneven": None,
        "unlike": None,
    }


def linked(free: Table) -> Table:
    """The cells of a site and a period to each other of which a chain of such cells leads."""
    site = np.arange(len(free))
    while True:
        period = np.where(free, site[:, None], len(free)).min(axis=0)
        lower = np.where(free, period, len(free)).min(axis=1)
        if (lower == site).all():
            return free.any(axis=1)[:, None] & (site[:, None] == period)
        site = lower


def usable(known: Table, live: Table) -> Table:
    """The cells of periods in which some site is not live, and of sites that were not live once, where
    cells that are not live link the two."""
    while True:
        fewer = known & linked(known & ~live)
        if (fewer == known).all():
            return known
        known = fewer


def before_and_now(panel: SiteTable, says: Table) -> tuple[Table, Table]:
    """The cells of sites that went live: until then, and since."""
    went = panel.live.any(axis=1)[:, None]
    return says & ~panel.live & went, says & panel.live


def no_sites(asked: Asked, panel: SiteTable, value: Table, says: Table) -> str:
    """Why the sites cannot say; empty where they can."""
    known, live = np.isfinite(panel.value), panel.live
    before, now = before_and_now(panel, says)
    if not (known & live).any():
        return "no_after"
    if not now.any() and (known & ~live)[live.any(axis=1)].any():
        return "no_sites"
    if now.sum(axis=1).max() < 4 or before.sum(axis=1).max() < asked.need_before:
        return "few_points"
    if not asked.share:
        return "no_variation" if len(set(value[says].tolist())) == 1 else ""
    others = says & ~before
    if min((value * panel.cases)[side].sum() for side in (before, others)) < 10:
        return "few_events"
    if asked.rate:
        return ""
    return "few_units" if min(panel.cases[side].sum() for side in (before, now)) < 30 else ""


def beside(
    asked: Asked, panel: SiteTable, value: Table, says: Table, multiplied: bool
) -> tuple[float, float, float, float, float]:
    """The change (of `multiplied` sites as a part of the mean of both), half its interval, what was to
    be expected and what was seen since the sites are live, and by how many standard errors those that
    went live drifted apart from the others before."""
    live = panel.live & says.any(axis=1)[:, None]
    free, now = says & ~live, says & live
    y = np.where(says, value, 0.0)
    cases_known = (np.isfinite(panel.cases) & (panel.cases > 0))[says].all()
    over = np.where(says, 1 / panel.cases, 0.0) if cases_known else np.zeros(y.shape)
    first = np.where(says, panel.cases, 0.0) if cases_known else says * 1.0
    fitted, mean = fit(y, first * free, multiplied)
    level = mean[:, None]
    sampling = over
    if asked.share:
        sampling = over / level if asked.rate else over * (1 - level) / level
    terms = int(free.any(axis=1).sum() + free.any(axis=0).sum()) - 1
    rest = np.where(free, (y - fitted) / size_of(fitted, level, says, multiplied), 0.0)
    variance = moments((rest**2)[free], sampling[free], terms, asked.share, sampling)
    information = np.where(says & (variance > 0), 1 / np.where(variance > 0, variance, 1), 0.0)
    if not information.any():
        information = says * 1.0
    weights = information / level if multiplied else information
    fitted, _mean = fit(y, weights * free, multiplied)
    size = size_of(fitted, level, says, multiplied)
    weighed = weights * now
    expected = float((weighed * fitted).sum() / weighed.sum())
    seen = float((weighed * y).sum() / weighed.sum())
    change = seen - expected
    if multiplied:
        change = 2 * ratio(change, seen + expected)
    part = weighed * size / (weighed * size).sum()
    rest = np.where(says, (y - fitted) / size, 0.0)
    for site in np.flatnonzero(now.any(axis=1)):  # its own change is no spread
        if part[site].sum() > 0:
            rest[site, now[site]] -= (part[site] * rest[site]).sum() / part[site].sum()
    information = weights * size
    slow, freedom, white, degrees = spread(rest, information, says, now)
    white = max(white, 1.0) if asked.share else white
    # What is asked of sites and periods, by what those that are not live say of them.
    weights = information * free
    values, vectors = np.linalg.eigh(normal(weights, now)[: sum(y.shape), : sum(y.shape)])
    kept = values > 1e-12 * values.max()
    inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    asked_of_both = sums_of(part)
    variance_of_change = float((part[now] ** 2 / information[now]).sum())
    variance_of_change += float(asked_of_both @ inverse @ asked_of_both)
    start = int(np.argmax(live.any(axis=0)))
    optimal = tightest(information, live[:, start], says, start, asked.tightest_after)
    half = max(
        student(variance_of_change, square, of, optimal, asked.alpha)
        for square, of in ((slow, freedom), (white, degrees))
    )
    ours = live.any(axis=1)[:, None] & free & (np.arange(y.shape[1]) < start)
    drift = np.where(ours, np.arange(y.shape[1]), 0.0)
    for _again in range(2):  # for what rounding left
        taken = inverse @ sums_of(weights * drift)
        drift = drift - np.add.outer(taken[: len(y)], taken[len(y) :]) * free
    length = float((weights * drift**2).sum())
    apart = 0.0
    if max(slow, white) > 0 and length > 1e-9 * (float(weights[ours].sum()) or 1.0):
        apart = float((weights * drift * rest).sum()) / math.sqrt(length * max(slow, white))
    return change, half, expected, seen, apart


def in_its_unit(change: float, expected: float, multiplied: bool) -> float:
    """A part of the mean of both is within two times either way; there is no part of nothing."""
    if not multiplied:
        return change
    if change >= 2 or not expected > 0:
        return math.inf
    return expected * ((2 + max(change, -2.0)) / (2 - change) - 1)


def size_of(fitted: Table, level: Table, says: Table, multiplied: bool) -> Table:
    """What differences are parts of: what is expected, and a quarter of the site's level at least."""
    if not multiplied:
        return np.ones(fitted.shape)
    return np.where(says, np.maximum(fitted, level / 4), 1.0)


def fit(y: Table, weights: Table, multiplied: bool) -> tuple[Table, Table]:
    """Site times period, or site plus period, each set in turn until both stay; each site's mean."""

    def over(above: Table, below: Table, otherwise: Table) -> Table:
        return np.where(below > 0, above / np.where(below > 0, below, 1), otherwise)

    sites, periods = weights.sum(axis=1), weights.sum(axis=0)
    mean = over((weights * y).sum(axis=1), sites, np.ones(len(sites)))
    of_site, of_period = mean, np.ones(len(periods)) if multiplied else np.zeros(len(periods))
    for _round in range(500):
        last = of_period
        if multiplied:
            of_site = over((weights * y).sum(axis=1), weights @ of_period, mean)
            of_period = over((weights * y).sum(axis=0), of_site @ weights, last * 0 + 1)
        else:
            of_site = over((weights * (y - of_period)).sum(axis=1), sites, mean)
            of_period = over((weights * (y - of_site[:, None])).sum(axis=0), periods, last * 0)
        if np.abs(of_period - last).max() <= 1e-12 * np.abs(of_period).max():
            break
    if multiplied:
        return np.outer(of_site, of_period), mean
    return np.add.outer(of_site, of_period), mean


def moments(square: Table, sampling: Table, terms: int, share: bool, everywhere: Table) -> Table:
    """The variance of each cell: of sampling, and beside it what periods differ by [5]."""
    inflated = float(square.sum()) / max(len(square) - terms, 1)
    if share:
        return max(inflated - float(sampling.mean()), 0.0) + everywhere
    scale = len(square) / max(len(square) - terms, 1)
    apart = sampling - sampling.mean()
    slope = max(ratio(float((apart * square).sum()), float((apart**2).sum())) * scale, 0.0)
    level = inflated - slope * float(sampling.mean())
    if level < 0:
        slope = ratio(float((sampling * square).sum()), float((sampling**2).sum())) * scale
        level = 0.0
    return level + slope * everywhere


def sums_of(cells: Table) -> Table:
    """Over the periods of each site, and over the sites of each period."""
    return np.concatenate([cells.sum(axis=1), cells.sum(axis=0)])


def normal(weights: Table, now: Table) -> Table:
    """The normal equations of a level of each site, one of each period, and a change of each site."""
    changes = weights * now
    sites, periods, changed = (np.diag(one) for one in (
        weights.sum(axis=1), weights.sum(axis=0), changes.sum(axis=1)))  # fmt: skip
    return np.block(
        [[sites, weights, changed], [weights.T, periods, changes.T], [changed, changes, changed]]
    )


def spread(
    rest: Table, information: Table, says: Table, now: Table
) -> tuple[float, float, float, int]:
    """The long-run variance [9] with its degrees of freedom, and that of white noise with its: of what
    site, period and the change of each site leave, from the lowest cosines of each site."""
    sites, points = rest.shape
    root = np.sqrt(information)
    waves = np.arange(1, max(2, -(-16 // sites)) + 1)
    place = (np.arange(points) + 0.5) / points
    cosine = math.sqrt(2 / points) * np.cos(np.pi * np.outer(place, waves))
    cosines, touched = [], []
    for site in range(sites):
        for wave in waves[waves <= math.floor(0.4 * says[site].sum())]:
            cells = np.zeros(rest.shape)
            cells[site] = cosine[:, wave - 1] * says[site]
            cosines.append(cells.ravel())
            touched.append(np.append(sums_of(root * cells), (root * cells * now).sum(axis=1)))
    values, vectors = np.linalg.eigh(normal(information, now))
    kept = values > 1e-9 * values.max()
    taken = (vectors[:, kept] / np.sqrt(values[kept])).T @ np.array(touched).T
    left = np.array(cosines) @ np.array(cosines).T - taken.T @ taken
    weighted = (root * rest).ravel()
    slow = float(((np.array(cosines) @ weighted) ** 2).sum() / np.trace(left))
    freedom = float(np.trace(left) ** 2 / (left**2).sum())
    degrees = int(says.sum()) - int(kept.sum())
    return slow, freedom, float(weighted @ weighted) / max(degrees, 1), degrees


def tightest(information: Table, ours: Table, says: Table, start: int, after: int) -> float:
    """The variance of the change so many periods after the first site went live, were it alone."""
    mine, others = float(information[ours, :start].sum()), float(information[~ours, :start].sum())
    points = max(int(says[ours, :start].any(axis=0).sum()), 1)
    return (1 / mine + 1 / (mine / points * after)) * (1 + mine / (others or mine))


def unlike_itself(asked: Asked, points: list[PeriodPoint]) -> bool:
    """Whether sites.csv has other numbers of the metric itself than data.csv."""
    if not asked.panel.sites or asked.panel.sites[0] != 0:
        return False
    own = {p.day.isoformat(): p for p in points}
    for i, period in enumerate(asked.panel.periods):
        value, p = float(asked.panel.value[0, i]), own.get(period)
        if not math.isfinite(value):
            continue
        cases = float(asked.panel.cases[0, i])
        same = p is not None and (p.value, p.settled) == (value, asked.panel.live[0, i])
        if p is None or not same or (p.n != cases and math.isfinite(cases)):
            return True
    return False


DESIGNS: dict[str, Callable[[Asked, list[PeriodPoint]], dict[str, Cell]]] = {
    "before_after": before_after,
    "interrupted": interrupted,
    "sites": sites,
}


def level(asked: Asked, before: list[PeriodPoint], after: list[PeriodPoint]) -> dict[str, Cell]:
    """Where it stands since go-live, or altogether; the baseline lends its spread."""
    first, second = (half_of(side, asked.share, asked.rate) for side in (before, after))
    means = means_of(first, second, asked.share)
    half = math.nan
    if not refusal(first, second, means, asked.share, asked.rate, need_before=False):
        has_before = means.points_before > 0
        # Without a baseline it is tightest after twelve points like these.
        alone = means.variance_after * means.points_after / 12
        half = half_width(
            means,
            asked.share,
            means.variance_after,
            means.points_before + means.points_after - has_before,
            means.variance_before if has_before else alone,
            asked.alpha,
        ) * math.sqrt(means.unlike_after)
    return {
        "level_estimate": finite(means.after),
        "level_lower": finite(means.after - half),
        "level_upper": finite(means.after + half),
        "level_points": means.points_after,
        "level_autocorrelation": means.autocorrelation,
        "level_uneven": means.uneven,
        "level_unlike": means.unlike_after,
    }


# ── The guardrail: a CUSUM against the limit ─────────────────────────────────────────────────────

K = 0.5  # half the shift, in standard errors of a point, that is found soonest
GRID = 20  # steps of the chain for an event
ROUNDED_BY = 1.02


@dataclass
class WatchedPoints:
    """Known points around go-live against the limit, the bad way up."""

    before: Floats  # how far beyond the limit
    after: Floats
    sampling_before: Floats  # the variance that counting brings; relative where values are given
    sampling_after: Floats
    counted: bool
    events: Floats  # of the bad thing, where it is counted, and how many the limit lets expect
    expected: Floats
    expected_before: Floats
    share: float

    def until(self, look: int) -> WatchedPoints:
        """As it was known at this look."""
        return WatchedPoints(
            self.before,
            self.after[:look],
            self.sampling_before,
            self.sampling_after[:look],
            self.counted,
            self.events[:look],
            self.expected[:look],
            self.expected_before,
            self.share,
        )


def watched_of(
    asked: Asked, before: list[PeriodPoint], after: list[PeriodPoint]
) -> WatchedPoints | None:
    """None where nothing can be beyond the limit."""
    assert asked.limit is not None
    sign = 1.0 if asked.direction == "lower" else -1.0
    if not asked.share:
        sides = [[sign * (p.value - asked.limit) for p in side] for side in (before, after)]
        ones = [[1.0] * len(side) for side in sides]
        return WatchedPoints(sides[0], sides[1], ones[0], ones[1], False, [], [], [], math.nan)
    if asked.rate:
        return watched_rate(max(asked.limit, 0.0), sign, before, after)
    bad = asked.limit if sign > 0 else 1 - asked.limit  # who has it, or who lacks what is good
    if bad >= 1:
        return None
    bad = max(bad, 0.0)
    counts = [[p.x if sign > 0 else p.n - p.x for p in side] for side in (before, after)]
    cases = [[p.n for p in side] for side in (before, after)]
    excess = [
        [x / n - bad for x, n in zip(c, m, strict=True)] for c, m in zip(counts, cases, strict=True)
    ]
    # Of each period's own patients the limit lets so many have it.
    sampling = [
        [
            bad * (1 - (bad if asked.usual is None else min(bad * p.n / p.cases, 0.95))) / p.n
            for p in side
        ]
        for side in (before, after)
    ]
    expected = [[bad * n for n in m] for m in cases]
    return WatchedPoints(
        excess[0], excess[1], sampling[0], sampling[1], True, counts[1], expected[1], expected[0],
        bad,
    )  # fmt: skip


def watched_rate(
    limit: float, sign: float, before: list[PeriodPoint], after: list[PeriodPoint]
) -> WatchedPoints | None:
    """Events in an exposure. Of what should be many none is too few where none at all is allowed, and
    too few are never followed event by event."""
    if sign < 0 and limit <= 0:
        return None
    sides = [[sign * (p.x / p.n - limit) for p in side] for side in (before, after)]
    sampling = [[limit / p.n for p in side] for side in (before, after)]
    rare = sign > 0
    return WatchedPoints(
        sides[0], sides[1], sampling[0], sampling[1], True,
        [p.x for p in after] if rare else [],
        [limit * p.n for p in after] if rare else [],
        [limit * p.n for p in before] if rare else [],
        0.0,
    )  # fmt: skip


def siegmund(drift: float, h: float) -> float:
    """The run length of a CUSUM of normal steps with this mean and variance 1 [7]."""
    b = h + 1.166
    if abs(drift) < 1e-9:
        return b * b
    return (math.exp(-2 * drift * b) + 2 * drift * b - 1) / (2 * drift * drift)


def boundary(run_length: float) -> float:
    low, high = 0.1, 30.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if siegmund(-K, middle) < run_length else (low, middle)
    return high


def reflected(steps: Floats) -> Floats:
    """C = max(0, C + step) [6], as the sum less its lowest so far."""
    total, lowest, sums = 0.0, 0.0, []
    for step in steps:
        total += step
        lowest = min(lowest, total)
        sums.append(total - lowest)
    return sums


def onset_of(sums: Floats) -> int:
    """With which point the sum left zero for good."""
    return next((i + 1 for i in range(len(sums) - 1, -1, -1) if sums[i] <= 0), 0)


def first_spread(w: WatchedPoints) -> Floats:
    """From how neighbours differ: no level, and so no turn, disturbs it."""
    squares, degrees = 0.0, 0
    for side, sampling in ((w.before, w.sampling_before), (w.after, w.sampling_after)):
        z = [e / math.sqrt(v) for e, v in zip(side, sampling, strict=True)]
        squares += math.fsum((b - a) ** 2 for a, b in pairwise(z)) / 2
        degrees += max(len(z) - 1, 0)
    scale = squares / degrees if degrees > 0 else 1.0
    scale = max(scale, 1.0 if w.counted else sys.float_info.min)
    return [math.sqrt(scale * v) for v in w.sampling_after]


def settled_spread(w: WatchedPoints, onset: int, resemblance: bool) -> tuple[Floats, float]:
    """The standard error of each point from what lies before the present excursion, and how many
    degrees of freedom it rests on (infinite: sampling alone)."""
    rest: list[tuple[float, float]] = []
    means = 0
    calm = (w.after[:onset], w.sampling_after[:onset])
    for side, sampling in ((w.before, w.sampling_before), calm):
        weights = [1 / v for v in sampling]
        if weights:
            mean = math.fsum(a * e for a, e in zip(weights, side, strict=True)) / math.fsum(weights)
            rest += [(e - mean, a) for e, a in zip(side, weights, strict=True)]
            means += 1
    degrees = len(rest) - means
    squares = math.fsum(a * e * e for e, a in rest)
    given = math.fsum(
        a * e * e for (_e, a), e in zip(rest, [*w.before, *w.after[:onset]], strict=True)
    )
    if squares <= 1e-24 * given:  # how they were rounded
        squares = 0.0
    between = 0.0
    if w.counted:
        total = math.fsum(a for _e, a in rest)
        room = total - ratio(math.fsum(a * a for _e, a in rest), total)
        if squares - degrees > math.sqrt(2 * max(degrees, 0)) and room > 0:
            between = (squares - degrees) / room  # [5]
        variance = [v + between for v in w.sampling_after]
    else:
        scale = squares / degrees if degrees > 0 else math.nan
        variance = [scale * v for v in w.sampling_after]
    alike = 0.0
    if resemblance and squares > 0:
        z = [math.sqrt(a) * e for e, a in rest]
        r = math.fsum(a * b for a, b in pairwise(z)) / math.fsum(a * a for a in z)
        r += means * (1 + 4 * max(r, 0.0)) / len(z)  # [4]
        alike = min(max(r, 0.0), 0.9) if r > 1 / math.sqrt(len(z)) else 0.0
    spread = [math.sqrt(v * (1 + alike) / (1 - alike)) for v in variance]
    if degrees < 7 or not all(s > 0 for s in spread):
        neighbours = len(w.after) - 1 + max(len(w.before) - 1, 1)
        return first_spread(w), max(math.inf if w.counted else neighbours, 1.0)
    known_by = degrees * (1 - alike) / (1 + alike)
    if w.counted and between == 0 and alike == 0:
        known_by = math.inf
    return spread, max(known_by, 1.0)


def as_normal(z: float, degrees: float) -> float:
    """The same tail under the normal curve."""
    if math.isinf(degrees) or z == 0:
        return z
    tail = max(student_tail(abs(z), degrees), 1e-300)
    return math.copysign(-NormalDist().inv_cdf(tail), z)


def student_tail(t: float, degrees: float) -> float:
    """P(T > t), t above 0: half the regularised incomplete beta function of d/(d + t²) at d/2, 1/2,
    by its continued fraction (Abramowitz and Stegun 26.5.8, after Lentz)."""
    x = degrees / (degrees + t * t)
    a, b = degrees / 2, 0.5
    if x < (a + 1) / (a + b + 2):
        return incomplete_beta(x, a, b) / 2
    return (1 - incomplete_beta(t * t / (degrees + t * t), b, a)) / 2


def incomplete_beta(x: float, a: float, b: float) -> float:
    if x <= 0:
        return 0.0
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front += a * math.log(x) + b * math.log1p(-x)
    tiny, c, d = 1e-300, 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 1000):
        for part in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + part * d or tiny)
            c = 1 + part / c or tiny
            value *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return math.exp(front) * value / a


@dataclass
class Look:
    """What the sum said at one look: whether beyond h, and with which point the excursion began."""

    signal: bool
    onset: int
    h: float
    times: float | None
    run_length: float


def look_at(w: WatchedPoints, run_length: float) -> Look:
    design = design_of(w, run_length)
    if design is None:
        return look_at_values(w, run_length)
    if design.mean <= 0:  # the limit is none at all, so the first event is one too many
        first = next((i for i, x in enumerate(w.events) if x > 0), len(w.events))
        return Look(first < len(w.events), first, 0.0, None, math.inf)
    return look_at_events(w, design, run_length)


def look_at_values(w: WatchedPoints, run_length: float) -> Look:
    h = boundary(run_length)

    def sums(spread: Floats, degrees: float) -> Floats:
        # One period counts no more than three quarters of h.
        steps = (as_normal(e / s, degrees) - K for e, s in zip(w.after, spread, strict=True))
        return reflected([min(step, 0.75 * h) for step in steps])

    spread, degrees = settled_spread(w, onset_of(sums(first_spread(w), math.inf)), True)
    found = sums(spread, degrees)
    ready = w.counted or len(w.before) + len(w.after) >= 8
    return Look(found[-1] > h and ready, onset_of(found), h, None, run_length)


@dataclass
class RareDesign:
    """Events rare at the limit: so many a look, what a look lets pass of them, and h."""

    mean: float
    reference: float
    h: float
    times: float


def design_of(w: WatchedPoints, run_length: float) -> RareDesign | None:
    """None where events are not counted, or not rare enough (five a look, one in five)."""
    if not w.expected:
        return None
    known = w.expected_before + w.expected
    mean = math.fsum(known) / len(known)
    if mean <= 0:
        return RareDesign(0.0, 0.0, 0.0, 0.0)
    if mean >= 5 or w.share > 0.2:
        return None
    # Of a mean a little above, so that few designs serve many looks.
    rounded = ROUNDED_BY ** math.ceil(math.log(mean) / math.log(ROUNDED_BY) - 1e-9)
    times = min(max(1 + 3 / math.sqrt(rounded), 2.0), 5.0)
    if w.share:
        times = min(times, 0.5 / w.share)
    reference, h = design_of_events(rounded, times, run_length)
    return RareDesign(rounded, reference / GRID, h / GRID, times)


@cache  # many looks share a few designs, and each takes long
def design_of_events(mean: float, times: float, run_length: float) -> tuple[int, int]:
    """Reference and h, in steps of the grid: those that find so many times the mean soonest among
    those with the run length."""
    usual = mean * (times - 1) / math.log(times) * GRID
    best = (math.inf, 0, 0)
    for reference in sorted({max(round(usual * (0.75 + 0.05 * i)), 1) for i in range(11)}):
        low, high = 0, GRID
        while run_length_of_events(mean, reference, high) < run_length:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            if run_length_of_events(mean, reference, middle) < run_length:
                low = middle
            else:
                high = middle
        best = min(best, (run_length_of_events(times * mean, reference, high), reference, high))
    return best[1], best[2]


def run_length_of_events(mean: float, reference: int, h: int) -> float:
    """Looks until a sum of Poisson counts, less the reference each, passes h [8]: the expected time
    to absorption of a Markov chain on the grid."""
    moves = np.zeros((h + 1, h + 1))
    for count in range((h + reference) // GRID + 2):
        chance = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
        state = np.arange(h + 1)
        end = np.maximum(state + count * GRID - reference, 0)
        moves[state[end <= h], end[end <= h]] += chance
    return float(np.linalg.solve(np.eye(h + 1) - moves, np.ones(h + 1))[0])


def look_at_events(w: WatchedPoints, design: RareDesign, run_length: float) -> Look:
    per_case = design.reference / (design.mean / ROUNDED_BY)
    steps = [x - per_case * e for x, e in zip(w.events, w.expected, strict=True)]
    spread, _degrees = settled_spread(w, onset_of(reflected(steps)), False)
    scales = [s * s / v for s, v in zip(spread, w.sampling_after, strict=True)]
    wider = max(math.fsum(scales) / len(scales), 1.0)
    sums = reflected([step / wider for step in steps])
    onset = onset_of(sums)
    signal = sums[-1] > design.h + 1e-9 and math.fsum(w.events[onset:]) >= 3
    return Look(signal, onset, design.h, design.times, run_length)


def guardrail(asked: Asked, before: list[PeriodPoint], after: list[PeriodPoint]) -> dict[str, Cell]:
    """Whether there is a harm signal at the last look, and since when. Places are those among the
    periods since go-live, the first of them 0, missing ones counted."""
    found: dict[str, Cell] = dict.fromkeys(
        ("harm_signal", "run_length", "boundary", "times", "since", "began", "beyond")
    )
    if not asked.live or asked.limit is None or asked.direction == "neutral":
        return found

    def known(side: list[PeriodPoint]) -> list[tuple[int, PeriodPoint]]:
        numbered = enumerate(side)
        if asked.share:
            return [(i, p) for i, p in numbered if math.isfinite(p.x) and p.n > 0]
        return [(i, p) for i, p in numbered if math.isfinite(p.value)]

    there, here = [p for _i, p in known(before)], known(after)
    if not here:
        return found
    found["harm_signal"] = 0
    watched = watched_of(asked, there, [p for _i, p in here])
    if watched is None or (not watched.counted and len(there) + len(here) < 8):
        return found  # nothing can be beyond it, or its spread is not known yet
    run_length = -asked.looks / math.log1p(-0.05)  # at its limit a signal in one year of twenty
    last = look_at(watched, run_length)
    found.update(run_length=last.run_length, boundary=last.h, times=last.times)
    if last.signal:
        since = len(here)
        while since > 1 and look_at(watched.until(since - 1), run_length).signal:
            since -= 1
        half = half_of([p for _i, p in here[last.onset :]], asked.share, asked.rate)
        beyond = math.fsum(w * v for w, v in zip(half.weights, half.values, strict=True))
        found.update(
            harm_signal=1,
            since=here[since - 1][0],
            began=here[last.onset][0],
            beyond=beyond / math.fsum(half.weights),
        )
    return found


# ── The word ─────────────────────────────────────────────────────────────────────────────────────


def verdict(asked: Asked, points: list[PeriodPoint], found: dict[str, Cell]) -> str:
    if not any(math.isfinite(p.value) for p in points):
        return "no_data"
    if found["harm_signal"]:
        return "harm"
    if not asked.live or not any(p.settled and is_known(p, asked.share) for p in points):
        return "no_data"
    same = not any(p.otherwise for p in points)
    lower, upper = found["lower"], found["upper"]
    if isinstance(lower, float) and isinstance(upper, float) and asked.direction != "neutral":
        worst, best = (-upper, -lower) if asked.direction == "lower" else (lower, upper)
        if same and (asked.steady or asked.design != "before_after"):
            if worst > 0:
                return "better"
            if asked.margin is not None and worst > -asked.margin:
                return "no_harm"
            if best < 0:
                return "harm"
    # Without anything before, the level is held against its target.
    low, high = found["level_lower"], found["level_upper"]
    baseline = any(p.baseline and math.isfinite(p.value) for p in points)
    if baseline or asked.baseline_missing or not same or asked.target is None:
        return "inconclusive"
    if asked.direction == "higher" and isinstance(low, float) and low >= asked.target:
        return "reached"
    if asked.direction == "lower" and isinstance(high, float) and high <= asked.target:
        return "reached"
    return "inconclusive"


def answer(asked: Asked, points: list[PeriodPoint]) -> dict[str, Cell]:
    """All that results.csv says of one metric."""
    if not any(math.isfinite(p.value) for p in points):
        return {"verdict": "no_data"}
    asked, points = by_risk(asked, points)
    same = [p for p in points if not p.otherwise]
    found: dict[str, Cell] = {"lower": None, "upper": None}
    if asked.usual is not None:
        expected = (p.expected for p in same if p.since and is_known(p, asked.share))
        found.update(usual_risk=asked.usual, expected_since=math.fsum(expected))
    if asked.live:
        found.update(DESIGNS[asked.design](asked, points))
        # What was counted otherwise keeps its place among the periods, and has no number.
        after = [blank(p) if p.otherwise else p for p in points if p.settled]
        watched = [blank(p) if p.otherwise else p for p in points if p.since]
        before = [p for p in same if p.baseline]
    else:
        before, after, watched = [], same, same
    found.update(level(asked, before, after))
    found.update(guardrail(asked, before, watched))
    found["verdict"] = verdict(asked, points, found)
    return found


def blank(p: PeriodPoint) -> PeriodPoint:
    return replace(p, value=math.nan, x=math.nan, n=math.nan)


# ── Against what the pack says ───────────────────────────────────────────────────────────────────


def difference(said: str, computed: Cell) -> float:
    """How far apart two cells are: of the larger one, or absolute below one; infinite for words."""
    if computed is None or said == "" or isinstance(computed, str):
        return 0.0 if said == ("" if computed is None else str(computed)) else math.inf
    one, other = float(said), float(computed)
    if one == other:
        return 0.0
    apart = abs(one - other) / max(1.0, abs(one), abs(other))
    return apart if math.isfinite(apart) else math.inf


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_metric(path: Path) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows_of(path):
        found.setdefault(row["metric"], []).append(row)
    return found


def main(folder: Path) -> int:
    data, beside = by_metric(folder / "data.csv"), by_metric(folder / "sites.csv")
    said = {row["metric"]: row for row in rows_of(folder / "results.csv")}
    largest, wrong = 0.0, 0
    for row in rows_of(folder / "plan.csv"):
        metric, asked = row["metric"], asked_of(row, beside.get(row["metric"], []))
        points = [point_of(one, asked.share) for one in data.get(metric, [])]
        found = answer(asked, points)
        print(f"metric {metric}, {row['name']}: {found['verdict']}")
        if unlike_itself(asked, points):
            wrong += 1
            print("    DIFFERS: site 0 of sites.csv has other numbers than data.csv")
        for name, text in said[metric].items():
            if name == "metric":
                continue
            computed = found.get(name)
            apart = difference(text, computed)
            if computed is not None and name != "verdict":
                print(f"    {name:22} {computed!s:>24}")
            if apart > TOLERANCE:
                wrong += 1
                print(f"    DIFFERS: {name} is {text or 'empty'} in results.csv")
            else:
                largest = max(largest, apart)
    print(f"largest difference {largest:.3g} over {len(said)} metrics, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
