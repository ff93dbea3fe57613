"""Who was stopped does not say when it is safe to go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import RoleGrant, User
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.workflow import actions as workflow
from pilots.funding.models import Fund
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import permissions
from pilots.lifecycle.models import HoldCause, Pilot, SafetyHold, TeamMember, TeamRole
from pilots.lifecycle.states import PILOT, PilotStatus
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

SOON = NOW + timedelta(hours=2)


@pytest.fixture
def running(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    make.run(cast, pilot, fund)
    return pilot


@pytest.fixture
def stopped_by_safety(cast: Cast, running: Pilot) -> Pilot:
    lifecycle.pause(running, reason="Two doses were drafted wrongly.", by=cast.helen, at=NOW)
    return running


def present(user: User) -> User:
    return User.objects.get(pk=user.pk)


def on_team(pilot: Pilot, person: User) -> TeamMember:
    return make.sit(pilot, person, role=TeamRole.MEMBER)


@pytest.mark.parametrize("who", ["jonas", "maya", "amara", "frank", "ana", "victor"])
def test_pause_by_safety_is_lifted_by_nobody_else(
    cast: Cast, stopped_by_safety: Pilot, who: str
) -> None:
    with pytest.raises(NotAllowed, match=r"Paused by safety: a safety reviewer of the unit"):
        lifecycle.resume(stopped_by_safety, reason="All fixed.", by=getattr(cast, who), at=SOON)
    stopped_by_safety.refresh_from_db()
    assert stopped_by_safety.status == PilotStatus.PAUSED


def test_safety_lifts_its_pause_and_all_reasons_stay(cast: Cast, stopped_by_safety: Pilot) -> None:
    lifecycle.resume(stopped_by_safety, reason="The list was mended.", by=cast.helen, at=SOON)
    stopped_by_safety.refresh_from_db()
    assert stopped_by_safety.status == PilotStatus.RUNNING
    hold = SafetyHold.objects.get()
    assert (hold.cause, hold.placed_by, hold.lifted_by) == (
        HoldCause.SAFETY,
        cast.helen,
        cast.helen,
    )
    assert (hold.reason, hold.lifted_because) == (
        "Two doses were drafted wrongly.",
        "The list was mended.",
    )
    assert list(
        Event.objects.filter(type__in=["pilot.held", "pilot.released"])
        .order_by("pk")
        .values_list("type", "details__reason")
    ) == [("pilot.held", hold.reason), ("pilot.released", hold.lifted_because)]
    told = Notice.objects.filter(title__contains="goes on").values_list("person__name", flat=True)
    assert {"Jonas Park", "Dr Amara Osei"} <= set(told)


def test_team_lifts_its_own_pause_unless_safety_holds_it(cast: Cast, running: Pilot) -> None:
    lifecycle.pause(running, reason="Two rooms lost power.", by=cast.jonas, at=NOW)
    assert permissions.can_resume(cast.jonas, running)
    lifecycle.pause(running, reason="It drafted wrong doses, too.", by=cast.helen, at=NOW)
    assert not permissions.can_resume(cast.jonas, running)
    with pytest.raises(Conflict, match="Helen Sato made sure"):
        lifecycle.pause(running, reason="Again.", by=cast.helen, at=NOW)
    with pytest.raises(NotAllowed, match="Paused by safety"):
        lifecycle.resume(running, reason="Power is back.", by=cast.jonas, at=SOON)
    lifecycle.resume(running, reason="The doses are mended.", by=cast.helen, at=SOON)
    assert running.status == PilotStatus.PAUSED
    assert permissions.open_hold(running) is None
    assert not permissions.can_resume(cast.helen, running)
    told = Notice.objects.get(person=cast.jonas, title__endswith="may go on")
    assert "Its own pause from before stays" in told.text
    lifecycle.resume(running, reason="Power is back.", by=cast.jonas, at=SOON)
    assert running.status == PilotStatus.RUNNING


def test_hold_that_did_the_pausing_says_so_for_good(cast: Cast, stopped_by_safety: Pilot) -> None:
    assert SafetyHold.objects.get().paused
    with pytest.raises(ProgrammingError, match="placed_at"), transaction.atomic():
        SafetyHold.objects.update(paused=False)


def test_page_says_that_the_teams_pause_stays(cast: Cast, running: Pilot) -> None:
    lifecycle.pause(running, reason="Two rooms lost power.", by=cast.jonas, at=NOW)
    lifecycle.pause(running, reason="It drafted wrong doses, too.", by=cast.helen, at=NOW)
    browser = Client()
    browser.force_login(cast.helen)
    url = reverse("pilots:pilot-resume", args=[running.pk])
    assert "That pause stays" in browser.get(url).content.decode()
    assert "stays so until" in browser.get(running.get_absolute_url()).content.decode()
    answer = browser.post(url, {"reason": "The doses are mended."}, follow=True)
    assert "The pilot stays paused until" in answer.content.decode()
    running.refresh_from_db()
    assert running.status == PilotStatus.PAUSED


def test_reviewer_on_the_team_pauses_as_the_team_and_lifts_nothing(
    cast: Cast, running: Pilot
) -> None:
    on_team(running, cast.helen)
    lifecycle.pause(running, reason="Two rooms lost power.", by=cast.helen, at=NOW)
    assert not SafetyHold.objects.exists()


def test_reviewer_who_was_on_the_team_lifts_nothing(cast: Cast, stopped_by_safety: Pilot) -> None:
    member = on_team(stopped_by_safety, cast.helen)
    with pytest.raises(NotAllowed):
        lifecycle.resume(stopped_by_safety, reason="Mended.", by=cast.helen, at=SOON)
    member.delete()
    with pytest.raises(NotAllowed):
        lifecycle.resume(stopped_by_safety, reason="Mended.", by=cast.helen, at=SOON)


def test_deputy_of_the_reviewer_lifts_it_and_the_lead_as_their_deputy_does_not(
    cast: Cast, stopped_by_safety: Pilot
) -> None:
    ben, jonas = present(cast.ben), present(cast.jonas)
    jonas.act_for(cast.helen)
    with pytest.raises(NotAllowed):
        lifecycle.resume(stopped_by_safety, reason="Mended.", by=jonas, at=SOON)
    ben.act_for(cast.helen)
    lifecycle.resume(stopped_by_safety, reason="Mended.", by=ben, at=SOON)
    hold = SafetyHold.objects.get()
    assert (hold.lifted_by, hold.lifted_for) == (cast.ben, cast.helen)


def test_stopping_a_held_pilot_is_always_possible(cast: Cast, stopped_by_safety: Pilot) -> None:
    lifecycle.stop(stopped_by_safety, reason="It is not worth it.", by=cast.jonas, at=SOON)
    assert stopped_by_safety.status == PilotStatus.STOPPED


def test_pilot_that_waits_for_its_decision_can_be_paused_and_is_not_stopped_early(
    cast: Cast, running: Pilot
) -> None:
    lifecycle.evaluate(running, by=cast.jonas, at=NOW)
    lifecycle.pause(running, reason="Two doses were drafted wrongly.", by=cast.helen, at=NOW)
    assert (running.status, running.paused_from) == (PilotStatus.PAUSED, PilotStatus.EVALUATING)
    with pytest.raises(Refused, match="outcome gate"):
        lifecycle.stop(running, reason="No.", by=cast.jonas, at=NOW)
    lifecycle.resume(running, reason="Mended.", by=cast.helen, at=SOON)
    assert running.status == PilotStatus.EVALUATING


def test_engine_alone_does_not_take_a_held_pilot_further(stopped_by_safety: Pilot) -> None:
    with pytest.raises(ProgrammingError, match="once safety says so"), transaction.atomic():
        workflow.move(
            PILOT,
            stopped_by_safety,
            "resume",
            by=stopped_by_safety.lead,
            at=SOON,
            reason="I say so.",
            target=PilotStatus.RUNNING,
            fields={"paused_from": ""},
        )


@pytest.mark.parametrize(
    "by",
    [lambda cast: cast.jonas, lambda cast: cast.rosa, lambda cast: cast.priya],
    ids=["lead", "sponsor", "team"],
)
def test_database_lets_nobody_who_was_stopped_lift_the_pause(
    cast: Cast, stopped_by_safety: Pilot, by: Callable[[Cast], User]
) -> None:
    on_team(stopped_by_safety, cast.priya)
    holds = SafetyHold.objects.filter(pilot=stopped_by_safety)
    lifted = {"lifted_at": SOON, "lifted_because": "I say so."}
    with pytest.raises(ProgrammingError, match="who was stopped"), transaction.atomic():
        holds.update(lifted_by=by(cast), **lifted)
    with pytest.raises(ProgrammingError, match="who was stopped"), transaction.atomic():
        holds.update(lifted_by=cast.ben, lifted_for=by(cast), **lifted)
    with pytest.raises(DatabaseError), transaction.atomic():
        holds.update(reason="Nothing happened.")
    with pytest.raises(DatabaseError), transaction.atomic():
        holds.delete()


def test_pages_and_api_say_who_lifts_it_and_refuse_the_lead(
    cast: Cast, stopped_by_safety: Pilot, client: Client
) -> None:
    page = reverse("pilots:pilot-resume", args=[stopped_by_safety.pk])
    api = reverse("pilots:api-pilot-resume", args=[stopped_by_safety.pk])
    client.force_login(cast.jonas)
    said = client.get(stopped_by_safety.get_absolute_url()).content.decode()
    assert "It is paused for safety" in said
    assert "Helen Sato, or a deputy, says when it may go on" in said
    assert page not in said
    assert client.get(page).status_code == 403
    assert client.post(page, {"reason": "Mended."}).status_code == 403
    assert client.post(api, {"reason": "Mended."}, "application/json").status_code == 403
    client.force_login(cast.helen)
    assert page in client.get(stopped_by_safety.get_absolute_url()).content.decode()
    assert client.post(api, {"reason": "Mended."}, "application/json").status_code == 200


def test_reviewer_of_another_hospital_lifts_nothing(cast: Cast, stopped_by_safety: Pilot) -> None:
    RoleGrant.objects.create(
        person=cast.hugo, unit=cast.harbor, role="clinical_safety_reviewer", granted_at=NOW
    )
    with pytest.raises(NotAllowed):
        lifecycle.resume(stopped_by_safety, reason="Mended.", by=present(cast.hugo), at=SOON)
