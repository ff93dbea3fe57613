"""Every change of state beside the event that tells of it, every status beside its last change, and
whatever the log tells of beside what is there."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from innovation import house
from innovation.audit.agreement import ComparedSoFar, Comparison, LogDifference, by_statement
from innovation.workflow.lifecycle import Lifecycle

# The actor of somebody who asked not to be named, and of parts of the system, is no person's.
CHANGES = """
WITH meant AS (
    SELECT * FROM unnest(%(nouns)s::text[], %(verbs)s::text[], %(events)s::text[])
        AS m(noun, verb, type)
), told AS (
    SELECT number, at, subjects[1] AS subject, type, actor, coalesce(details->>'reason', '') AS reason,
        row_number() OVER (PARTITION BY subjects[1], type, at ORDER BY number) AS turn
    FROM innovation_event WHERE type = ANY(%(events)s)
), held AS (
    SELECT s.id, s.at, s.subject, m.type, s.reason, s.by_id,
        row_number() OVER (PARTITION BY s.subject, m.type, s.at ORDER BY s.id) AS turn
    FROM innovation_statechange s
    LEFT JOIN meant m ON m.noun = split_part(s.subject, ':', 1) AND m.verb = s.verb
), both_sides AS MATERIALIZED (
    SELECT h.id, t.number, subject, type, h.reason <> t.reason OR (h.by_id IS NOT NULL
        AND t.actor LIKE 'person:%%' AND t.actor NOT IN ('person:anonymous', 'person:' || h.by_id))
        AS other
    FROM held h FULL JOIN told t USING (subject, type, at, turn)
)
SELECT '', jsonb_build_object('compared', count(*))::text FROM both_sides
UNION ALL
SELECT CASE WHEN id IS NULL THEN 'gone' WHEN number IS NULL THEN 'untold' ELSE 'other' END,
    jsonb_build_object('step', id, 'thing', subject, 'event', number, 'type', type)::text
FROM both_sides WHERE id IS NULL OR number IS NULL OR other
"""
SAID_OF_CHANGES = {
    "gone": _("Event %(event)s tells of a step of %(thing)s that is not kept (%(type)s)."),
    "untold": _("No event tells of step %(step)s of %(thing)s as it is kept (%(type)s)."),
    "other": _(
        "Step %(step)s of %(thing)s has another person or reason than event %(event)s (%(type)s)."
    ),
}

STATUSES = """
WITH both_sides AS MATERIALIZED (
    SELECT %(noun)s || ':' || t.id AS subject, t.status AS held, coalesce(
        (SELECT s.target FROM innovation_statechange s
            WHERE s.subject = %(noun)s || ':' || t.id ORDER BY s.id DESC LIMIT 1), %(initial)s) AS kept
    FROM {table} t
)
SELECT '', jsonb_build_object('compared', count(*))::text FROM both_sides
UNION ALL
SELECT 'status', jsonb_build_object('thing', subject, 'held', held, 'kept', kept)::text
FROM both_sides WHERE held <> kept
UNION ALL
SELECT 'lost', jsonb_build_object('thing', told.subject, 'event', told.number)::text
FROM (
    SELECT subjects[1] AS subject, max(number) AS number FROM innovation_event
    WHERE type LIKE %(noun)s || '.%%' AND subjects[1] LIKE %(noun)s || ':%%' GROUP BY 1
) told LEFT JOIN both_sides USING (subject)
WHERE both_sides.subject IS NULL
"""
SAID_OF_STATUSES = {
    "lost": _("The log tells of %(thing)s up to event %(event)s, and there is no such thing."),
    "status": _("%(thing)s stands as “%(held)s”; its last step led to “%(kept)s”."),
}


def _lifecycles() -> list[Lifecycle]:
    return [
        table
        for states in house.load("states")
        for table in vars(states).values()
        if isinstance(table, Lifecycle)
    ]


def _changes(so_far: ComparedSoFar) -> Iterator[LogDifference]:
    meant = [
        (table.noun, transition.verb, transition.event)
        for table in _lifecycles()
        for transition in table.transitions
    ]
    nouns, verbs, events = (list(column) for column in zip(*meant, strict=True))
    params = {"nouns": nouns, "verbs": verbs, "events": events}
    yield from by_statement(CHANGES, params)(so_far)


def _statuses(so_far: ComparedSoFar) -> Iterator[LogDifference]:
    from django.apps import apps

    tables = {model._meta.model_name: model._meta.db_table for model in apps.get_models()}
    for lifecycle in _lifecycles():
        sql = STATUSES.format(table=tables[lifecycle.noun])
        params = {"noun": lifecycle.noun, "initial": lifecycle.initial}
        yield from by_statement(sql, params)(so_far)


COMPARISONS = (
    Comparison("steps", _("Steps of needs, ideas, pilots and goals"), _changes, SAID_OF_CHANGES),
    Comparison("statuses", _("Where each of them stands"), _statuses, SAID_OF_STATUSES),
)
