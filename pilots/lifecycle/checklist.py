"""The second seam: what a gate asks before it opens. Any room registers its own `requirements.py`.

register(Gate.RESOURCES, Requirement("budget", _("A budget that fits"), budget_fits,
                                     order=60, prefetch=("requests__lines",)))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, TextChoices, prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pilots.lifecycle.models import Pilot


class Gate(TextChoices):
    RESOURCES = "resources", _("Resources")
    GO_LIVE = "go_live", _("Go-live")
    OUTCOME = "outcome", _("Outcome")
    SUSTAINED = "sustained", _("Sustained")
    OUTPUT = "output", _("End of the silent run")
    RESUME = "resume", _("Going on after a pause")


@dataclass(frozen=True)
class RequirementState:
    """Whether it holds, a sentence that says so, and where it is put right."""

    met: bool
    sentence: str
    url: str = ""


@dataclass(frozen=True)
class Requirement:
    """One condition of a gate, at its place (`order`) in the list.

    A check reads `pilot.<relation>.all()`; `prefetch` names the relations it reads, which are
    fetched once for all requirements of the gate. It gives None where that is not asked of this pilot.
    """

    key: str
    label: str | Promise
    check: Callable[[Pilot], RequirementState | None]
    order: int
    prefetch: tuple[str | Prefetch[str], ...] = ()


@dataclass(frozen=True)
class Checked:
    """One requirement with what was found."""

    key: str
    label: str | Promise
    met: bool
    sentence: str
    url: str


_requirements: dict[str, dict[str, Requirement]] = {}


def register(gate: Gate, requirement: Requirement) -> None:
    """Let the gate ask for this; the same key again replaces what was registered under it."""
    _requirements.setdefault(gate, {})[requirement.key] = requirement


def requirements(gate: str) -> list[Requirement]:
    """What the gate asks, in order."""
    return sorted(_requirements.get(Gate(gate), {}).values(), key=lambda one: one.order)


def checklist(pilot: Pilot, gate: str) -> list[Checked]:
    """Every requirement that the gate has of this pilot, with what was found."""
    asked = requirements(gate)
    prefetch_related_objects(
        [pilot], *dict.fromkeys(look for one in asked for look in one.prefetch)
    )
    return [
        Checked(one.key, one.label, found.met, found.sentence, found.url)
        for one in asked
        for found in [one.check(pilot)]
        if found is not None
    ]


def missing(checks: Iterable[Checked]) -> list[Checked]:
    return [check for check in checks if not check.met]
