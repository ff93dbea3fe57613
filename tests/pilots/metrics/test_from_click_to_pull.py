"""Whoever has the id from a person's screen finds all that came of the click."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices import actions as notices
from innovation.notices.models import Notice
from innovation.web import request_id
from innovation.web.request_id import HEADER
from innovation.workflow import actions as workflow
from pilots.metrics import actions
from pilots.metrics.actions import queue
from pilots.metrics.models import Metric, Pull, PullStatus
from tests.factories.cast import NOW, Cast
from tests.log_lines import log_lines
from tests.patience import wait_until
from tests.pilots.metrics.server import Source, rows
from tests.worker import Worker


@pytest.fixture
def metric(metric: Metric) -> Metric:
    """Its first pull, which begins by itself, is out of the way."""
    Pull.objects.filter(metric=metric).delete()
    return metric


WEEKS = [("2026-09-07", 12, 100), ("2026-09-14", 9, 90), ("2026-09-21", 11, 95)]


@pytest.mark.django_db
def test_pull_and_its_event_keep_the_id_of_the_click(cast: Cast, metric: Metric) -> None:
    browser = Client()
    browser.force_login(cast.jonas)
    answer = browser.post(reverse("pilots:metric-pull", args=[metric.pk]))
    pull = Pull.objects.get(metric=metric)
    assert pull.request_id == answer[HEADER]
    assert Event.objects.get(type="metric.pull_requested").request_id == answer[HEADER]
    page = browser.get(reverse("pilots:pull-detail", args=[pull.pk])).content.decode()
    assert answer[HEADER] in page


@pytest.mark.django_db
def test_worker_goes_on_under_the_id_of_the_pull_that_it_takes(
    metric: Metric, hospital: Source, django_capture_on_commit_callbacks: pytest.FixtureRequest
) -> None:
    """Whoever woke it may have asked for another one."""
    hospital.answer = rows(*WEEKS)
    with request_id.under("asked-by-jonas"):
        pull = actions.request_pull(metric, at=NOW)
    callbacks = django_capture_on_commit_callbacks
    with request_id.under("asked-by-ada"), log_lines("json") as lines, callbacks(execute=True):  # type: ignore[operator]
        actions.run_pull(pull.pk, at=NOW)
    assert Event.objects.get(type="source.numbers_kept").request_id == "asked-by-jonas"
    [told] = [json.loads(line) for line in lines if json.loads(line).get("pull") == pull.pk]
    assert told["request_id"] == "asked-by-jonas"
    assert (told["metric"], told["source"], told["result"]) == (
        metric.pk,
        metric.source_id,
        "done",
    )


@pytest.mark.django_db
def test_due_pulls_have_the_id_of_their_tick(metric: Metric) -> None:
    Metric.objects.filter(pk=metric.pk).update(next_pull_at=NOW)
    with request_id.under("a-tick-of-beat"):
        actions.dispatch_due(at=NOW)
    assert Pull.objects.get(metric=metric).request_id == "a-tick-of-beat"
    taken = queue.take()
    assert taken is not None
    assert taken.request_id == "a-tick-of-beat"


@pytest.mark.django_db
def test_who_hurries_a_due_pull_finds_it_under_their_id(cast: Cast, metric: Metric) -> None:
    with request_id.under("a-tick-of-beat"):
        actions.request_pull(metric, at=NOW)
    with request_id.under("asked-by-jonas"):
        pull = actions.request_pull(metric, by=cast.jonas, at=NOW)
    pull.refresh_from_db()
    assert pull.request_id == "asked-by-jonas"


@pytest.mark.django_db
def test_who_asks_for_what_is_asked_for_already_finds_under_which_id(
    cast: Cast, metric: Metric
) -> None:
    with request_id.under("asked-by-amara"):
        pull = actions.request_pull(metric, by=cast.jonas, at=NOW)
    with request_id.under("asked-by-jonas"), log_lines("line") as lines:
        actions.request_pull(metric, by=cast.jonas, at=NOW)
    pull.refresh_from_db()
    assert pull.request_id == "asked-by-amara"
    [line] = lines
    assert "asked-by-jonas" in line
    assert (
        f"Pull {pull.pk} of metric {metric.pk} was asked for already, under asked-by-amara." in line
    )


@pytest.mark.django_db(transaction=True)
def test_mail_that_was_put_off_goes_under_the_id_of_its_cause(
    cast: Cast, metric: Metric, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[int, str]] = []

    def send(task: str, kwargs: dict[str, int], carried: str) -> None:
        sent.append((kwargs["notice_id"], carried))

    monkeypatch.setattr(workflow, "_send", send)
    with request_id.under("asked-by-jonas"), transaction.atomic():
        [notice] = notices.notify(
            [cast.amara], kind="alarms", title="Look", about=metric, url="/", at=NOW
        )
    Notice.objects.filter(pk=notice.pk).update(mail_due_at=NOW)
    with request_id.under("a-tick-of-beat"):
        notices.email_due(at=NOW + timedelta(minutes=1))
    assert sent == [(notice.pk, "asked-by-jonas")] * 2


def test_one_id_leads_from_the_click_through_the_worker_to_the_pull(
    cast: Cast, metric: Metric, hospital: Source, worker: Worker
) -> None:
    hospital.answer = rows(*WEEKS)
    browser = Client()
    browser.force_login(cast.jonas)
    answer = browser.post(reverse("pilots:metric-pull", args=[metric.pk]))
    asked = answer[HEADER]
    wait_until(lambda: Pull.objects.get(metric=metric).status == PullStatus.DONE)

    def told() -> list[str]:
        return [line for line in worker.log.read_text().splitlines() if asked in line]

    wait_until(lambda: any("Task pilots.metrics.tasks.pull_waiting" in line for line in told()))
    pull = Pull.objects.get(metric=metric)
    assert pull.request_id == asked
    assert any(f"Pull {pull.pk} of metric {metric.pk}" in line for line in told())
