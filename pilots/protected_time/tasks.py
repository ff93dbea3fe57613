"""The doors of the schedule: people are asked once a week, and closed periods are read."""

from celery import shared_task
from django.utils import timezone

from pilots.protected_time import actions


@shared_task
def call_due(**_kwargs: object) -> None:
    actions.call_due(at=timezone.now())


@shared_task
def publish_due(**_kwargs: object) -> None:
    actions.publish_due(at=timezone.now())
