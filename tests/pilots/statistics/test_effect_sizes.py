"""Effect sizes against slow twins and numbers of R's effectsize and effsize."""

import doctest
import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics import effect_sizes, intervals
from pilots.statistics.intervals import Summary
from pilots.statistics.intervals.interval import Interval
from pilots.statistics.series import Refusal
from tests.present import present
from tests.probes import examples
from tests.twins import comparisons as twin

# R's mtcars, wt by am.
AUTOMATIC, MANUAL = Summary(19, 3.768895, 0.7774001), Summary(13, 2.411, 0.6169816)
VALUES = st.lists(
    st.one_of(st.just(math.nan), st.integers(0, 9).map(float)), min_size=2, max_size=15
).filter(lambda v: sum(not math.isnan(x) for x in v) >= 2)


def told(found: Interval) -> tuple[float, float, float]:
    return float(found.estimate), float(found.lower), float(found.upper)


def test_examples_run() -> None:
    assert doctest.testmod(effect_sizes).failed == 0


# The tests of R's effectsize (test-standardized_differences.R), tolerance 0.001.
@pytest.mark.parametrize(
    ("found", "want"),
    [
        (effect_sizes.cohens_d(AUTOMATIC, MANUAL), (1.892, 1.030, 2.732)),
        (effect_sizes.cohens_d(AUTOMATIC, MANUAL, sd="average"), (1.934, 1.075151, 2.772516)),
        (effect_sizes.hedges_g(AUTOMATIC, MANUAL), (1.844, 1.004, 2.664)),
        (effect_sizes.glass_delta(AUTOMATIC, MANUAL), (2.200, 1.008664, 3.352597)),
    ],
)
def test_standardised_differences_of_effectsize(
    found: Interval, want: tuple[float, float, float]
) -> None:
    assert told(found) == pytest.approx(want, rel=1e-3)


def test_cohens_d_of_howell_by_effsize() -> None:
    # Howell: Hoover and Fry, as in the tests of R's effsize (noncentral = TRUE).
    found = effect_sizes.cohens_d(
        Summary(35, 24, math.sqrt(148.87)), Summary(29, 16.5, math.sqrt(139.16))
    )
    assert told(found)[1:] == pytest.approx((0.117, 1.126), abs=5e-4)


def test_hedges_correction_is_exact() -> None:
    # Γ(m/2) / (√(m/2) Γ((m−1)/2)) for m = 2: √(1) … = 1 / √π.
    d = effect_sizes.cohens_d([1.0, 2.0], [3.0, 5.0])
    g = effect_sizes.hedges_g([1.0, 2.0], [3.0, 5.0])
    assert float(g.estimate / d.estimate) == pytest.approx(1 / math.sqrt(math.pi))


def test_cliffs_delta_of_effsize() -> None:
    # R's effsize, tests/testCliff.Rout.save and the test's comment.
    treatment, control = [10, 10, 20, 20, 20, 30, 30, 30, 40, 50], [10, 20, 30, 40, 40, 50]
    found = effect_sizes.cliffs_delta(treatment, control, variance="consistent", quantile="normal")
    assert told(found) == pytest.approx((-0.25, -0.7125351, 0.3639999), abs=1e-6)
    assert told(effect_sizes.cliffs_delta(treatment, control)) == pytest.approx(
        (-0.25, -0.7265846, 0.3890062), abs=1e-6
    )
    found = effect_sizes.cliffs_delta([10, 20, 20, 20, 30, 30, 30, 40, 50, 100], control)
    assert told(found) == pytest.approx((-0.06666667, -0.6082254, 0.5172431), abs=1e-6)


@examples(50)
@given(first=VALUES, second=VALUES)
def test_cliffs_delta_of_any_values_agrees_with_its_twin(
    first: list[float], second: list[float]
) -> None:
    d, unbiased, consistent = twin.cliff(first, second)
    if abs(d) == 1:
        with pytest.raises(Refusal, match="above every value"):
            effect_sizes.cliffs_delta(first, second)
        return
    wanted: dict[Literal["unbiased", "consistent"], float]
    wanted = {"unbiased": unbiased, "consistent": consistent}
    for variance, want in wanted.items():
        found = effect_sizes.cliffs_delta(first, second, variance=variance)
        assert float(found.estimate) == pytest.approx(d, abs=1e-12)
        assert float(present(found.standard_error)) ** 2 == pytest.approx(want, abs=1e-12)
        assert found.lower <= d <= found.upper
    other = effect_sizes.probability_of_superiority(second, first)
    assert float(other.estimate) == pytest.approx((1 - d) / 2)


def test_many_series_are_compared_each_by_itself() -> None:
    rng = np.random.default_rng(8)
    one, two = rng.integers(0, 9, (5, 12)).astype(float), rng.integers(2, 12, (5, 9)).astype(float)
    one[rng.random(one.shape) < 0.2] = np.nan
    two[4, 1:] = np.nan
    found = effect_sizes.cliffs_delta(one, two)
    for i in range(4):
        alone = effect_sizes.cliffs_delta(one[i], two[i])
        assert (found.lower[i], found.upper[i]) == (alone.lower, alone.upper)
    assert found.refused[4].code == "few_values" and math.isnan(found.lower[4])


def test_number_needed_to_treat_of_altman() -> None:
    # Altman, BMJ 1998;317:1309: a reduction of 10 % (−5 to 25 %) is NNTB 10 (NNTH 20 to ∞ to NNTB
    # 4).
    plain = intervals.proportion_difference(45, 100, 30, 100)
    estimate, lower, upper = np.array(0.10), np.array(-0.05), np.array(0.25)
    reduction = intervals.Interval(
        estimate, lower, upper, level=0.95, side="both", n=plain.n, method="as printed"
    )
    found = effect_sizes.number_needed_of(reduction)
    assert found.text == "NNTB 10 (NNTH 20 to ∞ to NNTB 4)"
    assert (found.benefit, found.harm) == ((4, math.inf), (20, math.inf))


def test_number_needed_turns_with_the_event_and_the_groups() -> None:
    good = effect_sizes.number_needed(45, 100, 30, 100, event="good")
    bad = effect_sizes.number_needed(30, 100, 45, 100)
    assert (good.estimate, good.benefit) == (bad.estimate, bad.benefit)
    harm = effect_sizes.number_needed(45, 100, 30, 100)
    assert harm.estimate == pytest.approx(-bad.estimate) and harm.benefit is None
    assert harm.harm == pytest.approx(bad.benefit) and harm.text.startswith("NNTH 6.67 (NNTH")
    assert effect_sizes.number_needed(30, 100, 30, 100).text.startswith("∞ (NNTH")


def test_noncentral_interval_keeps_its_level() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(0.8, 1, (2000, 8)), rng.normal(0, 1, (2000, 8))
    found = effect_sizes.cohens_d(a, b)
    assert np.mean((found.lower < 0.8) & (found.upper > 0.8)) == pytest.approx(0.95, abs=0.012)
    assert effect_sizes.hedges_g(a, b).estimate.mean() == pytest.approx(0.8, abs=0.03)
    assert found.estimate.mean() > 0.82


def test_cohens_h_mirrors_itself() -> None:
    here, there = effect_sizes.cohens_h(56, 70, 48, 80), effect_sizes.cohens_h(48, 80, 56, 70)
    assert told(here) == pytest.approx((-there.estimate, -there.upper, -there.lower))


@pytest.mark.parametrize(
    "ask",
    [
        lambda: effect_sizes.cohens_d([3.0], [1.0, 2.0]),
        lambda: effect_sizes.cohens_d([3.0, 3.0], [2.0, 2.0]),
        lambda: effect_sizes.glass_delta([1.0, 3.0], [2.0, 2.0]),
        lambda: effect_sizes.cliffs_delta([1.0, 2.0], [3.0, 4.0]),
        lambda: effect_sizes.cliffs_delta([1.0], [3.0, 4.0]),
        lambda: effect_sizes.cohens_h(0, 0, 1, 2),
    ],
)
def test_what_cannot_be_answered_is_refused(ask: Callable[[], object]) -> None:
    with pytest.raises(Refusal):
        ask()


def test_nonsense_is_an_error() -> None:
    for ask in (
        lambda: effect_sizes.cohens_d([1.0, 2], [2.0, 3], sd="control"),  # type: ignore[arg-type]  # nonsense on purpose
        lambda: effect_sizes.cliffs_delta([[1.0, 2]], [2.0, 3]),
        lambda: effect_sizes.cliffs_delta([1.0, math.inf], [2.0, 3]),
        lambda: effect_sizes.number_needed(np.array([1, 2]), 5, 2, 5),  # type: ignore[arg-type]  # nonsense on purpose
    ):
        with pytest.raises(ValueError) as caught:
            ask()
        assert not isinstance(caught.value, Refusal)
