"""The door of the workers: ids in, one action, by the database's clock."""

from celery import shared_task

from pilots.metrics import actions, clock


@shared_task
def pull(*, pull_id: int, **_kwargs: object) -> None:
    actions.run_pull(pull_id, at=clock.now())


@shared_task
def pull_waiting(**_kwargs: object) -> None:
    actions.run_waiting(at=clock.now())


@shared_task
def pull_batch(*, pull_ids: list[int], **_kwargs: object) -> None:
    actions.run_batch(pull_ids, at=clock.now())


@shared_task(expires=60)
def dispatch_due(**_kwargs: object) -> None:
    actions.dispatch_due(at=clock.now())
