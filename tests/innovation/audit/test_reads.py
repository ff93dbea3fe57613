"""Who looked at what is sensitive is written down once an hour, and does not drown what was done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.audit import actions as audit
from innovation.audit.models import Event
from innovation.people import actions as people
from innovation.people.models import User
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def reads(event_type: str) -> list[str]:
    found = Event.objects.filter(type=event_type).order_by("number")
    return [f"{event.actor} {event.subjects[0]}" for event in found]


def test_reading_a_person_s_details_is_an_event_once_an_hour(cast: Cast) -> None:
    otto = signed_in(cast.otto)
    for person in (cast.ana, cast.ana, cast.ben):
        otto.get(reverse("innovation:person-detail", args=[person.pk]))
    signed_in(cast.ada).get(reverse("innovation:person-detail", args=[cast.ana.pk]))
    assert reads("person.read") == [
        f"{cast.otto.ref} {cast.ana.ref}",
        f"{cast.otto.ref} {cast.ben.ref}",
        f"{cast.ada.ref} {cast.ana.ref}",
    ]
    now = timezone.now()
    people.note_read(cast.ana, by=cast.otto, at=now + timedelta(minutes=59))
    assert len(reads("person.read")) == 3
    people.note_read(cast.ana, by=cast.otto, at=now + timedelta(minutes=61))
    assert len(reads("person.read")) == 4


def test_reading_one_s_own_page_is_no_event(cast: Cast) -> None:
    signed_in(cast.otto).get(reverse("innovation:person-detail", args=[cast.otto.pk]))
    signed_in(cast.hugo).get(reverse("innovation:person-detail", args=[cast.ana.pk]))  # refused
    assert reads("person.read") == []


def test_reading_the_log_by_page_or_api_is_an_event_once_an_hour(cast: Cast) -> None:
    people.grant(cast.ben, by=cast.ada, at=NOW, unit=cast.brigid, role="mentor")
    otto = signed_in(cast.otto)
    for turn in range(2):
        otto.get(reverse("innovation:audit-log"))
        otto.get(reverse("innovation:api-event-list"))
        if not turn:  # the chain grows between
            people.grant(cast.ana, by=cast.ada, at=NOW, unit=cast.harbor, role="mentor")
    assert reads("log.read") == [f"{cast.otto.ref} chainhead:1"]
    signed_in(cast.hugo).get(reverse("innovation:api-event-list"))
    assert len(reads("log.read")) == 2
    audit.note_log_read(cast.otto, at=timezone.now() + timedelta(minutes=61))
    assert len(reads("log.read")) == 3


def test_log_leaves_reads_out_until_somebody_looks_for_them(cast: Cast) -> None:
    people.grant(cast.ben, by=cast.ada, at=NOW, unit=cast.brigid, role="mentor")
    signed_in(cast.ada).get(reverse("innovation:person-detail", args=[cast.ana.pk]))
    otto = signed_in(cast.otto)

    def told(**query: str) -> list[str]:
        answer = otto.get(reverse("innovation:audit-log"), query)
        return [line.type for line, _unit in answer.context["rows"]]

    assert told() == ["role.granted"]
    assert told() == ["role.granted"]
    assert told(what="person") == ["person.read"]
    assert told(what="log") == ["log.read"]
    assert told(by=cast.ada.ref) == ["person.read", "role.granted"]
    # Nothing is left out of what is taken away.
    answer = otto.post(reverse("innovation:audit-export"), {"export-file_format": "csv"})
    assert "person.read" in b"".join(answer).decode()
