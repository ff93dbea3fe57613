"""How the sign-in library is told of identity providers, and what it asks when one has answered."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import Provider
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from innovation.federation import actions, openid, providers, saml
from innovation.federation.providers import Identity, IdentityProvider
from innovation.people import passwords
from innovation.people.adapter import AccountAdapter
from innovation.people.models import User
from innovation.people.models.sessions import PROVIDER
from innovation.rules.refusal import Refused
from innovation.web.client_address import client_address
from innovation.web.entrance import SECOND_STEP_ASKED

log = logging.getLogger(__name__)


_LIBRARY_S: dict[str, Callable[[HttpRequest, IdentityProvider], Provider]] = {
    "openid": openid.OpenIDProvider,
    "saml": saml.AssertedProvider,
}


def _app_of(provider: IdentityProvider) -> SocialApp:
    return (saml if provider.speaks == "saml" else openid).app_of(provider)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Providers come from the settings alone; whose account an answer opens is for `actions`."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        return [
            app
            for app in map(_app_of, providers.configured())
            if provider in (None, app.provider, app.provider_id)
            and client_id in (None, app.client_id)
        ]

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> Provider:
        """By the key that the settings give it."""
        found = providers.named(provider)
        if found is None:
            raise SocialApp.DoesNotExist
        return _LIBRARY_S[found.speaks](request, found)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """`actions.enter` makes accounts; the library's own form would ask for an address."""
        return False

    def on_authentication_error(
        self, request: HttpRequest, provider: Provider, error: Any = None,
        exception: Exception | None = None, extra_context: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        if isinstance(exception, Refused):
            raise exception  # a sentence for the person, which the library takes for a fault
        log.warning(
            "a sign-in by %s from %s was refused: %s",
            provider.app.provider_id,
            client_address(request),
            str(exception or error)[:300],
        )

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find or make the account of who the provider says it is, or say why there is none."""
        identity: Identity = sociallogin.identity
        is_here = isinstance(request.user, User)
        if is_here and request.user != sociallogin.user:
            raise Refused(
                _(
                    "%(provider)s says that you are somebody else than who is signed in here. Sign"
                    " out first."
                )
                % {"provider": identity.provider.name}
            )
        sociallogin.user = actions.enter(identity, at=timezone.now())
        if is_here:
            raise ImmediateHttpResponse(self._again(request, sociallogin))

    def _again(self, request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
        """Somebody who was signed in showed anew who they are: what waited for it goes on."""
        record_authentication(
            request,
            request.user,
            "socialaccount",
            provider=sociallogin.account.provider,
            reauthenticated=True,
        )
        address = sociallogin.get_redirect_url(request) or "/"
        request.GET = QueryDict(urlencode({"next": address}))
        return resume_request(request) or redirect("/")


class FederatedAccountAdapter(AccountAdapter):
    """Signing in as it is without providers, and what those change of it."""

    def authenticate(self, request: HttpRequest, **credentials: str) -> Any:
        """Where only providers may be used, a password is not even looked at, but for the accounts
        that are named for an emergency."""
        named = credentials.get("email", "")
        if not passwords.open_to(named):
            raise ValidationError(passwords.refusal(), code="only_single_sign_on")
        return super().authenticate(request, **credentials)

    def pre_login(self, request: HttpRequest, user: User, **hook: Any) -> HttpResponse | None:
        """Whom the provider asked for a second step, and may be believed, is not asked again."""
        stopped: HttpResponse | None = super().pre_login(request, user, **hook)
        if stopped:
            return stopped
        login = _login_of(hook)
        if login is None:
            passwords.check_open_to(user)  # whatever else than a password brought them here
            return None
        if not login.identity.second_step:
            return None
        self.login(request, user)
        request.session[SECOND_STEP_ASKED] = True
        return self.post_login(request, user, **hook)

    def post_login(self, request: HttpRequest, user: User, **hook: Any) -> HttpResponse:
        answer: HttpResponse = super().post_login(request, user, **hook)
        login = _login_of(hook)
        if login is not None:
            request.session[PROVIDER] = login.account.provider
        elif settings.ONLY_SSO:
            address = client_address(request)
            actions.note_break_glass(user, at=timezone.now(), address=address)
        return answer

    def is_reauthentication_required(self, app: str) -> bool:
        """The library takes whoever has no password for one who has just shown who they are: an open
        browser of theirs would make a token, or add a key of a stranger's."""
        came_by = providers.named(self.request.session.get(PROVIDER, ""))
        if came_by is not None and not _has_shown_lately(self.request):
            raise ReauthenticationRequired
        return bool(super().is_reauthentication_required(app=app))

    def reauthenticate(self, user: User, password: str) -> bool:
        return passwords.open_to(user.email) and bool(super().reauthenticate(user, password))

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Whoever came by a provider shows there that it is them; a password that opens nothing is
        not asked for."""
        page = {
            "id": "reauthenticate",
            "description": _("Use your password"),
            "url": reverse("account_reauthenticate"),
        }
        methods: list[dict[str, Any]] = [
            method
            for method in super().get_reauthentication_methods(user)
            if method["id"] != page["id"]
            or not isinstance(user, User)
            or passwords.open_to(user.email)
        ]
        came_by = providers.named(self.request.session.get(PROVIDER, ""))
        if came_by is not None:
            page["description"] = came_by.name
            methods = [page, *(method for method in methods if method["id"] != page["id"])]
        return methods


def _has_shown_lately(request: HttpRequest) -> bool:
    shown = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record.get("reauthenticated")
    ]
    return bool(shown) and time.time() - shown[-1] < REAUTHENTICATION_TIMEOUT


def _login_of(hook: dict[str, Any]) -> SocialLogin | None:
    """The provider's answer, where it is by one that somebody signs in."""
    login: SocialLogin | None = (hook["signal_kwargs"] or {}).get("sociallogin")
    return login
