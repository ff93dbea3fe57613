"""Intervals, equivalence and adjusted p-values on the published cases."""

import json
from typing import Any

import numpy as np
import pytest

from tests.pilots.statistics.reference.intervals import SERIES
from tests.shared import shared


def series(name: str) -> dict[str, Any]:
    return SERIES[name](json.loads(shared("series.json").read_text())[name])


def test_growthbook_series() -> None:
    # The relative and absolute two-sided tests of gbstats' own test suite.
    found = series("welch_growthbook")
    for name, expected, ci, p in (
        ("relative", 0.70732, (-0.03526, 1.44989), 0.06191),
        ("absolute", 0.29, (0.04538, 0.53462), 0.02016),
        ("proportion", 0.06667, (-0.47767, 0.61101), 0.80707),
    ):
        assert found[name]["expected"] == pytest.approx(expected, abs=6e-6)
        assert found[name]["ci"] == pytest.approx(ci, abs=6e-6)
        assert found[name]["p_value"] == pytest.approx(p, abs=6e-6)


def test_desctools_series() -> None:
    # DescTools' formulas written out for x/n = 1/2 and n = 200, where many of them simplify.
    found, z = series("desctools_100_200"), 1.959963984540054
    for method, half in (
        ("wald", z / np.sqrt(800)),
        ("wald_cc", z / np.sqrt(800) + 1 / 400),
        ("wilson", z / (2 * np.sqrt(200 + z**2))),
        ("agresti_coull", z / (2 * np.sqrt(200 + z**2))),
        ("logit", np.tanh(z / np.sqrt(200)) / 2),
        ("arcsine", np.sin(z / np.sqrt(200)) / 2),
    ):
        want = (0.5 - half, 0.5 + half)
        assert found[method] == pytest.approx(want, abs=1e-12), method
    # R: binom.test(100, 200) and prop.test(100, 200).
    assert found["clopper_pearson"] == pytest.approx((0.4286584, 0.5713416), abs=6e-8)
    assert found["wilson_cc"] == pytest.approx((0.4289088, 0.5710912), abs=6e-8)


def test_poisson_series() -> None:
    # R's help page of poisson.test.
    found = series("poisson_exact")
    assert found["rate"] == pytest.approx(5.661407, abs=5e-7)
    assert found["rate_ci"] == pytest.approx((4.753125, 6.692709), abs=5e-7)
    assert found["ratio"] == pytest.approx(1.971488, abs=5e-7)
    assert found["ratio_ci"] == pytest.approx((0.8584264, 4.2772659), abs=5e-8)
    assert found["ratio_p"] == pytest.approx(0.07967, abs=5e-6)
