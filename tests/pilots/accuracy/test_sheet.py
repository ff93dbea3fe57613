"""A file of results: read row by row, and refused with what is to be put right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.accuracy import sheet
from pilots.accuracy.sheet import GivenBin, GivenResult, ReadSheet

HEAD = "from,until,grouping,subgroup,true_positive,false_positive,false_negative,true_negative"
ALERTS = f"{HEAD},alerts,patient_days"
BIN_HEAD = "from;until;bin_from;bin_until;bin_cases;bin_events;bin_mean_score"


def read(text: str, scale: str = "risk") -> ReadSheet:
    return sheet.read(text, reference="Two reviewers.", threshold=Decimal("0.3"), score_scale=scale)


def result(**fields: object) -> GivenResult:
    given = {
        "period_from": date(2026, 11, 2),
        "period_until": date(2026, 11, 8),
        "reference": "Two reviewers.",
        **fields,
    }
    return GivenResult(**given)  # type: ignore[arg-type]


def test_file_with_a_table_and_alerts_a_week_is_read() -> None:
    found = read(
        f"{ALERTS}\n2026-11-02,2026-11-08,,,9,11,1,79,20,700\n"
        "2026-11-09,2026-11-15,Age,75 and over,4,6,1,39,,\n"
    )
    assert not found.faults and not found.whole
    (rows, first), (_rows, second) = found.results
    assert rows == (2,)
    assert (first.true_positive, first.alerts, first.patient_days) == (9, 20, Decimal(700))
    assert (second.grouping, second.subgroup, second.alerts) == ("Age", "75 and over", None)
    assert second.threshold == Decimal("0.3")


def test_bins_of_a_spreadsheet_with_decimal_commas_are_one_result() -> None:
    found = read(
        f"\ufeff{BIN_HEAD}\n2026-11-02;2026-11-08;0,3;1;40;22;0,55\n"
        "2026-11-02;2026-11-08;0;0,3;160;8;\n"
    )
    ((rows, one),) = found.results
    assert rows == (2, 3)
    assert one.bins == (
        GivenBin(Decimal(0), Decimal("0.3"), 160, 8),
        GivenBin(Decimal("0.3"), Decimal(1), 40, 22, Decimal("0.55")),
    )
    assert one.table is not None and one.table.true_positive == 22


def test_every_row_that_cannot_be_taken_says_why_and_none_is() -> None:
    found = read(
        f"{HEAD}\n"
        "2026-11-02,2026-11-08,,,9,11,1,79\n"
        "2.11.2026,2026-11-15,,,9,11,1,79\n"
        "2026-11-16,2026-11-22,,,nine,11,1,79\n"
        "2026-11-23,2026-11-22,,,9,11,1,79\n"
        "2026-11-05,2026-11-06,,,1,1,1,1\n"
        "2026-11-30,2026-12-06,,,9,11,1,\n"
    )
    assert found.results == ()
    said = {fault.row: str(fault) for fault in found.faults}
    assert said.keys() == {3, 4, 5, 6, 7}
    assert "“from” is a day, as 2026-11-23, not “2.11.2026”" in said[3]
    assert "“true_positive” is a whole number" in said[4] and "nine" in said[4]
    assert "must not come before the start" in said[5]
    assert "There is a result from 2 November 2026" in said[6]
    assert "all four counts" in said[7]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("until,true_positive\n2026-11-08,3", "lacks “from”"),
        ("from,until,tp\n2026-11-02,2026-11-08,3", "No column is called “tp”"),
        ("from,until,from\n2026-11-02,2026-11-08,3", "two columns “from”"),
        ("from,until,alerts", "no row below"),
        ('from,until,alerts\n"2026-11-02,2026-11-08,3', "no table of text"),
        ("from,until\n" + "2026-11-02,2026-11-08\n" * 2001, "more than 2,000 rows"),
        ("x" * 1_000_001, "larger than a megabyte"),
    ],
)
def test_file_that_is_none_is_refused_as_a_whole(text: str, why: str) -> None:
    assert why in read(text).whole


def test_two_rows_that_count_the_same_days_differently_are_told_apart() -> None:
    row = "2026-11-02,2026-11-08,,,9,11,1,79\n"
    found = read(f"{HEAD}\n{row}{row.replace('9,11', '8,11')}")
    assert [str(fault) for fault in found.faults] == [
        "Row 3: “true_positive” of these days is given in row 2 already."
    ]


@given(text=st.text(max_size=300), head=st.sampled_from(["", HEAD + "\n", BIN_HEAD + "\n"]))
def test_any_text_is_read_or_refused_in_words(text: str, head: str) -> None:
    found = read(head + text)
    assert bool(found.results) + bool(found.faults) + bool(found.whole) == 1


def test_table_and_bins_of_other_people_are_refused() -> None:
    bins = (
        GivenBin(Decimal(0), Decimal("0.3"), 160, 8),
        GivenBin(Decimal("0.3"), Decimal(1), 40, 22),
    )
    common = {"score_scale": "risk", "bins": bins, "threshold": Decimal("0.3")}

    def said(tp: int, fp: int, fn: int, tn: int) -> str:
        counts = dict(zip(sheet.TABLE, (tp, fp, fn, tn), strict=True))
        return " ".join(sheet.faults(result(**common, **counts)))

    assert said(22, 18, 8, 152) == ""
    assert "are of the same people" in said(22, 18, 8, 151)
    assert "At the threshold of 0.3 the bins make 22 true" in said(20, 18, 10, 152)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "Give a 2 × 2 table, score bins, or both"),
        ({"true_positive": 3}, "all four counts"),
        (dict.fromkeys(sheet.TABLE, 0), "counts nobody"),
        ({"grouping": "Age"}, "by what it is grouped and which group"),
        ({"alerts": 12}, "in how many patient-days"),
        ({"patient_days": Decimal(4)}, "how many alerts there were"),
        ({"alerts": 3, "shifts": Decimal(0)}, "more than 0"),
        (
            {**dict.fromkeys(sheet.TABLE, 9), "alerts": 3, "shifts": Decimal(4)},
            "18 who were flagged, and there were only 3 alerts",
        ),
        ({"bins": (GivenBin(Decimal(0), Decimal(1), 3, 1),)}, "what the score is"),
        (
            {"score_scale": "risk", "bins": (GivenBin(Decimal(0), Decimal(20), 3, 1),)},
            "between 0 and 1; 20% is 0.2",
        ),
        (
            {"score_scale": "other", "bins": (GivenBin(Decimal(0), Decimal(5), 3, 4),)},
            "more events than cases",
        ),
        (
            {
                "score_scale": "other",
                "bins": (
                    GivenBin(Decimal(0), Decimal(5), 3, 1),
                    GivenBin(Decimal(4), Decimal(9), 3, 1),
                ),
            },
            "The bins 0 to 5 and 4 to 9 overlap",
        ),
        (
            {
                "score_scale": "other",
                "bins": (GivenBin(Decimal(0), Decimal(5), 3, 1, Decimal(6)),),
            },
            "within its borders",
        ),
    ],
)
def test_result_that_does_not_add_up_says_what_to_do(fields: dict[str, object], why: str) -> None:
    assert why in " ".join(sheet.faults(result(**fields)))


def test_typed_bins_are_read_and_written_back_as_they_were() -> None:
    bins, wrong = sheet.bins_of("0, 0.3, 160, 8\n\n0.3; 1; 40; 22; 0.55")
    assert not wrong and len(bins) == 2
    assert sheet.bins_of(sheet.bins_as_typed(bins)) == (bins, [])
    _bins, wrong = sheet.bins_of("0, 0.3, 160\n0.3, 1, x, 22")
    assert [text.split(":")[0] for text in wrong] == ["Line 1", "Line 2"]
