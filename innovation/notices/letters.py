"""The mails that say that there is news: never what it says, for details stay behind sign-in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.notices import mail_off
from innovation.notices.kinds import kinds
from innovation.notices.models import Notice
from innovation.people.models import User


def of_news(notice: Notice) -> None:
    link = _address("innovation:notice-open", notice.pk)
    _send(notice.person, notice.kind, "innovation/notices/news_mail.txt", {"link": link})


def of_the_day(person: User, counts: Counter[str]) -> None:
    """How many pieces of news of which kind wait unread."""
    lines = [(kind.label, counts[key]) for key, kind in kinds().items() if counts[key]]
    _send(
        person,
        mail_off.DAILY,
        "innovation/notices/daily_mail.txt",
        {
            "lines": lines,
            "total": counts.total(),
            "link": f"{_address('innovation:inbox')}?show=unread",
        },
    )


def _send(person: User, kind: str, template: str, facts: Mapping[str, object]) -> None:
    with person.as_reader():
        subject = _("News at %(organisation)s") % {"organisation": settings.ORGANISATION}
        text = render_to_string(template, {**facts, "change": _address("innovation:news")})
    EmailMessage(
        subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [person.email],
        # The one click of RFC 8058: the reader's mail program posts to the address by itself.
        headers={
            "List-Unsubscribe": f"<{mail_off.link(person, kind)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    ).send()


def _address(page: str, *args: object) -> str:
    return f"{settings.SITE_URL}{reverse(page, args=args)}"
