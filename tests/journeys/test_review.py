"""The leadership review: what was measured, what is decided, and who is told what came of it."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from demo.hospital.calendar import Calendar
from demo.hospital.server import Hospital
from pilots.evidence import actions as alarms
from pilots.evidence.models import Alarm
from tests.factories.cast import Cast
from tests.factories.pilots import plan_to_scale
from tests.journeys.measured import DENIALS, Measured, running
from tests.journeys.visitor import Live, Visitor

SCALE = "Scale: it goes on, and the need is met where that was shown"
WHY = "Four minutes a visit, held for months, and no harm shown. Every clinic gets it by June."


def test_outcome_decided_on_what_was_measured_reaches_the_nurse_who_asked(
    live: Live, cast: Cast, hospital: Hospital
) -> None:
    measured = running(cast, hospital)
    plan_to_scale(cast, measured.pilot, at=timezone.now())
    amara = live(cast.amara)
    then_the_key_result_is_only_claimed(amara)
    when_she_names_the_metric_that_measures_it(amara, measured)
    then_the_key_result_stands_as_measured(amara)

    when_jonas_asks_for_a_decision(live(cast.jonas), measured)

    amara.open("/review/")
    amara.sees("Ambient notes in primary care has its answer and waits for a decision.")
    amara.look()
    when_she_decides_to_scale(amara)

    then_ana_is_told_what_came_of_her_need(live(cast.ana, device="phone"), measured)
    then_a_colleague_who_shares_it_is_told_too(live(cast.ben, device="phone", scheme="dark"))
    amara.open("/review/")
    amara.sees("Decided in this cycle", WHY)
    amara.look()
    assert status_of(measured) == ("scaled", "met")


def test_guardrail_alarm_is_answered_by_the_safety_reviewer(
    live: Live, cast: Cast, hospital: Hospital
) -> None:
    live_on = Calendar(timezone.localdate()).claims_live
    measured = running(cast, hospital, guardrail=DENIALS, live_on=live_on)
    assert alarms.watch(measured.guardrail.pk, at=timezone.now())
    amara = live(cast.amara, device="phone")
    amara.open("/review/")
    amara.sees("A guardrail in Ambient notes in primary care is in alarm.")
    amara.look()

    helen = live(cast.helen)
    helen.open("/")
    helen.sees("Ambient notes in primary care", "Claims denied")
    helen.look()
    helen.press("Answer")
    helen.sees("A guardrail was passed", "What should happen?")
    helen.look()

    helen.press("Answer")
    expect(helen.page.get_by_role("alert")).to_be_visible()
    helen.look()
    helen.tick("Pause the pilot")
    helen.fill("Why", "Denials climb since a payer changed its edits; the coders need a day.")
    helen.press("Answer")
    helen.sees("It is paused for safety", "“Denials climb since a payer changed")
    helen.look()

    alarm = Alarm.objects.get()
    assert (alarm.answer, alarm.answered_by) == ("pause", cast.helen)
    assert status_of(measured)[0] == "paused"
    jonas = live(cast.jonas, scheme="dark")
    jonas.open(measured.pilot.get_absolute_url())
    jonas.sees("It is paused for safety", "its team and its sponsor do not")
    jonas.look()


# ---- when


def when_she_names_the_metric_that_measures_it(amara: Visitor, measured: Measured) -> None:
    amara.open("/objectives/")
    amara.look()
    amara.press("Clinicians get their evenings back")
    amara.look()
    amara.press("Name its metric")
    amara.choose("Measured by", "Note time per visit · Ambient notes in primary care")
    amara.look()
    amara.press("Let it measure")


def when_jonas_asks_for_a_decision(jonas: Visitor, measured: Measured) -> None:
    jonas.open(measured.pilot.get_absolute_url())
    jonas.press("Ask for a decision")
    jonas.sees("Scale, extend, pivot and stop are all good answers.")
    jonas.look()
    jonas.fill("The team's case", "It held since June; every clinic asks for it.")
    jonas.press("Ask for it")
    jonas.sees("It waits for a decision. You will hear as soon as there is one.")
    jonas.look()


def when_she_decides_to_scale(amara: Visitor) -> None:
    amara.press("Decide")
    table = amara.page.get_by_role("table", name="Said and measured")
    expect(table).to_contain_text("Note time per visit")
    amara.sees("Better", "No harm shown", "It held since June; every clinic asks for it.")
    amara.look()
    amara.tick(SCALE)
    amara.press("Decide")
    expect(amara.page.get_by_role("alert")).to_be_visible()
    expect(amara.field(SCALE)).to_be_checked()
    amara.look()
    amara.fill("Your reason", WHY)
    amara.press("Decide")
    amara.sees("Decided. The team, and those whose need it is, have been told.", WHY)
    amara.look()


# ---- then


def then_the_key_result_is_only_claimed(amara: Visitor) -> None:
    amara.open("/review/")
    amara.sees("Minutes in notes per visit", "not measured yet")
    amara.look()


def then_the_key_result_stands_as_measured(amara: Visitor) -> None:
    amara.open("/review/")
    amara.sees("1 key result moved", "on measured outcomes")
    amara.sees_not("not measured yet")
    amara.look()


def then_ana_is_told_what_came_of_her_need(ana: Visitor, measured: Measured) -> None:
    ana.open("/inbox/")
    ana.sees("“We chart at the kitchen table” has been met", WHY)
    ana.look()
    ana.press("“We chart at the kitchen table” has been met")
    ana.sees("It has been met: a pilot was measured, and is being scaled.", WHY)
    ana.look()


def then_a_colleague_who_shares_it_is_told_too(ben: Visitor) -> None:
    ben.open("/")
    ben.sees("“We chart at the kitchen table” has been met")
    ben.look()


def status_of(measured: Measured) -> tuple[str, str]:
    measured.pilot.refresh_from_db()
    measured.need.refresh_from_db()
    return measured.pilot.status, measured.need.status
