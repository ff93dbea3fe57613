"""Files as hospitals write them, by the command: totals, suppressed numbers, codes for missing."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from pilots.metrics import actions
from pilots.metrics.models import Metric, Observation, Pull, Source
from tests.factories.cast import NOW, Cast
from tests.fakes.workbooks import Sheets, ods, xlsx
from tests.shared import shared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_beside", "cast")]

LATE = ("date=period", "entity=code", "numerator=late", "denominator=all")
ROWS = [
    ("2025-01", "QX1", 204, 1204),
    ("2025-01", "QX2", 410, 2010),
    ("2025-02", "QX1", 200, 1190),
    ("2025-02", "QX2", 399, 2000),
    ("2025-03", "QX1", 211, 1211),
    ("2025-03", "QX2", 405, 2020),
]
SUMS = [("2025-01", 614, 3214), ("2025-02", 599, 3190), ("2025-03", 616, 3231)]


def imported(path: Path, *more: str, columns: Sequence[str] = LATE) -> str:
    out = io.StringIO()
    arguments = ["--map", *columns, "--unit", "Lakeshore Health", *more]
    call_command("import_metrics", str(path), *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def written(
    folder: Path, rows: Sequence[tuple[object, ...]], header: str = "period,code,late,all"
) -> Path:
    path = folder / "file.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])
    return path


def numbers() -> dict[str, int]:
    """How many numbers each organisation has."""
    kept = Observation.objects.values_list("metric__entity", flat=True)
    found = dict.fromkeys(Metric.objects.values_list("entity", flat=True), 0)
    for entity in kept:
        found[entity] += 1
    return found


def reported(path: Path) -> list[Mapping[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


# Totals


@pytest.mark.parametrize(
    "label",
    ["-", "–", "TOTAL", "Total", "England", "All", "All trusts", "Gesamt", "Grand total", "ZZZ9"],
)
def test_a_total_is_named_and_becomes_no_organisation(tmp_path: Path, label: str) -> None:
    total = [(period, label, late, every) for period, late, every in SUMS]
    report = tmp_path / "refused.csv"
    told = imported(written(tmp_path, [*ROWS, *total]), "--report", str(report))
    assert numbers() == {"QX1": 3, "QX2": 3}
    assert f"  {label}, 3 refused; line 8:" in told
    assert "probably" in told
    assert {row["organisation"].lstrip("'") for row in reported(report)} == {label}
    assert len(reported(report)) == 3
    assert "9 rows read, 0 left out by --where or --only, 0 outside the days, 3 refused." in told


def test_a_total_that_is_chosen_by_name_is_followed(tmp_path: Path) -> None:
    path = written(tmp_path, [*ROWS, *((p, "England", a, b) for p, a, b in SUMS)])
    imported(path, "--only", "England", "QX1")
    assert numbers() == {"QX1": 3, "England": 3}


def test_totals_are_organisations_where_it_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, [*ROWS, *((p, "All", a, b) for p, a, b in SUMS)])
    imported(path, "--keep-totals")
    assert numbers() == {"QX1": 3, "QX2": 3, "All": 3}


@pytest.mark.parametrize(
    ("first", "second"),
    [("England", "Wales"), ("Allerton", "Totnes"), ("All", "All"), ("Summer ward", "Mean Street")],
)
def test_a_name_that_only_looks_like_a_total_is_an_organisation(
    tmp_path: Path, first: str, second: str
) -> None:
    names = {"QX1": first, "QX2": second}
    rows = [
        (period, names[code], a, b)
        for period, code, a, b in ROWS
        if first != second or code == "QX1"
    ]
    imported(written(tmp_path, rows))
    assert set(numbers()) == {first, second}


def test_a_country_of_which_the_numbers_are_no_sum_is_still_asked_about(tmp_path: Path) -> None:
    rows = [*ROWS, ("2025-01", "England", 90_000, 400_000)]
    told = imported(written(tmp_path, rows))
    assert numbers() == {"QX1": 3, "QX2": 3}
    assert "“England” is probably the whole country" in told


def test_reported_file_with_totals(tmp_path: Path) -> None:
    report = tmp_path / "refused.csv"
    told = imported(shared("cases/total-row-import.csv"), "--report", str(report))
    assert numbers() == {"QX1": 3, "QX2": 3}
    assert "“-” names no organisation: this is probably a total" in told
    assert "“TOTAL” names a total of several periods" in told
    assert [row["organisation"].lstrip("'") for row in reported(report)] == ["-", "-", "-", "TOTAL"]


# Nothing usable of an organisation


@pytest.mark.parametrize("cell", ["*", "<5", "..", ":", "≤7", "1-4", "[c]", "Suppressed"])
def test_suppressed_numbers_are_kept_as_suppressed(tmp_path: Path, cell: str) -> None:
    rows = [*ROWS[:3], ("2025-01", "QX9", cell, 17), ("2025-02", "QX9", cell, 19)]
    report = tmp_path / "refused.csv"
    told = imported(written(tmp_path, rows), "--report", str(report))
    assert numbers() == {"QX1": 2, "QX2": 1}
    assert "Nothing could be used of 1 named in the file:" in told
    assert "QX9, 2 refused; line 5: The numerator is suppressed" in told
    assert "2 refused (2 suppressed)." in told
    assert [row["organisation"] for row in reported(report)] == ["QX9", "QX9"]
    assert all("not zero" in row["why it was refused"] for row in reported(report))


def test_reported_file_of_which_an_organisation_is_suppressed(tmp_path: Path) -> None:
    report = tmp_path / "refused.csv"
    told = imported(shared("cases/all-suppressed-organisation.csv"), "--report", str(report))
    assert numbers() == {"QX1": 2}
    assert "QX9, 2 refused" in told
    assert [(row["organisation"], row["line"]) for row in reported(report)] == [
        ("QX9", "4"),
        ("QX9", "5"),
    ]


# Codes for missing


@pytest.mark.parametrize("code", ["-999999", "9999", "NULL", "not counted"])
def test_a_code_for_missing_is_no_number(tmp_path: Path, code: str) -> None:
    rows = [("2025-01", "QX1", 41), ("2025-02", "QX1", code), ("2025-03", "QX1", 43)]
    path = written(tmp_path, rows, "period,code,minutes")
    told = imported(
        path, "--missing", code, columns=("date=period", "entity=code", "value=minutes")
    )
    assert numbers() == {"QX1": 2}
    assert f"The value is not known (“{code}”)" in told
    assert "1 refused (1 not known)." in told


# The other files as they were reported


@pytest.mark.parametrize(
    ("name", "columns", "periods"),
    [
        ("title-rows-narrow", ("date=Period", "entity=Code", "value=Cancelled"), "2025-01 2025-02 2025-03"),
        ("two-digit-year-months", ("date=Period", "entity=Code", "numerator=Seen within 18 weeks",
         "denominator=All waiting"), "2019-04 2019-05 2019-06 2019-07"),
        ("excel-serial-dates", ("date=month", "entity=code", "numerator=late", "denominator=all"),
         "2025-01 2025-02 2025-03"),
        ("period-code-with-month", ("date=Period", "entity=Org Code",
         "value=Attendances over 4hrs Type 1"), "2025-04"),
    ],
)  # fmt: skip
def test_reported_files_are_imported_right(name: str, columns: Sequence[str], periods: str) -> None:
    told = imported(shared(f"cases/{name}.csv"), columns=columns)
    for metric in Metric.objects.all():
        kept = Observation.objects.filter(metric=metric).order_by("period")
        assert [f"{one.period:%Y-%m}" for one in kept] == periods.split()
    assert {"QX1"} <= set(numbers()) <= {"QX1", "QX2"}
    if name == "period-code-with-month":
        assert set(numbers()) == {"QX1", "QX2"}
        assert "TOTAL, 1 refused; line 4: “TOTAL” names a total" in told


# Spreadsheets

HALF_YEAR = [
    ("month", "org", "late", "all"),
    *((date(2025, m, 1), "QX1", m, 40) for m in range(1, 7)),
]
BOOK: Sheets = {
    "Notes & more": [("Made up",)],
    "A&E": [*HALF_YEAR, *((date(2025, m, 1), "QX9", "*", 40) for m in range(1, 7))],
    "Old": [("month", "org", "late", "all"), (date(2024, 1, 1), "QX1", 9, 40)],
}
OF_BOOK = ("date=month", "entity=org", "numerator=late", "denominator=all")


def test_a_sheet_is_imported_by_name(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(xlsx(BOOK))
    imported(path, columns=OF_BOOK)
    assert numbers() == {"QX1": 6}
    imported(path, "--sheet", "Old", "--name", "Before", columns=OF_BOOK)
    assert Observation.objects.get(metric__name="Before").numerator == 9


def test_a_sheet_is_mapped_on_the_page_and_what_cannot_be_used_is_named(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.ada)
    client.post(
        reverse("pilots:source-create") + "?kind=csv_upload",
        {"name": "A&E", "unit": cast.lakeshore.pk, "steward": "Analysts"},
    )
    source = Source.objects.get()
    file = SimpleUploadedFile("book.ods", ods(BOOK))
    here = client.post(reverse("pilots:source-upload", args=[source.pk]), {"file": file}).headers[
        "Location"
    ]
    page = client.get(here)
    assert "This is the sheet “A&amp;E”" in page.content.decode()
    assert f"{here}?sheet=Notes%20%26%20more" in page.content.decode()
    form = page.context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    assert (typed["sheet"], typed["date"], typed["entity_column"]) == ("A&E", "month", "org")
    typed |= {
        "numerator": "late",
        "denominator": "all",
        "value": "",
        "kind": "proportion",
        "pull_from": "2025-01-01",
    }
    seen = client.post(here, {**typed, "step": "look"})
    assert seen.context["mapped"].unusable_listed[0][:2] == ("QX9", 6)
    assert "QX9" in seen.content.decode()
    assert seen.context["mapped"].counts.suppressed == 6
    other = client.get(f"{here}?sheet=Old").context["form"]
    assert other["sheet"].value() == "Old"
    client.post(here, {**typed, "step": "create", "name": "Late", "definition": "late ÷ all", "which": "all",
                       "direction": "lower", "dimension": "workflow"})  # fmt: skip
    metric = Metric.objects.get()
    assert (metric.entity, metric.binding["sheet"]) == ("QX1", "A&E")
    actions.run_batch(Pull.objects.values_list("pk", flat=True), at=NOW)
    assert numbers() == {"QX1": 6}
    assert "cut" not in " ".join(Pull.objects.get().notes)


# A second key


def test_each_pair_of_two_columns_is_a_metric_in_the_unit_of_the_first(
    tmp_path: Path, cast: Cast
) -> None:
    cast.harbor.code = "QX1"
    cast.harbor.save()
    rows = [
        (f"2025-0{month}", code, speciality, number + month, 40)
        for month in (1, 2, 3)
        for code, speciality, number in (
            ("QX1", "Surgery", 3), ("QX1", "Medicine", 11), ("QX1", "Total", 14),
            ("QX2", "Surgery", 7), ("QX2", "", 2), ("-", "Surgery", 10),
        )
    ]  # fmt: skip
    path = written(tmp_path, rows, "period,code,speciality,late,all")
    told = imported(path, columns=[*LATE, "also=speciality"])
    assert numbers() == {"QX1 · Surgery": 3, "QX1 · Medicine": 3, "QX2 · Surgery": 3}
    units = {one.entity: one.unit for one in Metric.objects.select_related("unit")}
    assert units["QX1 · Surgery"] == cast.harbor
    assert units["QX2 · Surgery"] == cast.lakeshore
    assert "“Total” is probably a total of other rows" in told
    assert "“-” names no organisation" in told
    assert "The column “speciality” is empty" in told
    kept = Observation.objects.get(metric__entity="QX1 · Medicine", period=date(2025, 2, 1))
    assert kept.numerator == 13


def test_one_of_many_pairs_is_read_alone(tmp_path: Path) -> None:
    rows = [("2025-01", code, part, 3, 40) for code in ("A", "B") for part in ("X", "Y")]
    path = written(tmp_path, rows, "period,code,part,late,all")
    imported(path, "--only", "B · X", columns=[*LATE, "also=part"])
    assert numbers() == {"B · X": 1}


def test_a_name_that_is_too_long_for_a_metric_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, [("2025-01", "A" * 40, "X" * 40, 3, 40)], "period,code,part,late,all")
    with pytest.raises(CommandError, match="longer than 60 characters"):
        imported(path, columns=[*LATE, "also=part"])
    assert not Source.objects.exists()


# A number in several columns


def test_counts_by_type_are_added_up_and_said_in_the_definition(tmp_path: Path) -> None:
    """As the monthly file of the NHS sets them apart."""
    rows = [
        (period, code, late - 4, 4, every - 90, 60, 30) for period, code, late, every in ROWS
    ] + [("2025-04", "QX1", 10, "-", 100, 10, 10)]
    path = written(tmp_path, rows, "period,code,late 1,late 2,seen 1,seen 2,seen other")
    told = imported(
        path,
        columns=(
            "date=period", "entity=code", "numerator=late 1", "numerator+=late 2",
            "denominator=seen 1", "denominator+=seen 2", "denominator+=seen other",
        ),
    )  # fmt: skip
    kept = Observation.objects.order_by("period", "metric__entity")
    assert [
        (
            f"{one.period:%Y-%m}",
            one.metric.entity,
            int(one.numerator or 0),
            int(one.denominator or 0),
        )
        for one in kept.select_related("metric")
    ] == ROWS
    assert "The numerator is not known" in told
    metric = Metric.objects.get(entity="QX1")
    assert metric.definition == "late 1 + late 2 ÷ seen 1 + seen 2 + seen other"
    assert metric.binding["denominator_more"] == ["seen 2", "seen other"]


def test_column_is_added_to_what_is_counted_alone(tmp_path: Path) -> None:
    path = written(tmp_path, ROWS)
    with pytest.raises(CommandError, match=r"“value\+” is no role"):
        imported(path, columns=("date=period", "entity=code", "value=late", "value+=all"))


# Midnights of somewhere else


ABROAD = [(f"2025-{month:02}-{day}T{hour}:00:00Z", "QX1", 20 + month, 1200) for month, day, hour in [
    (2, 28, 23), (3, 31, 22), (4, 30, 22)
]]  # fmt: skip


def months() -> dict[int, int]:
    rows = Observation.objects.values_list("period", "numerator")
    return {period.month: int(numerator or 0) for period, numerator in rows}


def test_midnights_of_the_system_of_an_uploaded_file_are_on_its_days(
    tmp_path: Path, cast: Cast
) -> None:
    path = written(tmp_path, ABROAD)
    with pytest.raises(CommandError, match="Is Europe/Berlin meant"):
        imported(path, "--cadence", "month", "--zone", "Europe/Berlim")
    imported(path, "--cadence", "month", "--zone", "Europe/Berlin")
    assert months() == {3: 22, 4: 23, 5: 24}
    source = Source.objects.get()
    assert source.config["time_zone"] == "Europe/Berlin"
    assert "time_zone" not in Metric.objects.get().binding
    # The same source is read by the same days, also where nobody says them again.
    imported(path, "--cadence", "month")
    assert months() == {3: 22, 4: 23, 5: 24}
    imported(path, "--cadence", "month", "--name", "Counted again")
    begin = Metric.objects.values_list("pull_from", flat=True)
    assert set(begin) == {date(2025, 3, 1)}


def test_page_of_an_uploaded_source_asks_for_its_zone_and_reads_by_it(
    tmp_path: Path, cast: Cast
) -> None:
    browser = Client()
    browser.force_login(cast.jonas)
    form = reverse("pilots:source-create") + "?kind=csv_upload"
    sent = {"name": "Abroad", "unit": cast.brigid.pk, "time_zone": "Europe/Berlim"}
    page = browser.post(form, sent).content.decode()
    assert "Is Europe/Berlin meant?" in page
    assert "Europe/Berlim" in page
    browser.post(form, {**sent, "time_zone": "Europe/Berlin"})
    source = Source.objects.get()
    actions.upload_file(
        source, name="a.csv", content=written(tmp_path, ABROAD).read_bytes(), by=cast.jonas, at=NOW
    )
    page = browser.get(reverse("pilots:source-map", args=[source.pk])).content.decode()
    assert "May 2025" in page
    assert "Feb 2025" not in page
