"""The door of the workers: the night's comparison."""

from celery import shared_task
from django.utils import timezone

from innovation.integrity import actions


@shared_task
def compare_with_log(**_kwargs: object) -> None:
    """Lay the tables beside the log, once a day."""
    actions.compare_with_log(at=timezone.now())
