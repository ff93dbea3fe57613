"""`record()` writes one event, inside the transaction of what it tells of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext as _

from innovation.audit import queries
from innovation.audit.chain import Fault, FaultKind, Walk, digest
from innovation.audit.models import ChainHead, Event, Verification
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.transactions import atomic
from innovation.web import request_id


class Actor(Protocol):
    """Who acts: a person, or a named part of the system. Anything with a reference and a name."""

    @property
    def ref(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class System:
    """A part of Pilotlight that acts by itself, such as the pull schedule."""

    name: str

    @property
    def ref(self) -> str:
        return f"system:{self.name}"


@dataclass(frozen=True)
class Anonymous:
    """Somebody who asked not to be named; the log keeps the promise too."""

    name: str = "Somebody"
    ref: str = "person:anonymous"


def ref(thing: Model) -> str:
    """The text reference of a row: `need:12`. A model may name itself by a `ref` property."""
    own = getattr(thing, "ref", None)
    return own if isinstance(own, str) else f"{thing._meta.model_name}:{thing.pk}"


def named(thing: Model) -> dict[str, str]:
    """Another thing as a detail of an event: read as its name, with a link to its page."""
    return {"ref": ref(thing), "name": str(thing)[:300]}


def as_text(value: object) -> str:
    """A former or a new value of a field, as the log keeps it."""
    return "" if value is None else str(value)[:1000]


def record(
    event_type: str,
    thing: Model,
    *,
    by: Actor,
    at: datetime,
    also: Iterable[Model] = (),
    unit_id: int | None = None,
    **details: object,
) -> Event:
    """Append one event about `thing` (and `also` others) to the chain.

    Where the person who did it acts for another (a deputy), the event says for whom.

    The number is taken under the lock of the chain's head, not from a sequence: two transactions
    that commit in the other order would leave broken links. The lock is held until commit, so
    actions call this last.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event_type} must be recorded in the transaction of what it tells of")
    if by is None or not by.ref:
        raise ValueError(f"{event_type} needs somebody who did it")
    if unit_id is None:
        unit_id = getattr(thing, "unit_id", None)
    whom = getattr(by, "acting_for", None)
    if whom is not None and ref(thing) != by.ref:  # one's own account stays one's own
        details["acting_for"] = named(whom)
    subjects = list(dict.fromkeys([ref(thing), *(ref(other) for other in also)]))
    # Floats as text: jsonb would give 1e22 back as another number, and the hash would not hold.
    plain = json.loads(
        json.dumps(details, cls=DjangoJSONEncoder), parse_float=str, parse_constant=str
    )
    head = _locked_head()
    fields: dict[str, Any] = {
        "number": head.number + 1,
        "at": at,
        "actor": by.ref,
        "actor_name": by.name,
        "type": event_type,
        "subjects": subjects,
        "subject_name": str(thing)[:300],
        "unit_id": unit_id,
        "details": plain,
        "previous_hash": head.hash,
    }
    event = Event(**fields, hash=digest(**fields), request_id=request_id.current())
    _append(event)
    return event


# A piece of the chain, read in one transaction in a few seconds; how many faults are kept by name.
PIECE = 50_000
ONE_READ_IN = timedelta(hours=1)
FAULTS_KEPT = 50


@atomic
def verify(*, by: Actor, at: datetime, first: int = 1, last: int | None = None) -> Verification:
    """Ask for a range of the chain to be read; its first piece is read at once."""
    end = queries.head()
    if not end.number:
        raise Refused(_("Nothing was done yet, so there is nothing to verify."))
    last = end.number if last is None else min(last, end.number)
    if first > last:
        raise Malformed(
            _("The log ends at event %(number)s. Begin before its end.") % {"number": end.number}
        )
    asked = Verification.objects.create(
        asked_by=by.ref,
        asked_by_name=by.name,
        asked_at=at,
        first=first,
        last=last,
        end_hash=end.hash if last == end.number else "",
        checked=first - 1,
        previous_hash=queries.hash_before(first) or "",
    )
    _verify_piece(asked, at=at)
    record("log.verification_asked", asked, by=by, at=at, first=first, last=last)
    return asked


@atomic
def continue_verification(pk: int, *, at: datetime) -> Verification | None:
    """Read the next piece; None where somebody else reads it, or it is done."""
    found = Verification.objects.under_way().select_for_update(skip_locked=True)
    asked = found.filter(pk=pk).first()
    if asked is not None:
        _verify_piece(asked, at=at)
    return asked


def _verify_piece(asked: Verification, *, at: datetime) -> None:
    until = min(asked.checked + PIECE, asked.last)
    attested = queries.attested_digests()
    walk = Walk(asked.checked + 1, asked.previous_hash or None, attested)
    events = Event.objects.filter(number__gt=asked.checked, number__lte=until)
    found = list(queries.follow(walk, events))
    if walk.expected <= until:
        found.append(Fault(FaultKind.MISSING, walk.expected, until))
        walk.previous = None
    asked.checked, asked.previous_hash = until, walk.previous or ""
    asked.redacted += walk.redacted
    if until == asked.last:
        asked.ended_at = at
        if asked.end_hash and asked.end_hash != walk.previous and not found:
            found.append(Fault(FaultKind.OTHER_ANCHOR, asked.last))
    for fault in found:
        _keep_fault(asked, fault)
    asked.save()


def _keep_fault(asked: Verification, fault: Fault) -> None:
    """A gap that goes on from one piece into the next is one."""
    kind, _number, until = asked.faults[-1] if asked.faults else ("", 0, 0)
    if kind == fault.kind.name == FaultKind.MISSING.name and until == fault.number - 1:
        asked.faults[-1][2] = fault.until
        return
    asked.fault_count += 1
    if len(asked.faults) < FAULTS_KEPT:
        asked.faults.append([fault.kind.name, fault.number, fault.until])


@atomic
def record_read(event_type: str, thing: Model, *, by: Actor, at: datetime) -> None:
    """Somebody looked at what is sensitive: one event an hour, however often they do. Such types
    end in `.read`, by which the log leaves them out until somebody looks for them."""
    lately = Event.objects.about(ref(thing)).filter(
        type=event_type, actor=by.ref, at__gt=at - ONE_READ_IN
    )
    if not lately.exists():
        record(event_type, thing, by=by, at=at)


@atomic
def note_log_read(reader: Actor, *, at: datetime) -> None:
    # Of one row whatever the number of the last event is, so that an hour is found again.
    record_read("log.read", queries.head(), by=reader, at=at)


@atomic
def note_export(
    reader: Actor, *, at: datetime, first: int, last: int, count: int, file_format: str
) -> Event:
    """Written before the first line leaves, so that no export goes unseen."""
    return record(
        "log.exported",
        queries.head(),
        by=reader,
        at=at,
        first=first,
        last=last,
        count=count,
        format=file_format,
    )


# One statement: an event and the head that points at it are never apart.
_APPEND = """
    WITH event AS (
        INSERT INTO innovation_event (number, at, actor, actor_name, type, subjects, subject_name,
                                      unit_id, details, previous_hash, hash, request_id)
        VALUES (%(number)s, %(at)s, %(actor)s, %(actor_name)s, %(type)s, %(subjects)s,
                %(subject_name)s, %(unit_id)s, %(details)s::jsonb, %(previous_hash)s, %(hash)s,
                %(request_id)s)
    )
    UPDATE innovation_chainhead SET number = %(number)s, hash = %(hash)s WHERE id = 1
"""


_LINKS = ("previous_hash", "hash", "request_id")


def _append(event: Event) -> None:
    columns = ("number", "at", "actor", "actor_name", "type", "subjects", "subject_name")
    values = {name: getattr(event, name) for name in (*columns, "unit_id", *_LINKS)}
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, {**values, "details": json.dumps(event.details)})
    event._state.adding = False


def _locked_head() -> ChainHead:
    heads = ChainHead.objects.select_for_update()
    head = heads.filter(pk=1).first()
    if head is None:  # the very first event; of two first ones, one waits for the other
        ChainHead.objects.get_or_create(pk=1)
        head = heads.get(pk=1)
    return head
