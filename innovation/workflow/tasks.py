"""What the schedule does for the engine."""

from celery import shared_task
from django.utils import timezone

from innovation.workflow import sendings


@shared_task
def forget_used_keys() -> None:
    sendings.forget(at=timezone.now())
