"""Every published case of CUSUM and EWMA, and the inputs of series.json computed anew."""

import json
import math
from typing import Any

import numpy as np
import pytest

from tests.pilots.statistics.reference.monitoring import SERIES
from tests.shared import shared


def series(name: str) -> Any:
    return json.loads(shared("series.json").read_text())[name]


def test_cusum_of_piston_rings_as_qcc_computes_it() -> None:
    given = series("cusum_qcc_pistonrings")
    computed = SERIES["cusum_qcc_pistonrings"](given)
    rows = given["subgroups"]
    means = [sum(row) / len(row) for row in rows]
    centre = sum(means[:25]) / 25
    ranges = [max(row) - min(row) for row in rows[:25]]
    # The sigma of the case is the mean range over 2.326, d2 rounded.
    assert sum(ranges) / 25 / 2.326 == pytest.approx(given["sigma"], rel=1e-10)
    up = down = 0.0
    for place, mean in enumerate(means):
        z = (mean - centre) / (given["sigma"] / math.sqrt(5))
        up, down = max(0.0, up + z - given["k"]), max(0.0, down - z - given["k"])
        assert computed["pos"][place] == pytest.approx(up, abs=1e-8)
        assert computed["neg"][place] == pytest.approx(-down, abs=1e-8)
    # qcc's own example of these data signals from sample 37 on.
    assert computed["upper"] == [37, 38, 39, 40]
    assert computed["lower"] == []


def test_ewma_of_piston_rings_as_qcc_computes_it() -> None:
    given = series("ewma_qcc_pistonrings")
    computed = SERIES["ewma_qcc_pistonrings"](given)
    means = np.mean(given["subgroups"], axis=1)
    average, lam = means[:25].mean(), given["lam"]
    sigma = np.ptp(given["subgroups"][:25], axis=1).mean() / 2.326
    for place, mean in enumerate(means):
        average = lam * mean + (1 - lam) * average
        error = sigma * math.sqrt(lam / (2 - lam) * (1 - (1 - lam) ** (2 * place + 2)) / 5)
        assert computed["ewma"][place] == pytest.approx(average, abs=1e-9)
        assert computed["ucl"][place] == pytest.approx(
            means[:25].mean() + given["nsigma"] * error, abs=1e-9
        )


def test_limit_for_a_run_length_of_500() -> None:
    computed = SERIES["cusum_h_for_arl500"](series("cusum_h_for_arl500"))
    # xcusum.crit(.5, 500) and xcusum.crit(.5, 500, sided = "two") of spc.
    assert computed["one_sided"] == pytest.approx(4.38912974, abs=1e-6)
    assert computed["two_sided"] == pytest.approx(5.07070386, abs=1e-6)


def test_weights_of_steiner() -> None:
    computed = SERIES["racusum_steiner_weights"](series("racusum_steiner_weights"))
    # Steiner, Stat. Methods Healthcare (2014) 234, in the tests of vlad.
    assert np.round(np.array(computed["up"]), 3).tolist() == [-0.024, 0.669, -0.433, 0.26]
    assert np.round(np.array(computed["down"]), 3).tolist() == [0.012, -0.681, 0.316, -0.377]
