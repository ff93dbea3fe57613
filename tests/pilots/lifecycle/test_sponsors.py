"""Naming a sponsor is asking one: she says yes herself, and until then it bars nobody from anything."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import RoleGrant, User
from innovation.rules.refusal import NotAllowed, Refused
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.models import GateReview
from pilots.gates.permissions import can_decide
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import FormerMember, Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.delegation import fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot(cast: Cast) -> Pilot:
    """Opened by the office, which knew of no sponsor."""
    return make.open_pilot(cast, sponsor=None)


def signed_in(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def text_of(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def name(pilot: Pilot, person: User | None, cast: Cast) -> Pilot:
    """Jonas names her in the charter."""
    return lifecycle.edit_charter(pilot, sponsor=person, by=cast.jonas, at=NOW)


def anew(pilot: Pilot) -> Pilot:
    return Pilot.objects.get(pk=pilot.pk)


def sponsor_check(pilot: Pilot) -> checklist.Checked:
    (found,) = (
        one for one in checklist.checklist(anew(pilot), Gate.RESOURCES) if one.key == "sponsor"
    )
    return found


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person).values_list("title", flat=True))


def test_a_sponsor_is_asked_and_says_yes_herself(pilot: Pilot, cast: Cast) -> None:
    name(pilot, cast.rosa, cast)
    assert anew(pilot).sponsor is None
    assert not sponsor_check(pilot).met
    assert sponsor_check(pilot).sentence == (
        "Rosa Delgado is asked to sponsor it, and has not said yes yet."
    )
    rosa, jonas = signed_in(cast.rosa), signed_in(cast.jonas)
    assert "Jonas Park asks you to sponsor it." in text_of(rosa.get(reverse("innovation:waiting")))
    assert "Asked to sponsor it" in text_of(jonas.get(pilot.get_absolute_url()))
    here = reverse("pilots:sponsor-answer", args=[pilot.pk])
    assert "asks you to stand up for it" in text_of(rosa.get(here))
    assert jonas.post(here, {"answer": "yes"}).status_code == 403
    rosa.post(here, {"answer": "yes", "words": "Gladly."})
    assert anew(pilot).sponsor == cast.rosa
    assert sponsor_check(pilot).met
    assert "Rosa Delgado sponsors “Ambient notes in primary care” from now on" in told(cast.jonas)
    assert Event.objects.get(type="pilot.sponsor_agreed").actor_name == "Rosa Delgado"
    assert rosa.get(here).status_code == 409  # nobody is asked any more


def test_whoever_opens_it_asks_too_and_may_say_yes_for_themselves(cast: Cast) -> None:
    opened = lifecycle.open_pilot(
        by=cast.maya, at=NOW, title="A", summary="B", unit=cast.brigid, lead=cast.jonas,
        needs=[make.make_need(cast)], sponsor=cast.amara,
    )  # fmt: skip
    assert (opened.sponsor, opened.sponsor_asked) == (None, cast.amara)
    assert told(cast.amara) == ["Maya Lindqvist asks you to sponsor “A”"]
    RoleGrant.objects.create(
        person=cast.maya, unit=cast.lakeshore, role="executive", granted_at=NOW
    )
    lifecycle.edit_charter(opened, sponsor=fresh(cast.maya), by=fresh(cast.maya), at=NOW)
    assert anew(opened).sponsor == cast.maya
    assert "You are not asked any more to sponsor “A”" in told(cast.amara)


def test_who_was_named_unasked_is_kept_from_nothing(pilot: Pilot, cast: Cast, fund: Fund) -> None:
    """Rosa sponsors it; Jonas names Amara, who would not be easy to convince, and proposes."""
    name(pilot, cast.rosa, cast)
    lifecycle.answer_sponsor(pilot, agrees=True, by=cast.rosa, at=NOW)
    make.shape(cast, pilot, fund)
    name(pilot, cast.amara, cast)
    assert "Jonas Park asks Dr Amara Osei to sponsor “Ambient notes in primary care” after you" in (
        told(cast.rosa)
    )
    make.serve(cast, pilot)
    review = gates.propose(pilot, by=cast.jonas, at=NOW)
    review = GateReview.objects.select_related("pilot").get(pk=review.pk)
    assert can_decide(cast.amara, review)
    assert not can_decide(cast.rosa, review)
    with pytest.raises(Refused, match="locked"):
        lifecycle.answer_sponsor(pilot, agrees=True, by=cast.amara, at=NOW)
    assert anew(pilot).sponsor == cast.rosa


def test_who_sponsored_it_when_it_was_proposed_does_not_approve_after_another_said_yes(
    pilot: Pilot, cast: Cast, fund: Fund
) -> None:
    name(pilot, cast.rosa, cast)
    lifecycle.answer_sponsor(pilot, agrees=True, by=cast.rosa, at=NOW)
    make.shape(cast, pilot, fund)
    make.serve(cast, pilot)
    review = gates.propose(pilot, by=cast.jonas, at=NOW)
    gates.withdraw(review, reason="Not yet.", by=cast.jonas, at=NOW)
    pilot = anew(pilot)
    signed_in(cast.jonas).patch(
        f"/api/v1/pilots/{pilot.pk}/", {"sponsor": cast.frank.pk}, content_type="application/json"
    )
    answer = signed_in(cast.frank).post(
        f"/api/v1/pilots/{pilot.pk}/sponsor/", {"agrees": True}, content_type="application/json"
    )
    assert answer.json()["sponsor"]["name"] == "Frank Delacroix"
    assert "Frank Delacroix sponsors “Ambient notes in primary care” from now on" in told(cast.rosa)
    assert FormerMember.objects.filter(pilot=pilot, person=cast.rosa, role="sponsor").exists()
    review = gates.propose(anew(pilot), by=cast.jonas, at=NOW)
    with pytest.raises(NotAllowed, match="led or sponsored it"):
        gates.decide_resources(review, approve=True, by=cast.rosa, at=NOW)


def test_a_no_changes_nothing_and_nobody_says_yes_for_another(pilot: Pilot, cast: Cast) -> None:
    name(pilot, cast.rosa, cast)
    deputy = fresh(cast.frank)
    deputy.act_for(fresh(cast.rosa))
    with pytest.raises(NotAllowed, match="asked of Rosa Delgado"):
        lifecycle.answer_sponsor(pilot, agrees=True, by=deputy, at=NOW)
    lifecycle.answer_sponsor(pilot, agrees=False, words="No time.", by=cast.rosa, at=NOW)
    assert (anew(pilot).sponsor, anew(pilot).sponsor_asked) == (None, None)
    assert "Rosa Delgado does not sponsor “Ambient notes in primary care”" in told(cast.jonas)
    with pytest.raises(Refused, match="Nobody is asked"):
        lifecycle.answer_sponsor(pilot, agrees=True, by=cast.rosa, at=NOW)


def test_keeping_the_rest_of_the_charter_asks_nobody_else(pilot: Pilot, cast: Cast) -> None:
    name(pilot, cast.rosa, cast)
    jonas, here = signed_in(cast.jonas), reverse("pilots:charter", args=[pilot.pk])
    form = jonas.get(here).context["form"]
    assert form["sponsor"].value() == cast.rosa.pk
    data = {
        "title": "Ambient notes", "summary": "A draft.", "lead": cast.jonas.pk,
        "sponsor": cast.rosa.pk,
    }  # fmt: skip
    assert jonas.post(here, data).status_code == 302
    assert anew(pilot).sponsor_asked == cast.rosa
    assert len(told(cast.rosa)) == 1
    jonas.post(here, data | {"sponsor": ""})
    assert anew(pilot).sponsor_asked is None
    assert told(cast.rosa)[0].startswith("You are not asked any more")


def test_a_sponsor_who_is_taken_off_is_told(pilot: Pilot, cast: Cast) -> None:
    name(pilot, cast.rosa, cast)
    lifecycle.answer_sponsor(pilot, agrees=True, by=cast.rosa, at=NOW)
    name(pilot, None, cast)
    assert anew(pilot).sponsor is None
    assert "You do not sponsor “Ambient notes in primary care” any more" in told(cast.rosa)
    assert Event.objects.filter(type="pilot.sponsor_dropped").exists()


def test_the_database_keeps_who_asked_whom_and_when_together(pilot: Pilot, cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="pilot_sponsor_asked_whole"), transaction.atomic():
        Pilot.objects.filter(pk=pilot.pk).update(sponsor_asked=cast.rosa)
