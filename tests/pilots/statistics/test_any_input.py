"""Whatever a source delivers: an answer or a reason, never a crash, a warning or a stray NaN."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from pilots.statistics import effects, reading, verdicts

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


@settings(max_examples=150, deadline=None)
@given(values=st.lists(VALUE, max_size=40), direction=DIRECTION, data=st.data())
def test_any_values_are_read(values, direction, data):
    go_live = data.draw(st.one_of(st.none(), st.integers(0, len(values))))
    settle = data.draw(st.integers(0, 3))
    read = reading.read_values(
        values, direction=direction, go_live=go_live, settle=settle, target=1.0
    )
    assert len(read.classes) == len(values)
    if go_live is None:
        assert read.effect is None
        return
    assert read.effect is not None
    sound(read.effect)
    guardrail = verdicts.guardrail_of_values(
        values[:go_live], values[go_live:], limit=1.0, direction=direction
    )
    sound(guardrail.level)
    verdicts.verdict(read.effect, direction=direction, margin=0.5, guardrail=guardrail)


@settings(max_examples=150, deadline=None)
@given(counts=st.lists(COUNT, max_size=40), direction=DIRECTION, data=st.data())
def test_any_proportions_are_read(counts, direction, data):
    over, under = [a for a, _b in counts], [b for _a, b in counts]
    go_live = data.draw(st.integers(0, len(counts)))
    read = reading.read_proportions(over, under, direction=direction, go_live=go_live)
    rates = reading.read_rates(over, under, direction=direction, go_live=go_live, per=100)
    for found in (read, rates):
        assert found.effect is not None
        sound(found.effect)
    for guard in (verdicts.guardrail_of_proportions, verdicts.guardrail_of_rates):
        guardrail = guard(
            over[:go_live],
            under[:go_live],
            over[go_live:],
            under[go_live:],
            limit=0.1,
            direction=direction,
        )
        sound(guardrail.level)
