"""A pilot's lead moves to another hospital: somebody else is asked, and says yes or no themselves."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import User
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.permissions import can_decide
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import LeadOffer, Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
WHY = "I move to Harbor in January."


@pytest.fixture
def running(cast: Cast, fund: Fund) -> Pilot:
    pilot = make.open_pilot(cast)
    make.run(cast, pilot, fund)
    return Pilot.objects.get(pk=pilot.pk)


def offer(pilot: Pilot, cast: Cast, *, to: User | None = None, by: User | None = None) -> LeadOffer:
    return lifecycle.offer_lead(pilot, to=to or cast.priya, reason=WHY, by=by or cast.jonas, at=NOW)


def signed_in(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def text_of(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def test_the_lead_asks_and_who_is_asked_takes_it(running: Pilot, cast: Cast) -> None:
    jonas, priya = signed_in(cast.jonas), signed_in(cast.priya)
    here = reverse("pilots:pilot-lead", args=[running.pk])
    assert "Give the lead on" in text_of(jonas.get(running.get_absolute_url()))
    jonas.post(here, {"to": cast.priya.pk, "reason": WHY})
    assert running.lead_offers.open().get().to == cast.priya
    assert "They have not answered yet." in text_of(jonas.get(here))
    running.refresh_from_db()
    assert running.lead == cast.jonas  # until she says yes
    home = text_of(priya.get(reverse("innovation:waiting")))
    assert f"Jonas Park asks you to lead it: {WHY}" in home
    answer = reverse("pilots:lead-answer", args=[running.lead_offers.get().pk])
    assert WHY in text_of(priya.get(answer))
    assert "Choose one." in text_of(priya.post(answer, {"words": "Gladly."}))
    priya.post(answer, {"answer": "yes", "words": "Gladly."})
    running.refresh_from_db()
    assert running.lead == cast.priya
    told = Notice.objects.filter(title__startswith="Priya Raman leads")
    assert {cast.jonas.pk, cast.rosa.pk} == set(told.values_list("person", flat=True))
    event = Event.objects.get(type="pilot.lead_taken")
    assert event.actor_name == "Priya Raman"
    # Who led it so far judges nothing of it, and neither does who leads it now.
    for metric in running.metrics.all():
        make.observe(metric, since=make.TODAY, weeks=1, value=11)
    review = gates.ask_for_decision(running, by=cast.priya, at=NOW)
    assert running.former_team.filter(person=cast.jonas, role="lead").exists()
    assert not can_decide(cast.jonas, review)
    assert not can_decide(cast.priya, review)


def test_a_no_changes_nothing_and_is_told(running: Pilot, cast: Cast) -> None:
    asked = offer(running, cast)
    answer = reverse("pilots:lead-answer", args=[asked.pk])
    signed_in(cast.priya).post(answer, {"answer": "no", "words": "I lead two already."})
    running.refresh_from_db()
    assert running.lead == cast.jonas
    told = Notice.objects.get(title__contains="does not take the lead")
    assert (told.person, told.text) == (cast.jonas, "I lead two already.")
    assert "Declined" in text_of(signed_in(cast.priya).get(answer))
    offer(running, cast, by=cast.maya)  # and the office asks again


def test_the_office_asks_no_longer(running: Pilot, cast: Cast) -> None:
    asked = offer(running, cast)
    signed_in(cast.maya).post(reverse("pilots:lead-withdraw", args=[asked.pk]))
    with pytest.raises(Conflict, match="answered already: Withdrawn"):
        lifecycle.accept_lead(asked, by=cast.priya, at=NOW)
    assert Notice.objects.filter(person=cast.priya, title__contains="not asked any more").exists()


def test_nobody_is_made_a_lead_who_may_not_be_or_does_not_want_to(
    running: Pilot, cast: Cast
) -> None:
    for person, why in (
        (cast.ana, "cannot lead a pilot in"),
        (cast.amara, "cannot lead a pilot in"),  # who could decide on it
        (cast.victor, "cannot lead a pilot in"),
        (cast.jonas, "leads it already"),
    ):
        with pytest.raises(Refused, match=why):
            offer(running, cast, to=person)
    asked = offer(running, cast)
    with pytest.raises(Refused, match="asked already"), transaction.atomic():
        offer(running, cast)
    for by in (cast.jonas, cast.maya, cast.amara, cast.victor):
        with pytest.raises(NotAllowed, match="asked of Priya Raman"):
            lifecycle.accept_lead(asked, by=by, at=NOW)
    with pytest.raises(NotAllowed):
        offer(running, cast, by=cast.priya)


def test_a_pilot_that_is_over_keeps_who_led_it(running: Pilot, cast: Cast) -> None:
    asked = offer(running, cast)
    gates.stop(running, reason="The ward closes.", by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="stays on record"):
        lifecycle.accept_lead(asked, by=cast.priya, at=NOW)


def test_what_was_asked_and_answered_stays(running: Pilot, cast: Cast) -> None:
    asked = offer(running, cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        asked.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        LeadOffer.objects.filter(pk=asked.pk).update(reason="Something else.")
    with pytest.raises(IntegrityError, match="lead_offer_answered_whole"), transaction.atomic():
        LeadOffer.objects.filter(pk=asked.pk).update(answer="accepted")
    lifecycle.decline_lead(asked, by=cast.priya, at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        LeadOffer.objects.filter(pk=asked.pk).update(answer="accepted")


def test_the_api_asks_lists_and_takes_the_answer(running: Pilot, cast: Cast) -> None:
    base = f"/api/v1/pilots/{running.pk}/lead-offers/"
    jonas, priya, victor = (signed_in(one) for one in (cast.jonas, cast.priya, cast.victor))
    made = jonas.post(base, {"to": cast.priya.pk, "reason": WHY}, content_type="application/json")
    assert (made.status_code, made.json()["to"], made.json()["answer"]) == (201, "Priya Raman", "")
    one = f"/api/v1/lead-offers/{made.json()['id']}/"
    assert victor.post(one + "accept/").status_code == 403
    assert jonas.post(one + "accept/").status_code == 403
    taken = priya.post(one + "accept/", {"words": "Gladly."}, content_type="application/json")
    assert (taken.status_code, taken.json()["answer"]) == (200, "accepted")
    assert jonas.post(one + "withdraw/").status_code == 409  # answered already
    assert jonas.get(base).json()["results"][0]["words"] == "Gladly."
