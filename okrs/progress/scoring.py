"""How far a key result has come, from numbers alone."""

from decimal import Decimal


def score(start: Decimal, target: Decimal, measured: Decimal | None) -> Decimal | None:
    """The share of the way from start to target that was measured, within 0 and 1.

    None where nothing was measured: an intention has no score.
    """
    if measured is None:
        return None
    way = (measured - start) / (target - start)
    return max(Decimal(0), min(Decimal(1), way))
