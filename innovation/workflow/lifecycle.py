"""The shape of a transition table. Each room's `states.py` fills one; the engine reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class Reason(StrEnum):
    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


@dataclass(frozen=True)
class Transition:
    """One verb: from which statuses, to which one, and the event it leaves in the log.

    `target` None means that the action names it (a resumed pilot returns to where it was).
    """

    verb: str
    sources: tuple[str, ...]
    target: str | None
    event: str
    label: str | Promise
    reason: Reason = Reason.OPTIONAL


@dataclass(frozen=True)
class Lifecycle:
    """All transitions of one kind of thing; `noun` is what references call it (`need:12`)."""

    noun: str
    initial: str
    transitions: tuple[Transition, ...]

    def __getitem__(self, verb: str) -> Transition:
        for transition in self.transitions:
            if transition.verb == verb:
                return transition
        raise KeyError(f"{self.noun} has no verb {verb!r}")

    def verbs_from(self, status: str) -> Iterator[Transition]:
        """The transitions that leave `status`."""
        return (t for t in self.transitions if status in t.sources)
