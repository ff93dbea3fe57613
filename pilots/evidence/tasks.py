"""The door of the workers: work out metrics after a pull or a change of their plan, and now and then
whatever was missed."""

from collections.abc import Sequence

from celery import shared_task
from django.utils import timezone

from pilots.evidence import actions
from pilots.metrics.models import Metric


@shared_task
def refresh(
    *, metric_ids: Sequence[int] = (), pilot_id: int | None = None, **_kwargs: object
) -> None:
    of_pilot = Metric.objects.filter(pilot=pilot_id).values_list("pk", flat=True)
    ids = metric_ids if pilot_id is None else list(of_pilot)
    actions.refresh(ids, at=timezone.now())


@shared_task
def watch(*, metric_id: int, **_kwargs: object) -> None:
    """What servers of the release before ask for."""
    actions.watch(metric_id, at=timezone.now())


@shared_task
def watch_all(**_kwargs: object) -> None:
    actions.watch_all(at=timezone.now())
