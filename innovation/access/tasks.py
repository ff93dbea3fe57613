"""The door of the workers: what the calendar brings."""

from celery import shared_task
from django.utils import timezone

from innovation.access import actions


@shared_task(expires=3000)
def tell_of_ends(**_kwargs: object) -> None:
    """Tell holders of roles that end within a week."""
    actions.tell_of_ends(at=timezone.now())
