"""For Prometheus: who works in the background, and what is asked of the database."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric

from innovation.workflow.models import ProcessKind
from innovation.workflow.signs_of_life import MISSED_AFTER

SEEN = """
SELECT kind, extract(epoch FROM max(seen_at))::float8,
    count(*) FILTER (WHERE seen_at > now() - make_interval(secs => %s))
FROM innovation_signoflife GROUP BY kind
"""
SESSIONS = """
SELECT count(*), current_setting('max_connections')::int,
    coalesce(extract(epoch FROM now() - min(xact_start)), 0)::float8
FROM pg_stat_activity WHERE datname = current_database()
"""
ARCHIVED = """
SELECT (current_setting('archive_mode') <> 'off')::int,
    coalesce(extract(epoch FROM last_archived_time), 0)::float8,
    (current_setting('archive_mode') <> 'off'
        AND coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false))::int
FROM pg_stat_archiver
"""


def gauges() -> Iterator[Metric]:
    seen = GaugeMetricFamily(
        "pilotlight_process_last_seen_timestamp_seconds",
        "When a process of this kind last did something.",
        labels=["kind"],
    )
    hosts = GaugeMetricFamily(
        "pilotlight_process_hosts",
        "On how many hosts processes of this kind were seen within three minutes.",
        labels=["kind"],
    )
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [MISSED_AFTER.total_seconds()])
        known = {kind: (at, count) for kind, at, count in cursor.fetchall()}
        for kind in ProcessKind:
            at, count = known.get(kind.value, (0, 0))
            seen.add_metric([kind.value], at)
            hosts.add_metric([kind.value], count)
        yield from (seen, hosts)
        cursor.execute(SESSIONS)
        [(sessions, most, oldest)] = cursor.fetchall()
        yield GaugeMetricFamily(
            "pilotlight_database_connections", "Connections to this database.", value=sessions
        )
        yield GaugeMetricFamily(
            "pilotlight_database_connections_most", "max_connections of its server.", value=most
        )
        yield GaugeMetricFamily(
            "pilotlight_database_oldest_transaction_seconds",
            "Since when the oldest open transaction is open.",
            value=oldest,
        )
        cursor.execute(ARCHIVED)
        [(archives, archived, fails)] = cursor.fetchall()
    yield GaugeMetricFamily(
        "pilotlight_wal_archiving", "Whether the write-ahead log is archived.", value=archives
    )
    yield GaugeMetricFamily(
        "pilotlight_wal_last_archived_timestamp_seconds",
        "When a piece of it was last archived; 0 for never.",
        value=archived,
    )
    yield GaugeMetricFamily(
        "pilotlight_wal_archiving_fails",
        "Whether the last attempt to archive a piece of it failed.",
        value=fails,
    )
