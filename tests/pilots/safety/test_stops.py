"""Anybody who works where a pilot runs can stop it, or ask for it; safety answers, in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import RoleGrant, User
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from pilots.funding.models import Fund
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import HoldCause, Pilot, SafetyHold
from pilots.lifecycle.states import PilotStatus
from pilots.safety import actions, queries
from pilots.safety.models import StopAnswer, StopRequest
from pilots.safety.panels import waiting
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

SOON = NOW + timedelta(hours=2)
WRONG = "It warned too late, twice this morning."


@pytest.fixture
def scribe(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    """A running pilot on the pathway of efficiency."""
    make.run(cast, pilot, fund)
    return pilot


@pytest.fixture
def warning(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    """A running pilot of decision support."""
    make.run(cast, pilot, fund, make.Charter(answers=make.DECISION_SUPPORT))
    return pilot


def present(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_nurse_stops_decision_support_at_once_and_only_safety_lets_it_go_on(
    cast: Cast, warning: Pilot
) -> None:
    asked = actions.ask_stop(warning, what=WRONG, by=cast.ana, at=NOW)
    assert asked.at_once
    assert warning.status == PilotStatus.PAUSED
    hold = SafetyHold.objects.get()
    assert (hold.cause, hold.placed_by) == (HoldCause.STOP_BUTTON, cast.ana)
    told = Notice.objects.filter(kind="safety", title__contains="was stopped where it runs")
    assert {"Jonas Park", "Dr Amara Osei", "Helen Sato"} <= {one.person.name for one in told}
    for who in (cast.jonas, cast.amara, cast.maya, cast.ana):
        with pytest.raises(NotAllowed):
            lifecycle.resume(warning, reason="All is well.", by=who, at=SOON)
        with pytest.raises(NotAllowed):
            actions.answer_stops(
                warning, answer=StopAnswer.GOES_ON, reason="Fine.", by=who, at=SOON
            )
    actions.answer_stops(
        warning, answer=StopAnswer.GOES_ON, reason="The clock was wrong.", by=cast.helen, at=SOON
    )
    assert warning.status == PilotStatus.RUNNING
    answered = Notice.objects.get(person=cast.ana, kind="safety")
    assert "The clock was wrong." in answered.text
    assert list(
        Event.objects.filter(type__startswith="pilot.stop").order_by("pk").values_list("type")
    ) == [("pilot.stop_pressed",), ("pilot.stop_answered",)]


def test_resume_waits_for_the_answer_to_whoever_stopped_it(cast: Cast, warning: Pilot) -> None:
    actions.ask_stop(warning, what=WRONG, by=cast.ana, at=NOW)
    with pytest.raises(Refused, match="waits for an answer"):
        lifecycle.resume(warning, reason="All is well.", by=cast.helen, at=SOON)


def test_efficiency_goes_on_until_safety_answers(cast: Cast, scribe: Pilot) -> None:
    asked = actions.ask_stop(scribe, what="It loses letters.", by=cast.ben, at=NOW)
    assert not asked.at_once
    assert asked.answer_by == NOW + timedelta(hours=72)
    assert scribe.status == PilotStatus.RUNNING
    actions.answer_stops(
        scribe, answer=StopAnswer.STOPS, reason="It does lose letters.", by=cast.helen, at=SOON
    )
    assert scribe.status == PilotStatus.PAUSED
    with pytest.raises(NotAllowed):
        lifecycle.resume(scribe, reason="All is well.", by=cast.jonas, at=SOON)


def test_safety_may_answer_that_nothing_stops(cast: Cast, scribe: Pilot) -> None:
    actions.ask_stop(scribe, what="It is slow.", by=cast.ben, at=NOW)
    actions.answer_stops(
        scribe, answer=StopAnswer.GOES_ON, reason="Slow is safe.", by=cast.helen, at=SOON
    )
    assert (scribe.status, SafetyHold.objects.count()) == (PilotStatus.RUNNING, 0)


def test_answer_to_a_stop_does_not_lift_what_safety_paused(cast: Cast, scribe: Pilot) -> None:
    actions.ask_stop(scribe, what="It is slow.", by=cast.ben, at=NOW)
    lifecycle.pause(scribe, reason="Wrong doses.", by=cast.helen, at=NOW)
    actions.answer_stops(
        scribe, answer=StopAnswer.GOES_ON, reason="Slow is safe.", by=cast.helen, at=SOON
    )
    assert scribe.status == PilotStatus.PAUSED


@pytest.mark.parametrize("pressed_first", [True, False])
def test_answer_to_a_stop_does_not_lift_the_teams_own_pause(
    cast: Cast, warning: Pilot, pressed_first: bool
) -> None:
    """What the button paused goes on; a pause of the team's own from before it stays the team's."""
    if not pressed_first:
        lifecycle.pause(warning, reason="Two rooms lost power.", by=cast.jonas, at=NOW)
    actions.ask_stop(warning, what=WRONG, by=cast.ana, at=NOW)
    with pytest.raises(NotAllowed):
        lifecycle.resume(warning, reason="Power is back.", by=cast.jonas, at=SOON)
    actions.answer_stops(
        warning, answer=StopAnswer.GOES_ON, reason="The clock was wrong.", by=cast.helen, at=SOON
    )
    warning.refresh_from_db()
    assert SafetyHold.objects.get().lifted_at == SOON
    if pressed_first:
        assert warning.status == PilotStatus.RUNNING
        return
    assert warning.status == PilotStatus.PAUSED
    lifecycle.resume(warning, reason="Power is back.", by=cast.jonas, at=SOON)
    assert warning.status == PilotStatus.RUNNING


def test_stop_answered_as_such_on_a_paused_pilot_leaves_the_teams_pause_once_lifted(
    cast: Cast, scribe: Pilot
) -> None:
    actions.ask_stop(scribe, what="It loses letters.", by=cast.ben, at=NOW)
    lifecycle.pause(scribe, reason="Two rooms lost power.", by=cast.jonas, at=NOW)
    actions.answer_stops(
        scribe, answer=StopAnswer.STOPS, reason="It does lose letters.", by=cast.helen, at=SOON
    )
    lifecycle.resume(scribe, reason="Mended.", by=cast.helen, at=SOON)
    assert scribe.status == PilotStatus.PAUSED


def test_one_person_asks_once_until_answered_and_others_join(cast: Cast, scribe: Pilot) -> None:
    actions.ask_stop(scribe, what="It is slow.", by=cast.ben, at=NOW)
    with pytest.raises(Conflict, match="asked to stop it already"):
        actions.ask_stop(scribe, what="It is slow.", by=cast.ben, at=NOW)
    actions.ask_stop(scribe, what="Very slow.", by=cast.ana, at=NOW)
    answered = actions.answer_stops(
        scribe, answer=StopAnswer.GOES_ON, reason="Slow is safe.", by=cast.helen, at=SOON
    )
    assert len(answered) == 2
    with pytest.raises(Conflict):
        actions.answer_stops(
            scribe, answer=StopAnswer.GOES_ON, reason="Slow is safe.", by=cast.helen, at=SOON
        )


def test_overdue_answer_is_told_again_once_a_day_and_stands_on_the_reviewers_home(
    cast: Cast, scribe: Pilot
) -> None:
    actions.ask_stop(scribe, what="It loses letters.", by=cast.ben, at=NOW - timedelta(hours=80))
    (item,) = waiting(cast.helen)
    assert (item.title, item.url) == (scribe.title, reverse("pilots:stop-answer", args=[scribe.pk]))
    assert waiting(cast.jonas) == []
    late = NOW + timedelta(hours=1)
    assert actions.tell_again(at=NOW - timedelta(hours=9)) == 0
    assert actions.tell_again(at=late) == 1
    assert actions.tell_again(at=late + timedelta(hours=1)) == 0
    assert actions.tell_again(at=late + timedelta(hours=25)) == 1
    told = Notice.objects.filter(title__startswith="Nobody has answered")
    assert {"Helen Sato", "Jonas Park"} <= {one.person.name for one in told}
    assert Event.objects.filter(type="pilot.stop_overdue").count() == 2


@pytest.mark.parametrize("who", ["victor", "hugo", "ada", "otto"])
def test_stop_by_whoever_does_not_work_there_is_refused(
    cast: Cast, scribe: Pilot, who: str
) -> None:
    with pytest.raises(NotAllowed):
        actions.ask_stop(scribe, what="I do not like it.", by=getattr(cast, who), at=NOW)


def test_staff_of_a_ward_stop_what_runs_there_though_their_role_is_the_wards_alone(
    cast: Cast, scribe: Pilot
) -> None:
    scribe.sites.set([cast.medicine])
    for unit, may in ((cast.four_west, True), (cast.harbor_clinic, False)):
        RoleGrant.objects.filter(person=cast.ben).delete()
        RoleGrant.objects.create(person=cast.ben, unit=unit, role="staff", granted_at=NOW)
        assert queries.at_hand(present(cast.ben)).filter(pk=scribe.pk).exists() is may


def test_nothing_is_stopped_before_it_is_prepared(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(Refused, match="nothing to stop"):
        actions.ask_stop(pilot, what="I do not like it.", by=cast.ana, at=NOW)


def test_scaled_pilot_is_asked_for_and_its_owner_is_named(cast: Cast, warning: Pilot) -> None:
    lifecycle.evaluate(warning, by=cast.jonas, at=NOW)
    lifecycle.scale(warning, reason="It works.", by=cast.amara, at=NOW)
    assert not actions.ask_stop(warning, what=WRONG, by=cast.ana, at=NOW).at_once
    actions.answer_stops(
        warning, answer=StopAnswer.STOPS, reason="It warns late.", by=cast.helen, at=SOON
    )
    told = Notice.objects.get(person=cast.ana, kind="safety", title__endswith="it stops")
    assert "Rosa Delgado takes it out of use" in told.text


def test_database_takes_no_answer_of_the_lead_and_no_other_words(cast: Cast, scribe: Pilot) -> None:
    actions.ask_stop(scribe, what="It is slow.", by=cast.ben, at=NOW)
    stops = StopRequest.objects.all()
    with pytest.raises(ProgrammingError, match="nobody who has a part"), transaction.atomic():
        stops.update(
            answered_at=SOON, answered_by=cast.jonas, answer=StopAnswer.GOES_ON, reason="Fine."
        )
    with pytest.raises(ProgrammingError), transaction.atomic():
        stops.update(what="It is fast.")


def test_nurse_stops_it_from_the_ward_by_page_and_sees_what_became_of_it(
    cast: Cast, warning: Pilot, client: Client
) -> None:
    client.force_login(cast.ana)
    here = reverse("pilots:pilot-here", args=[warning.pk])
    stop = reverse("pilots:stop-ask", args=[warning.pk])
    assert stop in client.get(warning.get_absolute_url()).content.decode()
    assert stop in client.get(here).content.decode()
    assert "It stops at once" in client.get(stop).content.decode()
    assert warning.status == PilotStatus.RUNNING
    warned = client.post(stop, {"what": "Patient John Miller got the wrong warning."})
    assert (warned.status_code, StopRequest.objects.count()) == (400, 0)
    assert client.post(stop, {"what": WRONG}).status_code == 302
    page = client.get(here).content.decode()
    assert "You stopped it" in page and "Safety answers by" in page
    client.force_login(cast.helen)
    answer = reverse("pilots:stop-answer", args=[warning.pk])
    assert answer in client.get(warning.get_absolute_url()).content.decode()
    assert client.post(answer, {"answer": "goes_on", "reason": "Mended."}).status_code == 302
    client.force_login(cast.ana)
    assert "Helen Sato: “Mended.”" in client.get(here).content.decode()


def test_sheet_for_the_ward_shows_the_short_address(
    cast: Cast, scribe: Pilot, client: Client
) -> None:
    client.force_login(cast.ana)
    page = client.get(reverse("pilots:pilot-poster", args=[scribe.pk])).content.decode()
    assert f"/p/{scribe.pk}/" in page
    assert "data:image/svg+xml" in page
