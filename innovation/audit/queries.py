"""Reading the chain, to see whether anybody touched it, and to take it away whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from innovation.audit.chain import GENESIS, HASHED, REDACTED, Fault, FaultKind, Walk, digest_of
from innovation.audit.models import ChainHead, Event, EventQuerySet

AT_ONCE = 500


def faults(anchor: tuple[int, str] | None = None) -> Iterator[Fault]:
    """Every place where the chain does not hold: edited, deleted, swapped or cut-off events.

    An `anchor` is the number and hash of an event as somebody noted them down elsewhere: whoever
    owns the database could write the whole chain anew, but not one that passes through it.
    """
    if anchor and not holds(anchor):
        yield Fault(FaultKind.OTHER_ANCHOR, anchor[0])
    walk = Walk(1, GENESIS, attested_digests())
    yield from follow(walk, Event.objects.all())
    end = head()
    if walk.expected - 1 != end.number or (end.number and end.hash != walk.previous):
        yield Fault(FaultKind.CUT_OFF, end.number, walk.expected - 1)


def follow(walk: Walk, events: EventQuerySet) -> Iterator[Fault]:
    """What is wrong along these events, in their order; the walk stands behind the last one."""
    for event in in_order(events):
        yield from walk.step(hashed(event), event.hash)


@dataclass(frozen=True)
class RedactedHash:
    """What a redacted thing hashes to since, and the number of the event that says so."""

    digest: str
    event: int


def attestations(kind: str = "events") -> dict[str, RedactedHash]:
    """What redactions say of events (by their number) or of other hashed things (`sealed`, by
    reference); the last one of each counts. An event that says so is believed only if it is what
    was written, or was redacted itself as a later one says."""
    found: dict[str, RedactedHash] = {}
    own: dict[str, str] = {}
    for event in Event.objects.filter(type=REDACTED).defer("search").order_by("-number"):
        now = digest_of(hashed(event))
        if now not in (event.hash, own.get(str(event.number))):
            continue
        for key, digest in event.details.get("events", {}).items():
            own.setdefault(key, digest)
        for key, digest in event.details.get(kind, {}).items():
            found.setdefault(key, RedactedHash(digest, event.number))
    return found


def attested_digests() -> dict[int, str]:
    return {int(number): one.digest for number, one in attestations().items()}


def in_order(events: EventQuerySet) -> Iterator[Event]:
    """The events by their number, some thousand at a time: no statement stays open meanwhile, and
    memory does not grow with them."""
    last = None
    while True:
        further = events if last is None else events.filter(number__gt=last)
        rows = list(further.order_by("number").defer("search")[:AT_ONCE])
        yield from rows
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].number


def hashed(event: Event) -> dict[str, Any]:
    """What is hashed of an event."""
    return {name: getattr(event, name) for name in HASHED}


def head() -> ChainHead:
    """The end of the chain as it is known; number 0 while nothing was done."""
    return ChainHead.objects.filter(pk=1).first() or ChainHead()


def hash_before(number: int) -> str | None:
    """The hash that an event of this number follows; None where the one before is gone."""
    if number <= 1:
        return GENESIS
    return Event.objects.filter(number=number - 1).values_list("hash", flat=True).first()


def holds(anchor: tuple[int, str]) -> bool:
    """Whether the chain passes through an event as somebody noted it down."""
    number, own_hash = anchor
    return number == 0 or Event.objects.filter(number=number, hash=own_hash).exists()
