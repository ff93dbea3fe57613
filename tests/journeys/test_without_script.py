"""The spine without script: every form is a form, every step a page."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from demo.hospital.server import Hospital
from innovation.needs.models import Need
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from tests.factories.cast import Cast
from tests.factories.needs import make_need
from tests.journeys.measured import running, shaped
from tests.journeys.visitor import Live, Visitor


def test_need_is_recorded_answered_and_piloted_without_script(live: Live, cast: Cast) -> None:
    known = make_need(cast.ben, at=timezone.now(), title="Vital signs are typed twice")
    ana = live(cast.ana, device="phone", javascript=False)
    when_she_records_a_need(ana)
    then_she_is_shown_the_similar_one_once(ana, known)
    ana.press("This affects me too")
    ana.sees("What you typed is still here. Send it if you mean something else.")
    ana.press("Send it")
    ana.sees("Sent. A person answers by")
    need = Need.objects.get(submitted_by=cast.ana)

    maya = live(cast.maya, javascript=False)
    maya.open("/triage/")
    maya.page.get_by_role("link", name=need.title, exact=True).click()
    maya.press("Accept")
    maya.fill("Why, and what happens next?", "A pilot begins on 4 West.")
    maya.press("Accept it")
    maya.sees("Accepted. The people who share it have been told.")
    maya.open(need.get_absolute_url())
    maya.press("Open a pilot")
    maya.fill("Name", "Monitors that write")
    maya.fill("In one or two sentences", "The monitor sends its numbers to the record.")
    maya.choose("Unit", "St Brigid General")
    maya.choose("Who leads it", "Jonas Park")
    maya.press("Open the pilot")
    maya.sees("The pilot is open. Its charter comes next.")
    assert list(Pilot.objects.get().needs.all()) == [need]
    assert known.voices.get().person == cast.ana


def test_charter_is_proposed_and_approved_without_script(
    live: Live, cast: Cast, hospital: Hospital
) -> None:
    measured = shaped(cast, hospital)
    page = measured.pilot.get_absolute_url()
    jonas = live(cast.jonas, javascript=False)
    jonas.open(f"{page}metrics/new/?source={measured.reports.pk}")
    when_he_tries_another_metric(jonas)
    jonas.sees("What would come", "numbers came.")
    jonas.open(page)
    jonas.press("Ask for resources")
    jonas.press("Propose it")

    amara = live(cast.amara, javascript=False)
    amara.open("/")
    amara.press("Approve or return")
    amara.press("Return")
    amara.sees("Say what is missing: the team will read it.")
    amara.press("Approve")
    amara.sees("Decided. The team, and those whose need it is, have been told.")
    assert GateReview.objects.get().decision == "approve"
    jonas.open(page)
    jonas.press("Start preparing")
    jonas.sees("Preparing. The baseline can be collected now.")


def test_outcome_is_read_and_decided_without_script(
    live: Live, cast: Cast, hospital: Hospital
) -> None:
    measured = running(cast, hospital)
    jonas = live(cast.jonas, javascript=False)
    jonas.open(measured.pilot.get_absolute_url())
    # No script fetches the chart, so a link leads to it.
    jonas.page.get_by_role("link", name="The chart and its table").first.click()
    expect(jonas.page.locator("figure svg").first).to_be_visible()
    jonas.open(f"{measured.pilot.get_absolute_url()}evaluate/")
    jonas.press("Ask for it")
    jonas.sees("It waits for a decision.")

    amara = live(cast.amara, device="phone", javascript=False)
    amara.open("/review/")
    amara.press("Decide")
    amara.tick("Extend: not known yet, run on until a day")
    amara.fill("Your reason", "Winter is different; let it run through it.")
    amara.press("Decide")
    amara.sees("Say until when it runs on.")
    amara.tick("Stop: it ends here, and what was learned is kept")
    amara.sees("By the rule that was agreed: scale, because Note time per visit is better")
    amara.fill("Why against the rule", "Winter will undo it, and nobody can say so now.")
    amara.press("Decide")
    amara.sees("Decided. The team, and those whose need it is, have been told.")
    measured.need.refresh_from_db()
    assert measured.need.status == "not_met"


# ---- when


def when_she_records_a_need(ana: Visitor) -> None:
    ana.open("/needs/new/")
    ana.fill("What gets in the way?", "We type the vital signs twice: the monitor writes nowhere.")
    ana.fill("Who does it affect?", "Everybody on telemetry")
    ana.fill("What would good look like?", "Nobody types a number that a machine knows")
    ana.choose("Where does it happen?", "On a ward")
    ana.tick("Every day")
    ana.press("Send it")


def when_he_tries_another_metric(jonas: Visitor) -> None:
    jonas.fill("Name", "Minutes after hours")
    jonas.fill("What is counted", "Minutes in the record after hours ÷ clinician days")
    jonas.choose("What it is", "One value a period")
    jonas.choose("Which way is better", "Lower is better")
    jonas.fill("Path", "/ehr-usage/weekly?from={start}&to={last}")
    jonas.fill("Rows", "data.rows")
    jonas.fill("Period", "week")
    jonas.fill("Value", "after_hours_minutes_per_clinician_day")
    jonas.press("Try it")


# ---- then


def then_she_is_shown_the_similar_one_once(ana: Visitor, known: Need) -> None:
    ana.sees("Before it goes out: do you mean one of these?", known.title)
    expect(ana.field("Who does it affect?")).to_have_value("Everybody on telemetry")
