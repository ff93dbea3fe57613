"""Equivalence and non-inferiority against statsmodels, slow twins and their own intervals."""

import doctest
import importlib
import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics import equivalence, intervals
from pilots.statistics.equivalence import Finding
from pilots.statistics.intervals import Summary
from pilots.statistics.series import Refusal
from tests.present import present
from tests.probes import examples

PART = st.integers(2, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("module", ["proportions", "rates_and_means"])
def test_examples_run(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"pilots.statistics.equivalence.{module}"))
    assert found.attempted > 0 and found.failed == 0


def test_one_proportion_as_sas_and_statsmodels_have_it() -> None:
    from statsmodels.stats.proportion import proportions_ztost

    found = equivalence.proportion(228, 762, low=0.18, high=0.38)
    p, low, high = proportions_ztost(228, 762, 0.18, 0.38, prop_var="sample")
    assert float(present(found.p_value)) == pytest.approx(p)
    assert float(present(found.statistic_low)) == pytest.approx(low[0])
    assert float(present(found.statistic_high)) == pytest.approx(high[0])
    assert (float(found.lower), float(found.upper)) == pytest.approx((0.2719, 0.3265), abs=5e-5)
    exact = equivalence.proportion(228, 762, low=0.18, high=0.38, method="exact")
    assert exact.finding is Finding.EQUIVALENT and exact.statistic_low is None


def test_exact_proportion_as_statsmodels_has_it() -> None:
    from statsmodels.stats.proportion import binom_tost

    found = equivalence.proportion(20, 60, low=0.2, high=0.45, method="exact")
    assert float(present(found.p_value)) == pytest.approx(binom_tost(20, 60, 0.2, 0.45)[0])


def test_means_as_statsmodels_has_them() -> None:
    from statsmodels.stats.weightstats import ttost_ind, ttost_paired

    rng = np.random.default_rng(6)
    a, b = rng.normal(5, 1, 25), rng.normal(5.1, 1.4, 25)
    theirs: dict[Literal["unequal", "equal"], str] = {"unequal": "unequal", "equal": "pooled"}
    for variances, usevar in theirs.items():
        found = equivalence.mean_difference(a, b, low=-0.8, high=0.8, variances=variances)
        want = ttost_ind(a, b, -0.8, 0.8, usevar=usevar)
        assert float(present(found.p_value)) == pytest.approx(want[0])
    found = equivalence.paired_mean_difference(a, b, low=-0.8, high=0.8)
    assert float(present(found.p_value)) == pytest.approx(ttost_paired(a, b, -0.8, 0.8)[0])


def test_farrington_and_manning_by_maximising_the_restricted_likelihood() -> None:
    from scipy.optimize import minimize_scalar

    x1, n1, x2, n2, limit = 83, 88, 69, 76, -0.1

    def minus(p2: float) -> float:
        p1 = p2 + limit
        return -(
            x1 * math.log(p1) + (n1 - x1) * math.log(1 - p1)
            + x2 * math.log(p2) + (n2 - x2) * math.log(1 - p2)
        )  # fmt: skip

    p2 = minimize_scalar(minus, bounds=(0.1001, 0.9999), method="bounded",
                         options={"xatol": 1e-12}).x  # fmt: skip
    p1 = p2 + limit
    z = (x1 / n1 - x2 / n2 - limit) / math.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    found = equivalence.proportion_difference(x1, n1, x2, n2, low=limit, alpha=0.025)
    assert float(present(found.statistic_low)) == pytest.approx(z, abs=1e-5)
    assert found.finding is Finding.NON_INFERIOR


@examples(40)
@given(one=PART, two=PART, margin=st.sampled_from([0.05, 0.1, 0.3]), data=st.data())
def test_the_finding_is_what_the_interval_says(
    one: tuple[int, int], two: tuple[int, int], margin: float, data: st.DataObject
) -> None:
    method: Literal["farrington_manning", "miettinen_nurminen", "newcombe"] = data.draw(
        st.sampled_from(["farrington_manning", "miettinen_nurminen", "newcombe"])
    )
    found = equivalence.proportion_difference(*one, *two, low=-margin, high=margin, method=method)
    for end, limit in ((found.lower, -margin), (found.upper, margin)):
        if abs(end - limit) < 1e-6:
            return
    within = found.lower > -margin and found.upper < margin
    assert (found.finding is Finding.EQUIVALENT) == within
    one_sided = equivalence.proportion_difference(*one, *two, low=-margin, method=method)
    shown = one_sided.finding in (Finding.NON_INFERIOR, Finding.SUPERIOR)
    assert shown == (found.lower > -margin)
    assert (one_sided.finding is Finding.SUPERIOR) == (found.lower > 0)


@examples(30)
@given(x1=st.integers(1, 40), x2=st.integers(1, 40), t1=st.integers(10, 90), t2=st.integers(10, 90))
def test_rates_and_ratios_find_what_their_intervals_say(x1: int, x2: int, t1: int, t2: int) -> None:
    for found, limit in (
        (equivalence.rate_ratio(x1, t1, x2, t2, high=1.5), 1.5),
        (equivalence.rate_difference(x1, t1, x2, t2, high=0.2), 0.2),
        (equivalence.proportion_ratio(x1, t1 + 40, x2, t2 + 40, high=1.5), 1.5),
    ):
        if abs(found.upper - limit) > 1e-6:
            shown = found.finding in (Finding.NON_INFERIOR, Finding.SUPERIOR)
            assert shown == (found.upper < limit)
            assert (found.finding is Finding.BEYOND) == (found.lower > limit)


def test_many_tables_have_one_finding_each() -> None:
    found = equivalence.proportion_difference(
        [178, 120, 180, 2, math.nan], [200, 200, 200, 10, 10], [180, 180, 140, 3, 3],
        [200, 200, 200, 10, 10], low=-0.1, method="wald",
    )  # fmt: skip
    assert list(found.finding) == [
        Finding.NON_INFERIOR, Finding.BEYOND, Finding.SUPERIOR, Finding.REFUSED, Finding.REFUSED,
    ]  # fmt: skip
    assert math.isnan(present(found.p_value)[3]) and found.interval.refused[3].code == "few_events"
    exact = equivalence.proportion([5, math.nan], [10, 10], low=0.2, method="exact")
    assert exact.finding[1] is Finding.REFUSED


def test_no_difference_found_is_not_equivalence() -> None:
    few = equivalence.mean_difference(
        Summary(5, 4.0, 1.0), Summary(5, 4.1, 1.0), low=-0.5, high=0.5
    )
    assert few.finding is Finding.NOT_SHOWN
    plain = intervals.mean_difference(Summary(5, 4.0, 1.0), Summary(5, 4.1, 1.0))
    assert plain.lower < 0 < plain.upper


def test_farrington_manning_keeps_its_error_and_wald_does_not_at_high_rates() -> None:
    # All outcomes of 40 against 40, true difference exactly at the margin: one-sided 2.5 %.
    from scipy.stats import binom

    x1, x2 = np.meshgrid(np.arange(41), np.arange(41), indexing="ij")
    chance = binom.pmf(x1, 40, 0.85) * binom.pmf(x2, 40, 0.95)
    found = equivalence.proportion_difference(x1, 40, x2, 40, low=-0.1, alpha=0.025)
    shown = present(found.p_value) < 0.025
    assert 0.01 < float((chance * shown).sum()) < 0.03


def test_nonsense_is_an_error_and_too_little_is_refused() -> None:
    asks: list[Callable[[], object]] = [
        lambda: equivalence.proportion(5, 10),
        lambda: equivalence.proportion(5, 10, low=0.6, high=0.4),
        lambda: equivalence.proportion(5, 10, low=-0.1),
        lambda: equivalence.rate_ratio(5, 10, 5, 10, high=math.inf),
        lambda: equivalence.proportion(5, 10, low=0.1, alpha=0.5),
        lambda: equivalence.proportion(5, 10, low=0.1, method="newcombe"),  # type: ignore[arg-type]  # nonsense on purpose
    ]
    for ask in asks:
        with pytest.raises(ValueError) as caught:
            ask()
        assert not isinstance(caught.value, Refusal)
    with pytest.raises(Refusal):
        equivalence.proportion(2, 40, low=0.01)
