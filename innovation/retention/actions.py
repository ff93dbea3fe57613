"""What is past its term is taken away, and a closed account loses its name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from innovation.audit import actions as audit
from innovation.audit.actions import Actor
from innovation.people.models import User
from innovation.retention import held, kinds, names, permissions
from innovation.retention.models import RetentionRun
from innovation.rules import dates
from innovation.rules.refusal import Refused
from innovation.rules.transactions import atomic

BY_TERM = audit.System("retention")
# Rows of one kind that go in one transaction; each account is an event of its own.
PIECE = 500
PIECE_OF_ACCOUNTS = 20


def keep_to_terms(*, at: datetime) -> RetentionRun:
    """The day's run, from where it stopped to its end. Done already, it changes nothing."""
    run, _new = RetentionRun.objects.get_or_create(on=dates.day_of(at), defaults={"started_at": at})
    while _next_piece(run.pk, at=at):
        pass
    run.refresh_from_db()
    return run


@atomic
def _next_piece(run_id: int, *, at: datetime) -> bool:
    """One transaction's work; whether there may be more. Somebody else at it has the row."""
    found = RetentionRun.objects.select_for_update(skip_locked=True)
    run = found.filter(pk=run_id, ended_at=None).first()
    if run is None:
        return False
    for kind in kinds.kinds():
        due = kind.due(at).order_by("pk")
        if kind.key in run.reached:
            due = due.filter(pk__gt=run.reached[kind.key])
        most = PIECE if kind.let_go else PIECE_OF_ACCOUNTS
        keys = list(due.values_list("pk", flat=True)[:most])
        if not keys:
            continue
        gone = kind.let_go(keys) if kind.let_go else _take_names(keys, at=at)
        run.reached[kind.key] = keys[-1]
        run.removed[kind.key] = run.removed.get(kind.key, 0) + gone
        run.save(update_fields=["reached", "removed"])
        return True
    run.ended_at = max(at, run.started_at)
    run.reached = {}
    run.save(update_fields=["ended_at", "reached"])
    counted = [f"{key} {n}" for key, n in sorted(run.removed.items()) if n]
    audit.record("retention.run_done", run, by=BY_TERM, at=at, removed=counted or ["–"])
    return False


def _take_names(keys: Sequence[int], *, at: datetime) -> int:
    """Of those who answer for nothing any more; the others keep their names until somebody takes
    over, and are looked at again the next day."""
    gone = 0
    for person in User.objects.filter(pk__in=keys).order_by("pk"):
        try:
            _anonymise(person, by=BY_TERM, at=at)
        except Refused:
            continue
        gone += 1
    return gone


@atomic
def take_own_data(*, by: User, at: datetime) -> bytes:
    """All that is held on oneself. The log says so: whoever sat at one's open browser would be seen."""
    taken = held.packed(by, at=at)
    audit.record("person.data_taken", by, by=by, at=at)
    return taken


@atomic
def anonymise(person: User, *, by: User, at: datetime, reason: str) -> User:
    """Take the name away from somebody whose account is closed, before its term; for good."""
    permissions.check_can_take_name(by, person)
    return _anonymise(person, by=by, at=at, reason=reason.strip())


def _anonymise(person: User, *, by: Actor, at: datetime, reason: str = "") -> User:
    person.refresh_from_db(from_queryset=User.objects.select_for_update())
    permissions.check_name_can_go(person)
    names.take_away(person, at=at)
    audit.record("person.anonymised", person, by=by, at=at, reason=reason)
    return person
