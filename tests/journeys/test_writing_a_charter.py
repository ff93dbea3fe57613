"""Jonas writes the charter of a pilot, page by page, until the gate asks for nothing more."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from playwright.sync_api import Locator, expect

from demo.hospital.server import REPORT_PASSWORD, REPORT_USER, Hospital
from okrs.alignment.models import Contribution
from pilots.funding.models import Fund, Request
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric
from pilots.staffing import actions as staffing
from pilots.staffing.models import TimeRequest
from tests.factories.cast import Cast
from tests.factories.goals import make_key_result
from tests.factories.pilots import make_fund, make_need, on_team, open_pilot
from tests.journeys.measured import CORRECTIONS, NOTE_TIME, connect_fhir
from tests.journeys.visitor import Live, Visitor

TITLE = "Ambient notes in primary care"
HYPOTHESIS = "If the room listens, minutes in notes fall from 16 to 13 by summer."
CHANGE = "The visit is drafted while it happens; the clinician checks and signs."
WEEKS = 26


def test_charter_is_written_page_by_page_and_proposed(
    live: Live, cast: Cast, hospital: Hospital
) -> None:
    pilot, fund = given_a_pilot_that_the_office_opened(cast), given_a_fund(cast)
    connect_fhir(cast, hospital)
    make_key_result(cast, title="Minutes in notes per visit")
    given_priya_is_promised_elsewhere(cast)
    jonas = live(cast.jonas)

    when_he_follows_what_waits_for_him(jonas)
    then_the_gate_still_asks_for(jonas, "0 of 10", "Write down the hypothesis,")

    when_he_writes_what_will_be_done_where_and_when(jonas)
    then_the_gate_still_asks_for(jonas, "2 of 10", "Dr Amara Osei is asked to sponsor it")
    when_amara_says_that_she_sponsors_it(live(cast.amara))
    jonas.open(pilot.get_absolute_url())
    then_the_gate_still_asks_for(jonas, "3 of 10", "Answer the short questionnaire")
    when_he_answers_the_questionnaire(jonas)
    when_he_says_whose_work_changes(jonas, pilot)

    when_he_promises_his_own_time(jonas)
    then_priya_has_too_little_left(jonas)
    when_priya_is_asked_for_less(jonas)

    when_he_gets_a_line_of_the_budget_wrong(jonas, fund)
    then_what_he_typed_is_still_there(jonas)
    when_he_mends_the_line(jonas)
    then_the_page_of_the_pilot_says_what_it_asks_for(jonas, fund)

    when_he_plans_the_primary_metric_on_a_source_that_he_connects(jonas, pilot, hospital)
    when_he_plans_a_guardrail_on_the_fhir_server(jonas, pilot)
    then_the_gate_still_asks_for(jonas, "11 of 12", "Say which key result this pilot serves")
    when_he_says_which_key_result_it_serves(jonas)

    when_he_proposes_it(jonas)
    then_everything_is_kept_as_he_wrote_it(cast, pilot, fund)


def test_charter_is_written_on_a_phone_by_night(live: Live, cast: Cast) -> None:
    given_a_pilot_that_the_office_opened(cast)
    fund = given_a_fund(cast)
    given_priya_is_promised_elsewhere(cast)
    jonas = live(cast.jonas, device="phone", scheme="dark")
    when_he_follows_what_waits_for_him(jonas)
    when_he_writes_what_will_be_done_where_and_when(jonas)
    when_he_answers_the_questionnaire(jonas)
    when_he_promises_his_own_time(jonas)
    then_priya_has_too_little_left(jonas)
    when_he_gets_a_line_of_the_budget_wrong(jonas, fund)
    then_what_he_typed_is_still_there(jonas)
    when_he_mends_the_line(jonas)
    then_the_page_of_the_pilot_says_what_it_asks_for(jonas, fund)


def test_budget_has_more_lines_without_script(live: Live, cast: Cast) -> None:
    pilot = given_a_pilot_that_the_office_opened(cast)
    fund = given_a_fund(cast)
    jonas = live(cast.jonas, javascript=False)
    jonas.open(f"{pilot.get_absolute_url()}budget/")
    expect(lines(jonas)).to_have_count(3)
    jonas.choose("Fund", f"{fund}, $250,000 left")
    when_he_fills_a_line(jonas, 1, "Licences for 40 clinicians", "Software and licences", "60000")
    # Not even a wrong one is lost or complained about before its time.
    when_he_fills_a_line(jonas, 2, "Two afternoons", "Training and backfill", "8000.505")

    jonas.press("More lines")
    expect(lines(jonas)).to_have_count(6)
    then_line_says(jonas, 1, "Licences for 40 clinicians", "60000")
    then_line_says(jonas, 2, "Two afternoons", "8000.505")
    expect(jonas.field("Fund")).to_have_value(str(fund.pk))
    jonas.sees_not("Something is missing or unclear")
    jonas.look()

    when_he_fills_a_line(jonas, 2, "Two afternoons", "Training and backfill", "8000")
    when_he_fills_a_line(jonas, 6, "A microphone a room", "Equipment", "0.50")
    jonas.press("Keep the budget")
    jonas.sees("The budget is kept.", "$68,000.50")
    assert Request.objects.get().amount == Decimal("68000.50")


# ---- given


def given_a_pilot_that_the_office_opened(cast: Cast) -> Pilot:
    need = make_need(cast)
    return open_pilot(cast, title=TITLE, needs=[need], sponsor=None, at=timezone.now())


def given_a_fund(cast: Cast) -> Fund:
    return make_fund(cast, "250000", name="Innovation fund")


def given_priya_is_promised_elsewhere(cast: Cast) -> None:
    """To a pilot of her own, with 30 of the 40 percent that she has for pilots."""
    cast.priya.capacity_percent = 40
    cast.priya.save()
    other = open_pilot(cast, title="Falls on nights", lead=cast.priya, needs=[make_need(cast)])
    today = timezone.localdate()
    on_team(
        other,
        person=cast.priya,
        role="lead",
        percent=30,
        starts_on=today,
        ends_on=today + timedelta(weeks=52),
        by=cast.priya,
        at=timezone.now(),
    )


# ---- when


def when_he_follows_what_waits_for_him(jonas: Visitor) -> None:
    jonas.open("/")
    jonas.sees("Its charter comes next")
    jonas.look()
    jonas.press("Write the charter")
    jonas.sees("Grew from Ana Ruiz’s need", "Shape it")
    jonas.look()


def when_he_writes_what_will_be_done_where_and_when(jonas: Visitor) -> None:
    jonas.press("Write the charter")
    jonas.look()
    starts = timezone.localdate() + timedelta(days=14)
    jonas.fill("Hypothesis", HYPOTHESIS)
    jonas.fill("What will be done differently", CHANGE)
    jonas.fill("Starts on", starts.isoformat())
    jonas.fill("Ends on", (starts - timedelta(weeks=WEEKS)).isoformat())
    jonas.tick("Medicine")
    jonas.choose("Executive sponsor", "Dr Amara Osei")
    jonas.press("Keep it")
    jonas.sees("The end must come after the start.")
    expect(jonas.field("Hypothesis")).to_have_value(HYPOTHESIS)
    expect(jonas.page.get_by_label("Medicine")).to_be_checked()
    jonas.look()
    jonas.fill("Ends on", (starts + timedelta(weeks=WEEKS)).isoformat())
    jonas.press("Keep it")
    jonas.sees("Kept.", HYPOTHESIS, CHANGE, "Dr Amara Osei")
    jonas.look()


def when_amara_says_that_she_sponsors_it(amara: Visitor) -> None:
    amara.open("/")
    amara.sees("asks you to sponsor it.")
    amara.press("Answer")
    amara.look()
    amara.tick("Yes, I sponsor it")
    amara.press("Answer")
    amara.sees("You sponsor it from now on.")


def when_he_says_whose_work_changes(jonas: Visitor, pilot: Pilot) -> None:
    jonas.open(pilot.get_absolute_url())
    jonas.page.get_by_role("link", name="Name each group whose work changes").click()
    jonas.look()
    jonas.press("Name a group")
    jonas.fill("Who they are", "Clinicians of the ward")
    jonas.fill("How many people", "24")
    jonas.choose("Site of the pilot", "Medicine")
    jonas.fill(
        "What changes for them", "The note is drafted while they talk; they read it and sign."
    )
    jonas.choose("Those who are to use it", "Complicated")
    jonas.look()
    jonas.press("Name it")
    jonas.sees("The group is named.")
    jonas.open(pilot.get_absolute_url())


def when_he_answers_the_questionnaire(jonas: Visitor) -> None:
    jonas.page.get_by_role("link", name="Answer the short questionnaire").click()
    jonas.look()
    for question in (
        "Does it analyse an image, a signal or a pattern?",
        "Does it give advice about a particular patient?",
        "Does it change how care is organised?",
    ):
        jonas.page.get_by_role("group", name=question).get_by_label("No", exact=True).check()
    jonas.press("Find the pathway")
    jonas.sees("Why this one", "The fast track")
    jonas.look()
    jonas.press("Back to the pilot")


def when_he_promises_his_own_time(jonas: Visitor) -> None:
    jonas.page.get_by_role("link", name="Give Jonas Park, who leads it, a share of time").click()
    jonas.look()
    when_he_asks_for_time(jonas, "Jonas Park, 100 % free", "Lead", "10")
    jonas.sees("Jonas Park is on the team.")


def when_he_asks_for_time(jonas: Visitor, person: str, role: str, percent: str) -> None:
    jonas.choose("Who", person)
    jonas.choose("As", role)
    jonas.fill("Share of time", percent)
    jonas.fill("Why", "The ward asks for it.")
    jonas.press("Ask for the time")


def when_priya_is_asked_for_less(jonas: Visitor) -> None:
    jonas.fill("Share of time", "10")
    jonas.press("Ask for the time")
    jonas.sees("Priya Raman is asked, and on the team once they say yes.", "Waits for Priya Raman")
    jonas.look()
    asked = TimeRequest.objects.for_list().get(answer="")
    staffing.agree(asked, by=asked.person, at=timezone.now())
    jonas.page.reload()
    jonas.sees("2 people, 0.2 of full time between them")


def when_he_gets_a_line_of_the_budget_wrong(jonas: Visitor, fund: Fund) -> None:
    jonas.open(Pilot.objects.get(title=TITLE).get_absolute_url())
    jonas.page.get_by_role("link", name="Write the budget, line by line").click()
    jonas.look()
    jonas.choose("Fund", f"{fund}, $250,000 left")
    when_he_fills_a_line(jonas, 1, "Licences for 40 clinicians", "Software and licences", "60000")
    when_he_fills_a_line(jonas, 2, "Two afternoons", "Training and backfill", "8000.505")
    jonas.press("Keep the budget")


def when_he_fills_a_line(
    jonas: Visitor, number: int, what: str, category: str, amount: str
) -> None:
    line = lines(jonas).nth(number - 1)
    line.get_by_label("What").fill(what)
    line.get_by_label("For").select_option(label=category)
    line.get_by_label("Amount").fill(amount)


def when_he_mends_the_line(jonas: Visitor) -> None:
    lines(jonas).nth(1).get_by_label("Amount").fill("8000.50")
    jonas.press("Keep the budget")
    jonas.sees("The budget is kept.")


def when_he_plans_the_primary_metric_on_a_source_that_he_connects(
    jonas: Visitor, pilot: Pilot, hospital: Hospital
) -> None:
    jonas.page.get_by_role("link", name="Choose the one number that decides").click()
    jonas.look()
    jonas.press("Connect another source")
    jonas.look()
    jonas.page.get_by_role("link", name="REST or JSON").click()
    jonas.fill("Name", "Lakeshore reporting interface")
    jonas.choose("Unit", "St Brigid General")
    jonas.fill("Who can fix it", "Reporting team, ext. 4410")
    jonas.fill("Base address", f"{hospital.address}/api/v1")
    jonas.choose("How to sign in", "User name and password")
    jonas.fill("User name", REPORT_USER)
    jonas.fill("Password", REPORT_PASSWORD)
    jonas.look()
    jonas.press("Connect it")
    jonas.sees("Lakeshore reporting interface is connected.", "Which source knows the number?")
    jonas.look()

    jonas.page.get_by_role("link", name="Lakeshore reporting interface").click()
    expect(jonas.field("Role")).to_have_value("primary")
    jonas.fill("Name", NOTE_TIME["name"])
    jonas.fill("What is counted", NOTE_TIME["definition"])
    jonas.choose("What it is", "One value a period")
    jonas.fill("Measured in", "minutes")
    jonas.choose("Which way is better", "Lower is better")
    jonas.choose("It speaks of", "Workflow")
    binding = NOTE_TIME["binding"]
    jonas.fill("Path", binding["path"])
    jonas.fill("Rows", "data.lines")
    jonas.fill("Period", binding["period"])
    jonas.fill("Value", binding["value"])
    jonas.fill("How many it rests on", binding["n"])
    jonas.press("Try it")
    # No such list is in the answer: the source's own words, and nothing typed is gone.
    jonas.sees("Nothing came")
    jonas.look()
    jonas.fill("Rows", binding["rows"])
    jonas.press("Try it")
    jonas.sees("numbers came.", "The newest of them")
    jonas.look()
    when_he_says_what_it_must_show(jonas)
    jonas.fill("Target", "13")
    jonas.press("Plan it")
    jonas.sees("Note time per visit is planned; its numbers are being pulled.")
    jonas.look()
    jonas.open(pilot.get_absolute_url())


def when_he_plans_a_guardrail_on_the_fhir_server(jonas: Visitor, pilot: Pilot) -> None:
    jonas.page.get_by_role("link", name="Choose at least one guardrail").click()
    jonas.page.get_by_role("link", name="Lakeshore FHIR").click()
    expect(jonas.field("Role")).to_have_value("guardrail")
    jonas.fill("Name", CORRECTIONS["name"])
    jonas.fill("What is counted", CORRECTIONS["definition"])
    jonas.choose("What it is", "Proportion: so many of so many")
    jonas.choose("Which way is better", "Lower is better")
    jonas.choose("It speaks of", "Safety")
    jonas.fill("Search for the numerator", CORRECTIONS["binding"]["numerator_query"])
    jonas.fill("Search for the denominator", CORRECTIONS["binding"]["denominator_query"])
    when_he_says_what_it_must_show(jonas)
    jonas.press("Plan it")
    jonas.sees("A guardrail needs a limit: beyond it, it raises an alarm.")
    jonas.look()
    jonas.fill("Limit", "6")
    jonas.press("Try it")
    jonas.sees("numbers came.")
    jonas.look()
    jonas.press("Plan it")
    jonas.sees("Notes corrected afterwards is planned; its numbers are being pulled.")
    jonas.open(pilot.get_absolute_url())


def when_he_says_what_it_must_show(jonas: Visitor) -> None:
    today = timezone.localdate()
    jonas.fill("Baseline from", (today - timedelta(weeks=20)).isoformat())
    jonas.fill("Baseline until", today.isoformat())


def when_he_says_which_key_result_it_serves(jonas: Visitor) -> None:
    jonas.page.get_by_role("link", name="Say which key result this pilot serves").click()
    jonas.look()
    option = jonas.field("Key result").locator("option", has_text="Minutes in notes per visit")
    jonas.choose("Key result", option.inner_text())
    jonas.fill("Claimed change", "-4.5")
    jonas.press("Link it")
    jonas.sees("Linked", "claims −4.5 minutes")
    jonas.look()


def when_he_proposes_it(jonas: Visitor) -> None:
    jonas.open(Pilot.objects.get(title=TITLE).get_absolute_url())
    jonas.sees("Everything the gate asks for is there.")
    jonas.look()
    jonas.press("Ask for resources")
    jonas.sees("$68,000.50 from Innovation fund 2026.")
    jonas.look()
    jonas.fill("The team's case", "Two wards are ready; the vendor holds the price until June.")
    jonas.press("Propose it")
    jonas.sees("Waiting for a decision")
    jonas.look()


# ---- then


def then_the_gate_still_asks_for(jonas: Visitor, so_far: str, sentence: str) -> None:
    jonas.sees(so_far, sentence)
    jonas.look()


def then_priya_has_too_little_left(jonas: Visitor) -> None:
    when_he_asks_for_time(jonas, "Priya Raman, 10 % free", "Member", "25")
    jonas.sees("Priya Raman has 30 % of full time promised on", "10 % would.")
    expect(jonas.field("Share of time")).to_have_value("25")
    jonas.look()


def then_what_he_typed_is_still_there(jonas: Visitor) -> None:
    jonas.sees("Amount, line 2", "At most two digits after the point.")
    then_line_says(jonas, 1, "Licences for 40 clinicians", "60000")
    then_line_says(jonas, 2, "Two afternoons", "8000.505")
    jonas.look()


def then_line_says(jonas: Visitor, number: int, what: str, amount: str) -> None:
    line = lines(jonas).nth(number - 1)
    expect(line.get_by_label("What")).to_have_value(what)
    expect(line.get_by_label("Amount")).to_have_value(amount)


def then_the_page_of_the_pilot_says_what_it_asks_for(jonas: Visitor, fund: Fund) -> None:
    jonas.sees("Asks for", "$68,000.50", str(fund))
    jonas.look()


def then_everything_is_kept_as_he_wrote_it(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    pilot.refresh_from_db()
    assert (pilot.status, pilot.sponsor) == ("proposed", cast.amara)
    assert (pilot.hypothesis, pilot.change) == (HYPOTHESIS, CHANGE)
    assert list(pilot.sites.all()) == [cast.medicine]
    asked = Request.objects.get(pilot=pilot)
    assert (asked.fund, asked.amount) == (fund, Decimal("68000.50"))
    assert {(a.person, a.percent) for a in pilot.allocations.all()} == {
        (cast.jonas, 10),
        (cast.priya, 10),
    }
    primary = Metric.objects.get(pilot=pilot, role="primary")
    guardrail = Metric.objects.get(pilot=pilot, role="guardrail")
    assert (primary.target, guardrail.limit) == (Decimal(13), Decimal("0.06"))
    assert Contribution.objects.get(pilot=pilot).claimed == Decimal("-4.5")


def lines(jonas: Visitor) -> Locator:
    return jonas.page.locator(".budget-line")
