"""`spc` and files as hospitals write them: totals, any order, percentages, codes, decimal commas."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError

from tests.pilots.management.test_spc import as_json, spc
from tests.shared import shared

FALLS = (3, 4, 5, 6, 7, 7, 8, 11, 12, 9)
MONTHS = [f"2024-{month:02d}" for month in range(3, 13)]
C = ("--chart", "c", "--x", "month", "--numerator", "falls")


def table(header: str, rows: Sequence[tuple[object, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header.split(","), *rows])
    return out.getvalue()


def falls(*, labels: list[str] | None = None) -> str:
    return table("month,falls", list(zip(labels or MONTHS, FALLS, strict=True)))


def points(found: dict[str, Any]) -> list[dict[str, Any]]:
    (series,) = found["series"]
    listed: list[dict[str, Any]] = series["points"]
    return listed


def values(found: dict[str, Any]) -> list[float]:
    return [point["charted"] for point in points(found)]


# Totals


@pytest.mark.parametrize("label", ["Total", "Summe", "2024", "FY24", "Q1 2024", "n/k", "合計"])
@pytest.mark.parametrize("first", [True, False])
def test_a_line_that_is_no_month_among_months_is_refused(
    tmp_path: Path, label: str, first: bool
) -> None:
    rows: list[tuple[object, ...]] = list(zip(MONTHS, FALLS, strict=True))
    total = (label, sum(FALLS))
    text = table("month,falls", [total, *rows] if first else [*rows, total])
    found = as_json(tmp_path, text, *C)
    assert len(points(found)) == 10
    assert points(found)[0]["centre"] == pytest.approx(7.2)
    assert points(found)[0]["x"] == "2024-03-01"
    (refused,) = found["refused_rows"]
    assert label in refused["reason"]


@pytest.mark.parametrize(
    "label",
    ["Total", "GRAND TOTAL:", "Sum", "Gesamt", "Summe 2024", "Total général", "Totaal", "All",
     "Всего", "Average", "Year total"],
)  # fmt: skip
def test_a_total_among_names_is_known_by_its_label(tmp_path: Path, label: str) -> None:
    rows = [(f"Ward {chr(65 + i)}", n) for i, n in enumerate(FALLS)]
    text = table("ward,falls", [*rows[:4], (label, 72), *rows[4:]])
    options = ("--chart", "c", "--x", "ward", "--numerator", "falls")
    found = as_json(tmp_path, text, *options)
    assert values(found) == list(FALLS)
    assert "--keep-totals" in found["refused_rows"][0]["reason"]
    assert len(points(as_json(tmp_path, text, *options, "--keep-totals"))) == 11


def test_a_total_is_known_by_any_label_where_no_column_is_the_x_axis(tmp_path: Path) -> None:
    rows = [*((n, "all ages", f"row {n}") for n in range(1, 6)), (99, "all ages", "Grand total")]
    text = table("falls,ages,note", rows)
    found = as_json(tmp_path, text, "--chart", "c", "--value", "falls")
    assert values(found) == [1, 2, 3, 4, 5]
    assert "Grand total" in found["refused_rows"][0]["reason"]


@pytest.mark.parametrize("name", ["Total hip", "Overall Road", "Allergy", "Summer ward", "All 4"])
def test_a_name_that_only_begins_like_a_total_is_a_point(tmp_path: Path, name: str) -> None:
    rows = [*((f"Ward {i}", n) for i, n in enumerate(FALLS)), (name, 6)]
    found = as_json(
        tmp_path, table("ward,falls", rows), "--chart", "c", "--x", "ward", "--value", "falls"
    )
    assert len(points(found)) == (10 if name == "All 4" else 11)


def test_a_last_line_that_is_the_sum_of_the_others_is_refused_without_a_label(
    tmp_path: Path,
) -> None:
    text = table("late,all", [(n, 100) for n in FALLS] + [(72, 1000)])
    options = ("--chart", "p", "--numerator", "late", "--denominator", "all")
    found = as_json(tmp_path, text, *options)
    assert len(points(found)) == 10
    assert found["refused_rows"] == [
        {
            "line": 12,
            "reason": "It is the sum of all the others, so it is probably their total."
            " With --keep-totals it is charted.",
        }
    ]
    assert len(points(as_json(tmp_path, text, *options, "--keep-totals"))) == 11
    # One more case than all together, and few others: a point like any other.
    other = table("late,all", [(n, 100) for n in FALLS] + [(73, 1000)])
    assert len(points(as_json(tmp_path, other, *options))) == 11
    few = table("late,all", [(1, 10), (0, 10), (1, 10), (2, 30)])
    assert len(points(as_json(tmp_path, few, *options))) == 4


# The order of time


def shuffled(things: list[Any]) -> list[Any]:
    return [*things[5:], *things[:5]][::-1]


PERIODS = {
    "months": MONTHS,
    "short months": ["Mar-24", "Apr-24", "May-24", "Jun-24", "Jul-24", "Aug-24", "Sep-24",
                     "Oct-24", "Nov-24", "Dec-24"],
    "german": ["März 2024", "Apr 2024", "Mai 2024", "Juni 2024", "Juli 2024", "Aug 2024",
               "Sept 2024", "Okt 2024", "Nov 2024", "Dez 2024"],
    "quarters": [f"Q{q} {y}" for y in (2022, 2023, 2024) for q in (1, 2, 3, 4)][:10],
    "quarters of short years": [f"Q{q} {y}" for y in (22, 23, 24) for q in (1, 2, 3, 4)][:10],
    "years": [str(year) for year in range(2010, 2020)],
    "financial years": [f"{year}-{(year + 1) % 100:02d}" for year in range(2004, 2014)],
    "half-years": [f"{y}-H{h}" for y in range(2015, 2020) for h in (1, 2)],
    "weeks": [f"2024-W{week:02d}" for week in range(48, 53)] + [f"W{w} 2025" for w in range(1, 6)],
    "compact months": [f"2024{month:02d}" for month in range(1, 11)],
    "hours": [f"2025-01-{day:02d} {hour:02d}:00" for day in (1, 2) for hour in range(8, 13)],
    "halves of a day": [f"{day} Jan 2025 {hour}:00 {half}" for day in range(1, 6)
                        for hour, half in ((9, "am"), (2, "pm"))],
    "summer time ends": [f"2025-10-26T{h}:30:00{z}" for h, z in (
        ("00", "+02:00"), ("01", "+02:00"), ("02", "+02:00"), ("02", "+01:00"), ("03", "+01:00"),
        ("04", "+01:00"), ("05", "+01:00"), ("06", "+01:00"), ("07", "+01:00"), ("08", "+01:00"))],
}  # fmt: skip


@pytest.mark.parametrize("name", PERIODS)
@pytest.mark.parametrize("turn", [list, lambda x: x[::-1], shuffled], ids=["as", "back", "mixed"])
def test_periods_of_any_precision_are_charted_in_the_order_of_time(
    tmp_path: Path, name: str, turn: Any
) -> None:
    rows = turn(list(zip(PERIODS[name], range(1, 11), strict=True)))
    found = as_json(tmp_path, table("month,falls", rows), *C)
    assert found["refused_rows"] == []
    assert values(found) == list(range(1, 11))
    assert len({point["x"] for point in points(found)}) == 10


def test_hours_keep_their_hour_and_are_drawn(tmp_path: Path) -> None:
    rows = list(zip(PERIODS["hours"], FALLS, strict=True))[::-1]
    picture = tmp_path / "hours.svg"
    found = as_json(
        tmp_path, table("month,falls", rows), *C, "--svg", str(picture),
        "--step", "2025-01-02", "--exclude", "2025-01-01 09:00",
    )  # fmt: skip
    assert [point["x"] for point in points(found)][:2] == ["2025-01-01T08:00", "2025-01-01T09:00"]
    assert [point["phase"] for point in points(found)] == [0] * 5 + [1] * 5
    assert [point["excluded"] for point in points(found)] == [False, True] + [False] * 8
    assert picture.exists()


@pytest.mark.parametrize(
    "labels",
    [
        [f"Week {n}" for n in range(10, 0, -1)],
        [f"W{n}" for n in (5, 4, 3, 2, 1, 52, 51, 50, 49, 48)],
        [f"{n:02d}:00" for n in range(17, 7, -1)],
        [str(n) for n in range(10, 0, -1)],
        ["Mar", "Feb", "Jan", "Dec", "Nov", "Oct", "Sep", "Aug", "Jul", "Jun"],
    ],
)
def test_names_that_count_backwards_are_turned_round(tmp_path: Path, labels: list[str]) -> None:
    found = as_json(tmp_path, falls(labels=labels), *C)
    assert values(found) == list(FALLS[::-1])
    assert any("newest first" in note for note in found["notes"])
    turned = as_json(tmp_path, falls(labels=labels[::-1]), *C)
    assert values(turned) == list(FALLS)
    assert turned["notes"] == []


def test_numbers_of_which_some_could_be_years_are_numbers(tmp_path: Path) -> None:
    found = as_json(tmp_path, falls(labels=[str(n) for n in range(2095, 2105)]), *C)
    assert values(found) == list(FALLS)
    assert points(found)[0]["x"] == "2095"


@pytest.mark.parametrize(
    "labels",
    [
        [f"Set {n}" for n in range(10, 20)],
        [f"W{n}" for n in range(1210, 1220)],
        [f"{n}-{n + 4}" for n in range(0, 50, 5)],
        [f"Ward {n}" for n in range(1, 11)],
    ],
)
def test_names_that_look_a_little_like_dates_stay_names(tmp_path: Path, labels: list[str]) -> None:
    found = as_json(tmp_path, falls(labels=labels), *C)
    assert [point["x"] for point in points(found)] == labels
    assert found["refused_rows"] == []


def test_names_that_say_nothing_of_time_keep_their_order_and_it_is_said(tmp_path: Path) -> None:
    found = as_json(tmp_path, falls(labels=list("kcbadefghi")), *C)
    assert values(found) == list(FALLS)
    assert any("must be oldest first" in note for note in found["notes"])


def test_dates_that_could_be_two_are_asked_about(tmp_path: Path) -> None:
    labels = [f"0{month}/03/2024" for month in range(1, 10)] + ["10/03/2024"]
    with pytest.raises(CommandError, match="No row of the file"):
        spc(tmp_path, falls(labels=labels), *C)
    days = as_json(tmp_path, falls(labels=labels[::-1]), *C, "--dates", "day_first")
    assert [p["x"] for p in points(days)][:2] == ["2024-03-01", "2024-03-02"]
    months = as_json(tmp_path, falls(labels=labels[::-1]), *C, "--dates", "month_first")
    assert [p["x"] for p in points(months)][:2] == ["2024-01-03", "2024-02-03"]


def test_hours_of_days_that_could_be_two_are_asked_about(tmp_path: Path) -> None:
    labels = [f"03/04/2024 {hour:02d}:00" for hour in range(10)]
    with pytest.raises(CommandError, match="No row of the file"):
        spc(tmp_path, falls(labels=labels), *C)
    found = as_json(tmp_path, falls(labels=labels[::-1]), *C, "--dates", "day_first")
    assert points(found)[0]["x"] == "2024-04-03T00:00"


def test_short_months_that_could_be_days_are_asked_about(tmp_path: Path) -> None:
    labels = [f"Mar-{day:02d}" for day in range(1, 11)]
    with pytest.raises(CommandError, match="No row of the file"):
        spc(tmp_path, falls(labels=labels), *C)


def test_times_of_which_some_name_their_offset_are_not_put_in_order(tmp_path: Path) -> None:
    labels = [f"2025-01-01T{hour:02d}:00{'Z' * (hour % 2)}" for hour in range(10)]
    with pytest.raises(CommandError, match="No row of the file"):
        spc(tmp_path, falls(labels=labels), *C)


# Events of one day


@pytest.mark.parametrize("chart", ["g", "t"])
@pytest.mark.parametrize("newest_first", [False, True])
def test_two_events_of_one_day_are_two_points(
    tmp_path: Path, chart: str, newest_first: bool
) -> None:
    rows = [("2024-01-10", 30), ("2024-03-15", 40), ("2024-03-15", 2), ("2024-05-01", 61)]
    text = table("day,between", rows[::-1] if newest_first else rows)
    found = as_json(tmp_path, text, "--chart", chart, "--x", "day", "--value", "between",
                    "--svg", str(tmp_path / "x.svg"))  # fmt: skip
    assert found["refused_rows"] == []
    assert values(found) == [30, 40, 2, 61]


# Steps and baselines


def test_a_baseline_that_ends_in_a_later_step_sets_the_limits_of_that_step(tmp_path: Path) -> None:
    rows = list(zip(MONTHS, FALLS, [1000] * 10, strict=True))
    text = table("month,falls,days", rows)
    options = ("--chart", "u", "--x", "month", "--numerator", "falls", "--denominator", "days",
               "--per", "1000", "--laney", "no", "--step", "2024-06")  # fmt: skip
    found = points(as_json(tmp_path, text, *options, "--baseline", "2024-09"))
    assert [p["sets_limits"] for p in found] == [True] * 7 + [False] * 3
    assert (found[0]["centre"], found[-1]["centre"]) == (pytest.approx(4), pytest.approx(7))
    early = points(as_json(tmp_path, text, *options, "--baseline", "2024-04"))
    assert [p["sets_limits"] for p in early] == [True] * 2 + [False] + [True] * 7


def test_a_month_named_as_the_baseline_is_the_whole_month(tmp_path: Path) -> None:
    rows = [(f"2024-{month:02d}-{day:02d}", month) for month in (1, 2, 3) for day in (1, 8, 15, 22)]
    found = points(
        as_json(tmp_path, table("week,n", rows), "--x", "week", "--value", "n",
                "--baseline", "2024-02", "--exclude", "2024-01")
    )  # fmt: skip
    assert [p["sets_limits"] for p in found] == [False] * 4 + [True] * 4 + [False] * 4


def test_a_step_that_no_series_has_is_said(tmp_path: Path) -> None:
    out = spc(tmp_path, falls(), *C, "--step", "2030-01", "--exclude", "2019-05")
    assert "No series has a point at 2019-05" in out
    assert "No series has a point at 2030-01" in out


# Percentages


SHARES = [(f"2024-{month:02d}", 900 + month, 1000) for month in range(1, 11)]
P = ("--chart", "p", "--x", "month", "--numerator", "met", "--denominator", "all")


def test_a_target_of_90_is_no_proportion(tmp_path: Path) -> None:
    text = table("month,met,all", SHARES)
    with pytest.raises(CommandError, match=r"Write 90% if it is a percentage, or 0\.9"):
        spc(tmp_path, text, *P, "--target", "90")
    with pytest.raises(CommandError, match="between 0 and 1"):
        spc(tmp_path, text, *P, "--target", "150%")
    for written in ("90%", "90 %", "0.9", ".9"):
        found = as_json(tmp_path, text, *P, "--target", written, "--direction", "higher")
        assert found["target"] == pytest.approx(0.9)
        assert found["series"][0]["assurance"] == "hit_and_miss"


@pytest.mark.parametrize(
    ("cells", "target", "expected"),
    [
        (["85%", "86%", "88 %"], "90%", 90),
        (["85%", "86%", "88 %"], "0.9", "write --target with %"),
        (["0.85", "0.86", "0.88"], "90%", 0.9),
        (["0.85", "0.86", "0.88"], "0.9", 0.9),
        (["85", "86", "88"], "90%", "written without %"),
        (["85", "86", "88"], "90", 90),
    ],
)
def test_a_target_is_in_the_unit_of_the_values(
    tmp_path: Path, cells: list[str], target: str, expected: float | str
) -> None:
    text = table("month,v", list(zip(MONTHS, cells, strict=False)))
    options = ("--x", "month", "--value", "v", "--target", target)
    if isinstance(expected, str):
        with pytest.raises(CommandError, match=expected):
            spc(tmp_path, text, *options)
    else:
        assert as_json(tmp_path, text, *options)["target"] == pytest.approx(expected)


def test_a_target_that_looks_like_a_percentage_of_shares_is_doubted(tmp_path: Path) -> None:
    text = table("month,v", list(zip(MONTHS, ["0.85", "0.86", "0.88"], strict=False)))
    out = spc(tmp_path, text, "--x", "month", "--value", "v", "--target", "90")
    assert "If that is a percentage, write 90%." in out
    with pytest.raises(CommandError, match="has no percentages"):
        spc(tmp_path, falls(), *C, "--target", "90%")
    with pytest.raises(CommandError, match="no number such as"):
        spc(tmp_path, falls(), *C, "--target", "nan")


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (["85%", "86%", "0.87", "88 %", "0.9"], [85, 86, 88]),
        (["0.85", "0.86", "87%", "0.88"], [0.85, 0.86, 0.88]),
        (["85%", "0", "88%"], [85, 0, 88]),
    ],
)
def test_percentages_and_shares_never_make_one_series(
    tmp_path: Path, cells: list[str], kept: list[float]
) -> None:
    text = table("month,v", list(zip(MONTHS, cells, strict=False)))
    found = as_json(tmp_path, text, "--x", "month", "--value", "v")
    assert values(found) == kept
    assert len(found["refused_rows"]) == len(cells) - len(kept)


def test_shares_among_percentages_without_a_sign_are_doubted(tmp_path: Path) -> None:
    text = table("month,v", list(zip(MONTHS, ["85", "86", "0.87", "88"], strict=False)))
    out = spc(tmp_path, text, "--x", "month", "--value", "v")
    assert "were shares and percentages mixed?" in out


# Codes, parts, decimals


def test_a_code_for_missing_is_missing_where_it_is_said(tmp_path: Path) -> None:
    cells = ["41", "44", "-999999", "39", "*", "c", "40"]
    text = table("week,v", list(zip(MONTHS, cells, strict=False)))
    options = ("--x", "week", "--value", "v")
    found = as_json(tmp_path, text, *options, "--missing", "-999999.0", "*", "c")
    assert (found["refused_rows"], found["notes"]) == ([], [])
    assert values(found) == [41, 44, None, 39, None, None, 40]
    assert points(found)[0]["centre"] == 41
    out = spc(tmp_path, text, *options)
    assert "If it is one, say --missing -999999" in out


@pytest.mark.parametrize(
    ("chart", "row", "columns"),
    [
        ("p", "3.5,50", ("numerator", "denominator")),
        ("p", "85,100.5", ("numerator", "denominator")),
        ("np", "0.85,1", ("numerator", "denominator")),
        ("u", "3.5,50", ("numerator", "denominator")),
        ("c", "3.5,50", ("numerator",)),
        ("g", "3.5,50", ("value",)),
    ],
)
def test_parts_of_a_case_are_no_counts(
    tmp_path: Path, chart: str, row: str, columns: tuple[str, ...]
) -> None:
    first = columns[0]
    text = f"{first},denominator\n{row}\n4,80\n5,81\n"
    given = [part for name in columns for part in (f"--{name}", name)]
    found = as_json(tmp_path, text, "--chart", chart, *given)
    assert len(points(found)) == 2
    assert "there are no parts of a case" in found["refused_rows"][0]["reason"]


def test_an_exposure_may_have_parts(tmp_path: Path) -> None:
    text = "falls,days\n4,80.5\n5,81.25\n3,79\n"
    found = as_json(tmp_path, text, "--chart", "u", "--numerator", "falls", "--denominator", "days")
    assert len(points(found)) == 3


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("v\n0.985\n1.012\n1.0\n1.107\n", (), [0.985, 1.012, 1, 1.107]),
        ("a,v\nx,1.012\ny,1.107\n", (), [1.012, 1.107]),
        ("a;v\nx;1.012\ny;1.107\n", (), "could be two numbers"),
        ("a;v\nx;1.012\ny;0.985\n", (), [1.012, 0.985]),
        ("a;v\nx;1.012\ny;1.107\n", ("--decimal-point",), [1.012, 1.107]),
        ("a;v\nx;1.012\ny;1.107\n", ("--decimal-comma",), [1012, 1107]),
        ("a;v\nx;0,125\ny;0,130\n", (), "has a decimal comma"),
        ("a;v\nx;0,125\ny;12,345\n", (), "has a decimal comma"),
        ("a;v\nx;0,125\ny;12,345\n", ("--decimal-comma",), [0.125, 12.345]),
        ("a;v\nx;12,345\ny;11,980\n", (), "could be two numbers"),
        ("a;v\nx;12,345\ny;1,234,567\n", (), [12345, 1234567]),
        ('a,v\nx,"12,345"\ny,"11,980"\n', (), [12345, 11980]),
        ('a,v\nx,"12,345"\ny,"11,5"\n', (), "decimal comma"),
    ],
)
def test_a_number_is_read_as_written_or_asked_about(
    tmp_path: Path, text: str, options: tuple[str, ...], expected: list[float] | str
) -> None:
    asked = isinstance(expected, str)
    if asked:
        report = tmp_path / "refused.csv"
        with pytest.raises(CommandError):
            spc(tmp_path, text, "--value", "v", "--report", str(report), *options)
        said = report.read_text()
        assert said.count(str(expected)) == 2
    else:
        assert values(as_json(tmp_path, text, "--value", "v", *options)) == expected


# A level and a sigma known beforehand


def test_given_lines_stand_whatever_the_points_say(tmp_path: Path) -> None:
    options = ("--x", "month", "--value", "falls", "--centre", "6", "--sigma", "1.5")
    found = as_json(tmp_path, falls(), *options)
    assert {(p["lower"], p["centre"], p["upper"]) for p in points(found)} == {(1.5, 6, 10.5)}
    assert not any(p["sets_limits"] for p in points(found))
    (series,) = found["series"]
    assert series["warnings"] == ["The centre and the sigma were given, not estimated from these"
                                  " points."]  # fmt: skip
    assert "mdc:outside" in points(found)[7]["signals"]
    out = spc(tmp_path, falls(), *options, "--step", "2024-06")
    assert "--baseline and --step change none of them" in out


def test_a_given_proportion_may_be_a_percentage(tmp_path: Path) -> None:
    text = table("month,met,all", SHARES)
    for written in ("0.9", "90%"):
        found = points(as_json(tmp_path, text, *P, "--centre", written, "--laney", "no"))
        assert found[0]["centre"] == pytest.approx(0.9)
        assert found[0]["upper"] == pytest.approx(0.9 + 3 * (0.09 / 1000) ** 0.5)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--chart", "g", "--value", "falls", "--centre", "4"), "takes no --centre; these do: xmr"),
        ((*C, "--sigma", "4"), "Its sigma follows from its centre"),
        ((*C, "--centre", "-1"), "A given centre is a number from 0"),
        (("--value", "falls", "--sigma", "0"), "A given sigma is a number above zero"),
        (("--value", "falls", "--decimal-comma", "--decimal-point"), "Say either"),
    ],
)
def test_what_cannot_be_given_is_said(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        spc(tmp_path, falls(), *options)


def test_day_numbers_of_a_spreadsheet_are_read_where_it_is_said(tmp_path: Path) -> None:
    text = table("month,falls", [(45658, 3), (45717, 5), (45689, 4)])
    found = as_json(tmp_path, text, *C, "--dates", "serial")
    assert [point["x"] for point in points(found)] == ["2025-01-01", "2025-02-01", "2025-03-01"]
    assert "--dates serial" in " ".join(as_json(tmp_path, text, *C)["notes"])


def test_suppressed_numbers_are_refused_as_such_and_unknown_ones_missing(tmp_path: Path) -> None:
    cells = ["3", "*", "<5", "n/a", "Not Available", "4"]
    text = table("month,falls", list(zip(MONTHS, cells, strict=False)))
    found = as_json(tmp_path, text, *C)
    assert values(found) == [3, None, None, 4]
    assert all("suppressed" in row["reason"] for row in found["refused_rows"])
    assert len(found["refused_rows"]) == 2


def test_a_month_beside_its_total_is_a_month(tmp_path: Path) -> None:
    text = table("Period,falls", [("MSitAE-APRIL-2025", 3), ("TOTAL", 3)])
    found = as_json(tmp_path, text, "--chart", "c", "--x", "Period", "--numerator", "falls")
    assert [point["x"] for point in points(found)] == ["2025-04-01"]


# The files as they were reported


@pytest.mark.parametrize(
    ("name", "options", "count", "centre"),
    [
        ("total-row-spc", C, 10, 7.2),
        ("months-newest-first", C, 10, 7.2),
        ("hours-newest-first", ("--chart", "c", "--x", "hour", "--value", "seen"), 10, 31.5),
        ("events-same-day", ("--chart", "g", "--x", "event_date", "--value", "cases_between"),
         10, 37.5),
        ("step-and-baseline", ("--chart", "u", "--x", "month", "--numerator", "falls",
         "--denominator", "bed_days", "--per", "1000", "--step", "2023-11", "--baseline",
         "2024-04"), 24, 6.643),
        ("sentinel-code", ("--x", "week", "--value", "minutes", "--missing", "-999999"),
         13, 497 / 12),
        ("title-rows-narrow", ("--chart", "c", "--x", "Period", "--numerator", "Cancelled"), 3, 12),
        ("two-digit-year-months", ("--chart", "p", "--x", "Period", "--numerator",
         "Seen within 18 weeks", "--denominator", "All waiting"), 4, 3455 / 4022),
        ("excel-serial-dates", ("--chart", "p", "--x", "month", "--numerator", "late",
         "--denominator", "all", "--dates", "serial"), 3, 614 / 3605),
        ("three-decimals", ("--x", "month", "--value", "shmi"), 5, 1.0188),
        ("decimal-comma-three", ("--x", "Woche", "--value", "Anteil", "--decimal-comma"), 4, 0.1285),
    ],
)  # fmt: skip
def test_reported_files_are_charted_right(
    tmp_path: Path, name: str, options: tuple[str, ...], count: int, centre: float
) -> None:
    text = shared(f"cases/{name}.csv").read_text()
    found = points(as_json(tmp_path, text, *options))
    assert len(found) == count
    assert found[-1]["centre"] == pytest.approx(centre, abs=5e-4)
