"""Group-sequential cases of the reference, and those of series.json against published tables."""

import json
from typing import Any

import pytest

from tests.pilots.statistics.reference import group_sequential as family
from tests.shared import shared


def computed(name: str) -> dict[str, Any]:
    return family.SERIES[name](json.loads(shared("series.json").read_text())[name])


def test_constants_of_jennison_and_turnbull_tables_2_1_and_2_3() -> None:
    found = computed("gs_pocock_obf_constants")
    assert found["pocock"] == pytest.approx([2.178, 2.289, 2.361, 2.413, 2.512, 2.555], abs=6e-4)
    assert found["obrien_fleming"] == pytest.approx(
        [1.977, 2.004, 2.024, 2.040, 2.072, 2.087], abs=6e-4
    )


def test_five_looks_of_jennison_and_turnbull() -> None:
    found = computed("gs_obf5_pocock5_full")
    assert found["obf"]["z"] == pytest.approx([4.562, 3.226, 2.634, 2.281, 2.040], abs=6e-4)
    assert found["pocock"]["z"] == pytest.approx([2.413] * 5, abs=6e-4)
    for name in ("obf", "pocock"):
        assert found[name]["cum_alpha"][-1] == pytest.approx(0.05, abs=1e-9)


def test_inflation_of_gsdesign_test_outputs_jt() -> None:
    # gsDesign tests: test.JT.OFss, test.JT.Pocock (Jennison & Turnbull, Tables 2.2, 2.4, 2.7, 2.8).
    found = computed("gs_inflation_JT")
    assert found["inflation"] == pytest.approx([1.028, 1.045, 1.202, 1.305], abs=6e-4)
    assert [one[0] for one in found["expected"]] == pytest.approx(
        [1.021, 1.034, 1.175, 1.264], abs=6e-4
    )
    assert found["expected"][2] == pytest.approx([1.175, 1.088, 0.805, 0.522], abs=6e-4)
    assert found["expected"][3] == pytest.approx([1.264, 1.112, 0.664, 0.354], abs=6e-4)


def test_bounds_of_gsdesign_test_deming_ofbound() -> None:
    assert computed("gs_deming_of4")["z"] == pytest.approx([4.05, 2.86, 2.34, 2.02], abs=6e-3)


@pytest.mark.parametrize(
    "name",
    ["gs_spend_ldpocock5", "gs_spend_power3", "gs_spend_hsd_m4", "gs_spend_ldof_unequal"],
)
def test_spending_uses_up_alpha_exactly(name: str) -> None:
    found = computed(name)
    assert found["cum_alpha"][-1] == pytest.approx(0.025, abs=1e-12)
