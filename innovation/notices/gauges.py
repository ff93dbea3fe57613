"""For Prometheus: the outbox."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric

DUE = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(due.at)), 0)::float8 FROM (
    SELECT n.mail_due_at AS at
    FROM innovation_notice n JOIN innovation_user u ON u.id = n.person_id AND u.is_active
    WHERE n.mail_due_at <= now() AND n.read_at IS NULL
    UNION ALL
    SELECT try_at FROM innovation_dailymail WHERE try_at <= now()
) due
"""
RETRIED = """
SELECT count(*) FROM innovation_notice WHERE mail_due_at IS NOT NULL AND mail_attempts > 0
"""


def gauges() -> Iterator[Metric]:
    with connection.cursor() as cursor:
        cursor.execute(DUE)
        [(count, oldest)] = cursor.fetchall()
        cursor.execute(RETRIED)
        [(retried,)] = cursor.fetchall()
    yield GaugeMetricFamily("pilotlight_mails_due", "Mails that are due.", value=count)
    yield GaugeMetricFamily(
        "pilotlight_mails_due_oldest_seconds", "Since when the oldest of them is.", value=oldest
    )
    yield GaugeMetricFamily(
        "pilotlight_mails_retried", "Mails that the server did not take yet.", value=retried
    )
