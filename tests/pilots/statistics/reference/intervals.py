"""What our intervals, equivalence tests and adjusted p-values answer to the published cases."""

from collections.abc import Callable
from typing import Any

from pilots.statistics import equivalence, intervals, multiplicity
from pilots.statistics.intervals import Interval, Summary, proportions
from tests.present import present

Case = dict[str, Any]


def ends(found: Interval) -> list[Any]:
    """[lower, upper], or one such pair a row."""
    if found.lower.ndim == 0:
        return [float(found.lower), float(found.upper)]
    return [[float(a), float(b)] for a, b in zip(found.lower, found.upper, strict=True)]


def proportion_ci(case: Case) -> Case:
    events, n = zip(*case["x_n"], strict=True)
    return {
        method: ends(intervals.proportion(events, n, method=method, min_count=0))
        for method in proportions.METHODS
        if method != "logit"
    }


def risk_difference_ci(case: Case) -> Case:
    return {"ci": ends(intervals.proportion_difference(*zip(*case["pairs"], strict=True)))}


def equivalence_tost(case: Case) -> Case:
    found = equivalence.proportion(
        case["x"], case["n"], low=case["low"], high=case["high"], alpha=(1 - case["ci_level"]) / 2
    )
    return {
        "ci90": [found.lower, found.upper],
        "z_low": found.statistic_low,
        "z_high": found.statistic_high,
        "p": found.p_value,
    }


def multiple_testing(case: Case) -> Case:
    methods: dict[str, multiplicity.Method] = {
        "bonferroni": "bonferroni",
        "holm": "holm",
        "hochberg": "hochberg",
        "BH": "benjamini_hochberg",
        "BY": "benjamini_yekutieli",
    }
    return {
        name: multiplicity.adjusted(case["p"], method=method).tolist()
        for name, method in methods.items()
    }


def welch_growthbook(case: Case) -> Case:
    """Relative and absolute two-sided tests of sums, and the relative one of proportions."""
    a, b = (
        Summary.of_sums(case[arm]["sum"], case[arm]["sum_squares"], case[arm]["n"])
        for arm in ("a", "b")
    )
    first, second = (Summary.of_events(*pair) for pair in case["prop"])
    results = {
        "relative": intervals.relative_change(b, a),
        "absolute": intervals.mean_difference(b, a),
        "proportion": intervals.relative_change(second, first),
    }
    return {
        name: {
            "expected": float(found.estimate),
            "ci": ends(found),
            "stddev": float(present(found.standard_error)),
            "p_value": float(present(found.p_value)),
        }
        for name, found in results.items()
    }


def desctools(case: Case) -> Case:
    return {
        method: ends(intervals.proportion(case["x"], case["n"], method=method))
        for method in proportions.METHODS
    }


def poisson_exact(case: Case) -> Case:
    one = intervals.rate(case["x"], case["T"])
    two = intervals.rate_ratio(case["a"], case["ta"], case["b"], case["tb"])
    return {
        "rate": float(one.estimate),
        "rate_ci": ends(one),
        "ratio": float(two.estimate),
        "ratio_ci": ends(two),
        "ratio_p": float(present(two.p_value)),
    }


METHOD: dict[str, Callable[[Case], Case]] = {
    "proportion_ci": proportion_ci,
    "risk_difference_ci": risk_difference_ci,
    "equivalence_tost": equivalence_tost,
    "multiple_testing": multiple_testing,
}

SERIES: dict[str, Callable[[Case], Case]] = {
    "welch_growthbook": welch_growthbook,
    "desctools_100_200": desctools,
    "poisson_exact": poisson_exact,
}
