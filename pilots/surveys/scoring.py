"""How the answers of one person become a score, and many scores a mean.

A score is kept in whole points of the total over all items, so that it stands on a fixed grid. Where
items are missing, as many as the instrument allows, the total is what the answered ones make of it
(the person's own mean for the missing), rounded to a whole point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True)
class Scale:
    lowest: int
    highest: int

    def turned(self, value: int) -> int:
        """A value of an item where a high answer is the bad one."""
        return self.lowest + self.highest - value


@dataclass(frozen=True)
class Spread:
    """What many scores are together; `sd` is that of the sample, None for fewer than two."""

    n: int
    mean: float
    sd: float | None


def points(values: Sequence[int], *, items: int) -> int:
    """The total of a person who answered these of so many items, already turned.

    >>> points([4, 4, 5], items=3), points([4, 5], items=3)
    (13, 14)
    """
    return round(sum(values) * items / len(values))


def spread(histogram: Mapping[int, int], *, per: float = 1) -> Spread | None:
    """Mean and deviation of a histogram, each value divided by `per`.

    >>> spread({5: 1, 10: 1, 15: 1}, per=5)
    Spread(n=3, mean=2.0, sd=1.0)
    """
    middle = mean(histogram)
    if middle is None:
        return None
    n = sum(histogram.values())
    squares = sum((value - middle) ** 2 * times for value, times in histogram.items())
    return Spread(n, middle / per, sqrt(squares / (n - 1)) / per if n > 1 else None)


def mean(histogram: Mapping[int, int]) -> float | None:
    """Of all values; None where there are none."""
    n = sum(histogram.values())
    return sum(value * times for value, times in histogram.items()) / n if n else None
