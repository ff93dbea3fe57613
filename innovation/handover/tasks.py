"""The door of the workers: who has left, told to those who give on what they held."""

from celery import shared_task
from django.utils import timezone

from innovation.handover import actions as handover


@shared_task
def tell_of_leavers(**_kwargs: object) -> None:
    """Tell the administrators of those who left."""
    handover.tell_of_leavers(at=timezone.now())
