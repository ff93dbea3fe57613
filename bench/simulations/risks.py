"""Guardrails where the patients themselves change: with their risks taken into account, and without.

Each patient has a risk of their own, drawn around the week's mean, and has the event by it. What a risk model
says of them is wrong on average by a fifth, as they are elsewhere than where they were made.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np

from bench.simulations.table import Table
from bench.simulations.verdicts import PILOTS, YEAR, Drawn, share, told_of

BASELINE, CASES, LEVEL = 26, 200, 0.10
WRONG = 1.2
# How unlike the patients of one week are: the parameters of their beta distribution add up to this.
ALIKE = 3.0


def by_risk(
    rng: np.random.Generator,
    *,
    sicker: float = 1.0,
    swing: float = 0.0,
    harm: float = 1.0,
    limit: float = 0.125,
    known: bool = True,
) -> Drawn:
    """Weekly counts of 200 patients. `sicker`: by so much their mean risk is higher from go-live on; `swing`: by
    this share it goes up and down within half a year; `harm`: by so much each has the event more often than
    the risk says. The `limit` is one for patients as they were before."""
    weeks = np.arange(BASELINE + YEAR)
    since = weeks >= BASELINE
    mean = LEVEL * (1 + swing * np.sin(2 * np.pi * (weeks / 26 + rng.random())))
    mean = mean * np.where(since, sicker, 1.0)
    risks = rng.beta(
        (ALIKE * mean)[:, np.newaxis], (ALIKE * (1 - mean))[:, np.newaxis], (len(weeks), CASES)
    )
    really = np.minimum(risks * np.where(since, harm, 1.0)[:, np.newaxis], 1.0)
    over = (rng.random(risks.shape) < really).sum(axis=1).astype(float)
    expected = np.minimum(WRONG * risks, 1.0).sum(axis=1)
    return Drawn(
        BASELINE, over, np.full(len(weeks), float(CASES)), limit=limit,
        expected=expected if known else None,
    )  # fmt: skip


INSIDE: dict[str, Callable[..., Drawn]] = {
    "patients as before, at the limit": partial(by_risk, limit=LEVEL),
    "patients as before, inside the limit": by_risk,
    "risks that swing by 30 %, at the limit": partial(by_risk, swing=0.3, limit=LEVEL),
    "patients 40 % sicker from go-live on, at the limit": partial(by_risk, sicker=1.4, limit=LEVEL),
    "patients 40 % sicker from go-live on, inside the limit": partial(by_risk, sicker=1.4),
    "patients 30 % less sick, at the limit": partial(by_risk, sicker=0.7, limit=LEVEL),
}
BEYOND: dict[str, Callable[..., Drawn]] = {
    "patients as before, 10 % to 15 %": partial(by_risk, harm=1.5),
    "patients as before, 10 % to 20 %": partial(by_risk, harm=2.0),
    "patients 30 % less sick, each half as much again": partial(by_risk, sicker=0.7, harm=1.5),
    "patients 30 % less sick, each twice as much": partial(by_risk, sicker=0.7, harm=2.0),
}


def risks() -> Table:
    """How often something is said in a year of a pilot that changes nothing, when the patients change."""
    rows = []
    for name, draw in INSIDE.items():
        said = [told_of(partial(draw, known=known), name) for known in (True, False)]
        rails = [share([one.breached is not None for one in told]) for told in said]
        words = [share([one.better or one.harm for one in told]) for told in said]
        rows.append((name, *rails, *words))
    return Table(
        "Inside the limit for a year: ever a harm signal of the guardrail, ever a verdict",
        (
            "guardrail",
            "harm signal, risks known",
            "not known",
            "verdict, risks known",
            "not known",
        ),
        rows,
        f"{PILOTS} pilots a row; in brackets the standard error of the simulation.",
    )


def found_by_risk() -> Table:
    """How soon it says harm of what goes beyond the limit of 12.5 % while the patients change."""
    rows = []
    for name, draw in BEYOND.items():
        weeks = [
            median(
                math.inf if one.breached is None else one.breached
                for one in told_of(partial(draw, known=known), name)
            )
            for known in (True, False)
        ]
        rows.append(
            (name, *(f"{one:g}" if math.isfinite(one) else "not within a year" for one in weeks))
        )
    return Table(
        "Beyond the limit of 12.5 %: a harm signal after so many weeks, in the median",
        ("guardrail", "risks taken into account", "risks not known"),
        rows,
    )


TABLES = (risks, found_by_risk)
