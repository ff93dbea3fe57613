"""Conditions of a yes: whose they are, and who may see to them."""

from __future__ import annotations

from django.db.models import Q

from innovation.people.models import User, UserQuerySet
from pilots.gates.models import GOES_ON, GateCondition, GateConditionQuerySet
from pilots.gates.permissions import PERMISSION_AT
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.staffing import queries as staffing


def conditions_for(user: User) -> GateConditionQuerySet:
    """Open conditions that this person sees to, verifies, or sponsors the pilot of, soonest first."""
    return (
        GateCondition.objects.open()
        .filter(Q(owner=user.pk) | Q(verifier=user.pk) | Q(review__pilot__sponsor=user.pk))
        .for_list()
        .order_by("due_on", "pk")
    )


def conditions_of(pilot: Pilot) -> list[GateCondition]:
    """All under which it goes on, the open ones first."""
    found = GateCondition.objects.filter(review__pilot=pilot, review__decision__in=GOES_ON)
    return sorted(found.for_list(), key=lambda one: (one.verified_at is not None, one.due_on))


def people_for_conditions(pilot: Pilot) -> UserQuerySet:
    """Who may see to a condition or verify it: whoever works on the pilot, decides, answers for safety,
    or is of the office."""
    permissions = (
        *PERMISSION_AT.values(),
        PilotsPermission.ANSWER_ALARMS,
        PilotsPermission.OPEN,
    )
    keys = {person.pk for person in staffing.team_people(pilot)} | {pilot.sponsor_id}
    for permission in permissions:
        keys |= {one.pk for one in User.objects.holding(permission, pilot.unit)}
    return User.objects.active().filter(pk__in=[key for key in keys if key]).order_by("name")
