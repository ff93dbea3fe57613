"""What is past its term is taken away, a closed account loses its name, and people ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.audit.actions import Actor
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.retention import held, kinds, letters, names, permissions
from innovation.retention.models import ErasureOutcome, ErasureRequest, RetentionRun
from innovation.rules import constraints, dates, reasons
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.rules.text import visible
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
    return _anonymise(person, by=by, at=at, reason=visible(reason))


def _anonymise(person: User, *, by: Actor, at: datetime, reason: str = "") -> User:
    person.refresh_from_db(from_queryset=User.objects.select_for_update())
    permissions.check_name_can_go(person)
    asked = (
        ErasureRequest.objects.open()
        .filter(person=person)
        .update(
            outcome=ErasureOutcome.DONE,
            answered_at=at,
            answered_by=by if isinstance(by, User) else None,
        )
    )
    if asked:
        letters.of_erasure_done(person, at=at)
    names.take_away(person, at=at)
    audit.record("person.anonymised", person, by=by, at=at, reason=reason)
    return person


# What people ask for


@atomic
def ask_for_erasure(*, by: User, at: datetime, wish: str = "") -> ErasureRequest:
    """Ask that all that is held on oneself goes. Nothing goes by that: whoever keeps the account
    reads it and answers."""
    with constraints.explained():
        asked = ErasureRequest.objects.create(person=by, asked_at=at, wish=visible(wish))
    audit.record("erasure.asked", by, by=by, at=at)
    notices.notify(
        who_answers(asked),
        kind="access",
        title=_("%(name)s asks that all that is held on them is erased") % {"name": by.name},
        text=_("To be answered until %(day)s.") % {"day": dates.day_in_words(asked.answer_until)},
        about=by,
        url=reverse("innovation:erasure-request", args=[asked.pk]),
        at=at,
    )
    return asked


def who_answers(asked: ErasureRequest) -> list[User]:
    """Those who keep the account; its holder is told by name."""
    keeping = User.objects.administrators_for(asked.person).order_by("name")
    return [one for one in keeping if permissions.can_answer_erasure(one, asked)]


@atomic
def withdraw_erasure(asked: ErasureRequest, *, by: User, at: datetime) -> None:
    """Ask for it no longer."""
    if asked.person_id != by.pk:
        raise NotAllowed(_("Only whoever asked for it takes it back."))
    _lock_erasure(asked)
    asked.outcome, asked.answered_at = ErasureOutcome.WITHDRAWN, at
    asked.save(update_fields=["outcome", "answered_at"])
    audit.record("erasure.withdrawn", by, by=by, at=at)


@atomic
def answer_erasure(asked: ErasureRequest, *, by: User, at: datetime, because: str) -> None:
    """Say what must stay for now, and why. That it is done is said by taking the name away."""
    permissions.check_can_answer_erasure(by, asked)
    _lock_erasure(asked)
    because = reasons.required(because)
    asked.outcome, asked.answered_at, asked.answered_by = ErasureOutcome.STAYS, at, by
    asked.because = because
    asked.save(update_fields=["outcome", "answered_at", "answered_by", "because"])
    audit.record("erasure.answered", asked.person, by=by, at=at, reason=because)
    if not asked.person.is_active:
        letters.of_erasure_answered(asked)
        return
    notices.notify(
        [asked.person],
        kind="access",
        title=_("What you asked to have erased must stay for now"),
        text=because,
        about=asked.person,
        url=reverse("innovation:own-erasure"),
        at=at,
    )


def _lock_erasure(asked: ErasureRequest) -> None:
    asked.refresh_from_db(from_queryset=ErasureRequest.objects.select_for_update(of=("self",)))
    if asked.outcome:
        raise Conflict(
            _("This is settled already: %(how)s.") % {"how": asked.get_outcome_display()}
        )
