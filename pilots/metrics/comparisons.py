"""Every number that a pull wrote beside the event that says how many there were and their hash."""

from django.utils.translation import gettext_lazy as _

from innovation.audit.agreement import Comparison, by_statement
from pilots.metrics.ingest import LINE, two_numbers

# What a pull wrote is what stands with its number and moment now, and what stood so until another
# pull replaced it. A metric may be told of twice for one moment: then the later event has all.
NUMBERS = """
WITH told AS (
    SELECT DISTINCT ON (metric_id, pull_id, at) * FROM (
        SELECT e.number, e.at, (k->>0)::bigint AS metric_id, (k->>1)::bigint AS pull_id,
            (k->>2)::bigint AS count, (k->>3)::bigint AS high, (k->>4)::bigint AS low
        FROM innovation_event e, jsonb_array_elements(e.details->'kept') k
        WHERE e.type = 'source.numbers_kept'
    ) every ORDER BY metric_id, pull_id, at, number DESC
), since AS (
    SELECT min(at) AS at FROM innovation_event WHERE type = 'source.numbers_kept'
), held AS (
    SELECT metric_id, pull_id, at, count(*) AS count, {two_numbers}
    FROM (
        SELECT metric_id, pull_id, recorded_at AS at, period, revision, {line}
        FROM pilots_observation
        UNION ALL
        SELECT metric_id, pull_id, recorded_at AS at, period, revision, {line}
        FROM pilots_revision
    ) every GROUP BY metric_id, pull_id, at
), both_sides AS MATERIALIZED (
    SELECT metric_id, pull_id, t.number, t.count AS told, coalesce(h.count, 0) AS held,
        (t.high, t.low) IS DISTINCT FROM (h.high, h.low) AS other,
        t.number IS NULL AND (since.at IS NULL OR h.at < since.at) AS before
    FROM since, told t FULL JOIN held h USING (metric_id, pull_id, at)
)
SELECT '', jsonb_build_object('compared', coalesce(sum(held) FILTER (WHERE NOT before), 0),
    'before', coalesce(sum(held) FILTER (WHERE before), 0),
    'since', (SELECT at FROM since))::text FROM both_sides
UNION ALL
SELECT CASE WHEN number IS NULL THEN 'untold' WHEN told <> held THEN 'count' ELSE 'other' END,
    jsonb_build_object('metric', metric_id, 'pull', pull_id, 'event', number, 'told', told,
        'held', held)::text
FROM both_sides WHERE other AND NOT before
""".format(line=LINE, two_numbers=two_numbers("period, revision"))  # noqa: S608 - the parts are constants
SAID = {
    "untold": _(
        "No event tells of %(held)s numbers of metric %(metric)s that are said to be from pull %(pull)s."
    ),
    "count": _(
        "Pull %(pull)s of metric %(metric)s wrote %(told)s numbers, as event %(event)s tells; "
        "%(held)s are kept."
    ),
    "other": _("Numbers of metric %(metric)s from pull %(pull)s are not those of event %(event)s."),
}

COMPARISONS = (Comparison("numbers", _("Numbers of metrics"), by_statement(NUMBERS), SAID),)
