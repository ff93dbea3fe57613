"""Points and commas: decided by all numbers of a series, or asked; never a number a thousand times too large."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import csv_table
from pilots.connectors.measurement import (
    Cadence,
    MeasureKind,
    Measurement,
    Rejected,
    RowCounts,
    Window,
)
from pilots.connectors.rows import MappedRow, Rules, SeriesBuilder

WINDOW = Window(date(2024, 1, 1), date(2026, 1, 1))


def read(cells: Sequence[object], *, mark: str = "") -> list[str]:
    """What becomes of the values of a month each: the number, or the reason why not."""
    series = SeriesBuilder(
        Rules(Cadence.MONTH, MeasureKind.VALUE, decimal_mark=mark), WINDOW, RowCounts()
    )
    rows = [
        MappedRow(n, f"{2024 + n // 12}-{n % 12 + 1:02}", value=cell)
        for n, cell in enumerate(cells)
    ]
    series.look_at(rows)
    for row in rows:
        series.add(row)
    found = {one.line: one.reason for one in refused(series)}
    good = {one.period: f"{one.value:f}" for one in found_of(series)}
    return [
        found.get(n) or good[date(2024 + n // 12, n % 12 + 1, 1)] for n, _cell in enumerate(cells)
    ]


def refused(series: SeriesBuilder) -> list[Rejected]:
    return [one for one in series.close() if isinstance(one, Rejected)]


def found_of(series: SeriesBuilder) -> list[Measurement]:
    return [one for one in series.close() if isinstance(one, Measurement)]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["0,125", "0,130", "0,118"], ["0.125", "0.13", "0.118"]),
        (["1,012", "0,985"], ["1.012", "0.985"]),
        (["12,345", "11,9"], ["12.345", "11.9"]),
        (["1.234,5", "12.345"], ["1234.5", "12345"]),
        (["0.985", "1.012", "1.0"], ["0.985", "1.012", "1"]),
        (["1.012", "1.107"], ["1.012", "1.107"]),
        (["1,234.5", "12,345"], ["1234.5", "12345"]),
        (["1,234,567", "12,345"], ["1234567", "12345"]),
        (["85%", "86 %"], ["85", "86"]),
        ([1.012, "0,5"], ["1.012", "0.5"]),  # a number of JSON is written in one way
    ],
)
def test_numbers_are_read_as_the_whole_column_shows(cells: list[object], values: list[str]) -> None:
    assert read(cells) == values
    assert read(cells[::-1]) == values[::-1]


def test_numbers_that_may_be_either_are_asked() -> None:
    for said in read(["12,345", "11,980", "12,002"]):
        assert "Choose how numbers are written" in said
    assert read(["12,345", "11,980"], mark=",") == ["12.345", "11.98"]
    assert read(["12,345", "11,980"], mark=".") == ["12345", "11980"]


def test_what_speaks_against_its_column_is_refused() -> None:
    good, bad = read(["1.5", "2,5"])
    assert (good, "decimal comma" in bad) == ("1.5", True)


def test_percentages_among_other_numbers_are_refused_with_them() -> None:
    for said in read(["85%", "86%", "0.87", "88 %", "0.9"]):
        assert "percentages and others are not" in said


@pytest.mark.parametrize("cells", [("3.5", "50"), ("0.85", "1"), ("85.2", "100.5")])
def test_parts_of_a_case_are_no_counts(cells: tuple[str, str]) -> None:
    series = SeriesBuilder(Rules(Cadence.MONTH, MeasureKind.PROPORTION), WINDOW, RowCounts())
    series.add(MappedRow(2, "2025-01", numerator=cells[0], denominator=cells[1]))
    (said,) = refused(series)
    assert "no parts of one" in said.reason


def test_counts_have_no_decimals_so_their_mark_sets_thousands_apart() -> None:
    for cell in ("1,204", "1.204"):
        series = SeriesBuilder(Rules(Cadence.MONTH, MeasureKind.PROPORTION), WINDOW, RowCounts())
        series.add(MappedRow(2, "2025-01", numerator="4", denominator=cell))
        (found,) = found_of(series)
        assert found.denominator == 1204


def test_every_organisation_is_read_as_the_whole_file_shows() -> None:
    content = "Monat;Ort;Minuten\n2025-01;QX1;12,345\n2025-01;QX2;11,9\n2025-02;QX1;12,002\n"
    config = {"date": "Monat", "value": "Minuten", "entity_column": "Ort"}
    found = csv_table.observe_each(
        config, content.encode(), WINDOW, cadence="month", measure="value", counts=RowCounts()
    )
    values = [one.value for _entity, one in found if isinstance(one, Measurement)]
    assert values == [Decimal("12.345"), Decimal("12.002"), Decimal("11.9")]


@given(
    st.lists(st.decimals(0, 9_999_999, places=3), min_size=1, max_size=12),
    st.sampled_from([(".", ","), (",", "."), (",", "")]),
)
def test_numbers_of_a_column_are_read_right_or_asked(
    numbers: list[Decimal], marks: tuple[str, str]
) -> None:
    decimal, group = marks
    cells = [
        f"{one:,.3f}".replace(",", "_").replace(".", decimal).replace("_", group) for one in numbers
    ]
    for cell, one, found in zip(cells, numbers, read(cells), strict=True):
        if found[0].isdigit():
            assert Decimal(found) == one, cell
        else:
            assert "Choose how numbers are written" in found
