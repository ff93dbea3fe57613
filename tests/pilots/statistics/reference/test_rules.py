"""The published cases of rules, and the series whose answers are not published.

For the latter, what NHSRplotthedots 0.2.2, qicharts2 and qcc give was worked out from what they
do, point by point (tests/twins/rules.py), and is compared in full with what is computed here.
"""

import json
from typing import Any

import pytest

from pilots.statistics import rules
from tests.pilots.statistics.reference.rules import METHOD, chart_around
from tests.shared import FOLDER, shared
from tests.twins import control_charts as charts_twin
from tests.twins import rules as twin


def series(prefix: str) -> list[Any]:
    path = FOLDER / "series.json"
    found = json.loads(path.read_text()) if path.exists() else {}
    return [
        pytest.param(given, id=name) for name, given in found.items() if name.startswith(prefix)
    ] or [pytest.param(None, id="absent")]


@pytest.mark.parametrize("given", series("mdc_"))
def test_series_by_making_data_count_is_read_as_nhsrplotthedots_reads_it(
    given: dict[str, Any] | None,
) -> None:
    if given is None:
        shared("series.json")
    assert given is not None
    computed = METHOD["mdc_xmr_icons"](given)
    y = [float(v) for v in given["y"]]
    steps = [i for i, step in enumerate(given["rebase"] or []) if step and i]
    limits = charts_twin.xmr(y, given["fix_after_n_points"], steps, given["screen_outliers"])
    for name, column in (("mean", 0), ("lpl", 1), ("upl", 2)):
        assert computed[name] == pytest.approx([one[column] for one in limits], rel=1e-12)
    phase = [sum(i >= step for step in steps) for i in range(len(y))]
    marks = twin.mdc(y, limits, phase)
    words = {"outside": ("Above UCL", "Below LCL"), "two": ("2 in 3 Above CL", "2 in 3 Below CL"),
             "trend": ("7 Point Trend (Increasing)", "7 Point Trend (Decreasing)"),
             "run": ("7 Points Above CL", "7 Points Below CL")}  # fmt: skip
    special = [words[m[:-1]][0 if m[-1] == "+" else 1] if m else "Common Cause" for m in marks]
    assert computed["special"] == special
    side = [twin.sign(v - centre) for v, (centre, _low, _high) in zip(y, limits, strict=True)]
    assert computed["relative_to_mean"] == side
    good = given["direction"]
    kinds = []
    for mark in marks:
        way = {"": 0, "+": 1, "-": -1}[mark[-1:]]
        if good == 0 and way:
            kinds.append(f"special_cause_neutral_{'high' if way > 0 else 'low'}")
        else:
            kinds.append(
                {0: "common_cause", 1: "special_cause_improvement", -1: "special_cause_concern"}[
                    way * good
                ]
            )
    assert computed["point_type"] == kinds
    assert computed["variation_last"] == kinds[-1]
    target, (_centre, low, high) = given["target"], limits[-1]
    icon = None
    if target is not None and good:
        icon = "inconsistent"
        if not low <= target <= high:
            icon = "consistent_pass" if (low - target) * good > 0 else "consistent_fail"
    assert computed["assurance"] == icon


@pytest.mark.parametrize("given", series("anhoej_"))
def test_series_by_anhoej_is_read_as_qicharts2_reads_it(given: dict[str, Any] | None) -> None:
    if given is None:
        shared("series.json")
    assert given is not None
    computed = METHOD["anhoej_rules"](given)
    n, longest, crossings = twin.anhoej([twin.sign(v - given["centre"]) for v in given["y"]])
    assert computed == {
        "n_useful": n,
        "longest_run": longest,
        "longest_run_max": twin.longest_run_allowed(n),
        "n_crossings": crossings,
        "n_crossings_min": twin.fewest_crossings(n),
        "signal": longest > twin.longest_run_allowed(n) or crossings < twin.fewest_crossings(n),
    }


@pytest.mark.parametrize("given", series("we_overlap"))
def test_overlapping_rules_are_named_as_qcc_names_them(
    given: dict[str, list[float]] | None,
) -> None:
    """qcc 3, tests/testthat/test-rules.R: the lowest number wins."""
    if given is None:
        shared("series.json")
    assert given is not None
    chart = chart_around(given["x"])
    all_rules = rules.western_electric(chart)
    found = {number: (mask.nonzero()[0] + 1).tolist() for number, mask in all_rules.rules.items()}
    assert found == {1: [8], 2: [3, 4, 5, 6, 7, 8], 3: [5, 6, 7, 8], 4: [8]}
    assert all_rules.number.tolist() == [0, 0, 2, 2, 2, 2, 2, 1]
    without_first = rules.western_electric(chart, rules=[2, 3, 4])
    assert without_first.number.tolist() == [0, 0, 2, 2, 2, 2, 2, 2]
