"""The door of the schedule: cards of pilots that ended while none were kept."""

from celery import shared_task
from django.utils import timezone

from pilots.learning import actions


@shared_task
def draft_missing(**_kwargs: object) -> None:
    actions.draft_missing(at=timezone.now())
