"""Who decides for whom today, and to whom somebody may delegate."""

from __future__ import annotations

from collections.abc import Collection

from innovation.people.models import Unit, UnitQuerySet, User, UserQuerySet
from innovation.rules import dates
from pilots.delegation.models import Delegation, DelegationQuerySet
from pilots.delegation.rights import RIGHT_AT
from pilots.lifecycle.room import PilotsPermission


def to_person(user: User) -> DelegationQuerySet:
    """By which this person may decide today; none while they act for somebody: what one has taken on
    is one's own to do."""
    if user.acting_for is not None:
        return Delegation.objects.none()
    return Delegation.objects.current().filter(to=user.pk).select_related("given_by", "unit")


def was_to_person(user: User, gate: str, unit: Unit) -> Delegation | None:
    """By which this person might have decided at this gate once: the one that ran last."""
    above = [one.pk for one in unit.ancestors(include_self=True)]
    return (
        Delegation.objects.filter(to=user.pk, accepted=True, unit__in=above)
        .filter(gates__contains=[gate], starts_on__lte=dates.today())
        .select_related("given_by", "ended_by")
        .order_by("-ends_on", "-pk")
        .first()
    )


def at_gate(givers: Collection[User], gate: str, unit: Unit) -> list[Delegation]:
    """What these people delegated at a gate of pilots in this unit."""
    above = [one.pk for one in unit.ancestors(include_self=True)]
    return list(
        Delegation.objects.current()
        .filter(given_by__in=[one.pk for one in givers], unit__in=above, gates__contains=[gate])
        .select_related("given_by", "to")
    )


def units_for(user: User) -> UnitQuerySet:
    """In which this person decides at some gate."""
    units = Unit.objects.none()
    for right in RIGHT_AT.values():
        units = units | user.units(right)
    return units.distinct()


def could_take(user: User) -> UserQuerySet:
    """Colleagues in the units of one's roles."""
    return User.objects.visible_to(user, None).active().exclude(pk=user.pk)


def reads_there(person: User, unit: Unit) -> bool:
    return person.may(PilotsPermission.READ, unit.pk)
