"""For Prometheus: the night's comparison, and the last backup."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Max
from prometheus_client.core import GaugeMetricFamily, Metric

from innovation.integrity.models import BackupMade, LogComparison


def gauges() -> Iterator[Metric]:
    run = LogComparison.objects.exclude(ended_at=None).only("ended_at", "fault_count").first()
    yield GaugeMetricFamily(
        "pilotlight_log_comparison_ended_timestamp_seconds",
        "When tables and log were last compared to the end; 0 for never.",
        value=run.ended_at.timestamp() if run and run.ended_at else 0,
    )
    yield GaugeMetricFamily(
        "pilotlight_log_differences",
        "In how many places the tables differ from what the log tells.",
        value=run.fault_count if run else 0,
    )
    last = BackupMade.objects.aggregate(at=Max("at"))["at"]
    yield GaugeMetricFamily(
        "pilotlight_backup_timestamp_seconds",
        "When `manage.py backup` was last done; 0 for never.",
        value=last.timestamp() if last else 0,
    )
