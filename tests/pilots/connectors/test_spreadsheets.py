"""Spreadsheets are tables like any other: every kind, days, durations, the sheet by name, and bombs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import csv_table, spreadsheets, table
from pilots.connectors.errors import BadAnswer, BadConfig, TooLarge
from pilots.connectors.measurement import Measurement, RowCounts, Window
from pilots.metrics import collect
from tests.fakes.workbooks import Sheets, ods, xls, xlsx
from tests.probes import examples

WINDOW = Window(date(2024, 1, 1), date(2027, 1, 1))
MAPPING = {"date": "month", "entity_column": "code", "value": "hours"}
DATA: list[Sequence[object]] = [
    ("month", "code", "late", "hours"),
    (date(2025, 1, 1), "QX1", 3, timedelta(hours=30, minutes=15)),
    (date(2025, 2, 1), "QX1", 4, timedelta(hours=8, minutes=30)),
]
SHEETS: Sheets = {"Notes": [("Made up",)], "Data": DATA}
KINDS: dict[str, Callable[[], bytes]] = {
    "xlsx": lambda: xlsx(SHEETS),
    "xlsx of 1904": lambda: xlsx(SHEETS, begins_1904=True),
    "ods": lambda: ods(SHEETS),
    "xls": xls,
    "xls of 1904": lambda: xls(begins_1904=True),
}


def read(
    content: bytes, config: dict[str, Any] = MAPPING
) -> tuple[list[tuple[date, Decimal | None]], RowCounts]:
    counts = RowCounts()
    items = csv_table.observe_each(
        config, content, WINDOW, cadence="month", measure="value", counts=counts
    )
    return [(one.period, one.value) for _, one in items if isinstance(one, Measurement)], counts


@pytest.mark.parametrize("made", KINDS.values(), ids=KINDS)
def test_spreadsheet_gives_the_same_rows_as_a_table(made: Callable[[], bytes]) -> None:
    content = made()
    found, counts = read(content)
    assert found == [(date(2025, 1, 1), Decimal("30.25")), (date(2025, 2, 1), Decimal("8.5"))]
    assert read(content, {**MAPPING, "value": "late"})[0] == [
        (date(2025, 1, 1), Decimal(3)),
        (date(2025, 2, 1), Decimal(4)),
    ]
    assert "“Data”; there is also “Notes”" in " ".join(counts.notes)
    assert "30:15 is 30.25" in " ".join(counts.notes)


@pytest.mark.parametrize("made", KINDS.values(), ids=KINDS)
def test_sheet_is_chosen_by_name(made: Callable[[], bytes]) -> None:
    seen = csv_table.preview(made(), "Data")
    assert (seen.sheets, seen.sheet) == (("Notes", "Data"), "Data")
    assert seen.columns == ("month", "code", "late", "hours")
    assert seen.guess["date"] == "month"
    assert table.read(made(), "Notes").sheet == "Notes"
    with pytest.raises(BadConfig, match=r"no sheet “July”\. It has “Notes”, “Data”"):
        read(made(), {**MAPPING, "sheet": "July"})


CELLS = st.one_of(
    st.integers(-(10**9), 10**9),
    st.floats(-1e6, 1e6).map(lambda number: round(number, 4)),
    st.dates(date(1990, 1, 1), date(2099, 1, 1)),
    st.integers(1, 100_000).map(lambda minutes: timedelta(minutes=minutes)),
    st.sampled_from(["", "n/a", "QX1", "a, b", "line\nbreak", '"', "Ärzte", "<5", "=1+1"]),
)


@examples(12)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8),
    made=st.sampled_from([xlsx, ods]),
)
def test_every_cell_comes_as_what_it_is(
    rows: list[list[object]], made: Callable[[Sheets], bytes]
) -> None:
    opened = table.read(made({"Data": [("a", "b", "c", "end"), *([*row, "."] for row in rows)]}))
    for line, row in zip(opened.lines(), rows, strict=True):
        for cell, came in zip(row, line.cells, strict=False):
            if isinstance(cell, date):
                assert came == cell.isoformat()
            elif isinstance(cell, timedelta):
                assert abs(float(came) - cell / timedelta(hours=1)) < 1e-6
            elif isinstance(cell, (int, float)):
                assert float(came) == cell
            else:
                assert came == " ".join(str(cell).split())


def test_titles_above_a_sheets_header_are_skipped_and_lines_counted_as_in_the_sheet() -> None:
    content = xlsx({"Data": [("Title:", "Waits"), (), *DATA, ("x", "QX1", 3, 4)]})
    opened = table.read(content)
    assert opened.columns == ("month", "code", "late", "hours")
    assert [line.number for line in opened.lines()] == [4, 5, 6]


def test_spreadsheet_has_no_last_line_that_could_be_cut() -> None:
    assert not collect.ends_midline(xlsx(SHEETS))


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04\x00\x00 a workbook",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and no more",
        xlsx(SHEETS)[:900],
        xls()[:2000],
    ],
)
def test_broken_spreadsheet_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(BadAnswer, match="cannot be read as one"):
        table.read(content)


def test_empty_sheet_is_refused() -> None:
    with pytest.raises(BadAnswer, match="The sheet “Data” is empty"):
        table.read(xlsx({"Data": []}))


def _with(content: bytes, part: str, text: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, text if name == part else old.read(name))
    return out.getvalue()


def test_spreadsheet_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_UNPACKED", 10 * 2**20)
    bomb = _with(xlsx(SHEETS), "xl/styles.xml", b" " * 11 * 2**20)
    assert len(bomb) < 100_000
    with pytest.raises(TooLarge, match="export less"):
        table.read(bomb)


def test_spreadsheet_with_cells_at_its_far_corners_meets_the_limit_of_memory() -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises((BadAnswer, TooLarge)):
        table.read(_with(xlsx({"Data": DATA}), "xl/worksheets/sheet1.xml", sheet))


def test_spreadsheet_of_more_text_than_a_metric_needs_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_TEXT", 1000)
    with pytest.raises(TooLarge, match="export less"):
        table.read(xlsx({"Data": [("month", "late"), *[("x" * 50, 1)] * 50]}))
