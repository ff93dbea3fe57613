"""The way to an identity provider, back from it, and out."""

from __future__ import annotations

import logging

import requests
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView, ReauthenticateView
from allauth.account.views import logout as library_logout
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.sessions import LoginSession
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from innovation.federation import actions, openid, providers, queries, saml
from innovation.federation.forms import GroupRoleForm
from innovation.federation.models import GroupRole
from innovation.federation.providers import IdentityProvider
from innovation.people import passwords
from innovation.people.models import User
from innovation.people.models.sessions import PROVIDER
from innovation.people.presenters import people_tabs
from innovation.people.request import PersonRequest
from innovation.people.room import PeoplePermission
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on

log = logging.getLogger(__name__)
WAITING_ANSWER, WAITING_COOKIE = "saml_answer", "saml-answer"


class SignInView(LoginView):
    """The library's, with a button for each provider."""

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        more = {"providers": providers.configured(), "only_sso": settings.ONLY_SSO}
        return {**super().get_context_data(**kwargs), **more}


class AgainView(ReauthenticateView):
    """The library's, which knows of passwords alone; who came by a provider shows it there."""

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        user = self.request.user
        assert isinstance(user, User)
        more = {
            "provider": providers.named(self.request.session.get(PROVIDER, "")),
            "has_password": user.has_usable_password() and passwords.open_to(user.email),
        }
        return {**super().get_context_data(**kwargs), **more}


sign_in = SignInView.as_view()
again = AgainView.as_view()


def _provider(key: str, speaks: str | None = None) -> IdentityProvider:
    found = providers.named(key)
    if found is None or speaks not in (None, found.speaks):
        raise Http404
    return found


@never_cache
@require_POST
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Send somebody to the provider; who is signed in already shows anew who they are."""
    provider = _provider(key)
    try:
        speech = saml if provider.speaks == "saml" else openid
        target = speech.begin(
            request,
            provider,
            next_url=get_next_redirect_url(request),
            again=request.user.is_authenticated,
        )
    except (OAuth2Error, requests.RequestException) as error:
        log.warning("%s cannot be asked: %s", provider.key, error)
        return render(request, "socialaccount/away.html", {"provider": provider}, status=503)
    return _lead(request, target, provider)


def _lead(request: HttpRequest, target: str, provider: IdentityProvider) -> HttpResponse:
    """A page that leads on by itself. Not a redirect: the content policy lets no form end at another
    site, wherever its answer sends the browser."""
    page = render(request, "socialaccount/lead.html", {"provider": provider, "target": target})
    page["Refresh"] = f"0; url={target}"
    return page


@never_cache
def openid_answer(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the provider sends people back to."""
    return openid.finish(request, _provider(provider_id, "openid"))


@never_cache
@csrf_exempt
@require_POST
def saml_answer(request: HttpRequest, key: str) -> HttpResponse:
    """Where the provider's page posts its answer. Our cookie does not come along with what another
    site posts, so the answer waits under a cookie of its own for the browser to come by itself."""
    _provider(key, "saml")
    answer = request.POST.get("SAMLResponse", "")
    if not answer or len(answer) > saml.LONGEST_ANSWER:
        raise BadRequest("no answer of an identity provider")
    response = redirect("saml_finish_acs", key=key)
    waiting = LoginSession(request, WAITING_ANSWER, WAITING_COOKIE)
    waiting.store["answer"] = answer
    waiting.store.set_expiry(600)
    waiting.save(response)
    return response


@never_cache
@require_GET
def saml_finish(request: HttpRequest, key: str) -> HttpResponse:
    provider = _provider(key, "saml")
    waiting = LoginSession(request, WAITING_ANSWER, WAITING_COOKIE)
    answer = waiting.store.get("answer", "")
    waiting.delete()
    return saml.finish(request, provider, answer)


@never_cache
@require_GET
def saml_signed_out(request: HttpRequest, key: str) -> HttpResponse:
    """Where the provider sends people back to whose session it ended; ours ended before."""
    _provider(key, "saml")
    return redirect("account_login")


@require_GET
def saml_metadata(request: HttpRequest, key: str) -> HttpResponse:
    text = saml.metadata(request, _provider(key, "saml"))
    return HttpResponse(text, content_type="application/samlmetadata+xml")


@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and, where the provider has a way to, the one there."""
    if request.method != "POST" or not request.user.is_authenticated:
        answer: HttpResponse = library_logout(request)
        return answer
    provider = providers.named(request.session.get(PROVIDER, ""))
    target = None
    if provider is not None:
        back_to = request.build_absolute_uri(reverse("account_login"))
        target = (
            saml.end_session(request, provider)
            if provider.speaks == "saml"
            else openid.end_session(request, provider, back_to=back_to)
        )
    answer = library_logout(request)
    if provider is None or target is None:
        return answer
    return _lead(request, target, provider)


# Which groups hold which roles


@require(PeoplePermission.MANAGE)
def group_roles(request: PersonRequest) -> HttpResponse:
    user = request.user
    form = GroupRoleForm(request.POST or None, by=user)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.give_by_group(by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request,
                _("Whoever is in this group holds the role within a minute, as the directory says.")
                if form.cleaned_data["provider"] == providers.DIRECTORY
                else _("Whoever is in this group holds the role from their next sign-in on."),
            )
            return redirect("innovation:group-roles")
    rows = GroupRole.objects.visible_to(user).current().select_related("unit", "made_by")
    page = paging.page_of(request, rows, by=("group",))
    context = {
        "form": form,
        "page": page,
        "withheld": queries.withheld(page),
        "providers": providers.whose_groups(),
        "tabs": people_tabs(user, here=request.path),
    }
    return form_page(request, "innovation/federation/group_roles.html", context, form=form)


@require(PeoplePermission.MANAGE)
@require_POST
def group_role_confirm(request: PersonRequest, pk: int) -> HttpResponse:
    seen = GroupRole.objects.visible_to(request.user).select_related("unit")
    row = get_object_or_404(seen, pk=pk)
    count = actions.confirm_by_group(row, by=request.user, at=timezone.now())
    messages.success(
        request,
        ngettext(
            "“%(group)s” gives this role again to %(n)s person, if they are in it.",
            "“%(group)s” gives this role again to %(n)s people, if they are in it.",
            count,
        )
        % {"group": row.group, "n": count},
    )
    return redirect("innovation:group-roles")


@require(PeoplePermission.MANAGE)
@require_POST
def group_role_end(request: PersonRequest, pk: int) -> HttpResponse:
    seen = GroupRole.objects.visible_to(request.user).select_related("unit")
    row = get_object_or_404(seen, pk=pk)
    count = actions.end_by_group(row, by=request.user, at=timezone.now())
    messages.success(
        request,
        ngettext(
            "“%(group)s” gives this role no more; %(n)s person lost it.",
            "“%(group)s” gives this role no more; %(n)s people lost it.",
            count,
        )
        % {"group": row.group, "n": count},
    )
    return redirect("innovation:group-roles")
