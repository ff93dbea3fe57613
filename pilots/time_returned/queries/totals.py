"""Many accounts together, as the workers last made them up: each in one query. A pilot is counted once, at its
own unit and those above it, however many sites it has. The interval is the sum of the ends (`account`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q, Sum

from innovation.people.models import Unit, User
from pilots.time_returned.account import NOTHING, Hours
from pilots.time_returned.models import HoursMonth, HoursReturned, HoursReturnedQuerySet


@dataclass(frozen=True)
class Together:
    """The hours of several pilots, of how many, and how many of those that said so are not known yet."""

    hours: Hours
    known: int
    unknown: int
    worked_out_at: datetime | None = None


@dataclass(frozen=True)
class UnitTogether:
    """What the pilots of one unit gave back, those of units below it left out."""

    name: str
    unit_id: int
    together: Together


def narrowed(user: User, *, unit: Unit | None = None) -> HoursReturnedQuerySet:
    """The accounts of pilots that this person sees, perhaps of one unit and all below it."""
    rows = HoursReturned.objects.visible_to(user)
    if unit is not None:
        below = [one.pk for one in unit.descendants(include_self=True)]
        rows = rows.filter(pilot__unit__in=below)
    return rows


_SUMS = {
    "hours": Sum("estimate"),
    "low": Sum("lower"),
    "high": Sum("upper"),
    "known": Count("pk", filter=Q(unknown="")),
    "unknown": Count("pk", filter=~Q(unknown="")),
}


def total(rows: HoursReturnedQuerySet) -> Together:
    found = rows.aggregate(**_SUMS, newest=Max("worked_out_at"))
    return _together(found, found["newest"])


def by_unit(rows: HoursReturnedQuerySet) -> list[UnitTogether]:
    """The units whose pilots said so, those that gave most first."""
    found = rows.order_by().values("pilot__unit", "pilot__unit__name").annotate(**_SUMS)
    lines = [
        UnitTogether(one["pilot__unit__name"], one["pilot__unit"], _together(one)) for one in found
    ]
    return sorted(lines, key=lambda one: (-one.together.hours.estimate, one.name))


def by_month(rows: HoursReturnedQuerySet) -> dict[date, Hours]:
    found = (
        HoursMonth.objects.filter(account__in=rows.order_by().values("pk"))
        .order_by("month")
        .values_list("month")
        .annotate(Sum("estimate"), Sum("lower"), Sum("upper"))
    )
    return {month: Hours(*amounts) for month, *amounts in found}


def _together(found: Mapping[str, Any], newest: datetime | None = None) -> Together:
    if not found["known"]:
        return Together(NOTHING, 0, found["unknown"], newest)
    hours = Hours(found["hours"], found["low"], found["high"])
    return Together(hours, found["known"], found["unknown"], newest)
