"""The door of the workers: tell whose training has run out."""

from celery import shared_task
from django.utils import timezone

from pilots.adoption import actions


@shared_task
def tell_of_refreshers(**_kwargs: object) -> None:
    actions.tell_of_refreshers(at=timezone.now())
