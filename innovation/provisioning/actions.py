"""SCIM tokens, and what a directory does by one: people come, change and leave; groups follow.

Whatever it does to an account is the action of the people room that an administrator takes by
hand, with the same rules.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.federation import actions as federation
from innovation.people import actions as people
from innovation.people.models import Unit, User, UserQuerySet
from innovation.people.permissions import can_manage_person, check_can_manage_people
from innovation.people.room import PeoplePermission
from innovation.provisioning import permissions, queries, received
from innovation.provisioning.models import (
    DirectoryAccount,
    DirectoryClient,
    DirectoryGroup,
    DirectoryMembership,
    ScimToken,
)
from innovation.provisioning.received import NameTaken, SentGroup, SentPerson
from innovation.rules import constraints
from innovation.rules.refusal import Conflict, Malformed
from innovation.rules.transactions import atomic
from innovation.web.keys import key_of

# When a token was last used is known to the minute; a directory asks thousands of times in a row.
USE_KEPT_TO = timedelta(minutes=1)
AT_ONCE = 200


# Tokens


@atomic
def create_token(
    *, by: User, at: datetime, name: str, unit: Unit, days: int, mails_welcome: bool = False
) -> tuple[ScimToken, str]:
    """A new token and its text, which is shown this once and kept nowhere."""
    check_can_manage_people(by, unit)
    text = f"scim_{secrets.token_urlsafe(32)}"
    token = ScimToken.objects.create(
        name=name,
        unit=unit,
        owner=by,
        start=text[:10],
        digest=_digest(text),
        mails_welcome=mails_welcome,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    audit.record(
        "scim_token.created", token, by=by, at=at, also=(unit,), name=name, unit=audit.named(unit)
    )
    return token, text


@atomic
def revoke_token(token: ScimToken, *, by: User, at: datetime) -> None:
    permissions.check_can_revoke(by, token)
    revoked = ScimToken.objects.filter(pk=token.pk, revoked_at=None)
    if not revoked.update(revoked_at=at, revoked_by=by):
        raise Conflict(_("This token was revoked already."))
    audit.record("scim_token.revoked", token, by=by, at=at, also=(token.unit,), name=token.name)


def client_of(text: str, *, at: datetime) -> DirectoryClient | None:
    """Whoever acts by the token of this text; None where it opens nothing: unknown, revoked, over,
    or its owner no longer keeps the people of its unit."""
    token = (
        ScimToken.objects.current(at).select_related("unit").filter(digest=_digest(text)).first()
    )
    if token is None:
        return None
    client = DirectoryClient.objects.of(token)
    if not client.may(PeoplePermission.MANAGE, token.unit_id):
        return None
    ScimToken.objects.filter(
        Q(last_used_at=None) | Q(last_used_at__lt=at - USE_KEPT_TO), pk=token.pk
    ).update(last_used_at=at)
    return client


def _digest(text: str) -> str:
    """Of 256 random bits, so no slow hash is needed: nobody guesses them from it."""
    return hashlib.sha256(text.encode()).hexdigest()


def one_at_a_time() -> None:
    """What directories write queues, until the end of the transaction: two that read the same group
    would each write it without the other's member."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('innovation directory'))")


# People


@atomic
def admit(sent: SentPerson, *, by: DirectoryClient, at: datetime) -> User:
    """Make the account of somebody whom the directory sends; whom it deleted before comes back to
    their own, without the roles that they had."""
    _check_readable(sent)
    person = _with_name_of(sent).first()
    if person is None:
        person = people.create_person(
            by=by,
            at=at,
            email=sent.email,
            name=sent.name,
            job_title=sent.title,
            unit=queries.unit_for(sent.department, by) or by.token.unit,
            welcome=by.token.mails_welcome,
        )
        _write_account(person, sent, by=by, at=at)
    else:
        _check_comes_back(person, by)
        for given in person.grants.filter(ended_at=None).select_related("unit", "person"):
            if given.from_group:  # nobody took it back: the directory deleted them
                people.end_from_group(given, by=by, at=at)
            else:
                people.end_grant(given, by=by, at=at)
        DirectoryAccount.objects.filter(person=person).update(deleted_at=None)
        person = queries.people_of(by).get(pk=person.pk)
        people.reactivate(person, by=by, at=at)
        DirectoryAccount.objects.filter(person=person).update(closed_at=None)
        person = queries.people_of(by).get(pk=person.pk)
        _change_details(person, sent, by=by, at=at)
        _write_account(person, sent, by=by, at=at)
    if not sent.active:
        _close(person, by=by, at=at)
    return person


def _check_comes_back(person: User, by: DirectoryClient) -> None:
    account: DirectoryAccount | None = getattr(person, "directory_account", None)
    in_reach = person.unit_id in by.reach(PeoplePermission.MANAGE)
    if not in_reach or account is None or account.deleted_at is None:
        raise NameTaken(_("Somebody has this user name or e-mail already."))


@atomic
def change(person: User, sent: SentPerson, *, by: DirectoryClient, at: datetime) -> User:
    """Let an account be as the directory says. Whoever leaves is closed first, whatever else was
    sent with it: a name that may not be changed must not keep a leaver in."""
    _check_readable(sent)
    if _with_name_of(sent).exclude(pk=person.pk).exists():
        raise NameTaken(_("Somebody else has this user name or e-mail already."))
    if person.is_active and not sent.active:
        _write_account(person, sent, by=by, at=at)
        if can_manage_person(by, person):
            _change_details(person, sent, by=by, at=at)
        _close(person, by=by, at=at)
        return person
    if sent.active and not person.is_active:
        _check_closed_by_directory(person)
        people.reactivate(person, by=by, at=at)
        DirectoryAccount.objects.filter(person=person).update(closed_at=None)
        _follow_groups([person.pk], by=by, at=at)
    _change_details(person, sent, by=by, at=at)
    _write_account(person, sent, by=by, at=at)
    return person


def _check_closed_by_directory(person: User) -> None:
    account: DirectoryAccount | None = getattr(person, "directory_account", None)
    if account is None or account.closed_at is None:
        raise Conflict(
            _("The account of %(name)s was closed by hand; an administrator opens it again there.")
            % {"name": person.name}
        )


@atomic
def delete(person: User, *, by: DirectoryClient, at: datetime) -> None:
    """Close the account for good, as far as the directory knows; what the person did stays."""
    if person.is_active:
        _close(person, by=by, at=at)
    DirectoryMembership.objects.filter(
        person=person, group__in=DirectoryGroup.objects.visible_to(by)
    ).delete()
    account, _new = DirectoryAccount.objects.get_or_create(
        person=person, defaults={"user_name": person.email, "changed_at": at}
    )
    account.closed_at, account.deleted_at, account.changed_at = account.closed_at or at, at, at
    account.save(update_fields=["closed_at", "deleted_at", "changed_at"])
    audit.record("directory_account.deleted", person, by=by, at=at)


def _close(person: User, *, by: DirectoryClient, at: datetime) -> None:
    people.deactivate(person, by=by, at=at, reason=_("The directory says that they have left."))
    account, _new = DirectoryAccount.objects.get_or_create(
        person=person, defaults={"user_name": person.email, "changed_at": at}
    )
    account.closed_at = account.changed_at = at
    account.save(update_fields=["closed_at", "changed_at"])


def _with_name_of(sent: SentPerson) -> UserQuerySet:
    return queries.named_people().filter(
        Q(directory_name__iexact=sent.user_name) | Q(email__iexact=sent.email)
    )


def _check_readable(sent: SentPerson) -> None:
    if not sent.user_name:
        raise Malformed(_("A user name is missing."))
    if not sent.email:
        raise Malformed(_("An e-mail is missing, and the user name is none: people sign in by it."))
    if faults := received.faults(sent):
        raise Malformed(" ".join(faults))


def _change_details(person: User, sent: SentPerson, *, by: DirectoryClient, at: datetime) -> None:
    account: DirectoryAccount | None = getattr(person, "directory_account", None)
    fields: dict[str, object] = {"email": sent.email, "job_title": sent.title, "name": sent.name}
    if account is not None and sent.display_name == person.name:
        before = f"{account.given_name} {account.family_name}".strip()
        if before == person.name and sent.full_name:
            fields["name"] = sent.full_name
    moved = sent.department != (account.department if account else "")
    if moved and (unit := queries.unit_for(sent.department, by)) is not None:
        fields["unit"] = unit
    if any(getattr(person, name) != value for name, value in fields.items()):
        people.change_person(person, by=by, at=at, **fields)


def _write_account(person: User, sent: SentPerson, *, by: DirectoryClient, at: datetime) -> None:
    """What the directory calls them, with an event where that is new."""
    told = {
        "user_name": sent.user_name,
        "external_id": sent.external_id,
        "given_name": sent.given_name,
        "family_name": sent.family_name,
        "department": sent.department,
    }
    before: DirectoryAccount | None = getattr(person, "directory_account", None)
    if before is not None and all(getattr(before, name) == value for name, value in told.items()):
        return
    account = before or DirectoryAccount(person=person)
    renamed = before is not None and before.user_name != sent.user_name
    for name, value in told.items():
        setattr(account, name, value)
    account.changed_at = at
    with constraints.explained():
        account.save(force_insert=before is None)
    person.directory_account = account
    if before is None:
        audit.record("directory_account.linked", person, by=by, at=at, user_name=sent.user_name)
    elif renamed:
        audit.record("directory_account.renamed", person, by=by, at=at, user_name=sent.user_name)


# Groups


@atomic
def create_group(sent: SentGroup, *, by: DirectoryClient, at: datetime) -> DirectoryGroup:
    _check_group(sent, by)
    with constraints.explained():
        group = DirectoryGroup.objects.create(
            unit=by.token.unit,
            name=sent.name,
            external_id=sent.external_id,
            created_at=at,
            changed_at=at,
        )
    audit.record("directory_group.created", group, by=by, at=at, also=(group.unit,))
    _set_members(group, sent, by=by, at=at)
    return group


@atomic
def change_group(
    group: DirectoryGroup, sent: SentGroup, *, by: DirectoryClient, at: datetime
) -> DirectoryGroup:
    """Let a group have this name and these members."""
    _check_group(sent, by, but=group)
    renamed = group.name != sent.name
    group.name, group.external_id, group.changed_at = sent.name, sent.external_id, at
    with constraints.explained():
        group.save(update_fields=["name", "external_id", "changed_at"])
    if renamed:
        audit.record("directory_group.renamed", group, by=by, at=at)
    _set_members(group, sent, by=by, at=at)
    if renamed:
        members = group.memberships.values_list("person_id", flat=True)
        _follow_groups(members, by=by, at=at)
    return group


@atomic
def delete_group(group: DirectoryGroup, *, by: DirectoryClient, at: datetime) -> None:
    members = list(group.memberships.values_list("person_id", flat=True))
    audit.record("directory_group.deleted", group, by=by, at=at)
    group.delete()
    _follow_groups(members, by=by, at=at)


def _check_group(sent: SentGroup, by: DirectoryClient, but: DirectoryGroup | None = None) -> None:
    if not sent.name:
        raise Malformed(_("A group has a name."))
    if faults := received.faults(sent):
        raise Malformed(" ".join(faults))
    unit = but.unit_id if but else by.token.unit_id
    alike = DirectoryGroup.objects.filter(unit_id=unit, name__iexact=sent.name)
    if alike.exclude(pk=but.pk if but else 0).exists():
        raise NameTaken(_("There is a group of this name already."))


def _set_members(
    group: DirectoryGroup, sent: SentGroup, *, by: DirectoryClient, at: datetime
) -> None:
    before = set(group.memberships.values_list("person_id", flat=True))
    wanted = {key_of(text) or 0 for text in sent.members}
    coming = wanted - before
    known = set(queries.people_of(by).filter(pk__in=coming).values_list("pk", flat=True))
    if unknown := coming - known:
        raise Malformed(
            _("No person of this directory has the id %(ids)s; groups in groups are not kept.")
            % {"ids": ", ".join(sorted(map(str, unknown))[:5])}
        )
    going = before - wanted
    if not (coming or going):
        return
    DirectoryMembership.objects.bulk_create(
        DirectoryMembership(group=group, person_id=key, since=at) for key in sorted(coming)
    )
    group.memberships.filter(person_id__in=going).delete()
    audit.record(
        "directory_group.members_changed",
        group,
        by=by,
        at=at,
        also=User.objects.filter(pk__in=sorted(coming | going)[:100]),
        added=len(coming),
        removed=len(going),
    )
    _follow_groups(coming | going, by=by, at=at)


def _follow_groups(keys: Iterable[int], *, by: audit.Actor, at: datetime) -> None:
    for person in queries.with_roles_of_groups(keys):
        federation.hold_by_directory(person, queries.roles_of_groups(person), by=by, at=at)


@atomic
def follow_groups(*, at: datetime) -> int:
    """Let roles follow the table of groups where a line of it is newer than what the directory last
    said; for how many people."""
    one_at_a_time()
    behind = queries.out_of_step()
    _follow_groups(sorted(behind)[:AT_ONCE], by=audit.System(_("Directory sync")), at=at)
    return len(behind)
