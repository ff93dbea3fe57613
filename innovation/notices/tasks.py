"""Mail, sent by the worker."""

import logging
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from celery import shared_task
from django.utils import timezone

from innovation.notices import actions as notices

logger = logging.getLogger(__name__)


@shared_task
def send_email(*, notice_id: int, **_kwargs: object) -> None:
    """Mail one notice, once; for a mail server that is away, its row becomes due again later."""
    try:
        notices.email(notice_id, at=timezone.now())
    except (SMTPException, OSError) as error:
        if _for_good(error):
            logger.warning("The mail server refused notice %s for good: %s", notice_id, error)
            notices.give_up_email(notice_id, at=timezone.now())
        else:
            logger.warning("The mail server did not take notice %s: %s", notice_id, error)
            notices.put_off_email(notice_id, at=timezone.now())


@shared_task
def send_daily(*, person_id: int, **_kwargs: object) -> None:
    """Mail one person's news of the day, once; for a mail server that is away, the row is tried
    again later."""
    try:
        notices.email_daily(person_id, at=timezone.now())
    except (SMTPException, OSError) as error:
        if _for_good(error):
            logger.warning("The mail server refused person %s for good: %s", person_id, error)
            notices.give_up_daily(person_id, at=timezone.now())
        else:
            logger.warning("The mail server did not take that of person %s: %s", person_id, error)
            notices.put_off_daily(person_id, at=timezone.now())


def _for_good(error: Exception) -> bool:
    """Whether the server said no (5xx), rather than not now."""
    if isinstance(error, SMTPResponseException):
        return error.smtp_code >= 500
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return False


@shared_task
def send_due(**_kwargs: object) -> None:
    """Hand over the mails that are due: put off, never taken by a worker, or of the day."""
    notices.email_due(at=timezone.now())
    notices.daily_due(at=timezone.now())
