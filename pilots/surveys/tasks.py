"""The door of the schedule: close the questions whose time is over."""

from celery import shared_task
from django.utils import timezone

from pilots.surveys import actions


@shared_task
def close_due(**_kwargs: object) -> None:
    actions.close_due(at=timezone.now())
