"""Planning cases of the reference, and rpact's of series.json from its formulas by hand."""

import json
import math

import pytest
from scipy.special import ndtri

from tests.pilots.statistics.reference import planning as family
from tests.shared import shared
from tests.twins import planning as twin


def test_sample_sizes_of_rpact() -> None:
    found = family.SERIES["sample_size_rpact"](
        json.loads(shared("series.json").read_text())["sample_size_rpact"]
    )
    a, b = -ndtri(0.025), ndtri(0.8)
    assert found["means"] == pytest.approx(4 * (a + b) ** 2 / 0.5**2, rel=1e-9)
    pooled, apart = math.sqrt(2 * 0.5 * 0.5), math.sqrt(0.4 * 0.6 + 0.6 * 0.4)
    assert found["rates"] == pytest.approx(2 * (a * pooled + b * apart) ** 2 / 0.2**2, rel=1e-9)
    p1, p2 = twin.restricted(0.85, 0.85, -0.1, 1.0)
    null = math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    plan = math.sqrt(2 * 0.85 * 0.15)
    assert found["ni_rates"] == pytest.approx(2 * (a * null + b * plan) ** 2 / 0.1**2, rel=1e-5)
    n = float(found["ni_means"]) / 2
    assert twin.power_t(n, n, 1.0, 2.0, 0.025, 1) == pytest.approx(0.9, abs=1e-7)
