"""What a mentor and a team speak of is theirs; and a mentor hears when their pilot is blocked or in alarm."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.web import panels
from pilots.evidence import actions as evidence
from pilots.evidence.models import Alarm
from pilots.funding.models import Fund
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.mentoring import actions, queries
from pilots.mentoring.actions import GivenStep
from pilots.mentoring.models import MentoringSession, Mentorship, NextStep
from pilots.metrics.models import Metric
from pilots.safety import actions as safety
from tests.factories import mentoring as make_mentoring
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
TODAY = make.TODAY
WORDS = "We spoke of the baseline."
STEP = "Write down what is counted."


@pytest.fixture
def mentorship(cast: Cast, pilot: Pilot) -> Mentorship:
    make.sit(pilot, cast.ana)
    made = make_mentoring.mentored(pilot, cast.ingrid)
    return Mentorship.objects.for_list().get(pk=made.pk)


def told(person: User, kind: str) -> list[str]:
    found = Notice.objects.filter(person=person, kind=kind).order_by("pk")
    return list(found.values_list("title", flat=True))


def test_only_the_team_and_the_mentor_write_and_read_it(cast: Cast, mentorship: Mentorship) -> None:
    make_mentoring.mentored(mentorship.pilot, cast.ben)  # another mentor of the same pilot
    for stranger in (cast.maya, cast.amara, cast.rosa, cast.ben, cast.victor, cast.otto):
        with pytest.raises(NotAllowed, match="the team alone"):
            make_mentoring.met(mentorship, by=User.objects.get(pk=stranger.pk))
    session = make_mentoring.met(mentorship, by=cast.ingrid)
    make_mentoring.met(mentorship, by=cast.ana)
    pages = (
        mentorship.get_absolute_url(),
        reverse("pilots:api-mentoring-sessions", args=[mentorship.pk]),
    )
    browser = Client()
    for person in (cast.ingrid, cast.jonas, cast.ana):
        browser.force_login(person)
        for page in pages:
            shown = browser.get(page).content.decode()
            assert WORDS in shown and STEP in shown, (person, page)
    for person in (cast.maya, cast.amara, cast.rosa, cast.otto, cast.ben, cast.victor, cast.hugo):
        browser.force_login(person)
        for page in (*pages, mentorship.pilot.get_absolute_url()):
            shown = browser.get(page).content.decode()
            assert WORDS not in shown and STEP not in shown, (person, page)
    held = Event.objects.filter(type="mentorship.session_held")
    assert held.count() == 2
    for words in (WORDS, STEP):
        assert not Event.objects.filter(details__icontains=words).exists()
        assert not Notice.objects.filter(text__icontains=words).exists()
    assert told(cast.jonas, "pilots")[-1].endswith(
        f"wrote down what you spoke of for “{mentorship.pilot.title}”"
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        MentoringSession.objects.filter(pk=session.pk).update(spoken_of="Another word.")


def test_a_session_is_of_the_past_and_its_steps_are_of_the_future(
    cast: Cast, mentorship: Mentorship
) -> None:
    right = GivenStep("Do it.", cast.ana, TODAY + timedelta(days=7))
    for wrong in (
        {"held_on": TODAY + timedelta(days=1)},
        {"held_on": TODAY - timedelta(days=100)},
        {"spoken_of": "\u200b "},
        {"steps": [GivenStep("\u200b", cast.ana, TODAY)]},
        {"steps": [GivenStep("Do it.", cast.maya, TODAY)]},
        {"steps": [GivenStep("Do it.", cast.ana, TODAY - timedelta(days=1))]},
        {"steps": [GivenStep("Do it.", cast.ana, TODAY + timedelta(days=900))]},
        {"steps": [right] * 6},
    ):
        given: dict[str, Any] = {"held_on": TODAY, "spoken_of": WORDS, "steps": [right], **wrong}
        with pytest.raises(Malformed):
            actions.write_session(mentorship, by=cast.jonas, at=NOW, **given)
    actions.end(mentorship, by=cast.ingrid, at=NOW)
    with pytest.raises(Refused, match="what you spoke of stays"):
        make_mentoring.met(mentorship, by=cast.jonas)


def test_an_overdue_step_waits_for_whose_it_is_until_it_is_done(
    cast: Cast, mentorship: Mentorship
) -> None:
    step = make_mentoring.met(mentorship, by=cast.ingrid, who=cast.ana).steps.get()
    assert not queries.steps_due(cast.ana, today=step.due_on).exists()
    assert queries.steps_due(cast.ana, today=dates.days_after(step.due_on)).get() == step

    def waits(person: User) -> list[str]:
        found = panels.waiting_for(User.objects.get(pk=person.pk))
        return [one.sentence for one in found if one.kind == "Next step"]

    assert step.due_on < dates.today()
    assert [STEP in one for one in waits(cast.ana)] == [True]
    assert waits(cast.ingrid) == waits(cast.jonas) == waits(cast.maya) == []
    step = NextStep.objects.for_list().get(pk=step.pk)
    for stranger in (cast.maya, cast.amara, cast.ben):
        with pytest.raises(NotAllowed):
            actions.finish(step, by=stranger, at=NOW)
    actions.finish(step, by=cast.ana, at=NOW)
    assert waits(cast.ana) == []
    with pytest.raises(Conflict, match="done already"):
        actions.finish(step, by=cast.ingrid, at=NOW)
    assert queries.mentored([cast.ingrid.pk, cast.ana.pk]) == {cast.ingrid.pk: 1}


def test_a_mentor_hears_once_of_each_blocker(
    cast: Cast, mentorship: Mentorship, fund: Fund
) -> None:
    pilot = make.run(cast, mentorship.pilot, fund)
    before = len(told(cast.ingrid, "pilots"))
    make.block(cast, pilot)
    make.block(cast, pilot)
    heard = told(cast.ingrid, "pilots")[before:]
    assert len(heard) == 2 and all("is blocked" in one for one in heard)
    lifecycle.write_log(pilot, status="on_track", done="It moves.", by=cast.jonas, at=NOW)
    assert len(told(cast.ingrid, "pilots")) == before + 2
    actions.end(Mentorship.objects.for_list().get(pk=mentorship.pk), by=cast.ingrid, at=NOW)
    make.block(cast, pilot)
    assert len(told(cast.ingrid, "pilots")) == before + 2


def test_a_mentor_hears_of_a_stop_and_not_its_words(
    cast: Cast, mentorship: Mentorship, fund: Fund
) -> None:
    pilot = make.run(cast, mentorship.pilot, fund)
    safety.ask_stop(pilot, what="It names the wrong ward.", by=cast.ben, at=NOW)
    (heard,) = Notice.objects.filter(person=cast.ingrid, kind="safety")
    assert pilot.title in heard.title and "wrong ward" not in heard.text


def test_a_mentor_hears_once_of_an_alarm(cast: Cast, mentorship: Mentorship, fund: Fund) -> None:
    pilot = make.run(cast, mentorship.pilot, fund)
    live = TODAY - timedelta(weeks=12)
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=live)
    guardrail = pilot.metrics.get(role="guardrail")
    guardrail.observations.all()._raw_delete("default")
    Metric.objects.filter(pk=guardrail.pk).update(
        limit=Decimal(20), pull_from=live - timedelta(weeks=30), baseline_from=None,
        baseline_until=None, kind="value",
    )  # fmt: skip
    first = live + timedelta(days=-live.weekday() % 7)
    make.observe(guardrail, since=first - timedelta(weeks=30), weeks=30)
    make.observe(guardrail, since=first, weeks=6, value=26.0)
    assert evidence.watch(guardrail.pk, at=NOW) is not None
    evidence.watch_all(at=NOW)
    (heard,) = Notice.objects.filter(person=cast.ingrid, kind="alarms")
    browser = Client()
    browser.force_login(cast.ingrid)
    assert browser.get(heard.url).status_code == 200
    assert Alarm.objects.get().answered_at is None
