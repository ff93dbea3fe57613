"""Time is asked for: nobody is on a team, or kept from deciding, before they and their unit said yes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import RoleGrant, Unit, User
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.web import panels
from pilots.gates import actions as gates
from pilots.lifecycle.checklist import Checked, Gate, checklist
from pilots.lifecycle.models import Pilot, TeamMember
from pilots.staffing import actions as staffing
from pilots.staffing import queries
from pilots.staffing.models import Allocation, TimeRequest
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

TODAY = timezone.localdate()
WHY = "You know the ward."


def ask(cast: Cast, pilot: Pilot, person: User, percent: int = 10, **changed: Any) -> TimeRequest:
    return staffing.ask(
        pilot,
        **{
            "person": person,
            "role": "member",
            "percent": percent,
            "starts_on": TODAY,
            "ends_on": TODAY + timedelta(days=60),
            "why": WHY,
            "by": cast.jonas,
            "at": NOW,
            **changed,
        },
    )


def waits(user: User) -> list[str]:
    fresh = User.objects.get(pk=user.pk)
    return [item.kind for item in panels.waiting_for(fresh) if "ime" in item.kind]


def told(user: User) -> list[str]:
    of_time = Notice.objects.filter(person=user, kind="pilots").order_by("-pk")
    return list(of_time.values_list("title", flat=True))


def on_team(pilot: Pilot, person: User) -> bool:
    return TeamMember.objects.filter(pilot=pilot, person=person).exists()


def test_who_is_asked_is_on_the_team_by_their_own_yes_and_not_before(
    cast: Cast, pilot: Pilot
) -> None:
    asked = ask(cast, pilot, cast.ana)
    assert not on_team(pilot, cast.ana) and not pilot.allocations.exists()
    assert told(cast.ana) == [f"Jonas Park asks for your time for “{pilot.title}”"]
    assert waits(cast.ana) == ["Your time"]
    for other in (cast.jonas, cast.maya, cast.amara, cast.ben):
        with pytest.raises(NotAllowed, match="asked of Ana Ruiz"):
            staffing.agree(asked, by=other, at=NOW)
    staffing.agree(asked, by=cast.ana, at=NOW)
    assert on_team(pilot, cast.ana) and waits(cast.ana) == []
    assert asked.allocations.get().percent == 10
    assert told(cast.jonas) == [f"Ana Ruiz is on the team of “{pilot.title}”"]
    with pytest.raises(Conflict, match="answered already: Agreed"):
        staffing.agree(asked, by=cast.ana, at=NOW)


def test_an_executive_who_is_asked_still_decides_until_they_say_yes(
    cast: Cast, pilot: Pilot, fund: Any
) -> None:
    """A lead could put every executive on a team, and keep them all from deciding on it."""
    make.run(cast, pilot, fund)
    for metric in pilot.metrics.all():
        make.observe(metric, since=NOW.date() - timedelta(weeks=4), weeks=4, value=11)
    for executive in (cast.amara, cast.frank):
        ask(cast, pilot, executive, percent=5)
    review = gates.ask_for_decision(pilot, by=cast.jonas, at=NOW)
    gates.decide_outcome(
        review, decision="pivot", against="So be it.", reason="Another way.", by=cast.amara, at=NOW
    )
    assert review.decided_by == cast.amara


def test_an_executive_is_told_before_they_say_yes_that_they_will_not_decide(
    cast: Cast, pilot: Pilot, client: Client
) -> None:
    for person, says in ((cast.frank, True), (cast.helen, True), (cast.ben, False)):
        asked = ask(cast, pilot, person, percent=5)
        client.force_login(person)
        page = client.get(asked.get_absolute_url()).content.decode()
        assert ("You would not decide on this pilot" in page) is says
        assert "Yes, I give this time" in page


def test_a_larger_share_is_for_the_unit_to_agree_to_after_the_person(
    cast: Cast, pilot: Pilot
) -> None:
    RoleGrant.objects.create(person=cast.ben, unit=cast.medicine, role="unit_lead", granted_at=NOW)
    asked = ask(cast, pilot, cast.ana, percent=20)
    with pytest.raises(Conflict, match="Ana Ruiz is asked first"):
        staffing.agree_for_unit(asked, by=cast.ben, at=NOW)
    staffing.agree(asked, by=cast.ana, at=NOW)
    assert asked.unit == cast.four_west and not on_team(pilot, cast.ana)
    # The nearest who leads the unit is asked, and no executive far above.
    assert waits(cast.ben) == ["Time of your unit"] and waits(cast.amara) == []
    assert told(cast.ben) == [f"Ana Ruiz would give 20 % of their time to “{pilot.title}”"]
    for other in (cast.ana, cast.jonas, cast.maya, cast.hugo):
        with pytest.raises(NotAllowed):
            staffing.agree_for_unit(asked, by=other, at=NOW)
    staffing.agree_for_unit(asked, by=User.objects.get(pk=cast.ben.pk), at=NOW)
    assert on_team(pilot, cast.ana)
    assert told(cast.ana)[0] == f"Ana Ruiz is on the team of “{pilot.title}”"


def test_a_unit_says_no_with_a_reason_that_all_read(cast: Cast, pilot: Pilot) -> None:
    asked = ask(cast, pilot, cast.ana, percent=20)
    staffing.agree(asked, by=cast.ana, at=NOW)
    with pytest.raises(Malformed, match="Say why"):
        staffing.refuse_for_unit(asked, words=" ", by=cast.amara, at=NOW)
    staffing.refuse_for_unit(asked, words="We are three short.", by=cast.amara, at=NOW)
    assert not on_team(pilot, cast.ana)
    for person in (cast.ana, cast.jonas):
        assert Notice.objects.filter(person=person, text="We are three short.").exists()


def test_nobody_answers_for_the_unit_of_their_own_time(cast: Cast, pilot: Pilot) -> None:
    asked = ask(cast, pilot, cast.rosa, percent=20)
    staffing.agree(asked, by=cast.rosa, at=NOW)
    assert asked.unit == cast.lakeshore
    with pytest.raises(NotAllowed, match="your own time"):
        staffing.agree_for_unit(asked, by=cast.rosa, at=NOW)
    assert waits(cast.rosa) == []
    staffing.agree_for_unit(asked, by=cast.frank, at=NOW)
    assert on_team(pilot, cast.rosa)


def test_small_shares_add_up_to_what_a_unit_is_asked_for(cast: Cast, pilot: Pilot) -> None:
    make.on_team(
        make.open_pilot(cast, title="Other"), person=cast.ana, role="member", percent=8,
        starts_on=TODAY, ends_on=TODAY + timedelta(days=30), by=cast.jonas,
    )  # fmt: skip
    asked = ask(cast, pilot, cast.ana, percent=8)
    staffing.agree(asked, by=cast.ana, at=NOW)
    assert asked.unit == cast.four_west
    later = ask(
        cast, make.open_pilot(cast, title="Third"), cast.ana, percent=8,
        starts_on=TODAY + timedelta(days=40),
    )  # fmt: skip
    staffing.agree(later, by=cast.ana, at=NOW)
    assert later.answer == "agreed"


def test_what_a_unit_leaves_to_its_people_is_its_own_or_that_of_the_unit_above(
    cast: Cast, pilot: Pilot
) -> None:
    assert cast.four_west.alone() == 10
    cast.brigid.alone_percent = 25
    cast.brigid.save()
    assert (cast.four_west.alone(), cast.harbor_clinic.alone()) == (25, 10)
    cast.four_west.alone_percent = 0
    cast.four_west.save()
    assert (cast.four_west.alone(), cast.medicine.alone()) == (0, 25)
    asked = ask(cast, pilot, cast.ana, percent=1)
    staffing.agree(asked, by=cast.ana, at=NOW)
    assert asked.unit == cast.four_west
    asked = ask(cast, pilot, cast.ben, percent=25)
    staffing.agree(asked, by=cast.ben, at=NOW)
    assert asked.answer == "agreed"


def test_asking_for_ones_own_time_is_ones_yes(cast: Cast, pilot: Pilot) -> None:
    asked = ask(cast, pilot, cast.jonas, role="lead", why="")
    assert asked.answer == "agreed" and on_team(pilot, cast.jonas)
    other = make.open_pilot(cast, title="Other")
    asked = ask(cast, other, cast.jonas, role="lead", percent=30, why="")
    assert asked.waits_for_unit and not on_team(other, cast.jonas)
    [team] = [one for one in checklist(other, Gate.RESOURCES) if one.key == "team"]
    assert not team.met
    assert team.sentence == (
        "Jonas Park, who leads it, is asked for time, and it is not agreed: it waits for Medicine: "
        "whoever leads it."
    )


def test_the_office_cannot_say_the_leads_yes(cast: Cast, pilot: Pilot) -> None:
    asked = ask(cast, pilot, cast.jonas, role="lead", by=cast.maya)
    assert not asked.answer and not on_team(pilot, cast.jonas)
    [team] = [one for one in checklist(pilot, Gate.RESOURCES) if one.key == "team"]
    assert "it waits for Jonas Park" in team.sentence and not team.met


def test_no_needs_no_reason_and_is_told(cast: Cast, pilot: Pilot) -> None:
    asked = ask(cast, pilot, cast.ana)
    with pytest.raises(NotAllowed):
        staffing.decline(asked, by=cast.ben, at=NOW)
    staffing.decline(asked, by=cast.ana, at=NOW)
    assert told(cast.jonas) == [f"Ana Ruiz does not give time to “{pilot.title}”"]
    assert not on_team(pilot, cast.ana)
    # And may be asked again.
    again = ask(cast, pilot, cast.ana)
    staffing.agree(again, by=cast.ana, at=NOW)
    assert on_team(pilot, cast.ana)


def test_a_yes_is_taken_back_while_the_unit_is_asked_and_after(cast: Cast, pilot: Pilot) -> None:
    asked = ask(cast, pilot, cast.ana, percent=20)
    staffing.agree(asked, by=cast.ana, at=NOW)
    staffing.decline(asked, words="I move to nights.", by=cast.ana, at=NOW)
    assert asked.answer == "declined"
    agreed = ask(cast, pilot, cast.ben)
    staffing.agree(agreed, by=cast.ben, at=NOW)
    share = agreed.allocations.select_related("pilot__lead", "person", "member").get()
    for day in (TODAY - timedelta(days=40), TODAY + timedelta(days=61)):
        with pytest.raises(Malformed):
            staffing.give_back(share, on=day, by=cast.ben, at=NOW)
    for other in (cast.jonas, cast.maya, cast.ana):
        with pytest.raises(NotAllowed):
            staffing.give_back(share, on=TODAY, by=other, at=NOW)
    on = TODAY + timedelta(days=14)
    staffing.give_back(share, on=on, by=cast.ben, at=NOW)
    share.refresh_from_db()
    assert share.ends_on == on - timedelta(days=1)
    assert any("is not on the team of" in title for title in told(cast.jonas))
    assert Event.objects.filter(type="pilot.time_taken_back", actor=cast.ben.ref).exists()


def test_who_asked_takes_it_back_and_it_is_told(cast: Cast, pilot: Pilot) -> None:
    asked = ask(cast, pilot, cast.ana)
    for other in (cast.ana, cast.ben, cast.amara):
        with pytest.raises(NotAllowed):
            staffing.withdraw(asked, by=other, at=NOW)
    staffing.withdraw(asked, by=cast.jonas, at=NOW)
    assert waits(cast.ana) == [] and "not asked for any more" in told(cast.ana)[0]
    with pytest.raises(Conflict):
        staffing.agree(asked, by=cast.ana, at=NOW)


def test_capacity_is_looked_at_again_at_the_last_yes(cast: Cast, pilot: Pilot) -> None:
    first = ask(cast, pilot, cast.ana, percent=60)
    second = ask(cast, make.open_pilot(cast, title="Other"), cast.ana, percent=60)
    for asked in (first, second):
        staffing.agree(asked, by=cast.ana, at=NOW)
    staffing.agree_for_unit(first, by=cast.amara, at=NOW)
    with pytest.raises(Conflict, match=r"60 % of full time promised .* 40 % would"):
        staffing.agree_for_unit(second, by=cast.amara, at=NOW)
    second.refresh_from_db()
    assert second.waits_for_unit


def test_a_team_that_is_decided_on_stays_as_it_is_and_a_no_may_be_said(
    cast: Cast, pilot: Pilot, fund: Any
) -> None:
    make.run(cast, pilot, fund)
    for metric in pilot.metrics.all():
        make.observe(metric, since=NOW.date() - timedelta(weeks=4), weeks=4, value=1)
    asked, other = ask(cast, pilot, cast.ana), ask(cast, pilot, cast.ben)
    gates.ask_for_decision(pilot, by=cast.jonas, at=NOW)
    assert waits(cast.ana) == []
    with pytest.raises(Refused, match="waits for a decision"):
        staffing.agree(TimeRequest.objects.for_list().get(pk=asked.pk), by=cast.ana, at=NOW)
    fresh = TimeRequest.objects.for_list().get(pk=other.pk)
    staffing.decline(fresh, by=cast.ben, at=NOW)


def test_whoever_is_asked_sees_the_request_and_nothing_more_of_the_pilot(
    cast: Cast, pilot: Pilot, client: Client
) -> None:
    asked = ask(cast, pilot, cast.hugo, by=cast.maya)
    client.force_login(cast.hugo)
    page = client.get(asked.get_absolute_url()).content.decode()
    for shown in (pilot.title, pilot.summary, "St Brigid General", "Jonas Park", WHY):
        assert shown in page
    assert pilot.get_absolute_url() not in page
    assert client.get(pilot.get_absolute_url()).status_code == 404
    client.force_login(cast.ben)  # who sees the pilot, and not what is asked of others and why
    assert client.get(asked.get_absolute_url()).status_code == 404
    team = client.get(reverse("pilots:team", args=[pilot.pk])).content.decode()
    assert "Asked, not agreed yet" in team and WHY not in team


def test_from_home_it_is_two_presses(cast: Cast, pilot: Pilot, client: Client) -> None:
    asked = ask(cast, pilot, cast.ana)
    client.force_login(cast.ana)
    home = client.get(reverse("innovation:waiting")).content.decode()
    assert asked.get_absolute_url() in home
    done = client.post(reverse("pilots:time-answer", args=[asked.pk]), {"answer": "yes"})
    assert done.status_code == 302 and on_team(pilot, cast.ana)


def test_a_no_with_a_word_and_a_unit_without_one(cast: Cast, pilot: Pilot, client: Client) -> None:
    first, second = ask(cast, pilot, cast.ben), ask(cast, pilot, cast.ana, percent=20)
    client.force_login(cast.ben)
    url = reverse("pilots:time-answer", args=[first.pk])
    assert client.post(url, {"answer": "no", "words": "Not this spring."}).status_code == 302
    staffing.agree(second, by=cast.ana, at=NOW)
    client.force_login(cast.amara)
    url = reverse("pilots:time-unit-answer", args=[second.pk])
    refused = client.post(url, {"answer": "no", "words": ""})
    assert refused.status_code == 400 and "Say why" in refused.content.decode()
    client.force_login(cast.jonas)
    team = client.get(reverse("pilots:team", args=[pilot.pk])).content.decode()
    assert "Not this spring." in team and "Waits for 4 West: whoever leads it" in team


def test_database_takes_nobody_onto_a_team_unasked(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(IntegrityError, match="not asked and said yes"), transaction.atomic():
        TeamMember.objects.create(pilot=pilot, person=cast.amara, role="member", joined_at=NOW)
    asked = ask(cast, pilot, cast.ana)
    with pytest.raises(IntegrityError, match="not asked and said yes"), transaction.atomic():
        TeamMember.objects.create(pilot=pilot, person=cast.ana, role="member", joined_at=NOW)
    rows = TimeRequest.objects.filter(pk=asked.pk)
    for answer in (
        {"answer": "agreed", "answered_at": NOW, "answered_by": cast.jonas},
        {"answer": "agreed", "answered_at": NOW, "answered_by": cast.ana},
        {"answer": "declined", "answered_at": NOW, "answered_by": cast.jonas},
        {"unit": cast.four_west},
        {
            "answer": "agreed",
            "answered_at": NOW,
            "said_yes_at": NOW,
            "unit": cast.four_west,
            "answered_by": cast.ana,
        },
    ):
        with pytest.raises(IntegrityError, match="time_request"), transaction.atomic():
            rows.update(**answer)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(percent=90)
    with pytest.raises(DatabaseError, match="asked for first"), transaction.atomic():
        TimeRequest.objects.create(
            pilot=pilot, person=cast.ben, role="member", percent=5, starts_on=TODAY, ends_on=TODAY,
            asked_by=cast.jonas, asked_at=NOW, answer="agreed", answered_at=NOW, taken_over=True,
        )  # fmt: skip


def test_database_promises_no_more_time_than_was_agreed(cast: Cast, pilot: Pilot) -> None:
    asked = ask(cast, pilot, cast.ana)
    staffing.agree(asked, by=cast.ana, at=NOW)
    share = asked.allocations.get()
    for beyond in (
        {"percent": 11},
        {"ends_on": share.ends_on + timedelta(days=1)},
        {"request": None},
    ):
        with pytest.raises(IntegrityError, match="as it was agreed"), transaction.atomic():
            Allocation.objects.filter(pk=share.pk).update(**beyond)
    twice = {
        "pilot": pilot, "person": cast.ana, "member": share.member, "percent": 1,
        "starts_on": share.starts_on, "ends_on": share.ends_on,
    }  # fmt: skip
    Allocation.objects.filter(pk=share.pk).update(starts_on=share.ends_on)
    twice["ends_on"] = share.starts_on
    for request in (None, asked):
        with pytest.raises(IntegrityError, match="as it was agreed"), transaction.atomic():
            Allocation.objects.create(**twice, request=request)


def test_what_waits_for_leaders_of_units_costs_the_same_for_any_number(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    def ask_of(person: User, days: int) -> TimeRequest:
        start = TODAY + timedelta(days=days)
        asked = ask(cast, pilot, person, 30, starts_on=start, ends_on=start)
        return staffing.agree(asked, by=person, at=NOW)

    pilot = make.open_pilot(cast)
    first = ask_of(cast.ana, 1)
    amara = User.objects.get(pk=cast.amara.pk)
    assert queries.waiting_for(amara) == [first]  # what she may is known from now on
    with CaptureQueriesContext(connection) as one:
        queries.waiting_for(amara)
    more = [ask_of(cast.ana, 2), ask_of(cast.ben, 3)]
    with django_assert_num_queries(len(one)):
        assert queries.waiting_for(amara) == [first, *more]


def test_the_nearest_leaders_answer_for_a_unit(cast: Cast, pilot: Pilot) -> None:
    asked = ask(cast, pilot, cast.ana, 30)
    assert queries.answers_for(cast.four_west, asked) == [cast.amara, cast.frank, cast.rosa]
    lead_of(cast.medicine, cast.ben)
    assert queries.answers_for(cast.four_west, asked) == [cast.ben]
    assert queries.answers_for(cast.harbor_clinic, asked) == [cast.hugo]


def lead_of(unit: Unit, person: User) -> None:
    RoleGrant.objects.create(person=person, unit=unit, role="unit_lead", granted_at=NOW)


def test_whoever_gains_by_it_does_not_answer_for_the_unit(
    cast: Cast, pilot: Pilot, client: Client
) -> None:
    """Jonas leads the pilot and the department that Ana's time would come from."""
    lead_of(cast.medicine, cast.jonas)
    asked = ask(cast, pilot, cast.ana, 30)
    staffing.agree(asked, by=cast.ana, at=NOW)
    jonas = User.objects.get(pk=cast.jonas.pk)
    assert waits(jonas) == [] and waits(cast.amara) == ["Time of your unit"]
    with pytest.raises(NotAllowed, match="somebody else answers for 4 West"):
        staffing.agree_for_unit(asked, by=jonas, at=NOW)
    client.force_login(jonas)
    answered = client.post(
        reverse("pilots:api-time-unit-answer", args=[asked.pk]),
        {"agrees": True},
        content_type="application/json",
    )
    assert answered.status_code == 403
    with pytest.raises(IntegrityError, match="answered_by_no_asker"), transaction.atomic():
        TimeRequest.objects.filter(pk=asked.pk).update(
            answer="agreed", answered_at=NOW, answered_by=cast.jonas
        )
    staffing.agree_for_unit(asked, by=cast.amara, at=NOW)
    assert on_team(pilot, cast.ana)


def test_where_only_they_lead_the_unit_the_persons_yes_is_enough(cast: Cast, pilot: Pilot) -> None:
    RoleGrant.objects.filter(role="executive").update(ends_on=TODAY - timedelta(days=1))
    lead_of(cast.medicine, cast.jonas)
    asked = ask(cast, pilot, cast.ana, 30)
    staffing.agree(asked, by=cast.ana, at=NOW)
    assert on_team(pilot, cast.ana)


def test_time_that_is_over_is_not_asked_for(cast: Cast, pilot: Pilot) -> None:
    then = TODAY - timedelta(days=400)
    with pytest.raises(Refused, match="is over"):
        ask(cast, pilot, cast.ana, starts_on=then, ends_on=then)


def test_an_answer_that_says_neither_is_no_no(cast: Cast, pilot: Pilot, client: Client) -> None:
    asked = ask(cast, pilot, cast.ana)
    client.force_login(cast.ana)
    shown = client.post(reverse("pilots:time-answer", args=[asked.pk]), {"words": "Hm."})
    assert shown.status_code == 400
    assert "Say yes or no." in shown.content.decode() and "Hm." in shown.content.decode()
    asked.refresh_from_db()
    assert asked.answer == ""


def people_agreed(pilot: Pilot) -> Checked | None:
    found = checklist(Pilot.objects.get(pk=pilot.pk), Gate.RESOURCES)
    return next((one for one in found if one.key == "people_agreed"), None)


def test_nothing_is_decided_on_before_all_who_are_asked_have_answered(
    cast: Cast, pilot: Pilot, fund: Any
) -> None:
    assert people_agreed(pilot) is None, "nobody has to ask anybody"
    make.shape(cast, pilot, fund)
    make.serve(cast, pilot)
    said = people_agreed(pilot)
    assert said is not None and said.met
    for person, percent in ((cast.ben, 5), (cast.ana, 20), (cast.priya, 5)):
        ask(cast, pilot, person, percent=percent)
    staffing.agree(pilot.time_requests.get(person=cast.ana), by=cast.ana, at=NOW)
    said = people_agreed(pilot)
    assert said is not None and not said.met
    assert said.sentence.startswith("3 people are asked for time, and it is not agreed.")
    assert "Ben Achterberg: it waits for Ben Achterberg since 23 November 2026." in said.sentence
    assert "Ana Ruiz: it waits for 4 West: whoever leads it since" in said.sentence
    assert said.sentence.endswith("Wait for their answer, or take the request back.")
    with pytest.raises(Refused, match="Not yet: 3 people are asked for time"):
        gates.propose(pilot, by=cast.jonas, at=NOW, case="Two wards are ready.")
    # A yes, a no and a request that is taken back: each is an answer.
    fresh = {one.person_id: one for one in TimeRequest.objects.for_list().filter(answer="")}
    staffing.agree_for_unit(fresh[cast.ana.pk], by=cast.amara, at=NOW)
    staffing.decline(fresh[cast.ben.pk], by=cast.ben, at=NOW)
    said = people_agreed(pilot)
    assert said is not None and said.sentence.startswith("One person is asked for time")
    staffing.withdraw(fresh[cast.priya.pk], by=cast.jonas, at=NOW)
    gates.propose(
        Pilot.objects.get(pk=pilot.pk), by=cast.jonas, at=NOW, case="Two wards are ready."
    )
