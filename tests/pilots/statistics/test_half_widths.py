"""Half widths against the martingales they invert."""

import math

import numpy as np
import pytest

from pilots.statistics.confidence_sequences import half_widths
from pilots.statistics.confidence_sequences.tuning import tuning
from tests.twins import martingales as twin


@pytest.mark.parametrize("variance", [0.01, 0.3, 2.0])
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_half_width_is_where_the_martingale_reaches_its_limit(
    variance: float, alpha: float
) -> None:
    half = float(half_widths.half_width(variance, alpha=alpha, optimal=0.5))
    mixing = tuning(alpha) * 0.5
    assert twin.normal_mixture(half, variance, mixing) == pytest.approx(1 / alpha, rel=1e-6)


@pytest.mark.parametrize(("before", "after"), [(8, 4), (12, 30), (40, 8)])
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_half_width_of_unknown_spread_is_where_its_martingale_reaches_its_limit(
    before: int, after: int, alpha: float
) -> None:
    variance, optimal, spread = 1 / before + 1 / after, 2 / before, 1.7
    degrees = before + after - 1
    residual = (degrees - 1) * spread**2
    half = float(
        half_widths.half_width_student(variance, residual, degrees, alpha=alpha, optimal=optimal)
    )
    t = half / (spread * math.sqrt(variance))
    reached = twin.student_mixture(t, degrees - 1, 1 / variance, 1 / (tuning(alpha) * optimal))
    assert reached == pytest.approx(1 / alpha, rel=1e-5)


def test_unknown_spread_costs_width_and_the_cost_vanishes_with_points() -> None:
    known = half_widths.half_width(0.1, alpha=0.05, optimal=0.1)
    few, many = (
        half_widths.half_width_student(0.1, n - 1.0, n, alpha=0.05, optimal=0.1)
        for n in (12, 100_000)
    )
    assert few > 1.1 * known
    assert many == pytest.approx(known, rel=1e-3)


def test_too_few_points_to_exclude_anything_give_an_infinite_interval() -> None:
    assert np.isinf(half_widths.half_width_student(10.0, 1.0, 1, alpha=0.01, optimal=1e-3))


def test_alpha_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="alpha"):
        half_widths.half_width(1.0, alpha=1.0, optimal=1.0)


def test_many_series_at_the_same_looks_broadcast() -> None:
    variance, degrees = 1 / np.arange(2.0, 8), np.arange(2.0, 8)
    residual = np.arange(18.0).reshape(3, 6) + 1
    together = half_widths.half_width_student(variance, residual, degrees, alpha=0.05, optimal=0.1)
    for row in range(3):
        alone = half_widths.half_width_student(
            variance, residual[row], degrees, alpha=0.05, optimal=0.1
        )
        assert together[row] == pytest.approx(alone)
