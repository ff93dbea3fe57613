"""Telling people what became of something they care about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices.models import Notice
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow


@atomic
def tell(
    people: Iterable[Any],
    *,
    title: str,
    text: str = "",
    about: Any,
    url: str,
    at: datetime,
    but: Any = None,
) -> list[Notice]:
    """Leave one notice in the inbox of each person (never of `but`, who did it) and mail those
    who want mail. The mail says that there is news, not what it says: details stay behind sign-in.
    """
    told = {person.pk: person for person in people if but is None or person.pk != but.pk}
    notices = Notice.objects.bulk_create(
        Notice(
            person=person, at=at, title=title[:200], text=text, subject=audit.ref(about), url=url
        )
        for person in told.values()
    )
    for notice in notices:
        if told[notice.person_id].wants_email:
            workflow.defer("innovation.notices.tasks.send_email", notice_id=notice.pk)
    return notices


@atomic
def read(notices: Any, *, by: Any, at: datetime) -> int:
    """Mark the person's own notices in the queryset as read; how many changed."""
    return notices.visible_to(by).unread().update(read_at=at)


@atomic
def email(notice_id: int, *, at: datetime) -> bool:
    """Mail that there is news, once. Under the row's lock, so that a task delivered twice sends
    one mail; not to those who have read it already, or who want none."""
    notice = (
        Notice.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=notice_id, emailed_at=None, read_at=None)
        .first()
    )
    if notice is None or not (notice.person.is_active and notice.person.wants_email):
        return False
    link = f"{settings.SITE_URL}{reverse('innovation:notice-open', args=[notice.pk])}"
    send_mail(
        _("News at %(organisation)s") % {"organisation": settings.ORGANISATION},
        _("There is news about something you follow. Sign in to read it: %(link)s")
        % {"link": link},
        settings.DEFAULT_FROM_EMAIL,
        [notice.person.email],
    )
    notice.emailed_at = at
    notice.save(update_fields=["emailed_at"])
    return True


def give_up_email(notice_id: int, *, at: datetime) -> None:
    """The mail server refused this one for good; the inbox still holds it."""
    Notice.objects.filter(pk=notice_id, emailed_at=None).update(emailed_at=at)


def email_missed(*, at: datetime) -> int:
    """Hand over the mails of the last day that nobody has sent; how many."""
    missed = Notice.objects.filter(
        emailed_at=None,
        read_at=None,
        at__lt=at - timedelta(minutes=10),
        at__gt=at - timedelta(days=1),
        person__is_active=True,
        person__wants_email=True,
    ).order_by("pk")
    keys = list(missed.values_list("pk", flat=True)[:1000])
    for key in keys:
        workflow.defer("innovation.notices.tasks.send_email", notice_id=key)
    return len(keys)
