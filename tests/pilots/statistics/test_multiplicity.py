"""Adjusted p-values against R's definitions, written out slowly."""

import doctest
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics import multiplicity
from pilots.statistics.multiplicity import Method
from tests.probes import examples
from tests.twins import comparisons as twin

P = st.one_of(st.just(float("nan")), st.integers(0, 40).map(lambda k: k / 40))


def test_examples_run() -> None:
    assert doctest.testmod(multiplicity).failed == 0


@examples(50)
@given(p=st.lists(P, max_size=12), method=st.sampled_from(multiplicity.METHODS))
def test_any_family_agrees_with_its_twin(p: list[float], method: Method) -> None:
    found = multiplicity.adjusted(p, method=method)
    np.testing.assert_allclose(found, twin.adjusted(p, method), rtol=1e-12)


@pytest.mark.parametrize("method", multiplicity.METHODS)
def test_families_along_an_axis_are_adjusted_each_by_itself(method: Method) -> None:
    rng = np.random.default_rng(3)
    table = rng.random((4, 7, 3)) ** 3
    table[rng.random(table.shape) < 0.2] = np.nan
    found = multiplicity.adjusted(table, method=method, axis=1)
    for i in range(4):
        for j in range(3):
            alone = multiplicity.adjusted(table[i, :, j], method=method)
            np.testing.assert_array_equal(found[i, :, j], alone)


def test_a_larger_family_is_adjusted_as_r_does() -> None:
    # p.adjust(c(0.01, 0.02), n = 4): holm 0.04 0.06; BH 0.04 0.04; hochberg 0.04 0.06.
    p = [0.01, 0.02]
    assert multiplicity.adjusted(p, n=4) == pytest.approx([0.04, 0.06])
    assert multiplicity.adjusted(p, n=4, method="benjamini_hochberg") == pytest.approx([0.04] * 2)
    assert multiplicity.adjusted(p, n=4, method="hochberg") == pytest.approx([0.04, 0.06])
    assert multiplicity.adjusted(0.02, n=4) == pytest.approx(0.08)


def test_statsmodels_says_the_same() -> None:
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(1).random(15) ** 2
    names: dict[Method, str] = {
        "bonferroni": "bonferroni", "holm": "holm", "hochberg": "simes-hochberg",
        "benjamini_hochberg": "fdr_bh", "benjamini_yekutieli": "fdr_by",
    }  # fmt: skip
    for ours, theirs in names.items():
        want = multipletests(p, method=theirs)[1]
        np.testing.assert_allclose(multiplicity.adjusted(p, method=ours), want, rtol=1e-12)


def test_benjamini_hochberg_of_their_paper() -> None:
    # Benjamini and Hochberg 1995, section 4: of fifteen p-values four are found at 5 %, Bonferroni
    # and Hochberg find three.
    p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    ]  # fmt: skip
    assert (multiplicity.adjusted(p, method="benjamini_hochberg") <= 0.05).sum() == 4
    assert (multiplicity.adjusted(p, method="bonferroni") <= 0.05).sum() == 3
    assert (multiplicity.adjusted(p, method="hochberg") <= 0.05).sum() == 3


def test_nonsense_is_an_error() -> None:
    asks: list[Callable[[], object]] = [
        lambda: multiplicity.adjusted([1.2]),
        lambda: multiplicity.adjusted([0.1, 0.2], n=1),
        lambda: multiplicity.adjusted([0.1], method="BH"),  # type: ignore[arg-type]  # nonsense on purpose
    ]
    for ask in asks:
        with pytest.raises(ValueError):
            ask()
