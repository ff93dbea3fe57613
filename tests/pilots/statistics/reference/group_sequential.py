"""How the group-sequential cases of the reference are computed."""

from collections.abc import Callable
from typing import Any

from pilots.statistics import group_sequential as gs

SPENDING: dict[str, dict[str, Any]] = {
    "ldof5": {"spending": "obrien_fleming"},
    "ldof_unequal": {"spending": "obrien_fleming"},
    "ldpocock5": {"spending": "pocock"},
    "power3": {"spending": "power", "parameter": 3},
    "hsd_m4": {"spending": "hwang_shih_decani", "parameter": -4},
}


def alpha_spending(given: dict[str, Any]) -> dict[str, Any]:
    design = gs.spending_design(
        given["information"],
        alpha=given["alpha"],
        sided=given["sided"],
        **SPENDING[given["spending"]],
    )
    z = design.upper.tolist()
    return {"z": z[1:], "cum_alpha": design.spent.tolist(), "z1": z[0], "all_z": z}


def peeking_inflation(given: dict[str, Any]) -> dict[str, Any]:
    return {"one_sided": [gs.peeking(k, z=given["z"]).each_side for k in given["K"]]}


def constants(given: dict[str, Any]) -> dict[str, Any]:
    pocock = [gs.pocock(k, alpha=given["alpha"]).constant for k in given["K"]]
    obf = [gs.obrien_fleming(k, alpha=given["alpha"]).constant for k in given["K"]]
    return {"pocock": pocock, "obrien_fleming": obf}


def both_full(given: dict[str, Any]) -> dict[str, Any]:
    designs = {
        "obf": gs.obrien_fleming(given["K"], alpha=given["alpha"]),
        "pocock": gs.pocock(given["K"], alpha=given["alpha"]),
    }
    return {
        name: {
            "z": design.upper.tolist(),
            "cum_alpha": design.spent.tolist(),
            "stage_levels": design.nominal_one_sided.tolist(),
        }
        for name, design in designs.items()
    }


def inflation(given: dict[str, Any]) -> dict[str, Any]:
    of = {"OF": gs.obrien_fleming, "P": gs.pocock}
    costs = [
        gs.cost(of[kind](looks, alpha=given["alpha"]), 1 - beta)
        for kind, looks, beta in given["designs"]
    ]
    return {
        "inflation": [one.inflation for one in costs],
        "expected": [one.expected.tolist() for one in costs],
    }


def deming(given: dict[str, Any]) -> dict[str, Any]:
    return {"z": gs.obrien_fleming(given["K"], alpha=given["alpha"]).upper.tolist()}


METHOD: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "alpha_spending": alpha_spending,
    "peeking_inflation": peeking_inflation,
}
# The cases of series.json, by their name.
SERIES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "gs_pocock_obf_constants": constants,
    "gs_obf5_pocock5_full": both_full,
    "gs_spend_ldpocock5": alpha_spending,
    "gs_spend_power3": alpha_spending,
    "gs_spend_hsd_m4": alpha_spending,
    "gs_spend_ldof_unequal": alpha_spending,
    "gs_inflation_JT": inflation,
    "gs_deming_of4": deming,
}
