"""What is written to administrators about ways in. By mail and whatever they chose to get: whoever
came in by a stolen password would switch that off first."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from innovation.people.models import RoleGrant, User


def of_break_glass(person: User, *, at: datetime, address: str) -> None:
    """To every administrator, whichever unit they keep."""
    held = RoleGrant.objects.current().filter(role="administrator")
    keepers = User.objects.active().filter(pk__in=held.values("person"))
    facts = {
        "person": person,
        "at": at,
        "address": address,
        "organisation": settings.ORGANISATION,
        "site": settings.SITE_URL,
    }
    for keeper in keepers.order_by("pk"):
        with keeper.as_reader():
            subject = _("%(organisation)s: somebody signed in by a password") % facts
            text = render_to_string("innovation/federation/break_glass_mail.txt", facts)
        _on_commit(subject, text, keeper.email)


def _on_commit(subject: str, text: str, address: str) -> None:
    # A function of its own, not a partial: when the mail server is away, Django logs it by name.
    def send() -> None:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])

    transaction.on_commit(send, robust=True)
