"""The door of the workers: tell of stops that nobody answered in time."""

from celery import shared_task
from django.utils import timezone

from pilots.safety import actions


@shared_task
def tell_again(**_kwargs: object) -> None:
    actions.tell_again(at=timezone.now())
