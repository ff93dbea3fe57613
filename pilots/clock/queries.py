"""Pilots whose time ends soon, or is over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from innovation.people.models import User
from pilots.lifecycle.models import Pilot, PilotQuerySet
from pilots.lifecycle.queries import CLOCK_RUNS, clocks_of
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.run_time import LONGEST, PilotClock

# So long before its end whoever answers for it is told: a decision takes weeks to prepare.
SOON = timedelta(weeks=4)
_SHORTEST = timedelta(weeks=min(one.weeks for one in LONGEST.values()))


@dataclass(frozen=True)
class Ending:
    """A pilot whose time ends within weeks, or is over."""

    pilot: Pilot
    clock: PilotClock


def ending(pilots: PilotQuerySet, *, today: date) -> list[Ending]:
    """Of these, those whose time ends soon or is over, the longest over first. Two queries."""
    found = (
        pilots.filter(status__in=CLOCK_RUNS, went_live_on__lte=today + SOON - _SHORTEST)
        .select_related("unit", "lead", "sponsor")
        .order_by("pk")
    )
    return _in_order(found, today=today)


def _in_order(pilots: Iterable[Pilot], *, today: date) -> list[Ending]:
    pilots = list(pilots)
    clocks = clocks_of(pilots, today=today)
    near = [
        Ending(one, clocks[one.pk])
        for one in pilots
        if one.pk in clocks and clocks[one.pk].ends_on <= today + SOON
    ]
    return sorted(near, key=lambda one: (one.clock.ends_on, one.pilot.pk))


def ending_for(user: User, *, today: date) -> list[Ending]:
    """Those that this person leads or sponsors, or whose unit their office looks after."""
    return ending(
        Pilot.objects.visible_to(user).filter(
            Q(lead=user.pk)
            | Q(sponsor=user.pk)
            | Q(unit_id__within=user.reach(PilotsPermission.OPEN))
        ),
        today=today,
    )


def to_tell(pilot: Pilot) -> list[User]:
    """The lead, the sponsor and the office, each once."""
    people = {one.pk: one for one in User.objects.holding(PilotsPermission.OPEN, pilot.unit)}
    for one in (pilot.lead, pilot.sponsor):
        if one is not None and one.is_active:
            people[one.pk] = one
    return [people[pk] for pk in sorted(people)]
