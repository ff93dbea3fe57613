"""Telling and helping: the plan, questions and answers, office hours, and what stops being done."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.notices.models import Notice
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed
from pilots.adoption import actions, queries
from pilots.adoption.models import ChangeQuestion, LessOf, OfficeHour, SupportStep
from pilots.adoption.panels import waiting
from pilots.lifecycle.models import Pilot
from tests.factories import adoption
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import TODAY

pytestmark = pytest.mark.django_db


def test_what_is_planned_is_done_or_dropped_with_a_reason(cast: Cast, pilot: Pilot) -> None:
    elsewhere = adoption.name_group(cast, make.open_pilot(cast))
    for wrong in ({"what": " "}, {"how": ""}, {"group": elsewhere}):
        with pytest.raises(Malformed):
            adoption.plan_support(cast, pilot, **wrong)
    shown = adoption.plan_support(cast, pilot)
    assert Notice.objects.filter(person=cast.ana, title__contains="Shown on each shift").exists()
    with pytest.raises(NotAllowed):
        actions.end_support(shown, end="done", by=cast.ben, at=NOW)
    actions.end_support(shown, end="done", by=cast.ana, at=NOW)
    with pytest.raises(Conflict, match="Done"):
        actions.end_support(shown, end="dropped", note="x", by=cast.jonas, at=NOW)
    letter = adoption.plan_support(cast, pilot, what="A letter")
    with pytest.raises(Malformed, match="Say why"):
        actions.end_support(letter, end="dropped", by=cast.jonas, at=NOW)
    actions.end_support(letter, end="dropped", note="Nobody reads it.", by=cast.jonas, at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        SupportStep.objects.filter(pk=letter.pk).update(note="")


def test_whoever_sees_the_pilot_asks_and_the_team_answers(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(NotAllowed):
        actions.ask_question(pilot, text="What is it?", by=cast.hugo, at=NOW)
    asked = actions.ask_question(pilot, text="Who reads the draft?", by=cast.ana, at=NOW)
    assert Notice.objects.filter(person=cast.jonas, text="Who reads the draft?").exists()
    with pytest.raises(NotAllowed):
        actions.answer_question(asked, answer="I do.", by=cast.ana, at=NOW)
    actions.answer_question(asked, answer="Whoever signs.", by=cast.jonas, at=NOW)
    assert Notice.objects.filter(person=cast.ana, text="Whoever signs.").exists()


def test_what_is_due_and_what_is_asked_waits_for_who_answers_for_it(
    cast: Cast, pilot: Pilot
) -> None:
    today = dates.today()
    soon = adoption.plan_support(cast, pilot, due_on=today + timedelta(days=6), at=timezone.now())
    adoption.plan_support(cast, pilot, due_on=today + timedelta(days=30), at=timezone.now())
    late = adoption.plan_support(cast, pilot, what="A letter", due_on=today - timedelta(days=1))
    asked = actions.ask_question(pilot, text="Who reads the draft?", by=cast.ana, at=NOW)
    assert sorted(one.kind for one in waiting(cast.ana)) == [
        "Help with a change",
        "Help with a change: late",
    ]
    [question] = waiting(cast.jonas)
    assert question.sentence == "Ana Ruiz asks: Who reads the draft?"
    assert waiting(cast.maya) == waiting(cast.victor) == []
    for person, one in ((cast.ana, waiting(cast.ana)[0]), (cast.jonas, question)):
        browser = Client()
        browser.force_login(person)
        assert browser.get(one.url).status_code == 200
    for step in (soon, late):
        actions.end_support(step, end="done", by=cast.ana, at=NOW)
    actions.answer_question(asked, answer="Whoever signs.", by=cast.jonas, at=NOW)
    assert waiting(cast.ana) == waiting(cast.jonas) == []


def test_what_stops_is_counted_beside_what_begins(cast: Cast, pilot: Pilot) -> None:
    nurses = adoption.name_group(cast, pilot)
    with pytest.raises(Malformed):
        adoption.say_less(cast, nurses, minutes=0)
    less = adoption.say_less(cast, nurses)
    adoption.say_less(cast, nurses, what="The list at noon", minutes=15)
    assert Notice.objects.filter(person=cast.rosa, title__contains="you decided").exists()
    minutes, hours = queries.given_back(queries.less_of([nurses]), nurses)
    assert (minutes, int(hours)) == (60, 24)
    with pytest.raises(Malformed, match="Say why"):
        actions.take_less_back(less, reason="", by=cast.jonas, at=NOW)
    actions.take_less_back(less, reason="The law asks for it.", by=cast.jonas, at=NOW)
    assert queries.given_back(queries.less_of([nurses]), nurses)[0] == 15


def test_an_office_hour_ends_after_it_begins(cast: Cast, pilot: Pilot) -> None:
    for wrong in (
        {"ends_at": time(11)},
        {"place": " "},
        {"held_on": TODAY - timedelta(days=1)},
    ):
        with pytest.raises(Malformed):
            adoption.plan_office_hour(cast, pilot, **wrong)
    hour = adoption.plan_office_hour(cast, pilot)
    actions.cancel_office_hour(hour, by=cast.jonas, at=NOW)
    with pytest.raises(Conflict):
        actions.cancel_office_hour(hour, by=cast.jonas, at=NOW)
    assert queries.help_of(pilot, today=TODAY).hours == []


def test_pages_and_api(cast: Cast, pilot: Pilot) -> None:
    nurses = adoption.name_group(cast, pilot)
    jonas, ana = Client(), Client()
    jonas.force_login(cast.jonas)
    ana.force_login(cast.ana)
    soon = (dates.today() + timedelta(days=7)).isoformat()
    plan = {
        "what": "Shown on each shift", "how": "Ten minutes", "due_on": soon, "owner": cast.ana.pk,
        "group": nurses.pk,
    }  # fmt: skip
    hour = {
        "held_on": soon, "begins_at": "12:00", "ends_at": "13:00", "place": "Staff room",
        "host": cast.jonas.pk,
    }  # fmt: skip
    less = {"what": "The second copy", "minutes": "45", "from_on": soon, "decided_by": cast.rosa.pk}
    for name, pk, given in (
        ("support-add", pilot.pk, plan),
        ("office-hour-add", pilot.pk, hour),
        ("less-add", nurses.pk, less),
    ):
        sent = jonas.post(reverse(f"pilots:{name}", args=[pk]), given)
        assert sent.status_code == 302, name
    asked = ana.post(reverse("pilots:question-ask", args=[pilot.pk]), {"text": "Who reads it?"})
    assert asked.status_code == 302
    question = ChangeQuestion.objects.get()
    answered = jonas.post(
        reverse("pilots:question-answer", args=[question.pk]), {"answer": "Whoever signs."}
    )
    assert answered.status_code == 302
    page = ana.get(reverse("pilots:adoption", args=[pilot.pk])).content.decode()
    for words in (
        "Shown on each shift",
        "It was done",
        "12:00–13:00",
        "The second copy",
        "Whoever signs.",
    ):
        assert words in page
    assert "18 hours for all of them" in ana.get(nurses.get_absolute_url()).content.decode()
    step = SupportStep.objects.get()
    assert ana.post(reverse("pilots:support-done", args=[step.pk]), {"note": ""}).status_code == 302
    cancelled = jonas.post(reverse("pilots:office-hour-cancel", args=[OfficeHour.objects.get().pk]))
    assert cancelled.status_code == 302
    taken = jonas.post(
        reverse("pilots:less-take-back", args=[LessOf.objects.get().pk]), {"reason": "The law."}
    )
    assert taken.status_code == 302
    made = jonas.post(
        reverse("pilots:api-support", args=[pilot.pk]), plan, content_type="application/json"
    )
    assert made.status_code == 201
    ended = jonas.post(
        reverse("pilots:api-support-end", args=[made.json()["id"]]),
        {"end": "dropped", "note": "Nobody reads it."},
        content_type="application/json",
    )
    assert ended.json()["end"] == "dropped"
    wrote = ana.post(
        reverse("pilots:api-questions", args=[pilot.pk]),
        {"text": "And at night?"},
        content_type="application/json",
    )
    assert wrote.status_code == 201
    said = jonas.post(
        reverse("pilots:api-question-answer", args=[wrote.json()["id"]]),
        {"answer": "The same."},
        content_type="application/json",
    )
    assert said.json()["answered_by"] == "Jonas Park"
