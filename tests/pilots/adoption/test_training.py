"""Training: who must, who was there, who sees names, what counts, and what has run out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.audit import actions as audit
from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import RoleGrant, User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.adoption import actions, permissions, queries
from pilots.adoption.models import AffectedGroup, Attendance, GroupMember, TrainingSession
from pilots.adoption.panels import learning, waiting
from pilots.lifecycle.models import Pilot
from pilots.protected_time.panels import weeks_waiting
from tests.factories import adoption, protected_time
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import TODAY, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurses(cast: Cast, pilot: Pilot) -> AffectedGroup:
    return adoption.name_group(cast, pilot)


def test_a_session_says_what_when_where_and_with_whom(cast: Cast, nurses: AffectedGroup) -> None:
    with pytest.raises(NotAllowed):
        adoption.plan_training(cast, nurses, by=cast.ana)
    for wrong in (
        {"title": " "},
        {"place": "\u200b"},
        {"material": ""},
        {"minutes": 0},
        {"valid_months": 61},
        {"held_on": TODAY + timedelta(days=400)},
    ):
        with pytest.raises(Malformed):
            adoption.plan_training(cast, nurses, **wrong)
    with pytest.raises(Refused, match="does not see this pilot"):
        adoption.plan_training(cast, nurses, trainer=cast.hugo)
    session = adoption.plan_training(cast, nurses)
    assert Notice.objects.filter(person=cast.ingrid, title__startswith="You run").exists()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        type(session).objects.filter(pk=session.pk).update(minutes=5)
    with pytest.raises(Malformed, match="Say why"):
        actions.cancel_training(session, reason=" ", by=cast.jonas, at=NOW)
    actions.cancel_training(session, reason="The room is flooded.", by=cast.jonas, at=NOW)
    with pytest.raises(Conflict, match="cancelled it"):
        actions.mark_attended(session, people=[cast.ana], by=cast.amara, at=NOW)


def test_names_stay_with_the_unit(cast: Cast, nurses: AffectedGroup) -> None:
    """Amara leads a unit above, Ingrid runs the training; the team and the office read counts."""
    session = adoption.plan_training(cast, nurses)
    for person in (cast.jonas, cast.maya, cast.ana, cast.hugo):
        assert not permissions.can_keep_names(person, nurses)
        with pytest.raises(NotAllowed, match="Names stay with the unit"):
            actions.add_people(nurses, addresses=[cast.ana.email], by=person, at=NOW)
    for person in (cast.amara, cast.ingrid):
        assert permissions.can_keep_names(person, nurses)
    adoption.attend(cast, session, adoption.people_of(cast, nurses, 12))
    assert Attendance.objects.count() == 12
    someone = GroupMember.objects.all()[0].person
    for person in (cast.jonas, cast.maya):
        browser = Client()
        browser.force_login(person)
        for page in (
            nurses.get_absolute_url(),
            session.get_absolute_url(),
            reverse("pilots:adoption", args=[nurses.pilot_id]),
            nurses.pilot.get_absolute_url(),
        ):
            assert someone.name not in browser.get(page).content.decode()
    actions.take_attendance_back(Attendance.objects.all()[0], by=cast.amara, at=NOW)
    # Of who was there the pilot's history has no line, and the log no number.
    for told in Event.objects.filter(type__startswith="training.attend"):
        assert told.subjects == [audit.ref(session)]
        assert set(told.details) == {"pilot", "group"}
    assert (
        not Event.objects.about(audit.ref(nurses.pilot))
        .filter(type__startswith="training.attend")
        .exists()
    )


def test_who_has_a_part_in_the_pilot_trains_without_seeing_names(
    cast: Cast, nurses: AffectedGroup
) -> None:
    """Jonas leads it and names himself as who runs a session: he says who was there, and learns nothing."""
    actions.add_people(nurses, addresses=[cast.ana.email], by=cast.amara, at=NOW)
    session = adoption.plan_training(cast, nurses, trainer=cast.jonas)
    assert not permissions.can_keep_names(cast.jonas, nurses)
    with pytest.raises(NotAllowed, match="Names stay with the unit"):
        actions.mark_attended(session, people=[cast.ana], by=cast.jonas, at=NOW)
    with pytest.raises(NotAllowed, match="Names stay with the unit"):
        actions.add_people(nurses, addresses=[cast.ben.email], by=cast.jonas, at=NOW)
    both = [cast.ana.email, cast.priya.email]
    for _again in range(2):
        rows = actions.mark_attended(session, addresses=both, by=cast.jonas, at=NOW)
        assert [(one.done, one.said) for one in rows] == [
            (True, "Ana Ruiz counts, if they are of the group."),
            (True, "Priya Raman counts, if they are of the group."),
        ]
    assert list(Attendance.objects.values_list("person", flat=True)) == [cast.ana.pk]
    with pytest.raises(NotAllowed):
        actions.take_attendance_back(Attendance.objects.get(), by=cast.jonas, at=NOW)
    browser = Client()
    browser.force_login(cast.jonas)
    page = reverse("pilots:training-attended", args=[session.pk])
    assert browser.get(reverse("pilots:group-people", args=[nurses.pk])).status_code == 403
    assert "Ana Ruiz" not in browser.get(page).content.decode()
    assert browser.post(page, {"addresses": cast.ana.email}).status_code == 302
    # Whoever runs it beside him sees names, unless they sponsor the pilot.
    adoption.plan_training(cast, nurses)
    assert permissions.can_keep_names(cast.ingrid, nurses)
    nurses.pilot.sponsor = cast.ingrid
    assert not permissions.can_keep_names(cast.ingrid, nurses)


def test_a_group_with_names_is_moved_by_who_leads_where_it_works(
    cast: Cast, nurses: AffectedGroup
) -> None:
    """Jonas plans the change: while nobody is named he says where they work, and then whoever leads 4 West."""
    said = {"name": nurses.name, "people": nurses.people, "changes": nurses.changes}
    moved: dict[str, Any] = {**said, "unit": cast.medicine, "reason": "They moved.", "at": NOW}
    actions.change_group(nurses, **moved, by=cast.jonas)
    moved["unit"] = cast.four_west
    actions.change_group(nurses, **moved, by=cast.jonas)
    adoption.people_of(cast, nurses, 1)
    moved["unit"] = cast.medicine
    with pytest.raises(NotAllowed, match="whoever leads it may say that they work elsewhere"):
        actions.change_group(nurses, **moved, by=cast.jonas)
    nurses.refresh_from_db()
    RoleGrant.objects.create(
        person=cast.jonas, unit=cast.four_west, role="unit_lead", granted_at=NOW
    )
    leads = User.objects.get(pk=cast.jonas.pk)
    actions.change_group(nurses, **moved, by=leads)
    assert nurses.where_id == cast.medicine.pk


def test_a_list_is_told_line_by_line(cast: Cast, nurses: AffectedGroup) -> None:
    rows = actions.add_people(
        nurses,
        addresses=[
            cast.ana.email.upper(),
            "",
            "nobody@lakeshore.example",
            cast.ana.email,
            cast.hugo.email,
        ],
        by=cast.amara,
        at=NOW,
    )
    assert [(one.number, one.done) for one in rows] == [
        (1, True),
        (3, False),
        (4, False),
        (5, True),
    ]
    session = adoption.plan_training(cast, nurses)
    rows = actions.mark_attended(
        session,
        people=[cast.hugo],
        addresses=[cast.ana.email, cast.ben.email, cast.hugo.email],
        by=cast.ingrid,
        at=NOW,
    )
    assert [one.said for one in rows] == [
        "Hugo Marsh was there.",
        "Ana Ruiz was there.",
        "Is not of the group. Add them there first.",
        # Of another hospital than Ingrid's.
        "Nobody whom you may see has this address.",
    ]
    with pytest.raises(IntegrityError, match="people of its group"), transaction.atomic():
        Attendance.objects.create(
            session=session, person=cast.ben, marked_by=cast.ingrid, marked_at=NOW
        )
    ahead = adoption.plan_training(cast, nurses, held_on=TODAY + timedelta(days=3))
    with pytest.raises(Refused, match="or afterwards"):
        adoption.attend(cast, ahead, [cast.ana])
    actions.remove_member(GroupMember.objects.get(person=cast.hugo), by=cast.amara, at=NOW)
    assert queries.trained_one(nurses, day=TODAY).trained == 1
    actions.take_attendance_back(Attendance.objects.get(person=cast.ana), by=cast.ingrid, at=NOW)
    assert queries.trained_one(nurses, day=TODAY).trained == 0


def test_counts_that_would_tell_of_few_are_not_shown(cast: Cast, nurses: AffectedGroup) -> None:
    session = adoption.plan_training(cast, nurses)
    people = adoption.people_of(cast, nurses, 24)
    shown = {}
    for n in (0, 4, 12, 21, 24):
        adoption.attend(cast, session, people[:n])
        found = queries.trained_one(nurses, day=TODAY)
        shown[found.trained] = (found.is_shown, found.enough)
    assert shown == {
        0: (True, False),
        4: (False, False),
        12: (True, False),
        21: (False, True),
        24: (True, True),
    }
    # Whoever left the house counts no more; the group has as many people as it says.
    User.objects.filter(pk=people[0].pk).update(is_active=False)
    assert queries.trained_one(nurses, day=TODAY).trained == 23


def test_who_reads_counts_turns_nothing_while_one_is_hidden(
    cast: Cast, nurses: AffectedGroup
) -> None:
    """Five of six named are trained: neither the number nor whether it is enough is read by another size or
    another share."""
    pilot = nurses.pilot
    wave = adoption.plan_wave(cast, pilot, [nurses])
    session = adoption.plan_training(cast, nurses)
    said: dict[str, Any] = {"name": nurses.name, "changes": nurses.changes, "unit": nurses.unit}
    people = adoption.people_of(cast, nurses, 6)
    actions.change_group(nurses, **said, people=11, reason="Six of them.", by=cast.jonas, at=NOW)
    adoption.attend(cast, session, people[:5])
    assert not queries.trained_one(nurses, day=TODAY).is_shown
    browser = Client()
    browser.force_login(cast.jonas)
    page = browser.get(nurses.get_absolute_url()).content.decode()
    assert "No number shown" in page
    assert "Not trained yet" not in page
    turned: dict[str, Any] = {
        "name": wave.name, "first_day": TODAY, "groups": [nurses], "reason": "x", "at": NOW
    }  # fmt: skip
    for share in (45, 46):
        with pytest.raises(Refused, match="stay as they are"):
            actions.change_wave(wave, **turned, share=share, by=cast.jonas)
    actions.change_wave(wave, **turned, share=80, by=cast.jonas)
    for n in (5, 6, 12):
        with pytest.raises(Refused, match="stay as they are"):
            actions.change_group(nurses, **said, people=n, reason="x", by=cast.jonas, at=NOW)
    actions.drop_wave(wave, reason="Not yet.", by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="stay as they are"):
        adoption.plan_wave(cast, pilot, [nurses], share=45)
    adoption.plan_wave(cast, pilot, [nurses], name="Again")
    # Once all six are trained the number is shown, and nothing is told by turning.
    adoption.attend(cast, session, people)
    nurses.refresh_from_db()
    actions.change_group(nurses, **said, people=12, reason="x", by=cast.jonas, at=NOW)


def test_what_was_learned_runs_out_and_is_told_once(cast: Cast, nurses: AffectedGroup) -> None:
    actions.add_people(nurses, addresses=[cast.ana.email], by=cast.amara, at=NOW)
    session = adoption.plan_training(
        cast, nurses, valid_months=1, held_on=TODAY - timedelta(days=45)
    )
    adoption.attend(cast, session, [cast.ana])
    assert queries.trained_one(nurses, day=TODAY - timedelta(days=20)).trained == 1
    assert queries.trained_one(nurses, day=TODAY).trained == 0
    assert [one.kind for one in waiting(cast.ana)] == ["Training, due again"]
    assert [actions.tell_of_refreshers(at=moment(day)) for day in (0, 1)] == [1, 0]
    told = Notice.objects.get(person=cast.ana, title__contains="has run out")
    assert "9 November 2026" in told.text
    [named] = queries.named_with_training(nurses, day=TODAY)
    assert (named.is_trained, named.ran_out_on) == (False, TODAY - timedelta(days=14))
    again = adoption.plan_training(cast, nurses, held_on=TODAY)
    adoption.attend(cast, again, [cast.ana])
    assert waiting(cast.ana) == []
    [named] = queries.named_with_training(nurses, day=TODAY)
    assert (named.is_trained, named.ran_out_on) == (True, None)


def test_hours_of_learning_by_week(cast: Cast, nurses: AffectedGroup) -> None:
    actions.add_people(nurses, addresses=[cast.ana.email], by=cast.amara, at=NOW)
    for days, minutes in ((7, 60), (3, 45), (0, 30)):
        session = adoption.plan_training(
            cast, nurses, minutes=minutes, held_on=TODAY - timedelta(days=days)
        )
        adoption.attend(cast, session, [cast.ana])
    # The seventh day before is a Monday, as today is.
    last = TODAY - timedelta(days=7)
    found = queries.learned(cast.ana, since=last)
    pilot = nurses.pilot_id
    assert queries.learning_minutes(found) == {(TODAY, pilot): 30, (last, pilot): 105}
    assert queries.learned(cast.ben, since=last) == []
    assert [one.minutes for one in queries.learned(cast.ana, since=TODAY)] == [30]


def test_time_to_learn_stands_on_ones_own_page_and_in_the_question_of_the_week(
    cast: Cast, nurses: AffectedGroup
) -> None:
    """Ana was in a session in the week that she is asked for; Ben, who was in none, reads nothing of it."""
    today = dates.today()
    monday = today - timedelta(days=today.weekday() + 7)
    pilot = protected_time.begun(nurses.pilot)
    protected_time.promised(pilot, cast.ana, starts_on=monday, ends_on=monday + timedelta(days=6))
    actions.add_people(nurses, addresses=[cast.ana.email], by=cast.amara, at=timezone.now())
    session = adoption.plan_training(
        cast, nurses, minutes=75, held_on=monday + timedelta(days=2), at=timezone.now()
    )
    actions.mark_attended(session, people=[cast.ana], by=cast.ingrid, at=timezone.now())
    [asked] = weeks_waiting(cast.ana)
    assert asked.sentence.endswith("? 75 minutes of training in it.")
    pages = {}
    for person in (cast.ana, cast.ben):
        browser = Client()
        browser.force_login(person)
        pages[person.name] = browser.get(reverse("pilots:my-time")).content.decode()
    assert "75 minutes of training in it." in pages["Ana Ruiz"]
    assert "75 minutes in sessions in the last 12 weeks" in pages["Ana Ruiz"]
    assert "Your time to learn" not in pages["Ben Achterberg"]
    assert learning(cast.jonas, cast.ana) is None


def test_pages_and_api(cast: Cast, nurses: AffectedGroup) -> None:
    jonas, ingrid = Client(), Client()
    jonas.force_login(cast.jonas)
    ingrid.force_login(cast.ingrid)
    given = {
        "title": "Reading a drafted note",
        "material_url": "https://learn.lakeshore.example/notes",
        "minutes": "60",
        "held_on": (TODAY - timedelta(days=1)).isoformat(),
        "held_at": "07:30",
        "place": "Room 12",
        "trainer": cast.ingrid.pk,
    }
    assert jonas.post(reverse("pilots:training-add", args=[nurses.pk]), given).status_code == 302
    session = TrainingSession.objects.get()
    page = jonas.get(session.get_absolute_url()).content.decode()
    assert "07:30" in page
    assert "Say who was there" not in page
    assert "Say who was there" in ingrid.get(session.get_absolute_url()).content.decode()
    people = reverse("pilots:group-people", args=[nurses.pk])
    report = ingrid.post(people, {"addresses": f"{cast.ana.email}\nwho@lakeshore.example"})
    text = report.content.decode()
    assert "Ana Ruiz is added." in text
    assert "Line 2: who@lakeshore.example" in text
    there = reverse("pilots:training-attended", args=[session.pk])
    assert "Ana Ruiz" in ingrid.get(there).content.decode()
    assert ingrid.post(there, {"people": [cast.ana.pk]}).status_code == 302
    taken = ingrid.post(reverse("pilots:attendance-take-back", args=[Attendance.objects.get().pk]))
    assert taken.status_code == 302
    rows = ingrid.post(
        reverse("pilots:api-training-attended", args=[session.pk]),
        {"addresses": [cast.ana.email]},
        content_type="application/json",
    ).json()
    assert rows == [
        {"number": 1, "address": cast.ana.email, "done": True, "said": "Ana Ruiz was there."}
    ]
    rows = ingrid.post(
        reverse("pilots:api-group-people", args=[nurses.pk]),
        {"addresses": [cast.ben.email]},
        content_type="application/json",
    ).json()
    assert rows[0]["done"]
    made = jonas.post(
        reverse("pilots:api-training", args=[nurses.pk]),
        {**given, "held_on": TODAY.isoformat(), "title": "Again"},
        content_type="application/json",
    )
    assert made.status_code == 201
    gone = jonas.post(
        reverse("pilots:api-training-cancel", args=[made.json()["id"]]),
        {"reason": "The room is flooded."},
        content_type="application/json",
    )
    assert gone.json()["cancelled_because"] == "The room is flooded."
