"""The published cases of CUSUM and EWMA: from a case's input to what is computed for it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from pilots.statistics.charts import summarised
from pilots.statistics.monitoring import cusum as tabular
from pilots.statistics.monitoring.ewma import ewma_of_subgroups
from pilots.statistics.monitoring.risk_adjusted import log_likelihood_weights, logistic_risk
from pilots.statistics.monitoring.run_length import cusum_arl, cusum_limit

Case = dict[str, Any]


def positions(signals: np.ndarray) -> list[int]:
    """Where a chart signals, counted from 1 as R does."""
    return [int(place) + 1 for place in np.flatnonzero(signals)]


def sums(chart: tabular.Cusum) -> Case:
    return {
        "pos": chart.upper.tolist(),
        "neg": chart.lower.tolist(),
        "upper": positions(chart.above),
        "lower": positions(chart.below),
    }


def cusum(given: Case) -> Case:
    chart = tabular.cusum(
        given["x"], centre=given["centre"], sigma=given["sigma"], k=given["k"], h=given["h"]
    )
    return sums(chart)


def run_lengths(given: Case) -> Case:
    k, h = given["k"], given["h"]
    return {
        "one_sided": cusum_arl(k, h, sided="one").tolist(),
        "two_sided": cusum_arl(k, h).tolist(),
        "two_sided_shift1": cusum_arl(k, h, shift=1).tolist(),
    }


def cusum_subgroups(given: Case) -> Case:
    chart = tabular.cusum_of_subgroups(
        summarised(given["subgroups"]),
        baseline=given["baseline"],
        sigma=given["sigma"],
        k=given["k"],
        h=given["h"],
    )
    return {"centre": float(chart.centre), "sigma": float(chart.sigma), **sums(chart)}


def ewma_subgroups(given: Case) -> Case:
    # qcc up to 2.7, as the sigma of the CUSUM case of the same data.
    chart = ewma_of_subgroups(
        summarised(given["subgroups"]),
        baseline=given["baseline"],
        lam=given["lam"],
        nsigmas=given["nsigma"],
        d2_places=3,
    )
    return {
        "centre": float(chart.centre),
        "sigma": float(chart.sigma),
        "ewma": chart.average.tolist(),
        "se": chart.error.tolist(),
        "lcl": chart.lower.tolist(),
        "ucl": chart.upper.tolist(),
        "violations": positions(chart.signals),
    }


def limit(given: Case) -> Case:
    return {
        "two_sided": float(cusum_limit(given["k"], given["arl0"])),
        "one_sided": float(cusum_limit(given["k"], given["arl0"], sided="one")),
    }


def weights(given: Case) -> Case:
    risk = logistic_risk(given["parsonnet"], given["coef"])
    return {
        "up": log_likelihood_weights(given["outcome"], risk, ratio=2).tolist(),
        "down": log_likelihood_weights(given["outcome"], risk, ratio=0.5).tolist(),
    }


# By the method of a case in statistics_reference.json.
METHOD: dict[str, Callable[[Case], Case]] = {"cusum": cusum, "cusum_arl": run_lengths}
# By the name of an input in series.json, whose answers are not published there.
SERIES: dict[str, Callable[[Case], Case]] = {
    "cusum_qcc_pistonrings": cusum_subgroups,
    "ewma_qcc_pistonrings": ewma_subgroups,
    "cusum_h_for_arl500": limit,
    "racusum_steiner_weights": weights,
}
