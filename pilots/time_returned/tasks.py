"""The door of the workers: make up the accounts of hours whose numbers, plan or course changed."""

from celery import shared_task
from django.utils import timezone

from pilots.time_returned import actions


@shared_task
def make_up(*, pilot_id: int | None = None, **_kwargs: object) -> None:
    actions.make_up(None if pilot_id is None else [pilot_id], at=timezone.now())
