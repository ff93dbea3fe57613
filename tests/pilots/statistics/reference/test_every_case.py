"""No published case is left out: each belongs to a family that answers it."""

import json

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
from tests.shared import shared

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


def test_every_published_case_belongs_to_a_family_that_answers_it() -> None:
    answered: set[str] = set()
    for family in FAMILIES:
        answered |= set(getattr(family, "METHOD", ())) | set(getattr(family, "METHODS", ()))
    cases = json.loads(shared("statistics_reference.json").read_text())["cases"]
    assert len(cases) >= 30
    assert {case["id"] for case in cases if not {case["method"], case["id"]} & answered} == set()
