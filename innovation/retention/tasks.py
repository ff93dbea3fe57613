"""The door of the workers: the day's run."""

from celery import shared_task
from django.utils import timezone

from innovation.retention import actions


@shared_task
def keep_to_terms(**_kwargs: object) -> None:
    """Take away what is past its term, once a day."""
    actions.keep_to_terms(at=timezone.now())
