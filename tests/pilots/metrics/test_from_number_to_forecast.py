"""From a baseline at its source to what the planner foresees, without anybody asking again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric, Pull
from pilots.planning.models import PowerForecast
from tests.factories.cast import Cast
from tests.factories.pilots import TODAY
from tests.patience import wait_until
from tests.pilots.metrics.server import Source, rows
from tests.worker import Worker


def test_a_pulled_baseline_renews_what_was_foreseen(
    cast: Cast, metric: Metric, hospital: Source, worker: Worker
) -> None:
    Pull.objects.filter(metric=metric).delete()  # the first, which nobody sent to this worker
    monday = TODAY - timedelta(days=TODAY.weekday())
    first = monday - timedelta(weeks=16)
    Pilot.objects.filter(metrics=metric).update(
        starts_on=monday + timedelta(weeks=2), ends_on=monday + timedelta(weeks=28)
    )
    Metric.objects.filter(pk=metric.pk).update(
        pull_from=first, steady_from="history", steady_because="Two years of it.", target="0.09"
    )
    weeks = [(str(first + timedelta(weeks=week)), 36 + week % 3 * 6, 400) for week in range(16)]
    browser = Client()
    browser.force_login(cast.jonas)
    browser.post(reverse("pilots:planner-ask", args=[metric.pilot_id]))
    assert PowerForecast.objects.get(metric=metric).refused["code"] == "few_points"

    def rests_on(number: int) -> Callable[[], bool]:
        found = PowerForecast.objects.filter(metric=metric, found__known=number)
        return found.exists

    for number in (12, 16):
        hospital.answer = rows(*weeks[:number])
        browser.post(reverse("pilots:metric-pull", args=[metric.pk]))
        wait_until(rests_on(number))
    page = browser.get(reverse("pilots:planner", args=[metric.pilot_id])).content.decode()
    assert "Made from 16 numbers" in page
