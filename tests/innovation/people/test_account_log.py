"""Everybody reads what was done to their own account, by whom and when, and nothing else."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from innovation.audit.models import Event
from innovation.people import actions as people
from innovation.people.actions import sign_in
from innovation.people.models import User
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def log_of(user: User, **query: str) -> list[str]:
    answer = signed_in(user).get(reverse("innovation:account-log"), query)
    assert answer.status_code == 200
    return [line.text for line in answer.context["history"]]


@pytest.fixture
def told(cast: Cast) -> Cast:
    people.change_person(cast.ana, by=cast.ada, at=NOW, email="ana.ruiz@lakeshore.example")
    given = people.grant(cast.ana, by=cast.hugo, at=NOW, unit=cast.harbor, role="mentor")
    people.end_grant(given, by=cast.hugo, at=NOW)
    people.propose_role(
        cast.ana, by=cast.ada, at=NOW, unit=cast.brigid, role="auditor", reason="Sam is on leave."
    )
    people.note_read(cast.ana, by=cast.otto, at=NOW)
    sign_in.note_failed_sign_in(cast.ana, at=NOW, address="203.0.113.9")
    people.change_own_details(cast.ana, at=NOW, job_title="Charge nurse")
    people.grant(cast.ben, by=cast.ada, at=NOW, unit=cast.brigid, role="mentor")
    people.move_unit(cast.four_west, by=cast.ada, at=NOW, parent=cast.brigid)
    return cast


def test_person_reads_what_others_did_to_their_account(told: Cast) -> None:
    assert log_of(told.ana) == [
        "Somebody at 203.0.113.9 failed to sign in as Ana Ruiz.",
        "Otto Brandt read the details of Ana Ruiz.",
        "Ada Kowalski proposed Ana Ruiz for the role Auditor in St Brigid General.",
        # The role is over and Harbor is not open to her; it was her account all the same.
        "Hugo Marsh ended the role Mentor of Ana Ruiz in Harbor Hospital.",
        "Hugo Marsh gave Ana Ruiz the role Mentor in Harbor Hospital.",
        "Ada Kowalski changed the details of Ana Ruiz: e-mail.",
    ]
    assert log_of(told.ana, show="all")[0] == (
        "Ana Ruiz changed the details of Ana Ruiz: job title."
    )
    page = signed_in(told.ana).get(reverse("innovation:account-log")).content.decode()
    assert "Sam is on leave." in page
    assert f'href="/people/{told.ada.pk}/"' not in page  # she may not open it
    profile = signed_in(told.ana).get(reverse("innovation:profile")).content.decode()
    assert "Otto Brandt read the details" in profile
    assert "failed to sign in" in profile


def test_person_reads_nothing_of_anybody_else_s_account(told: Cast) -> None:
    assert log_of(told.ben) == [
        "Ada Kowalski gave Ben Achterberg the role Mentor in St Brigid General."
    ]
    assert log_of(told.victor) == []
    assert log_of(told.ada) == []


def test_log_keeps_old_and_new_values_but_no_former_name_or_address(told: Cast) -> None:
    people.change_person(told.ben, by=told.ada, at=NOW, name="B. Achterberg", job_title="Clerk", unit=told.brigid)  # fmt: skip
    event = Event.objects.order_by("-number")[0]
    assert event.details["changed"] == {
        "job_title": ["Ward clerk", "Clerk"],
        "unit": ["Medicine", "St Brigid General"],
    }
    people.edit_unit(told.four_west, by=told.ada, at=NOW, name="4 West and East", kind="team")
    event = Event.objects.order_by("-number")[0]
    assert event.details["changed"] == {"name": ["4 West", "4 West and East"]}
    first = Event.objects.order_by("number")[0]
    assert first.details == {"what": "e-mail"}


def test_link_that_was_handed_over_is_told_to_whose_account_it_opens(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        people.make_password_link(cast.ana, by=cast.ada, at=NOW)
    assert [message.to for message in mail.outbox] == [["ana@lakeshore.example"]]
    assert "Ada Kowalski made a link" in mail.outbox[0].body
    assert "/key/" not in mail.outbox[0].body
