"""For Prometheus: the day's run."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Max
from prometheus_client.core import GaugeMetricFamily, Metric

from innovation.retention.models import RetentionRun


def gauges() -> Iterator[Metric]:
    last = RetentionRun.objects.aggregate(at=Max("ended_at"))["at"]
    yield GaugeMetricFamily(
        "pilotlight_retention_ended_timestamp_seconds",
        "When the last run of retention ended; 0 for never.",
        value=last.timestamp() if last else 0,
    )
