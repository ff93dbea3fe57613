"""The mail of one notice: the notice is the outbox, the broker only carries its id."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from innovation.notices import letters
from innovation.notices.models import Notice
from innovation.rules.transactions import atomic
from innovation.web import request_id
from innovation.workflow import actions as workflow

logger = logging.getLogger(__name__)

# A mail that was handed to a worker is due again after this: its task may have been lost.
HANDED_OVER = timedelta(minutes=10)
# A mail server that is away is asked again after 30 s, 2 min, 8 min … a day and a half in all.
FIRST_PAUSE = timedelta(seconds=30)
MOST_ATTEMPTS = 7


@atomic
def email(notice_id: int, *, at: datetime) -> bool:
    """Mail that there is news, once. Under the row's lock, so that a task delivered twice sends
    one mail; not to those who have read it already."""
    notice = (
        Notice.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=notice_id, mail_due_at__isnull=False, read_at=None, person__is_active=True)
        .first()
    )
    if notice is None:
        return False
    letters.of_news(notice)
    logger.info("Notice %s was mailed.", notice_id, extra={"notice": notice_id})
    notice.emailed_at, notice.mail_due_at = at, None
    notice.save(update_fields=["emailed_at", "mail_due_at"])
    return True


@atomic
def put_off_email(notice_id: int, *, at: datetime) -> None:
    """The mail server is away: the mail is due again after a pause that grows, and given up after
    the last one. What waits is a row; a message that waited in the broker would come back as
    another one once its visibility timeout was over, and be sent again and again."""
    notice = Notice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None or notice.mail_due_at is None:
        return
    pause = FIRST_PAUSE * 4**notice.mail_attempts
    notice.mail_attempts += 1
    notice.mail_due_at = None if notice.mail_attempts >= MOST_ATTEMPTS else at + pause
    notice.save(update_fields=["mail_attempts", "mail_due_at"])


@atomic
def give_up_email(notice_id: int, *, at: datetime) -> None:
    """The mail server refused this one for good; the inbox still holds it."""
    Notice.objects.filter(pk=notice_id).update(mail_due_at=None)


@atomic
def email_due(*, at: datetime) -> int:
    """Hand the mails that are due to workers; how many. Any number of schedulers may call it."""
    due = (
        Notice.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(mail_due_at__lte=at, read_at=None, person__is_active=True)
        .order_by("mail_due_at")
    )
    asked_by = dict(due.values_list("pk", "request_id")[:1000])
    Notice.objects.filter(pk__in=asked_by).update(mail_due_at=at + HANDED_OVER)
    for key, asked in asked_by.items():
        with request_id.under(asked):
            workflow.defer("innovation.notices.tasks.send_email", notice_id=key)
    return len(asked_by)
