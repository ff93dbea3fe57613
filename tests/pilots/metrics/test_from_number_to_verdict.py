"""From a new number at its source to the verdict that changed: page, kept word and log."""

from __future__ import annotations

import logging
import time
from datetime import date, timedelta

from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from pilots.evidence.models import KeptVerdict
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric, Pull
from tests.factories.cast import Cast
from tests.factories.pilots import TODAY
from tests.patience import wait_until
from tests.pilots.metrics.server import Source, rows
from tests.worker import Worker

CASES = 400


logger = logging.getLogger(__name__)


def weeks(late: int, number: int, *, since: date) -> list[tuple[str, int, int]]:
    return [
        (str(since + timedelta(weeks=week)), late + week % 3 * 4, CASES) for week in range(number)
    ]


def test_a_new_number_changes_the_verdict_within_seconds(
    cast: Cast, metric: Metric, hospital: Source, worker: Worker
) -> None:
    """The seconds are logged (`--log-cli-level INFO`): a busy machine fails no test."""
    Pull.objects.filter(metric=metric).delete()  # the first, which nobody sent to this worker
    monday = TODAY - timedelta(days=TODAY.weekday())
    live = monday - timedelta(weeks=14)
    Pilot.objects.filter(metrics=metric).update(went_live_on=live)
    Metric.objects.filter(pk=metric.pk).update(
        baseline_from=None, baseline_until=None, pull_from=live - timedelta(weeks=30),
        steady_from="history", steady_because="Two years of it.", data_version=7,
    )  # fmt: skip
    before = weeks(48, 30, since=live - timedelta(weeks=30))
    hospital.answer = rows(*before, *weeks(48, 2, since=live))
    browser = Client()
    browser.force_login(cast.jonas)

    def kept() -> str:
        return str(
            KeptVerdict.objects.filter(metric=metric).values_list("verdict", flat=True).first()
        )

    browser.post(reverse("pilots:metric-pull", args=[metric.pk]))
    wait_until(lambda: kept() == "inconclusive")
    hospital.answer = rows(
        *before, *weeks(48, 2, since=live), *weeks(8, 11, since=live + timedelta(weeks=2))
    )
    began = time.perf_counter()
    browser.post(reverse("pilots:metric-pull", args=[metric.pk]))
    page = reverse("pilots:metric-detail", args=[metric.pk])
    wait_until(lambda: "Better" in browser.get(page).content.decode())
    shown = time.perf_counter() - began
    wait_until(lambda: kept() == "better")
    logger.info("Shown after %.2f s, kept after %.2f s.", shown, time.perf_counter() - began)
    event = Event.objects.get(type="metric.verdict_changed")
    assert (event.details["before"], event.details["after"]) == ("Inconclusive", "Better")
    assert event.actor == "system:Guardrail watch"
