"""Reads over people, units and roles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from innovation.people.models import RoleGrant, Session, Unit, User, UserQuerySet
from innovation.people.room import PeoplePermission
from innovation.web import idle


@dataclass
class Branch:
    """A unit with what stands below it."""

    unit: Unit
    people: int
    below: list[Branch] = field(default_factory=list)


def tree(units: QuerySet[Unit]) -> list[Branch]:
    """The units as branches, by name; a unit whose parent is not among them begins a tree."""
    counted = units.annotate(
        people_here=Count(
            "people", filter=Q(people__is_active=True, people__kind="person"), distinct=True
        )
    ).order_by("name", "pk")
    branches = {unit.pk: Branch(unit, unit.people_here) for unit in counted}
    tops: list[Branch] = []
    for branch in branches.values():
        above = branches.get(branch.unit.parent_id) if branch.unit.parent_id else None
        (above.below if above else tops).append(branch)
    return tops


def listed(
    viewer: User, *, text: str = "", unit: Unit | None = None, closed: bool = False
) -> UserQuerySet:
    """People the viewer may see, with their current roles loaded; `unit` means it and below."""
    people = User.objects.visible_to(viewer).filter(is_active=not closed)
    if text:
        people = people.filter(
            Q(name__icontains=text) | Q(email__icontains=text) | Q(job_title__icontains=text)
        )
    if unit is not None:
        within = unit.descendants(include_self=True).values("pk")
        held = RoleGrant.objects.current().filter(person=OuterRef("pk"), unit__in=within)
        people = people.filter(Q(unit__in=within) | Exists(held))
    return with_roles(people, viewer)


def with_roles(people: UserQuerySet, viewer: User) -> UserQuerySet:
    """Each person with `shown_grants`: the current roles in units whose people the viewer sees."""
    grants = (
        RoleGrant.objects.current()
        .filter(unit__within=viewer.reach(PeoplePermission.READ))
        .select_related("unit", "granted_by")
        .order_by("granted_at", "pk")
    )
    return people.select_related("unit").prefetch_related(
        Prefetch("grants", queryset=grants, to_attr="shown_grants")
    )


def past_grants(person: User, viewer: User) -> QuerySet[RoleGrant]:
    """Roles that the person held and holds no more, where the viewer sees people."""
    return (
        person.grants.exclude(pk__in=person.grants.current())
        .filter(unit__within=viewer.reach(PeoplePermission.READ))
        .select_related("unit", "granted_by", "ended_by")
        .order_by(F("ended_at").desc(nulls_first=True), "-ends_on")
    )


def is_last_administrator(person: User, unit: Unit) -> bool:
    """Whether nobody else keeps this root unit with no day on which that ends. Ask under the lock
    of the unit's row."""
    if unit.parent_id is not None:
        return False
    others = RoleGrant.objects.current().filter(
        unit=unit, role="administrator", ends_on=None, person__is_active=True
    )
    return not others.exclude(person=person).exists()


def sessions(person: User, *, at: datetime) -> list[Session]:
    """Where the person is signed in, the latest first."""
    kept = Session.objects.filter(person=person, expire_date__gt=at).order_by("-expire_date")
    now = at.timestamp()
    return [session for session in kept if not idle.is_over(session.get_decoded(), now=now)]


@dataclass(frozen=True)
class SecondSteps:
    """What somebody has besides the password."""

    app: bool
    passkeys: int

    def __bool__(self) -> bool:
        return self.app or self.passkeys > 0


def second_steps(person: User) -> SecondSteps:
    types = list(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    return SecondSteps(
        app=Authenticator.Type.TOTP in types,
        passkeys=types.count(Authenticator.Type.WEBAUTHN),
    )
