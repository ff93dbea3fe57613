"""Somebody leaves a team that another leads: another is asked for their seat, or it is left empty and said so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.audit.models import Event
from innovation.handover import queries
from innovation.notices.models import Notice
from innovation.people import actions as people
from innovation.people.models import User
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.web import panels
from pilots.gates import actions as gates
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot, TeamMember
from pilots.staffing import actions as staffing
from pilots.staffing.models import Allocation, TimeRequest
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

TODAY = timezone.localdate()


@pytest.fixture
def running(cast: Cast) -> Pilot:
    """Jonas leads it; Ben is its clinical champion with half of his time for a month yet."""
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    sit(pilot, cast.ben, cast)
    return pilot


def sit(pilot: Pilot, person: User, cast: Cast, role: str = "champion") -> Allocation:
    return make.on_team(
        pilot,
        person=person,
        role=role,
        percent=50,
        starts_on=TODAY - timedelta(days=10),
        ends_on=TODAY + timedelta(days=30),
        by=cast.jonas,
        at=NOW,
    )


def leave(person: User, cast: Cast) -> None:
    people.deactivate(person, by=cast.ada, at=timezone.now())
    person.refresh_from_db()


def agreed(pilot: Pilot, person: User, *, leader: User | None = None) -> None:
    asked = TimeRequest.objects.for_list().get(pilot=pilot, person=person, answer="")
    staffing.agree(asked, by=person, at=timezone.now())
    if leader is not None:
        staffing.agree_for_unit(asked, by=leader, at=timezone.now())


def seat_of(pilot: Pilot, person: User) -> TeamMember:
    return TeamMember.objects.select_related("pilot__lead", "person").get(
        pilot=pilot, person=person
    )


def shares(pilot: Pilot, person: User) -> list[tuple[int, object, object]]:
    found = Allocation.objects.filter(pilot=pilot, person=person).order_by("starts_on")
    return [(one.percent, one.starts_on, one.ends_on) for one in found]


def test_seat_of_a_leaver_is_listed_where_things_are_handed_over(
    cast: Cast, running: Pilot
) -> None:
    assert queries.held() == []
    leave(cast.ben, cast)
    [item] = queries.held(cast.ben)
    assert item.key == f"seat-{seat_of(running, cast.ben).pk}"
    assert "Has a seat on its team (Champion): 50 % of full time until" in item.sentence
    assert [one.title for one in panels.waiting_for(cast.ada)] == ["Ben Achterberg has left"]
    # What is over is over: neither past time nor a pilot that ended waits for anybody.
    gates.stop(running, by=cast.jonas, at=NOW, reason="We learned enough.")
    assert queries.held() == []


def test_seat_is_handed_on_with_the_time_that_was_to_come(cast: Cast, running: Pilot) -> None:
    leave(cast.ben, cast)
    ada = Client()
    ada.force_login(cast.ada)
    url = reverse("innovation:person-hand-over", args=[cast.ben.pk])
    seat = seat_of(running, cast.ben)
    page = ada.get(url).content.decode()
    assert "Leave it empty, and tell Jonas Park, who leads it" in page
    assert "Ana Ruiz" in page and "Hugo Marsh" not in page  # whose roles reach it, and whose do not
    assert ada.post(url, {f"seat-{seat.pk}": cast.ana.pk}).status_code == 302
    # She is asked, and has the seat once she and her unit said yes.
    assert shares(running, cast.ana) == []
    assert not running.team.filter(person=cast.ana).exists()
    assert shares(running, cast.ben) == [
        (50, TODAY - timedelta(days=10), TODAY - timedelta(days=1))
    ]
    event = Event.objects.get(type="pilot.seat_handed_over")
    assert (event.details["before"]["name"], event.details["person"]["name"]) == (
        "Ben Achterberg",
        "Ana Ruiz",
    )
    told = {one.person.name: one.title for one in Notice.objects.filter(at__gte=event.at)}
    assert told == {
        "Ana Ruiz": f"You are asked to take a seat on the team of “{running.title}”.",
        "Jonas Park": "Ana Ruiz is asked to take the seat of Ben Achterberg on the team of "
        f"“{running.title}”",
    }
    assert queries.held() == []
    agreed(running, cast.ana, leader=cast.amara)
    assert shares(running, cast.ana) == [(50, TODAY, TODAY + timedelta(days=30))]
    assert seat_of(running, cast.ana).role == "champion"


def test_seat_is_left_empty_and_the_lead_is_told(cast: Cast, running: Pilot) -> None:
    leave(cast.ben, cast)
    ada = Client()
    ada.force_login(cast.ada)
    url = reverse("innovation:person-hand-over", args=[cast.ben.pk])
    key = f"seat-{seat_of(running, cast.ben).pk}"
    both = ada.post(url, {key: cast.ana.pk, f"{key}-empty": "on"})
    assert both.status_code == 400 and "not both" in both.content.decode()
    assert ada.post(url, {f"{key}-empty": "on"}).status_code == 302
    assert shares(running, cast.ben)[-1][2] == TODAY - timedelta(days=1)
    notice = Notice.objects.get(title__contains="is empty")
    assert (notice.person, notice.kind) == (cast.jonas, "pilots")
    assert notice.url == reverse("pilots:team", args=[running.pk])
    assert Event.objects.get(type="pilot.seat_left_empty").actor == cast.ada.ref
    assert queries.held() == []
    with pytest.raises(Conflict, match="saw to this seat already"):
        staffing.leave_seat_empty(seat_of(running, cast.ben), by=cast.ada, at=timezone.now())


def test_office_is_told_where_the_lead_has_left_too(cast: Cast, running: Pilot) -> None:
    leave(cast.ben, cast)
    leave(cast.jonas, cast)
    staffing.leave_seat_empty(seat_of(running, cast.ben), by=cast.ada, at=timezone.now())
    assert [one.person for one in Notice.objects.filter(title__contains="is empty")] == [cast.maya]


def test_share_of_a_lead_who_left_goes_to_whoever_leads_now(cast: Cast, running: Pilot) -> None:
    """The pilot is handed over first, the lead's time after it, and to nobody else."""
    leave(cast.jonas, cast)
    seat = seat_of(running, cast.jonas)
    assert not seat_choices(cast.jonas)
    lifecycle.hand_over_lead(running, by=cast.ada, at=NOW, to=cast.priya)
    seat = seat_of(running, cast.jonas)
    assert seat_choices(cast.jonas) == ["Priya Raman"]
    staffing.hand_on_seat(seat, by=cast.ada, at=timezone.now(), to=cast.priya)
    agreed(running, cast.priya)
    assert seat_of(running, cast.priya).role == "lead"


def seat_choices(person: User) -> list[str]:
    [item] = [one for one in queries.held(person) if one.key.startswith("seat-")]
    assert item.may_take is not None
    return [one.name for one in item.may_take()]


def test_seat_waits_while_somebody_decides_on_the_pilot(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    sit(pilot, cast.ben, cast)
    make.propose(cast, pilot, make.make_fund(cast))
    leave(cast.ben, cast)
    [item] = queries.held(cast.ben)
    assert item.may_take is None and "waits for a decision" in item.sentence
    with pytest.raises(Refused, match="stays as it is while"):
        staffing.leave_seat_empty(seat_of(pilot, cast.ben), by=cast.ada, at=timezone.now())


def test_seat_of_a_pilot_that_is_planned_is_given_whole(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    planned = sit(pilot, cast.ben, cast)
    leave(cast.ben, cast)
    staffing.hand_on_seat(seat_of(pilot, cast.ben), by=cast.maya, at=timezone.now(), to=cast.ana)
    agreed(pilot, cast.ana, leader=cast.rosa)
    assert shares(pilot, cast.ana) == [(50, planned.starts_on, planned.ends_on)]
    assert not TeamMember.objects.filter(pilot=pilot, person=cast.ben).exists()


def test_seat_is_handed_on_by_whom_it_concerns_and_within_capacity(
    cast: Cast, running: Pilot
) -> None:
    seat = seat_of(running, cast.ben)
    with pytest.raises(Conflict):  # he is still here
        staffing.hand_on_seat(seat, by=cast.ada, at=timezone.now(), to=cast.ana)
    leave(cast.ben, cast)
    seat = seat_of(running, cast.ben)
    for by in (cast.hugo, cast.ana):
        with pytest.raises(NotAllowed):
            staffing.hand_on_seat(seat, by=by, at=timezone.now(), to=cast.ana)
        with pytest.raises(NotAllowed):
            staffing.leave_seat_empty(seat, by=by, at=timezone.now())
    for to in (cast.hugo, cast.victor, cast.jonas, cast.ben):
        with pytest.raises(Refused, match="cannot take this seat"):
            staffing.hand_on_seat(seat, by=cast.ada, at=timezone.now(), to=to)
    other = make.open_pilot(cast, title="Other")
    make.on_team(
        other, person=cast.ana, role="member", percent=80, starts_on=TODAY,
        ends_on=TODAY + timedelta(days=5), by=cast.jonas, at=NOW,
    )  # fmt: skip
    with pytest.raises(Refused, match="does not fit"):
        staffing.hand_on_seat(seat, by=cast.ada, at=timezone.now(), to=cast.ana)
    assert shares(running, cast.ben)[-1][2] == TODAY + timedelta(days=30)
