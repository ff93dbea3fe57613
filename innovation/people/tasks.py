"""The door of the workers: what the calendar ends."""

from celery import shared_task
from django.utils import timezone

from innovation.people import actions


@shared_task
def end_run_out(**_kwargs: object) -> None:
    """Write down which roles ended by their date."""
    actions.end_run_out(at=timezone.now())
