"""The door of the workers: tell whose time ends."""

from celery import shared_task
from django.utils import timezone

from pilots.clock import actions


@shared_task
def tell(**_kwargs: object) -> None:
    actions.tell(at=timezone.now())
