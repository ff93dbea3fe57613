"""CSV files as they really come: encodings, separators, titles, broken rows."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import csv_table, kinds, table
from pilots.connectors.csv_text import CsvText
from pilots.connectors.csv_url import reading as csv_url_reading
from pilots.connectors.errors import BadAnswer, BadConfig, NotFound, SourceError, TooLarge
from pilots.connectors.http import HttpClient
from pilots.connectors.kind import Visit
from pilots.connectors.measurement import Measurement, Rejected, RowCounts, Window
from tests.fakes.hostile_server import HostileServer
from tests.probes import examples
from tests.shared import shared

WINDOW = Window(date(2026, 1, 1), date(2027, 1, 1))
MAPPING = {"date": "month", "numerator": "late", "denominator": "all"}


def observed(
    content: bytes | Path,
    config: dict[str, Any] | None = None,
    *,
    measure: str = "proportion",
    cadence: str = "month",
    window: Window = WINDOW,
    counts: RowCounts | None = None,
) -> tuple[list[Measurement], list[Rejected]]:
    items = list(
        kinds.get("csv_upload").observe(
            MAPPING if config is None else config,
            window,
            cadence=cadence,
            measure=measure,
            client=HttpClient(),
            content=content,
            counts=counts,
        )
    )
    return (
        [item for item in items if isinstance(item, Measurement)],
        [item for item in items if isinstance(item, Rejected)],
    )


PLAIN = "month,late,all\n2026-01,3,40\n2026-02,4,50\n"
TWO = [(date(2026, 1, 1), 3, 40), (date(2026, 2, 1), 4, 50)]


def numbers(observations: list[Measurement]) -> list[tuple[date, Any, Any]]:
    return [(one.period, one.numerator, one.denominator) for one in observations]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-32"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", "|").encode(),
        b"sep=;\r\n" + PLAIN.replace(",", ";").encode(),
        b"\n\n" + PLAIN.encode() + b"\n,,\n",
        b'"month","late","all"\n"2026-01","3","40"\n"Feb 2026","4","50"\n',
        b"Waits,,\nPrinted on 3 March,,\nmonth,late,all\n2026-01,3,40\n2026-02,4,50\n",
        b"MONTH , Late,ALL\n2026-01,3,40\n2026-02,4,50\n",
        "ward;month;late;all\nNord;2026-01;3;40\nSüd;2026-02;4;50\n".encode("cp1252"),
        b'month,late,all,note\n2026-01,3,40,"fine, so far"\n2026-02,4,50,\n',
    ],
)
def test_observe_file_however_it_is_written(content: bytes) -> None:
    observations, refused = observed(content)
    assert numbers(observations) == TWO
    assert refused == []


def test_observe_file_in_windows_letters_says_so() -> None:
    counts = RowCounts()
    observed("month,late,all,ort\n2026-01,3,40,Zürich\n".encode("cp1252"), counts=counts)
    assert "Windows-1252" in " ".join(counts.notes)


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"", BadAnswer, "empty"),
        (b"\xef\xbb\xbf \r\n\n", BadAnswer, "empty"),
        (b",,,\n,,,\n", BadAnswer, "empty"),
        (b"<!DOCTYPE html><html>Sign in</html>", BadAnswer, "web page"),
        (b"PK\x03\x04spreadsheet", BadAnswer, "cannot be read as one"),
        (b"%PDF-1.7", BadAnswer, "document, not a table"),
        (PLAIN.encode("utf-16-le"), BadAnswer, "characters cannot be read"),
        (b"\xff\xfeA", BadAnswer, "characters cannot be read"),
        (PLAIN.encode("utf-32")[:-1], BadAnswer, "characters cannot be read"),
        (b"month,late,all\n\x81\x8d\x8f,1,2\n", BadAnswer, "characters cannot be read"),
        (b"a," * 600 + b"b\n" + b"1," * 600 + b"2\n", TooLarge, "601 columns"),
        (b"a," * 1_000_000 + b"b\n", TooLarge, "line of more than 200,000 characters"),
        (b"when,late,all\n2026-01,3,40\n", BadConfig, "no column “month”.*“when”, “late”, “all”"),
        (b"month\n2026-01\n", BadConfig, "no column “late”"),
    ],
)
def test_observe_file_that_is_no_such_table_says_what_to_do(
    content: bytes, kind: type[SourceError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        observed(content)


def test_observe_spreadsheet_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_BYTES", 1024 * 1024)
    with pytest.raises(TooLarge, match="larger than 1 MB"):
        observed(b"PK\x03\x04" + b" " * 1024 * 1024)


def test_observe_file_with_too_many_rows_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_LINES", 3)
    with pytest.raises(TooLarge, match="more than 3 rows"):
        observed(PLAIN.encode() * 3)


@given(text=st.text("a,\r\n\x0b\x85\u2028é"))
def test_lines_end_where_the_csv_module_wants_them_to(text: str) -> None:
    assert list(CsvText(text.encode()).lines()) == list(io.StringIO(text, newline=""))


def test_rows_that_are_plain_may_be_any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_LINES", 3)
    config = {**MAPPING, "entity_column": "org"}
    content = "\n".join(["month,org,a,b", *(f"2026-0{n},A,1,2" for n in range(1, 7)), ""]).encode()
    names = {"date": "month", "numerator": "a", "denominator": "b"}
    found = csv_table.gather(
        {**config, **names}, content, WINDOW, cadence="month", measure="proportion",
        counts=RowCounts(), wanted={"A"},
    )  # fmt: skip
    assert len(found.blocks["A"]) == 6
    assert list(found.items) == []


def test_observe_without_a_file_asks_for_one() -> None:
    with pytest.raises(BadConfig, match="no file yet"):
        list(
            kinds.get("csv_upload").observe(
                MAPPING, WINDOW, cadence="month", measure="proportion", client=HttpClient()
            )
        )


def test_observe_file_keeps_good_rows_and_lists_bad_ones_with_their_lines() -> None:
    content = (
        "month,late,all\n"
        "2026-01,3,40\n"
        "2026-13,3,40\n"
        "\n"
        "2026-02,4,50\n"
        "2026-03,,50\n"
        "2026-04,9\n"
        "2026-05,1,234,500\n"
        "2026-06,60,50\n"
        "2026-07,5,0\n"
        "2026-08,1,12,\n"
    )
    observations, refused = observed(content.encode())
    assert [one.period.month for one in observations] == [1, 2, 8]
    assert [one.line for one in refused] == [3, 6, 7, 8, 9, 10]
    reasons = " ".join(one.reason for one in refused)
    for words in ("no such day", "empty", "2 cells", "4 cells", "is larger", "is 0"):
        assert words in reasons
    assert refused[0].raw == "2026-13 | 3 | 40"


def test_observe_file_with_an_open_quotation_mark_loses_that_row_alone() -> None:
    content = PLAIN + '2026-03,"5,60\n' + "".join(f"2026-{m:02},6,70\n" for m in range(4, 13)) * 9
    counts = RowCounts()
    observations, refused = observed(content.encode(), counts=counts)
    assert [one.period.month for one in observations] == [1, 2, *range(4, 13)]
    assert [(one.line, one.reason) for one in refused] == [
        (4, "A quotation mark is opened in this row and never closed.")
    ]
    assert counts.received == 2 + 1 + 9 * 9


def test_observe_file_with_cells_over_several_lines_reads_them() -> None:
    content = 'month,late,all,note\n2026-01,3,40,"two\nlines ""so"""\n2026-02,4,50,\n'
    observations, refused = observed(content.encode())
    assert numbers(observations) == TWO and refused == []


def test_observe_file_with_inch_marks_reads_the_rows() -> None:
    content = 'month,late,all,size\n2026-01,3,40,5"\n2026-02,4,50,6"\n'
    observations, refused = observed(content.encode())
    assert numbers(observations) == TWO and refused == []


def test_observe_file_with_a_zero_character_refuses_that_row() -> None:
    observations, refused = observed(PLAIN.encode() + b"2026-03,5\x00,60\n")
    assert numbers(observations) == TWO
    assert "zero character" in refused[0].reason and "\0" not in refused[0].raw


def test_observe_filters_and_entity_choose_rows() -> None:
    content = (
        "month,org,type,late,all\n2026-01,A,1,3,40\n2026-01,A,2,9,90\n"
        "2026-01,B,1,7,70\n2026-02,A,1,4,50\n"
    )
    config = {
        **MAPPING,
        "filters": [{"column": "type", "equals": "1"}],
        "entity_column": "org",
        "entity_value": "A",
    }
    counts = RowCounts()
    observations, refused = observed(content.encode(), config, counts=counts)
    assert numbers(observations) == TWO and refused == []
    assert (counts.received, counts.accepted, counts.filtered) == (4, 2, 2)


def test_observe_file_without_a_header_numbers_the_columns() -> None:
    config = {"date": "Column 1", "numerator": "Column 2", "denominator": "Column 3"}
    observations, _ = observed(b"2026-01,3,40\n2026-02,4,50\n", config)
    assert numbers(observations) == TWO


def test_observe_decimal_comma_and_day_first() -> None:
    config = {
        "date": "Woche",
        "value": "Minuten",
        "date_format": "day_first",
        "decimal_mark": ",",
    }
    observations, _ = observed(
        b"Woche;Minuten\n05.01.2026;16,25\n12.01.2026;1.016,5\n",
        config,
        measure="value",
        cadence="week",
    )
    assert [one.value for one in observations] == [Decimal("16.25"), Decimal("1016.5")]


def test_observe_errors_come_before_the_first_observation() -> None:
    """Whole window or nothing: nobody stores the first half of a broken answer."""
    content = PLAIN + "never,1,2\n" * 10_001
    iterator = kinds.get("csv_upload").observe(
        MAPPING,
        WINDOW,
        cadence="month",
        measure="proportion",
        client=HttpClient(),
        content=content.encode(),
    )
    with pytest.raises(BadAnswer):
        next(iterator)


# Fetched

MakeClient = Callable[..., HttpClient]


def test_fetch_web_page_instead_of_file_says_so(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    with pytest.raises(BadAnswer, match="web page instead of a CSV file"):
        csv_url_reading.fetch(Visit({"url": hostile.url("/web-page")}, http_client(), {}))


def test_fetch_missing_file_says_so(hostile: HostileServer, http_client: MakeClient) -> None:
    with pytest.raises(NotFound):
        csv_url_reading.fetch(Visit({"url": hostile.url("/404")}, http_client(), {}))


def test_fetch_without_password_asks_for_it_and_sends_nothing(
    hostile: HostileServer, http_client: MakeClient
) -> None:
    hostile.seen.clear()
    config = {"url": hostile.url("/echo"), "auth": "basic", "username": "pilot"}
    with pytest.raises(BadConfig, match="has no user name and password"):
        csv_url_reading.fetch(Visit(config, http_client(), {}))
    assert hostile.seen == []


# Preview


@pytest.mark.parametrize(
    ("content", "guess"),
    [
        (PLAIN, {"date": "month", "numerator": "late", "denominator": "all"}),
        (
            "Week beginning;Minutes\n13/01/2026;16,2\n20/01/2026;15,9\n",
            {
                "date": "Week beginning",
                "value": "Minutes",
                "date_format": "day_first",
                "decimal_mark": ",",
            },
        ),
        (
            "period,site,x,y\n2026-01,A,40,3\n2026-01,B,50,4\n",
            {"date": "period", "numerator": "y", "denominator": "x", "entity_column": "site"},
        ),
        # Nothing in its name says so, but it is what tells the rows of a month apart.
        (
            "month,who,remark,late,all\n2026-01,A,,1,2\n2026-01,B,,1,3\n2026-02,A,,2,2\n",
            {"date": "month", "numerator": "late", "denominator": "all", "entity_column": "who"},
        ),
        (
            "month,kind,late,all\n2026-01,A,1,2\n2026-01,A,1,3\n2026-02,B,2,2\n",
            {"date": "month", "numerator": "late", "denominator": "all"},
        ),
        (
            "month,note,late,all\n2026-01,A,1,2\n2026-02,B,1,3\n",
            {"date": "month", "numerator": "late", "denominator": "all"},
        ),
        ("name,colour\nAda,blue\n", {}),
    ],
)
def test_preview_guesses_a_mapping(content: str, guess: dict[str, str]) -> None:
    assert csv_table.preview(content.encode()).guess == guess


def test_preview_shows_columns_rows_and_values() -> None:
    shown = csv_table.preview(b"month,org,late\n2026-01,A,3\n2026-01,B,4\n2026-02,A,5\n")
    assert shown.columns == ("month", "org", "late")
    assert shown.rows[0] == ("2026-01", "A", "3")
    assert shown.row_count == 3
    assert shown.values("org") == ("A", "B")


def test_preview_says_what_is_doubtful() -> None:
    shown = csv_table.preview(b"date,late,all\n03/04/2026,1,2\n03/04/2026,2,3\n")
    assert "date_format" not in shown.guess
    notes = " ".join(shown.notes)
    assert "day or with the month" in notes and "Several rows share a period" in notes


# A real file


@pytest.fixture
def attendances() -> Path:
    return shared("ae_attendances.csv")


AE_CONFIG = {
    "date": "period",
    "numerator": "breaches",
    "denominator": "attendances",
    "filters": [{"column": "type", "equals": "1"}],
    "entity_column": "org_code",
}
AE_WINDOW = Window(date(2015, 1, 1), date(2026, 1, 1))


def test_observe_each_of_the_real_file_agrees_with_an_independent_count(attendances: Path) -> None:
    expected: dict[str, dict[date, tuple[Decimal, Decimal]]] = defaultdict(dict)
    with attendances.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["type"] == "1":
                expected[row["org_code"]][date.fromisoformat(row["period"])] = (
                    Decimal(row["breaches"]),
                    Decimal(row["attendances"]),
                )
    counts = RowCounts()
    found: dict[str, dict[date, tuple[Decimal | None, Decimal | None]]] = defaultdict(dict)
    for entity, item in csv_table.observe_each(
        AE_CONFIG, attendances, AE_WINDOW, cadence="month", measure="proportion", counts=counts
    ):
        assert isinstance(item, Measurement)
        found[entity][item.period] = (item.numerator, item.denominator)
    assert found == expected
    assert len(found) == 140
    assert (counts.received, counts.accepted, counts.filtered) == (12765, 4932, 12765 - 4932)


def test_observe_one_organisation_of_the_real_file_is_its_part_of_all(attendances: Path) -> None:
    alone, refused = observed(attendances, {**AE_CONFIG, "entity_value": "RF4"}, window=AE_WINDOW)
    among = [
        item
        for entity, item in csv_table.observe_each(
            AE_CONFIG,
            attendances,
            AE_WINDOW,
            cadence="month",
            measure="proportion",
            counts=RowCounts(),
        )
        if entity == "RF4"
    ]
    assert alone == among and len(alone) == 36 and refused == []


def test_observe_each_without_a_unit_refuses_those_rows() -> None:
    items = list(
        csv_table.observe_each(
            {**MAPPING, "entity_column": "org"},
            b"month,org,late,all\n2026-01,A,3,40\n2026-01,,3,40\n2026-02,A,x,40\n",
            WINDOW,
            cadence="month",
            measure="proportion",
            counts=RowCounts(),
        )
    )
    assert [(entity, type(item).__name__) for entity, item in items] == [
        ("", "Rejected"),
        ("A", "Measurement"),
        ("A", "Rejected"),
    ]


# Anything at all

CELLS = st.lists(
    st.one_of(
        st.sampled_from(["2026-01", "2026-02-03", "3", "40", "", "x", "1e309", "NaN", '"', "0"]),
        st.text(st.characters(codec="utf-8"), max_size=6),
    ),
    max_size=5,
)


@examples(200)
@given(st.lists(CELLS, max_size=12), st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]))
def test_any_table_is_read_or_refused_and_no_row_is_lost(
    lines: list[list[str]], separator: str, ending: str
) -> None:
    text = ending.join([f"month{separator}late{separator}all", *map(separator.join, lines)])
    counts = RowCounts()
    try:
        observations, refused = observed(text.encode(), counts=counts)
    except SourceError as error:
        assert error.sentence
        return
    assert counts.received == counts.accepted + counts.refused + counts.outside
    assert counts.refused == len(refused) and counts.accepted >= len(observations)


@examples(200)
@given(st.binary(max_size=400))
def test_any_bytes_are_previewed_or_refused(content: bytes) -> None:
    try:
        shown = csv_table.preview(content)
    except SourceError as error:
        assert error.sentence
    else:
        assert shown.columns and len(set(shown.columns)) == len(shown.columns)
