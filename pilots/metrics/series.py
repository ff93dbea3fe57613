"""A metric's numbers as the statistics read them. Pure: it knows neither the database nor a language."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pilots.connectors.measurement import Cadence

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Series:
    """A metric's numbers on a gapless line of periods; NaN where a period has none.

    `numerators` and `denominators` are the counts of a proportion, or the events and the exposure of a
    rate. `values` of a proportion are shares between 0 and 1. `expected`: so many cases of the numerator
    the risks of the period's patients let expect; None where no source says.
    """

    periods: Sequence[date]
    values: Floats
    numerators: Floats | None
    denominators: Floats | None
    n: Floats
    versions: NDArray[np.int64]
    expected: Floats | None = None
    # Of a rate the denominators are in so many of the exposure: thousands of bed days where it is
    # written per 1,000 bed days. A value is always the numerator over the denominator.
    per: float = 1.0
    rate: bool = False  # events over an exposure, and no proportion

    def __len__(self) -> int:
        return len(self.periods)

    @cached_property
    def known(self) -> int:
        """How many periods have a number."""
        return int(np.isfinite(self.values).sum())

    @property
    def cases(self) -> int:
        """All cases behind the numbers, where the source says how many; of a rate its events."""
        if self.rate and self.numerators is not None:
            return int(np.nansum(self.numerators))
        return int(np.nansum(self.n)) if np.isfinite(self.n).any() else 0

    @property
    def last_period(self) -> date | None:
        known = np.flatnonzero(np.isfinite(self.values))
        return self.periods[known[-1]] if len(known) else None

    def position(self, day: date, cadence: str) -> int:
        """The place of the first period that lies wholly on or after `day`: 0 where all do, the
        length of the line where none does yet."""
        first = Cadence(cadence).starts(day)
        if first < day:
            first = Cadence(cadence).next(first)
        return bisect_left(self.periods, first)
