"""What the rules flag in series in which nothing happens, and how long a shift goes unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from bench.simulations.table import Table
from pilots.statistics import charts, rules
from pilots.statistics.charts import ControlChart
from pilots.statistics.rules import run_limits
from pilots.statistics.series import Bools, Floats

SEED = 2024
RUNS = 20_000


RULES: dict[str, Callable[[ControlChart], Bools]] = {
    "three sigma": lambda chart: rules.western_electric(chart, rules=[1]).any,
    "Making Data Count, 7": lambda chart: rules.mdc(chart).any,
    "Making Data Count, 6": lambda chart: rules.mdc(chart, run=6, trend=6).any,
    "Western Electric": lambda chart: rules.western_electric(chart).any,
    "Nelson": lambda chart: rules.nelson(chart).any,
}


def stable(runs: int, points: int, seed: int) -> Iterator[tuple[str, ControlChart]]:
    """Charts of series in which nothing happens; limits from all points of the series."""
    rng = np.random.default_rng(seed)
    normal = rng.normal(0, 1, (runs, points))
    yield "normal, XmR", charts.xmr(normal)
    yield "normal, XmR, limits known", known(normal)
    cases = np.full((runs, points), 100.0)
    yield (
        "binomial (100 cases, 20 %), p",
        charts.p_chart(rng.binomial(100, 0.2, (runs, points)), cases, laney=False),
    )
    yield (
        "normal, neighbours correlate 0.3, XmR",
        charts.xmr(autocorrelated(rng, runs, points, 0.3)),
    )


def known(values: Floats) -> ControlChart:
    """Standard normal values with the limits that are true."""

    def line(at: float) -> Floats:
        return np.broadcast_to(np.float64(at), values.shape)

    chart = charts.xmr(values, screen=False)
    return replace(chart, centre=line(0), lower=line(-3), upper=line(3), sigma=line(1))


def autocorrelated(rng: np.random.Generator, runs: int, points: int, rho: float) -> Floats:
    """First-order autoregressive series with variance 1."""
    values = rng.normal(0, 1, (runs, points))
    for point in range(1, points):
        values[:, point] *= np.sqrt(1 - rho**2)
        values[:, point] += rho * values[:, point - 1]
    return values


def false_signals() -> Table:
    """How often a rule set sees something in a series in which nothing happens."""
    return _of_stable(
        "Stable series with at least one false signal",
        any_point,
        note="Anhøj's rate around a centre that is known is exact: "
        + ", ".join(f"{run_limits.false_signal_rate(n):.1%} at {n}" for n in (12, 24, 52, 104))
        + ".",
    )


def false_last_points() -> Table:
    """How often the last point of such a series is flagged: the variation icon."""
    return _of_stable(
        "Stable series whose last point is flagged",
        last_point,
        anhoej=False,
    )


def any_point(flagged: Bools) -> Bools:
    return np.asarray(flagged.any(axis=1))


def last_point(flagged: Bools) -> Bools:
    return flagged[:, -1]


def _of_stable(
    title: str, read: Callable[[Bools], Bools], *, anhoej: bool = True, note: str = ""
) -> Table:
    found: dict[tuple[str, str], list[str]] = {}
    for points in (12, 24, 52, 104):
        for kind, chart in stable(RUNS, points, SEED):
            for name, judge in RULES.items():
                found.setdefault((kind, name), []).append(f"{read(judge(chart)).mean():.1%}")
            if anhoej:
                signal = rules.anhoej(chart).signal[:, 0]
                found.setdefault((kind, "Anhøj, mean"), []).append(f"{signal.mean():.1%}")
                signal = rules.runs_analysis(chart.values).signal[:, 0]
                found.setdefault((kind, "Anhøj, median"), []).append(f"{signal.mean():.1%}")
    columns = ("series", "rules", "12 points", "24", "52", "104")
    return Table(title, columns, [(*names, *cells) for names, cells in found.items()], note)


# Champ and Woodall, Technometrics 29 (1987) 393, table 1: no shift, limits known.
CHAMP_AND_WOODALL = {
    (1,): 370.40,
    (1, 2): 225.44,
    (1, 3): 166.05,
    (1, 4): 152.73,
    (1, 2, 3): 132.89,
    (1, 2, 4): 122.05,
    (1, 3, 4): 105.78,
    (1, 2, 3, 4): 91.75,
}


def rule_run_lengths() -> Table:
    """Points until the first signal of Western Electric or Nelson, limits known."""
    shifts = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
    rows = []
    for numbers, published in CHAMP_AND_WOODALL.items():
        name = "Western Electric " + ", ".join(map(str, numbers))
        lengths = [western_electric_run_length(numbers, shift, RUNS // 4) for shift in shifts]
        rows.append((name, f"{published:g}", *(f"{length:.1f}" for length in lengths)))
    lengths = [
        run_length(lambda chart: rules.nelson(chart).any, shift, RUNS // 4) for shift in shifts
    ]
    rows.append(("Nelson 1 to 8", "", *(f"{length:.1f}" for length in lengths)))
    columns = ("rules", "published, no shift", *(f"shift {shift:g} sigma" for shift in shifts))
    return Table("Mean points until the first signal (average run length)", columns, rows)


def western_electric_run_length(numbers: tuple[int, ...], shift: float, series: int) -> float:
    return run_length(lambda chart: rules.western_electric(chart, rules=numbers).any, shift, series)


def run_length(judge: Callable[[ControlChart], Bools], shift: float, series: int) -> float:
    """The mean position of the first signal; series without one are drawn on."""
    rng = np.random.default_rng(SEED)
    points, total = 2_000, 0.0
    waiting, block = max(series, 1), 500
    for _ in range(0, waiting, block):
        open_, so_far = block, 0
        while open_:
            flagged = judge(known(rng.normal(shift, 1, (open_, points))))
            seen = flagged.any(axis=1)
            total += (so_far + flagged[seen].argmax(axis=1) + 1).sum()
            open_, so_far = int((~seen).sum()), so_far + points
    return total / (-(-waiting // block) * block)


TABLES = (false_signals, false_last_points, rule_run_lengths)
