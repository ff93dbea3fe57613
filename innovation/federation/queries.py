"""Reads over the roles of groups."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from innovation.federation.models import GroupRole
from innovation.people.models import RoleGrant, User
from innovation.people.room import PeoplePermission


def withheld(rows: Iterable[GroupRole]) -> list[tuple[GroupRole, list[RoleGrant]]]:
    """Of these lines, those that somebody in the group is not given: the role was taken back from
    them, and nobody gave it by hand since."""
    held = RoleGrant.objects.current().filter(
        person=OuterRef("person"), role=OuterRef("role"), unit=OuterRef("unit")
    )
    taken_back = RoleGrant.objects.taken_back().filter(~Exists(held), person__is_active=True)
    places = set(taken_back.values_list("role", "unit_id").distinct())
    found = []
    for row in rows:
        if (row.role, row.unit_id) not in places:
            continue
        kept_from = taken_back.filter(pk__in=row.withheld(), from_group=row.mark)
        latest = kept_from.order_by("person__name", "person_id", "-ended_at").distinct(
            "person__name", "person_id"
        )
        if grants := list(latest.select_related("person", "unit", "ended_by")):
            found.append((row, grants))
    return found


def withheld_from(person: User, *, seen_by: User) -> list[RoleGrant]:
    """Roles that a group gave this person and gives no more, where the viewer sees people."""
    lost = person.grants.taken_back().filter(unit__within=seen_by.reach(PeoplePermission.READ))
    places = set(lost.values_list("role", "unit_id"))
    rows = GroupRole.objects.current().filter(
        role__in={role for role, _unit in places}, unit__in={unit for _role, unit in places}
    )
    return [
        given for _row, grants in withheld(rows) for given in grants if given.person_id == person.pk
    ]
