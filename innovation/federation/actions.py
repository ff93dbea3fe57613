"""What follows when an identity provider says who somebody is, and which groups hold which roles."""

from __future__ import annotations

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.federation import letters, permissions, providers
from innovation.federation.models import GroupRole, GroupRoleQuerySet
from innovation.federation.providers import Identity
from innovation.people import actions as people
from innovation.people.models import RoleGrant, Unit, User
from innovation.people.roles import ROLES, needs_second_person
from innovation.rules import constraints
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.rules.transactions import atomic


@atomic
def enter(identity: Identity, *, at: datetime) -> User:
    """The account of who a provider says it is: found by the provider's subject, never by an
    address alone; joined or made where the provider answers for the address."""
    known = (
        SocialAccount.objects.filter(provider=identity.provider.key, uid=identity.subject)
        .select_related("user")
        .first()
    )
    person: User = known.user if known is not None else _first_time(identity, at=at)
    if person.is_active:
        _follow_groups(person, identity, at=at)
    return person


def _follow_groups(person: User, identity: Identity, *, at: datetime) -> None:
    """Give what the person's groups hold today, and take back what they held by a group that they
    left. What was given by hand stays, and so does what another provider's groups gave."""
    provider = identity.provider
    held_by_groups = RoleGrant.objects.filter(
        person=person, ended_at=None, from_group__startswith=f"{provider.key}:"
    )
    table = GroupRole.objects.current().filter(provider=provider.key)
    if identity.groups is None:
        if held_by_groups.exists() or table.exists():
            audit.record("sign_in.groups_unknown", person, by=person, at=at, provider=provider.name)
        return
    rows = table.filter(group__in=identity.groups)
    _hold(person, provider.key, rows, by=audit.System(provider.name), at=at)


@atomic
def hold_by_directory(
    person: User, rows: GroupRoleQuerySet, *, by: audit.Actor, at: datetime
) -> None:
    """The same for somebody whose groups a directory sends by SCIM: what `rows` of the table give
    is held, and nothing else that its groups gave."""
    if person.is_active:
        _hold(person, providers.DIRECTORY, rows, by=by, at=at)


def _hold(
    person: User, key: str, rows: GroupRoleQuerySet, *, by: audit.Actor, at: datetime
) -> None:
    # Two windows that sign in at once would give everything twice.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    lost_some = person.grants.taken_back().exists()
    wanted = {
        (row.role, row.unit_id): row
        for row in rows.select_related("unit", "made_by")
        if row.made_by_id != person.pk
        and row.unit.closed_at is None
        and row.role in ROLES
        and not needs_second_person(row.role)
        and not (lost_some and row.withheld().filter(person=person).exists())
    }
    held = set(person.grants.current().values_list("role", "unit_id"))
    for place, row in sorted(wanted.items()):
        if place not in held:
            people.grant_from_group(
                person,
                at=at,
                unit=row.unit,
                role=row.role,
                decided_by=row.made_by,
                group=row.mark,
                by=by,
            )
    # After what is given, so that nobody who moves to another group is without a role between.
    given_by_groups = RoleGrant.objects.filter(
        person=person, ended_at=None, from_group__startswith=f"{key}:"
    ).select_related("person", "unit")
    for given in given_by_groups.order_by("pk"):
        if (given.role, given.unit_id) not in wanted:
            people.end_from_group(given, at=at, by=by)
    person.refresh_from_db()


def _first_time(identity: Identity, *, at: datetime) -> User:
    provider = identity.provider
    if not identity.address or not identity.vouched:
        raise NotAllowed(
            _(
                "%(provider)s says who you are, but does not answer for your e-mail address, so no"
                " account was opened or made for you."
            )
            % {"provider": provider.name}
            + " "
            + _whom_to_ask()
        )
    once = _("You signed in twice at the same moment. Sign in again.")
    with constraints.explained(
        {
            "socialaccount_socialaccount_provider_uid_fc810c6e_uniq": once,
            "innovation_user_email_key": once,
            "user_email_unique_any_case": once,
        }
    ):
        person = User.objects.filter(email__iexact=identity.address).first()
        if person is None:
            person = _make(identity)
            event = "sign_in.account_made"
        else:
            _check_may_join(person, identity)
            event = "sign_in.account_joined"
        SocialAccount.objects.create(user=person, provider=provider.key, uid=identity.subject)
    if event == "sign_in.account_made":
        audit.record("sign_in.account_made", person, by=person, at=at, provider=provider.name)
    else:
        audit.record("sign_in.account_joined", person, by=person, at=at, provider=provider.name)
    return person


def _make(identity: Identity) -> User:
    if not identity.provider.makes_accounts:
        raise NotAllowed(
            _("%(provider)s says who you are, but you have no account here.")
            % {"provider": identity.provider.name}
            + " "
            + _whom_to_ask()
        )
    name = identity.name or identity.address.partition("@")[0]
    return User.objects.create_user(identity.address, name[:120], None, unit=_home(identity))


def _home(identity: Identity) -> Unit | None:
    """Where somebody new belongs: where a group of theirs holds a role, else the top, so that some
    administrator sees them."""
    rows = GroupRole.objects.current().filter(
        provider=identity.provider.key, group__in=identity.groups or (), unit__closed_at=None
    )
    row = rows.select_related("unit").order_by("pk").first()
    if row is not None:
        return row.unit
    return Unit.objects.roots().open().order_by("pk").first()


def _check_may_join(person: User, identity: Identity) -> None:
    """An account is its owner's: a provider that gives out the address itself may say who that is,
    once. Whoever was given a former colleague's address is not that colleague."""
    provider = identity.provider
    if not provider.answers_for(identity.address):
        raise NotAllowed(
            _(
                "There is an account with the address %(address)s, and %(provider)s does not give out"
                " such addresses, so it does not open it."
            )
            % {"address": identity.address, "provider": provider.name}
            + " "
            + _whom_to_ask()
        )
    if SocialAccount.objects.filter(user=person, provider=provider.key).exists():
        raise NotAllowed(
            _(
                "The account with the address %(address)s is somebody else's by what %(provider)s"
                " said before."
            )
            % {"address": identity.address, "provider": provider.name}
            + " "
            + _whom_to_ask()
        )


def _whom_to_ask() -> str:
    """Whoever reads it has no account, so nobody is named to them."""
    return _("Ask an administrator of %(organisation)s.") % {"organisation": settings.ORGANISATION}


@atomic
def note_break_glass(person: User, *, at: datetime, address: str) -> None:
    """Somebody came in by a password although only providers may be used: written down, and told to
    all administrators, since it happens on bad days alone."""
    names = ", ".join(str(provider["name"]) for provider in settings.IDENTITY_PROVIDERS)
    audit.record(
        "sign_in.by_break_glass", person, by=person, at=at, address=address, providers=names
    )
    letters.of_break_glass(person, at=at, address=address)


# Which groups hold which roles


@atomic
def give_by_group(
    *, by: User, at: datetime, provider: str, group: str, unit: Unit, role: str
) -> GroupRole:
    """Decide that whoever is in a group holds a role, from their next sign-in on;
    within a minute where a directory says who is in it."""
    permissions.check_can_give_by_group(by, unit=unit, role=role)
    if provider not in providers.whose_groups():
        raise Refused(_("There is no such provider."))
    if unit.closed_at is not None:
        raise Refused(_("%(unit)s is closed; no roles are given there.") % {"unit": unit})
    with constraints.explained():
        row = GroupRole.objects.create(
            provider=provider, group=group, role=role, unit=unit, made_at=at, made_by=by
        )
    _record_group("group_role.made", row, by=by, at=at)
    return row


@atomic
def confirm_by_group(row: GroupRole, *, by: User, at: datetime) -> int:
    """Decide anew that everybody in the group holds the role, those, too, from whom it was taken
    back; how many these are. They get it as its other people do."""
    permissions.check_can_give_by_group(by, unit=row.unit, role=row.role)
    row.refresh_from_db(from_queryset=GroupRole.objects.select_for_update(of=("self",)))
    if row.ended_at is not None:
        raise Conflict(_("This has been ended already."))
    count = row.withheld().exclude(person=by).values("person").distinct().count()
    row.confirmed_at, row.confirmed_by = at, by
    row.save(update_fields=["confirmed_at", "confirmed_by"])
    _record_group("group_role.confirmed", row, by=by, at=at, people=count)
    return count


@atomic
def end_by_group(row: GroupRole, *, by: User, at: datetime) -> int:
    """End it; who held the role by this group alone holds it no more. How many they were."""
    permissions.check_can_manage_people(by, row.unit)
    if not GroupRole.objects.current().filter(pk=row.pk).update(ended_at=at, ended_by=by):
        raise Conflict(_("This has been ended already."))
    given = RoleGrant.objects.filter(
        ended_at=None, from_group=row.mark, role=row.role, unit=row.unit
    ).select_related("person", "unit")
    count = 0
    for each in given.order_by("pk"):
        people.end_from_group(each, at=at, by=by)
        count += 1
    _record_group("group_role.ended", row, by=by, at=at, people=count)
    return count


def _record_group(
    event_type: str, row: GroupRole, *, by: User, at: datetime, **details: object
) -> None:
    audit.record(
        event_type,
        row,
        by=by,
        at=at,
        also=(row.unit,),
        unit_id=row.unit_id,
        group=row.group,
        provider=row.provider_name,
        role={"ref": f"role:{row.role}", "name": row.role_name},
        unit=audit.named(row.unit),
        **details,
    )
