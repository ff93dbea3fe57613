"""The statistics engine beside the barest numpy that gives the same answers, in one run.

    .venv/bin/python -m bench.statistics [--series 10000] [--points 104] [--rounds 9] [--only WORD]

Needs no database. One line a figure: milliseconds here, milliseconds of its floor, the ratio; medians
of rounds in which both take turns. A floor knows that nothing is missing, that limits never step
and that its input is sound; its answers are compared with those of the engine before either is timed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench import imports, statistics_floors
from pilots.statistics import charts, rules
from pilots.statistics.confidence_sequences import means
from pilots.statistics.time_series import designs, interrupted

OPTIMAL_N = 10_000.0

Answers = Mapping[str, object]


@dataclass(frozen=True)
class Figure:
    name: str
    here: Callable[[], Answers]
    floor: Callable[[], Answers]
    rounds_divided_by: int = 1


def p_chart_with_rules(x: np.ndarray, n: np.ndarray) -> Answers:
    chart = charts.p_chart(x, n, laney=False)
    zones, runs = rules.western_electric(chart), rules.anhoej(chart)
    return {
        "centre": chart.centre[:, 0],
        "lower": chart.lower,
        "upper": chart.upper,
        **{f"rule {number}": mask for number, mask in zones.rules.items()},
        "longest run": runs.longest_run[:, 0],
        "crossings": runs.crossings[:, 0],
        "runs signal": runs.signal[:, 0],
    }


def xmr_with_icons(values: np.ndarray, target: float) -> Answers:
    chart = charts.xmr(values)
    signals = rules.mdc(chart)
    return {
        "centre": chart.centre[:, 0],
        "lower": chart.lower[:, 0],
        "upper": chart.upper[:, 0],
        "reason": signals.reason,
        "way": signals.way,
        "variation": rules.variation(signals, "higher"),
        "assurance": rules.assurance(chart, target, "higher"),
    }


def confidence_sequences(counts: list[np.ndarray]) -> Answers:
    control, treated = means.Sample.of_counts(*counts[:2]), means.Sample.of_counts(*counts[2:])
    found = means.difference_sequence(control, treated, optimal_n=OPTIMAL_N)
    return {name: getattr(found, name) for name in ("estimate", "lower", "upper", "p_value")}


def interrupted_series(values: np.ndarray) -> Answers:
    points = values.shape[1]
    design = designs.segmented(points, points // 2)
    found = interrupted.interrupted_many(values, design, errors="hac", lags=3)
    return {"estimates": found.estimates, "errors": found.se}


def figures(series: int, points: int) -> Iterator[Figure]:
    rng = np.random.default_rng(2024)
    for times in (1, 10):
        shape = (series * times, points)
        n = rng.integers(50, 200, shape).astype(float)
        x = rng.binomial(n.astype(int), 0.2).astype(float)
        yield Figure(
            f"p chart, Western Electric, Anhøj: {shape[0]:,} × {points}",
            partial(p_chart_with_rules, x, n),
            partial(statistics_floors.p_chart_with_rules, x, n),
            times,
        )
        values = rng.normal(100, 10, shape)
        yield Figure(
            f"XmR, Making Data Count, icons: {shape[0]:,} × {points}",
            partial(xmr_with_icons, values, 110.0),
            partial(statistics_floors.xmr_with_icons, values, 110.0),
            times,
        )
        looks = (series * times, 52)
        counts = [
            part.cumsum(axis=1)
            for chance in (0.3, 0.35)
            for size in [rng.integers(100, 200, looks).astype(float)]
            for part in (rng.binomial(size.astype(int), chance).astype(float), size)
        ]
        yield Figure(
            f"confidence sequences of differences: {looks[0]:,} × {looks[1]}",
            partial(confidence_sequences, counts),
            partial(statistics_floors.confidence_sequences, counts, OPTIMAL_N),
            times,
        )
        values = rng.normal(100, 10, (series * times // 10, 60))
        yield Figure(
            f"interrupted time series, Newey–West: {len(values):,} × 60",
            partial(interrupted_series, values),
            partial(statistics_floors.interrupted_series, values),
            times,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--points", type=int, default=104)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", default="", help="figures whose name has this word")
    asked = parser.parse_args()
    print(
        f"{'milliseconds, medians of rounds that take turns':58}{'here':>9}{'floor':>9}{'ratio':>7}"
    )
    seen: dict[str, tuple[float, float]] = {}
    for figure in figures(asked.series, asked.points):
        if asked.only.lower() not in figure.name.lower():
            continue
        check(figure)
        here, floor = timed(figure, max(3, asked.rounds // figure.rounds_divided_by))
        line(figure.name, here, floor)
        kind = figure.name.split(":")[0]
        if kind in seen:
            before = seen[kind]
            line(f"{kind}: times as long for ten times", here / before[0], floor / before[1])
        seen[kind] = here, floor
    if asked.only.lower() in "import":
        for name, here, floor in imports.figures():
            line(name, here, floor)


def line(name: str, here: float, floor: float) -> None:
    print(f"{name:58}{here:>9.2f}{floor:>9.2f}{here / floor:>7.2f}", flush=True)


def timed(figure: Figure, rounds: int) -> tuple[float, float]:
    """Milliseconds here and of the floor."""
    seconds: dict[str, list[float]] = {"here": [], "floor": []}
    for _ in range(rounds):
        for name, way in (("here", figure.here), ("floor", figure.floor)):
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    here, floor = (1000 * statistics.median(seconds[name]) for name in ("here", "floor"))
    return here, floor


def check(figure: Figure) -> None:
    """Both give the same answers: numbers to ten digits, everything else exactly."""
    here, floor = figure.here(), figure.floor()
    assert here.keys() == floor.keys(), (figure.name, here.keys(), floor.keys())
    for name, answer in here.items():
        ours, theirs = np.asarray(answer), np.asarray(floor[name])
        if ours.dtype.kind == "f":
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12, err_msg=name)
        else:
            np.testing.assert_array_equal(ours, theirs, err_msg=name)


if __name__ == "__main__":
    main()
