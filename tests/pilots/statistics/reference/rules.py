"""The published cases of rules: from a case's input to what is computed for it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics import charts, rules
from pilots.statistics.charts import ControlChart
from pilots.statistics.rules import Signal, run_limits

Case = dict[str, Any]

DIRECTION = {1: "higher", -1: "lower", 0: "neutral"}
SPECIAL = {
    Signal.COMMON: ("Common Cause", "Common Cause"),
    Signal.OUTSIDE: ("Above UCL", "Below LCL"),
    Signal.TREND: ("7 Point Trend (Increasing)", "7 Point Trend (Decreasing)"),
    Signal.TWO_OF_THREE: ("2 in 3 Above CL", "2 in 3 Below CL"),
    Signal.RUN: ("7 Points Above CL", "7 Points Below CL"),
}
VARIATION = {
    "common": "common_cause",
    "improvement_high": "special_cause_improvement",
    "improvement_low": "special_cause_improvement",
    "concern_high": "special_cause_concern",
    "concern_low": "special_cause_concern",
    "neutral_high": "special_cause_neutral_high",
    "neutral_low": "special_cause_neutral_low",
}
POINT = {"common": "common_cause", "improvement": "special_cause_improvement",
         "concern": "special_cause_concern"}  # fmt: skip
ASSURANCE = {
    "passes": "consistent_pass",
    "fails": "consistent_fail",
    "hit_and_miss": "inconsistent",
    "none": None,
}


def chart_around(values: ArrayLike, lower: float = -3, upper: float = 3) -> ControlChart:
    """A chart whose limits are given instead of computed."""
    y = np.asarray(values, dtype=float)
    lines = {"centre": (lower + upper) / 2, "lower": lower, "upper": upper,
             "sigma": (upper - lower) / 6}  # fmt: skip
    drawn: dict[str, Any] = {name: np.full_like(y, at) for name, at in lines.items()}
    return replace(charts.xmr(y), **drawn)


def making_data_count(given: Case) -> Case:
    chart = charts.xmr(
        given["y"],
        screen=given["screen_outliers"],
        baseline=given["fix_after_n_points"],
        steps=[i for i, step in enumerate(given["rebase"] or []) if step and i],
    )
    signals = rules.mdc(chart)
    direction = DIRECTION[given["direction"]]
    return {
        "mean": chart.centre.tolist(),
        "lpl": chart.lower.tolist(),
        "upl": chart.upper.tolist(),
        "relative_to_mean": signals.side.tolist(),
        "special": [
            SPECIAL[Signal(reason)][0 if way > 0 else 1]
            for reason, way in zip(signals.reason, signals.way, strict=True)
        ],
        "point_type": [
            POINT.get(str(kind)) or f"special_cause_neutral_{'high' if way > 0 else 'low'}"
            for kind, way in zip(rules.classes(signals, direction), signals.way, strict=True)
        ],
        "variation_last": VARIATION[str(rules.variation(signals, direction))],
        "assurance": ASSURANCE[str(rules.assurance(chart, given["target"], direction))],
    }


def making_data_count_units(given: Case) -> Case:
    # The package's unit test of runs marks the points that complete one; of trends, likewise.
    run = rules.mdc(chart_around(given["run7"]["in"])).run
    completed = [bool(run[max(0, i - 6) : i + 1].all()) and i > 5 for i in range(len(run))]

    def completes_at(values: list[float]) -> int | None:
        at = np.flatnonzero(rules.mdc(chart_around(values, -90, 90)).trend)
        return int(at.max()) + 1 if at.size else None

    def icons(part: Case, direction: str) -> list[str | None]:
        return [
            ASSURANCE[
                str(rules.assurance(chart_around([3.0, 4.0], *at), part["target"], direction))
            ]
            for at in part["limits"]
        ]

    return {
        "run7": [int(one) for one in completed],
        "trend7": completes_at(given["trend7"]["in"]),
        "trend_tie": completes_at(given["trend_tie"]["in"]),
        "up": icons(given["assur_up"], "higher"),
        "down": icons(given["assur_down"], "lower"),
    }


def anhoej(given: Case) -> Case:
    if "n" in given:
        longest, fewest = run_limits.limits(given["n"])
        return {"longest_max": longest.tolist(), "crossings_min": fewest.tolist()}
    found = rules.runs_analysis(given["y"], given["centre"])
    return {
        "n_useful": int(found.useful[0]),
        "longest_run": int(found.longest_run[0]),
        "longest_run_max": int(found.longest_run_max[0]),
        "n_crossings": int(found.crossings[0]),
        "n_crossings_min": int(found.crossings_min[0]),
        "signal": bool(found.signal[0]),
    }


def western_electric_and_nelson(given: Case) -> Case:
    """Each name is a set and a rule, each value the 1-based positions it marks."""
    out: Case = {}
    for name, values in given.items():
        family, number = ("we", name[2:]) if name.startswith("we") else ("nelson", name[6:])
        judge = rules.western_electric if family == "we" else rules.nelson
        rule = int(number.split("_")[0])
        found = judge(chart_around(values), rules=[rule]).rules[rule]
        out[name] = (np.flatnonzero(found) + 1).tolist()
    return out


METHOD: dict[str, Callable[[Case], Case]] = {
    "mdc_xmr_icons": making_data_count,
    "mdc_rules_unit": making_data_count_units,
    "anhoej_rules": anhoej,
    "we_nelson_rules": western_electric_and_nelson,
}
