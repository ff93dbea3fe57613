"""The door of the workers: whoever has left mentors nobody any more."""

from celery import shared_task
from django.utils import timezone

from pilots.mentoring import actions


@shared_task
def end_of_leavers(**_kwargs: object) -> None:
    actions.end_of_leavers(at=timezone.now())
