"""Champions of a group: asked, by their own yes, and free to step down."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit import actions as audit
from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.adoption import actions, queries
from pilots.adoption.models import Champion
from pilots.adoption.panels import waiting
from pilots.lifecycle.models import Pilot
from tests.factories import adoption
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def test_nobody_is_a_champion_without_their_own_yes(cast: Cast, pilot: Pilot) -> None:
    nurses = adoption.name_group(cast, pilot)
    with pytest.raises(NotAllowed):
        adoption.ask_champion(cast, nurses, by=cast.ben)
    with pytest.raises(Malformed, match="Say why"):
        adoption.ask_champion(cast, nurses, why=" ")
    # Half a day a week is what they give by themselves.
    with pytest.raises(Refused, match=r"4 hours a week by themselves.*team's page"):
        adoption.ask_champion(cast, nurses, hours=Decimal("4.5"))
    asked = adoption.ask_champion(cast, nurses)
    with pytest.raises(Conflict, match="asked already"):
        adoption.ask_champion(cast, nurses, hours=Decimal(1))
    clerks = adoption.name_group(cast, pilot, name="Clerks")
    with pytest.raises(Refused, match="asked for or gives 2"):
        adoption.ask_champion(cast, clerks, hours=Decimal("2.5"))
    assert [one.kind for one in waiting(cast.ana)] == ["Champion"]
    assert not Champion.objects.standing().exists()
    for somebody in (cast.jonas, cast.maya):
        with pytest.raises(NotAllowed, match="asked of Ana"):
            actions.agree_as_champion(asked, by=somebody, at=NOW)
    actions.agree_as_champion(asked, by=cast.ana, at=NOW)
    assert waiting(cast.ana) == []
    with pytest.raises(Conflict, match="answered already"):
        actions.decline_as_champion(asked, by=cast.ana, at=NOW)
    assert list(Champion.objects.standing()) == [asked]
    told = Notice.objects.filter(person=cast.jonas).latest("pk")
    assert told.title == "Ana Ruiz helps Night nurses with the change"
    for wrong in ({"hours": Decimal(3)}, {"answer": "no"}):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            Champion.objects.filter(pk=asked.pk).update(**wrong)
    with pytest.raises(DatabaseError, match="asked first"), transaction.atomic():
        Champion.objects.create(
            group=clerks, person=cast.ben, hours=1, why="x", asked_by=cast.jonas, asked_at=NOW,
            answer="yes", answered_at=NOW,
        )  # fmt: skip


def test_stepping_down_needs_no_reason_and_being_sent_does(cast: Cast, pilot: Pilot) -> None:
    nurses = adoption.name_group(cast, pilot)
    asked = adoption.ask_champion(cast, nurses)
    actions.agree_as_champion(asked, by=cast.ana, at=NOW)
    with pytest.raises(Malformed, match="Say why"):
        actions.step_down(asked, by=cast.jonas, at=NOW)
    with pytest.raises(IntegrityError, match="steps_down_freely"), transaction.atomic():
        Champion.objects.filter(pk=asked.pk).update(ended_at=NOW, ended_by=cast.jonas)
    actions.step_down(asked, by=cast.ana, at=NOW)
    with pytest.raises(Conflict, match="no champion"):
        actions.step_down(asked, by=cast.ana, at=NOW)
    assert queries.hours_given(cast.ana) == 0
    # Whoever stepped down may be asked again, and say no.
    again = adoption.ask_champion(cast, nurses)
    actions.decline_as_champion(again, words="Not this winter.", by=cast.ana, at=NOW)
    third = adoption.ask_champion(cast, nurses, person=cast.ben)
    actions.ask_champion_no_longer(third, by=cast.maya, at=NOW)
    told = set(Event.objects.filter(type__startswith="champion.").values_list("type", flat=True))
    assert told == {
        f"champion.{verb}"
        for verb in ("asked", "agreed", "declined", "not_asked_any_more", "stepped_down")
    }


def test_who_was_asked_and_said_no_is_read_by_few(cast: Cast, pilot: Pilot) -> None:
    nurses = adoption.name_group(cast, pilot)
    asked = adoption.ask_champion(cast, nurses)
    actions.decline_as_champion(asked, words="Not this winter.", by=cast.ana, at=NOW)
    page = nurses.get_absolute_url()
    seen = {}
    for person in (cast.jonas, cast.ben):
        browser = Client()
        browser.force_login(person)
        seen[person.name] = "Not this winter." in browser.get(page).content.decode()
    assert seen == {"Jonas Park": True, "Ben Achterberg": False}
    # Neither stands where all read what became of the pilot or the group; a yes does.
    other = adoption.ask_champion(cast, nurses, person=cast.ben)
    actions.ask_champion_no_longer(other, by=cast.jonas, at=NOW)
    yes = adoption.ask_champion(cast, nurses, person=cast.priya)
    actions.agree_as_champion(yes, by=cast.priya, at=NOW)
    for place in (pilot, nurses):
        told = Event.objects.about(audit.ref(place)).filter(type__startswith="champion.")
        assert [(one.type, one.subjects[0]) for one in told] == [
            ("champion.agreed", audit.ref(yes))
        ]
    own = Event.objects.about(audit.ref(cast.ana)).filter(type="champion.declined")
    assert own.exists()


def test_pages_and_api(cast: Cast, pilot: Pilot) -> None:
    nurses = adoption.name_group(cast, pilot)
    jonas, ana = Client(), Client()
    jonas.force_login(cast.jonas)
    ana.force_login(cast.ana)
    given = {"person": cast.ana.pk, "hours": "1.5", "why": "They ask you anyway."}
    assert jonas.post(reverse("pilots:champion-ask", args=[nurses.pk]), given).status_code == 302
    asked = Champion.objects.get()
    page = ana.get(asked.get_absolute_url()).content.decode()
    assert "Yes, I help" in page
    assert "1.5 hours a week" in page
    said = ana.post(reverse("pilots:champion-answer", args=[asked.pk]), {"answer": "yes"})
    assert said.status_code == 302
    assert "1.5 hours a week" in ana.get(nurses.get_absolute_url()).content.decode()
    listed = ana.get(reverse("pilots:api-champions", args=[nurses.pk])).json()
    rows = listed["results"] if isinstance(listed, dict) else listed
    assert [(one["person"]["name"], one["answer"]) for one in rows] == [("Ana Ruiz", "yes")]
    left = ana.post(reverse("pilots:champion-step-down", args=[asked.pk]), {"reason": ""})
    assert left.status_code == 302
    made = jonas.post(
        reverse("pilots:api-champions", args=[nurses.pk]),
        {"person": cast.ben.pk, "hours": "1.0", "why": "You know the desk."},
        content_type="application/json",
    )
    assert made.status_code == 201
    ben = Client()
    ben.force_login(cast.ben)
    no = ben.post(
        reverse("pilots:api-champion-answer", args=[made.json()["id"]]),
        {"answer": "no", "words": "Too much at the desk."},
        content_type="application/json",
    )
    assert no.json()["answer"] == "no"
