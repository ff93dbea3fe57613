"""Reading the chain, to see whether anybody touched it, and to take it away whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from innovation.audit.chain import GENESIS, HASHED, Fault, FaultKind, Walk
from innovation.audit.models import ChainHead, Event, EventQuerySet

AT_ONCE = 500


def faults(anchor: tuple[int, str] | None = None) -> Iterator[Fault]:
    """Every place where the chain does not hold: edited, deleted, swapped or cut-off events.

    An `anchor` is the number and hash of an event as somebody noted them down elsewhere: whoever
    owns the database could write the whole chain anew, but not one that passes through it.
    """
    if anchor and not holds(anchor):
        yield Fault(FaultKind.OTHER_ANCHOR, anchor[0])
    walk = Walk(1, GENESIS)
    yield from follow(walk, Event.objects.all())
    end = head()
    if walk.expected - 1 != end.number or (end.number and end.hash != walk.previous):
        yield Fault(FaultKind.CUT_OFF, end.number, walk.expected - 1)


def follow(walk: Walk, events: EventQuerySet) -> Iterator[Fault]:
    """What is wrong along these events, in their order; the walk stands behind the last one."""
    for event in in_order(events):
        yield from walk.step(hashed(event), event.hash)


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
