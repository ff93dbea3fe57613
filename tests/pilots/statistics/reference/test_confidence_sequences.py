"""Every published case of confidence sequences, and the inputs of series.json computed anew."""

import json

import pytest

from tests.pilots.statistics.reference.agreement import agree
from tests.pilots.statistics.reference.confidence_sequences import SERIES
from tests.shared import shared

# confseq's own tests of these inputs (test/uniform_boundaries_unittest.cpp; the intervals from a
# port of it that prints six decimals).
KNOWN = {
    "cs_bernoulli_interval": {
        "lower": [0.651629, 0.129556, 0.013021, 0.0, 0.0, 0.328923, 0.0, 0.0],
        "upper": [0.745949, 0.511896, 0.269264, 0.13489, 1.0, 0.671076, 1.0, 1.0],
    },
    "cs_poly_stitching": {"bound": [64.48755, 28.99389]},
    "cs_gamma_exponential_poisson": {
        "gamma_exponential_log_mix": -0.2490165,
        "gamma_exponential_bound": 33.02017,
        "gamma_poisson_log_mix": -0.06991219,
        "gamma_poisson_bound": 30.1949,
    },
}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_series_case(name: str) -> None:
    given = json.loads(shared("series.json").read_text())[name]
    agree(SERIES[name](given), KNOWN[name], {"abs": 1e-5})
