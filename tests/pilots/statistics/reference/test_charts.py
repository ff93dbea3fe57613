"""Control charts on the published cases, and on the published series whose answers are known."""

import json
import math
from typing import Any

import numpy as np
import pytest

from pilots.statistics import charts
from tests.pilots.statistics.reference.charts import SERIES
from tests.shared import shared
from tests.twins import charts as twin


def series(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared("series.json").read_text())[name]
    return found


def test_series_are_those_of_the_file() -> None:
    assert set(SERIES) <= set(json.loads(shared("series.json").read_text()))


@pytest.mark.parametrize(
    ("name", "want", "places"),
    [
        # Montgomery, Introduction to Statistical Quality Control, 6th and 7th edition.
        ("xbar_s_montgomery_6.3", {"cl": 74.001, "ucl": 74.014, "lcl": 73.988}, 2e-3),
        ("xbar_s_montgomery_6.3", {"s_cl": 0.0094, "s_ucl": 0.0196, "s_lcl": 0.0}, 6e-5),
        ("i_montgomery_6.5", {"cl": 300.5, "ucl": 321.22, "lcl": 279.78}, 5e-3),
        ("mr_montgomery_6.5", {"cl": 7.79, "ucl": 25.45, "lcl": 0.0}, 5e-3),
        ("i_montgomery_viscosity", {"cl": 33.52, "ucl": 34.802, "lcl": 32.245}, 5e-3),
        ("c_montgomery_7.3_exclude_freeze", {"cl": 19.67, "ucl": 32.97, "lcl": 6.36}, 5e-3),
        ("u_montgomery_7.10", {"cl": 0.0740, "ucl": 0.1894, "lcl": 0.0}, 5e-5),
        ("s_qcc_pistonrings", {"cl": 0.00924, "ucl": 0.0193, "lcl": 0.0}, 6e-5),
        # The help page of qcc: an np chart is 50 times its p chart, points 15 and 23 are out.
        ("np_qcc_orangejuice", {"cl": 50 * 0.231333333, "ucl": 50 * 0.410239119}, 1e-7),
        # The vignette of qcc: samples 37, 38 and 39 are beyond the limits of the first 25.
        ("xbar_qcc_pistonrings_phase2", {"beyond": [37, 38, 39], "cl": 74.001176}, 1e-9),
    ],
)
def test_series_gives_the_numbers_in_print(name: str, want: dict[str, Any], places: float) -> None:
    found = SERIES[name](series(name))
    for key, value in want.items():
        np.testing.assert_allclose(found[key], value, rtol=0, atol=places)


def test_limits_after_a_rebase_come_from_the_points_since() -> None:
    # Montgomery 7.1: p̄ = 0.2150, limits 0.0407 and 0.3893 without samples 15 and 23.
    found = SERIES["p_montgomery_7.1_exclude_rebase"](series("p_montgomery_7.1_exclude_rebase"))
    assert found["cl"][0] == pytest.approx(0.2150, abs=5e-5)
    assert (found["lcl"][0], found["ucl"][0]) == pytest.approx((0.0407, 0.3893), abs=5e-5)
    counts = series("p_montgomery_7.1_exclude_rebase")["numerator"][30:]
    assert found["cl"][30] == pytest.approx(sum(counts) / (50 * len(counts)))


def test_limits_of_subgroups_of_unlike_size_in_print() -> None:
    # Montgomery 6.4: x̿ = 74.001, s̄ = 0.0103, limits of a sample of five 73.986 and 74.016.
    found = SERIES["xbar_s_montgomery_6.4_variable_n"](series("xbar_s_montgomery_6.4_variable_n"))
    assert found["cl"] == pytest.approx(74.001, abs=5e-4)
    assert found["s_cl"] == pytest.approx(0.0103, abs=5e-5)
    assert (found["lcl"][0], found["ucl"][0]) == pytest.approx((73.986, 74.016), abs=1e-3)
    assert (found["lcl"][1], found["ucl"][1]) == pytest.approx((73.981, 74.021), abs=1e-3)
    assert found["s_ucl"][0] == pytest.approx(2.089 * 0.0103, abs=1e-4)


# Infections by type are several charts, which have a test of their own.
RATES = [
    n
    for n in SERIES
    if n.startswith(("p_", "pprime", "u_", "uprime")) and n != "u_hospital_infections_by_type"
]


@pytest.mark.parametrize("name", RATES)
def test_series_of_rates_agrees_with_the_formula_point_by_point(name: str) -> None:
    given = series(name)
    found = SERIES[name](given)
    per = given.get("multiply", 1)
    slow = twin.rates(
        name[0], given["numerator"], given["denominator"], None,
        [i - 1 for i in given.get("exclude", ())], list(given.get("rebase_after", ())),
        "prime" in name, True,
    )  # fmt: skip
    for key, column in zip(("cl", "lcl", "ucl"), np.array(slow).T, strict=True):
        want = per * column
        np.testing.assert_allclose(np.broadcast_to(found[key], want.shape), want, rtol=1e-9)


def test_infections_by_type_are_three_charts_of_all_hospitals() -> None:
    given = series("u_hospital_infections_by_type")
    found = SERIES["u_hospital_infections_by_type"](given)
    assert sorted(found) == ["BAC", "CDI", "UTI"]
    for kind, chart in found.items():
        mine = [r for r in given["records"] if r["infection"] == kind]
        level = 1e4 * sum(r["n"] for r in mine) / sum(r["days"] for r in mine)
        assert chart["cl"] == pytest.approx(level)
        assert len(chart["ucl"]) == len({r["month"] for r in mine})


def test_i_prime_of_lots_agrees_with_its_formula_screened_or_not() -> None:
    given = series("i_prime_lots")
    y, n = given["y"], given["n"]
    found = SERIES["i_prime_lots"](given)
    slow = np.array(twin.i_prime(y, n, None, [], [], True)).T
    for key, want in zip(("cl", "lcl", "ucl"), slow, strict=True):
        np.testing.assert_allclose(np.broadcast_to(found[key], want.shape), want, rtol=1e-12)
    # No jump is large enough to be dropped, so that the choice of 3.2665 or 3.267 is none.
    np.testing.assert_array_equal(
        charts.i_prime(y, n).upper, charts.i_prime(y, n, screen=False).upper
    )


def test_time_between_deaths_agrees_with_its_formula() -> None:
    given = series("t_cabg_deaths")
    want = twin.t(given["days_between"], None, True)
    found = SERIES["t_cabg_deaths"](given)
    assert (found["cl"], found["lcl"], found["ucl"]) == pytest.approx(want, rel=1e-9)


def test_length_of_stay_pools_the_standard_deviations() -> None:
    given = series("xbar_cabg_los_variable_n")
    n, sd = np.array(given["n"]), np.array(given["sd"])
    pooled = math.sqrt(((n - 1) * sd**2).sum() / (n - 1).sum())
    found = SERIES["xbar_cabg_los_variable_n"](given)
    centre = (n * np.array(given["mean"])).sum() / n.sum()
    half = [3 * pooled / (twin.c4(m) * math.sqrt(m)) for m in n]
    np.testing.assert_allclose(found["ucl"], centre + half, rtol=1e-12)
    assert found["s_cl"] == pytest.approx(pooled)


def test_constants_of_qcc_to_its_places() -> None:
    found = SERIES["d2_d3_qcc"](series("d2_d3_qcc"))
    # qcc 2.7's table of d2 has three places; its table of d3 is 2·10⁻⁶ to 8·10⁻⁶ too high.
    table = [1.128, 1.693, 2.059, 2.326, 2.534, 2.704, 2.847, 2.970, 3.078]
    np.testing.assert_array_equal(np.round(found["d2"], 3), table)
    d3 = [0.8525, 0.8884, 0.8798, 0.8641, 0.8480, 0.8332, 0.8198, 0.8078, 0.7971]
    np.testing.assert_allclose(found["d3"], d3, atol=6e-5)
