"""OpenID Connect: asking, and what an answer must be before anybody believes it.

The sign-in library leaves out what it may where the token came straight from the provider over TLS
(OpenID Connect Core 3.1.3.7): it looks at no signature, sends no nonce and allows for no clock that
is a little wrong. It also takes the word of the userinfo endpoint without asking whose it is, and
parameters of the request from whoever wrote the link. Here each is checked.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode

from innovation.federation.providers import Identity, IdentityProvider

# Seconds by which the provider's clock may differ from ours.
CLOCK_SKEW = 60
# Signed with the provider's private key. Not HS256: whoever can check it could make it, too.
ALGORITHMS = [
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
]
_KEPT_SECONDS = 300
# Of a session: the token that the provider gets back when the person signs out.
ID_TOKEN = "sso_id_token"  # noqa: S105 - the name of a key


def app_of(provider: IdentityProvider) -> SocialApp:
    """The provider as the sign-in library knows one; it stands in no table."""
    return SocialApp(
        provider=OpenIDConnectProvider.id,
        provider_id=provider.key,
        name=provider.name,
        client_id=provider.wire["client_id"],
        secret=provider.wire["client_secret"],
        settings={
            "server_url": provider.wire["issuer"],
            "scope": provider.wire["scope"],
            "oauth_pkce_enabled": True,
        },
    )


class VerifyingAdapter(OpenIDConnectOAuth2Adapter):
    """As the library's, but it believes nothing that is not signed and meant for this sign-in."""

    nonce: str | None = None
    asked_again = False  # whether the person was to show anew who they are

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself, under the issuer's address that it was set up with."""
        if not hasattr(self, "_openid_config"):
            provider = self.get_provider()
            issuer = provider.app.settings["server_url"]
            config = _kept(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if config.get("issuer") != issuer:
                raise OAuth2Error(f"it calls itself {config.get('issuer')!r}, not {issuer!r}")
            needed = {"authorization_endpoint", "token_endpoint", "jwks_uri"}
            if missing := needed - config.keys():
                raise OAuth2Error(f"it names no {', '.join(sorted(missing))}")
            self._openid_config = config
        kept: dict[str, Any] = self._openid_config
        return kept

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        text = kwargs["response"].get("id_token")
        if not text:
            raise OAuth2Error("the answer holds no ID token")
        claims = self._verified(text)
        if "userinfo_endpoint" in self.openid_config:
            said = self._fetch_user_info(token.token)
            if said.get("sub") != claims["sub"]:
                raise OAuth2Error("the userinfo is somebody else's")
            claims = {**said, **claims}
        provider = self.get_provider()
        login = provider.sociallogin_from_response(request, {"id_token": claims})
        login.identity = identity_of(claims, provider.configured)
        request.session[ID_TOKEN] = text
        return login

    def _verified(self, text: str) -> dict[str, Any]:
        """The claims of an ID token of this provider, for us, for this sign-in, of now."""
        client_id = self.get_provider().app.client_id
        try:
            claims = jwt.decode(
                text,
                key=self._key_of(text),
                algorithms=ALGORITHMS,
                audience=client_id,
                issuer=self.openid_config["issuer"],
                leeway=CLOCK_SKEW,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error(f"the ID token is refused: {error}") from error
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("azp", client_id if len(audiences) == 1 else None) != client_id:
            raise OAuth2Error("the ID token was made for another client")
        given = claims.get("nonce")
        if not self.nonce or not isinstance(given, str):
            raise OAuth2Error("the ID token answers no sign-in of ours")
        if not secrets.compare_digest(given.encode(), self.nonce.encode()):
            raise OAuth2Error("the ID token answers another sign-in")
        at = claims.get("auth_time")
        if self.asked_again and isinstance(at, int) and at < claims["iat"] - CLOCK_SKEW:
            raise OAuth2Error("the provider did not ask anew who it is")
        return claims

    def _key_of(self, text: str) -> jwt.PyJWK:
        """The provider's key by which the token says it was signed; asked for anew where it is not
        among those that were kept, since providers change theirs."""
        header = jwt.get_unverified_header(text)
        address = self.openid_config["jwks_uri"]
        for fresh in (False, True):
            keys = jwt.PyJWKSet.from_dict(_kept(address, fresh=fresh)).keys
            signing = [key for key in keys if key.public_key_use in (None, "sig")]
            if "kid" in header:
                signing = [key for key in signing if key.key_id == header["kid"]]
            if len(signing) == 1:
                return signing[0]
        raise OAuth2Error("the ID token is signed by no key of the provider")


def _kept(address: str, *, fresh: bool = False) -> dict[str, Any]:
    """A document of the provider's, kept for some minutes."""
    found: dict[str, Any] | None = None if fresh else cache.get(f"openid:{address}")
    if found is None:
        with get_adapter().get_requests_session() as session:
            answer = session.get(address)
            answer.raise_for_status()
            found = answer.json()
        if not isinstance(found, dict):
            raise OAuth2Error(f"{address} answers with something else")
        cache.set(f"openid:{address}", found, _KEPT_SECONDS)
    return found


class OpenIDProvider(OpenIDConnectProvider):
    """One of the settings' providers, as the library asks for one."""

    oauth2_adapter_class = VerifyingAdapter

    def __init__(self, request: HttpRequest, configured: IdentityProvider) -> None:
        super().__init__(request, app=app_of(configured))
        self.configured = configured

    def extract_extra_data(self, data: object) -> dict[str, object]:
        """The library would keep in its table all that the provider said; nobody needs it after."""
        return {}

    def serialize(self) -> dict[str, Any]:
        """By its key, which alone is its own: two providers may know us by one name."""
        return {"id": self.configured.key}


class CallbackView(OAuth2CallbackView):
    """Hands the nonce of the sign-in that is answered to who checks the answer."""

    def _get_state(
        self, request: HttpRequest, provider: OpenIDConnectProvider
    ) -> tuple[dict[str, Any] | None, HttpResponse | None]:
        state, answer = super()._get_state(request, provider)
        if state is not None:
            self.adapter.nonce = state.get("nonce")
            self.adapter.asked_again = state.get("again", False)
        return state, answer


def begin(
    request: HttpRequest, provider: IdentityProvider, *, next_url: str | None, again: bool
) -> str:
    """The address at which the provider asks who somebody is; `again` even where it knows."""
    nonce = secrets.token_urlsafe(24)
    asked = {"nonce": nonce}
    if provider.wire["acr_values"]:
        asked["acr_values"] = provider.wire["acr_values"]
    if again:
        asked |= {"prompt": "login", "max_age": "0"}
    answer = OpenIDProvider(request, provider).redirect(
        request, process="login", next_url=next_url, auth_params=asked, nonce=nonce, again=again
    )
    return str(answer.url)


def finish(request: HttpRequest, provider: IdentityProvider) -> HttpResponse:
    """What comes of the provider's answer."""
    view = CallbackView.adapter_view(VerifyingAdapter(request, provider.key))
    answer: HttpResponse = view(request)
    return answer


def identity_of(claims: Mapping[str, Any], provider: IdentityProvider) -> Identity:
    """Who the claims of a checked token say it is."""
    address = str(claims.get("email") or "").strip()
    methods = claims.get("amr")
    said = {str(claims.get("acr", "")), *map(str, methods if isinstance(methods, list) else [])}
    return Identity(
        provider=provider,
        subject=str(claims["sub"]),
        address=address,
        vouched=claims.get("email_verified") is True or provider.answers_for(address),
        name=_name(claims),
        groups=_groups(claims, provider.groups),
        second_step=bool(provider.second_step & said),
    )


def _name(claims: Mapping[str, Any]) -> str:
    parts = (claims.get("given_name"), claims.get("family_name"))
    return str(claims.get("name") or " ".join(str(part) for part in parts if part)).strip()


def _groups(claims: Mapping[str, Any], name: str) -> frozenset[str] | None:
    """The groups in a claim. A provider leaves an empty claim out; but Entra ID also leaves one out
    that would be too long, and says so."""
    elsewhere = claims.get("_claim_names")
    if claims.get("hasgroups") or (isinstance(elsewhere, dict) and name in elsewhere):
        return None
    given = claims.get(name, [])
    return frozenset(map(str, given if isinstance(given, list) else [given]))


def end_session(request: HttpRequest, provider: IdentityProvider, *, back_to: str) -> str | None:
    """The address at which the provider ends its own session, where it has one
    (OpenID Connect RP-Initiated Logout)."""
    adapter = VerifyingAdapter(request, provider.key)
    try:
        address = adapter.openid_config.get("end_session_endpoint")
    except (OAuth2Error, requests.RequestException):
        return None  # our own session ends whether or not the provider answers
    if not address:
        return None
    said = {"client_id": provider.wire["client_id"], "post_logout_redirect_uri": back_to}
    if token := request.session.get(ID_TOKEN):
        said["id_token_hint"] = token
    return f"{address}{'&' if '?' in address else '?'}{urlencode(said)}"
