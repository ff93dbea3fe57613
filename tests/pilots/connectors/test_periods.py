"""Cells that name periods: one kind for another is refused, and a column decides what one cell leaves open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors.cell_values import Unreadable
from pilots.connectors.measurement import Cadence
from pilots.connectors.periods import ColumnSeen, PeriodColumn

LONDON, BERLIN = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin")
DAY, WEEK, MONTH = Cadence


def read(
    cells: list[str], cadence: Cadence, *, zone: tzinfo = UTC, name: str = "", week_days: str = ""
) -> list[date | str]:
    """Each cell as its column has it: the first day of a period, or the reason why not."""
    seen = ColumnSeen(PeriodColumn(cadence, zone=zone), name=name, week_days=week_days)
    for cell in cells:
        seen.add(cell)
    column = seen.settled()
    found: list[date | str] = []
    for cell in cells:
        try:
            found.append(column.period(cell))
        except Unreadable as refused:
            found.append(str(refused))
    return found


def months(*numbers: int, year: int = 2025) -> list[date]:
    return [date(year, number, 1) for number in numbers]


@pytest.mark.parametrize(
    ("cell", "first"),
    [
        ("2025-04", "2025-04-01"), ("2025/4", "2025-04-01"), ("2019M07", "2019-07-01"),
        ("2019-M7", "2019-07-01"), ("201906", "2019-06-01"), ("Apr-19", "2019-04-01"),
        ("Apr '19", "2019-04-01"), ("April 2019", "2019-04-01"), ("MSitAE-APRIL-2025", "2025-04-01"),
        ("2025-04-30", "2025-04-01"),
    ],
)  # fmt: skip
def test_month_is_read_in_its_spellings(cell: str, first: str) -> None:
    assert read([cell, "2024-02-01"], MONTH)[0] == date.fromisoformat(first)


@pytest.mark.parametrize(
    ("cell", "cadence", "words"),
    [
        ("2024-02", WEEK, "“2024-02” is a month, where a week is wanted."),
        ("2024-02", DAY, "a month, where a day is wanted"),
        ("2024-W11", DAY, "a week, where a day is wanted"),
        ("2024-W11", MONTH, "a week, where a month is wanted"),
        ("Q1 2024/25", MONTH, "a quarter, where a month is wanted"),
        ("2024-Q3", WEEK, "a quarter, where a week is wanted"),
        ("2024 H2", MONTH, "half a year, where a month is wanted"),
        ("45658", MONTH, "spreadsheet's day number, and would be 2025-01-01"),
    ],
)
def test_period_of_another_length_is_refused(cell: str, cadence: Cadence, words: str) -> None:
    (said, other) = read([cell, "2024-03-04"], cadence)
    assert words in str(said)
    assert other == cadence.starts(date(2024, 3, 4))


def test_month_among_weeks_is_no_week() -> None:
    cells = ["2024-01-08", "2024-01-15", "2024-02", "2024-03-04", "2024-W11"]
    found = read(cells, WEEK)
    assert [one for one in found if isinstance(one, date)] == [
        date(2024, 1, 8), date(2024, 1, 15), date(2024, 3, 4), date(2024, 3, 11),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cells",
    [
        ["2008-09", "2009-10", "2010-11", "2011-12", "2012-13"],
        ["2009-10", "2010-11"],
        ["2013/14", "2012/13", "TOTAL", "2009/10"],
        ["2012-2013", ""],
        ["FY2009-10", "FY2010-11"],
    ],
)
def test_no_month_is_made_of_a_financial_year(cells: list[str]) -> None:
    for cell, found in zip(cells, read(cells, MONTH), strict=True):
        if cell not in ("", "TOTAL"):
            assert found == f"“{cell}” is a financial year, where a month is wanted."


def test_months_that_look_like_financial_years_stay_months_among_others() -> None:
    assert read(["2010-10", "2010-11", "2010-12"], MONTH) == months(10, 11, 12, year=2010)


def test_one_cell_that_may_be_either_is_asked() -> None:
    (said,) = read(["2010-11"], MONTH)
    assert "may be a month or a financial year" in str(said)


SUNDAYS = ["2025-01-05", "2025-01-12", "2025-01-19", "2025-01-26"]


@pytest.mark.parametrize("name", ["week_start", "Week commencing", "w/c", "from"])
def test_week_from_sunday_is_the_week_that_holds_most_of_its_days(name: str) -> None:
    assert read(SUNDAYS, WEEK, name=name) == [date(2025, 1, d) for d in (6, 13, 20, 27)]


@pytest.mark.parametrize("name", ["week_ending", "Week ended", "w/e"])
def test_week_until_sunday_is_its_own(name: str) -> None:
    assert read(SUNDAYS, WEEK, name=name) == [
        date(2024, 12, 30), date(2025, 1, 6), date(2025, 1, 13), date(2025, 1, 20),
    ]  # fmt: skip


def test_weeks_of_which_nobody_says_what_their_day_is_are_asked() -> None:
    assert all("named by Sundays" in str(one) for one in read(SUNDAYS, WEEK, name="week"))
    assert read(SUNDAYS, WEEK, name="week", week_days="first")[0] == date(2025, 1, 6)
    assert read(SUNDAYS, WEEK, name="week", week_days="last")[0] == date(2024, 12, 30)


def test_days_of_many_weekdays_are_days() -> None:
    assert read(["2025-01-05", "2025-01-06"], WEEK) == [date(2024, 12, 30), date(2025, 1, 6)]


def test_midnights_of_here_written_elsewhere_are_days_of_here() -> None:
    cells = [
        "2025-02-28T00:00:00Z", "2025-03-31T23:00:00Z", "2025-04-30T23:00:00Z",
        "2025-05-31T23:00:00Z", "2025-06-30T23:00:00Z",
    ]  # fmt: skip
    assert read(cells, MONTH, zone=LONDON) == months(2, 4, 5, 6, 7)
    assert read(
        ["2025-02-28T23:00:00.000Z", "2025-03-31T22:00:00.000Z", "2025-04-30T22:00:00.000Z"],
        MONTH,
        zone=BERLIN,
    ) == months(3, 4, 5)


def test_midnights_as_they_are_written_stay_on_their_day_wherever_this_is() -> None:
    cells = ["2025-03-01T00:00:00Z", "2025-04-01T00:00:00+00:00", "2025-05-01T00:00:00Z"]
    for zone in (ZoneInfo("America/Chicago"), LONDON, UTC, ZoneInfo("Pacific/Auckland")):
        assert read(cells, MONTH, zone=zone) == months(3, 4, 5)


def test_midnights_of_a_third_place_are_asked() -> None:
    cells = ["2025-02-28T23:00:00Z", "2025-03-31T22:00:00Z"]
    for said in read(cells, MONTH, zone=ZoneInfo("America/Chicago")):
        assert "midnights of another time zone" in str(said)


def test_moments_of_one_early_hour_are_on_the_same_day_wherever_they_are_midnights() -> None:
    cells = ["2025-03-31T06:00:00Z", "2025-04-01T05:00:00Z"]
    assert read(cells, DAY, zone=UTC) == [date(2025, 3, 31), date(2025, 4, 1)]


def test_months_written_with_the_day_first_decide_that_there_are_no_financial_years() -> None:
    seen = ColumnSeen(PeriodColumn(MONTH, "day_first"))
    seen.add("31/03/2025")
    assert seen.is_done


def test_moments_of_every_hour_are_days_of_here() -> None:
    cells = ["2025-03-31T22:30:00Z", "2025-04-02T08:12:00Z"]
    assert read(cells, DAY, zone=BERLIN) == [date(2025, 4, 1), date(2025, 4, 2)]


def test_seconds_since_1970_are_moments() -> None:
    assert read(["1736121600", "1736726400000"], WEEK, zone=BERLIN) == [
        date(2025, 1, 6),
        date(2025, 1, 13),
    ]


@given(
    st.sampled_from([LONDON, BERLIN, ZoneInfo("America/Chicago"), ZoneInfo("Asia/Kolkata")]),
    st.dates(date(2000, 1, 1), date(2040, 12, 1)),
    st.integers(2, 30),
)
def test_local_midnights_of_any_months_come_back_as_those_months(
    zone: ZoneInfo, first: date, how_many: int
) -> None:
    wanted = [
        date(first.year + (first.month + n - 1) // 12, (first.month + n - 1) % 12 + 1, 1)
        for n in range(how_many)
    ]
    cells = [
        datetime(one.year, one.month, 1, tzinfo=zone).astimezone(UTC).isoformat() for one in wanted
    ]
    assert read(cells, MONTH, zone=zone) == wanted


@given(st.dates(date(1990, 1, 1), date(2080, 1, 1)), st.integers(0, 6), st.sampled_from("fl"))
def test_a_week_of_any_first_day_is_the_one_from_monday_that_shares_most_of_its_days(
    any_day: date, weekday: int, said: str
) -> None:
    first = any_day - timedelta(days=(any_day.weekday() - weekday) % 7)
    day = first if said == "f" else first + timedelta(days=6)
    cells = [(day + timedelta(weeks=n)).isoformat() for n in range(3)]
    (found, *_rest) = read(cells, WEEK, week_days="first" if said == "f" else "last")
    assert isinstance(found, date)
    own = {first + timedelta(days=n) for n in range(7)}
    shared = {
        monday: len(own & {monday + timedelta(days=n) for n in range(7)})
        for monday in (found - timedelta(days=7), found, found + timedelta(days=7))
    }
    assert max(shared, key=lambda monday: shared[monday]) == found


@given(st.lists(st.text(max_size=20), max_size=8), st.sampled_from(list(Cadence)))
def test_whatever_a_column_holds_each_cell_is_a_period_or_refused(
    cells: list[str], cadence: Cadence
) -> None:
    for found in read(cells, cadence):
        assert found
        if isinstance(found, date):
            assert found == cadence.starts(found)
