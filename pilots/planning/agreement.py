"""How far people who rated something from 1 to 9 agree, in the manner of RAND/UCLA. Pure.

Important where the median lies in 7 to 9 and they do not disagree, unimportant in 1 to 3, uncertain else or
where they disagree. They disagree where the range between the 30th and the 70th percentile is wider than
what symmetry allows it at that distance from the middle of the scale: IPR > IPRAS = 2.35 + 1.5 · |5 − centre
of the IPR|. And, as of a panel of nine, where a third or more gave 1 to 3 and a third or more 7 to 9: the
range of a few ratings hides the one who says no.

Source: Fitch, Bernstein, Aguilar et al., The RAND/UCLA Appropriateness Method User's Manual (2001), chapter 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

LOWEST, HIGHEST, MIDDLE = 1, 9, 5
# Fewer say nothing of agreement.
FEWEST = 3
_SYMMETRIC, _CORRECTION = 2.35, 1.5


class Agreed(StrEnum):
    IMPORTANT = "important"
    UNCERTAIN = "uncertain"
    UNIMPORTANT = "unimportant"
    DISAGREE = "disagree"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class Agreement:
    """What so many ratings come to: `low` and `high` are the 30th and the 70th percentile; None of all
    where nobody rated."""

    count: int
    median: float | None
    low: float | None
    high: float | None
    agreed: Agreed


def agreement(scores: Sequence[int]) -> Agreement:
    """Median, spread and agreement of some ratings.

    >>> agreement([7, 8, 8, 9, 7]).agreed.value, agreement([1, 2, 5, 8, 9, 9, 1]).agreed.value
    ('important', 'disagree')
    """
    if any(not LOWEST <= score <= HIGHEST for score in scores):
        raise ValueError(f"A rating is from {LOWEST} to {HIGHEST}.")
    if not scores:
        return Agreement(0, None, None, None, Agreed.TOO_FEW)
    low, median, high = (float(at) for at in np.percentile(scores, [30, 50, 70]))
    if len(scores) < FEWEST:
        return Agreement(len(scores), median, low, high, Agreed.TOO_FEW)
    allowed = _SYMMETRIC + _CORRECTION * abs(MIDDLE - (low + high) / 2)
    ends = (sum(score <= 3 for score in scores), sum(score >= 7 for score in scores))
    if high - low > allowed or 3 * min(ends) >= len(scores):
        agreed = Agreed.DISAGREE
    elif median >= 7:
        agreed = Agreed.IMPORTANT
    else:
        agreed = Agreed.UNIMPORTANT if median <= 3 else Agreed.UNCERTAIN
    return Agreement(len(scores), median, low, high, agreed)
