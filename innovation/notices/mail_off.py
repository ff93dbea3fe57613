"""The link in a mail by which its reader switches mail of that kind off, without signing in.

It opens nothing else, for ninety days and only while the person has the address that it was mailed
to: whoever gets an old mailbox switches nothing off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from innovation.notices.kinds import kinds
from innovation.people.models import User

GOOD_FOR = timedelta(days=90)
DAILY = ""  # in the place of a kind: all that is gathered in the mail of the day
_SALT = "innovation.notices.mail_off"


@dataclass(frozen=True)
class MailOff:
    """What a link is good for."""

    person: User
    kind: str


def link(person: User, kind: str) -> str:
    token = signing.dumps([person.pk, kind, _mark(person)], salt=_SALT)
    return f"{settings.SITE_URL}{reverse('innovation:mail-off', args=[token])}"


def read(token: str) -> MailOff | None:
    """What this link is good for; None where it is too old, was never ours, or is somebody else's
    by now."""
    try:
        key, kind, mark = signing.loads(token, salt=_SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return None
    person = User.objects.active().filter(pk=key).first()
    if person is None or not constant_time_compare(mark, _mark(person)):
        return None
    return MailOff(person, kind) if kind == DAILY or kind in kinds() else None


def _mark(person: User) -> str:
    return salted_hmac(_SALT, person.email).hexdigest()[:16]
