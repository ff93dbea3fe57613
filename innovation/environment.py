"""What the variables of the environment say, and whether it may be so. Settings are made of it.

Outside development nothing secret has a default: the process refuses to start half-configured.
"""

import os
import re
from collections.abc import Collection
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

from innovation.people.breached import BreachedList

# For NumPy and SciPy, which ask when they are first imported. Each process of ours has others beside
# it; a thread of every core for each matrix of a few hundred rows mostly waits, and waits busily.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class SecretFiles(FileAwareMapping):  # type: ignore[misc]  # the library has no types
    """The environment, in which NAME_FILE may say which file holds NAME. The library's own lets the
    file win without a word, and keeps the line break at its end."""

    def __getitem__(self, key: str) -> str:
        path = self.env.get(f"{key}_FILE")
        if path and self.env.get(key):
            raise ImproperlyConfigured(f"Both {key} and {key}_FILE are set. Keep one of them.")
        try:
            value: str = super().__getitem__(key)
        except (OSError, ValueError) as error:
            raise ImproperlyConfigured(
                f"{key}_FILE names {path}, which cannot be read: {error}"
            ) from error
        return value.strip() if path else value


class Variables(environ.Env):  # type: ignore[misc]
    ENVIRON = SecretFiles()


env = Variables()

ENVIRONMENT = env.str("PILOTLIGHT_ENV", default="production")
if ENVIRONMENT not in ("development", "test", "production"):
    raise ImproperlyConfigured(
        f"PILOTLIGHT_ENV is {ENVIRONMENT!r}; it must be development, test or production."
    )
DEVELOPING = ENVIRONMENT in ("development", "test")


def required(name: str, development: str | None = None, *, shape: str = "", must: str = "") -> str:
    """The variable's value; outside development a missing one, or one that is not of the `shape`
    (a regular expression), stops the process with a sentence."""
    value: str = env.str(name, default="").strip()
    if value and not DEVELOPING and not re.fullmatch(shape or ".*", value, re.DOTALL):
        raise ImproperlyConfigured(f"{name} {must}. docs/operations.md lists every variable.")
    if value:
        return value
    if DEVELOPING and development is not None:
        return development
    raise ImproperlyConfigured(
        f"{name} is not set. Pilotlight does not start half-configured; "
        "docs/operations.md lists every variable. To try the product, run `python3 dev.py up`."
    )


def optional(name: str, *, shape: str, must: str) -> str:
    """The variable's value, "" where it is not set; one that is not of the `shape` stops the process."""
    return required(name, shape=shape, must=must) if env.str(name, default="").strip() else ""


def whole(name: str, default: int, least: int = 0, most: int | None = None) -> int:
    """A whole number."""
    try:
        value: int = env.int(name, default=default)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} is {env.str(name)!r}; it must be a whole number."
        ) from error
    if value < least:
        raise ImproperlyConfigured(f"{name} must be {least} or more.")
    if most is not None and value > most:
        raise ImproperlyConfigured(f"{name} must be {most} or less.")
    return value


def one_of(name: str, default: str, known: Collection[str]) -> str:
    """One of the values that there are; of many, only the nearest are named."""
    value: str = env.str(name, default=default)
    if value not in known:
        near = (
            sorted(known) if len(known) < 20 else get_close_matches(value, known, n=5, cutoff=0.4)
        )
        raise ImproperlyConfigured(
            f"{name} is {value!r}, which does not exist. There is: {', '.join(near)}."
        )
    return value


def stays_here(host: str) -> bool:
    """Whether it is a socket, or an address that no network sees."""
    if host.startswith(("/", "@")) or host in ("", "localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def database_is_proven(database: dict[str, Any]) -> bool:
    """Whether what is told to the database reaches it alone: it stays here, or its certificate is
    checked. What the address leaves out, libpq takes from its own variables."""
    options = database["OPTIONS"]
    mode = options.get("sslmode") or os.environ.get("PGSSLMODE", "")
    hosts = f"{options.get('hostaddr', '')},{database['HOST'] or os.environ.get('PGHOST', '')}"
    here = all(stays_here(host.strip()) for host in hosts.split(","))
    return mode in ("verify-ca", "verify-full") or (here and "service" not in options)


def broker_is_proven(url: str) -> bool:
    """Of each broker that the address names. `rediss://` alone checks no certificate (kombu 5.7)."""
    for one in url.split(";"):
        parts = urlsplit(one.strip())
        asked = parse_qs(parts.query)
        checks = asked.get("ssl_cert_reqs", [""])[-1] in ("required", "CERT_REQUIRED")
        by_name = asked.get("ssl_check_hostname", ["true"])[-1].lower() != "false"
        proven = (
            parts.scheme == "redis+socket"
            or (parts.scheme == "rediss" and checks and by_name)
            or (parts.scheme == "amqps" and not any(name.startswith("ssl") for name in asked))
            or stays_here(parts.hostname or "")
        )
        if not proven:
            return False
    return True


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Addresses and networks, with commas."""
    try:
        return [ip_network(text.strip()) for text in env.list(name, default=[])]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name}: {error}. It must be addresses or networks, with commas."
        ) from error


def networks_and_names(name: str) -> tuple[list[IPv4Network | IPv6Network], list[str]]:
    """Networks, and hosts or (with a dot before) domains, with commas."""
    found: tuple[list[IPv4Network | IPv6Network], list[str]] = ([], [])
    for text in env.list(name, default=[]):
        one = text.strip().lower().removeprefix("*").removesuffix(".")
        try:
            found[0].append(ip_network(one))
        except ValueError as error:
            if not re.fullmatch(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*", one) or one[-1].isdigit():
                raise ImproperlyConfigured(
                    f"{name} names {text.strip()!r}, which is neither a network (10.20.0.0/16), nor a host, nor a "
                    "domain (.hospital.internal)."
                ) from error
            found[1].append(one)
    return found


def breached_list(name: str) -> Path | None:
    """Where the list of known passwords lies; one that cannot be searched stops the process."""
    value: str = env.str(name, default="").strip()
    if not value:
        return None
    try:
        BreachedList(Path(value)).check()
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(
            f"{name} names a list of known passwords that cannot be used: {error} "
            "docs/operations.md says how to fetch one."
        ) from error
    return Path(value)


def provider_keys(name: str) -> list[str]:
    """The keys of identity providers; each is part of their variables' names and of an address."""
    keys = [key.strip().lower() for key in env.list(name, default=[]) if key.strip()]
    for key in keys:
        if not re.fullmatch(r"[a-z][a-z0-9]{0,29}", key):
            raise ImproperlyConfigured(
                f"{name} names {key!r}. A key is a letter, then letters and digits, 30 at most."
            )
    return keys


def identity_provider(name: str, key: str) -> dict[str, Any]:
    """What is said of a provider whatever it speaks."""
    return {
        "key": key,
        "name": env.str(f"{name}_NAME", default=key.capitalize()),
        "groups": env.str(f"{name}_GROUPS", default="groups"),
        "domains": [domain.strip().lower() for domain in env.list(f"{name}_DOMAINS", default=[])],
        "second_step": env.list(f"{name}_SECOND_STEP", default=[]),
        "makes_accounts": env.bool(f"{name}_MAKES_ACCOUNTS", default=True),
    }


def openid_provider(key: str) -> dict[str, Any]:
    name = f"PILOTLIGHT_OIDC_{key.upper()}"
    return {
        **identity_provider(name, key),
        "speaks": "openid",
        "issuer": required(
            f"{name}_ISSUER",
            shape=r"https://[^\s?#]+",
            must="must be the issuer's address, https://…, as its tokens name it",
        ),
        "client_id": required(f"{name}_CLIENT_ID"),
        "client_secret": required(f"{name}_CLIENT_SECRET"),
        "scope": env.str(f"{name}_SCOPE", default="openid profile email").split(),
        "acr_values": env.str(f"{name}_ACR_VALUES", default=""),
    }


def saml_provider(key: str) -> dict[str, Any]:
    name = f"PILOTLIGHT_SAML_{key.upper()}"
    address = {"shape": r"https://\S+", "must": "must be an address, https://…"}
    return {
        **identity_provider(name, key),
        "speaks": "saml",
        "entity_id": required(f"{name}_ENTITY_ID"),
        "sign_in": required(f"{name}_SIGN_IN_URL", **address),
        "sign_out": env.str(f"{name}_SIGN_OUT_URL", default=""),
        "certificates": [
            certificate.strip()
            for certificate in required(f"{name}_CERTIFICATES").split(",")
            if certificate.strip()
        ],
        "subject": env.str(f"{name}_SUBJECT", default=""),
        "address": env.list(f"{name}_EMAIL", default=SAML_ADDRESS),
        "display_name": env.list(f"{name}_DISPLAY_NAME", default=SAML_DISPLAY_NAME),
    }


# By which attributes an address and a name are known, where the settings name none: as in Shibboleth
# and its like (OIDs), Entra ID and ADFS (addresses), Okta and Keycloak (plain).
SAML_ADDRESS = [
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "email",
    "mail",
]
SAML_DISPLAY_NAME = [
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "displayName",
    "name",
]
