"""Slow, obvious hours: day by day and case by case, from the definition."""

from __future__ import annotations

from datetime import date, timedelta


def hours(
    minutes_before: float, minutes_after: float, cases: int, *, lower_is_better: bool
) -> float:
    """What so many cases gave back, one case after the other."""
    total = 0.0
    for _case in range(cases):
        change = (
            minutes_before - minutes_after if lower_is_better else minutes_after - minutes_before
        )
        total += change / 60
    return total


def counted_days(
    first: date,
    days: int,
    *,
    since: date,
    until: date | None,
    pauses: list[tuple[date, date | None]],
) -> bool:
    """Whether every single day of a period counts."""
    for step in range(days):
        day = first + timedelta(days=step)
        if day < since or (until is not None and day > until):
            return False
        for start, end in pauses:
            if day >= start and (end is None or day <= end):
                return False
    return True


def together(parts: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    """All parts, the ends beside the ends."""
    found = [0.0, 0.0, 0.0]
    for part in parts:
        for place in range(3):
            found[place] += part[place]
    return found[0], found[1], found[2]


def where(
    months: dict[date, float], waves: list[tuple[date, float, dict[str, float]]]
) -> tuple[dict[str, float], float, float]:
    """Hours by use, the unknown rest, and those of which nobody was asked: month by month, the rest taken
    away from the whole."""
    uses: dict[str, float] = {}
    unknown = not_asked = 0.0
    for month, hours in months.items():
        later = [wave for wave in waves if wave[0] >= month]
        if not later:
            not_asked += hours
            continue
        _day, felt, shares = min(later, key=lambda wave: wave[0])
        rest = hours
        for use, share in shares.items():
            uses[use] = uses.get(use, 0.0) + hours * felt * share
            rest -= hours * felt * share
        unknown += rest
    return uses, unknown, not_asked
