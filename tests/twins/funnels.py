"""Slow, obvious sites: what each had in its window, week by week."""

from __future__ import annotations

from datetime import date


def totals(
    weeks: list[tuple[date, float, float]], *, since: date, until: date | None
) -> tuple[float, float]:
    """Events and cases of (first day, events, cases) in the weeks from a day to before another."""
    events = cases = 0.0
    for day, x, n in weeks:
        if day >= since and (until is None or day < until) and n > 0:
            events += x
            cases += n
    return events, cases
