"""How a source knows us: no credentials, a name and password, a token, or one that we get with a secret
(OAuth) or a signature (SMART Backend Services); and over TLS a certificate of ours."""

import base64
import time
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import quote

from pilots.connectors import signing, target, tls
from pilots.connectors.answer import HttpAnswer, shortened
from pilots.connectors.errors import BadAnswer, BadConfig, CredentialsRefused, NotFound, Who
from pilots.connectors.fields import Config, Field
from pilots.connectors.http import HttpClient

_KEPT = "Kept encrypted; it is never shown again."
_BY_TOKEN = ("oauth", "smart")
# A token that ends sooner is not used any more: a request takes its time.
_SOONEST = 30.0
_SHORTEST_LIFE = 60.0

FIELDS = (
    Field(
        "auth",
        "How to sign in",
        type="choice",
        choices=(
            ("none", "No sign-in"),
            ("basic", "User name and password"),
            ("bearer", "Access token"),
            ("oauth", "OAuth, client id and secret"),
            ("smart", "SMART Backend Services, client id and signature"),
        ),
        default="none",
    ),
    Field("username", "User name", only_if=("auth", ("basic",))),
    Field("password", "Password", help=_KEPT, secret=True, only_if=("auth", ("basic",))),
    Field("token", "Access token", help=_KEPT, secret=True, only_if=("auth", ("bearer",))),
    Field("client_id", "Client id", only_if=("auth", _BY_TOKEN)),
    Field("client_secret", "Client secret", help=_KEPT, secret=True, only_if=("auth", ("oauth",))),
    Field(
        "client_auth",
        "The secret is sent",
        type="choice",
        choices=(("header", "in the header, as most servers want"), ("form", "in the form")),
        default="header",
        only_if=("auth", ("oauth",)),
        optional=True,
    ),
    Field(
        "token_url",
        "Address for tokens",
        help="SMART: left empty, it is found under .well-known/smart-configuration.",
        type="url",
        only_if=("auth", _BY_TOKEN),
        optional=True,
        placeholder="https://login.example.org/token",
    ),
    Field(
        "scope",
        "Scope",
        help="Such as system/MeasureReport.rs; of older servers system/MeasureReport.read.",
        only_if=("auth", _BY_TOKEN),
        optional=True,
    ),
    Field(
        "signing_algorithm",
        "Signed with",
        help="By keys that are made from now on.",
        type="choice",
        choices=tuple((one, one) for one in signing.ALGORITHMS),
        default=signing.ALGORITHMS[0],
        only_if=("auth", ("smart",)),
        optional=True,
    ),
    Field(
        "signing_key",
        "Signing key",
        help="Left empty, one is made here; its public half stands at an address that the source's page names.",
        type="pem",
        secret=True,
        only_if=("auth", ("smart",)),
        optional=True,
    ),
    Field(
        "ca_certificate",
        "Certificate of the authority",
        help="Where the server's own is signed by the hospital itself. In PEM.",
        type="pem",
        check=tls.problem,
        seldom=True,
    ),
    Field(
        "client_certificate",
        "Our certificate",
        help="Where the server asks for one (mutual TLS). In PEM, with those between it and the authority.",
        type="pem",
        check=tls.problem,
        seldom=True,
    ),
    Field(
        "client_key",
        "Key of our certificate",
        help=f"In PEM, without a password. {_KEPT}",
        type="pem",
        secret=True,
        seldom=True,
    ),
)


class Visiting(Protocol):
    """What is needed of a visit to sign in."""

    @property
    def config(self) -> Config: ...
    @property
    def client(self) -> HttpClient: ...
    @property
    def secrets(self) -> Mapping[str, str]: ...


def problems(values: Config) -> dict[str, str]:
    """What of a sign-in does not go together."""
    if values.get("auth") == "oauth" and not values.get("token_url"):
        return {"token_url": "This is needed."}
    return {}


def equip(visit: Visiting) -> None:
    """Give the client what the source's own servers are met with."""
    config = visit.config
    own = tls.Tls(
        str(config.get("ca_certificate") or ""),
        str(config.get("client_certificate") or ""),
        visit.secrets.get("client_key") or "",
    )
    if own.authority or own.certificate:
        for name in ("base_url", "url", "token_url"):
            if config.get(name):
                visit.client.met_with[target.parse(str(config[name])).host] = own


def headers(visit: Visiting) -> dict[str, str]:
    """The Authorization header for one request, or none."""
    config, secrets = visit.config, visit.secrets
    way = config.get("auth") or "none"
    if way == "none":
        return {}
    if way == "basic":
        name, password = str(config.get("username") or ""), secrets.get("password") or ""
        if not name or not password:
            raise _missing("user name and password")
        return {"Authorization": _basic(name, password)}
    if way == "bearer":
        token = (secrets.get("token") or "").strip()
        if not token:
            raise _missing("access token")
        if not _is_sendable(token):
            raise BadConfig(
                "The access token has a character that no token has, perhaps a line break from "
                "copying. Enter it again on the source's page.",
                who=Who.SOURCE_OWNER,
            )
        return {"Authorization": f"Bearer {token}"}
    if way in _BY_TOKEN:
        return {"Authorization": f"Bearer {_token(visit)}"}
    raise BadConfig(f"“{way}” is not a way to sign in that we know.", who=Who.SOURCE_OWNER)


def _token(visit: Visiting) -> str:
    """A token for this visit, got anew before it ends."""
    kept = visit.client.token
    if kept is None or kept[1] - time.monotonic() < _SOONEST:
        kept = visit.client.token = _new_token(visit)
    return kept[0]


def _new_token(visit: Visiting) -> tuple[str, float]:
    config, secrets = visit.config, visit.secrets
    client_id = str(config.get("client_id") or "")
    if not client_id:
        raise _missing("client id")
    form, private = {"grant_type": "client_credentials"}, dict[str, str]()
    if config.get("scope"):
        form["scope"] = str(config["scope"])
    if config.get("auth") == "smart":
        pem = secrets.get(signing.SIGNS) or ""
        if not pem:
            raise _missing("signing key")
        url = str(config.get("token_url") or "") or _discovered(visit)
        form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        form["client_assertion"] = signing.assertion(pem, client_id=client_id, audience=url)
    else:
        url, secret = str(config["token_url"]), secrets.get("client_secret") or ""
        if not secret:
            raise _missing("client secret")
        if config.get("client_auth") == "form":
            form |= {"client_id": client_id, "client_secret": secret}
        else:
            # RFC 6749, 2.3.1: each is encoded before they are put together.
            private = {"Authorization": _basic(quote(client_id, safe=""), quote(secret, safe=""))}
    started = time.monotonic()
    try:
        answer = visit.client.post(url, form, credentials=private, explain=_reason)
    except BadAnswer as error:
        if error.code != "status":
            raise
        raise CredentialsRefused(
            f"No token was given: {error.sentence} Check client id, scope and key of this source."
        ) from None
    return _read_token(answer, started)


def _read_token(answer: HttpAnswer, started: float) -> tuple[str, float]:
    found = answer.json()
    token = found.get("access_token") if isinstance(found, Mapping) else None
    if not isinstance(token, str) or not token or not _is_sendable(token):
        raise BadAnswer(f"{answer.host} answered without an access token.", who=Who.INTEGRATION)
    if str(found.get("token_type") or "bearer").lower() != "bearer":
        raise BadAnswer(
            f"{answer.host} gave a token of a kind that we do not use.", who=Who.INTEGRATION
        )
    life = found.get("expires_in")
    seconds = float(life) if isinstance(life, int | float) and 0 < life < 10**6 else _SHORTEST_LIFE
    return token, started + seconds


def _discovered(visit: Visiting) -> str:
    """Where tokens are given, as the FHIR server says."""
    base = str(visit.config.get("base_url") or "")
    if not base:
        raise _missing("address for tokens")
    place = target.parse(base)
    try:
        answer = visit.client.get(
            target.under(base.partition("?")[0], ".well-known/smart-configuration")
        )
    except NotFound:
        raise BadConfig(
            f"{place.host} does not say where it gives tokens. Enter the address on the source's page.",
            who=Who.SOURCE_OWNER,
        ) from None
    found = answer.json()
    url = found.get("token_endpoint") if isinstance(found, Mapping) else None
    if not isinstance(url, str) or not url:
        raise BadAnswer(
            f"{place.host} does not say where it gives tokens. Enter the address on the source's page."
        )
    there = target.parse(url)
    if place.scheme == "https" and there.scheme != "https":
        raise BadAnswer(f"{place.host} gives its tokens at an address that is not secure.")
    if place.host in visit.client.met_with:
        visit.client.met_with.setdefault(there.host, visit.client.met_with[place.host])
    return url


def _reason(answer: HttpAnswer) -> str:
    """What an OAuth server says of a refusal (RFC 6749, 5.2)."""
    try:
        body = answer.json()
    except BadAnswer:
        return ""
    if not isinstance(body, Mapping):
        return ""
    return shortened(
        ": ".join(str(body[name]) for name in ("error", "error_description") if body.get(name))
    )


def _basic(name: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode('ascii')}"


def _is_sendable(token: str) -> bool:
    return token.isascii() and token.isprintable() and " " not in token


def _missing(what: str) -> BadConfig:
    return BadConfig(
        f"This source has no {what} yet. Enter it on the source's page.",
        who=Who.SOURCE_OWNER,
    )
