"""Reading the chain whole, to see whether anybody touched it."""

from collections.abc import Iterator
from dataclasses import dataclass

from innovation.audit.chain import GENESIS, digest
from innovation.audit.models import ChainHead, Event


@dataclass(frozen=True)
class Fault:
    number: int
    sentence: str


def faults(anchor: tuple[int, str] | None = None) -> Iterator[Fault]:
    """Every place where the chain does not hold: edited, deleted, swapped or cut-off events.

    An `anchor` is the number and hash of an event as somebody noted them down elsewhere: whoever
    owns the database could write the whole chain anew, but not one that passes through it.
    """
    expected, previous = 1, GENESIS
    if anchor and not Event.objects.filter(number=anchor[0], hash=anchor[1]).exists():
        yield Fault(anchor[0], f"event {anchor[0]} is not the one that was noted down")
    for event in Event.objects.order_by("number").iterator(chunk_size=5000):
        if event.number != expected:
            yield Fault(expected, f"events {expected} to {event.number - 1} are missing")
        elif event.previous_hash != previous:
            yield Fault(event.number, f"event {event.number} does not follow the one before it")
        own = digest(
            number=event.number,
            at=event.at,
            actor=event.actor,
            actor_name=event.actor_name,
            type=event.type,
            subjects=event.subjects,
            subject_name=event.subject_name,
            unit_id=event.unit_id,
            details=event.details,
            previous_hash=event.previous_hash,
        )
        if own != event.hash:
            yield Fault(event.number, f"event {event.number} was changed after it was written")
        expected, previous = event.number + 1, event.hash
    head = ChainHead.objects.filter(pk=1).first()
    written = head.number if head else 0
    if expected - 1 != written or (head and head.hash != previous):
        yield Fault(written, f"the chain ends at event {expected - 1}, but {written} were written")
