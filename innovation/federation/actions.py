"""What follows when an identity provider says who somebody is."""

from __future__ import annotations

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.federation import letters
from innovation.federation.providers import Identity
from innovation.people.models import User
from innovation.rules import constraints
from innovation.rules.refusal import NotAllowed
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
    return person


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
    return User.objects.create_user(identity.address, name[:120], None)


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
