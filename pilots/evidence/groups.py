"""Groups of the patients: how far each is from the others, and whether that widened. Pure.

The gap of a group is its number less that of everybody else, period by period. What is compared
before and since go-live is the gap, with the intervals of the verdict, which hold at every look;
what moved both alike is not in it. The error is kept over all groups of a metric (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pilots.evidence.numbers import PILOTS_ERROR, Numbers, baseline_of, settled_at
from pilots.metrics.series import Floats, Series
from pilots.statistics.before_after import Halves, halves_of_values
from pilots.statistics.effects import MIN_AFTER, MIN_EVENTS, MIN_UNITS, Effect, effect
from pilots.statistics.series import Bools

# Counts that differ by less are the same number.
HAIR = 1e-9


class GapChange(StrEnum):
    """What became of a gap since go-live."""

    WIDENED = "widened"
    NARROWED = "narrowed"
    TURNED = "turned"  # it lies the other way now, and is larger than it was
    UNCLEAR = "unclear"
    REFUSED = "refused"


@dataclass(frozen=True, eq=False)
class Group:
    """The numbers of a group; `same`: which points count what its last one counts, None where all do."""

    label: str
    series: Series
    same: Bools | None = None


@dataclass(frozen=True, eq=False)
class Gap:
    """A group beside the others. `effect` is of the gap: `before` and `after` are the gaps, the
    estimate is their change. The four levels are weighted as the gap is, so that they differ by it."""

    label: str
    # Whether the others are all who are not in the group; else they are all, itself included.
    apart: bool
    effect: Effect
    before: float | None
    others_before: float | None
    now: float | None
    others_now: float | None
    cases: int
    # Whether its numbers are too few to speak of it first.
    small: bool
    # Point by point, on the periods of the metric.
    values: Floats
    others: Floats

    @property
    def size(self) -> float:
        """How large it is now, or was before where nothing is known since."""
        gap = self.effect.before if self.effect.after is None else self.effect.after
        return 0.0 if gap is None else abs(gap)

    @property
    def wider(self) -> Effect:
        """The change as it is read: above zero where it became wider, in the way that it lies now."""
        effect = self.effect
        if effect.after is None or effect.after >= 0 or effect.estimate is None:
            return effect
        return replace(
            effect,
            estimate=-effect.estimate,
            lower=None if effect.upper is None else -effect.upper,
            upper=None if effect.lower is None else -effect.lower,
        )

    @property
    def change(self) -> GapChange:
        before, after = self.effect.before, self.effect.after
        if self.effect.lower is None or before is None or after is None:
            return GapChange.REFUSED
        if not self.effect.excludes_zero:
            return GapChange.UNCLEAR
        if abs(after) <= abs(before):
            return GapChange.NARROWED
        return GapChange.WIDENED if before * after >= 0 else GapChange.TURNED


@dataclass(frozen=True, eq=False)
class Gaps:
    """The groups of a metric, the largest gap first; what is counted otherwise than the metric is by
    its name in `unlike`."""

    gaps: tuple[Gap, ...]
    unlike: tuple[str, ...]
    periods: Sequence[date]

    @property
    def largest(self) -> Gap | None:
        return next((gap for gap in self.gaps if not gap.small and gap.size), None)


def gaps(numbers: Numbers, groups: Sequence[Group], *, of: int | None = None) -> Gaps:
    """Each group of the metric of these numbers beside the others. `of`: how many groups it has in
    all, where some of them are not shown."""
    whole = numbers.series
    level = 1 - PILOTS_ERROR / max(of or len(groups), 1)
    before, after = _sides(numbers)
    found, unlike = [], []
    for group in groups:
        placed = _placed(group, whole, numbers.question.cadence)
        if placed is None:
            unlike.append(group.label)
            continue
        if numbers.question.proportion:
            found.append(_of_shares(group.label, placed, whole, before, after, level))
        else:
            found.append(_of_values(group.label, placed, whole, before, after, level))
    found.sort(key=lambda gap: (gap.small, -gap.size))
    return Gaps(tuple(found), tuple(unlike), whole.periods)


def _sides(numbers: Numbers) -> tuple[Bools, Bools]:
    """The points from before and those since go-live that the verdict compares."""
    series, question = numbers.series, numbers.question
    before, after = np.zeros((2, len(series)), dtype=bool)
    before[baseline_of(series, question, numbers.go_live)[0]] = True
    since = settled_at(series, question, numbers.go_live)
    if since is not None:
        after[since:] = True
        before[since:] = False
    if numbers.design.same is not None:
        before, after = before & numbers.design.same, after & numbers.design.same
    return before, after


@dataclass(frozen=True, eq=False)
class _Columns:
    """Values, counts and cases of a group on the periods of the metric."""

    values: Floats
    over: Floats | None
    under: Floats


def _placed(group: Group, whole: Series, cadence: str) -> _Columns | None:
    """None where it is a share and the metric is none, or the other way round."""
    series = group.series
    if series.known and (series.numerators is None) != (whole.numerators is None):
        return None
    places = {period: place for place, period in enumerate(whole.periods)}
    at: NDArray[np.int64] = np.array(
        [places.get(period, -1) for period in series.periods], dtype=np.int64
    )
    kept = at >= 0
    if group.same is not None:
        kept &= group.same

    def spread(column: Floats) -> Floats:
        line = np.full(len(whole), np.nan)
        line[at[kept]] = column[kept]
        return line

    if series.numerators is None or series.denominators is None:
        return _Columns(spread(series.values), None, spread(series.n))
    over, under = spread(series.numerators), spread(series.denominators)
    under[~(under > 0)] = np.nan
    return _Columns(over / under, over, under)


def _of_shares(
    label: str, group: _Columns, whole: Series, before: Bools, after: Bools, level: float
) -> Gap:
    assert whole.numerators is not None and whole.denominators is not None
    over = np.full(len(whole), np.nan) if group.over is None else group.over
    under = group.under
    others_over, others_under = whole.numerators - over, whole.denominators - under
    there = np.isfinite(others_over) & np.isfinite(others_under)
    apart = bool(
        (others_over[there] >= -HAIR).all()
        and (others_under[there] - others_over[there] >= -HAIR).all()
    )
    if not apart:
        others_over, others_under = whole.numerators.copy(), whole.denominators.copy()
    others_under = np.where(others_under > HAIR, others_under, np.nan)
    values, others = over / under, np.clip(others_over / others_under, 0, 1)
    sides = []
    for side in (before, after):
        used = side & np.isfinite(values) & np.isfinite(others)
        columns = (over, under), (others_over, others_under)
        totals = [(float(x[used].sum()), float(n[used].sum())) for x, n in columns]
        variance = sum(
            level_of * (1 - level_of) / n
            for (x, cases), (_over, n) in zip(totals, columns, strict=True)
            # One event and one case without more, as in the verdict.
            for level_of in [(x + 1) / (cases + 2)]
        )
        sides.append((used, totals, np.where(used, 1 / variance, np.nan)))
    gap = values - others
    events = [sum(totals[part][0] for _u, totals, _w in sides) for part in (0, 1)]
    cases = [sum(totals[part][1] for _u, totals, _w in sides) for part in (0, 1)]
    (used, totals, weights), (used_now, totals_now, weights_now) = sides
    # The side that its size is read from.
    units = min(n for _x, n in (totals_now if used_now.any() else totals))
    rarer = min(events + [n - x for x, n in zip(events, cases, strict=True)])
    halves = Halves(
        np.where(used, gap, np.nan)[np.newaxis],
        np.where(used_now, gap, np.nan)[np.newaxis],
        weights[np.newaxis],
        weights_now[np.newaxis],
        np.array([min(n for _x, n in totals)]),
        np.array([min(n for _x, n in totals_now)]),
        np.array([min(events)]),
        np.array([min(n - x for x, n in zip(events, cases, strict=True))]),
    )
    return Gap(
        label,
        apart,
        effect(halves, level=level),
        _mean(values, weights),
        _mean(others, weights),
        _mean(values, weights_now),
        _mean(others, weights_now),
        int(cases[0]),
        units < MIN_UNITS or rarer < MIN_EVENTS,
        values,
        others,
    )


def _of_values(
    label: str, group: _Columns, whole: Series, before: Bools, after: Bools, level: float
) -> Gap:
    values, cases = group.values, group.under
    rest = whole.n - cases
    there = np.isfinite(values) & np.isfinite(whole.values)
    # Without the cases behind each of them nobody knows what the others alone have.
    apart = bool(there.any() and (rest[there] > HAIR).all() and (cases[there] > 0).all())
    others = whole.values
    if apart:
        others = (whole.n * whole.values - cases * values) / np.where(rest > HAIR, rest, np.nan)
        # The difference of two means varies as one mean of so many cases does.
        alike = 1 / (1 / np.where(cases > 0, cases, np.nan) + 1 / np.where(rest > 0, rest, np.nan))
    else:
        alike = cases
    gap = values - others
    sides = [np.where(side & np.isfinite(gap), 1.0, np.nan) for side in (before, after)]
    halves = halves_of_values(
        (gap * sides[0])[np.newaxis],
        (gap * sides[1])[np.newaxis],
        cases_before=(alike * sides[0])[np.newaxis],
        cases_after=(alike * sides[1])[np.newaxis],
    )
    used = np.isfinite(sides[0]) | np.isfinite(sides[1])
    return Gap(
        label,
        apart,
        effect(halves, level=level),
        _mean(values, sides[0]),
        _mean(others, sides[0]),
        _mean(values, sides[1]),
        _mean(others, sides[1]),
        int(np.nansum((cases if group.over is None else group.over)[used])),
        int(np.isfinite(sides[1] if np.isfinite(sides[1]).any() else sides[0]).sum()) < MIN_AFTER,
        values,
        np.asarray(others),
    )


def _mean(values: Floats, weights: Floats) -> float | None:
    there = np.isfinite(values) & np.isfinite(weights)
    if not there.any():
        return None
    return float((values[there] * weights[there]).sum() / weights[there].sum())
