"""The door of the workers: look at guardrails after a pull, and now and then at all of them."""

from celery import shared_task
from django.utils import timezone

from pilots.evidence import actions


@shared_task
def watch(*, metric_id: int, **_kwargs: object) -> None:
    actions.watch(metric_id, at=timezone.now())


@shared_task
def watch_all(**_kwargs: object) -> None:
    actions.watch_all(at=timezone.now())
