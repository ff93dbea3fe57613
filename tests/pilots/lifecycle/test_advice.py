"""Ingrid mentors: she advises, Jonas answers, and how the pilot stands is not hers to say."""

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from innovation.notices.models import Notice
from innovation.rules.refusal import Conflict, Malformed, NotAllowed
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Advice, LogEntry, Pilot
from pilots.lifecycle.panels import advice_of_pilot, advice_waiting
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.markup import plain


def test_advice_waits_for_the_lead_and_is_no_entry_of_the_log(cast: Cast, pilot: Pilot) -> None:
    make.advise(cast, pilot)
    [item] = advice_waiting(cast.jonas)
    assert item.sentence.endswith("advises: Ask the night shift first.")
    assert advice_waiting(cast.maya) == advice_waiting(cast.ingrid) == []
    assert not LogEntry.objects.exists()
    assert Notice.objects.get(person=cast.jonas).text == "Ask the night shift first."


def test_the_lead_takes_it_up_or_says_why_not_once(cast: Cast, pilot: Pilot) -> None:
    first, second = make.advise(cast, pilot), make.advise(cast, pilot, "Wait for spring.")
    lifecycle.answer_advice(first, taken_up=True, by=cast.jonas, at=NOW)
    with pytest.raises(Malformed):
        lifecycle.answer_advice(second, taken_up=False, by=cast.jonas, at=NOW)
    second.refresh_from_db()
    lifecycle.answer_advice(second, taken_up=False, answer="Too late.", by=cast.jonas, at=NOW)
    with pytest.raises(Conflict, match="answered it already"):
        lifecycle.answer_advice(second, taken_up=True, by=cast.jonas, at=NOW)
    assert advice_waiting(cast.jonas) == []
    assert Notice.objects.filter(person=cast.ingrid).count() == 2
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Advice.objects.filter(pk=first.pk).update(text="Another word.")


@pytest.mark.parametrize("who", ["jonas", "maya", "amara", "helen", "ana", "hugo", "victor"])
def test_only_its_mentor_advises(cast: Cast, pilot: Pilot, who: str) -> None:
    with pytest.raises(NotAllowed):
        lifecycle.advise(pilot, text="Mine.", by=getattr(cast, who), at=NOW)


@pytest.mark.parametrize("who", ["ingrid", "maya", "amara", "ana", "hugo", "victor"])
def test_only_the_lead_answers(cast: Cast, pilot: Pilot, who: str) -> None:
    advice = make.advise(cast, pilot)
    with pytest.raises(NotAllowed):
        lifecycle.answer_advice(advice, taken_up=True, by=getattr(cast, who), at=NOW)


@pytest.mark.parametrize("who", ["helen", "ana", "hugo", "victor"])
def test_others_do_not_read_it(cast: Cast, pilot: Pilot, who: str) -> None:
    make.advise(cast, pilot)
    person = getattr(cast, who)
    assert advice_of_pilot(person, pilot) is None
    assert not Advice.objects.visible_to(person).exists()


def test_the_pages_take_advice_and_its_answer(cast: Cast, pilot: Pilot, client: Client) -> None:
    make.advise(cast, pilot)
    page = reverse("pilots:advice", args=[pilot.pk])
    client.force_login(cast.ingrid)
    assert client.post(page, {"text": "Begin with one ward."}).status_code == 302
    advice = Advice.objects.get(text="Begin with one ward.")
    client.force_login(cast.jonas)
    answer = reverse("pilots:advice-answer", args=[advice.pk])
    assert client.post(answer, {"decision": "left", "answer": ""}).status_code == 400
    assert client.post(answer, {"decision": "taken_up", "answer": "4 West."}).status_code == 302
    assert "Taken up. 4 West." in plain(client.get(page).content.decode())
    shown = plain(client.get(pilot.get_absolute_url()).content.decode())
    assert "Begin with one ward." in shown
