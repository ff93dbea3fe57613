"""Whose time is promised, and who has some left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from innovation.people.models import User
from pilots.lifecycle.models import Pilot, TeamMember, TeamRole
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED
from pilots.staffing.capacity import Promise, peak
from pilots.staffing.models import Allocation

WITH_PEOPLE = Prefetch("allocations", Allocation.objects.select_related("person", "member"))


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
