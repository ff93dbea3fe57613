"""What is mailed to somebody whose account is closed, for no inbox reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.retention import names
from innovation.retention.models import ErasureRequest


def of_erasure_done(person: User, *, at: datetime) -> None:
    """To the address that goes with the name: the last thing that is sent there."""
    with person.as_reader():
        facts = {"at": at, "staying": names.staying()}
        _send(person, _("%(organisation)s took your name away"), "done", facts)


def of_erasure_answered(asked: ErasureRequest) -> None:
    with asked.person.as_reader():
        subject = _("%(organisation)s answered what you asked for")
        _send(asked.person, subject, "answered", {"asked": asked})


def _send(person: User, subject: str, what: str, facts: Mapping[str, object]) -> None:
    known = {**facts, "person": person, "organisation": settings.ORGANISATION}
    text = render_to_string(f"innovation/retention/erasure_{what}_mail.txt", known)
    _on_commit(subject % known, text, person.email)


def _on_commit(subject: str, text: str, address: str) -> None:
    # A function of its own, not a partial: when the mail server is away, Django logs it by name.
    def send() -> None:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])

    transaction.on_commit(send, robust=True)
