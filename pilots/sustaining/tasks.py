"""The door of the schedule: open the looks at what was scaled that are due."""

from celery import shared_task
from django.utils import timezone

from pilots.sustaining import actions


@shared_task
def open_due(**_kwargs: object) -> None:
    actions.open_due(at=timezone.now())
