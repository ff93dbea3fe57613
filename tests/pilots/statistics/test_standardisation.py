"""Shares held against patients with the usual risk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pilots.statistics.analysis import NO_GO_LIVE
from pilots.statistics.standardisation import Standardised, standardised
from tests.pilots.statistics.risks import Floats, halves_of, weekly


def one(
    events: Floats, cases: Floats, expected: Floats, *, direction: str = "lower"
) -> Standardised:
    over, under, risks = (column[np.newaxis] for column in (events, cases, expected))
    return standardised(over, under, risks, halves_of(1), direction=direction)


def test_the_ratio_to_what_was_expected_is_that_of_the_usual_patients() -> None:
    """By hand, as a standardised ratio: (O / E) × r."""
    events, cases, expected = weekly(1, sicker=1.6, harm=1.2)
    found = one(events, cases, expected)
    usual = expected[:26].sum() / cases[:26].sum()
    assert found.usual[0] == pytest.approx(usual)
    ratio = events[26:].sum() / found.patients[0, 26:].sum()
    assert ratio == pytest.approx(events[26:].sum() / expected[26:].sum() * usual)
    assert ratio == pytest.approx(0.12, abs=0.01)
    assert found.patients[0, :26].sum() == pytest.approx(cases[:26].sum())
    assert found.instead(cases[np.newaxis])[0] == pytest.approx(found.patients[0])


def unchanged(risks: Floats) -> Floats:
    return risks


@pytest.mark.parametrize(
    ("change", "direction", "why"),
    [
        (lambda risks: np.where(np.arange(52) == 40, np.nan, risks), "lower", "gaps"),
        (lambda risks: np.where(np.arange(52) == 3, np.nan, risks), "lower", "gaps"),
        (unchanged, "higher", "direction"),
        (lambda risks: np.where(np.arange(52) >= 26, risks / 20, risks), "lower", "off"),
    ],
)
def test_risks_that_cannot_be_taken_into_account_change_nothing(
    change: Callable[[Floats], Floats], direction: str, why: str
) -> None:
    events, cases, expected = weekly(4, sicker=1.5)
    found = one(events, cases, change(expected), direction=direction)
    assert (found.refused, found.rows.tolist(), found.asked.tolist()) == ([why], [False], [True])
    assert found.instead(cases[np.newaxis])[0].tolist() == cases.tolist()


def test_risks_need_something_from_before() -> None:
    events, cases, expected = weekly(4)
    for column in (events, cases, expected):
        column[:26] = np.nan
    assert one(events, cases, expected).refused == ["no_before"]


def test_weeks_without_patients_need_no_risk() -> None:
    events, cases, expected = weekly(4)
    for column in (events, cases, expected):
        column[40] = np.nan
    found = one(events, cases, expected)
    assert found.refused == [""]
    assert np.isnan(found.patients[0, 40])


def test_what_nobody_says_is_not_asked() -> None:
    events, cases, _expected = weekly(4)
    found = one(events, cases, np.full(52, np.nan))
    assert not found.asked.any()
    plans = replace(halves_of(1), go_live=np.array([NO_GO_LIVE]))
    assert not standardised(
        events[np.newaxis], cases[np.newaxis], cases[np.newaxis] / 9, plans, direction="lower"
    ).rows.any()
