"""The published cases of confidence sequences: from a case's input to what is computed for it."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pilots.statistics.confidence_sequences import boundaries, proportions
from pilots.statistics.confidence_sequences.means import Sample, uplift_sequence
from pilots.statistics.confidence_sequences.tuning import best_rho

Case = dict[str, Any]


def normal_mixture(given: Case) -> Case:
    found: Case = {"best_rho": float(best_rho(given["v_opt"], alpha=given["alpha_opt"]))}
    for name, one_sided in (("two", False), ("one", True)):
        found[f"{name}_log_mix"] = float(
            boundaries._normal_log(
                np.array(given["s"], dtype=float),
                np.array(given["v"], dtype=float),
                best_rho(given["v_opt"], alpha=given["alpha_opt"], one_sided=one_sided),
                one_sided,
            )
        )
        found[f"{name}_bound"] = float(
            boundaries.normal_mixture_bound(
                given["v"],
                alpha=given["alpha"],
                optimal=given["v_opt"],
                tuned_for=given["alpha_opt"],
                one_sided=one_sided,
            )
        )
    return found


def beta_binomial(given: Case) -> Case:
    found: Case = {}
    for name, one_sided in (("two", False), ("one", True)):
        s, v, g, h = (np.array(given[key], dtype=float) for key in ("s", "v", "g", "h"))
        r = boundaries._beta_precision(given["v_opt"], g, h, 0.05, one_sided)
        found[f"{name}_log_mix"] = float(boundaries._beta_log(s, v, g, h, r, one_sided))
        found[f"{name}_bound"] = float(
            boundaries.beta_binomial_bound(
                given["v"],
                alpha=given["alpha"],
                optimal=given["v_opt"],
                g=given["g"],
                h=given["h"],
                one_sided=one_sided,
            )
        )
    return found


def asymptotic(given: Case) -> Case:
    found: Case = {}
    for kind, name in (("means", "means"), ("proportions", "prop")):
        arms = [
            Sample.of_sums(arm["sum"], arm["sum_squares"], arm["n"])
            if kind == "means"
            else Sample.of_counts(arm["sum"], arm["n"])
            for arm in (given[kind]["a"], given[kind]["b"])
        ]
        tuned = given[kind]["tuning"]
        sequence = uplift_sequence(arms[0], arms[1], optimal_n=tuned, alpha=given["alpha"])
        a, b = arms
        variance = b.deviation**2 / b.n / a.mean**2 + a.deviation**2 / a.n * b.mean**2 / a.mean**4
        found[name] = {
            "est": float(sequence.estimate),
            "se": math.sqrt(float(variance)),
            "ci": [float(sequence.lower), float(sequence.upper)],
            "p": float(sequence.p_value),
        }
    return found


def bernoulli(given: Case) -> Case:
    cases = given["cases"]
    low, high = proportions.bernoulli_interval(
        [case["successes"] for case in cases],
        [case["trials"] for case in cases],
        t_opt=[case["t_opt"] for case in cases],
        alpha=cases[0]["alpha"],
    )
    return {"lower": low.tolist(), "upper": high.tolist()}


def poly_stitching(given: Case) -> Case:
    bound = boundaries.poly_stitching_bound(
        given["v"],
        alpha=given["alpha"],
        v_min=given["v_min"],
        c=given["c"],
        s=given["s"],
        eta=given["eta"],
    )
    return {"bound": bound.tolist()}


def gamma(given: Case) -> Case:
    found: Case = {}
    s, v, c = (np.array(given[key], dtype=float) for key in ("s", "v", "c"))
    rho = best_rho(given["v_opt"], one_sided=True)
    for name, log_e_value, bound in (
        (
            "gamma_exponential",
            boundaries._exponential_log,
            boundaries.gamma_exponential_bound,
        ),
        ("gamma_poisson", boundaries._poisson_log, boundaries.gamma_poisson_bound),
    ):
        found[f"{name}_log_mix"] = float(log_e_value(s, v, rho, c))
        found[f"{name}_bound"] = float(
            bound(given["v"], alpha=given["alpha"], optimal=given["v_opt"], c=given["c"])
        )
    return found


# By the method of a case in statistics_reference.json.
METHOD: dict[str, Callable[[Case], Case]] = {
    "confidence_sequence_normal_mixture": normal_mixture,
    "confidence_sequence_beta_binomial": beta_binomial,
    "asymptotic_confidence_sequence": asymptotic,
}
# By the name of an input in series.json, whose answers are not published there.
SERIES: dict[str, Callable[[Case], Case]] = {
    "cs_bernoulli_interval": bernoulli,
    "cs_poly_stitching": poly_stitching,
    "cs_gamma_exponential_poisson": gamma,
}
