"""The one engine that changes a state, approval by several people, and work for later."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.audit.actions import Actor
from innovation.people.models import User
from innovation.rules import reasons
from innovation.rules.dates import moment_in_words
from innovation.rules.refusal import Conflict, NotAllowed
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.web import request_id
from innovation.workflow.lifecycle import Lifecycle, Reason
from innovation.workflow.models import Approval, ApprovalRound, Outcome, StateChange


def lock(thing: Any) -> None:
    """Lock the row of `thing` until commit and refresh `thing` from it.

    Rows that only refer to it (a notice, a log entry) do not wait: the key is not locked. What
    was known of the rows it refers to stays known, as long as it refers to the same ones.
    """
    known = {
        field.name: (getattr(thing, field.attname), field.get_cached_value(thing))
        for field in thing._meta.concrete_fields
        if field.is_relation and field.is_cached(thing)
    }
    thing.refresh_from_db(from_queryset=type(thing)._base_manager.select_for_update(no_key=True))
    for name, (key, related) in known.items():
        field = thing._meta.get_field(name)
        if getattr(thing, field.attname) == key:
            field.set_cached_value(thing, related)


@atomic
def move(
    lifecycle: Lifecycle,
    thing: Any,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    allow: Callable[[], None] | None = None,
    guards: tuple[Callable[[], None], ...] = (),
    target: str | None = None,
    fields: dict[str, object] | None = None,
    also: tuple[models.Model, ...] = (),
    locked: bool = False,
    **details: object,
) -> StateChange:
    """Move `thing` along one transition of its table.

    Under the row's lock (`locked`: the caller's, taken in this transaction): the source status, the permission (`allow`), the `guards`, then the
    status and `fields` are written with the state-change row and the audit event. Each check
    raises a sentence. Who comes second is told who was first.
    """
    transition = lifecycle[verb]
    if not locked:
        lock(thing)
    if allow is not None:
        allow()
    if thing.status not in transition.sources:
        raise Conflict(_already(lifecycle, thing, transition.label))
    reason = visible(reason)
    if transition.reason is Reason.REQUIRED:
        reasons.required(reason)
    for guard in guards:
        guard()
    source, destination = thing.status, target or transition.target
    if destination is None:
        raise ValueError(f"{verb} of a {lifecycle.noun} needs a target")
    _mark(f"{lifecycle.noun}:{thing.pk}:{source}>{destination}")
    changes = {"status": destination, **(fields or {})}
    for name, value in changes.items():
        setattr(thing, name, value)
    thing.save(update_fields=list(changes))
    person: Any = by if isinstance(by, models.Model) else None
    change = StateChange.objects.create(
        subject=audit.ref(thing),
        verb=verb,
        source=source,
        target=destination,
        at=at,
        by=person,
        reason=reason,
    )
    told: dict[str, Any] = {"reason": reason, **details}
    told = {key: value for key, value in told.items() if value not in (None, "")}
    audit.record(transition.event, thing, by=by, at=at, also=also, **told)
    return change


def _mark(change: str) -> None:
    """Tell the database's trigger which change of status the engine is about to make; the trigger
    takes the mark away with the change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pilotlight.transition', %s, true)", [change])


def _already(lifecycle: Lifecycle, thing: Any, wanted: object) -> str:
    last = StateChange.objects.of(audit.ref(thing)).first()
    status = thing.get_status_display()
    if last is None:
        return _("“%(wanted)s” is not possible now: the status is “%(status)s”.") % {
            "wanted": wanted,
            "status": status,
        }
    # An anonymous submitter's own step must not name them to whoever comes second.
    named = last.by is not None and not (
        getattr(thing, "anonymous", False) and last.by_id == getattr(thing, "submitted_by_id", None)
    )
    return _(
        "“%(wanted)s” is not possible any more: %(who)s changed this to “%(status)s” "
        "on %(when)s. Nothing of yours was applied."
    ) % {
        "wanted": wanted,
        "who": last.by.name if named and last.by else _("somebody"),
        "status": status,
        "when": moment_in_words(last.at),
    }


@atomic
def open_round(thing: models.Model, *, needed: int, by: User, at: datetime) -> ApprovalRound:
    """Put a question about `thing` to those with authority; `needed` of them must say yes."""
    return ApprovalRound.objects.create(
        subject=audit.ref(thing), needed=needed, opened_by=by, opened_at=at
    )


def current_round(thing: models.Model) -> ApprovalRound | None:
    return ApprovalRound.objects.filter(subject=audit.ref(thing), closed_at=None).first()


@atomic
def answer_round(
    thing: models.Model,
    *,
    outcome: Outcome,
    by: User,
    at: datetime,
    reason: str = "",
    on_behalf_of: User | None = None,
) -> ApprovalRound:
    """Add one person's answer; the round closes on the last yes needed or on the first return. Somebody
    and whoever answers on their behalf are one.

    The caller holds the row lock of `thing`, so two answers never close one round twice.
    """
    opened = (
        ApprovalRound.objects.select_for_update()
        .filter(subject=audit.ref(thing), closed_at=None)
        .first()
    )
    if opened is None:
        raise Conflict(_("This has been answered already."))
    whom = by.acting_for or on_behalf_of
    answering = by.interests | ({whom.pk} if whom is not None else frozenset())
    if opened.opened_by_id in answering:
        raise NotAllowed(_("Nobody approves what they asked for themselves."))
    given = list(opened.approvals.all())
    if any(answering & {answer.person_id, answer.acting_for_id} for answer in given):
        raise Conflict(
            _("You have answered this already; it waits for somebody else now.")
            if whom is None
            else _("You or %(name)s answered this already; it waits for somebody else now.")
            % {"name": whom}
        )
    Approval.objects.create(
        round=opened, person=by, acting_for=whom, outcome=outcome, reason=reason, at=at
    )
    yes = [*(answer.outcome for answer in given), outcome].count(Outcome.APPROVED)
    if outcome == Outcome.RETURNED or yes >= opened.needed:
        opened.outcome = outcome
        opened.closed_at = at
        opened.save(update_fields=["outcome", "closed_at"])
    return opened


def close_round(thing: models.Model, *, outcome: Outcome, at: datetime) -> None:
    """Close an open question that was taken back, without an answer of anybody."""
    ApprovalRound.objects.filter(subject=audit.ref(thing), closed_at=None).update(
        outcome=outcome, closed_at=at
    )


def defer(task: str, **kwargs: object) -> None:
    """Send a task by its name once the transaction has committed (seam 3).

    By name, so that an action need not import the door that calls it. The database is the truth:
    when the broker cannot be reached, the schedule finds the due work again.
    """

    carried = request_id.current()

    # A function of its own, not a partial: when the broker is away, Django logs it by its name.
    def send() -> None:
        _send(task, kwargs, carried)

    transaction.on_commit(send, robust=True)


# Of this process: a broker that gave no answer is left alone for some seconds, or a decision that tells
# twenty people would wait for it twenty times.
BROKER_PAUSE = 5.0
_broker_asked_again_at = 0.0
# Time-outs of the broker's library are no bound: redis-py 8 tries four times, with pauses, 6.6 s
# with a time-out of 0.2 s (2026-11-28). So somebody else sends, and is waited for.
_sender = ThreadPoolExecutor(1, "sender")


def _send(task: str, kwargs: dict[str, object], carried: str = "") -> None:
    from innovation.celery import app

    global _broker_asked_again_at
    if settings.CELERY_BROKER_URL == "memory://":  # no broker was named: development shells only
        return
    if time.monotonic() < _broker_asked_again_at:
        return
    headers = {"request_id": carried}
    sending = _sender.submit(app.send_task, task, kwargs=kwargs, headers=headers, retry=False)
    try:
        sending.result(settings.BROKER_SECONDS)
    except Exception:
        sending.cancel()
        _broker_asked_again_at = time.monotonic() + BROKER_PAUSE
        raise
