"""Ada uploads a real file, says what its columns mean, and every hospital in it gets its chart."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

from playwright.sync_api import expect

from pilots.metrics.models import Metric, Observation, Pull, Source
from tests.factories.cast import Cast
from tests.journeys.visitor import Live, Visitor
from tests.patience import wait_until
from tests.shared import shared
from tests.worker import Worker

NAME = "Waits over four hours"
CODE = "RF4"
# By organisation and month: breaches and attendances.
Counts = dict[str, dict[str, tuple[int, int]]]


def test_file_is_uploaded_mapped_and_charted_for_every_organisation(
    live: Live, cast: Cast, worker: Worker
) -> None:
    path = shared("ae_attendances.csv")
    expected = read_independently(path)
    ada = live(cast.ada)
    when_she_uploads(ada, path)
    then_she_sees_its_columns_and_how_they_would_be_read(ada)

    when_she_takes_the_organisation_for_the_date(ada)
    then_a_sentence_says_so_and_her_choices_stay(ada)
    when_she_says_what_the_columns_mean(ada)
    then_every_number_of_type_one_would_come(ada, expected)

    when_she_makes_the_metrics(ada)
    ada.sees("140 metrics were made; their numbers are being read.", "140 metrics")
    ada.look()
    wait_until(lambda: Pull.objects.filter(status="done").count() == len(expected))
    assert Observation.objects.count() == sum(len(months) for months in expected.values())

    when_she_looks_for_one(ada)
    then_its_chart_and_its_numbers_are_those_of_the_file(ada, expected[CODE])
    then_the_source_says_how_it_does(ada)


def test_some_organisations_are_made_on_a_phone_by_night(
    live: Live, cast: Cast, worker: Worker
) -> None:
    path = shared("ae_attendances.csv")
    expected = read_independently(path)
    ada = live(cast.ada, device="phone", scheme="dark")
    when_she_uploads(ada, path)
    then_she_sees_its_columns_and_how_they_would_be_read(ada)
    when_she_says_what_the_columns_mean(ada)
    then_every_number_of_type_one_would_come(ada, expected)

    ada.tick("Only these")
    when_she_makes_the_metrics(ada)
    ada.sees("Name at least one, or take every one in the file.")
    expect(ada.field("Name")).to_have_value(NAME)
    ada.look()
    ada.fill("Which ones", f"{CODE}, RGT")
    ada.press("Make the metrics")
    ada.sees("2 metrics were made; their numbers are being read.")
    assert set(Metric.objects.values_list("entity", flat=True)) == {CODE, "RGT"}
    wait_until(lambda: Pull.objects.filter(status="done").count() == 2)
    ada.open(f"/metrics/{Metric.objects.get(entity=CODE).pk}/")
    then_its_chart_and_its_numbers_are_those_of_the_file(ada, expected[CODE])


def test_columns_are_mapped_without_script(live: Live, cast: Cast) -> None:
    path = shared("ae_attendances.csv")
    ada = live(cast.ada, javascript=False)
    when_she_uploads(ada, path)
    when_she_says_what_the_columns_mean(ada)
    ada.sees("4,932 numbers come out of it, for 140 organisations.")
    expect(ada.field("with")).to_have_value("1")
    ada.look()
    assert not Metric.objects.exists()


def read_independently(path: Path) -> Counts:
    """Type 1 attendances, read without any of our code."""
    found: Counts = defaultdict(dict)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["type"] == "1":
                counts = (int(float(row["breaches"])), int(float(row["attendances"])))
                found[row["org_code"]][row["period"]] = counts
    return found


# ---- when


def when_she_uploads(ada: Visitor, path: Path) -> None:
    ada.open("/sources/")
    ada.look()
    ada.press("Connect a source")
    ada.look()
    ada.page.get_by_role("link", name="CSV file, uploaded").click()
    ada.fill("Name", "A&E attendances")
    ada.choose("Unit", "Lakeshore Health")
    ada.fill("Who can fix it", "Performance analysts, ext. 2210")
    ada.look()
    ada.press("Go on to the file")
    ada.press("Upload and look at it")
    ada.sees("Choose a file first.")
    ada.look()
    ada.page.locator("input[type=file]").set_input_files(path)
    ada.press("Upload and look at it")
    ada.sees("What the columns say")


def when_she_takes_the_organisation_for_the_date(ada: Visitor) -> None:
    ada.choose("Date", "org_code")
    ada.choose("Numerator", "breaches")
    ada.press("Show how it is read")


def when_she_says_what_the_columns_mean(ada: Visitor) -> None:
    ada.choose("Date", "period")
    ada.choose("Unit or organisation", "org_code")
    ada.choose("Only rows where", "type")
    ada.fill("with", "1")
    ada.choose("Numerator", "breaches")
    ada.choose("Denominator", "attendances")
    ada.press("Show how it is read")


def when_she_makes_the_metrics(ada: Visitor) -> None:
    ada.press("Make the metrics")
    ada.sees("Something is missing or unclear")
    expect(ada.field("with")).to_have_value("1")
    # The mapping is right, and still shown as it is read.
    ada.sees("4,932 numbers come out of it")
    ada.look()
    ada.fill("Name", NAME)
    ada.fill("What is counted", "Waits over four hours ÷ attendances, type 1")
    ada.choose("Which way is better", "Lower is better")
    ada.choose("It speaks of", "Workflow")
    ada.press("Make the metrics")


def when_she_looks_for_one(ada: Visitor) -> None:
    ada.open(f"/metrics/?source={Source.objects.get().pk}&q={CODE}")
    ada.sees("1 metric")
    ada.look()
    ada.page.get_by_role("link", name=f"{NAME} · {CODE}").click()


# ---- then


def then_she_sees_its_columns_and_how_they_would_be_read(ada: Visitor) -> None:
    ada.sees("12,765 rows", "Several rows share a period.")
    first = ada.page.get_by_role("table", name="The first rows of the file")
    expect(first.locator("tbody tr").first).to_contain_text("2017-03-01")
    # Guessed from the names and the values of the columns.
    for label, column in (
        ("Date", "period"),
        ("Numerator", "breaches"),
        ("Denominator", "attendances"),
        ("Unit or organisation", "org_code"),
        ("A number for", "month"),
    ):
        expect(ada.field(label)).to_have_value(column)
    # Three types of a hospital share a month: none of them is taken for the whole.
    refused = ada.page.get_by_role("table", name="Refused rows")
    expect(refused.locator("tbody tr").first).to_contain_text("2017")
    ada.look()


def then_a_sentence_says_so_and_her_choices_stay(ada: Visitor) -> None:
    ada.sees("It cannot be read like this")
    expect(ada.field("Date")).to_have_value("org_code")
    expect(ada.field("Numerator")).to_have_value("breaches")
    ada.look()


def then_every_number_of_type_one_would_come(ada: Visitor, expected: Counts) -> None:
    used = sum(len(months) for months in expected.values())
    ada.sees(f"{used:,} numbers come out of it, for {len(expected)} organisations.")
    read = ada.page.locator("#mapped-file")
    for label, count in (
        ("Rows in the file", "12,765"),
        ("Used", f"{used:,}"),
        ("Left out by the filter", f"{12765 - used:,}"),
        ("Refused", "0"),
    ):
        expect(read.get_by_text(re.compile(rf"^\s*{label}\s*{count}\s*$")).first).to_be_visible()
    expect(read.get_by_role("heading", name="How it is read")).to_be_in_viewport()
    assert not Metric.objects.exists()
    ada.look()


def then_its_chart_and_its_numbers_are_those_of_the_file(
    ada: Visitor, expected: dict[str, tuple[int, int]]
) -> None:
    drawn = ada.page.locator(".chart-drawing svg").filter(visible=True)
    expect(drawn).to_have_count(1)
    ada.page.get_by_text("The numbers as a table").click()
    table = ada.page.get_by_role("table", name=f"Numbers of {NAME}")
    expect(table.locator("tbody tr")).to_have_count(len(expected))
    for shown, (_month, (breaches, attendances)) in zip(
        table.locator("tbody tr").all(), sorted(expected.items(), reverse=True), strict=True
    ):
        for word in (f"{100 * breaches / attendances:.1f}%", f"{breaches:,}", f"{attendances:,}"):
            expect(shown).to_contain_text(word)
    over, under = (sum(counts) for counts in zip(*expected.values(), strict=True))
    ada.sees(f"{100 * over / under:.1f}%")
    ada.look()


def then_the_source_says_how_it_does(ada: Visitor) -> None:
    ada.open(f"/sources/{Source.objects.get().pk}/")
    ada.sees("All 140 metrics, with their charts", "ae_attendances.csv")
    ada.look()
