"""Mail, sent by the worker."""

import logging
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from celery import shared_task
from django.utils import timezone

from innovation.notices import actions as notices

logger = logging.getLogger(__name__)


@shared_task(bind=True, max_retries=6)
def send_email(self: Any, *, notice_id: int, **kwargs: Any) -> None:
    """Mail one notice, once; a mail server that is away is asked again later, six times."""
    try:
        notices.email(notice_id, at=timezone.now())
    except (SMTPException, OSError) as error:
        if _for_good(error):
            logger.warning("The mail server refused notice %s for good: %s", notice_id, error)
            notices.give_up_email(notice_id, at=timezone.now())
            return
        # From half a minute to a day and a half.
        raise self.retry(exc=error, countdown=30 * 4**self.request.retries) from error


def _for_good(error: Exception) -> bool:
    """Whether the server said no (5xx), rather than not now."""
    if isinstance(error, SMTPResponseException):
        return error.smtp_code >= 500
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return False


@shared_task
def send_missed(**kwargs: Any) -> None:
    """Hand over what no worker has mailed, such as when the broker was away."""
    notices.email_missed(at=timezone.now())
