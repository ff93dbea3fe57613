"""The waves of a pilot, and which groups are asked for before it goes live."""

from __future__ import annotations

from datetime import date

from pilots.adoption.models import Wave
from pilots.adoption.queries.training import Trained, trained_in
from pilots.lifecycle.models import Pilot


def waves_of(pilot: Pilot) -> list[Wave]:
    """Those that stand, by their first day."""
    return list(Wave.objects.standing().filter(pilot=pilot).for_list())


def trained_in_wave(wave: Wave, *, day: date) -> list[Trained]:
    """How far each of its groups is."""
    return trained_in([one.pk for one in wave.groups.all()], day=day)
