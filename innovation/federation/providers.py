"""The identity providers that this installation trusts, as its settings name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext


@dataclass(frozen=True)
class IdentityProvider:
    """One of them: what it is called, how far it is believed, and how it is spoken to."""

    key: str  # in addresses, and beside each person's subject: it stays
    name: str
    speaks: str  # openid or saml
    groups: str  # the claim or attribute that lists a person's groups
    domains: frozenset[str]  # the domains for whose addresses it answers
    second_step: frozenset[str]  # what it says when it asked for a second step
    makes_accounts: bool
    wire: Mapping[str, Any]  # what only its protocol asks

    def answers_for(self, address: str) -> bool:
        """Whether this address is of a domain that the provider gives out itself."""
        return address.rpartition("@")[2].lower() in self.domains


_COMMON = ("key", "name", "speaks", "groups", "domains", "second_step", "makes_accounts")


def configured() -> list[IdentityProvider]:
    """All of them, in the order in which the settings name them."""
    rows: list[Any] = settings.IDENTITY_PROVIDERS
    return [
        IdentityProvider(
            key=given["key"],
            name=given["name"],
            speaks=given["speaks"],
            groups=given["groups"],
            domains=frozenset(given["domains"]),
            second_step=frozenset(given["second_step"]),
            makes_accounts=given["makes_accounts"],
            wire={name: value for name, value in given.items() if name not in _COMMON},
        )
        for given in rows
    ]


def named(key: str) -> IdentityProvider | None:
    return next((provider for provider in configured() if provider.key == key), None)


# Groups that a directory sends by itself (SCIM) stand in the table beside those of sign-ins.
DIRECTORY = "scim"


def whose_groups() -> dict[str, str]:
    """Whose groups may hold roles: by key, with the name."""
    return {
        **{provider.key: provider.name for provider in configured()},
        DIRECTORY: gettext("Directory sync (SCIM)"),
    }


@dataclass(frozen=True)
class Identity:
    """Who a provider says somebody is, once its answer was checked."""

    provider: IdentityProvider
    subject: str
    address: str  # empty: it named none
    vouched: bool  # whether the provider answers for the address
    name: str
    groups: frozenset[str] | None  # None: it did not say
    second_step: bool  # whether it asked for one, and may be believed
