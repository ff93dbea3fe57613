"""SAML 2: asking, and what an answer must be before anybody believes it.

python3-saml checks signatures, times, issuer and destination. It accepts an assertion that names no
audience, one whose bearer may use it for ever, and one that nobody asked for; the sign-in library
asks for no signature on the assertion itself. None of these is taken here.
"""

from __future__ import annotations

from typing import Any

import xmlsec
from allauth.socialaccount.helpers import complete_social_login, render_authentication_error
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from innovation.federation.providers import Identity, IdentityProvider

# Seconds by which the provider's clock may differ from ours: the library's own, for the times between
# which an assertion holds.
CLOCK_SKEW: int = Names.ALLOWED_CLOCK_DRIFT
# Characters of an answer. A person in a thousand groups fills a tenth of it.
LONGEST_ANSWER = 400_000
# Of a session: by what the provider knows the session that is to be ended there.
SESSION_THERE = "sso_saml_session"
TOO_MANY_GROUPS = "http://schemas.microsoft.com/claims/groups.link"
_BROKEN = (
    *(OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, ValueError, TypeError),
    *(etree.LxmlError, xmlsec.Error),
)


class Unbelievable(Exception):
    """What came is no answer of this provider's to a sign-in of ours."""


def app_of(provider: IdentityProvider) -> SocialApp:
    """The provider as the sign-in library knows one; it stands in no table."""
    return SocialApp(
        provider=SAMLProvider.id,
        provider_id=provider.key,
        name=provider.name,
        client_id=provider.key,
        settings={},
    )


class AssertedProvider(SAMLProvider):
    """One of the settings' providers, as the library asks for one."""

    def __init__(self, request: HttpRequest, configured: IdentityProvider) -> None:
        super().__init__(request, app=app_of(configured))
        self.configured = configured

    def extract_uid(self, data: Identity) -> str:
        return data.subject

    def extract_extra_data(self, data: Identity) -> dict[str, object]:
        return {}

    def extract_common_fields(self, data: Identity) -> dict[str, object]:
        return {}

    def serialize(self) -> dict[str, Any]:
        return {"id": self.configured.key}


def _addresses(request: HttpRequest, key: str) -> dict[str, str]:
    return {
        name: request.build_absolute_uri(reverse(f"saml_{name}", kwargs={"key": key}))
        for name in ("acs", "sls", "metadata")
    }


def _config(request: HttpRequest, provider: IdentityProvider) -> dict[str, Any]:
    """Both sides, as python3-saml asks for them."""
    here, wire = _addresses(request, provider.key), provider.wire
    there: dict[str, Any] = {
        "entityId": wire["entity_id"],
        "singleSignOnService": {"url": wire["sign_in"], "binding": Names.BINDING_HTTP_REDIRECT},
        "x509certMulti": {"signing": wire["certificates"]},
    }
    if wire["sign_out"]:
        there["singleLogoutService"] = {
            "url": wire["sign_out"],
            "binding": Names.BINDING_HTTP_REDIRECT,
        }
    return {
        "strict": True,
        "debug": False,
        "sp": {
            "entityId": here["metadata"],
            "assertionConsumerService": {
                "url": here["acs"],
                "binding": Names.BINDING_HTTP_POST,
            },
            "singleLogoutService": {
                "url": here["sls"],
                "binding": Names.BINDING_HTTP_REDIRECT,
            },
            "NameIDFormat": Names.NAMEID_PERSISTENT,
        },
        "idp": there,
        "security": {
            "wantAssertionsSigned": True,
            "wantNameId": not wire["subject"],
            "wantAttributeStatement": False,
            "allowRepeatAttributeName": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "allowSingleLabelDomains": True,
        },
    }


class Verified(OneLogin_Saml2_Auth):
    """As the library's, which does not say whom an assertion is for."""

    audiences: tuple[str, ...] = ()

    def store_valid_response(self, response: Any) -> None:
        super().store_valid_response(response)
        self.audiences = tuple(response.get_audiences())


def _auth(
    request: HttpRequest, provider: IdentityProvider, path: str, **sent: dict[str, str]
) -> Verified:
    """python3-saml's side of one exchange; `path` is where what was `sent` came in."""
    asked = {
        "https": "on" if request.is_secure() else "off",
        "http_host": request.get_host(),
        "script_name": path,
        "get_data": {},
        "post_data": {},
        **sent,
    }
    return Verified(asked, _config(request, provider))


def begin(
    request: HttpRequest, provider: IdentityProvider, *, next_url: str | None, again: bool
) -> str:
    """The address at which the provider asks who somebody is; `again` even where it knows."""
    auth = _auth(request, provider, "/")
    target = auth.login(return_to="", force_authn=again, set_nameid_policy=False)
    AssertedProvider(request, provider).stash_redirect_state(
        request, "login", next_url, state_id=auth.get_last_request_id()
    )
    return str(target)


def finish(request: HttpRequest, provider: IdentityProvider, answer: str) -> HttpResponse:
    """What comes of the provider's answer."""
    library_s = AssertedProvider(request, provider)
    try:
        login = _login_of(request, library_s, answer)
    except (Unbelievable, PermissionDenied) as error:
        refused: HttpResponse = render_authentication_error(request, library_s, exception=error)
        return refused
    page: HttpResponse = complete_social_login(request, login)
    return page


def _login_of(request: HttpRequest, library_s: AssertedProvider, answer: str) -> SocialLogin:
    provider = library_s.configured
    path = reverse("saml_acs", kwargs={"key": provider.key})
    try:
        auth = _auth(request, provider, path, post_data={"SAMLResponse": answer})
        auth.process_response()
    except _BROKEN as error:
        raise Unbelievable(f"the answer cannot be read: {error}") from error
    if auth.get_errors() or not auth.is_authenticated():
        raise Unbelievable(auth.get_last_error_reason() or "the provider let nobody in")
    _check_meant_for_us(auth, provider)
    identity = identity_of(auth, provider)
    asked = auth.get_last_response_in_response_to()
    if not asked:
        raise Unbelievable("nobody here had asked")
    login = library_s.sociallogin_from_response(request, identity)
    login.state = library_s.unstash_redirect_state(request, asked)
    login.identity = identity
    request.session[SESSION_THERE] = {
        "name_id": auth.get_nameid(),
        "name_id_format": auth.get_nameid_format(),
        "nq": auth.get_nameid_nq(),
        "spnq": auth.get_nameid_spnq(),
        "session_index": auth.get_session_index(),
    }
    return login


def _check_meant_for_us(auth: Verified, provider: IdentityProvider) -> None:
    """What the library lets pass where it is left out."""
    if auth.get_last_assertion_not_on_or_after() is None:
        raise Unbelievable("the assertion says not until when its bearer may use it")
    if auth.get_settings().get_sp_data()["entityId"] not in auth.audiences:
        raise Unbelievable("the assertion names no audience")
    is_transient = auth.get_nameid_format() == Names.NAMEID_TRANSIENT
    if is_transient and not provider.wire["subject"]:
        raise Unbelievable(
            "the NameID is another at each sign-in; name an attribute for the subject"
        )


def identity_of(auth: Verified, provider: IdentityProvider) -> Identity:
    """Who a checked assertion says it is."""
    said: dict[str, list[str | None]] = auth.get_attributes()

    def values(name: str) -> list[str]:
        return [value for value in said.get(name, []) if value]

    def first(names: list[str]) -> str:
        return next((value.strip() for name in names for value in values(name)), "")

    wire = provider.wire
    address = first(wire["address"])
    if not address and auth.get_nameid_format() == Names.NAMEID_EMAIL_ADDRESS:
        address = auth.get_nameid() or ""
    subject = first([wire["subject"]]) if wire["subject"] else auth.get_nameid()
    if not subject or len(subject) > 191:
        raise Unbelievable("the assertion names nobody, or by more than 191 characters")
    return Identity(
        provider=provider,
        subject=subject,
        address=address,
        vouched=provider.answers_for(address),
        name=first(wire["display_name"]),
        groups=None if TOO_MANY_GROUPS in said else frozenset(values(provider.groups)),
        second_step=bool(provider.second_step & set(auth.get_last_authn_contexts())),
    )


def end_session(request: HttpRequest, provider: IdentityProvider) -> str | None:
    """The address at which the provider ends its own session, where it has one."""
    there = request.session.get(SESSION_THERE)
    if not provider.wire["sign_out"] or not there:
        return None
    return str(_auth(request, provider, "/").logout(return_to="", **there))


def metadata(request: HttpRequest, provider: IdentityProvider) -> bytes:
    """What the provider is told of us."""
    settings = OneLogin_Saml2_Settings(_config(request, provider), sp_validation_only=True)
    said = settings.get_sp_metadata()
    return said.encode() if isinstance(said, str) else bytes(said)
