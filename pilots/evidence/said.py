"""What the team said beside what was measured in the same weeks. Pure, no words yet."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pilots.connectors.measurement import Cadence
from pilots.evidence.numbers import Numbers


@dataclass(frozen=True)
class Measured:
    """What a metric showed in one week: its level then, and the colour of its last point there:
    "improvement", "concern", "special", "common", or empty where nothing was judged."""

    level: float | None
    seen: str = ""


NOTHING_MEASURED = Measured(None)


def in_week_of(numbers: Numbers, day: date) -> Measured:
    """The week of that day: its number, the mean of its days, or the number of the month it lies in."""
    cadence = Cadence(numbers.question.cadence)
    first = Cadence.WEEK.starts(day) if cadence is Cadence.DAY else cadence.starts(day)
    after = first + timedelta(weeks=1) if cadence is Cadence.DAY else cadence.next(first)
    series = numbers.series
    week = slice(bisect_left(series.periods, first), bisect_left(series.periods, after))
    known = np.flatnonzero(np.isfinite(series.values[week])) + week.start
    if not len(known):
        return NOTHING_MEASURED
    if series.numerators is not None and series.denominators is not None:
        level = float(series.numerators[known].sum() / series.denominators[known].sum())
    else:
        level = float(series.values[known].mean())
    if numbers.analysis is None or not numbers.has_limits:
        return Measured(level)
    return Measured(level, str(numbers.analysis.classes[known[-1]]))


@dataclass(frozen=True)
class SaidAndMeasured:
    """In how many of the weeks of which the team said that it is on track, or that it is not, the
    metric was seen as better, as usual and as worse than before."""

    on_track: tuple[int, int, int]
    in_trouble: tuple[int, int, int]


def agreement(said: Sequence[tuple[bool | None, Measured]]) -> SaidAndMeasured:
    """`said`: whether it was on track (None: neither was said), and what was measured then."""
    counts = {True: [0, 0, 0], False: [0, 0, 0]}
    for on_track, measured in said:
        if on_track is None or not measured.seen:
            continue
        place = {"improvement": 0, "concern": 2}.get(measured.seen, 1)
        counts[on_track][place] += 1
    first, second = (tuple(counts[key]) for key in (True, False))
    return SaidAndMeasured(first, second)  # type: ignore[arg-type]  # three of each
