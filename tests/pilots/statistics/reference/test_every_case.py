"""Every published case, by its id and source, within its own tolerance."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.pilots.statistics.reference import (
    charts,
    confidence_sequences,
    group_sequential,
    intervals,
    monitoring,
    planning,
    rules,
    time_series,
)
from tests.pilots.statistics.reference.agreement import agree
from tests.shared import FOLDER, shared

FAMILIES = (
    charts,
    confidence_sequences,
    group_sequential,
    intervals,
    monitoring,
    planning,
    rules,
    time_series,
)
METHOD = {name: answer for family in FAMILIES for name, answer in family.METHOD.items()}


def cases() -> list[Any]:
    """One parameter a case; one that skips, loudly, where the file is absent."""
    path = FOLDER / "statistics_reference.json"
    found = json.loads(path.read_text())["cases"] if path.exists() else []
    assert not found or len(found) >= 30
    return [pytest.param(case, id=f"{case['id']} ({case['source'][:60]})") for case in found] or [
        pytest.param(None, id="absent")
    ]


@pytest.mark.parametrize("case", cases())
def test_published_case_is_answered_within_its_tolerance(case: dict[str, Any] | None) -> None:
    if case is None:
        shared("statistics_reference.json")
    assert case is not None
    computed = METHOD[case["method"]](case["input"])
    agree(computed, case["expected"], case["tolerance"], case["id"])
    # Boundaries of a first look that packages compute less exactly have a tolerance of their own.
    if "expected_first" in case:
        first = case["expected_first"]
        assert computed["z1"] == pytest.approx(first["z1"], abs=first["tol"])
