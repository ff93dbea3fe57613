"""Cells: what is a number or a date, and what is refused because it could be two."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import cell_values
from pilots.connectors.cell_values import Unreadable
from pilots.connectors.measurement import Cadence, Window


@pytest.mark.parametrize(
    ("cell", "mark", "expected"),
    [
        ("12", ".", "12"),
        (" 12.50 ", ".", "12.5"),
        ("21289.0", ".", "21289"),
        ("1,234", ".", "1234"),
        ("1,234,567.8", ".", "1234567.8"),
        ("1\u202f234\u202f567", ".", "1234567"),
        ("1'234.5", ".", "1234.5"),
        ("12 %", ".", "12"),
        ("12.5%", ".", "12.5"),
        ("+3", ".", "3"),
        ("1e3", ".", "1000"),
        ("2.5E-3", ".", "0.0025"),
        (".5", ".", "0.5"),
        ("-0", ".", "0"),
        ("1.234,5", ",", "1234.5"),
        ("1.234.567", ",", "1234567"),
        ("0,25", ",", "0.25"),
        ("0.985", ".", "0.985"),
        ("1.012", ".", "1.012"),
        ("0,125", ",", "0.125"),
        ("12,345", ",", "12.345"),
        ("12", ",", "12"),
        (12, ".", "12"),
        (0.1, ".", "0.1"),
        (0.30000000000000004, ".", "0.3"),
        (1e-9, ".", "0.000000001"),
        (999999999999999, ".", "999999999999999"),
        ("0.1234567890123456789", ".", "0.123456789012"),
    ],
)
def test_read_number_as_written(cell: Any, mark: str, expected: str) -> None:
    value = cell_values.number(cell, "value", decimal_mark=mark)
    assert f"{value:f}" == expected


@pytest.mark.parametrize(
    ("cell", "mark", "words"),
    [
        ("1.234,5", ".", "decimal comma"),
        ("12,5", ".", "decimal comma"),
        ("1,23", ".", "decimal comma"),
        ("0,125", ".", "decimal comma"),
        ("1.234.567", ".", "decimal comma"),
        ("1,234,567", ",", "decimal point"),
        ("1,234.5", ",", "decimal point"),
        ("1.5", ",", "point where it cannot"),
        ("", ".", "empty"),
        ("   ", ".", "empty"),
        ("NaN", ".", "not a number"),
        ("-inf", ".", "not a number"),
        ("Infinity", ".", "not a number"),
        ("1e309", ".", "larger than any real"),
        ("9" * 20, ".", "larger than any real"),
        ("1e15", ".", "larger than any real"),
        ("9" * 500, ".", "too long"),
        ("-1", ".", "negative"),
        ("12\0", ".", "zero character"),
        ("0x1F", ".", "not a number"),
        ("1_000", ".", "not a number"),
        ("١٢", ".", "not a number"),
        ("twelve", ".", "not a number"),
        ("1 2", ".", "not a number"),
        ("12-13", ".", "not a number"),
        ("=1+1", ".", "not a number"),
        (float("nan"), ".", "not a number"),
        (float("inf"), ".", "not a number"),
        (10**400, ".", "larger than any real"),
        (True, ".", "not a number"),
        (None, ".", "not a number"),
        ([1], ".", "not a number"),
        ({"value": 1}, ".", "not a number"),
    ],
)
def test_read_number_that_is_none_or_two_is_refused(cell: Any, mark: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        cell_values.number(cell, "value", decimal_mark=mark)


def test_read_count_refuses_a_percentage() -> None:
    with pytest.raises(Unreadable, match="a count is needed"):
        cell_values.number("12 %", "numerator", count=True)


def test_read_negative_where_it_is_allowed() -> None:
    assert cell_values.number("-1.5", "value", negative_ok=True) == Decimal("-1.5")


@pytest.mark.parametrize(
    ("cell", "date_format", "expected"),
    [
        ("2026-03-31", "iso", "2026-03-31"),
        ("2026-03-31T23:59:59Z", "iso", "2026-03-31"),
        ("2026-03-31 00:00:00", "iso", "2026-03-31"),
        ("2026/3/31", "iso", "2026-03-31"),
        ("20260331", "iso", "2026-03-31"),
        ("2026-03", "iso", "2026-03-01"),
        ("Mar 2026", "iso", "2026-03-01"),
        ("september 2026", "iso", "2026-09-01"),
        ("Mar-2026", "iso", "2026-03-01"),
        ("31 March 2026", "iso", "2026-03-31"),
        ("2026-W14", "iso", "2026-03-30"),
        ("03/04/2026", "day_first", "2026-04-03"),
        ("03/04/2026", "month_first", "2026-03-04"),
        ("3.4.2026", "day_first", "2026-04-03"),
        ("2026-04-03", "day_first", "2026-04-03"),
    ],
)
def test_read_day_as_written(cell: str, date_format: str, expected: str) -> None:
    assert cell_values.day(cell, date_format=date_format).isoformat() == expected


@pytest.mark.parametrize(
    ("cell", "date_format", "words"),
    [
        ("03/04/2026", "iso", "day or with the month"),
        ("2026-02-30", "iso", "no such day"),
        ("2026-13", "iso", "no such day"),
        ("2026-W60", "iso", "no such day"),
        ("31/02/2026", "day_first", "no such day"),
        ("25/12/2026", "month_first", "no such day"),
        ("03/04/26", "day_first", "not a date"),
        ("0026-03-31", "iso", "year 26"),
        ("", "iso", "empty"),
        ("soon", "iso", "not a date"),
        ("Foo 2026", "iso", "not a date"),
        ("45292", "iso", "not a date"),
        ("2026-03-31\0", "iso", "zero character"),
        ("x" * 100, "iso", "too long"),
        (20260331, "iso", "not text"),
        (None, "iso", "not text"),
    ],
)
def test_read_day_that_is_none_or_two_is_refused(cell: Any, date_format: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        cell_values.day(cell, date_format=date_format)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(Cadence))
def test_every_day_lies_in_exactly_one_period(day: date, cadence: Cadence) -> None:
    start = cadence.starts(day)
    assert start <= day < cadence.next(start)
    assert cadence.starts(start) == start
    assert cadence.starts(cadence.next(start)) == cadence.next(start)


def test_periods_of_a_window_are_the_whole_ones() -> None:
    window = Window(date(2026, 11, 4), date(2026, 11, 25))
    assert list(Cadence.WEEK.periods(window)) == [
        (date(2026, 11, 9), date(2026, 11, 16)),
        (date(2026, 11, 16), date(2026, 11, 23)),
    ]
    assert list(Cadence.MONTH.periods(window)) == []


@given(st.text(max_size=30) | st.floats() | st.integers() | st.none() | st.binary(max_size=5))
def test_read_number_of_anything_is_storable_or_refused(cell: Any) -> None:
    for mark in (".", ","):
        try:
            value = cell_values.number(cell, "value", decimal_mark=mark)
        except Unreadable as refused:
            assert str(refused)
        else:
            assert value.is_finite() and 0 <= value < cell_values.LARGEST
            assert value == value.quantize(cell_values.PLACES)


@given(st.text(max_size=30) | st.from_regex(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", fullmatch=True))
def test_read_day_of_anything_is_a_day_or_refused(cell: str) -> None:
    for date_format in ("iso", "day_first", "month_first"):
        try:
            assert isinstance(cell_values.day(cell, date_format=date_format), date)
        except Unreadable as refused:
            assert str(refused)
