"""Accounts of machines: made, changed, given tokens, closed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from innovation.access import permissions
from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people import actions as people
from innovation.people.models import (
    SERVICE_DOMAIN,
    SERVICE_SCOPES,
    AccountKind,
    ApiToken,
    ServiceAccount,
    Unit,
    User,
)
from innovation.people.permissions import check_can_manage_people
from innovation.rules import constraints
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic


@atomic
def create_service(
    *,
    by: User,
    at: datetime,
    name: str,
    purpose: str,
    unit: Unit,
    owner: User,
    units: Iterable[Unit],
) -> ServiceAccount:
    """Make an account for a machine, kept by `unit`, that reaches `units`; `owner` answers for it.
    Nobody signs in by it: it has tokens alone."""
    check_can_manage_people(by, unit)
    _check_answers(owner, by=by)
    named = _named(units, by=by)
    with constraints.explained():
        account = User.objects.create_user(
            f"{secrets.token_hex(8)}{SERVICE_DOMAIN}",
            visible(name),
            None,
            kind=AccountKind.SERVICE,
            unit=unit,
            capacity_percent=0,
        )
        service = ServiceAccount.objects.create(
            account=account, purpose=visible(purpose), owner=owner, created_at=at, created_by=by
        )
    service.units.set(named)
    audit.record(
        "service.created",
        service,
        by=by,
        at=at,
        also=(owner,),
        owner=audit.named(owner),
        units=[audit.named(each) for each in named],
    )
    _tell_owner(service, by=by, at=at)
    return service


@atomic
def change_service(
    service: ServiceAccount,
    *,
    by: User,
    at: datetime,
    name: str,
    purpose: str,
    owner: User,
    units: Iterable[Unit],
) -> ServiceAccount:
    """Change its name, what it is for, who answers for it, and what it reaches."""
    _check_open(service)
    permissions.check_can_keep_service(by, service)
    is_new_owner = owner.pk != service.owner_id
    if is_new_owner:
        _check_answers(owner, by=by)
    named = _named(units, by=by)
    before = set(service.units.values_list("pk", flat=True))
    if (visible(name), visible(purpose)) == (service.account.name, service.purpose) and not (
        is_new_owner or before != {unit.pk for unit in named}
    ):
        return service
    service.account.name, service.purpose, service.owner = visible(name), visible(purpose), owner
    with constraints.explained():
        service.account.full_clean(exclude=["password"])
        service.account.save(update_fields=["name"])
        service.save(update_fields=["purpose", "owner"])
    service.units.set(named)
    audit.record(
        "service.changed",
        service,
        by=by,
        at=at,
        also=(owner,),
        owner=audit.named(owner),
        units=[audit.named(each) for each in named],
    )
    if is_new_owner:
        _tell_owner(service, by=by, at=at)
    return service


@atomic
def create_service_token(
    service: ServiceAccount,
    *,
    by: User,
    at: datetime,
    name: str,
    days: int,
    scopes: Iterable[str],
) -> tuple[ApiToken, str]:
    """A token of the machine's and its text, which is shown this once and kept nowhere."""
    _check_open(service)
    permissions.check_can_keep_service(by, service)
    wanted = [scope for scope in scopes if scope in SERVICE_SCOPES]
    token, text = people.write_token(service.account, name=name, days=days, scopes=wanted)
    said = ", ".join(token.scopes)
    audit.record("service.token_created", service, by=by, at=at, name=name, scopes=said)
    return token, text


@atomic
def revoke_service_token(
    service: ServiceAccount, token: ApiToken, *, by: User, at: datetime
) -> None:
    """Take one of its tokens away: who keeps it, or who answers for it."""
    if by.pk != service.owner_id:
        permissions.check_can_close_service(by, service)
    if token.user_id != service.pk:
        raise NotAllowed(_("This token is somebody else's."))
    token.delete()
    audit.record("service.token_revoked", service, by=by, at=at, name=token.name)


@atomic
def close_service(service: ServiceAccount, *, by: User, at: datetime, reason: str = "") -> None:
    """Close it for good: its tokens end, what it did keeps its name, and its owner is told."""
    permissions.check_can_close_service(by, service)
    open_ones = ServiceAccount.objects.filter(pk=service.pk, closed_at=None)
    if not open_ones.update(closed_at=at, closed_by=by):
        raise Conflict(_("This service account was closed already."))
    service.refresh_from_db()
    User.objects.filter(pk=service.pk).update(is_active=False)
    ended = people.end_tokens(service.account)
    audit.record(
        "service.closed",
        service,
        by=by,
        at=at,
        also=(service.owner,),
        reason=visible(reason),
        tokens=ended,
    )
    notices.notify(
        [service.owner],
        kind="access",
        title=_("%(who)s closed the service account %(name)s") % {"who": by, "name": service},
        text=visible(reason) or _("Whatever used it is refused from now on."),
        about=service,
        url=service.get_absolute_url(),
        at=at,
        but=by,
    )


def _check_open(service: ServiceAccount) -> None:
    if service.closed_at is not None:
        raise Conflict(_("This service account is closed. Make another where one is needed."))


def _check_answers(owner: User, *, by: User) -> None:
    if owner.is_service or not owner.is_active:
        raise Refused(_("Somebody with an open account answers for it."))
    if not User.objects.visible_to(by).filter(pk=owner.pk).exists():
        raise Refused(_("Choose somebody of the units that your role reaches."))


def _named(units: Iterable[Unit], *, by: User) -> list[Unit]:
    named = sorted(set(units), key=lambda unit: (unit.name, unit.pk))
    if not named:
        raise Refused(_("Choose at least one unit that it reaches."))
    for unit in named:
        may = permissions.can_name_unit(by, unit)
        if not may:
            raise Refused(may.reason)
        if unit.closed_at is not None:
            raise Refused(_("%(unit)s is closed.") % {"unit": unit})
    return named


def _tell_owner(service: ServiceAccount, *, by: User, at: datetime) -> None:
    notices.notify(
        [service.owner],
        kind="access",
        title=_("You answer for the service account %(name)s") % {"name": service},
        text=service.purpose,
        about=service,
        url=service.get_absolute_url(),
        at=at,
        but=by,
    )
