"""What the site would have said of real numbers in which no pilot began: invented go-lives, looked at every month.

Attendances of NHS England's emergency departments that waited for four hours or more, by trust (2016-04 to
2019-03): they have a winter, and have worsened for years. Each trust is given a go-live after 12 to 24 months.
"""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from bench.simulations.table import Table
from bench.simulations.verdicts import share
from pilots.evidence.numbers import SeriesPlan, answer, answers
from pilots.evidence.sites import ComparisonSite, SiteSeries
from pilots.metrics.series import Series
from pilots.statistics.verdicts import Verdict

SHARED = Path(__file__).parents[3] / "shared" / "data"
BASELINES = range(12, 25)
BESIDE = 8
FALSE = (Verdict.BETTER, Verdict.HARM_SIGNAL)


def trusts() -> list[Series]:
    """Every trust of which all months are known."""
    path = Path(os.environ.get("PILOTLIGHT_SHARED_DATA", SHARED)) / "ae_attendances.csv"
    if not path.exists():
        raise SystemExit(
            f"NOT SIMULATED: {path.name} is not in the shared data (set PILOTLIGHT_SHARED_DATA)."
        )
    months: dict[str, dict[date, list[float]]] = defaultdict(
        lambda: defaultdict(lambda: [0.0, 0.0])
    )
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            counts = months[row["org_code"]][date.fromisoformat(row["period"])]
            counts[0] += float(row["breaches"])
            counts[1] += float(row["attendances"])
    line = sorted({month for known in months.values() for month in known})
    found = []
    for known in months.values():
        over = np.array([known[month][0] if month in known else np.nan for month in line])
        under = np.array([known[month][1] if month in known else np.nan for month in line])
        if (under > 0).all() and over.sum() > 0:
            versions = np.ones(len(line), dtype=np.int64)
            found.append(Series(line, over / under, over, under, under, versions))
    return found


def told(series: Series, *, steady: bool) -> list[bool]:
    """For each baseline, whether this trust was ever told better or harm."""
    return [_ever(series, baseline, steady) for baseline in BASELINES]


def _ever(series: Series, baseline: int, steady: bool) -> bool:
    plan = SeriesPlan(
        proportion=True,
        cadence="month",
        direction="lower",
        live_on=series.periods[baseline],
        steady=steady,
    )
    return any(
        answer(_until(series, end), plan).verdict in FALSE
        for end in range(baseline + 1, len(series) + 1)
    )


def _until(series: Series, end: int) -> Series:
    over, under = series.numerators, series.denominators
    assert over is not None and under is not None
    return Series(
        series.periods[:end],
        series.values[:end],
        over[:end],
        under[:end],
        under[:end],
        series.versions[:end],
    )


def placebo() -> Table:
    """How often an invented go-live is told that it changed something."""
    known = trusts()
    rows = []
    for says, steady in (("steady, wrongly", True), ("nothing", False)):
        with ProcessPoolExecutor() as pool:
            every = list(pool.map(partial(told, steady=steady), known, chunksize=4))
        by_baseline = zip(*every, strict=True)
        rows += [
            (f"{months} months", says, share(ever))
            for months, ever in zip(BASELINES, by_baseline, strict=True)
            if months in (12, 18, 24)
        ]
        rows.append(("all of 12 to 24", says, share([ever for one in every for ever in one])))
    return Table(
        f"Invented go-lives at {len(known)} emergency departments, a look a month: ever told",
        ("baseline", "its plan says", "either"),
        rows,
    )


def placebo_beside() -> Table:
    """The same beside eight other departments each, drawn by lot."""
    known = trusts()
    with ProcessPoolExecutor() as pool:
        every = list(pool.map(partial(told_beside, known), range(len(known)), chunksize=4))
    by_baseline = list(zip(*every, strict=True))
    rows = [
        (f"{months} months", share(ever))
        for months, ever in zip(BASELINES, by_baseline, strict=True)
        if months in (12, 18, 24)
    ]
    rows.append(("all of 12 to 24", share([ever for one in every for ever in one])))
    return Table(
        f"Invented go-lives at {len(known)} emergency departments beside {BESIDE} others each, a look a"
        " month: ever told",
        ("baseline", "either"),
        rows,
    )


def told_beside(known: list[Series], number: int) -> list[bool]:
    """For each baseline, whether this trust was ever told better or harm beside others."""
    others = [other for other in range(len(known)) if other != number]
    drawn = np.random.default_rng(number).choice(others, BESIDE, replace=False)
    return [
        _ever_beside(known[number], [known[other] for other in drawn], baseline)
        for baseline in BASELINES
    ]


def _ever_beside(series: Series, others: list[Series], baseline: int) -> bool:
    sites = tuple(ComparisonSite(number, 1, 1, None) for number in range(len(others)))
    plan = SeriesPlan(
        proportion=True,
        cadence="month",
        direction="lower",
        live_on=series.periods[baseline],
        sites=sites,
    )
    for end in range(baseline + 1, len(series) + 1):
        beside = [
            SiteSeries(site, _until(other, end), None)
            for site, other in zip(sites, others, strict=True)
        ]
        if answers([_until(series, end)], [plan], [None], [beside])[0].verdict in FALSE:
            return True
    return False


TABLES = (placebo, placebo_beside)
