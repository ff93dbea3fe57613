"""Events over an exposure, falls in bed days: what is said of pilots that change nothing, and of those that do."""

from __future__ import annotations

from functools import partial
from statistics import median

import numpy as np

from bench.simulations.table import Table
from bench.simulations.verdicts import PILOTS, YEAR, Draw, Drawn, process, share, told_of


def events(
    rng: np.random.Generator,
    *,
    baseline: int = 26,
    level: float = 3.0,
    to: float | None = None,
    exposure: tuple[float, float] = (0.9, 1.1),
    sd: float = 0.0,
    rho: float = 0.0,
    limit: float | None = None,
) -> Drawn:
    """`level` events per thousand bed days, of which a week has `exposure`. `sd`, `rho`: of a first-order
    process of the logarithm of the rate."""
    weeks = baseline + YEAR
    under = np.round(1000 * rng.uniform(*exposure, weeks)) / 1000
    rate = np.full(weeks, level)
    if to is not None:
        rate[baseline:] = to
    over = rng.poisson(under * rate * np.exp(process(rng, weeks, rho, sd) - sd**2 / 2))
    return Drawn(baseline, over.astype(np.float64), under, limit=limit, rate=True)


ROWS: dict[str, Draw] = {
    "3 a week": events,
    "3 a week, 12 baseline weeks": partial(events, baseline=12),
    "0.5 a week": partial(events, level=0.5),
    "20 a week": partial(events, level=20.0),
    "3 a week, exposure varies sixfold": partial(events, exposure=(0.3, 1.8)),
    "20 a week, over-dispersed (sd 0.3)": partial(events, level=20.0, sd=0.3),
    "20 a week, AR 0.4, sd 0.2": partial(events, level=20.0, sd=0.2, rho=0.4),
}
RAILS: dict[str, Draw] = {
    "3 a week, limit 3": partial(events, limit=3.0),
    "3 a week, limit 4": partial(events, limit=4.0),
    "0.5 a week, limit 0.5": partial(events, level=0.5, limit=0.5),
    "20 a week, limit 20": partial(events, level=20.0, limit=20.0),
}
RISES: dict[str, Draw] = {
    "3 to 6 a week, limit 4": partial(events, to=6.0, limit=4.0),
    "0.5 to 2 a week, limit 0.5": partial(events, level=0.5, to=2.0, limit=0.5),
}
FOUND: dict[str, Draw] = {
    "20 to 15 a week": partial(events, level=20.0, to=15.0),
    "3 to 1.5 a week": partial(events, to=1.5),
    "3 to 2 a week": partial(events, to=2.0),
}


def rates() -> Table:
    """How often a rate that does not change is told that it did, and how often one that does."""
    rows = []
    for name, draw in ROWS.items():
        told = told_of(draw, name, PILOTS)
        either = share([one.better or one.harm for one in told])
        rows.append((f"no effect: {name}", "", either))
    for name, draw in FOUND.items():
        told = told_of(draw, name, PILOTS)
        by_26 = share([one.better_by_26 for one in told])
        rows.append((f"better: {name}", by_26, share([one.better for one in told])))
    return Table(
        "Events per exposure, a look every week for a year: ever told either, or better",
        ("series", "by week 26", "by week 52"),
        rows,
        f"{PILOTS} pilots a row; in brackets the standard error of the simulation.",
    )


def rate_guardrails() -> Table:
    """How often a rate at or inside its limit is a harm signal, and when one beyond it is."""
    rows = []
    for name, draw in RAILS.items():
        told = told_of(draw, name, PILOTS)
        rows.append((name, share([one.breached is not None for one in told]), ""))
    for name, draw in RISES.items():
        told = told_of(draw, name, PILOTS)
        when = median([YEAR + 1 if one.breached is None else one.breached for one in told])
        rows.append((name, share([one.breached is not None for one in told]), f"{when:.0f}"))
    return Table(
        "Guardrails of events per exposure: ever a harm signal, in the median after so many weeks",
        ("guardrail", "ever", "weeks"),
        rows,
    )


TABLES = (rates, rate_guardrails)
