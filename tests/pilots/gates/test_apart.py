"""Ways around “nobody decides on their own pilot”: a pivot, another sponsor, a step off before the award. Each
is tried to its end, by the verbs and past them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from innovation.people.models import RoleGrant, User
from innovation.rules.refusal import NotAllowed
from pilots.funding import actions as funding
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates import queries
from pilots.gates.models import GateReview
from pilots.gates.permissions import can_decide
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import FormerMember, Pilot, TeamMember
from pilots.scaling import actions as scaling
from pilots.staffing import actions as staffing
from pilots.staffing.models import Allocation, TimeRequest
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.delegation import delegate, fresh

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
DECIDED: dict[str, Any] = {"decision": "approve", "decided_at": NOW}


def ask_anew(pilot: Pilot, fund: Fund, *, by: User) -> GateReview:
    """Its money is asked for anew, and the pilot proposed."""
    pilot = Pilot.objects.get(pk=pilot.pk)
    lines = [line.as_dict() for line in make.Charter().lines]
    funding.set_request(pilot, fund=fund, lines=lines, by=by, at=NOW)
    review = gates.propose(pilot, by=by, at=NOW)
    return GateReview.objects.select_related("pilot__unit", "pilot__lead").get(pk=review.pk)


def refused(person: User, review: GateReview, *, match: str, **decided_for: User) -> None:
    """By the verb, on the lists of who could, over the page and the API, and in the database."""
    person = fresh(person)
    with pytest.raises(NotAllowed, match=match):
        gates.decide_resources(review, approve=True, by=person, at=timezone.now())
    assert not can_decide(person, review)
    assert not queries.waiting_for(fresh(person)).exists()
    assert person not in queries.deciders(review.pilot, review.gate)
    browser = Client()
    browser.force_login(person)
    browser.post(review.get_absolute_url(), {"action": "approve", "decision": "approve"})
    answer = browser.post(
        f"/api/v1/gates/{review.pk}/decide/",
        {"decision": "approve", "reason": "Yes."},
        content_type="application/json",
    )
    assert answer.status_code in (403, 404), answer.content
    assert GateReview.objects.get(pk=review.pk).decided_at is None
    row = GateReview.objects.filter(pk=review.pk)
    with pytest.raises(IntegrityError, match="no part in the pilot"), transaction.atomic():
        row.update(decided_by=person, **DECIDED)


@pytest.fixture
def pivoted(cast: Cast, fund: Fund) -> Pilot:
    """It had its money, ran for four weeks, and another way was chosen."""
    pilot = make.open_pilot(cast)
    review = make.evaluate(cast, pilot, fund)
    gates.decide_outcome(
        review, decision="pivot", reason="Not this way.", against="Not this way.", by=cast.amara,
        at=NOW,
    )  # fmt: skip
    return Pilot.objects.get(pk=pilot.pk)


def test_a_lead_does_not_approve_after_a_pivot_what_they_led_before(
    cast: Cast, fund: Fund, pivoted: Pilot
) -> None:
    """Jonas gives the lead on, Priya takes his seat away and proposes anew, Amara's delegation lies ready."""
    offered = lifecycle.offer_lead(pivoted, to=cast.priya, reason="You do.", by=cast.jonas, at=NOW)
    lifecycle.accept_lead(offered, by=cast.priya, at=NOW)
    browser = Client()
    browser.force_login(cast.priya)
    for seat in Allocation.objects.filter(pilot=pivoted, person=cast.jonas):
        browser.delete(f"/api/v1/team/{seat.pk}/")
    TeamMember.objects.filter(pilot=pivoted, person=cast.jonas).delete()
    assert pivoted.former_team.filter(person=cast.jonas, role="lead").exists()
    make.on_team(
        pivoted, person=cast.priya, role="lead", percent=20, starts_on=TODAY + timedelta(days=14),
        ends_on=TODAY + timedelta(days=194), by=cast.priya, at=NOW,
    )  # fmt: skip
    review = ask_anew(pivoted, fund, by=cast.priya)
    delegation = delegate(cast, to=cast.jonas)
    refused(cast.jonas, review, match="were on this pilot's team")
    for_amara = {"decided_for": cast.amara, "delegation": delegation, "decided_by": cast.jonas}
    with pytest.raises(IntegrityError, match="no part in the pilot"), transaction.atomic():
        GateReview.objects.filter(pk=review.pk).update(
            decision="approve", decided_at=timezone.now(), **for_amara
        )
    delegated = delegate(cast, to=cast.priya, by=cast.frank)
    refused(cast.priya, review, match="opened or proposed themselves")
    assert delegated.accepted


def test_time_that_was_given_before_a_pivot_stays_in_the_record(cast: Cast, pivoted: Pilot) -> None:
    """Priya had worked on it for two weeks; her seat is given back, not unmade."""
    began = TODAY - timedelta(days=14)
    seat = make.on_team(
        pivoted, person=cast.priya, role="member", percent=20, starts_on=began,
        ends_on=TODAY + timedelta(days=60), by=cast.jonas, at=NOW,
    )  # fmt: skip
    browser = Client()
    browser.force_login(cast.jonas)
    assert browser.delete(f"/api/v1/team/{seat.pk}/").status_code == 204
    kept = Allocation.objects.get(pk=seat.pk)
    assert kept.starts_on == began
    assert TeamMember.objects.filter(pilot=pivoted, person=cast.priya).exists()


@pytest.mark.parametrize("verb", ["hand_on_seat", "leave_seat_empty"])
def test_a_seat_of_who_left_keeps_its_time_after_a_pivot(
    cast: Cast, pivoted: Pilot, verb: str
) -> None:
    seat = make.on_team(
        pivoted, person=cast.priya, role="member", percent=20,
        starts_on=TODAY - timedelta(days=14), ends_on=TODAY + timedelta(days=60), by=cast.jonas,
        at=NOW,
    )  # fmt: skip
    User.objects.filter(pk=cast.priya.pk).update(is_active=False)
    member = TeamMember.objects.get(pk=seat.member_id)
    more = {"to": cast.ben} if verb == "hand_on_seat" else {}
    getattr(staffing, verb)(member, by=cast.maya, at=NOW, **more)
    kept = Allocation.objects.get(pk=seat.pk)
    assert kept.ends_on == TODAY - timedelta(days=1)
    if more:
        make.agree(TimeRequest.objects.open().get(person=cast.ben), at=NOW)
        assert Allocation.objects.get(pilot=pivoted, person=cast.ben).starts_on == TODAY


def test_before_its_first_award_a_seat_is_planned_alone_and_goes_whole(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    seat = make.on_team(
        pilot, person=cast.priya, role="member", percent=20, starts_on=TODAY - timedelta(days=1),
        ends_on=TODAY + timedelta(days=60), by=cast.jonas, at=NOW,
    )  # fmt: skip
    staffing.remove(seat, by=cast.jonas, at=NOW)
    assert not Allocation.objects.filter(pk=seat.pk).exists()
    assert not FormerMember.objects.exists()


def test_a_lead_who_steps_off_before_the_first_award_decides_neither(
    cast: Cast, fund: Fund
) -> None:
    """Jonas, who is made an executive the day after, proposed it once."""
    pilot = make.open_pilot(cast)
    review = make.propose(cast, pilot, fund)
    gates.withdraw(review, reason="Not yet.", by=cast.jonas, at=NOW)
    offered = lifecycle.offer_lead(pilot, to=cast.priya, reason="You do.", by=cast.jonas, at=NOW)
    lifecycle.accept_lead(offered, by=cast.priya, at=NOW)
    for seat in Allocation.objects.filter(pilot=pilot):
        staffing.remove(seat, by=cast.priya, at=NOW)
    make.on_team(
        pilot, person=cast.priya, role="lead", percent=20, starts_on=TODAY + timedelta(days=14),
        ends_on=TODAY + timedelta(days=194), by=cast.priya, at=NOW,
    )  # fmt: skip
    review = gates.propose(Pilot.objects.get(pk=pilot.pk), by=cast.priya, at=NOW)
    RoleGrant.objects.create(
        person=cast.jonas, unit=cast.lakeshore, role="executive", granted_at=NOW
    )
    refused(cast.jonas, review, match="were on this pilot's team, led or sponsored")


def test_who_asked_for_the_first_decision_does_not_make_the_second(cast: Cast, fund: Fund) -> None:
    """The office proposed it for Jonas, who proposes it anew himself."""
    pilot = make.open_pilot(cast, by=cast.jonas)
    make.shape(cast, pilot, fund)
    make.serve(cast, pilot)
    review = gates.propose(pilot, by=cast.maya, at=NOW)
    gates.withdraw(review, reason="Not yet.", by=cast.maya, at=NOW)
    review = gates.propose(Pilot.objects.get(pk=pilot.pk), by=cast.jonas, at=NOW)
    RoleGrant.objects.create(
        person=cast.maya, unit=cast.lakeshore, role="executive", granted_at=NOW
    )
    refused(cast.maya, review, match="asked for a decision on this pilot once")


def test_a_member_of_the_team_that_was_proposed_does_not_decide_without_their_seat(
    cast: Cast, fund: Fund
) -> None:
    pilot = make.open_pilot(cast)
    seat = make.on_team(
        pilot, person=cast.frank, role="member", percent=5, starts_on=TODAY + timedelta(days=14),
        ends_on=TODAY + timedelta(days=60), by=cast.jonas, at=NOW - timedelta(days=1),
    )  # fmt: skip
    review = make.propose(cast, pilot, fund)
    gates.withdraw(review, reason="Not yet.", by=cast.jonas, at=NOW)
    staffing.remove(seat, by=cast.jonas, at=NOW)
    review = gates.propose(Pilot.objects.get(pk=pilot.pk), by=cast.jonas, at=NOW)
    refused(cast.frank, review, match="were on this pilot's team")


def test_a_seat_is_not_given_to_another_name_in_place(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    member = make.sit(pilot, cast.ana)
    with pytest.raises(DatabaseError), transaction.atomic():
        TeamMember.objects.filter(pk=member.pk).update(person=cast.ben)


def test_a_sponsor_does_not_approve_by_naming_another(cast: Cast, fund: Fund) -> None:
    """Rosa's pilot is taken back, Frank is named in her place, it is proposed anew: Rosa would approve."""
    pilot = make.open_pilot(cast)
    review = make.propose(cast, pilot, fund)
    gates.withdraw(review, reason="Not yet.", by=cast.jonas, at=NOW)
    Pilot.objects.filter(pk=pilot.pk).update(sponsor=cast.frank)
    assert pilot.former_team.filter(person=cast.rosa, role="sponsor").exists()
    review = gates.propose(Pilot.objects.get(pk=pilot.pk), by=cast.jonas, at=NOW)
    refused(cast.rosa, review, match="led or sponsored it")
    row = GateReview.objects.filter(pk=review.pk)
    with pytest.raises(IntegrityError, match="lets another decide"), transaction.atomic():
        row.update(decided_by=cast.amara, decided_for=cast.rosa, **DECIDED)
    deputy = fresh(cast.amara)
    deputy.act_for(fresh(cast.rosa))
    assert not can_decide(deputy, review)
    delegate(cast, by=cast.rosa)
    assert not can_decide(fresh(cast.priya), review)


def test_a_sponsor_named_and_changed_before_the_first_proposal_bars_nobody(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    Pilot.objects.filter(pk=pilot.pk).update(sponsor=cast.frank)
    assert not FormerMember.objects.exists()


def test_who_said_yes_to_owning_what_is_scaled_does_not_decide_to_scale_it(
    cast: Cast, fund: Fund
) -> None:
    """Frank owns what Jonas's pilot tries; an owner who was only asked is barred from nothing."""
    pilot = make.open_pilot(cast)
    review = make.evaluate(cast, pilot, fund)
    plan = scaling.write(pilot, owner=cast.frank, by=cast.jonas, at=NOW)
    review = GateReview.objects.select_related("pilot").get(pk=review.pk)
    assert can_decide(cast.frank, review)
    scaling.answer(plan, agrees=True, by=cast.frank, at=NOW)
    assert not can_decide(cast.frank, review)
    assert not queries.waiting_for(cast.frank).exists()
    assert cast.frank not in queries.deciders(pilot, review.gate)
    with pytest.raises(NotAllowed, match="owning what it tries"):
        gates.decide_outcome(review, decision="scale", reason="It held.", by=cast.frank, at=NOW)
    scale = {"decision": "scale", "reason": "It held.", "decided_at": NOW, "decided_by": cast.frank}
    with pytest.raises(IntegrityError, match="no part in the pilot"), transaction.atomic():
        GateReview.objects.filter(pk=review.pk).update(**scale)
