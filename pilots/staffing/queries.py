"""Whose time is asked for and promised, who has some left, and who answers for a unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from innovation.people.models import RoleGrant, Unit, User
from innovation.people.roles import ROLES
from innovation.rules.text import visible
from pilots.lifecycle.models import Pilot, TeamMember, TeamRole
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED
from pilots.staffing.capacity import Promise, peak
from pilots.staffing.models import Allocation, TimeAnswer, TimeRequest, TimeRequestQuerySet
from pilots.staffing.room import StaffingPermission

WITH_PEOPLE = Prefetch("allocations", Allocation.objects.select_related("person", "member"))
WITH_REQUESTS = Prefetch("time_requests", TimeRequest.objects.for_list().order_by("asked_at", "pk"))


@dataclass(frozen=True)
class Free:
    """What one person could still promise over a window: capacity less the heaviest day."""

    person: User
    capacity: int
    promised: int
    heaviest_on: date

    @property
    def percent(self) -> int:
        return max(self.capacity - self.promised, 0)


def candidates(user: User, pilot: Pilot) -> QuerySet[User]:
    """Whose time may be asked for: people of the units whose pilots the user reads. The lead
    belongs to the team wherever in the organisation they are."""
    people = User.objects.visible_to(user, PilotsPermission.READ)
    return people | User.objects.filter(pk=pilot.lead_id)


def by_address(user: User, pilot: Pilot, addresses: Iterable[str]) -> dict[str, User]:
    """Who has these addresses, among the candidates who work here, by the address in small letters."""
    asked = {visible(one).lower() for one in addresses}
    found = candidates(user, pilot).filter(is_active=True, email__in=asked)
    return {one.email.lower(): one for one in found}


def free_time(people: Iterable[User], *, starts_on: date, ends_on: date) -> dict[int, Free]:
    """For each person, what is left between two days. One query for all of them."""
    people = list(people)
    promises: dict[int, list[Promise]] = defaultdict(list)
    for person_id, percent, start, end in Allocation.objects.filter(
        person__in=[person.pk for person in people],
        starts_on__lte=ends_on,
        ends_on__gte=starts_on,
    ).values_list("person_id", "percent", "starts_on", "ends_on"):
        promises[person_id].append(Promise(percent, start, end))
    found = {}
    for person in people:
        load = peak(promises[person.pk], starts_on=starts_on, ends_on=ends_on)
        found[person.pk] = Free(person, person.capacity_percent, load.percent, load.on)
    return found


def team(pilot: Pilot) -> list[Allocation]:
    """The pilot's allocations with their people: lead first, then by name."""
    prefetch_related_objects([pilot], WITH_PEOPLE)
    return in_order(pilot.allocations.all())


def in_order(allocations: Iterable[Allocation]) -> list[Allocation]:
    """As a team is listed: by role, then by name."""
    order = list(TeamRole.values)
    return sorted(allocations, key=lambda a: (order.index(a.role), a.person.name, a.starts_on))


def full_time(allocations: Iterable[Allocation], *, on: date) -> Decimal:
    """Full-time equivalents promised on a day."""
    return Decimal(sum(a.percent for a in allocations if a.starts_on <= on <= a.ends_on)) / 100


def full_time_at_most(allocations: Iterable[Allocation]) -> Decimal:
    """Full-time equivalents on the heaviest day: what approving the team takes from its units."""
    promises = [Promise(a.percent, a.starts_on, a.ends_on) for a in allocations]
    if not promises:
        return Decimal(0)
    load = peak(
        promises,
        starts_on=min(p.starts_on for p in promises),
        ends_on=max(p.ends_on for p in promises),
    )
    return Decimal(load.percent) / 100


def seats_left_behind(person: User | None, *, today: date) -> QuerySet[TeamMember]:
    """Seats of this person, who has left, on teams of pilots that are not over, with time from
    today on; of anybody who has left where it is None."""
    seats = TeamMember.objects.filter(
        person__is_active=False, allocations__ends_on__gte=today
    ).exclude(pilot__status__in=ENDED)
    if person is not None:
        seats = seats.filter(person=person)
    return (
        seats.distinct()
        .select_related("person", "pilot__lead", "pilot__unit")
        .prefetch_related(Prefetch("allocations", to_attr="shares"))
        .order_by("pilot__title", "pk")
    )


def who_may_sit(member: TeamMember) -> QuerySet[User]:
    """Whom the seat of somebody who has left may be given to: whose roles reach the pilot, and who
    is not on the team. The lead's seat is for whoever leads."""
    pilot = member.pilot
    if member.role == TeamRole.LEAD:
        return User.objects.active().filter(pk=pilot.lead_id)
    reached = User.objects.holding(PilotsPermission.READ, pilot.unit)
    return reached.exclude(pk__in=pilot.team.values("person")).order_by("name")


def team_people(pilot: Pilot) -> list[User]:
    """The lead and everybody with time on the pilot, once each."""
    people = {pilot.lead_id: pilot.lead}
    for allocation in team(pilot):
        people.setdefault(allocation.person_id, allocation.person)
    return list(people.values())


def overlaps(pilot: Pilot, person: User, *, starts_on: date, ends_on: date) -> bool:
    """Whether the person is on the team on any of these days."""
    return Allocation.objects.filter(
        pilot=pilot, person=person, starts_on__lte=ends_on, ends_on__gte=starts_on
    ).exists()


def unit_to_ask(request: TimeRequest) -> Unit | None:
    """The person's unit, where with this share they would give more by themselves, on some day and to all
    pilots together, than it leaves to them, and somebody who gains nothing could answer for it."""
    unit, person = request.person.unit, request.person
    if unit is None:
        return None
    alone = Allocation.objects.filter(
        person=person,
        starts_on__lte=request.ends_on,
        ends_on__gte=request.starts_on,
        request__unit=None,
        request__taken_over=False,
    ).values_list("percent", "starts_on", "ends_on")
    load = peak(
        [Promise(*row) for row in alone], starts_on=request.starts_on, ends_on=request.ends_on
    )
    if load.percent + request.percent <= unit.alone():
        return None
    return unit if answers_for(unit, request) else None


def answers_for(unit: Unit, request: TimeRequest) -> list[User]:
    """Who answers for the unit of whoever is asked: its leaders, else those of the nearest unit above."""
    return nearest_leaders(unit, but=request.sides)


def leaders_of(units: Iterable[Unit]) -> dict[int, list[User]]:
    """For each unit, who leads it; where nobody does, who leads the nearest unit above. Two queries for all."""
    units = {unit.pk: unit for unit in units}.values()
    return {
        unit: next((level for level in levels if level), [])
        for unit, levels in _leaders_above(units).items()
    }


def _nearest(levels: Iterable[list[User]], *, but: Collection[int]) -> list[User]:
    """The first of these levels on which somebody is left."""
    others = ([one for one in level if one.pk not in but] for level in levels)
    return next(filter(None, others), [])


def nearest_leaders(unit: Unit, *, but: Collection[int]) -> list[User]:
    """Who leads the unit, or the nearest one above it that somebody leads, without these people."""
    return _nearest(_leaders_above([unit])[unit.pk], but=but)


def _leaders_above(units: Iterable[Unit]) -> dict[int, list[list[User]]]:
    """For each unit, who leads it and each unit above it, the nearest first. Two queries for all."""
    roles = [role.key for role in ROLES.values() if StaffingPermission.AGREE in role.permissions]
    chains: dict[int, list[int]] = {unit.pk: [] for unit in units}
    if not chains:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [list(chains)])
        for unit, above in cursor.fetchall():
            chains[unit].append(above)
    leaders: dict[int, list[User]] = defaultdict(list)
    grants = RoleGrant.objects.current().filter(
        role__in=roles,
        unit_id__within={one for chain in chains.values() for one in chain},
        person__is_active=True,
    )
    for grant in grants.select_related("person").order_by("person__name", "pk"):
        if grant.person not in leaders[grant.unit_id]:
            leaders[grant.unit_id].append(grant.person)
    return {unit: [leaders[one] for one in chain] for unit, chain in chains.items()}


_ABOVE = """
    WITH RECURSIVE above(unit, id, step) AS (
        SELECT id, id, 0 FROM innovation_unit WHERE id = ANY(%s)
        UNION ALL
        SELECT above.unit, child.parent_id, step + 1
        FROM innovation_unit child JOIN above ON child.id = above.id
        WHERE child.parent_id IS NOT NULL
    )
    SELECT unit, id FROM above ORDER BY unit, step
"""


def still_asked() -> TimeRequestQuerySet:
    """Requests that somebody could still answer, the longest first: once a pilot is over, nobody is asked."""
    found = TimeRequest.objects.open().exclude(pilot__status__in=ENDED)
    return found.for_list().order_by("asked_at", "pk")


def requests_of(pilot: Pilot) -> list[TimeRequest]:
    """All time that it ever asked for, the longest ago first; read once for a pilot that is at hand."""
    prefetch_related_objects([pilot], WITH_REQUESTS)
    return list(pilot.time_requests.all())


def still_asked_of(pilot: Pilot) -> list[TimeRequest]:
    """Those of its requests that somebody could still answer, the longest first."""
    if pilot.status in ENDED:
        return []
    return [one for one in requests_of(pilot) if not one.answer]


def said_no(pilot: Pilot) -> list[TimeRequest]:
    """Who, or whose unit, gave no time to the pilot; the last first."""
    no = (TimeAnswer.DECLINED, TimeAnswer.REFUSED)
    found = [one for one in requests_of(pilot) if one.answer in no]
    return sorted(found, key=lambda one: (one.answered_at or one.asked_at, one.pk), reverse=True)


def waiting_for(user: User) -> list[TimeRequest]:
    """What waits for this person's own yes, and for their unit's where they are the nearest who leads it.
    A team that is decided on stays as it is meanwhile, so nobody is asked then."""
    own = Q(person=user.pk, said_yes_at=None) if user.acting_for is None else Q(pk=None)
    mine = user.interests
    own_side = Q(person__in=mine) | Q(asked_by__in=mine) | Q(pilot__lead__in=mine)
    led = Q(unit_id__within=user.reach(StaffingPermission.AGREE)) & ~own_side
    waits = own | led if user.may(StaffingPermission.AGREE) else own
    found = still_asked().filter(waits).exclude(pilot__in=Pilot.objects.under_decision())
    requests = list(found[:_SHOWN])
    above = _leaders_above({one.unit for one in requests if one.unit is not None})
    return [
        one
        for one in requests
        if one.unit is None
        or any(
            leader.pk in user.interests for leader in _nearest(above[one.unit.pk], but=one.sides)
        )
    ]


_SHOWN = 30
