"""How far people agree who rated from 1 to 9, by the RAND/UCLA manual and by a slow twin."""

from __future__ import annotations

from itertools import product

import pytest

from pilots.planning.agreement import Agreed, agreement


@pytest.mark.parametrize(
    ("scores", "agreed"),
    [
        ([7, 8, 8, 9, 7], Agreed.IMPORTANT),
        ([1, 2, 2, 3, 1], Agreed.UNIMPORTANT),
        ([4, 5, 5, 6, 5], Agreed.UNCERTAIN),
        ([1, 1, 2, 8, 9, 9], Agreed.DISAGREE),
        ([1, 9, 9], Agreed.DISAGREE),
        ([1, 9, 9, 9], Agreed.IMPORTANT),
        ([1, 2, 5, 8, 9, 9, 1], Agreed.DISAGREE),
        ([9, 9], Agreed.TOO_FEW),
        ([], Agreed.TOO_FEW),
    ],
)
def test_agreement_of_a_panel(scores: list[int], agreed: Agreed) -> None:
    found = agreement(scores)
    assert found.agreed is agreed
    assert found.count == len(scores)


def test_agreement_against_the_rule_written_out() -> None:
    """Every panel of four, up to order, by the definition: percentiles by hand, then the rule."""

    def at(ordered: list[int], share: float) -> float:
        place = share * (len(ordered) - 1)
        low = int(place)
        above = min(low + 1, len(ordered) - 1)
        return ordered[low] + (place - low) * (ordered[above] - ordered[low])

    for scores in product(range(1, 10), repeat=4):
        if list(scores) != sorted(scores):
            continue
        low, high = at(list(scores), 0.3), at(list(scores), 0.7)
        apart = abs(5 - (low + high) / 2)
        thirds = [sum(one in part for one in scores) / 4 for part in ((1, 2, 3), (7, 8, 9))]
        disagree = high - low > 2.35 + 1.5 * apart or min(thirds) >= 1 / 3
        assert (agreement(scores).agreed is Agreed.DISAGREE) == disagree, scores


def test_ratings_beyond_the_scale_are_refused() -> None:
    with pytest.raises(ValueError, match="1 to 9"):
        agreement([0, 5, 10])
