"""Whose time of a unit is promised where, week by week: supply against demand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from innovation.people.models import Unit, UnitQuerySet, User
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED
from pilots.protected_time import weeks
from pilots.protected_time.load import Demand, WeekLoad, week_load
from pilots.protected_time.queries.backfills import with_cover
from pilots.staffing.models import Allocation
from pilots.staffing.queries import still_asked
from pilots.staffing.room import StaffingPermission

AHEAD = 12  # weeks on one page
MOST = 300  # people on one page


@dataclass(frozen=True)
class PersonLoad:
    """One person's weeks, and the pilots that have or ask for their time."""

    person: User
    weeks: tuple[WeekLoad, ...]
    pilots: tuple[str, ...]

    @property
    def is_over(self) -> bool:
        return any(one.over for one in self.weeks)


@dataclass(frozen=True)
class UnitLoad:
    """A unit with all below it: who has something promised or asked, and all weeks together."""

    unit: Unit
    weeks: tuple[date, ...]
    people: tuple[PersonLoad, ...]
    together: tuple[WeekLoad, ...]
    headcount: int
    left_out: int  # people with something promised who have no place on the page

    @property
    def free(self) -> int:
        """How many people have nothing promised and are asked for nothing."""
        return self.headcount - len(self.people) - self.left_out

    @property
    def over(self) -> list[PersonLoad]:
        return [one for one in self.people if one.is_over]

    @property
    def holes(self) -> list[WeekLoad]:
        return [one for one in self.together if one.uncovered]


def planned_units(user: User) -> UnitQuerySet:
    """The units whose people's time the user answers for, or staffs pilots with."""
    reach = user.reach(StaffingPermission.AGREE) | user.reach(PilotsPermission.OPEN)
    found: UnitQuerySet = Unit.objects.open().filter(pk__within=reach)
    return found


def own_unit(user: User) -> Unit | None:
    """Where the user begins: at their own unit where they plan it, else at the highest that they do."""
    units = planned_units(user)
    if user.unit_id is not None and (own := units.filter(pk=user.unit_id).first()):
        return own
    reach = user.reach(StaffingPermission.AGREE) | user.reach(PilotsPermission.OPEN)
    return units.exclude(parent_id__within=reach).order_by("name").first()


def unit_load(user: User, unit: Unit, *, first: date, count: int = AHEAD) -> UnitLoad:
    """What is promised and asked of the people of a unit in so many weeks, as the user may see it; few
    statements for any unit."""
    ahead = weeks.weeks_from(first, count)
    last = weeks.last_day_of(ahead[-1])
    branch = frozenset(one["pk"] for one in unit.descendants(include_self=True).values("pk"))
    people = User.objects.active().filter(unit_id__within=branch)
    demands, titles = _demands(user, people, first=first, last=last)
    busy = list(User.objects.filter(pk__in=demands).select_related("unit").order_by("name", "pk"))
    rows = tuple(
        PersonLoad(
            person,
            tuple(
                week_load(demands[person.pk], week=week, capacity=person.capacity_percent)
                for week in ahead
            ),
            tuple(sorted(titles[person.pk])),
        )
        for person in busy
    )
    supply = people.order_by().aggregate(capacity=Sum("capacity_percent"))["capacity"] or 0
    together = []
    for n, week in enumerate(ahead):
        each = sum((row.weeks[n] for row in rows), WeekLoad(week, 0))
        together.append(WeekLoad(week, supply, each.agreed, each.asked, each.uncovered))
    return UnitLoad(
        unit,
        tuple(ahead),
        rows[:MOST],
        tuple(together),
        headcount=people.count(),
        left_out=max(len(rows) - MOST, 0),
    )


def _demands(
    user: User, people: QuerySet[User], *, first: date, last: date
) -> tuple[dict[int, list[Demand]], dict[int, set[str]]]:
    given = list(
        Allocation.objects.filter(
            person__in=people.values("pk"), starts_on__lte=last, ends_on__gte=first
        )
        .exclude(pilot__status__in=ENDED)
        .select_related("request")
    )
    asked = list(
        still_asked().filter(
            person__in=people.values("pk"), starts_on__lte=last, ends_on__gte=first
        )
    )
    cover = with_cover([one.request for one in given if one.request is not None])
    known = dict(
        Pilot.objects.visible_to(user)
        .filter(pk__in={one.pilot_id for one in given} | {one.pilot_id for one in asked})
        .values_list("pk", "title")
    )
    elsewhere = _("a pilot elsewhere")  # what it is called is for those who see it
    demands: dict[int, list[Demand]] = defaultdict(list)
    titles: dict[int, set[str]] = defaultdict(set)
    for one in given:
        said = one.request_id in cover or (one.request is not None and bool(one.request.cover))
        demands[one.person_id].append(
            Demand(one.percent, one.starts_on, one.ends_on, is_covered=said)
        )
        titles[one.person_id].add(known.get(one.pilot_id, elsewhere))
    for request in asked:
        demands[request.person_id].append(
            Demand(request.percent, request.starts_on, request.ends_on, is_asked=True)
        )
        titles[request.person_id].add(known.get(request.pilot_id, elsewhere))
    return demands, titles
