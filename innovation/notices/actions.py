"""Telling people what became of something they care about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from innovation.audit import actions as audit
from innovation.notices.models import Notice
from innovation.workflow import actions as workflow


@transaction.atomic
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


@transaction.atomic
def read(notices: Any, *, by: Any, at: datetime) -> int:
    """Mark the person's own notices in the queryset as read; how many changed."""
    return notices.visible_to(by).unread().update(read_at=at)
