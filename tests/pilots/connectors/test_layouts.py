"""Whatever a file holds: each row is accounted for once, totals and cells without a number are known."""

from __future__ import annotations

import csv
import io
import runpy
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import cell_values, conditions, csv_table, kinds, rows, table
from pilots.connectors.absent import Absence, absence, codes_of
from pilots.connectors.cell_values import Unreadable
from pilots.connectors.measurement import Measurement, Rejected, RowCounts, Window
from pilots.connectors.totals import among, is_total
from tests.probes import examples
from tests.shared import shared

WINDOW = Window(date(2005, 1, 1), date(2027, 1, 1))
LATE = {"date": "period", "entity_column": "code", "numerator": "late", "denominator": "all"}
SCORE = {"date": "period", "entity_column": "hospital", "value": "score"}
Found = tuple[dict[str, list[Measurement]], dict[str, list[Rejected]], RowCounts]


def text_of(header: str, lines: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header.split(","), *lines])
    return out.getvalue().encode()


def each(
    content: bytes | Path, config: dict[str, Any], *, measure: str = "proportion", **options: Any
) -> Found:
    counts = RowCounts()
    measured: dict[str, list[Measurement]] = defaultdict(list)
    refused: dict[str, list[Rejected]] = defaultdict(list)
    for entity, item in csv_table.observe_each(
        config, content, WINDOW, cadence="month", measure=measure, counts=counts, **options
    ):
        if isinstance(item, Measurement):
            measured[entity].append(item)
        else:
            refused[entity].append(item)
    return measured, refused, counts


# Every row is accounted for

GOOD = [(f"2025-0{month}", "QX1", "1", "2", "A") for month in range(4, 9)]
CODE = st.sampled_from(["QX1", "QX2", "QX3", "-", "TOTAL", "England", "", " "])
MONTH = st.one_of(
    st.sampled_from(
        ["2025-01", "2025-02", "2025-03", "2025-03", "1999-01", "2040-01", "Total", "", "x"]
    )
)
CELL = st.one_of(
    st.integers(0, 9).map(str),
    st.sampled_from(["*", "<5", "n/a", "", "-999", "1.5", "%", "x", '"', "3;4"]),
)


@examples(300)
@given(
    lines=st.lists(st.tuples(MONTH, CODE, CELL, CELL, st.sampled_from("AB")), max_size=25),
    broken=st.lists(st.sampled_from(["2025-01,QX1,3", '2025-01,"QX1,3,4,A', "2025-01,QX2,3,4,A,more"]), max_size=3),
    sums=st.booleans(),
    chosen=st.one_of(st.none(), st.sets(st.sampled_from(["QX1", "QX2", "-"]))),
    keep=st.booleans(),
)  # fmt: skip
def test_every_row_is_accepted_refused_or_left_out(
    lines: list[tuple[str, ...]], broken: list[str], sums: bool, chosen: set[str] | None, keep: bool
) -> None:
    content = text_of("period,code,late,all,kind", [*GOOD, *lines])
    content += "\r\n".join(broken).encode()
    config = {
        **LATE,
        "several_rows": "sum" if sums else "refuse",
        "missing": "-999",
        "keep_totals": keep,
        "filters": [{"column": "kind", "equals": "A"}],
    }
    measured, refused, counts = each(content, config, wanted=chosen)
    assert counts.accepted + counts.refused + counts.outside + counts.filtered == counts.received
    assert counts.suppressed + counts.unknown <= counts.refused
    listed = Counter(row.line for several in refused.values() for row in several)
    assert sum(listed.values()) == counts.refused
    assert set(listed.values()) <= {1}
    assert all(row.reason for several in refused.values() for row in several)
    if chosen is not None:
        assert set(measured) <= chosen


def test_rows_of_others_do_not_use_up_what_may_be_refused() -> None:
    lines = [("2025-01", f"H{n % 50}", "seven", 9) for n in range(rows.MOST_REFUSED + 1)]
    content = text_of("period,code,late,all", [*lines, ("2025-01", "QX1", 3, 9)])
    measured, _, counts = each(content, LATE, wanted={"QX1"})
    assert [one.numerator for one in measured["QX1"]] == [3]
    assert (counts.refused, counts.filtered) == (0, rows.MOST_REFUSED + 1)


@pytest.mark.parametrize("cell", ["Not Available", "*", "", "-999999"])
def test_thousands_of_unknown_numbers_do_not_fail_a_file(cell: str) -> None:
    months = [f"20{year:02d}-{month:02d}" for year in range(5, 25) for month in range(1, 13)]
    lines = [
        (month, f"H{ward}", cell if (ward + at) % 2 else 80 + ward % 7)
        for ward in range(100)
        for at, month in enumerate(months)
    ]
    config = {**SCORE, "missing": "-999999"}
    measured, refused, counts = each(
        text_of("period,hospital,score", lines), config, measure="value"
    )
    assert {len(numbers) for numbers in measured.values()} == {120}
    assert counts.refused == counts.unknown + counts.suppressed == 12_000
    assert sum(map(len, refused.values())) == 12_000


def test_reported_maker_of_unknown_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = shared("cases/make-many-not-available.py")
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(maker))
    measured, _, counts = each(tmp_path / "many-not-available.csv", SCORE, measure="value")
    assert Counter(map(len, measured.values())) == {6: 2000}
    assert (counts.accepted, counts.refused, counts.unknown) == (12_000, 12_000, 12_000)


# Cells without a number


@pytest.mark.parametrize(
    "cell",
    ["*", "**", "<5", "< 10", "≤7", "<=4", "..", "…", ":", "1-4", "0 to 5", "[c]", "Suppressed"],
)
def test_what_is_kept_back_is_suppressed(cell: str) -> None:
    assert absence(cell) is Absence.SUPPRESSED


@pytest.mark.parametrize(
    "cell",
    ["", "-", "–", "n/a", "N/A", "#N/A", "null", "NaN", "Not Available", "not  known", "k.A."],
)
def test_what_nobody_knows_is_unknown(cell: str) -> None:
    assert absence(cell) is Absence.UNKNOWN


@given(
    number=st.decimals(
        allow_nan=False, allow_infinity=False, places=3, min_value=-1e9, max_value=1e9
    )
)
def test_no_number_is_absent_unless_it_is_a_code(number: Decimal) -> None:
    assert absence(str(number)) is None
    assert absence(str(number), (f"{number}0",)) is Absence.UNKNOWN


@pytest.mark.parametrize("cell", ["5", "-3", "1,234", "85 %", "10-12", "2025-01", "five", "-5-"])
def test_other_cells_are_not_absent(cell: str) -> None:
    assert absence(cell, codes_of("-999999, NULL")) is None


def test_a_suppressed_part_is_never_added_up_as_zero() -> None:
    lines = [("2025-01", "QX1", 3, 9), ("2025-01", "QX1", "<5", 9), ("2025-02", "QX1", 3, 9)]
    measured, refused, counts = each(
        text_of("period,code,late,all", lines), {**LATE, "several_rows": "sum"}
    )
    assert [one.period.month for one in measured["QX1"]] == [2]
    assert len(refused["QX1"]) == counts.suppressed == 2


# Totals


@given(
    counts=st.lists(
        st.lists(st.integers(1, 500), min_size=4, max_size=4), min_size=2, max_size=6, unique_by=tuple
    ),
    name=st.sampled_from(["ENGX", "Region", "RZZ"]),
)  # fmt: skip
def test_the_sum_of_all_others_is_known_whatever_it_is_called(
    counts: list[list[int]], name: str
) -> None:
    lines = [
        (f"2025-{month:02d}", f"Q{at}", number, 1000)
        for at, numbers in enumerate(counts)
        for month, number in enumerate(numbers, start=1)
    ]
    for month in range(1, 5):
        of_all = sum(numbers[month - 1] for numbers in counts)
        lines.append((f"2025-{month:02d}", name, of_all, 1000 * len(counts)))
    measured, refused, _ = each(text_of("period,code,late,all", lines), LATE)
    if len({of_all for _, code, of_all, _ in lines if code == name}) >= 3:
        assert name not in measured
        assert "sums of all others" in refused[name][0].reason
    assert not {f"Q{at}" for at in range(len(counts))} & set(refused)


def test_two_organisations_that_are_alike_are_no_totals() -> None:
    lines = [(f"2025-{month:02d}", code, 3, 9) for month in range(1, 9) for code in ("A", "B")]
    measured, refused, _ = each(text_of("period,code,late,all", lines), LATE)
    assert (set(measured), refused) == ({"A", "B"}, {})


@pytest.mark.parametrize(
    "label", ["Total", "TOTAL", "Grand total", "Summe 2024", "All", "i alt", "合計"]
)
def test_a_label_of_a_total_is_one(label: str) -> None:
    assert is_total(label)
    assert label in among({label: 3, "QX1": 3, "QX2": 3})


@pytest.mark.parametrize(
    "label", ["Allerton", "All Saints", "Totnes", "Mean Street", "QX1", "Östra"]
)
def test_a_name_that_only_begins_like_a_total_is_none(label: str) -> None:
    assert not is_total(label)
    assert among({label: 3, "QX1": 3, "QX2": 3}) == {}


def test_countries_among_countries_are_none() -> None:
    assert among({"England": 3, "Scotland": 3, "Wales": 3}) == {}
    assert set(among({"England": 3, "QX1": 3, "QX2": 3})) == {"England"}


def test_a_total_among_rows_that_are_added_up_is_not_added() -> None:
    lines = [
        (f"2025-0{month}", "QX1", kind, late, 100)
        for month in (1, 2)
        for kind, late in (("Type 1", 20), ("Type 2", 10), ("Total", 30))
    ]
    content = text_of("period,code,type,late,all", lines)
    measured, refused, _ = each(content, {**LATE, "several_rows": "sum"})
    assert [one.numerator for one in measured["QX1"]] == [30, 30]
    assert [one.denominator for one in measured["QX1"]] == [200, 200]
    assert [row.line for row in refused["QX1"]] == [4, 7]
    assert "“Total” in the column “type”" in refused["QX1"][0].reason
    kept, _, _ = each(content, {**LATE, "several_rows": "sum", "keep_totals": True})
    assert [one.numerator for one in kept["QX1"]] == [60, 60]


def test_a_column_that_says_all_in_most_rows_says_no_total() -> None:
    lines = [("2025-01", "QX1", ages, 10, 100) for ages in ("All", "All", "under 16")]
    content = text_of("period,code,ages,late,all", lines)
    measured, refused, _ = each(content, {**LATE, "several_rows": "sum"})
    assert [one.numerator for one in measured["QX1"]] == [30]
    assert not refused


# Titles, headers of several rows, notes below

ROWS = [("2025-01", "QX1", 3, 40), ("2025-02", "QX1", 4, 50), ("2025-03", "QX1", 5, 60)]
TITLES: list[list[tuple[object, ...]]] = [
    [],
    [("Waits over four hours",)],
    [("Waits over four hours", "", "", "")],
    [("Title:", "Waits", "", ""), ("Source:", "A return", "", "")],
    [("Title:", "Waits", "", ""), ("Published:", "2025-06-12", "", ""), ("", "", "", "")],
    [("Waits",), (), ("Period:", "April 2025"), ("Contact:", "a@b.example, 0123"), ()],
    [("Waits", "", "", "")] * 30,
]
HEADERS: list[tuple[list[tuple[object, ...]], list[str]]] = [
    ([("period", "code", "late", "all")], ["period", "code", "late", "all"]),
    (
        [("", "", "Type 1", ""), ("period", "code", "late", "all")],
        ["period", "code", "late", "all"],
    ),
    (
        [("period", "code", "Type 1", ""), ("", "", "late", "all")],
        ["period", "code", "Type 1 late", "Type 1 all"],
    ),
    (
        [("", "", "Type 1", "Type 2"), ("period", "code", "waits", "waits")],
        ["period", "code", "Type 1 waits", "Type 2 waits"],
    ),
    (
        [("", "", "Emergency", "Planned"), ("", "", "Type 1", ""), ("period", "code", "n", "n")],
        ["period", "code", "Emergency Type 1 n", "Planned Type 1 n"],
    ),
]
NOTES: list[list[tuple[object, ...]]] = [
    [],
    [("Source: us",)],
    [("", "", "", ""), ("* suppressed", "", "", ""), ("1) Types 1 and 2",)],
]


@pytest.mark.parametrize("titles", TITLES)
@pytest.mark.parametrize(("header", "columns"), HEADERS)
@pytest.mark.parametrize("notes", NOTES)
@pytest.mark.parametrize("separator", [",", ";"])
def test_a_table_is_found_between_titles_and_notes(
    titles: list[tuple[object, ...]],
    header: list[tuple[object, ...]],
    columns: list[str],
    notes: list[tuple[object, ...]],
    separator: str,
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([*titles, *header, *ROWS, *notes])
    opened = table.read(out.getvalue().encode())
    assert list(opened.columns) == columns
    config = {"date": columns[0], "entity_column": columns[1], "value": columns[2]}
    measured, refused, counts = each(out.getvalue().encode(), config, measure="value")
    assert [one.value for one in measured["QX1"]] == [3, 4, 5]
    assert set(refused) <= {""}
    assert counts.refused == len(refused[""]) == sum(any(one) for one in notes)
    assert all("note below the table" in row.reason for row in refused[""])


def test_a_column_keeps_the_name_it_had_when_one_row_named_it() -> None:
    old = text_of(",,Type 1,Type 2", [("period", "code", "waits", "waits"), *ROWS])
    config = {"date": "period", "entity_column": "code", "value": "waits (2)"}
    measured, _, _ = each(old, config, measure="value")
    assert [one.value for one in measured["QX1"]] == [40, 50, 60]


def test_one_cell_among_rows_is_no_note() -> None:
    lines = [ROWS[0], ("2025-02",), ROWS[2]]
    _, refused, _ = each(text_of("period,code,late,all", lines), LATE)
    assert "1 cells where the header has 4" in refused[""][0].reason


def test_reported_file_with_titles() -> None:
    config = {"date": "Period", "entity_column": "Code", "value": "Cancelled"}
    path = shared("cases/title-rows-narrow.csv")
    measured, refused, _ = each(path, config, measure="value")
    assert [one.value for one in measured["QX1"]] == [12, 15, 9]
    assert not refused


# Days as spreadsheets number them


@given(
    day=st.dates(date(1990, 1, 2), date(2026, 12, 31)),
    hours=st.sampled_from(["", ".5", ".041666666667"]),
)
def test_day_numbers_are_read_where_they_are_chosen_and_named_where_not(
    day: date, hours: str
) -> None:
    number = f"{(day - date(1899, 12, 30)).days}{hours}"
    assert cell_values.day(number, date_format="serial") == day
    with pytest.raises(Unreadable, match=f"spreadsheet's day number, and would be {day}"):
        cell_values.day(number)


def test_day_numbers_are_guessed_where_the_column_is_called_a_date() -> None:
    days = [("45658", "QX1", 204), ("45689", "QX1", 199), ("45717", "QX1", 211)]
    seen = csv_table.preview(text_of("month,code,late", days))
    assert seen.guess["date_format"] == "serial"
    assert "as spreadsheets number them" in " ".join(seen.notes)
    assert (
        "date"
        not in csv_table.preview(text_of("code,bed days", [("A", 45658), ("B", 45689)])).guess
    )


# Conditions beyond “is”


@pytest.mark.parametrize(
    ("how", "value", "kept"),
    [
        ("", "B", {"B"}),
        ("not", "B", {"A", "C", "n/a"}),
        ("any", "A, C", {"A", "C"}),
        ("empty", "", {"n/a"}),
        ("filled", "", {"A", "B", "C"}),
    ],
)
def test_rows_are_chosen_by_what_a_column_says(how: str, value: str, kept: set[str]) -> None:
    lines = [("2025-01", kind, kind, 3, 9) for kind in ("A", "B", "C", "n/a")]
    config = {
        **LATE,
        "filters": [{"column": "kind", "how": how, "equals": value}],
        "keep_totals": True,
    }
    measured, refused, counts = each(text_of("period,code,kind,late,all", lines), config)
    assert (set(measured), refused) == (kept, {})
    assert counts.filtered == 4 - len(kept)


@given(
    beds=st.lists(st.decimals(-50, 50, places=1), min_size=1, max_size=9),
    bound=st.integers(-20, 20),
)
def test_rows_are_chosen_by_a_number(beds: list[Decimal], bound: int) -> None:
    lines = [("2025-01", f"Q{at}", number, 3, 9) for at, number in enumerate(beds)]
    content = text_of("period,code,beds,late,all", [*lines, ("2025-01", "QX", "many", 3, 9)])
    for how, sign in (("more", 1), ("less", -1)):
        config = {**LATE, "filters": [{"column": "beds", "how": how, "equals": str(bound)}]}
        measured, _, _ = each(content, {**config, "keep_totals": True})
        assert set(measured) == {f"Q{at}" for at, n in enumerate(beds) if sign * n > sign * bound}


@pytest.mark.parametrize(("how", "value"), [("more", "many"), ("less", ""), ("like", "x")])
def test_a_condition_that_cannot_be_is_said(how: str, value: str) -> None:
    assert conditions.problem(how, value).endswith(".")
    filters = [{"column": "kind", "how": how, "equals": value}]
    assert kinds.get("csv_upload").problems({"filters": filters})["filters"].endswith(".")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("type=1", {"column": "type", "equals": "1"}),
        ("type!=1", {"column": "type", "equals": "1", "how": "not"}),
        ("type~1,2", {"column": "type", "equals": "1,2", "how": "any"}),
        ("beds>20", {"column": "beds", "equals": "20", "how": "more"}),
        ("beds<20", {"column": "beds", "equals": "20", "how": "less"}),
        ("site=", {"column": "site", "equals": "", "how": "empty"}),
        ("site!=", {"column": "site", "equals": "", "how": "filled"}),
        ("A&E name=a=b", {"column": "A&E name", "equals": "a=b"}),
        ("beds>many", None),
        ("=1", None),
        ("type", None),
    ],
)
def test_a_condition_is_written_short(text: str, kept: dict[str, str] | None) -> None:
    assert conditions.written(text) == kept
