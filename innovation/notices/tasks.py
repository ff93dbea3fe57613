"""Mail, sent by the worker."""

from smtplib import SMTPException, SMTPResponseException
from typing import Any

from celery import shared_task
from django.utils import timezone

from innovation.notices import actions as notices


@shared_task(bind=True, max_retries=6)
def send_email(self: Any, *, notice_id: int, **kwargs: Any) -> None:
    """Mail one notice, once; a mail server that is away is asked again later, six times."""
    try:
        notices.email(notice_id, at=timezone.now())
    except SMTPResponseException as error:
        if error.smtp_code >= 500:  # it will not say yes later
            raise
        raise self.retry(exc=error, countdown=_pause(self)) from error
    except (SMTPException, OSError) as error:
        raise self.retry(exc=error, countdown=_pause(self)) from error


def _pause(task: Any) -> int:
    return 30 * 4**task.request.retries  # from half a minute to a day and a half


@shared_task
def send_missed(**kwargs: Any) -> None:
    """Hand over what no worker has mailed, such as when the broker was away."""
    notices.email_missed(at=timezone.now())
