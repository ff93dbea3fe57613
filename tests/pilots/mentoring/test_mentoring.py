"""Mentors: offered by themselves, asked first, barred from deciding, ended by either side."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from innovation.audit import actions as audit
from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import RoleGrant, User
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.web import panels
from pilots.funding.models import Fund
from pilots.gates.models import GateReview
from pilots.gates.permissions import can_decide
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import FormerMember, Pilot, TeamMember
from pilots.lifecycle.permissions import can_advise, can_edit_pilot
from pilots.mentoring import actions, queries
from pilots.mentoring.models import Mentor, Mentorship
from pilots.mentoring.presenters import suggestion
from pilots.staffing import actions as staffing
from tests.factories import mentoring as make_mentoring
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def again(pilot: Pilot) -> Pilot:
    return Pilot.objects.for_list().get(pk=pilot.pk)


def told(person: User) -> list[str]:
    return list(
        Notice.objects.filter(person=person).order_by("-pk").values_list("title", flat=True)
    )


def waits(person: User) -> list[str]:
    kinds = {"Mentor", "Next step"}
    return [one.kind for one in panels.waiting_for(fresh(person)) if one.kind in kinds]


def test_nobody_is_in_the_register_but_by_their_own_word(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="None of your roles"):
        make_mentoring.offer(cast.victor)
    deputy = fresh(cast.ben)
    deputy.act_for(cast.ingrid)
    with pytest.raises(NotAllowed, match="theirs to say"):
        make_mentoring.offer(deputy)
    for wrong in ({"skills": ()}, {"skills": ("juggling",)}, {"room_for": 0}, {"room_for": 11}):
        given: dict[str, Any] = {"skills": ("change",), "room_for": 1, **wrong}
        with pytest.raises(Malformed):
            actions.offer(by=cast.ingrid, at=NOW, **given)
    made = make_mentoring.offer(cast.ingrid, "scaling", "change", line=" Ran three. ")
    assert (made.skills, made.line) == (["change", "scaling"], "Ran three.")
    assert list(queries.register(cast.jonas, skill="scaling")) == [made]
    assert not queries.register(cast.jonas, skill="budget")
    assert not queries.register(cast.hugo) and not queries.register(cast.victor)
    # A mentor for the whole system is found in every hospital.
    RoleGrant.objects.create(person=cast.ingrid, unit=cast.lakeshore, role="mentor", granted_at=NOW)
    assert list(queries.register(fresh(cast.hugo))) == [made]
    with pytest.raises(Refused, match="theirs to say"):
        actions.pause(made, by=cast.jonas, at=NOW)
    with pytest.raises(IntegrityError, match="mentor_names_a_skill"), transaction.atomic():
        Mentor.objects.update(skills=[])
    with pytest.raises(DatabaseError), transaction.atomic():
        Mentor.objects.update(person=cast.ben)


def test_pausing_leaving_and_coming_back(cast: Cast, pilot: Pilot) -> None:
    mentor = make_mentoring.offer(cast.ingrid)
    actions.pause(mentor, by=cast.ingrid, at=NOW)
    with pytest.raises(Refused, match="no further pilot"):
        make_mentoring.ask(pilot, cast.ingrid)
    actions.go_on(mentor, by=cast.ingrid, at=NOW)
    with pytest.raises(Conflict, match="already"):
        actions.go_on(mentor, by=cast.ingrid, at=NOW)
    asked = make_mentoring.ask(pilot, cast.ingrid)
    actions.withdraw(mentor, by=cast.ingrid, at=NOW)
    asked.refresh_from_db()
    assert asked.answer == "declined"
    assert told(cast.jonas)[0] == f"Dr Ingrid Halloran does not mentor “{pilot.title}”"
    with pytest.raises(Refused, match="not in the register"):
        make_mentoring.ask(pilot, cast.ingrid)
    assert not queries.register(cast.jonas)
    again_ = make_mentoring.offer(cast.ingrid, "budget", room_for=1)
    assert (again_.pk, again_.withdrawn_at) == (mentor.pk, None)


def test_who_is_asked_mentors_by_their_own_yes_and_not_before(cast: Cast, pilot: Pilot) -> None:
    make_mentoring.offer(cast.ingrid)
    for stranger in (cast.ana, cast.amara, cast.ingrid):
        with pytest.raises(NotAllowed):
            make_mentoring.ask(pilot, cast.ingrid, by=stranger)
    with pytest.raises(Malformed):
        make_mentoring.ask(pilot, cast.ingrid, why=" ")
    asked = make_mentoring.ask(pilot, cast.ingrid)
    assert told(cast.ingrid) == [f"Jonas Park asks you to mentor “{pilot.title}”"]
    assert waits(cast.ingrid) == ["Mentor"]
    assert not TeamMember.objects.filter(pilot=pilot, person=cast.ingrid).exists()
    with pytest.raises(Conflict, match="asked already"):
        make_mentoring.ask(pilot, cast.ingrid, by=cast.maya)
    for other in (cast.jonas, cast.maya, cast.amara):
        with pytest.raises(NotAllowed, match="asked of Dr Ingrid"):
            actions.accept(asked, by=other, at=NOW)
    actions.accept(asked, by=cast.ingrid, at=NOW, words="Gladly.")
    assert waits(cast.ingrid) == []
    assert told(cast.jonas)[0] == f"Dr Ingrid Halloran mentors “{pilot.title}”"
    seat = TeamMember.objects.get(pilot=pilot, person=cast.ingrid)
    assert (seat.role, seat.accompanies, seat.allocations.count()) == ("mentor", True, 0)
    pilot = again(pilot)
    assert can_advise(cast.ingrid, pilot) and not can_edit_pilot(cast.ingrid, pilot)
    with pytest.raises(Conflict, match="answered already"):
        actions.decline(asked, by=cast.ingrid, at=NOW)
    said = set(Event.objects.filter(type__startswith="mentor").values_list("type", flat=True))
    assert said == {"mentor.offered", "mentorship.asked", "mentorship.accepted"}


def test_a_no_needs_no_word_and_asking_can_be_taken_back(cast: Cast, pilot: Pilot) -> None:
    make_mentoring.offer(cast.ingrid)
    actions.decline(make_mentoring.ask(pilot, cast.ingrid), by=cast.ingrid, at=NOW)
    second = make_mentoring.ask(pilot, cast.ingrid, by=cast.maya)
    with pytest.raises(NotAllowed):
        actions.take_back(second, by=cast.ana, at=NOW)
    actions.take_back(second, by=cast.jonas, at=NOW)
    assert told(cast.ingrid)[0] == f"You are not asked any more to mentor “{pilot.title}”"
    with pytest.raises(DatabaseError), transaction.atomic():
        Mentorship.objects.filter(pk=second.pk).update(words="Another word.")
    # All who see the pilot read its history: nobody is named there who did not say yes.
    of_pilot = Event.objects.about(audit.ref(pilot)).filter(type__startswith="mentorship.")
    assert not of_pilot.exists()
    own = Event.objects.about(audit.ref(cast.ingrid)).filter(type__startswith="mentorship.")
    assert {one.type for one in own} == {
        "mentorship.asked",
        "mentorship.declined",
        "mentorship.withdrawn",
    }
    actions.accept(make_mentoring.ask(pilot, cast.ingrid), by=cast.ingrid, at=NOW)
    assert [one.type for one in of_pilot] == ["mentorship.accepted"]


def test_whoever_has_another_part_or_judged_it_does_not_mentor_it(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    for person in (cast.rosa, cast.jonas, cast.maya, cast.ana, cast.amara, cast.ingrid):
        make_mentoring.offer(person)
    make.sit(pilot, cast.ana)
    pilot = again(pilot)
    for person, why in (
        (cast.rosa, "sponsors this pilot"),
        (cast.jonas, "leads this pilot"),
        (cast.maya, "opened this pilot"),
        (cast.ana, "works on this pilot"),
    ):
        with pytest.raises(Refused, match=f"{person.name} {why}"):
            make_mentoring.ask(pilot, person, by=cast.jonas if person != cast.jonas else cast.maya)
    pilot = make.run(cast, pilot, fund)
    by = GateReview.objects.filter(pilot=pilot, decided_at__isnull=False)[0].decided_by
    assert by is not None
    if not Mentor.objects.filter(person=by).exists():
        make_mentoring.offer(by)
    with pytest.raises(Refused, match="decided on this pilot"):
        make_mentoring.ask(again(pilot), by)
    # Past the verbs: the database asks the same at the yes.
    made = Mentorship.objects.create(
        pilot=pilot, person=by, why="Past the verbs.", asked_by=cast.jonas, asked_at=NOW
    )
    with pytest.raises(IntegrityError, match="judged"), transaction.atomic():
        Mentorship.objects.filter(pk=made.pk).update(answer="accepted", answered_at=NOW)


def test_nobody_mentors_more_than_their_room_holds(cast: Cast, pilot: Pilot) -> None:
    mentor = make_mentoring.offer(cast.ingrid, room_for=1)
    other = make.open_pilot(cast, title="Another")
    second = make_mentoring.ask(other, cast.ingrid)
    make_mentoring.mentored(pilot, cast.ingrid)
    assert queries.load(cast.ingrid) == 1
    with pytest.raises(Conflict, match="mentors 1 of 1"):
        actions.accept(second, by=cast.ingrid, at=NOW)
    with pytest.raises(Conflict, match="no room now"):
        make_mentoring.ask(make.open_pilot(cast, title="A third"), cast.ingrid)
    with pytest.raises(IntegrityError, match="room for"), transaction.atomic():
        Mentorship.objects.filter(pk=second.pk).update(answer="accepted", answered_at=NOW)
    make_mentoring.offer(cast.ingrid, room_for=2)
    actions.accept(second, by=cast.ingrid, at=NOW)
    with pytest.raises(Conflict, match="You mentor 2 pilots now"):
        make_mentoring.offer(cast.ingrid, room_for=1)
    mentor.refresh_from_db()
    assert mentor.room_for == 2


def test_a_mentor_decides_on_nothing_of_the_pilot_now_or_later(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    mentorship = make_mentoring.mentored(pilot, cast.amara)
    review = make.propose(cast, again(pilot), fund)
    answer = can_decide(fresh(cast.amara), GateReview.objects.get(pk=review.pk))
    assert "on this pilot's team" in answer.reason
    actions.end(mentorship, by=cast.amara, at=NOW, words="I move.")
    assert not TeamMember.objects.filter(pilot=pilot, person=cast.amara).exists()
    assert FormerMember.objects.filter(pilot=pilot, person=cast.amara, role="mentor").exists()
    left = can_decide(fresh(cast.amara), GateReview.objects.get(pk=review.pk))
    assert "were on this pilot's team" in left.reason
    with pytest.raises(IntegrityError, match="part"), transaction.atomic():
        GateReview.objects.filter(pk=review.pk).update(
            decision="return", decided_by=cast.amara, decided_at=NOW, reason="No."
        )
    assert told(cast.jonas)[0] == f"Dr Amara Osei mentors “{pilot.title}” no longer"


def test_while_somebody_decides_a_yes_waits_and_a_no_does_not(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make_mentoring.offer(cast.ingrid)
    make.propose(cast, pilot, fund)
    asked = make_mentoring.ask(again(pilot), cast.ingrid)
    with pytest.raises(Refused, match="Somebody decides"):
        actions.accept(asked, by=cast.ingrid, at=NOW)
    actions.decline(asked, by=cast.ingrid, at=NOW)


def test_either_side_ends_it_and_the_other_is_told(cast: Cast, pilot: Pilot) -> None:
    mentorship = make_mentoring.mentored(pilot, cast.ingrid)
    for stranger in (cast.ana, cast.amara):
        with pytest.raises(NotAllowed):
            actions.end(mentorship, by=stranger, at=NOW)
    actions.end(mentorship, by=cast.jonas, at=NOW, words="Thank you.")
    notice = Notice.objects.filter(person=cast.ingrid).latest("pk")
    assert notice.text == "Thank you."
    assert not Event.objects.filter(details__icontains="Thank you").exists()
    with pytest.raises(Conflict, match="ended already"):
        actions.end(mentorship, by=cast.ingrid, at=NOW)
    assert actions.accept(make_mentoring.ask(again(pilot), cast.ingrid), by=cast.ingrid, at=NOW)
    with pytest.raises(DatabaseError, match="off the team"), transaction.atomic():
        Mentorship.objects.filter(ended_at=None).update(ended_at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Mentorship.objects.all().delete()


def test_a_mentor_neither_works_on_it_nor_leads_nor_sponsors_it(cast: Cast, pilot: Pilot) -> None:
    make_mentoring.mentored(pilot, cast.priya)
    with pytest.raises(Refused, match="mentors this pilot"):
        lifecycle.offer_lead(pilot, to=cast.priya, reason="You could.", by=cast.jonas, at=NOW)
    asking: dict[str, Any] = {
        "person": cast.priya, "percent": 5, "starts_on": make.TODAY,
        "ends_on": make.TODAY + timedelta(days=30), "why": "You could.", "by": cast.jonas, "at": NOW,
    }  # fmt: skip
    with pytest.raises(Refused, match="mentors this pilot"):
        staffing.ask(pilot, role="member", **asking)
    # A share of time as a mentor goes beside it, and leaves it standing when it is given back.
    shared = make.on_team(pilot, role="mentor", **{k: v for k, v in asking.items() if k != "why"})
    staffing.remove(shared, by=cast.jonas, at=NOW)
    seat = TeamMember.objects.get(pilot=pilot, person=cast.priya)
    assert seat.accompanies
    with pytest.raises(DatabaseError, match="nobody is on a team"), transaction.atomic():
        TeamMember.objects.create(
            pilot=pilot, person=cast.ben, role="mentor", joined_at=NOW, accompanies=True
        )


def test_who_leaves_the_house_mentors_nobody_and_the_lead_is_told(cast: Cast, pilot: Pilot) -> None:
    mentorship = make_mentoring.mentored(pilot, cast.ingrid)
    waiting = make_mentoring.ask(make.open_pilot(cast, title="Another"), cast.ingrid)
    assert actions.end_of_leavers(at=NOW) == 0
    User.objects.filter(pk=cast.ingrid.pk).update(is_active=False)
    assert actions.end_of_leavers(at=NOW) == 2
    assert actions.end_of_leavers(at=NOW) == 0
    for one in (mentorship, waiting):
        one.refresh_from_db()
    assert (mentorship.ended_by, waiting.answer) == (None, "withdrawn")
    left = [Event.objects.about(audit.ref(one)) for one in (pilot, waiting.pilot)]
    assert [one.filter(type="mentorship.left").exists() for one in left] == [True, False]
    assert f"Dr Ingrid Halloran has left and does not mentor “{pilot.title}”" in told(cast.jonas)
    assert not TeamMember.objects.filter(pilot=pilot, person=cast.ingrid).exists()
    assert not queries.register(cast.jonas)


def test_matches_say_because_and_leave_out_who_cannot(cast: Cast, pilot: Pilot) -> None:
    make_mentoring.offer(cast.ingrid, "measurement", "change")
    make_mentoring.offer(cast.ana, "change")
    make_mentoring.offer(cast.amara, "change", "measurement")
    make_mentoring.offer(cast.rosa, "change")  # its sponsor
    full = make_mentoring.offer(cast.ben, "change", room_for=1)
    make_mentoring.mentored(make.open_pilot(cast, title="Another"), cast.ben)
    found, without_room = queries.matches(cast.jonas, pilot, ["measurement", "change"])
    assert [one.person.name for one, _match in found] == [
        "Dr Ingrid Halloran", "Dr Amara Osei", "Ana Ruiz",
    ]  # fmt: skip
    assert (without_room, full.room_for) == (1, 1)
    best = suggestion(*found[0])
    assert best.sentence == (
        "Because: helps with what is asked for (Measurement and statistics, Change and adoption);"
        " has room for 2 more pilots."
    )
    amara = suggestion(*found[1])
    assert "sees it from Lakeshore Health" in amara.sentence
    assert amara.but == "Would not decide on this pilot any more, nor review it."
    # Whom the whole system has, Harbor sees, too; nobody of St Brigid.
    assert [one.person for one, _match in queries.matches(cast.hugo, pilot, [])[0]] == [cast.amara]
