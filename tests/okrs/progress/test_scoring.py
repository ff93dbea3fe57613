from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okrs.progress.scoring import score

levels = st.decimals(min_value=-1000, max_value=1000, places=2)


@pytest.mark.parametrize(
    ("start", "target", "measured", "expected"),
    [
        ("16.1", "11.0", "16.1", "0"),
        ("16.1", "11.0", "11.0", "1"),
        ("16.0", "12.0", "13.0", "0.75"),  # downwards
        ("41.2", "44.0", "42.6", "0.5"),  # upwards
        ("16.0", "12.0", "18.0", "0"),  # the wrong way never scores below nothing
        ("16.0", "12.0", "10.0", "1"),  # beyond the target never scores above all
    ],
)
def test_score_of_a_measured_level(start: str, target: str, measured: str, expected: str) -> None:
    assert score(Decimal(start), Decimal(target), Decimal(measured)) == Decimal(expected)


def test_score_of_nothing_measured_is_none() -> None:
    assert score(Decimal(1), Decimal(2), None) is None


@given(levels, levels, levels, levels)
def test_score_stays_within_bounds_and_grows_towards_the_target(
    start: Decimal, target: Decimal, one: Decimal, other: Decimal
) -> None:
    if start == target:
        return
    first, second = score(start, target, one), score(start, target, other)
    assert first is not None and second is not None
    assert 0 <= first <= 1
    nearer = (one - other) * (target - start)  # positive: `one` lies further towards the target
    if nearer > 0:
        assert first >= second
