"""A decision-support pilot from its reviews to a sustained one: people look before it starts, a nurse stops
it, safety lets it go on, and what it does is looked at again when it is everyday work."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from innovation.rules.refusal import NotAllowed, Refused
from pilots.assurance.actions import conclude
from pilots.gates import actions as gates
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.sustaining import actions as sustaining
from tests.factories import accuracy as silent_run
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.journeys.visitor import Live, Visitor

LIVE_ON = make.TODAY - timedelta(weeks=4)
CONDITION = "Nights have somebody who can answer questions."


def test_decision_support_is_reviewed_stopped_resumed_and_decided(live: Live, cast: Cast) -> None:
    pilot = given_a_pilot_with_its_resources(cast)
    jonas, helen = live(cast.jonas), live(cast.helen)
    then_nobody_may_start_it(jonas, pilot)
    when_the_team_gives_evidence(jonas, pilot)
    when_safety_asks_accepts_and_sets_a_condition(helen, jonas, pilot, cast)
    when_the_others_accept(pilot, cast)
    when_it_is_asked_and_approved(jonas, helen, pilot, cast)
    when_safety_ends_the_silent_run(pilot, cast)
    ana = live(cast.ana, device="phone")
    when_a_nurse_stops_it(ana, pilot)
    when_safety_lets_it_go_on(helen, jonas, pilot)
    when_it_is_scaled_on_a_plan(pilot, cast)
    when_its_owner_is_asked_after_half_a_year(live(cast.ingrid), pilot)
    then_somebody_outside_says_that_it_stays(live(cast.amara), pilot)


# ---- given


def given_a_pilot_with_its_resources(cast: Cast) -> Pilot:
    """Being prepared for four weeks, on a baseline of sixteen."""
    pilot = make.open_pilot(cast, title="Sepsis alert on the wards")
    charter = make.Charter(answers=make.DECISION_SUPPORT)
    make.approve(cast, pilot, make.make_fund(cast), charter, at=NOW - timedelta(weeks=4))
    lifecycle.prepare(pilot, by=cast.jonas, at=NOW - timedelta(weeks=4))
    for metric in pilot.metrics.all():
        make.observe(metric, since=make.TODAY - timedelta(weeks=20), weeks=16)
    return pilot


# ---- when


def when_the_team_gives_evidence(jonas: Visitor, pilot: Pilot) -> None:
    jonas.open(f"{pilot.get_absolute_url()}assurance/")
    jonas.sees("0 of 5 reviews done")
    jonas.look()
    jonas.page.get_by_role("link", name="Give evidence").first.click()
    jonas.fill("In words", "It warns of sepsis early, from the record of the hospital.")
    jonas.look()
    jonas.press("Give it")
    assurance.give_all(pilot)


def when_safety_asks_accepts_and_sets_a_condition(
    helen: Visitor, jonas: Visitor, pilot: Pilot, cast: Cast
) -> None:
    helen.open("/")
    helen.page.get_by_role("link", name="Clinical safety").first.click()
    helen.press("Take it")
    verdicts = helen.page.get_by_label("What you say of it")
    for place in range(1, verdicts.count()):
        verdicts.nth(place).select_option(label="Accepted")
    verdicts.first.select_option(label="Asked back")
    helen.press("Keep what I say")
    helen.sees("Say what is missing, or why it is refused.")
    helen.look()
    helen.page.get_by_label("Remark").first.fill("Who answers at night?")
    helen.press("Keep what I say")
    helen.sees("Who answers at night?")
    when_the_team_answers(pilot)
    helen.open(helen.page.url)
    helen.page.get_by_label("What you say of it").first.select_option(label="Accepted")
    helen.press("Keep what I say")
    helen.page.get_by_role("link", name="Set a condition").click()
    helen.fill("What has to be done", CONDITION)
    helen.choose("Who does it", "Jonas Park")
    helen.press("Set it")
    helen.press("Conclude")
    helen.fill("What you conclude", "Safe to start, once the nights are covered.")
    helen.press("Reviewed")
    helen.sees(CONDITION)
    helen.look()


def when_the_team_answers(pilot: Pilot) -> None:
    """On every topic that a reviewer has asked about."""
    assurance.give_all(pilot)


def when_the_others_accept(pilot: Pilot, cast: Cast) -> None:
    for assessment in pilot.assessments.select_related("pilot").exclude(area="safety"):
        by = assurance.reviewer(cast, assessment.area)
        assurance.accept(assessment, by=by)
        conclude(assessment, conclusion="Nothing stands against it.", by=by, at=NOW)
    assurance.sign_hazards(cast, pilot)


def when_it_is_asked_and_approved(jonas: Visitor, helen: Visitor, pilot: Pilot, cast: Cast) -> None:
    """Not while the condition is open."""
    jonas.open(pilot.get_absolute_url())
    jonas.sees(CONDITION)
    helen.page.get_by_role("link", name="It was put right").click()
    helen.fill("What you saw", "The rota has a name for each night.")
    helen.press("I have seen it")
    jonas.open(pilot.get_absolute_url())
    jonas.sees("Everything is ready.")
    jonas.press("Ask to go live")
    jonas.press("Ask to go live")
    jonas.sees("It waits for a decision.")
    asked = pilot.gate_reviews.get(gate="go_live")
    for barred in (cast.rosa, cast.jonas, cast.victor):  # its sponsor, its lead, the outsider
        with pytest.raises(NotAllowed):
            gates.decide_go_live(asked, approve=True, by=barred, at=NOW)
    gates.decide_go_live(asked, approve=True, by=cast.amara, at=NOW - timedelta(weeks=4))
    jonas.open(pilot.get_absolute_url())
    jonas.press("Go live")
    jonas.fill("First day of use", LIVE_ON.isoformat())
    jonas.press("Go live")
    jonas.sees("It runs.")
    for metric in pilot.metrics.all():
        make.observe(metric, since=LIVE_ON, weeks=4, value=1 if metric.role == "guardrail" else 11)


def when_safety_ends_the_silent_run(pilot: Pilot, cast: Cast) -> None:
    pilot.refresh_from_db()
    silent_run.record(cast, pilot, silent_run.given(480, 700, 20, 3000, weeks=4))
    lifecycle.show_output(pilot, reason="It holds what it promised.", by=cast.helen, at=NOW)


def when_a_nurse_stops_it(ana: Visitor, pilot: Pilot) -> None:
    ana.open(f"/p/{pilot.pk}/")
    ana.look()
    ana.press("Stop this pilot")
    ana.fill("What did you see?", "It was silent while somebody on 4 West grew worse.")
    ana.look()
    ana.press("Stop it now")
    ana.sees("You stopped it")
    ana.look()
    pilot.refresh_from_db()
    assert pilot.status == "paused"


def when_safety_lets_it_go_on(helen: Visitor, jonas: Visitor, pilot: Pilot) -> None:
    jonas.open(pilot.get_absolute_url())
    jonas.sees("It is paused for safety")
    jonas.sees_not("Resume")
    jonas.look()
    helen.open("/")
    helen.press("Answer")
    helen.look()
    helen.page.get_by_label("It goes on").check()
    helen.fill("Why", "The score was right; the screen was off. It is on again.")
    helen.press("Answer")
    helen.look()
    pilot.refresh_from_db()
    assert pilot.status == "running"


def when_it_is_scaled_on_a_plan(pilot: Pilot, cast: Cast) -> None:
    review = gates.ask_for_decision(pilot, by=cast.jonas, at=NOW, case="It warns in time.")
    scales = partial(
        gates.decide_outcome, review, decision="scale", reason="It helps.", at=NOW,
        against="The rule counts from the day on which its output was shown.",
    )  # fmt: skip
    with pytest.raises(Refused, match="Still missing"):
        scales(by=cast.amara)
    make.plan_to_scale(cast, pilot)
    for barred in (cast.rosa, cast.jonas, cast.helen, cast.victor):
        with pytest.raises(NotAllowed):
            scales(by=barred)
    scales(by=cast.amara)
    pilot.refresh_from_db()
    assert (pilot.status, pilot.owner) == ("scaled", cast.ingrid)


def when_its_owner_is_asked_after_half_a_year(ingrid: Visitor, pilot: Pilot) -> None:
    assert sustaining.open_due(at=NOW + timedelta(days=100)) == []
    assert len(sustaining.open_due(at=NOW + timedelta(days=190))) == 1
    ingrid.open("/")
    ingrid.look()
    ingrid.page.get_by_role("link", name="Say what you see").first.click()
    ingrid.fill("What you see", "Every ward uses it; nights have stopped asking what it is.")
    ingrid.fill("People who used it last month", "80")
    ingrid.fill("People who could", "90")
    ingrid.fill("What it cost since it was scaled", "18000")
    ingrid.look()
    ingrid.press("Keep it")
    ingrid.look()


# ---- then


def then_somebody_outside_says_that_it_stays(amara: Visitor, pilot: Pilot) -> None:
    amara.open(f"/sustained-reviews/{pilot.gate_reviews.get(gate='sustained').sustained.pk}/")
    amara.sees("Every ward uses it")
    amara.look()
    amara.page.get_by_label("It holds and stays").check()
    amara.fill("Your reason", "It is used and asked for.")
    amara.press("Decide")
    amara.sees("Why it stays although not everything holds")
    amara.fill("Why it stays although not everything holds", "Its numbers come monthly now.")
    amara.press("Decide")
    amara.sees("It is used and asked for.")
    amara.look()


def then_nobody_may_start_it(jonas: Visitor, pilot: Pilot) -> None:
    jonas.open(pilot.get_absolute_url())
    jonas.sees("Privacy reviewed", "Security reviewed", "Clinical safety reviewed")
    jonas.sees("Data and AI reviewed", "Operations reviewed", "Once these hold, it can start.")
    jonas.look()
