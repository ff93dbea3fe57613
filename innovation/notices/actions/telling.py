"""A notice in the inbox of each person, and its mail as they chose."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Model

from innovation.audit import actions as audit
from innovation.notices import queries
from innovation.notices.actions.mailing import HANDED_OVER
from innovation.notices.kinds import kinds
from innovation.notices.models import NewsDelivery, Notice, NoticeQuerySet
from innovation.people.models import User
from innovation.rules.transactions import atomic
from innovation.web import request_id
from innovation.workflow import actions as workflow


@atomic
def notify(
    people: Iterable[User],
    *,
    kind: str,
    title: str,
    text: str = "",
    about: Model,
    url: str,
    at: datetime,
    but: Model | None = None,
) -> list[Notice]:
    """Leave one notice in the inbox of each person (never of `but`, who did it). Its mail leaves at
    once, waits for the mail of the day, or there is none, as each chose for this kind of news."""
    if kind not in kinds():
        raise ValueError(f"no plate names the kind of news {kind}")
    recipients = {person.pk: person for person in people if but is None or person.pk != but.pk}
    notices = []
    for person in recipients.values():
        delivery = queries.delivery_to(person, kind)
        notices.append(
            Notice(
                person=person,
                at=at,
                kind=kind,
                title=title[:200],
                text=text,
                subject=audit.ref(about),
                url=url,
                mail_due_at=at + HANDED_OVER if delivery == NewsDelivery.AT_ONCE else None,
                in_daily_mail=delivery == NewsDelivery.DAILY,
                request_id=request_id.current(),
            )
        )
    for notice in Notice.objects.bulk_create(notices):
        if notice.mail_due_at is not None:
            workflow.defer("innovation.notices.tasks.send_email", notice_id=notice.pk)
    return notices


@atomic
def mark_read(notices: NoticeQuerySet, *, by: Model, at: datetime) -> int:
    """Mark the person's own notices in the queryset as read; how many changed."""
    return notices.visible_to(by).unread().update(read_at=at)
