"""The door of the workers: open hazards again of which a number that watches them shows harm."""

from celery import shared_task
from django.utils import timezone

from pilots.hazards import actions


@shared_task
def reopen(**_kwargs: object) -> None:
    actions.reopen_spoken_of(at=timezone.now())
