"""What the schedule does for gates."""

from celery import shared_task
from django.utils import timezone

from pilots.gates import actions


@shared_task
def look_for_deciders(**_kwargs: object) -> None:
    actions.look_for_deciders(at=timezone.now())
