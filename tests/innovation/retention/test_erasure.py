"""A person asks to be erased: who decides sees it, and the answer reaches them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people import actions as people
from innovation.people.models import User
from innovation.retention import actions as retention
from innovation.retention.models import ErasureRequest
from innovation.rules import dates
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.web import panels
from tests.factories.cast import NOW, PASSWORD, Cast

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(person: User, wish: str = "") -> ErasureRequest:
    return retention.ask_for_erasure(by=person, at=NOW, wish=wish)


def waiting(user: User) -> list[str]:
    return [one.title for one in panels.waiting_for(user) if one.kind == "Erasure"]


def test_person_asks_on_their_own_page_and_who_decides_sees_it(cast: Cast) -> None:
    ana = browser(cast.ana)
    own, data = reverse("innovation:own-erasure"), reverse("innovation:own-data")
    password = ana.get(data)["Location"]  # is asked for there
    assert ana.post(password, {"password": PASSWORD})["Location"] == data
    assert own in ana.get(data).content.decode()
    unread = ana.post(own, {"wish": "My old needs"})
    assert unread.status_code == 400 and "My old needs" in unread.content.decode()
    assert ana.post(own, {"wish": "My old needs", "sure": "on"}).status_code == 302
    page = ana.get(own).content.decode()
    assert "It waits for an answer" in page and "Ada Kowalski" in page
    again = ana.post(own, {"sure": "on"})
    assert again.status_code == 409
    assert "it waits for an answer" in again.content.decode()
    assert waiting(cast.ada) == ["Ana Ruiz"]
    assert waiting(cast.hugo) == waiting(cast.maya) == []
    notice = Notice.objects.get(title__contains="asks that all that is held")
    assert notice.person == cast.ada
    ada = browser(cast.ada)
    assert "My old needs" in ada.get(notice.url).content.decode()
    assert notice.url in ada.get(f"/people/{cast.ana.pk}/").content.decode()
    assert browser(cast.hugo).get(notice.url).status_code == 404
    assert Event.objects.get(type="erasure.asked").actor == cast.ana.ref


def test_request_is_withdrawn_by_whoever_asked(cast: Cast) -> None:
    one = asked(cast.ana)
    with pytest.raises(NotAllowed):
        retention.withdraw_erasure(one, by=cast.ben, at=NOW)
    ana = browser(cast.ana)
    done = ana.post(reverse("innovation:erasure-withdraw"), follow=True).content.decode()
    assert "Everything stays as it is." in done and "Withdrawn" in done
    assert waiting(cast.ada) == []
    assert Event.objects.latest("number").type == "erasure.withdrawn"
    assert ana.post(reverse("innovation:erasure-withdraw")).status_code == 409
    with pytest.raises(Conflict, match="settled already: Withdrawn"):
        retention.answer_erasure(one, by=cast.ada, at=NOW, because="Too late.")
    asked(cast.ana)  # and asks again


def test_what_must_stay_is_answered_with_why_and_reaches_the_person(cast: Cast) -> None:
    one = asked(cast.ana)
    ada = browser(cast.ada)
    page = reverse("innovation:erasure-request", args=[one.pk])
    shown = ada.get(page).content.decode()
    assert "The account is open. Close it first." in shown
    assert ada.post(page, {"because": " "}).status_code == 400
    why = "You work here until March. We do it on your last day."
    assert ada.post(page, {"because": why}).status_code == 302
    notice = Notice.objects.get(person=cast.ana)
    assert (notice.text, notice.url) == (why, reverse("innovation:own-erasure"))
    own = browser(cast.ana).get(notice.url).content.decode()
    assert why in own and "It must stay for now" in own
    assert waiting(cast.ada) == []
    event = Event.objects.get(type="erasure.answered")
    assert (event.actor, event.details["reason"]) == (cast.ada.ref, why)
    assert ada.post(page, {"because": "Again."}).status_code == 409


def test_done_is_said_by_mail_to_the_address_that_goes(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    address = cast.ana.email
    one = asked(cast.ana, wish="Before Christmas, says Ana")
    people.deactivate(cast.ana, by=cast.ada, at=NOW)
    assert waiting(cast.ada) == ["Ana Ruiz"]  # closing the account is not yet all
    ada = browser(cast.ada)
    take = reverse("innovation:person-take-name", args=[cast.ana.pk])
    assert take in ada.get(reverse("innovation:erasure-request", args=[one.pk])).content.decode()
    assert "They asked for it themselves, on 23 November 2026." in ada.get(take).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert ada.post(take, {"reason": "They asked.", "sure": "on"}).status_code == 302
    [letter] = mail.outbox
    assert letter.to == [address]
    assert "What stays, and why" in letter.body and "Ana" not in letter.body
    one.refresh_from_db()
    assert (one.outcome, one.answered_by, one.wish) == ("done", cast.ada, "")
    assert waiting(cast.ada) == []


def test_person_who_has_left_is_answered_by_mail(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    one = asked(cast.ana)
    people.deactivate(cast.ana, by=cast.ada, at=NOW)
    one = ErasureRequest.objects.get(pk=one.pk)
    with django_capture_on_commit_callbacks(execute=True):
        retention.answer_erasure(one, by=cast.ada, at=NOW, because="A lawsuit needs it.")
    [letter] = mail.outbox
    assert letter.to == [cast.ana.email] and "A lawsuit needs it." in letter.body
    assert not Notice.objects.filter(person=cast.ana).exists()


def test_name_that_goes_by_its_term_settles_the_request(cast: Cast) -> None:
    one = asked(cast.ana)
    people.deactivate(cast.ana, by=cast.ada, at=NOW)
    retention.keep_to_terms(at=timezone.now() + timedelta(days=800))
    one.refresh_from_db()
    assert (one.outcome, one.answered_by) == ("done", None)


def test_request_is_answered_by_who_keeps_the_account_and_by_nobody_who_asked(cast: Cast) -> None:
    one, own = asked(cast.ana), asked(cast.ada)
    for who in (cast.hugo, cast.maya, cast.ana):
        with pytest.raises(NotAllowed):
            retention.answer_erasure(one, by=who, at=NOW, because="No.")
    with pytest.raises(NotAllowed, match="asked for themselves"):
        retention.answer_erasure(own, by=cast.ada, at=NOW, because="No.")
    assert waiting(cast.ada) == ["Ana Ruiz"]
    page = browser(cast.ada).get(reverse("innovation:own-erasure")).content.decode()
    assert "Nobody but you keeps your account yet." in page
    with pytest.raises(Refused):
        retention.answer_erasure(one, by=cast.ada, at=NOW, because=" ")
    with pytest.raises(IntegrityError, match="says_by_whom_and_why"), transaction.atomic():
        ErasureRequest.objects.filter(pk=one.pk).update(outcome="stays", answered_at=NOW)


def test_month_that_the_law_gives_is_named(cast: Cast) -> None:
    one = asked(cast.ana)
    assert one.answer_until == dates.day_of(NOW) + timedelta(days=30)
    [item] = [each for each in panels.waiting_for(cast.ada) if each.kind == "Erasure"]
    assert "23 December 2026" in item.sentence
