"""The second seam: what a gate needs before it opens. Any room above may register its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils.functional import Promise

from pilots.gates.models import Gate
from pilots.lifecycle.models import Pilot

# What checks look at; fetched once for all of them.
LOOKED_AT = (
    "needs",
    "sites",
    "allocations__person",
    "requests__fund",
    "requests__lines",
    "metrics__source",
)


@dataclass(frozen=True)
class Finding:
    """Whether it holds, a sentence that says so, and where it is put right."""

    met: bool
    sentence: str
    url: str = ""


@dataclass(frozen=True)
class Requirement:
    """One condition of a gate. Checks read `pilot.<relation>.all()`, which is fetched already."""

    key: str
    label: str | Promise
    check: Callable[[Pilot], Finding]


@dataclass(frozen=True)
class Checked:
    """One requirement with what was found."""

    key: str
    label: str | Promise
    met: bool
    sentence: str
    url: str


_requirements: dict[str, dict[str, Requirement]] = {}


def register(gate: str, requirement: Requirement) -> None:
    """Let the gate ask for this; the same key again replaces what was registered under it."""
    _requirements.setdefault(Gate(gate), {})[requirement.key] = requirement


def checklist(pilot: Pilot, gate: str) -> list[Checked]:
    """Every requirement of the gate with what was found, in the order of registration."""
    prefetch_related_objects([pilot], *LOOKED_AT)
    return [
        Checked(one.key, one.label, found.met, found.sentence, found.url)
        for one in _requirements.get(Gate(gate), {}).values()
        for found in [one.check(pilot)]
    ]


def missing(checks: Iterable[Checked]) -> list[Checked]:
    return [check for check in checks if not check.met]
