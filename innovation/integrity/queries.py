"""Laying every table that the log tells of beside it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.utils.translation import gettext_lazy as _

from innovation import house
from innovation.audit import queries as log
from innovation.audit.agreement import MORE_BEFORE, ComparedSoFar, Comparison, LogDifference
from innovation.audit.models import Event


def _chain(so_far: ComparedSoFar) -> Iterator[LogDifference]:
    for fault in log.faults():
        yield LogDifference(fault.kind.name, {"number": fault.number, "until": fault.until})
    so_far.compared = log.head().number


# Its faults have sentences of their own (innovation/audit/presenters.py).
CHAIN = Comparison("chain", _("The chain of events"), _chain, {})


@cache
def comparisons() -> tuple[Comparison, ...]:
    """Those of every room, low to high."""
    return tuple(
        comparison for room in house.load("comparisons") for comparison in room.COMPARISONS
    )


def differences(comparison: Comparison, so_far: ComparedSoFar) -> Iterator[LogDifference]:
    """What differs, and whether there is more from before than the log once said."""
    yield from comparison.find(so_far)
    then = _before_at_last().get(comparison.key)
    if then is not None and so_far.before > then:
        yield LogDifference(MORE_BEFORE, {"now": so_far.before, "then": then})


def _before_at_last() -> dict[str, int]:
    """How much the log itself says was from before, the last time."""
    last = Event.objects.filter(type="comparison.done").order_by("-number").first()
    return dict(last.details.get("before", {})) if last else {}
