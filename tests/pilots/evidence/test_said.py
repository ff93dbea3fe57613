"""What the team said, beside what was measured in the same weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from pilots.evidence import page_wording
from pilots.evidence.numbers import SeriesPlan, answer
from pilots.evidence.said import Measured, agreement, in_week_of
from pilots.metrics.series import Series
from tests.pilots.evidence import series as make


def test_a_day_has_the_number_of_its_week_and_its_colour() -> None:
    found = make.ask(make.of_values(20, 10, shift=-4.0), live=20)
    day = make.FIRST + timedelta(weeks=25, days=3)
    measured = in_week_of(found, day)
    assert measured.level == found.series.values[25]
    assert measured.seen == "improvement"
    assert in_week_of(found, make.FIRST + timedelta(weeks=3)).seen == "common"


def test_a_week_without_a_number_has_none() -> None:
    series = make.of_values(20, 10)
    values = series.values.copy()
    values[25] = np.nan
    found = make.ask(replace(series, values=values), live=20)
    assert in_week_of(found, make.FIRST + timedelta(weeks=25)).level is None
    assert in_week_of(found, make.FIRST - timedelta(weeks=1)).level is None
    assert in_week_of(found, make.FIRST + timedelta(weeks=99)).level is None


def test_days_are_put_together_to_the_week_of_monday() -> None:
    days = [make.FIRST + timedelta(days=n) for n in range(28)]
    cases = np.arange(10.0, 38.0)
    over = np.full(28, 5.0)
    series = Series(days, over / cases, over, cases, cases, np.ones(28, dtype=np.int64))
    plan = SeriesPlan(proportion=True, cadence="day", direction="lower")
    measured = in_week_of(answer(series, plan), make.FIRST + timedelta(days=9))
    assert measured.level == pytest.approx(35 / cases[7:14].sum())


def test_a_month_stands_for_each_of_its_days() -> None:
    months = [date(2026, month, 1) for month in range(1, 11)]
    values = np.arange(10.0)
    series = Series(months, values, None, None, np.full(10, np.nan), np.ones(10, dtype=np.int64))
    plan = SeriesPlan(proportion=False, cadence="month", direction="lower")
    assert in_week_of(answer(series, plan), date(2026, 3, 31)).level == 2.0


def test_what_was_said_is_counted_against_what_was_seen() -> None:
    def seen(colour: str) -> Measured:
        return Measured(1.0, colour)

    found = agreement(
        [
            (True, seen("improvement")),
            (True, seen("common")),
            (True, seen("concern")),
            (True, Measured(None)),  # not measured: not counted
            (False, seen("concern")),
            (None, seen("concern")),  # "no progress" says neither
        ]
    )
    assert (found.on_track, found.in_trouble) == ((1, 1, 1), (0, 0, 1))
    said = page_wording.agreement(found, "Note time")
    assert said == (
        "In 3 entries the team said that it is on track; in these weeks Note time was better than usual"
        " 1 time, usual 1 time and worse than usual 1 time. In 1 entry the team said that it needs"
        " attention or is blocked; in that week Note time was worse than usual."
    )
    assert page_wording.agreement(agreement([]), "Note time") == ""
