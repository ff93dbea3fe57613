"""Many series answered at once say of each what it says alone."""

from __future__ import annotations

import pickle
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from pilots.evidence.numbers import AT_ONCE, Numbers, answer, answers
from pilots.statistics.guardrails import GuardrailState
from pilots.statistics.verdicts import Verdict
from tests.pilots.evidence.varied import Case, varied


def together(cases: list[Case]) -> list[Any]:
    series, asked, meanings = zip(*cases, strict=True)
    return answers(series, asked, meanings)


def names_of(one: Any) -> list[str]:
    if isinstance(one, Numbers):
        shared = {"tables", "row"}
        own = [field.name for field in fields(one) if field.name not in shared]
        return [*own, "analysis", "level"]
    return [field.name for field in fields(one)]


def assert_same(one: Any, other: Any, where: str = "") -> None:
    """The same to the last bit."""
    assert type(one) is type(other), where
    if is_dataclass(one) and not isinstance(one, type):
        for name in names_of(one):
            assert_same(getattr(one, name), getattr(other, name), f"{where}.{name}")
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other, err_msg=where)
    elif isinstance(one, tuple):
        assert len(one) == len(other), where
        for place, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            assert_same(mine, theirs, f"{where}[{place}]")
    elif isinstance(one, float):
        assert one == other or (np.isnan(one) and np.isnan(other)), where
    else:
        assert one == other, where


@pytest.mark.parametrize("seed", [1, 2])
def test_many_at_once_say_what_each_says_alone(seed: int) -> None:
    cases = varied(250, seed=seed)
    for number, (case, found) in enumerate(zip(cases, together(cases), strict=True)):
        assert found.series is case[0]
        assert_same(found, answer(*case), str(number))


def test_what_is_drawn_has_a_story_of_every_kind() -> None:
    """The comparison above is worth what it compares."""
    found = together(varied(1000, seed=3))
    assert {one.verdict for one in found} >= set(Verdict) - {Verdict.TARGET_REACHED}
    states = {one.guardrail.state for one in found if one.guardrail is not None}
    assert states == set(GuardrailState)
    assert any(one.guardrail is not None and one.guardrail.times for one in found)
    assert any(one.counted_otherwise_until for one in found)
    assert any(one.baseline_missing for one in found)
    assert any(one.analysis is not None and one.analysis.held for one in found)
    assert any(one.analysis is not None and one.analysis.slipping for one in found)
    assert {one.question.cadence for one in found} == {"day", "week", "month"}


def test_who_else_is_asked_and_in_which_order_changes_nothing() -> None:
    cases = varied(2 * AT_ONCE, seed=4)
    order = np.random.default_rng(4).permutation(len(cases))
    found = together(cases)
    shuffled = together([cases[place] for place in order])
    for place, other in zip(order, shuffled, strict=True):
        assert_same(found[place], other, str(place))


def test_what_is_kept_of_one_is_its_own_and_small() -> None:
    """A page keeps the answers of metrics one by one: the tables of two hundred others would stay."""
    cases = varied(200, seed=5)
    for case, found in zip(cases, together(cases), strict=True):
        packed = pickle.dumps(found)
        assert len(packed) < 40_000
        again = pickle.loads(packed)  # noqa: S301 - packed here
        assert again.tables is None
        assert_same(again, answer(*case))


def test_none_at_all_are_answered_with_none() -> None:
    assert answers([], [], []) == []
