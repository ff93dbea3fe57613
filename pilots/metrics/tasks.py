"""The door of the workers: one action each, by the database's clock."""

from celery import shared_task

from pilots.metrics import actions, clock


@shared_task
def pull_waiting(**_kwargs: object) -> None:
    actions.run_waiting(at=clock.now())


@shared_task
def dispatch_due(**_kwargs: object) -> None:
    actions.dispatch_due(at=clock.now())


@shared_task
def forget_checks(**_kwargs: object) -> None:
    actions.forget_checks(at=clock.now())
