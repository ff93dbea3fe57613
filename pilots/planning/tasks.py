"""The door of the workers: simulate a plan that somebody asked about."""

from collections.abc import Sequence

from celery import shared_task
from django.utils import timezone

from pilots.planning import actions


@shared_task
def work_out(*, metric_id: int, **_kwargs: object) -> None:
    actions.work_out(metric_id, at=timezone.now())


@shared_task
def renew(*, metric_ids: Sequence[int], **_kwargs: object) -> None:
    """A pull has brought other numbers to metrics of pilots that are being planned."""
    actions.renew(metric_ids, at=timezone.now())


@shared_task
def work_out_asked(**_kwargs: object) -> None:
    actions.work_out_asked(at=timezone.now())
