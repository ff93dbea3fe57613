"""A column for each month is a row for each month."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import csv_table, table
from pilots.connectors.measurement import Measurement, Rejected, RowCounts, Window
from tests.probes import examples

WINDOW = Window(date(2020, 1, 1), date(2027, 1, 1))
VALUES = {"date": "Period", "entity_column": "code", "value": "Value"}
Read = tuple[dict[tuple[str, date], Measurement], list[tuple[str, Rejected]], RowCounts]


def each(lines: Sequence[Sequence[object]], config: dict[str, Any], measure: str = "value") -> Read:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    counts = RowCounts()
    measured, refused = {}, []
    for entity, item in csv_table.observe_each(
        config, out.getvalue().encode(), WINDOW, cadence="month", measure=measure, counts=counts
    ):
        if isinstance(item, Measurement):
            measured[entity, item.period] = item
        else:
            refused.append((entity, item))
    assert counts.accepted + counts.refused + counts.outside + counts.filtered == counts.received
    return measured, refused, counts


@examples(60)
@given(
    grid=st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 99)), min_size=4, max_size=4), min_size=1, max_size=5
    ),
    months=st.sampled_from(
        [
            ("Jan-25", "Feb-25", "Mar-25", "Apr-25"),
            ("January 2025", "February 2025", "March 2025", "April 2025"),
            ("2025-01", "2025-02", "2025-03", "2025-04"),
            ("2025M01", "2025M02", "2025M03", "2025M04"),
            ("01/01/2025", "01/02/2025", "01/03/2025", "01/04/2025"),
        ]
    ),
    titles=st.sampled_from([[], [("Title:", "Waits", "", "", "", "")]]),
)  # fmt: skip
def test_months_as_columns_are_rows(
    grid: list[list[int | None]], months: tuple[str, ...], titles: list[tuple[str, ...]]
) -> None:
    rows = [(f"Q{at}", "North", *numbers) for at, numbers in enumerate(grid)]
    config = {**VALUES, "date_format": "day_first", "keep_totals": True}
    measured, refused, counts = each([*titles, ("code", "name", *months), *rows], config)
    expected = {
        (f"Q{at}", date(2025, month, 1)): Decimal(number)
        for at, numbers in enumerate(grid)
        for month, number in enumerate(numbers, start=1)
        if number is not None
    }
    assert {place: one.value for place, one in measured.items()} == expected
    # A row without any number is named, not lost.
    empty = {f"Q{at}" for at, numbers in enumerate(grid) if all(n is None for n in numbers)}
    assert {entity for entity, _ in refused} == empty
    assert "turned into rows" in " ".join(counts.notes)


@pytest.mark.parametrize(
    "header",
    [
        [("code", "Jan-25 late", "Jan-25 all", "Feb-25 late", "Feb-25 all")],
        [("code", "late Jan 2025", "all Jan 2025", "late Feb 2025", "all Feb 2025")],
        [("code", "Jan-25", "", "Feb-25", ""), ("", "late", "all", "late", "all")],
        [("", "Jan-25", "", "Feb-25", ""), ("code", "late", "all", "late", "all")],
    ],
)
def test_several_numbers_of_each_month_stay_together(header: list[tuple[str, ...]]) -> None:
    config = {"date": "Period", "entity_column": "code", "numerator": "late", "denominator": "all"}
    measured, refused, _ = each(
        [*header, ("QX1", 3, 40, 4, 50), ("QX2", 5, 60, 6, 70)], config, "proportion"
    )
    assert {
        (entity, period.month): (int(one.numerator or 0), int(one.denominator or 0))
        for (entity, period), one in measured.items()
    } == {("QX1", 1): (3, 40), ("QX1", 2): (4, 50), ("QX2", 1): (5, 60), ("QX2", 2): (6, 70)}
    assert refused == []


@pytest.mark.parametrize(
    ("name", "year", "months", "first"),
    [
        ("Year", "2024", ("Jan", "Feb", "Mar"), [(2024, 1), (2024, 2), (2024, 3)]),
        ("Financial year", "2024/25", ("Apr", "Dec", "Jan", "Mar"),
         [(2024, 4), (2024, 12), (2025, 1), (2025, 3)]),
        ("FY", "2024-25", ("October", "January"), [(2024, 10), (2025, 1)]),
    ],
)  # fmt: skip
def test_a_year_beside_its_months_is_their_year(
    name: str, year: str, months: tuple[str, ...], first: list[tuple[int, int]]
) -> None:
    rows = [(year, "QX1", *range(len(months)))]
    measured, refused, _ = each([(name, "code", *months), *rows], VALUES)
    assert [(period.year, period.month) for _, period in measured] == sorted(first)
    assert refused == []


def test_a_total_beside_the_months_is_kept_out_of_them() -> None:
    lines = [("code", "Jan-25", "Feb-25", "Total"), ("QX1", 1, 2, 3)]
    measured, _, _ = each(lines, VALUES)
    assert [one.value for one in measured.values()] == [1, 2]


def test_a_month_in_one_name_alone_turns_nothing() -> None:
    opened = table.read(b"month,late,target May 2025\n2025-01,3,4\n2025-02,3,4\n")
    assert opened.columns == ("month", "late", "target May 2025")
