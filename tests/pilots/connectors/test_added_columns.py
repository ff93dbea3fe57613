"""A number that stands in several columns, as attendances by type of department do, is their sum or none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import csv_table, kinds
from pilots.connectors.errors import BadConfig
from pilots.connectors.measurement import Measurement, RowCounts
from tests.pilots.connectors.test_layouts import LATE, WINDOW, each, text_of
from tests.probes import examples

# The layout of the monthly file of the NHS: each count by type of department, and a line of all.
HEADER = (
    "Period,Org Code,Org name,Seen Type 1,Seen Type 2,Seen Other,Late Type 1,Late Type 2,Late Other"
)
MONTHLY = {
    "date": "Period",
    "entity_column": "Org Code",
    "numerator": "Late Type 1",
    "numerator_more": ["Late Type 2", "Late Other"],
    "denominator": "Seen Type 1",
    "denominator_more": ["Seen Type 2", "Seen Other"],
}
LINES = [
    ("MSitAE-APRIL-2025", "QX1", "North", "1,204", "30", "0", "204", "3", "0"),
    ("MSitAE-APRIL-2025", "QX2", "South", "2,010", "0", "515", "410", "0", "-"),
    ("MSitAE-MAY-2025", "QX1", "North", "1,100", "20", "5", "100", "2", "1"),
    ("TOTAL", "TOTAL", "TOTAL", "4,314", "50", "520", "714", "5", "1"),
]
PARTS = st.lists(st.sampled_from(["0", "7", "12", "1,204", "", "*", "n/a", "2.5", "x"]), min_size=3, max_size=3)  # fmt: skip


def test_counts_by_type_of_department_are_added_up() -> None:
    measured, refused, counts = each(text_of(HEADER, LINES), MONTHLY)
    assert measured["QX1"] == [
        Measurement(date(2025, 4, 1), None, Decimal(207), Decimal(1234), 1234, None),
        Measurement(date(2025, 5, 1), None, Decimal(103), Decimal(1125), 1125, None),
    ]
    # Of three parts one is not known: two of them are not the whole.
    assert not measured["QX2"]
    assert len(refused["QX2"]) == 1
    assert "2,010 + 0 + 515" in refused["QX2"][0].raw
    assert not measured["TOTAL"]
    assert counts.accepted + counts.refused == counts.received == 4


def once(numbers: list[str]) -> str:
    """The sum of these cells, added up by hand; a cell that holds none where one of them does."""
    for cell in numbers:
        if not cell.replace(",", "").replace(".", "").isdigit():
            return cell
    return str(sum(Decimal(cell.replace(",", "")) for cell in numbers))


@examples(200)
@given(rows=st.lists(st.tuples(PARTS, PARTS), min_size=1, max_size=8))
def test_sum_is_what_one_column_with_the_sum_would_be(
    rows: list[tuple[list[str], list[str]]],
) -> None:
    months = [f"2025-{n:02}" for n in range(1, len(rows) + 1)]
    apart = [
        (month, "QX1", "", *seen, *late) for month, (late, seen) in zip(months, rows, strict=True)
    ]
    together = [
        (month, "QX1", once(late), once(seen))
        for month, (late, seen) in zip(months, rows, strict=True)
    ]
    by_hand, refused_by_hand, _ = each(text_of("period,code,late,all", together), LATE)
    found, refused, counts = each(text_of(HEADER, apart), MONTHLY)
    assert found["QX1"] == by_hand["QX1"]
    assert [one.line for one in refused["QX1"]] == [one.line for one in refused_by_hand["QX1"]]
    assert counts.received == len(rows)


def test_columns_at_once_leave_a_sum_to_the_rules() -> None:
    """The fast reading knows one column a part: it must not take the first for the whole."""
    counts = RowCounts()
    gathered = csv_table.gather(
        MONTHLY, text_of(HEADER, LINES), WINDOW,
        cadence="month", measure="proportion", counts=counts, wanted=["QX1"],
    )  # fmt: skip
    assert not gathered.blocks
    assert [
        (int(one.numerator or 0), int(one.denominator or 0))
        for entity, one in gathered.items
        if entity == "QX1" and isinstance(one, Measurement)
    ] == [(207, 1234), (103, 1125)]


@pytest.mark.parametrize(
    ("settings", "beside", "sentence"),
    [
        ({"numerator": ""}, "numerator", "Choose the first of the columns"),
        ({"numerator_more": ["Late Type 1"]}, "numerator_more", "would count twice"),
        ({"denominator_more": {"Seen Type 2": True}}, "denominator_more", "as a list"),
        ({"denominator_more": "Seen Type 1"}, "denominator_more", "would count twice"),
        ({"denominator_more": [f"c{n}" for n in range(11)]}, "denominator_more", "At most 10"),
        ({"denominator_more": ["a\x07b"]}, "denominator_more", "invisible character"),
    ],
)
def test_what_cannot_be_added_is_said(
    settings: dict[str, object], beside: str, sentence: str
) -> None:
    kind = kinds.get("csv_upload")
    cleaned = kind.clean({**MONTHLY, "entity_value": "QX1", **settings}, scope="metric")
    problems = kind.problems(cleaned, scope="metric", measure="proportion")
    assert sentence in problems[beside]


def test_column_that_went_away_is_named() -> None:
    lines = [line[:-1] for line in LINES]
    with pytest.raises(BadConfig, match="no column “Late Other” for the numerator"):
        each(text_of(HEADER.rpartition(",")[0], lines), MONTHLY)


@pytest.mark.parametrize(
    ("more", "named"),
    [(["late type 1"], "Late Type 1"), (["Late Other", "late other"], "Late Other")],
)
def test_column_that_is_named_in_two_spellings_counts_once(more: list[str], named: str) -> None:
    """Names are found whatever their case, so the settings alone do not show that it is one column."""
    with pytest.raises(BadConfig, match=f"“{named}” would count twice in the numerator"):
        each(text_of(HEADER, LINES), {**MONTHLY, "numerator_more": more})
