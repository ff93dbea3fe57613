"""Whom and what a directory keeps, and the tokens that let it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Count, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce, Lower

from innovation.federation.models import GroupRole, GroupRoleQuerySet
from innovation.federation.providers import DIRECTORY
from innovation.people.models import AccountKind, RoleGrant, Unit, User, UserQuerySet
from innovation.people.room import PeoplePermission
from innovation.provisioning.models import (
    DirectoryClient,
    DirectoryGroup,
    DirectoryMembership,
    ScimToken,
)


@dataclass(frozen=True)
class Column:
    """Where an attribute stands: the look-up of a field, and how it is compared."""

    field: str
    kind: str = "text"  # text in any case, exact text, key, truth or moment


PERSON_COLUMNS = {
    "id": Column("pk", "key"),
    "username": Column("directory_name"),
    "externalid": Column("directory_account__external_id", "exact"),
    "displayname": Column("name"),
    "title": Column("job_title"),
    "name.givenname": Column("directory_account__given_name"),
    "name.familyname": Column("directory_account__family_name"),
    "active": Column("is_active", "truth"),
    "emails.value": Column("email"),
    "groups.value": Column("directory_groups__pk", "key"),
    "department": Column("directory_account__department"),
    "meta.created": Column("date_joined", "moment"),
    "meta.lastmodified": Column("changed_at", "moment"),
}
GROUP_COLUMNS = {
    "id": Column("pk", "key"),
    "displayname": Column("name"),
    "externalid": Column("external_id", "exact"),
    "members.value": Column("members__pk", "key"),
    "meta.created": Column("created_at", "moment"),
    "meta.lastmodified": Column("changed_at", "moment"),
}


def named_people() -> UserQuerySet:
    """Everybody, by what their directory calls them or, where none does, by their e-mail."""
    people: UserQuerySet = User.objects.annotate(
        directory_name=Coalesce("directory_account__user_name", "email", output_field=CharField())
    ).select_related("directory_account")
    return people


def people_of(client: DirectoryClient) -> UserQuerySet:
    """Whom a directory may see: who belongs to its units, but for those whom it deleted."""
    groups = DirectoryGroup.objects.visible_to(client)
    return (
        named_people()
        .filter(kind=AccountKind.PERSON, unit_id__within=client.reach(PeoplePermission.MANAGE))
        .exclude(directory_account__deleted_at__isnull=False)
        .prefetch_related(Prefetch("directory_groups", queryset=groups))
    )


def unit_for(department: str, client: DirectoryClient) -> Unit | None:
    """The one open unit that has this code or name; None where there is none, or several."""
    if not department:
        return None
    units = client.units(PeoplePermission.MANAGE)
    by_code = list(units.filter(code=department)[:2])
    found = by_code or list(units.filter(name__iexact=department)[:2])
    return found[0] if len(found) == 1 else None


def members_of(groups: list[DirectoryGroup]) -> dict[int, list[int]]:
    """The keys of the members of each group; one query for all of them."""
    found: dict[int, list[int]] = {group.pk: [] for group in groups}
    rows = DirectoryMembership.objects.filter(group__in=groups).order_by("pk")
    for group, person in rows.values_list("group_id", "person_id"):
        found[group].append(person)
    return found


def roles_of_groups(person: User) -> GroupRoleQuerySet:
    """What of the table of groups the person holds by a directory: a group gives roles in the unit
    whose directory sent it and below, nowhere else."""
    found = Q(pk__in=[])
    for group in person.directory_groups.select_related("unit"):
        within = [unit.pk for unit in group.unit.descendants(include_self=True)]
        found |= Q(group__iexact=group.name, unit__in=within)
    return _by_directory().filter(found)


def with_roles_of_groups(keys: Iterable[int]) -> UserQuerySet:
    """Of these people, whom the table of groups concerns: they are in a group that it names, or
    hold a role by one. A first sync of thousands asks once for each group, not for each person."""
    named = {row.group.lower() for row in _by_directory()}
    in_named = DirectoryMembership.objects.annotate(lower_name=Lower("group__name")).filter(
        lower_name__in=named
    )
    holding = RoleGrant.objects.filter(ended_at=None, from_group__startswith=f"{DIRECTORY}:")
    people: UserQuerySet = User.objects.filter(
        Q(pk__in=in_named.values("person")) | Q(pk__in=holding.values("person")),
        pk__in=list(keys),
    )
    return people


def _by_directory() -> GroupRoleQuerySet:
    return GroupRole.objects.current().filter(provider=DIRECTORY)


def out_of_step() -> set[int]:
    """Whose roles do not follow the table of groups any more: a line of it was made or ended since
    their directory was last heard of."""
    behind: set[int] = set()
    for row in _by_directory().select_related("unit"):
        above = [unit.pk for unit in row.unit.ancestors(include_self=True)]
        members = (
            DirectoryMembership.objects.filter(
                group__name__iexact=row.group, group__unit__in=above, person__is_active=True
            )
            .exclude(person=row.made_by_id)
            .exclude(person__in=row.withheld().values("person"))
        )
        holding = RoleGrant.objects.current().filter(unit=row.unit, role=row.role)
        behind.update(
            members.exclude(person__in=holding.values("person")).values_list("person", flat=True)
        )
    return behind


@dataclass(frozen=True)
class TokenLine:
    token: ScimToken
    state: str  # open, ended, revoked or stopped
    may_revoke: bool


def tokens(user: User, at: datetime) -> list[TokenLine]:
    """The tokens of the units whose people the user keeps; those that open something first."""
    seen = ScimToken.objects.visible_to(user).select_related("unit", "owner", "revoked_by")
    lines = [TokenLine(token, _state(token, at), token.revoked_at is None) for token in seen]
    return sorted(lines, key=lambda line: line.state != "open")


def _state(token: ScimToken, at: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at <= at:
        return "ended"
    return "open" if token.owner.may(PeoplePermission.MANAGE, token.unit_id) else "stopped"


def groups(user: User) -> QuerySet[DirectoryGroup]:
    return (
        DirectoryGroup.objects.visible_to(user)
        .select_related("unit")
        .annotate(count=Count("members"))
    )
