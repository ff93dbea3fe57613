"""Numbers of periods that had not ended when they were recorded: found, taken away, asked for again.

A worker whose clock was ahead asked for weeks to come, and a source that counts answers such a
question with zero.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.audit import actions as audit
from innovation.audit.actions import Actor
from innovation.notices import actions as notices
from innovation.rules import dates
from innovation.rules.transactions import atomic
from pilots.metrics.actions import outcomes
from pilots.metrics.actions.requests import new_pull
from pilots.metrics.models import Metric

# What a number says of when it was recorded is what the wrong clock said. It was not later than now,
# nor than the moment in which the metric's next pull was asked for.
INVENTED = """
WITH pulled AS (
    SELECT id, min(requested_at) OVER (
        PARTITION BY metric_id ORDER BY id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS next_asked_at
    FROM pilots_pull
)
SELECT o.metric_id, o.period FROM pilots_observation o
JOIN pilots_metric m ON m.id = o.metric_id
LEFT JOIN pulled p ON p.id = o.pull_id
WHERE o.period + CASE m.cadence WHEN 'month' THEN interval '1 month'
        WHEN 'week' THEN interval '7 days' ELSE interval '1 day' END
    > (least(o.recorded_at, p.next_asked_at, pilots_now()) AT TIME ZONE %s)::date
ORDER BY o.metric_id, o.period
"""
TAKE_AWAY = """
WITH gone AS (
    DELETE FROM pilots_observation WHERE metric_id = %(metric)s AND period = ANY(%(periods)s)
    RETURNING *
)
INSERT INTO pilots_revision (metric_id, period, revision, value, numerator, denominator, n,
    expected, pull_id, recorded_at, replaced_at, replaced_by_pull_id)
SELECT g.metric_id, g.period, greatest(g.revision, (
        SELECT coalesce(max(r.revision) + 1, 0) FROM pilots_revision r
        WHERE r.metric_id = g.metric_id AND r.period = g.period
    )), g.value, g.numerator, g.denominator, g.n, g.expected, g.pull_id, g.recorded_at, %(at)s, %(pull)s
FROM gone g
"""


@dataclass(frozen=True)
class Invented:
    """The periods of one metric that had not ended when a number was recorded for them."""

    metric: Metric
    periods: list[date]


def find_invented() -> list[Invented]:
    with connection.cursor() as cursor:
        cursor.execute(INVENTED, [timezone.get_default_timezone_name()])
        found: dict[int, list[date]] = defaultdict(list)
        for metric_id, period in cursor.fetchall():
            found[metric_id].append(period)
    metrics = Metric.objects.select_related("source", "pilot", "unit").in_bulk(found)
    return [Invented(metrics[pk], periods) for pk, periods in sorted(found.items())]


@atomic
def ask_again(invented: Invented, *, by: Actor, at: datetime) -> None:
    """Take the invented numbers of a metric away, ask for these days again and say so.

    They stay to be read as former numbers. Days that have not ended are asked for when they have.
    """
    metric = Metric.objects.select_for_update(no_key=True).get(pk=invented.metric.pk)
    pull = metric.pulls.under_way().first() or new_pull(metric, by=None, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE_AWAY,
            {"metric": metric.pk, "periods": invented.periods, "at": at, "pull": pull.pk},
        )
        taken = cursor.rowcount
    metric.data_version += 1
    metric.save(update_fields=["data_version"])
    notices.notify(
        outcomes.who_is_told(metric),
        kind="alarms",
        title=ngettext(
            "%(count)s number of “%(metric)s” was taken away and is asked for again",
            "%(count)s numbers of “%(metric)s” were taken away and are asked for again",
            taken,
        )
        % {"count": taken, "metric": metric.name},
        text=_(
            "They were recorded before their time had ended, from %(first)s to %(last)s, because a"
            " machine's clock was ahead. They can be read among the former numbers."
        )
        % {
            "first": dates.day_in_words(invented.periods[0]),
            "last": dates.day_in_words(invented.periods[-1]),
        },
        about=metric,
        url=reverse("pilots:metric-detail", args=[metric.pk]),
        at=at,
    )
    audit.record(
        "metric.invented_taken_away",
        metric,
        by=by,
        at=at,
        also=[metric.pilot] if metric.pilot else [],
        count=taken,
        periods=[period.isoformat() for period in invented.periods],
    )
