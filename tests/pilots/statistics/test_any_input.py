"""Whatever a source delivers: an answer or a reason, never a crash, a warning or a stray NaN."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics import analysis, before_after, charts, effects, guardrails, verdicts
from pilots.statistics.confidence_sequences import proportions, rates
from pilots.statistics.series import Refusal
from pilots.statistics.time_series.difference_in_differences import difference_in_differences
from tests.probes import examples

VALUE = st.one_of(st.just(math.nan), st.floats(-1e12, 1e12), st.integers(-3, 3).map(float))
COUNT = st.one_of(
    st.just((math.nan, 5.0)),
    st.just((0.0, 0.0)),
    st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)).map(
        lambda pair: (float(min(pair)), float(max(pair)))
    ),
)
DIRECTION = st.sampled_from(["higher", "lower"])


def sound(effect: effects.Effect | effects.Level) -> None:
    for number in (effect.estimate, effect.lower, effect.upper):
        assert number is None or math.isfinite(number)
    assert (effect.lower is None) == (effect.refused is not None)
    if effect.lower is not None and effect.upper is not None and effect.estimate is not None:
        assert effect.lower <= effect.estimate <= effect.upper


@examples(150)
@given(values=st.lists(VALUE, max_size=40), direction=DIRECTION, data=st.data())
def test_any_values_are_read(values: list[float], direction: str, data: st.DataObject) -> None:
    go_live = data.draw(st.one_of(st.none(), st.integers(0, len(values))))
    settle = data.draw(st.integers(0, 3))
    read = analysis.analyse_values(
        values, direction=direction, go_live=go_live, settle=settle, target=1.0
    )
    assert len(read.classes) == len(values)
    if go_live is None:
        assert read.effect is None
        return
    assert read.effect is not None
    sound(read.effect)
    guardrail = guardrails.guardrail_of_values(
        values[:go_live], values[go_live:], limit=1.0, direction=direction
    )
    sound(guardrail.level)
    verdicts.verdict(read.effect, direction=direction, margin=0.5, guardrail=guardrail)


@examples(150)
@given(counts=st.lists(COUNT, max_size=40), direction=DIRECTION, data=st.data())
def test_any_proportions_are_read(
    counts: list[tuple[float, float]], direction: str, data: st.DataObject
) -> None:
    over, under = [a for a, _b in counts], [b for _a, b in counts]
    go_live = data.draw(st.integers(0, len(counts)))
    read = analysis.analyse_proportions(over, under, direction=direction, go_live=go_live)
    assert read.effect is not None
    sound(read.effect)
    guardrail = guardrails.guardrail_of_proportions(
        over[:go_live],
        under[:go_live],
        over[go_live:],
        under[go_live:],
        limit=0.1,
        direction=direction,
    )
    sound(guardrail.level)
    rates = before_after.halves_of_rates(
        over[:go_live], under[:go_live], over[go_live:], under[go_live:]
    )
    sound(effects.effect(rates))


@pytest.mark.parametrize("values", [[[1, 2], [3]], ["a", "b"]])
def test_unlike_lengths_and_words_are_told_in_words(values: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"Give numbers.*series\.padded"):
        charts.xmr(values)


def test_a_baseline_is_not_counted_from_the_end() -> None:
    with pytest.raises(ValueError, match="-1 points"):
        charts.xmr([1, 2, 3, 4], baseline=-1)


def test_no_looks_are_refused() -> None:
    with pytest.raises(Refusal, match="no looks"):
        proportions.proportion_sequence([], [], t_opt=100)
    with pytest.raises(Refusal, match="no looks"):
        rates.rate_sequence(np.zeros((2, 0)), np.zeros((2, 0)), exposure_opt=10)


def test_who_is_treated_may_be_told_as_one_and_nought() -> None:
    y = np.arange(48.0).reshape(8, 6) % 7
    told = [1, 1, 1, 0, 0, 0, 0, 0]
    here, there = (difference_in_differences(y, t, 3) for t in (told, np.array(told, dtype=bool)))
    assert here.estimate == there.estimate
    with pytest.raises(ValueError, match="true or false"):
        difference_in_differences(y, [2, *told[1:]], 3)
