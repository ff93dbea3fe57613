"""A real file through the pages: attendances of 274 organisations become control charts."""

from __future__ import annotations

import csv
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import expect

from pilots.metrics import actions as metrics
from pilots.metrics.models import Metric, Pull, Source
from tests.factories.cast import Cast
from tests.journeys.visitor import Live, Visitor
from tests.shared import shared

CHOSEN = ("RF4", "RGR", "R1H")


def test_file_uploaded_and_mapped_with_a_preview_becomes_charts(live: Live, cast: Cast) -> None:
    file = shared("ae_attendances.csv")
    jonas = live(cast.jonas)

    when_he_uploads_it_as_a_source(jonas, file)
    then_the_page_shows_its_rows_and_asks_what_they_mean(jonas)

    when_he_maps_it_wrongly_he_is_told_at_once(jonas)
    when_he_says_what_the_columns_are(jonas)
    then_he_sees_how_it_is_read(jonas, file)

    when_he_makes_metrics_of_three_organisations(jonas)
    given_the_worker_has_pulled_them()
    for code in CHOSEN:
        then_the_chart_shows_the_numbers_of_the_file(jonas, code, file)


# ---- given


def given_the_worker_has_pulled_them() -> None:
    waiting = list(Pull.objects.filter(status="waiting").values_list("pk", flat=True))
    metrics.run_together(waiting, at=timezone.now())
    assert set(Pull.objects.values_list("status", flat=True)) == {"done"}


# ---- when


def when_he_uploads_it_as_a_source(jonas: Visitor, file: Path) -> None:
    jonas.open("/sources/")
    jonas.look()
    jonas.press("Connect a source")
    jonas.press("CSV file, uploaded")
    jonas.fill("Name", "A&E attendances")
    jonas.choose("Unit", "St Brigid General")
    jonas.look()
    jonas.press("Go on to the file")
    jonas.look()
    jonas.field("File").set_input_files(file)
    jonas.press("Upload and look at it")


def when_he_maps_it_wrongly_he_is_told_at_once(jonas: Visitor) -> None:
    jonas.choose("What it is", "Proportion: so many of so many")
    jonas.choose("Date", "org_code")
    jonas.choose("Numerator", "breaches")
    jonas.choose("Denominator", "attendances")
    jonas.press("Show how it is read")
    jonas.sees("No row could be used", "Refused rows")
    jonas.look()


def when_he_says_what_the_columns_are(jonas: Visitor) -> None:
    jonas.choose("Date", "period")
    jonas.choose("A number for", "Every month")
    jonas.choose("Unit or organisation", "org_code")
    jonas.page.get_by_label("Only rows where").first.select_option(label="type")
    jonas.page.locator("[name=filter_equals_0]").fill("1")
    jonas.fill("Numbers from", "2017-01-01")
    jonas.press("Show how it is read")


def when_he_makes_metrics_of_three_organisations(jonas: Visitor) -> None:
    jonas.fill("Name", "Waits over four hours")
    jonas.fill("What is counted", "Breaches ÷ attendances, type 1")
    jonas.choose("Which way is better", "Lower is better")
    jonas.choose("It speaks of", "Safety")
    jonas.page.get_by_role("group", name="For which of them").get_by_label("Only these").check()
    jonas.page.get_by_role("textbox", name="Only these").fill(", ".join(CHOSEN))
    jonas.look()
    jonas.press("Make the metrics")
    expect(jonas.page.get_by_text("Waits over four hours · RF4")).to_be_visible()
    jonas.look()
    assert set(Metric.objects.values_list("entity", flat=True)) == set(CHOSEN)
    assert Source.objects.get().name == "A&E attendances"


# ---- then


def then_the_page_shows_its_rows_and_asks_what_they_mean(jonas: Visitor) -> None:
    jonas.sees("What the columns say", "12,765 rows", "The first rows of the file")
    jonas.look()


def then_he_sees_how_it_is_read(jonas: Visitor, file: Path) -> None:
    rows = rows_of(file)
    type_1 = [row for row in rows if row["type"] == "1"]
    expect(jonas.page.locator("#read")).to_contain_text("organisations")
    jonas.sees(f"{len({row['org_code'] for row in type_1})} organisations")
    jonas.sees(f"{len(rows) - len(type_1):,}")  # left out by the filter
    jonas.look()


def then_the_chart_shows_the_numbers_of_the_file(jonas: Visitor, code: str, file: Path) -> None:
    """Each month's share in the table under the chart, against the file itself."""
    jonas.open(f"/metrics/{Metric.objects.get(entity=code).pk}/")
    expect(jonas.page.get_by_role("heading", level=1)).to_contain_text(code)
    expect(jonas.page.locator("figure svg").first).to_be_visible()
    jonas.page.get_by_text("The numbers as a table").click()
    shown = jonas.page.get_by_role("table", name="Numbers of Waits over four hours")
    rows = [row for row in rows_of(file) if row["type"] == "1" and row["org_code"] == code]
    expect(shown.locator("tbody tr")).to_have_count(len(rows))
    cells = [row.split("\t") for row in shown.locator("tbody").inner_text().splitlines()]
    newest_first = sorted(rows, key=lambda row: row["period"], reverse=True)
    for seen, row in zip(cells, newest_first, strict=True):
        breaches, attendances = float(row["breaches"]), float(row["attendances"])
        assert seen[1] == f"{100 * breaches / attendances:.1f}%"
        assert seen[2:4] == [f"{breaches:,.0f}", f"{attendances:,.0f}"]
    jonas.look()


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))
