"""Hours given back, from a measured change and counted cases. Pure: no tables, no clock, no words.

    change of a case (hours) = −(after − before) × hours in the unit, where less is better
                             = +(after − before) × hours in the unit, where more is better
    hours of some periods    = change of a case × the cases counted in them
    their interval           = both ends of the change's interval × the same cases
    hours of many pilots     = the sum of their hours; its interval goes from the sum of the lower ends to
                               the sum of the upper ones

Positive hours were given back, negative ones were taken. The number of cases is taken as counted: it brings
nothing into the interval. All periods of a pilot share one change, so their errors are the same error, and
the ends of the parts add up to those of the whole.

Errors of several pilots are not taken as independent: they share seasons, staff and what else happens in a
hospital. The spread of a sum is at most the sum of the spreads (Minkowski), whatever they share, so for
errors that are about normal the sum of the ends holds at the level of its widest part. By the root of the sum
of squares it would be narrower, and right only for pilots that share nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Unknown(StrEnum):
    """Why the hours of a pilot are not known yet."""

    NOT_LIVE = "not_live"
    NO_NUMBERS = "no_numbers"
    NO_COMPARISON = "no_comparison"
    NO_CASES = "no_cases"


@dataclass(frozen=True)
class Hours:
    """An amount of hours with the ends of its interval; positive where time was given back."""

    estimate: float
    lower: float
    upper: float

    def times(self, cases: float) -> Hours:
        """Of so many cases.

        >>> Hours(0.1, 0.05, 0.15).times(200)
        Hours(estimate=20.0, lower=10.0, upper=30.0)
        """
        if cases < 0:
            raise ValueError("Cases are counted from none on.")
        return Hours(self.estimate * cases, self.lower * cases, self.upper * cases)

    @property
    def is_clear(self) -> bool:
        """Whether its interval is on one side of nothing."""
        return self.lower > 0 or self.upper < 0


NOTHING = Hours(0.0, 0.0, 0.0)


def of_a_case(
    estimate: float, lower: float, upper: float, *, lower_is_better: bool, hours_in_unit: float
) -> Hours:
    """What one case gives back, from the change of its time in the metric's own unit.

    >>> of_a_case(-6, -9, -3, lower_is_better=True, hours_in_unit=1 / 60)
    Hours(estimate=0.1, lower=0.05, upper=0.15)
    """
    if not lower <= estimate <= upper:
        raise ValueError("The change lies within its interval.")
    if lower_is_better:
        estimate, lower, upper = -estimate, -upper, -lower
    return Hours(estimate * hours_in_unit, lower * hours_in_unit, upper * hours_in_unit)


def together(amounts: Iterable[Hours]) -> Hours:
    """All of them, whatever their errors share.

    >>> together([Hours(10, 4, 16), Hours(-2, -3, -1)])
    Hours(estimate=8.0, lower=1.0, upper=15.0)
    """
    estimate = lower = upper = 0.0
    for one in amounts:
        estimate, lower, upper = estimate + one.estimate, lower + one.lower, upper + one.upper
    return Hours(estimate, lower, upper)


@dataclass(frozen=True)
class Counted:
    """The cases of some periods by month, and of how many periods nobody counted any."""

    by_month: Mapping[date, float]
    uncounted: int

    @property
    def cases(self) -> float:
        return sum(self.by_month.values())


def counted(
    periods: Sequence[tuple[date, date]],
    cases: Sequence[float | None],
    *,
    since: date,
    until: date | None = None,
    pauses: Sequence[tuple[date, date | None]] = (),
) -> Counted:
    """The cases of the periods (first day, first day of the next) that lie wholly on or after `since`,
    wholly before the day after `until`, and outside of every pause (from its day to that on which it ended;
    None: it goes on). A period is of the month in which it begins. One without a count gives nothing, and
    is counted as such.

    >>> weeks = [(date(2026, 3, 23), date(2026, 3, 30)), (date(2026, 3, 30), date(2026, 4, 6))]
    >>> counted(weeks, [40, None], since=date(2026, 3, 23))
    Counted(by_month={datetime.date(2026, 3, 1): 40}, uncounted=1)
    """
    by_month: dict[date, float] = defaultdict(float)
    uncounted = 0
    for (first, after), count in zip(periods, cases, strict=True):
        if first < since or (until is not None and after > _next(until)):
            continue
        if any(first <= (end or date.max) and after > start for start, end in pauses):
            continue
        if count is None:
            uncounted += 1
        else:
            by_month[first.replace(day=1)] += count
    return Counted({month: _whole(n) for month, n in sorted(by_month.items())}, uncounted)


def by_quarter(by_month: Mapping[date, Hours]) -> dict[date, Hours]:
    """Months gathered into quarters of the year, by the first day of each."""
    found: dict[date, list[Hours]] = defaultdict(list)
    for month, hours in by_month.items():
        found[quarter_of(month)].append(hours)
    return {quarter: together(found[quarter]) for quarter in sorted(found)}


def quarter_of(day: date) -> date:
    """The first day of its quarter.

    >>> quarter_of(date(2026, 11, 23))
    datetime.date(2026, 10, 1)
    """
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


@dataclass(frozen=True)
class GroupSaid:
    """What a group said when it was asked: how much of the time it felt (0 to 1), and of those who answered
    the share that named each use as where most of it went. What the shares leave was swallowed, or cannot be
    shown, and stays unknown."""

    month: date
    felt: float
    shares: Mapping[str, float]

    def part(self, use: str) -> float:
        """Of the hours, the part that went there by what was said."""
        return self.felt * self.shares.get(use, 0.0)


@dataclass(frozen=True)
class WhereItWent:
    """The hours by what was said of them. `unknown` is what nobody felt, what other work swallowed and what
    may not be shown; it is never shared out. `not_asked`: since anybody was asked last."""

    uses: Mapping[str, Hours]
    unknown: Hours
    not_asked: Hours

    @property
    def rest(self) -> Hours:
        """All that is of no use, as far as anybody knows."""
        return together((self.unknown, self.not_asked))


def where_it_went(by_month: Mapping[date, Hours], said: Sequence[GroupSaid]) -> WhereItWent:
    """Each month as the next group that was asked said of it: the uses, the unknown rest, and the months
    since. The three together are all hours.

    >>> asked = GroupSaid(date(2026, 3, 1), 0.5, {"home": 0.6})
    >>> found = where_it_went({date(2026, 2, 1): Hours(100, 50, 150)}, [asked])
    >>> found.uses["home"].estimate, found.unknown.estimate
    (30.0, 70.0)
    """
    waves = sorted(said, key=lambda one: one.month)
    uses: dict[str, list[Hours]] = defaultdict(list)
    unknown, not_asked = [], []
    for month, hours in by_month.items():
        wave = next((one for one in waves if one.month >= month), None)
        if wave is None:
            not_asked.append(hours)
            continue
        parts = {use: wave.part(use) for use in wave.shares}
        for use, part in parts.items():
            uses[use].append(hours.times(part))
        unknown.append(hours.times(max(0.0, 1 - sum(parts.values()))))
    return WhereItWent(
        {use: together(found) for use, found in uses.items()},
        together(unknown),
        together(not_asked),
    )


def gone_together(parts: Iterable[WhereItWent]) -> WhereItWent:
    """Where the hours of several pilots went: use by use, and what is unknown of each.

    >>> one = WhereItWent({"home": Hours(3, 1, 5)}, Hours(7, 2, 12), NOTHING)
    >>> both = gone_together([one, WhereItWent({}, NOTHING, Hours(4, 2, 6))])
    >>> both.uses["home"].estimate, both.rest
    (3.0, Hours(estimate=11.0, lower=4.0, upper=18.0))
    """
    parts = list(parts)
    named = dict.fromkeys(use for one in parts for use in one.uses)
    return WhereItWent(
        {use: together(one.uses[use] for one in parts if use in one.uses) for use in named},
        together(one.unknown for one in parts),
        together(one.not_asked for one in parts),
    )


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _whole(n: float) -> float:
    return int(n) if n == int(n) else n
