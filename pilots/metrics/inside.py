"""Numbers that are made in this product: the room that has them says how they are read, and they come by
a pull as any other, through the same rules.

register("group_answers", Readings())
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from pilots.connectors.errors import BadConfig
from pilots.connectors.measurement import Cadence
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric

Binding = Mapping[str, object]
# Values with their words; with a heading where some belong together.
Options = Sequence[tuple[str, str | Sequence[tuple[str, str]]]]


@dataclass(frozen=True)
class InsideNumbers:
    """What a kind reads (its `read` knows the shape), and where it came from, in words."""

    content: bytes
    origin: str


class Maker(Protocol):
    """A room's own numbers, of one pilot."""

    def options(self, pilot: Pilot) -> Mapping[str, Options]:
        """What may be chosen for the settings of a metric."""
        ...

    def problem(self, pilot: Pilot, binding: Binding) -> str:
        """Why there is no such number, as a sentence; empty where there is one."""
        ...

    def suggested(self, pilot: Pilot, binding: Binding) -> Mapping[str, str]:
        """What a form that plans this number begins with."""
        ...

    def numbers(self, pilot: Pilot, binding: Binding, cadence: Cadence) -> InsideNumbers: ...


_makers: dict[str, Maker] = {}


def register(kind: str, maker: Maker) -> None:
    """Let a source of this kind give these numbers."""
    _makers[kind] = maker


def options(kind: str, pilot: Pilot | None) -> Mapping[str, Options]:
    return {} if pilot is None or kind not in _makers else _makers[kind].options(pilot)


def problem(kind: str, pilot: Pilot | None, binding: Binding) -> str:
    """Why a source of this kind has no such number; empty also for those that are asked elsewhere."""
    if kind not in _makers:
        return ""
    if pilot is None:
        return _of_no_pilot()
    return _makers[kind].problem(pilot, binding)


def suggested(kind: str, pilot: Pilot | None, binding: Binding) -> Mapping[str, str]:
    if pilot is None or problem(kind, pilot, binding):
        return {}
    return _makers[kind].suggested(pilot, binding) if kind in _makers else {}


def numbers_of(metric: Metric) -> InsideNumbers:
    """All that there is of a metric; a SourceError where there is no such number."""
    if said := problem(metric.source.kind, metric.pilot, metric.binding):
        raise BadConfig(said)
    assert metric.pilot is not None
    maker = _makers[metric.source.kind]
    return maker.numbers(metric.pilot, metric.binding, Cadence(metric.cadence))


def fingerprint(metric: Metric) -> str:
    """Of what there is now; empty where there is no such number."""
    try:
        return hashlib.sha256(numbers_of(metric).content).hexdigest()
    except BadConfig:
        return ""


def _of_no_pilot() -> str:
    return _("Only a metric of a pilot has numbers from here. Plan it on the pilot's page.")
