"""For Prometheus: the queue of pulls, how they end, and how the sources answer."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric

from pilots.metrics.models import PullStatus, Urgency

WAITING = """
SELECT p.urgency, count(*), coalesce(
    extract(epoch FROM now() - min(p.requested_at) FILTER (
        WHERE pace.source_id IS NULL AND together.server IS NULL
    )), 0
)::float8
FROM pilots_pull p
LEFT JOIN pilots_source s ON s.id = p.source_id
LEFT JOIN pilots_sourcepace pace
    ON pace.source_id = p.source_id AND pace.asked_again_at > now()
LEFT JOIN pilots_serverpace together
    ON together.server = s.server AND together.asked_again_at > now()
WHERE p.status = 'waiting' AND p.leased_until IS NULL GROUP BY p.urgency
"""
LEASED = """
SELECT count(*) FILTER (WHERE leased_until > now()), count(*) FILTER (WHERE leased_until <= now())
FROM pilots_pull WHERE leased_until IS NOT NULL
"""
DUE = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(next_pull_at)), 0)::float8
FROM pilots_metric m
WHERE next_pull_at <= now() AND NOT EXISTS (
    SELECT 1 FROM pilots_pull p WHERE p.metric_id = m.id AND p.status IN ('waiting', 'running')
)
"""
ENDED = """
SELECT status, count(*) FROM pilots_pull
WHERE finished_at > now() - interval '10 minutes' GROUP BY status
"""
FAILING = """
SELECT count(*), count(*) FILTER (WHERE (
    SELECT p.gone FROM pilots_pull p
    WHERE p.metric_id = m.id AND p.finished_at IS NOT NULL ORDER BY p.id DESC LIMIT 1
) > 0) FROM pilots_metric m WHERE failures > 0
"""
SOURCES = """
SELECT count(*) FILTER (WHERE asked_again_at IS NOT NULL), count(*) FILTER (WHERE slow),
    (SELECT count(*) FROM pilots_fetchedcopy WHERE held <> ''),
    (SELECT count(*) FROM pilots_serverpace WHERE asked_again_at IS NOT NULL)
FROM pilots_sourcepace
"""


def gauges() -> Iterator[Metric]:
    waiting = GaugeMetricFamily(
        "pilotlight_pulls_waiting", "Pulls that wait for their turn.", labels=["urgency"]
    )
    longest = GaugeMetricFamily(
        "pilotlight_pulls_waiting_oldest_seconds",
        "How long the oldest of them has waited whose source is not paused.",
        labels=["urgency"],
    )
    ended = GaugeMetricFamily(
        "pilotlight_pulls_ended_10m", "Pulls that ended in the last ten minutes.", labels=["result"]
    )
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        known = {urgency: (count, seconds) for urgency, count, seconds in cursor.fetchall()}
        for urgency in Urgency:
            count, seconds = known.get(urgency.value, (0, 0))
            waiting.add_metric([urgency.name.lower()], count)
            longest.add_metric([urgency.name.lower()], seconds)
        yield from (waiting, longest)
        cursor.execute(LEASED)
        [(running, orphans)] = cursor.fetchall()
        cursor.execute(DUE)
        [(due, oldest)] = cursor.fetchall()
        cursor.execute(ENDED)
        ends = dict(cursor.fetchall())
        for status in (PullStatus.DONE, PullStatus.PARTLY, PullStatus.FAILED):
            ended.add_metric([status.value], ends.get(status.value, 0))
        yield ended
        cursor.execute(FAILING)
        [(failing, too_few)] = cursor.fetchall()
        cursor.execute(SOURCES)
        [(paused, slow, held, servers)] = cursor.fetchall()
    for name, said, value in (
        ("pulls_running", "Pulls that a worker is at.", running),
        ("pulls_orphaned", "Pulls that lost their worker and were not taken again yet.", orphans),
        ("metrics_due", "Metrics that are due and for which no pull was written yet.", due),
        ("metrics_due_oldest_seconds", "Since when the oldest of them is due.", oldest),
        ("metrics_failing", "Metrics whose last pull failed.", failing),
        ("metrics_held_back", "Of these, the ones that lack periods known before.", too_few),
        ("files_held_back", "Fetched files that are looked at again before they count.", held),
        ("sources_paused", "Sources that do not answer and are left alone for a while.", paused),
        ("servers_paused", "Servers left alone for a while, with all of their sources.", servers),
        ("sources_slow", "Sources that are known to be slow.", slow),
    ):
        yield GaugeMetricFamily(f"pilotlight_{name}", said, value=value)
