"""Each decision beside the event that tells of it, with the hash of what was known then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_lazy as _

from innovation.audit import queries as log
from innovation.audit.agreement import ComparedSoFar, Comparison, LogDifference, streamed

# Events have named the review, the decision and the hash since 2026-11-28; what was decided before
# that is compared by pilot, moment and reason.
DECISIONS = """
WITH told AS (
    SELECT number, at, subjects, actor, type, details->>'review' AS review,
        details->>'decision' AS decision, details->>'known' AS known,
        coalesce(details->>'reason', '') AS reason
    FROM innovation_event
    WHERE type IN ('pilot.approved', 'pilot.returned', 'pilot.extended', 'pilot.pivoted',
        'pilot.scaled', 'pilot.stopped', 'gate.go_live_approved', 'gate.go_live_returned',
        'gate.go_live_withdrawn', 'gate.sustained', 'gate.look_again', 'pilot.taken_out')
), since AS (SELECT min(at) AS at FROM told WHERE review IS NOT NULL)
SELECT r.id, r.decision, r.known::text, r.decided_at, t.number, t.decision, t.known,
    r.reason = t.reason AND t.actor = 'person:' || r.decided_by_id AND t.at = r.decided_at
        AND 'pilot:' || r.pilot_id = ANY(t.subjects),
    since.at, old.number, old.type
FROM since, pilots_gatereview r
LEFT JOIN told t ON t.review = r.id::text
LEFT JOIN told old ON t.number IS NULL AND old.review IS NULL AND old.at = r.decided_at
    AND 'pilot:' || r.pilot_id = ANY(old.subjects) AND old.reason = r.reason
    AND old.actor = 'person:' || r.decided_by_id
WHERE r.decided_at IS NOT NULL OR t.number IS NOT NULL
ORDER BY r.id
"""
LOST = """
SELECT e.number FROM innovation_event e
WHERE (e.type LIKE 'pilot.%%' OR e.type LIKE 'gate.go_live_%%'
        OR e.type IN ('gate.sustained', 'gate.look_again')) AND e.details ? 'review'
    AND NOT EXISTS (SELECT 1 FROM pilots_gatereview r WHERE r.id::text = e.details->>'review')
"""
OF_TYPE = {
    "approve": "pilot.approved",
    "return": "pilot.returned",
    "withdraw": "pilot.returned",
    "extend": "pilot.extended",
    "pivot": "pilot.pivoted",
    "scale": "pilot.scaled",
    "stop": "pilot.stopped",
    "sustained": "gate.sustained",
    "look_again": "gate.look_again",
    "take_out": "pilot.taken_out",
}
UNTOLD, GONE, DECIDED, OTHER, KNOWN = "untold", "gone", "decided", "other", "known"
SAID = {
    UNTOLD: _("No event tells of decision %(review)s, “%(held)s”, as it is kept."),
    GONE: _("Event %(event)s tells of a decision that is no longer kept."),
    DECIDED: _("Decision %(review)s is “%(held)s”; event %(event)s tells of “%(told)s”."),
    OTHER: _("Decision %(review)s has another person, day or reason than event %(event)s."),
    KNOWN: _("What was known at decision %(review)s is not what event %(event)s was written with."),
}


def hash_of_known(known: Any) -> str:
    """SHA-256 of what was known. Every number as a float, as the database may write one anew."""
    plain = json.loads(json.dumps(known, cls=DjangoJSONEncoder), parse_int=float)
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _decisions(so_far: ComparedSoFar) -> Iterator[LogDifference]:
    redacted = log.attestations("sealed")
    for (number,) in streamed(LOST):
        yield LogDifference(GONE, {"event": number})
    for row in streamed(DECISIONS):
        so_far.compared += 1
        so_far.since = row[8]
        kind = _what_differs(*row)
        if kind == KNOWN and (since := redacted.get(f"gatereview:{row[0]}")):
            kind = "" if hash_of_known(json.loads(row[2])) == since.digest else KNOWN
        if kind == KNOWN and row[4] is None:
            so_far.before += 1  # what was known then was never hashed
        elif kind:
            told = {"review": row[0], "held": row[1], "event": row[4] or row[9], "told": row[5]}
            yield LogDifference(kind, told)


def _what_differs(
    _review: int,
    decision: str,
    known: str,
    decided_at: datetime | None,
    number: int | None,
    told: str | None,
    told_known: str | None,
    same: bool | None,
    since: datetime | None,
    old: int | None,
    old_type: str | None,
) -> str:
    if number is None:
        late = since is not None and decided_at is not None and decided_at > since
        stopped = decision == "withdraw" and old_type == "pilot.stopped"
        fits = old is not None and (OF_TYPE.get(decision) == old_type or stopped)
        return KNOWN if fits and not late else UNTOLD
    if decision != told:
        return DECIDED
    if not same:
        return OTHER
    return KNOWN if hash_of_known(json.loads(known)) != told_known else ""


COMPARISONS = (Comparison("decisions", _("Decisions and what was known"), _decisions, SAID),)
