"""The waves of a pilot, and which groups are asked for before it goes live."""

from __future__ import annotations

from datetime import date

from innovation.people.models import Unit
from pilots.adoption.models import Wave, WaveSite
from pilots.adoption.queries.training import Trained, trained_in
from pilots.lifecycle.models import Pilot


def waves_of(pilot: Pilot) -> list[Wave]:
    """Those that stand, by their first day."""
    return list(Wave.objects.standing().filter(pilot=pilot).for_list())


def trained_in_wave(wave: Wave, *, day: date) -> list[Trained]:
    """How far each of its groups is."""
    return trained_in([one.pk for one in wave.groups.all()], day=day)


def wave_of_site(pilot: Pilot, unit: Unit) -> Wave | None:
    """The wave with which this very site begins, or began."""
    place = WaveSite.objects.filter(pilot=pilot, site=unit).select_related("wave").first()
    return None if place is None else place.wave


def waiting_in_line(pilot: Pilot, unit: Unit) -> list[WaveSite]:
    """Sites that are the unit, lie within it or contain it, and wait for their wave."""
    waiting = WaveSite.objects.filter(
        pilot=pilot, wave__went_live_on=None, wave__dropped_at=None
    ).select_related("site", "wave")
    above = {one.pk for one in unit.ancestors(include_self=True)}
    return [
        one
        for one in waiting
        if one.site_id in above or any(other.pk == unit.pk for other in one.site.ancestors())
    ]
