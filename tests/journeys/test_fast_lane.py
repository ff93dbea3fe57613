"""A small efficiency pilot from the ward's need to running, by the fast lane: the clicks and fields it
takes each of four people, and how often it waits for somebody else."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from demo.hospital.server import Hospital
from innovation.workflow.models import StateChange
from pilots.lifecycle.models import Pilot
from tests.factories.cast import Cast
from tests.factories.goals import make_key_result
from tests.factories.pilots import make_fund
from tests.journeys.measured import (
    CORRECTIONS,
    NOTE_TIME,
    connect_fhir,
    connect_reports,
    run_pulls,
)
from tests.journeys.visitor import Live, Visitor

TITLE = "Visits that write their own note"


def test_efficiency_pilot_runs_after_two_people_answered(
    live: Live, cast: Cast, hospital: Hospital
) -> None:
    connect_reports(cast, hospital)
    connect_fhir(cast, hospital)
    fund = make_fund(cast, "250000", name="Innovation fund")
    make_key_result(cast, title="Minutes in notes per visit")
    ana, maya, jonas, amara = (live(one) for one in (cast.ana, cast.maya, cast.jonas, cast.amara))

    when_ana_says_what_gets_in_the_way(ana)
    when_maya_accepts_it_and_opens_a_pilot(maya)
    pilot = Pilot.objects.get()
    when_rosa_says_that_she_sponsors_it(live(cast.rosa))
    jonas.open(pilot.get_absolute_url())
    when_jonas_writes_what_will_be_done(jonas, str(fund))
    when_he_plans_its_numbers(jonas, pilot)
    when_he_asks_for_everything_at_once(jonas)
    when_amara_approves_it(amara)
    run_pulls(pilot)
    when_jonas_starts_it(jonas, pilot)

    pilot.refresh_from_db()
    assert (pilot.pathway, pilot.status) == ("efficiency", "running")
    then_it_waited_for_two_others_alone(pilot, cast)
    clicks = {"Ana": ana.clicks, "Maya": maya.clicks, "Jonas": jonas.clicks, "Amara": amara.clicks}
    fields = {"Ana": ana.fields, "Maya": maya.fields, "Jonas": jonas.fields, "Amara": amara.fields}
    # What it took on 2026-11-30: 47 clicks and 47 fields, 37 and 37 of them the lead's; two and one since the gate
    # asks whose work changes.
    assert clicks == {"Ana": 3, "Maya": 5, "Jonas": 37, "Amara": 2}
    assert fields == {"Ana": 4, "Maya": 6, "Jonas": 37, "Amara": 0}


# ---- when


def when_ana_says_what_gets_in_the_way(ana: Visitor) -> None:
    ana.open("/")
    ana.press("Record a need")
    ana.fill("What gets in the way?", "We write notes at the kitchen table until midnight.")
    ana.fill("Who does it affect?", "Forty clinicians in primary care")
    ana.fill("What would good look like?", "The note is done when the visit is")
    ana.choose("Where does it happen?", "In a clinic")
    ana.tick("Every day")
    ana.press("Send it")
    ana.sees("It waits for a first answer.")


def when_maya_accepts_it_and_opens_a_pilot(maya: Visitor) -> None:
    maya.open("/triage/")
    maya.page.get_by_role("link", name="kitchen table").first.click()
    maya.press("Accept")
    maya.fill("Why, and what happens next?", "A pilot follows.")
    maya.press("Accept it")
    maya.press("Open a pilot")
    maya.fill("Name", TITLE)
    maya.fill("In one or two sentences", "The room listens, and the visit is drafted.")
    maya.choose("Unit", "St Brigid General")
    maya.choose("Who leads it", "Jonas Park")
    maya.choose("Executive sponsor", "Rosa Delgado")
    maya.press("Open the pilot")
    maya.sees("The pilot is open.")


def when_rosa_says_that_she_sponsors_it(rosa: Visitor) -> None:
    rosa.open("/")
    rosa.press("Answer")
    rosa.tick("Yes, I sponsor it")
    rosa.press("Answer")
    rosa.sees("You sponsor it from now on.")


def when_jonas_writes_what_will_be_done(jonas: Visitor, fund: str) -> None:
    starts = timezone.localdate()
    jonas.press("Write the charter")
    jonas.fill("Hypothesis", "If the room listens, minutes in notes fall from 16 to 13.")
    jonas.fill("What will be done differently", "The visit is drafted; the clinician signs.")
    jonas.fill("Starts on", starts.isoformat())
    jonas.fill("Ends on", (starts + timedelta(weeks=26)).isoformat())
    jonas.tick("Medicine")
    jonas.press("Keep it")
    jonas.page.get_by_role("link", name="Answer the short questionnaire").click()
    for question in (
        "Does it analyse an image, a signal or a pattern?",
        "Does it give advice about a particular patient?",
        "Does it change how care is organised?",
    ):
        jonas.page.get_by_role("group", name=question).get_by_label("No", exact=True).check()
    jonas.press("Find the pathway")
    jonas.press("Back to the pilot")
    jonas.page.get_by_role("link", name="Give Jonas Park, who leads it, a share of time").click()
    jonas.choose("Who", "Jonas Park, 100 % free")
    jonas.choose("As", "Lead")
    jonas.fill("Share of time", "10")
    jonas.press("Ask for the time")
    jonas.open(Pilot.objects.get().get_absolute_url())
    jonas.page.get_by_role("link", name="Write the budget, line by line").click()
    jonas.choose("Fund", f"{fund}, $250,000 left")
    line = jonas.page.locator(".budget-line").first
    line.get_by_label("What").fill("Licences for 12 clinicians")
    line.get_by_label("For").select_option(label="Software and licences")
    line.get_by_label("Amount").fill("18000")
    jonas.press("Keep the budget")
    jonas.open(Pilot.objects.get().get_absolute_url())
    jonas.page.get_by_role("link", name="Name each group whose work changes").click()
    jonas.fill("Why nobody's work changes", "The draft stands where notes are typed today.")
    jonas.press("Say so")
    jonas.open(Pilot.objects.get().get_absolute_url())


def when_he_plans_its_numbers(jonas: Visitor, pilot: Pilot) -> None:
    jonas.page.get_by_role("link", name="Choose the one number that decides").click()
    jonas.page.get_by_role("link", name="Lakeshore reporting interface").click()
    jonas.fill("Name", NOTE_TIME["name"])
    jonas.fill("What is counted", NOTE_TIME["definition"])
    jonas.choose("What it is", "One value a period")
    jonas.fill("Measured in", "minutes")
    jonas.choose("Which way is better", "Lower is better")
    jonas.choose("It speaks of", "Workflow")
    binding = NOTE_TIME["binding"]
    jonas.fill("Path", binding["path"])
    jonas.fill("Rows", binding["rows"])
    jonas.fill("Period", binding["period"])
    jonas.fill("Value", binding["value"])
    jonas.fill("How many it rests on", binding["n"])
    jonas.fill("Next page", binding["next"])
    jonas.fill("Target", "13")
    when_he_says_since_when(jonas)
    jonas.press("Plan it")
    jonas.sees("Note time per visit is planned")

    jonas.open(pilot.get_absolute_url())
    jonas.page.get_by_role("link", name="Choose at least one guardrail").click()
    jonas.page.get_by_role("link", name="Lakeshore FHIR").click()
    jonas.fill("Name", CORRECTIONS["name"])
    jonas.fill("What is counted", CORRECTIONS["definition"])
    jonas.choose("What it is", "Proportion: so many of so many")
    jonas.choose("Which way is better", "Lower is better")
    jonas.choose("It speaks of", "Safety")
    jonas.fill("Search for the numerator", CORRECTIONS["binding"]["numerator_query"])
    jonas.fill("Search for the denominator", CORRECTIONS["binding"]["denominator_query"])
    jonas.fill("Limit", "6")
    when_he_says_since_when(jonas)
    jonas.press("Plan it")
    jonas.sees("Notes corrected afterwards is planned")

    jonas.open(pilot.get_absolute_url())
    jonas.page.get_by_role("link", name="Say which key result this pilot serves").click()
    option = jonas.field("Key result").locator("option", has_text="Minutes in notes per visit")
    jonas.choose("Key result", option.inner_text())
    jonas.fill("Claimed change", "-4.5")
    jonas.press("Link it")


def when_he_says_since_when(jonas: Visitor) -> None:
    today = timezone.localdate()
    jonas.fill("Baseline from", (today - timedelta(weeks=20)).isoformat())
    jonas.fill("Baseline until", today.isoformat())


def when_he_asks_for_everything_at_once(jonas: Visitor) -> None:
    jonas.open(Pilot.objects.get().get_absolute_url())
    jonas.sees("Everything the gate asks for is there.")
    jonas.press("Ask for resources")
    jonas.tick("Ask to go live with the same decision")
    jonas.look()
    jonas.press("Propose it")
    jonas.sees("Waiting for a decision")


def when_amara_approves_it(amara: Visitor) -> None:
    amara.open("/")
    amara.press("Approve or return")
    amara.sees("Approving it also lets it start, as soon as everything is ready.")
    amara.look()
    amara.press("Approve")
    amara.sees("Decided.")


def when_jonas_starts_it(jonas: Visitor, pilot: Pilot) -> None:
    jonas.open(pilot.get_absolute_url())
    jonas.press("Start preparing")
    jonas.sees("Preparing.")
    jonas.page.get_by_role("link", name="short form").first.click()
    jonas.look()
    for holds in jonas.page.get_by_label("It holds", exact=True).all():
        holds.check()
    jonas.press("Keep it")
    jonas.open(pilot.get_absolute_url())
    jonas.look()
    jonas.press("Go live")
    jonas.fill("First day of use", timezone.localdate().isoformat())
    jonas.press("Go live")
    jonas.sees("It runs.")


# ---- then


def then_it_waited_for_two_others_alone(pilot: Pilot, cast: Cast) -> None:
    """Between the need and the start nobody was waited for but the office, which answered and opened the
    pilot, and one executive."""
    moves = StateChange.objects.filter(
        subject__in=[f"pilot:{pilot.pk}", f"need:{pilot.needs.get().pk}"]
    ).order_by("pk")
    others = [move.by_id for move in moves if move.by_id not in (cast.ana.pk, cast.jonas.pk)]
    assert others == [cast.maya.pk, cast.maya.pk, cast.amara.pk]
