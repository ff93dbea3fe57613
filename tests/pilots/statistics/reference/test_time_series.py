"""Every published case of the time series family, and the inputs of series.json computed anew."""

import json

import pytest

from tests.pilots.statistics.reference.agreement import agree
from tests.pilots.statistics.reference.time_series import SERIES, mpdta
from tests.shared import shared

# Sicily: Lopez Bernal, Cummins, Gasparrini 2017 as printed (0.885, 0.839 to 0.933 for model 3), more
# digits from statsmodels. California: Linden, Stata J 15 (2015) 480. Arkhangelsky et al. 2021, table
# 1 (−27.3; cluster errors from the variance of the 38 states' changes). mpdta: output printed by the
# did package (effects, p 0.16812), Callaway and Sant'Anna 2021. Nile: strucchange's 28, 25 to 32.
KNOWN = {
    "its_sicily_m2": (
        {"beta_step": -0.1116284, "se_step": 0.0324959, "rr_step": 0.894377}
        | {"rr_lo": 0.839189, "rr_hi": 0.953193, "beta_trend": 0.004944992, "dispersion": 3.559187},
        1e-6,
    ),
    "its_sicily_m3": (
        {"beta_step": -0.1220868, "se_step": 0.0270311, "rr_step": 0.885072}
        | {"rr_lo": 0.839401, "rr_hi": 0.933227, "beta_trend": 0.00538922, "dispersion": 2.262183},
        1e-6,
    ),
    "its_sicily_m4": (
        {"beta_step": -0.1318592, "se_step": 0.0297913, "beta_trend": 0.0051026}
        | {"beta_slope": 0.001482228, "se_slope": 0.001854606, "dispersion": 2.274558},
        1e-6,
    ),
    "its_prop99_california_newey": (
        {
            "coefficients": [132.2258, -1.779474, -20.0581, -1.494652],
            "se": [4.253054, 0.3834188, 4.724395, 0.4368201],
        },
        5e-5,
    ),
    "did_prop99": (
        {"estimate": -27.349111, "se_cr1": 2.766186, "se_cr1s": 2.802378}
        | {"placebo_p": 5 / 39, "placebo_se": 17.518848},
        1e-6,
    ),
    "did_mpdta_group_time": (
        {
            "att": [
                *(-0.0105, -0.0704, -0.1373, -0.1008),
                *(0.0065, -0.0028, -0.0046, -0.0412),
                *(0.0305, -0.0027, -0.0311, -0.0261),
            ],
            "se": [
                *(0.0233, 0.0310, 0.0364, 0.0344),
                *(0.0233, 0.0196, 0.0178, 0.0202),
                *(0.0150, 0.0164, 0.0179, 0.0167),
            ],
            "pretest_p": 0.16812,
            "simple": [-0.0400, 0.0120],
            "group": [-0.0310, 0.0124],
            "dynamic": [-0.0772, 0.0200],
            "calendar": [-0.0417, 0.0160],
        },
        6e-5,
    ),
    "changepoint_nile": (
        {"index": 28, "year": 1898, "ci": [25, 32], "sup_f": 75.92977}
        | {"before": 1097.75, "after": 849.97222, "pettitt": [28, 1617.0, 3.591e-07]},
        1e-5,
    ),
}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_series_case(name: str) -> None:
    given = json.loads(shared("series.json").read_text())[name]
    expected, within = KNOWN[name]
    agree(SERIES[name](given), expected, {"abs": within})


def test_mpdta_against_those_not_yet_treated_moves_as_in_the_did_package() -> None:
    given = json.loads(shared("series.json").read_text())["did_mpdta_group_time"]
    found = mpdta(given, "not_yet")
    agree(found["att"][:4], [-0.0194, -0.0783, -0.1363, -0.1008], {"abs": 6e-5})
    agree(found["simple"], [-0.0398, 0.0121], {"abs": 6e-5})


def test_mpdta_group_error_counts_each_group_by_its_own_share() -> None:
    """did 2.1.2 takes the shares of the first cells' group for all three: 0.012415, printed 0.0124."""
    given = json.loads(shared("series.json").read_text())["did_mpdta_group_time"]
    agree(mpdta(given)["group"], [-0.0310183, 0.0124461], {"abs": 1e-7})
