"""The door of the workers: ids in, one action."""

from celery import shared_task
from django.utils import timezone

from pilots.metrics import actions


@shared_task
def pull(*, pull_id: int, **_kwargs: object) -> None:
    actions.run_pull(pull_id, at=timezone.now())


@shared_task
def pull_waiting(**_kwargs: object) -> None:
    actions.run_waiting(at=timezone.now())


@shared_task
def pull_batch(*, pull_ids: list[int], **_kwargs: object) -> None:
    actions.run_batch(pull_ids, at=timezone.now())


@shared_task(expires=60)
def dispatch_due(**_kwargs: object) -> None:
    actions.dispatch_due(at=timezone.now())
