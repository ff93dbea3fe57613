"""PDSA cycles of a pilot, and their marks in the charts of the numbers that they name."""

from __future__ import annotations

from collections.abc import Collection

from pilots.adoption.models import PdsaCycle
from pilots.lifecycle.models import Pilot


def cycles_of(pilot: Pilot) -> list[PdsaCycle]:
    """The last one first."""
    return list(PdsaCycle.objects.filter(pilot=pilot).for_list())


def cycles_on(metrics: Collection[int]) -> list[PdsaCycle]:
    """Those that name one of these numbers."""
    return list(PdsaCycle.objects.filter(metric__in=metrics).only("metric", "starts_on"))
