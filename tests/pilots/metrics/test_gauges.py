"""What Prometheus is told of pulls is what is so."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from innovation.web.scrape import as_text
from pilots.metrics.actions import queue
from pilots.metrics.gauges import gauges
from pilots.metrics.models import (
    FetchedCopy,
    Metric,
    Pull,
    PullStatus,
    Urgency,
)
from tests.factories.cast import Cast
from tests.innovation.web.test_scrape import Samples, samples
from tests.pilots.metrics.test_dispatch import due_metrics
from tests.pilots.metrics.test_queue import a_source, quick, waiting

pytestmark = pytest.mark.django_db


def told() -> Samples:
    return samples(as_text(gauges()))


def of(found: Samples, name: str, **labels: str) -> float:
    return found[f"pilotlight_{name}", tuple(sorted(labels.items()))]


def about(seconds: float) -> object:
    return pytest.approx(seconds, abs=80)  # however long the test has taken so far


def ago(**past: float) -> datetime:
    return timezone.now() - timedelta(**past)


def test_where_nothing_is_everything_is_told_as_nothing() -> None:
    assert set(told().values()) == {0}


def test_pulls_that_wait_are_told_by_urgency(cast: Cast) -> None:
    pulls = waiting(cast, quick(cast, "Reports"), quick(cast, "Beds"), urgency=Urgency.ASKED)
    Pull.objects.update(requested_at=ago(seconds=90))
    Pull.objects.filter(pk=pulls[0].pk).update(urgency=Urgency.DUE, requested_at=ago(seconds=300))
    found = told()
    assert of(found, "pulls_waiting", urgency="asked") == 1
    assert of(found, "pulls_waiting", urgency="due") == 1
    assert of(found, "pulls_waiting", urgency="alarm") == 0
    assert of(found, "pulls_waiting_oldest_seconds", urgency="asked") == about(90)
    assert of(found, "pulls_waiting_oldest_seconds", urgency="due") == about(300)


def test_pull_of_a_paused_source_waits_and_keeps_nobody_waiting(cast: Cast) -> None:
    paused = a_source(
        cast, "Beds", failures=5, problem="Silent.", asked_again_at=timezone.now() + timedelta(1)
    )
    a_source(cast, "Files", slow=True)
    waiting(cast, paused)
    found = told()
    assert of(found, "pulls_waiting", urgency="due") == 1
    assert of(found, "pulls_waiting_oldest_seconds", urgency="due") == 0
    assert of(found, "sources_paused") == 1
    assert of(found, "sources_slow") == 1


def test_pulls_under_way_and_those_that_lost_their_worker_are_told_apart(cast: Cast) -> None:
    waiting(cast, quick(cast, "Reports"), quick(cast, "Beds"))
    lost = queue.take()
    assert lost is not None
    Pull.objects.filter(pk=lost.pull_id).update(leased_until=ago(minutes=1))
    [other] = Pull.objects.exclude(pk=lost.pull_id)
    assert queue.take_these([other.pk])
    found = told()
    assert of(found, "pulls_running") == 1
    assert of(found, "pulls_orphaned") == 1


def test_metric_that_is_due_is_told_until_a_pull_is_written(cast: Cast) -> None:
    [late, begun] = due_metrics(cast, 2)
    Metric.objects.update(next_pull_at=ago(seconds=700))
    Metric.objects.filter(pk=begun.pk).update(next_pull_at=ago(seconds=9000))
    Pull.objects.create(
        metric=begun, source=begun.source, requested_at=timezone.now(),
        window_start=timezone.now(), window_end=timezone.now(),
    )  # fmt: skip
    found = told()
    assert of(found, "metrics_due") == 1
    assert of(found, "metrics_due_oldest_seconds") == about(700)
    Metric.objects.filter(pk=late.pk).update(next_pull_at=timezone.now() + timedelta(hours=1))
    assert of(told(), "metrics_due") == 0


def test_ends_of_the_last_ten_minutes_and_what_was_held_back_are_told(cast: Cast) -> None:
    metrics = due_metrics(cast, 4)
    ends = [
        (PullStatus.DONE, 1, 0),
        (PullStatus.FAILED, 2, 7),
        (PullStatus.FAILED, 3, 0),
        (PullStatus.FAILED, 11, 9),
    ]
    for metric, (status, minutes, gone) in zip(metrics, ends, strict=True):
        Pull.objects.create(
            metric=metric, source=metric.source, requested_at=ago(minutes=20), status=status,
            finished_at=ago(minutes=minutes), gone=gone, problem="Fewer.", window_start=timezone.now(),
            window_end=timezone.now(),
        )  # fmt: skip
        Metric.objects.filter(pk=metric.pk).update(failures=int(status == PullStatus.FAILED))
    FetchedCopy.objects.create(source=metrics[0].source, held="It may be a part.")
    found = told()
    assert of(found, "pulls_ended_10m", result="done") == 1
    assert of(found, "pulls_ended_10m", result="failed") == 2
    assert of(found, "metrics_failing") == 3
    assert of(found, "metrics_held_back") == 2
    assert of(found, "files_held_back") == 1
