"""API tokens: each person's own, and what ends them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.audit.actions import Actor
from innovation.people.models import ApiToken, User
from innovation.rules.refusal import NotAllowed, Refused
from innovation.rules.transactions import atomic
from innovation.web.scopes import Scope


@atomic
def create_token(
    *, by: User, at: datetime, name: str, days: int, scopes: Iterable[str] = (Scope.READ,)
) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown this once and kept nowhere."""
    token, text = write_token(by, name=name, days=days, scopes=scopes)
    audit.record("token.created", by, by=by, at=at, name=name, scopes=", ".join(token.scopes))
    return token, text


def write_token(
    account: User, *, name: str, days: int, scopes: Iterable[str]
) -> tuple[ApiToken, str]:
    """The row alone, for actions that ask and record."""
    if not 1 <= days <= settings.TOKEN_DAYS:
        raise Refused(
            _("A token ends after %(days)s days at most.") % {"days": settings.TOKEN_DAYS}
        )
    wanted = [scope.value for scope in Scope if scope in set(scopes)]
    if not wanted:
        raise Refused(_("Choose at least one thing that the token is made for."))
    return ApiToken.objects.create(
        user=account, expiry=timedelta(days=days), name=name, scopes=wanted
    )


def end_tokens(person: User) -> int:
    """Take all tokens of an account away, for actions that ask and record; how many they were."""
    ended, _by_table = ApiToken.objects.filter(user=person).delete()
    return ended


@atomic
def revoke_token(token: ApiToken, *, by: User, at: datetime) -> None:
    if token.user_id != by.pk:
        raise NotAllowed(_("This token is somebody else's."))
    token.delete()
    audit.record("token.revoked", by, by=by, at=at, name=token.name)


def end_tokens_without_role(person: User, *, by: Actor, at: datetime) -> None:
    """Whoever lost the last role keeps no token that would wake up with the next one."""
    if person.grants.current().exists():
        return
    if ended := end_tokens(person):
        audit.record("token.ended", person, by=by, at=at, tokens=ended)
