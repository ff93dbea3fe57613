"""What is shown of promised time, by pilot and by unit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from innovation.people.models import Unit, User
from innovation.rules.small_cells import MINIMUM
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED
from pilots.protected_time import weeks
from pilots.protected_time.honoured import ENOUGH
from pilots.protected_time.models import KeptReading
from pilots.staffing import queries as staffing

_SHOWN = 7
LINES = 12  # of units, and as many of pilots, in one review


def of_pilot(pilot: Pilot) -> list[KeptReading]:
    """Its readings, the last first."""
    found = KeptReading.objects.filter(pilot=pilot).select_related("period")
    return list(found[:_SHOWN])


def of_unit(unit: Unit) -> list[KeptReading]:
    found = KeptReading.objects.filter(unit=unit).select_related("period")
    return list(found[:_SHOWN])


def too_little(pilot: Pilot, *, today: date) -> KeptReading | None:
    """The reading of the last period, where it is a risk to the pilot."""
    last = (
        KeptReading.objects.filter(
            pilot=pilot, period__starts_on=weeks.last_closed_period(today), people__gte=MINIMUM
        )
        .select_related("period")
        .first()
    )
    return last if last is not None and last.is_too_little else None


def of_units_of(user: User, *, today: date) -> list[KeptReading]:
    """The last period's readings of the units that the user reaches, the least kept first."""
    found = (
        KeptReading.objects.filter(
            unit_id__within=user.reach(), period__starts_on=weeks.last_closed_period(today)
        )
        .select_related("period", "unit")
        .order_by("share", "unit__name")
    )
    return list(found[:LINES])


def too_little_of(user: User, *, today: date) -> list[KeptReading]:
    """The last period's readings of pilots that the user sees, that go on, and that were not given what was
    promised to them; the least kept first."""
    found = (
        KeptReading.objects.filter(
            pilot__in=Pilot.objects.visible_to(user).exclude(status__in=ENDED).values("pk"),
            period__starts_on=weeks.last_closed_period(today),
            share__lt=ENOUGH,
        )
        .select_related("period", "pilot__unit")
        .order_by("share", "pilot__title")
    )
    return list(found[:LINES])


def chiefs_of(units: Iterable[Unit]) -> dict[int, list[User]]:
    """For each of these units, who leads the unit above it; of a root nobody does."""
    units = list(units)
    above = {unit.pk: unit.parent for unit in units if unit.parent is not None}
    leaders = staffing.leaders_of(above.values())
    return {unit.pk: leaders[above[unit.pk].pk] if unit.pk in above else [] for unit in units}
