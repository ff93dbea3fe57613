"""Confidence sequences against published numbers and against the martingales they invert."""

import math

import numpy as np
import pytest

from pilots.statistics import sequential
from tests.shared import reference_case
from tests.twins import martingales as twin


def test_normal_mixture_bound_agrees_with_the_published_one():
    case = reference_case("cs_normal_mixture")
    given, want = case["input"], case["expected"]
    bound = sequential.normal_mixture_bound(
        given["v"], alpha=given["alpha"], optimal=given["v_opt"]
    )
    assert bound == pytest.approx(want["two_bound"], abs=case["tolerance"]["abs"])
    best = given["v_opt"] / sequential.tuning(given["alpha_opt"])
    assert best == pytest.approx(want["best_rho"], abs=case["tolerance"]["abs"])


@pytest.mark.parametrize("kind", ["means", "proportions"])
def test_asymptotic_sequence_of_a_relative_uplift_agrees_with_the_published_one(kind):
    case = reference_case("asymptotic_cs_growthbook")
    given, want = case["input"][kind], case["expected"]["means" if kind == "means" else "prop"]
    means, variances, sizes = [], [], []
    for arm in (given["a"], given["b"]):
        mean = arm["sum"] / arm["n"]
        if kind == "means":
            variance = (arm["sum_squares"] - arm["n"] * mean**2) / (arm["n"] - 1)
        else:
            variance = mean * (1 - mean)
        means.append(mean)
        variances.append(variance)
        sizes.append(arm["n"])
    (a, b), (va, vb), (na, nb) = means, variances, sizes
    estimate = (b - a) / a
    error = math.sqrt(vb / nb / a**2 + va / na * b**2 / a**4)
    n = na + nb
    lower, upper = sequential.asymptotic(
        estimate, error * math.sqrt(n), n, alpha=case["input"]["alpha"], optimal_n=given["tuning"]
    )
    assert [lower, upper] == pytest.approx(want["ci"], abs=case["tolerance"]["abs"])


@pytest.mark.parametrize("variance", [0.01, 0.3, 2.0])
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_half_width_is_where_the_martingale_reaches_its_limit(variance, alpha):
    half = float(sequential.half_width(variance, alpha=alpha, optimal=0.5))
    mixing = sequential.tuning(alpha) * 0.5
    assert twin.normal_mixture(half, variance, mixing) == pytest.approx(1 / alpha, rel=1e-6)


@pytest.mark.parametrize(("before", "after"), [(8, 4), (12, 30), (40, 8)])
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_half_width_of_unknown_spread_is_where_its_martingale_reaches_its_limit(
    before, after, alpha
):
    variance, optimal, spread = 1 / before + 1 / after, 2 / before, 1.7
    degrees = before + after - 1
    residual = (degrees - 1) * spread**2
    half = float(
        sequential.half_width_student(variance, residual, degrees, alpha=alpha, optimal=optimal)
    )
    t = half / (spread * math.sqrt(variance))
    reached = twin.student_mixture(
        t, degrees - 1, 1 / variance, 1 / (sequential.tuning(alpha) * optimal)
    )
    assert reached == pytest.approx(1 / alpha, rel=1e-5)


def test_unknown_spread_costs_width_and_the_cost_vanishes_with_points():
    known = sequential.half_width(0.1, alpha=0.05, optimal=0.1)
    few, many = (
        sequential.half_width_student(0.1, n - 1.0, n, alpha=0.05, optimal=0.1)
        for n in (12, 100_000)
    )
    assert few > 1.1 * known
    assert many == pytest.approx(known, rel=1e-3)


def test_too_few_points_to_exclude_anything_give_an_infinite_interval():
    assert np.isinf(sequential.half_width_student(10.0, 1.0, 1, alpha=0.01, optimal=1e-3))


def test_alpha_outside_its_range_is_refused():
    with pytest.raises(ValueError, match="alpha"):
        sequential.half_width(1.0, alpha=1.0, optimal=1.0)
