"""Intervals against slow twins, statsmodels, scipy and numbers in print."""

import doctest
import importlib
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics import intervals
from pilots.statistics.intervals import (
    Summary,
    proportions,
    rates,
    two_proportion_formulas,
)
from pilots.statistics.intervals.interval import Interval
from pilots.statistics.series import Refusal
from tests.present import present
from tests.probes import examples
from tests.twins import intervals as twin

MODULES = (
    "proportions", "two_proportions", "paired", "rates", "two_rates", "means", "medians",
)  # fmt: skip
NAN = math.nan
PART = st.integers(1, 25).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
FEW = examples(40)


@pytest.mark.parametrize("module", MODULES)
def test_examples_run(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"pilots.statistics.intervals.{module}"))
    assert found.attempted > 0 and found.failed == 0


def ends(found: Interval) -> tuple[float, float]:
    return float(found.lower), float(found.upper)


# Newcombe 1998 (Statistics in Medicine 17:857), Table I.
@pytest.mark.parametrize(
    ("method", "want"),
    [
        ("wilson", [(0.2553, 0.3662), (0.0624, 0.1605), (0, 0.1611), (0.0061, 0.1718)]),
        ("wilson_cc", [(0.2535, 0.3682), (0.0598, 0.1644), (0, 0.2005), (0.0018, 0.1963)]),
        ("clopper_pearson", [(0.2527, 0.3676), (0.0578, 0.1617), (0, 0.1684), (0.0009, 0.1776)]),
        ("mid_p", [(0.2544, 0.3658), (0.0601, 0.1581), (0, 0.1391), (0.0017, 0.1585)]),
        ("likelihood", [(0.2542, 0.3655), (0.0596, 0.1567), (0, 0.0916), (0.0020, 0.1432)]),
    ],
)
def test_newcombe_1998_single_proportions(method: str, want: list[tuple[float, float]]) -> None:
    found = intervals.proportion([81, 15, 0, 1], [263, 148, 20, 29], method=method)
    np.testing.assert_allclose(np.stack((found.lower, found.upper), 1), want, atol=6e-5)


# Fagerland, Lydersen, Laake, Statistical Analysis of Contingency Tables (2017), chapter 2: the
# output of their R package contingencytables for 13 of 16 and others.
@pytest.mark.parametrize(
    ("method", "x", "n", "level", "want"),
    [
        # R's binom.confint; contingencytables adds two of each at every level instead.
        ("agresti_coull", 4, 20, 0.95, (0.0749115, 0.4217636)),
        ("blaker", 1, 100, 0.95, (0.0005, 0.0513)),
        ("clopper_pearson", 13, 16, 0.95, (0.5435, 0.9595)),
        ("mid_p", 13, 16, 0.95, (0.5699, 0.9500)),
        ("jeffreys", 13, 16, 0.95, (0.5792, 0.9442)),
        ("likelihood", 13, 16, 0.95, (0.5828, 0.9497)),
        ("wald_cc", 13, 16, 0.90, (0.6207, 1.0)),
        ("wilson", 13, 16, 0.95, (0.5699, 0.9341)),
        ("wilson_cc", 13, 16, 0.95, (0.5369, 0.9503)),
    ],
)
def test_fagerland_2017_single_proportions(
    method: str, x: int, n: int, level: float, want: tuple[float, float]
) -> None:
    found = intervals.proportion(x, n, method=method, level=level, min_count=0)
    assert ends(found) == pytest.approx(want, abs=6e-5)


# Newcombe 1998 (Statistics in Medicine 17:873), Table II.
@pytest.mark.parametrize(
    ("method", "want"),
    [
        ("newcombe", [(0.0524, 0.3339), (0.1705, 0.8090), (0.0582, 0.8062), (-0.0381, 0.1926),
                      (-0.1611, 0.2775), (-0.2775, 0.2775), (0.6791, 1), (0.6075, 1)]),
        ("newcombe_cc", [(0.0428, 0.3422), (0.1013, 0.8387), (-0.0290, 0.8423), (-0.0667, 0.2037),
                         (-0.2005, 0.3445), (-0.3445, 0.3445), (0.6014, 1), (0.5128, 1)]),
        ("mee", [(0.0533, 0.3377), (0.1821, 0.8370), (0.0544, 0.8478), (-0.0313, 0.1926),
                 (-0.1611, 0.2775), (-0.2775, 0.2775), (0.7225, 1), (0.6777, 1)]),
        ("miettinen_nurminen", [(0.0528, 0.3382), (0.1700, 0.8406), (0.0342, 0.8534),
                                (-0.0326, 0.1933), (-0.1658, 0.2844), (-0.2879, 0.2879),
                                (0.7156, 1), (0.6636, 1)]),
        ("wald", [(0.0575, 0.3425), (0.2605, 0.9395), (0.1481, 0.9947), (0.0146, 0.1640),
                  (0, 0), (0, 0), (1, 1), (1, 1)]),
        ("haldane", [(0.0535, 0.3351)]),
        ("jeffreys_perks", [(0.0531, 0.3355)]),
    ],
)  # fmt: skip
def test_newcombe_1998_differences(method: str, want: list[tuple[float, float]]) -> None:
    tables = np.array([
        (56, 70, 48, 80), (9, 10, 3, 10), (6, 7, 2, 7), (5, 56, 0, 29),
        (0, 10, 0, 20), (0, 10, 0, 10), (10, 10, 0, 20), (10, 10, 0, 10),
    ][: len(want)]).T  # fmt: skip
    found = intervals.proportion_difference(*tables, method=method, min_count=0)
    np.testing.assert_allclose(np.stack((found.lower, found.upper), 1), want, atol=6e-5)


# Fagerland, Lydersen, Laake 2015 and their R package contingencytables: high against standard dose
# of epinephrine (Perondi 2004: 7/34, 1/34), CHRNA4 and XFS (Ritland 2007: 0/16, 15/72), and others.
@pytest.mark.parametrize(
    ("measure", "method", "counts", "want"),
    [
        ("proportion_difference", "wald", (7, 34, 1, 34), (0.0292, 0.3238)),
        ("proportion_difference", "wald_cc", (7, 34, 1, 34), (-0.0002, 0.3532)),
        ("proportion_difference", "agresti_caffo", (7, 34, 1, 34), (0.0116, 0.3217)),
        ("proportion_difference", "newcombe", (7, 34, 1, 34), (0.0189, 0.3404)),
        ("proportion_difference", "mee", (7, 34, 1, 34), (0.0284, 0.3439)),
        ("proportion_difference", "miettinen_nurminen", (0, 16, 15, 72), (-0.3164, -0.0056)),
        ("proportion_ratio", "katz", (7, 34, 1, 34), (0.9096, 53.8695)),
        ("proportion_ratio", "adjusted_log", (7, 34, 1, 34), (0.9241, 27.0523)),
        ("proportion_ratio", "koopman", (7, 34, 1, 34), (1.2209, 42.5757)),
        ("proportion_ratio", "miettinen_nurminen", (7, 34, 1, 34), (1.2086, 43.0330)),
        ("proportion_ratio", "inverse_sinh", (7, 34, 1, 34), (1.1671, 41.9827)),
        ("odds_ratio", "exact", (7, 34, 1, 34), (0.9733, 396.9940)),
        ("odds_ratio", "mid_p", (7, 34, 1, 34), (1.1886, 199.6166)),
        # The package prints these under the name of its exact interval.
        ("odds_ratio", "mid_p", (9, 13, 4, 14), (1.0226, 31.5025)),
        ("odds_ratio", "miettinen_nurminen", (9, 13, 4, 14), (1.0934, 28.9419)),
        ("odds_ratio", "mid_p", (3, 4, 1, 4), (0.3101, 308.5568)),
        ("odds_ratio", "gart", (0, 16, 15, 72), (0.0064, 1.9804)),
        ("odds_ratio", "score", (0, 16, 15, 72), (0.0, 0.9532)),
        ("odds_ratio", "score", (10, 10, 0, 30), (81.6504, math.inf)),
        ("odds_ratio", "miettinen_nurminen", (1, 11, 0, 2), (0.0313, math.inf)),
    ],
)
def test_fagerland_2015_two_proportions(
    measure: str, method: str, counts: tuple[int, int, int, int], want: tuple[float, float]
) -> None:
    choices = {"min_count": 0} if measure == "proportion_difference" else {}
    found = getattr(intervals, measure)(*counts, method=method, **choices)
    assert ends(found) == pytest.approx(want, abs=6e-5)


# contingencytables, chapter 8 (59, 6, 16, 80); Fagerland, Lydersen, Laake 2014, airway
# hyper-responsiveness before and after stem cell transplantation (1, 1, 7, 12).
def test_fagerland_2014_paired_proportions() -> None:
    found = intervals.paired_difference(59, 6, 16, 80)
    assert ends(found) == pytest.approx((-0.1186, -0.0046), abs=6e-5)
    for method, want in (
        ("newcombe", (-0.507, -0.026)),
        ("tango", (-0.517, -0.026)),
        ("wald", (-0.520, -0.052)),
    ):
        found = intervals.paired_difference(1, 1, 7, 12, method=method)
        assert ends(found) == pytest.approx(want, abs=6e-4)
    assert float(intervals.mcnemar(1, 7)) == pytest.approx(0.0391, abs=5e-5)


def test_poisson_test_of_r_help_page() -> None:
    one, two = intervals.rate(137, 24.19893), intervals.rate_ratio(11, 800, 21, 3011)
    assert ends(one) == pytest.approx((4.753125, 6.692709), abs=1e-6)
    assert float(two.estimate) == pytest.approx(1.971488, abs=1e-6)
    assert ends(two) == pytest.approx((0.8584264, 4.277266), abs=1e-6)
    assert float(present(two.p_value)) == pytest.approx(0.07967, abs=5e-6)


def test_growthbook_two_sided_t_tests() -> None:
    # gbstats, tests/frequentist/test_tests.py: relative and absolute uplift.
    a, b = Summary.of_sums(1396.87, 52377.9767, 3407), Summary.of_sums(2422.7, 134698.29, 3461)
    found = intervals.relative_change(b, a)
    assert ends(found) == pytest.approx((-0.03526, 1.44989), abs=6e-6)
    assert float(present(found.p_value)) == pytest.approx(0.06191, abs=6e-6)
    assert float(present(found.standard_error)) == pytest.approx(0.37879, abs=6e-6)
    absolute = intervals.mean_difference(b, a)
    assert ends(absolute) == pytest.approx((0.04538, 0.53462), abs=6e-6)
    assert float(present(absolute.p_value)) == pytest.approx(0.02016, abs=6e-6)


@FEW
@given(tables=st.lists(PART, min_size=1, max_size=4))
def test_one_proportion_agrees_with_its_twin(tables: list[tuple[int, int]]) -> None:
    x, n = zip(*tables, strict=True)
    for method, slow in (
        ("wilson", twin.wilson),
        ("clopper_pearson", twin.exact),
        ("mid_p", lambda a, b: twin.exact(a, b, 0.5)),
    ):
        found = intervals.proportion(x, n, method=method)
        want = np.array([slow(a, b) for a, b in tables])
        np.testing.assert_allclose(found.lower, want[:, 0], atol=1e-9)
        np.testing.assert_allclose(found.upper, want[:, 1], atol=1e-9)


@examples(15)
@given(one=PART, two=PART)
def test_differences_agree_with_their_twins(one: tuple[int, int], two: tuple[int, int]) -> None:
    counts = (*one, *two)
    total = one[1] + two[1]
    found = intervals.proportion_difference(*counts)
    assert ends(found) == pytest.approx(twin.newcombe(*counts), abs=1e-9)
    found = intervals.proportion_difference(*counts, method="mee")
    assert ends(found) == pytest.approx(twin.mee(*counts), abs=2e-6)
    found = intervals.proportion_difference(*counts, method="miettinen_nurminen")
    assert ends(found) == pytest.approx(twin.mee(*counts, math.sqrt(total / (total - 1))), abs=2e-6)


@FEW
@given(one=PART, two=PART)
def test_exact_odds_ratio_agrees_with_its_twin_and_with_scipy(
    one: tuple[int, int], two: tuple[int, int]
) -> None:
    from scipy.stats import fisher_exact
    from scipy.stats.contingency import odds_ratio

    (x1, n1), (x2, n2) = one, two
    if x1 + x2 in (0, n1 + n2):
        with pytest.raises(Refusal):
            intervals.odds_ratio(*one, *two, method="exact")
        return
    for method, observed in (("exact", 1.0), ("mid_p", 0.5)):
        found = intervals.odds_ratio(*one, *two, method=method)
        assert ends(found) == pytest.approx(twin.fisher(*one, *two, observed), rel=1e-7)
    theirs = odds_ratio([[x1, n1 - x1], [x2, n2 - x2]])
    found = intervals.odds_ratio(*one, *two, method="exact")
    assert float(found.estimate) == pytest.approx(theirs.statistic, rel=1e-6)
    fisher = fisher_exact([[x1, n1 - x1], [x2, n2 - x2]]).pvalue
    assert float(present(found.p_value)) == pytest.approx(fisher, rel=1e-6)


def test_p_values_of_fisher_test_of_r() -> None:
    # ?fisher.test: the tea taster, twins of criminals (two-sided).
    found = intervals.odds_ratio([3, 2], [4, 12], [1, 15], [4, 18], method="exact")
    assert present(found.p_value).tolist() == pytest.approx([0.4857, 0.0005367], abs=5e-5)
    assert float(found.estimate[1]) == pytest.approx(0.04693661, rel=1e-4)
    assert intervals.odds_ratio(3, 4, 1, 4).p_value is None


@FEW
@given(counts=st.tuples(*[st.integers(0, 15)] * 4).filter(any))
def test_paired_differences_agree_with_their_twin(counts: tuple[int, int, int, int]) -> None:
    found = intervals.paired_difference(*counts)
    assert ends(found) == pytest.approx(twin.paired_newcombe(*counts), abs=1e-9)
    for method in ("tango", "bonett_price"):
        found = intervals.paired_difference(*counts, method=method)
        assert found.lower <= found.estimate + 1e-12 or method == "bonett_price"
        assert -1 <= found.lower <= found.upper <= 1


@FEW
@given(x=st.integers(0, 40), time=st.floats(0.5, 50))
def test_rates_agree_with_their_twin(x: int, time: float) -> None:
    for method, observed in (("garwood", 1.0), ("mid_p", 0.5)):
        found = intervals.rate(x, time, method=method)
        want = [end / time for end in twin.poisson(x, observed)]
        assert ends(found) == pytest.approx(want, rel=1e-8, abs=1e-9)


@FEW
@given(
    x1=st.integers(0, 30), x2=st.integers(0, 30), t1=st.floats(1, 90), t2=st.floats(1, 90)
)  # fmt: skip
def test_rate_differences_hold_the_estimate_and_fall_together(
    x1: int, x2: int, t1: float, t2: float
) -> None:
    for method in ("mover", "score"):
        found = intervals.rate_difference(x1, t1, x2, t2, method=method)
        assert found.lower <= found.estimate + 1e-9 and found.estimate - 1e-9 <= found.upper
        turned = intervals.rate_difference(x2, t2, x1, t1, method=method)
        assert ends(turned) == pytest.approx((-found.upper, -found.lower), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("counts", [(7, 34, 1, 34), (56, 70, 48, 80), (20, 41, 35, 50)])
def test_statsmodels_has_the_same_score_intervals(counts: tuple[int, int, int, int]) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep as theirs

    # Its difference by score is not Miettinen and Nurminen's: 56/70 − 48/80 gives it an upper end of
    # 0.3440, where Newcombe's Table II and R's PropCIs have 0.3382.
    want = theirs(*counts, compare="ratio", method="score", correction=True)
    found = intervals.proportion_ratio(*counts, method="miettinen_nurminen")
    assert ends(found) == pytest.approx(want, rel=1e-5)


def test_propcis_has_the_same_difference() -> None:
    # R's diffscoreci(7, 34, 1, 34, 0.95), as quoted in statsmodels.
    found = intervals.proportion_difference(7, 34, 1, 34, method="miettinen_nurminen")
    assert ends(found) == pytest.approx((0.0270416, 0.3452912), abs=6e-7)


def test_statsmodels_has_the_same_rates() -> None:
    from statsmodels.stats.rates import confint_poisson, confint_poisson_2indep

    for ours, theirs in (
        ("garwood", "exact-c"), ("mid_p", "midp-c"), ("score", "score"), ("root", "sqrt-a"),
    ):  # fmt: skip
        found = intervals.rate(60, 51.4775, method=ours)
        assert ends(found) == pytest.approx(confint_poisson(60, 51.4775, method=theirs), rel=1e-6)
    two = (60, 51.4775, 30, 54.3087)
    for method in ("mover", "score", "wald"):
        want = confint_poisson_2indep(*two, method=method, compare="diff")
        found = intervals.rate_difference(*two, method=method)
        assert ends(found) == pytest.approx(want, rel=1e-5)


def test_fay_has_the_same_exact_rate_ratio() -> None:
    # R's exactci, as quoted in statsmodels: poisson.exact(c(60, 30), c(51477.5, 54308.7)).
    found = intervals.rate_ratio(60, 51477.5, 30, 54308.7)
    assert float(found.estimate) == pytest.approx(2.10999757175465, rel=1e-12)
    assert float(present(found.p_value)) == pytest.approx(0.000675182658686321, rel=1e-9)


def test_byar_is_near_exact_and_exact_below_ten_where_asked() -> None:
    near = intervals.standardised_ratio([33, 8], [20.0, 10.0])
    exact = intervals.standardised_ratio([33, 8], [20.0, 10.0], method="garwood")
    np.testing.assert_allclose(near.lower, exact.lower, rtol=0.01)
    np.testing.assert_allclose(near.upper, exact.upper, rtol=0.01)
    mixed = intervals.standardised_ratio([33, 8], [20.0, 10.0], method="byar_or_exact")
    assert (mixed.upper[0], mixed.upper[1]) == (near.upper[0], exact.upper[1])


def test_means_agree_with_scipy() -> None:
    from scipy import stats

    rng = np.random.default_rng(5)
    a, b = rng.normal(5, 1, (3, 12)), rng.normal(4, 3, (3, 20))
    for variances in ("unequal", "equal"):
        found = intervals.mean_difference(a, b, variances=variances)
        theirs = stats.ttest_ind(a, b, axis=1, equal_var=variances == "equal")
        low, high = theirs.confidence_interval(0.95)
        np.testing.assert_allclose(found.lower, low)
        np.testing.assert_allclose(found.upper, high)
        np.testing.assert_allclose(present(found.p_value), theirs.pvalue)
    found = intervals.paired_mean_difference(a, b[:, :12])
    low, high = stats.ttest_rel(a, b[:, :12], axis=1).confidence_interval(0.95)
    np.testing.assert_allclose((found.lower, found.upper), (low, high))
    one = stats.ttest_1samp(a[0], 0).confidence_interval(0.9)
    assert ends(intervals.mean(a[0], level=0.9)) == pytest.approx(tuple(one))


def test_missing_values_are_passed_over_and_summaries_say_the_same() -> None:
    values = [3.0, NAN, 5, 9, NAN, 4]
    found = intervals.mean(values)
    there = [3.0, 5, 9, 4]
    assert ends(found) == ends(intervals.mean(there))
    told = intervals.mean(Summary(4, np.mean(there), np.std(there, ddof=1)))
    assert ends(found) == pytest.approx(ends(told))
    assert float(found.n) == 4


def test_fieller_inverts_its_test_and_refuses_a_second_mean_near_zero() -> None:
    from scipy.special import stdtrit

    one, two = Summary(40, 5.2, 1.1), Summary(35, 4.6, 1.6)
    found = intervals.mean_ratio(one, two)
    t = stdtrit(float(present(found.degrees)), 0.975)
    for theta in ends(found):
        error = math.sqrt(1.1**2 / 40 + theta**2 * 1.6**2 / 35)
        assert abs(5.2 - theta * 4.6) == pytest.approx(t * error)
    with pytest.raises(Refusal, match="may well be zero"):
        intervals.mean_ratio(one, Summary(35, 0.2, 1.6))


def test_fieller_keeps_its_level_where_the_divisor_is_uncertain() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(2.0, 1, (4000, 10)), rng.normal(1.5, 1, (4000, 10))
    hit = {}
    for method in ("fieller", "delta"):
        found = intervals.mean_ratio(a, b, method=method)
        there = np.isfinite(found.lower)
        hit[method] = np.mean(((found.lower < 4 / 3) & (found.upper > 4 / 3))[there])
    assert hit["fieller"] > 0.94
    assert hit["delta"] < hit["fieller"] + 0.02


def test_skewed_values_warn() -> None:
    assert intervals.mean([1, 1, 1, 1, 1, 2, 1, 90.0]).warnings[0].code == "skewed"
    assert not intervals.mean([4.1, 5.0, 6.2, 5.5, 4.8]).warnings


def test_a_median_needs_six_values_at_95_percent() -> None:
    with pytest.raises(Refusal, match="too few"):
        intervals.quantile([1, 2, 3, 4, 5])
    assert ends(intervals.quantile([1, 2, 3, 4, 5, 6])) == (1, 6)
    many = intervals.quantile([[1.0, 2, 3, 4, 5, 6], [1.0, 2, 3, NAN, NAN, NAN]])
    assert math.isnan(many.lower[1]) and many.refused[1].code == "few_values"


@FEW
@given(
    values=st.lists(st.integers(0, 30).map(float), min_size=6, max_size=40), q=st.floats(0.3, 0.7)
)
def test_quantile_ends_keep_their_level_by_the_binomial_law(values: list[float], q: float) -> None:
    from scipy.stats import binom

    n = len(values)
    try:
        found = intervals.quantile(values, q)
    except Refusal:
        return
    rank = sorted(values).index(float(found.lower)) + 1
    assert (
        binom.cdf(rank - 1, n, q) <= 0.025 + 1e-12 or sorted(values).count(float(found.lower)) > 1
    )
    assert found.lower <= found.estimate <= found.upper


def test_hodges_lehmann_of_hollander_and_wolfe() -> None:
    # Hollander and Wolfe (1973) 69f: permeability of the chorioamnion, R's wilcox.test example
    # with conf.int gives 0.305 and −0.15 to 0.76 at 95 % for x and y.
    x = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    y = [1.15, 0.88, 0.90, 0.74, 1.21]
    found = intervals.shift(x, y)
    assert float(found.estimate) == pytest.approx(0.305)
    assert ends(found) == pytest.approx((-0.15, 0.76))
    assert "exact" in found.method


def test_hodges_lehmann_is_normal_with_ties_and_refuses_too_little() -> None:
    found = intervals.shift([1, 2, 2, 3, 4] * 6, [2, 3, 3, 4, 5] * 6)
    assert "normal" in found.method and found.lower <= -1 <= found.upper
    with pytest.raises(Refusal):
        intervals.shift([1, 2], [3.5, 4])


@pytest.mark.parametrize(
    "ask",
    [
        lambda: intervals.proportion(2, 40, method="wald"),
        lambda: intervals.proportion(39, 40, method="wald_cc"),
        lambda: intervals.proportion(0, 40, method="logit", min_count=0),
        lambda: intervals.proportion(0, 0),
        lambda: intervals.proportion(NAN, 3),
        lambda: intervals.proportion_difference(9, 10, 3, 10, method="wald"),
        lambda: intervals.proportion_ratio(0, 10, 3, 10, method="katz"),
        lambda: intervals.proportion_ratio(0, 10, 0, 10),
        lambda: intervals.odds_ratio(10, 10, 3, 10, method="woolf"),
        lambda: intervals.paired_difference(50, 1, 2, 50, method="wald"),
        lambda: intervals.rate(3, 10, method="wald"),
        lambda: intervals.rate(3, 0),
        lambda: intervals.rate_ratio(0, 10, 0, 10),
        lambda: intervals.rate_ratio(0, 10, 4, 10, method="log"),
        lambda: intervals.rate_difference(3, 10, 40, 10, method="wald"),
        lambda: intervals.mean([4.0]),
        lambda: intervals.mean([4.0, 4.0]),
        lambda: intervals.relative_change([1.0, 2], [-1.0, 1]),
    ],
)
def test_what_a_method_cannot_answer_is_refused_with_a_reason(ask: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as caught:
        ask()
    assert caught.value.remark.code and str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: intervals.proportion(5, 3),
        lambda: intervals.proportion(-1, 3),
        lambda: intervals.proportion(math.inf, 3),
        lambda: intervals.proportion(1.5, 3, method="mid_p"),
        lambda: intervals.proportion(1, 3, level=95),
        lambda: intervals.proportion(1, 3, side="left"),  # type: ignore[arg-type]  # nonsense on purpose
        lambda: intervals.proportion(1, 3, method="score"),
        lambda: intervals.rate(1, 3, per=0),
        lambda: intervals.rate(1.5, 3),
        lambda: intervals.mean(4.0),
        lambda: Summary.of_sums(10, 1, 5),
        lambda: intervals.paired_mean_difference([1, 2, 3], [1, 2]),
    ],
)
def test_nonsense_is_an_error(ask: Callable[[], object]) -> None:
    with pytest.raises(ValueError) as caught:
        ask()
    assert not isinstance(caught.value, Refusal)


def test_many_rows_keep_their_reasons_beside_the_numbers() -> None:
    found = intervals.proportion([[3.0, NAN], [50.0, 2]], [[10, 10], [100, 0 + 2]], method="wald")
    assert found.lower.shape == (2, 2)
    assert {row: why.code for row, why in found.refused.items()} == {
        0: "few_events", 1: "missing", 3: "few_events",
    }  # fmt: skip
    assert np.isfinite(found.lower[1, 0]) and found.refused[0].facts["fewest"] == 3


@pytest.mark.parametrize("method", sorted(proportions.METHODS))
def test_one_side_is_the_end_of_a_wider_interval(method: str) -> None:
    both = intervals.proportion(20, 60, method=method, level=0.9)
    lower = intervals.proportion(20, 60, method=method, side="lower")
    upper = intervals.proportion(20, 60, method=method, side="upper")
    assert float(lower.lower) == pytest.approx(float(both.lower)) and lower.upper == 1
    assert float(upper.upper) == pytest.approx(float(both.upper)) and upper.lower == 0


@pytest.mark.parametrize("method", sorted(proportions.METHODS))
@FEW
@given(part=PART)
def test_a_proportion_mirrors_itself(method: str, part: tuple[int, int]) -> None:
    x, n = part
    if method == "logit" and x in (0, n):
        return
    here = intervals.proportion(x, n, method=method, min_count=0)
    there = intervals.proportion(n - x, n, method=method, min_count=0)
    assert ends(here) == pytest.approx((1 - there.upper, 1 - there.lower), abs=2e-5)
    assert here.lower <= x / n + 1e-12 or method in ("agresti_coull", "arcsine")


@pytest.mark.parametrize("method", sorted(two_proportion_formulas.DIFFERENCES))
@FEW
@given(one=PART, two=PART)
def test_a_difference_mirrors_itself(
    method: str, one: tuple[int, int], two: tuple[int, int]
) -> None:
    if method == "hauck_anderson" and 1 in (one[1], two[1]):
        return
    here = intervals.proportion_difference(*one, *two, method=method, min_count=0)
    there = intervals.proportion_difference(*two, *one, method=method, min_count=0)
    assert ends(here) == pytest.approx((-there.upper, -there.lower), abs=2e-6)


@pytest.mark.parametrize("method", sorted(rates.METHODS))
def test_rates_widen_with_the_level(method: str) -> None:
    wide = intervals.rate(30, 10.0, method=method, level=0.99)
    near = intervals.rate(30, 10.0, method=method, level=0.8)
    assert wide.lower < near.lower < near.estimate < near.upper < wide.upper


def test_wilson_and_newcombe_keep_their_level_on_average_and_wald_does_not() -> None:
    # Coverage computed exactly over all outcomes, no simulation.
    from scipy.stats import binom

    n, x = 30, np.arange(31)
    chances = np.linspace(0.02, 0.3, 57)
    covered = {}
    for method in ("wilson", "clopper_pearson", "mid_p", "blaker", "jeffreys", "wald"):
        found = intervals.proportion(x, n, method=method, min_count=0)
        inside = (found.lower <= chances[:, None]) & (chances[:, None] <= found.upper)
        covered[method] = (binom.pmf(x, n, chances[:, None]) * inside).sum(axis=1)
    assert covered["clopper_pearson"].min() >= 0.95
    assert covered["blaker"].min() >= 0.95 - 1e-9
    assert abs(covered["wilson"].mean() - 0.95) < 0.012
    assert abs(covered["mid_p"].mean() - 0.955) < 0.012
    assert covered["wald"].mean() < 0.90


@pytest.mark.parametrize(("events", "n"), [(1, 10**6), (3, 10**8), (10**6 - 2, 10**6)])
def test_blaker_with_many_cases_ends_and_lies_inside_clopper_pearson(events: int, n: int) -> None:
    inner = intervals.proportion(events, n, method="blaker")
    outer = intervals.proportion(events, n, method="clopper_pearson")
    assert outer.lower <= inner.lower < events / n < inner.upper <= outer.upper


@pytest.mark.parametrize("method", ["koopman", "miettinen_nurminen"])
def test_an_infinite_ratio_beside_others_raises_no_warning(method: str) -> None:
    with np.errstate(all="raise"):
        many = intervals.proportion_ratio(
            [10, 5, 1], [10, 10, 1], [0, 3, 0], [10, 10, 1], method=method
        )
    assert many.upper.tolist() == [math.inf, pytest.approx(many.upper[1]), math.inf]
    alone = intervals.proportion_ratio(5, 10, 3, 10, method=method)
    assert float(many.lower[1]) == pytest.approx(float(alone.lower), rel=1e-12)
