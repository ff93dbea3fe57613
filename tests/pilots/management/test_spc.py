"""The command `spc`: a CSV file in, charts out, and a word about every row that was not used."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.shared import reference_case, shared

WEEKS = """week,ward,late,all,minutes
2026-01-05,4W,8,100,12
2026-01-12,4W,12,100,14
2026-01-19,4W,9,100,13
2026-01-26,4W,11,100,15
2026-02-02,4W,40,100,29
2026-01-05,5E,3,90,20
2026-01-12,5E,4,95,21
2026-01-19,5E,2,88,
2026-01-26,5E,5,91,22
"""


def spc(tmp_path: Path, text: str | bytes, *options: str) -> str:
    file = tmp_path / "file.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    out = io.StringIO()
    call_command("spc", str(file), *options, stdout=out, stderr=out)
    return out.getvalue()


def as_json(tmp_path: Path, text: str, *options: str) -> dict[str, Any]:
    spc(tmp_path, text, *options, "--out", str(tmp_path / "out.json"))
    found: dict[str, Any] = json.loads((tmp_path / "out.json").read_text())
    return found


def test_spc_of_several_series_gives_each_its_own_limits(tmp_path: Path) -> None:
    found = as_json(
        tmp_path, WEEKS, "--chart", "p", "--x", "week", "--series", "ward",
        "--numerator", "late", "--denominator", "all", "--laney", "no", "--baseline", "4",
        "--direction", "lower", "--target", "0.5",
    )  # fmt: skip
    first, second = found["series"]
    assert (first["name"], first["chart"], first["n"]) == ("4W", "p", 5)
    assert (first["variation"], first["assurance"]) == ("concern_high", "passes")
    last = first["points"][-1]
    assert (last["x"], last["class"], last["signals"]) == ("2026-02-02", "concern", ["mdc:outside"])
    assert last["centre"] == pytest.approx(40 / 400)
    assert not last["sets_limits"]
    assert second["points"][0]["centre"] == pytest.approx(14 / 364)
    assert len(second["points"]) == 4


def test_spc_of_a_published_chart_gives_its_numbers(tmp_path: Path) -> None:
    case = reference_case("p_qcc_orangejuice")
    lines = zip(case["input"]["numerator"], case["input"]["denominator"], strict=True)
    text = "sample,bad,cans\n" + "".join(f"{i},{x},{n}\n" for i, (x, n) in enumerate(lines, 1))
    found = as_json(
        tmp_path, text, "--chart", "p", "--x", "sample", "--numerator", "bad",
        "--denominator", "cans", "--laney", "no", "--rules", "western_electric",
    )  # fmt: skip
    points = found["series"][0]["points"]
    assert points[0]["centre"] == pytest.approx(0.2313333, abs=1e-6)
    beyond = [p["x"] for p in points if "western_electric:rule_1" in p["signals"]]
    assert beyond == ["15", "23"]


def test_spc_as_csv_is_one_line_a_point(tmp_path: Path) -> None:
    out = spc(tmp_path, WEEKS, "--x", "week", "--series", "ward", "--value", "minutes",
              "--format", "csv", "--rules", "mdc", "nelson")  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 9
    missing = next(row for row in rows if row["class"] == "missing")
    assert (missing["series"], missing["x"], missing["charted"]) == ("5E", "2026-01-19", "")


def test_spc_of_raw_subgroups_puts_the_lines_of_a_point_together(tmp_path: Path) -> None:
    text = "day,gram\n" + "".join(f"{d},{g}\n" for d in (1, 2, 3) for g in (10 + d, 12 + d, 14 + d))
    found = as_json(tmp_path, text, "--chart", "xbar_r", "--x", "day", "--value", "gram")
    (series,) = found["series"]
    assert [point["mean"] for point in series["points"]] == [13, 14, 15]
    assert series["points"][0]["upper"] == pytest.approx(14 + 1.023 * 4, abs=0.01)


@pytest.mark.parametrize(
    ("chart", "columns"),
    [
        ("xmr", "--value"), ("mr", "--value"), ("run", "--value"), ("g", "--value"),
        ("t", "--value"), ("c", "--value"), ("np", "--numerator --denominator"),
        ("u", "--numerator --denominator"), ("i_prime", "--value --n"),
        ("xbar_s", "--n --mean --sd"), ("s", "--n --mean --sd"), ("r", "--n --mean --range"),
    ],
)  # fmt: skip
def test_spc_draws_every_kind(tmp_path: Path, chart: str, columns: str) -> None:
    text = "value,numerator,denominator,n,mean,sd,range\n" + "".join(
        f"{5 + i % 4},{3 + i % 3},{50 + i},{4 + i % 2},{9 + i % 3},{1 + i % 2},{2 + i % 2}\n"
        for i in range(15)
    )
    given = [part for name in columns.split() for part in (name, name[2:])]
    picture = tmp_path / "chart.svg"
    found = as_json(tmp_path, text, "--chart", chart, *given, "--svg", str(picture))
    (series,) = found["series"]
    assert series["refused"] is None
    assert series["points"][3]["centre"] is not None
    drawn = picture.read_text()
    ElementTree.fromstring(drawn)  # noqa: S314 - drawn a moment ago
    assert "var(" not in drawn


def test_spc_of_many_series_draws_a_file_for_each(tmp_path: Path) -> None:
    spc(tmp_path, WEEKS, "--x", "week", "--series", "ward", "--value", "minutes",
        "--svg", str(tmp_path / "chart.svg"), "--out", str(tmp_path / "out.json"))  # fmt: skip
    assert sorted(p.name for p in tmp_path.glob("*.svg")) == ["chart-4w.svg", "chart-5e.svg"]


def test_spc_steps_and_leaves_out_by_day_in_every_series_that_has_it(tmp_path: Path) -> None:
    found = as_json(
        tmp_path, WEEKS, "--x", "week", "--series", "ward", "--value", "minutes",
        "--step", "2026-01-19", "--exclude", "2026-02-02",
    )  # fmt: skip
    first, second = found["series"]
    assert [p["phase"] for p in first["points"]] == [0, 0, 1, 1, 1]
    assert [p["excluded"] for p in first["points"]] == [False] * 4 + [True]
    assert not any(p["excluded"] for p in second["points"])


def test_spc_lists_rows_it_cannot_read_and_keeps_the_rest(tmp_path: Path) -> None:
    text = "week,late,all\n1,3,10\n2,x,10\n3,11,10\n4,2,0\n5,4,10,9\n1,2,10\n6,-1,10\n7,5,10\n"
    report = tmp_path / "refused.csv"
    out = spc(tmp_path, text, "--chart", "p", "--x", "week", "--numerator", "late",
              "--denominator", "all", "--report", str(report))  # fmt: skip
    for said in (
        "6 rows were refused",
        "line 3: The numerator “x” is not a number.",
        "line 4: The numerator is above the denominator.",
        "line 5: The denominator is 0",
        "line 7: “1” stands in line 2 already.",
        "line 8: The numerator is negative.",
    ):
        assert said in out
    listed = csv.DictReader(io.StringIO(report.read_text()))
    assert [row["line"] for row in listed] == ["3", "4", "5", "6", "7", "8"]
    assert len(json.loads(out[out.index("{\n") :])["series"][0]["points"]) == 2


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("", ["--value", "a"], "The file is empty."),
        ("<!doctype html><p>", ["--value", "a"], "This is a web page, not a CSV file."),
        ("a,b\n1,2\n", ["--value", "c"], "The file has no column “c”. Its columns are “a”, “b”."),
        ("a,b\nx,y\n", ["--value", "a"], "No row of the file could be used"),
        ("a,b\n1,2\n", [], "needs --value"),
        ("a,b\n1,2\n", ["--chart", "p", "--numerator", "a"], "needs --denominator"),
        ("a,b\n1,2\n", ["--value", "a", "--step", "9"], "There is no point “9”."),
        ("a,b\n1,2\n", ["--value", "a", "--where", "b"], "should be written as COLUMN=VALUE"),
    ],
)
def test_spc_says_what_is_wrong_with_a_file(
    tmp_path: Path, text: str, options: list[str], said: str
) -> None:
    with pytest.raises(CommandError) as error:
        spc(tmp_path, text, *options)
    assert said in str(error.value)


def test_spc_says_why_a_series_has_no_limits(tmp_path: Path) -> None:
    out = spc(tmp_path, "days\n1\n0\n4\n", "--chart", "t", "--value", "days")
    assert out.startswith("Two events lie at the same time, which a t chart cannot show.")
    (series,) = json.loads(out[out.index("{\n") :])["series"]
    assert "Measure time more finely" in series["refused"]
    assert series["points"][0]["centre"] is None


def test_spc_of_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("spc", str(tmp_path / "none.csv"), "--value", "a")


def test_spc_of_the_real_file_charts_every_department(tmp_path: Path) -> None:
    file = shared("ae_attendances.csv")
    out = tmp_path / "out.json"
    call_command(
        "spc", str(file), "--chart", "p", "--x", "period", "--series", "org_code",
        "--numerator", "breaches", "--denominator", "attendances", "--where", "type=1",
        "--direction", "lower", "--out", str(out),
    )  # fmt: skip
    found = json.loads(out.read_text())["series"]
    assert len(found) == 140
    with file.open() as lines:
        rows = [r for r in csv.DictReader(lines) if r["type"] == "1" and r["org_code"] == "RRK"]
    share = sum(float(r["breaches"]) for r in rows) / sum(float(r["attendances"]) for r in rows)
    (rrk,) = (one for one in found if one["name"] == "RRK")
    assert rrk["points"][0]["centre"] == pytest.approx(share)
