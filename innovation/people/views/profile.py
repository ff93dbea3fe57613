"""Pages of each person's own account."""

from __future__ import annotations

import time

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import get_authentication_records
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from innovation.audit import presenters as audit_presenters
from innovation.audit.models import Event
from innovation.people import actions as people
from innovation.people import queries, sessions
from innovation.people.forms import (
    ProfileForm,
    TokenForm,
)
from innovation.people.models import ApiToken, User
from innovation.people.request import PersonRequest
from innovation.people.roles import ROLES
from innovation.web import paging
from innovation.web.entrance import require, signed_in
from innovation.web.form_step import form_page, refusal_shown_on


@signed_in
def profile(request: PersonRequest) -> HttpResponse:
    user = request.user
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            people.change_own_details(user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Your details are saved."))
            return redirect("innovation:profile")
    return _show_profile(request, form=form)


@signed_in
def own_email(request: PersonRequest) -> HttpResponse:
    """Where allauth would let people change their address; here administrators do."""
    return redirect("innovation:profile")


def _show_profile(
    request: PersonRequest,
    *,
    form: ProfileForm | None = None,
    token_form: TokenForm | None = None,
    **more: object,
) -> HttpResponse:
    user = request.user
    grants = user.grants.current().select_related("unit").order_by("granted_at")
    context = {
        "form": form or ProfileForm(instance=user),
        "token_form": token_form or TokenForm(),
        "grants": [(given, ROLES.get(given.role)) for given in grants],
        "tokens": ApiToken.objects.filter(user=user),
        "ask": User.objects.administrators_for(user)[:3] if not user.reach() else [],
        "sessions": queries.sessions(user, at=timezone.now()),
        "here": sessions.kept_key(request.session.session_key or ""),
        "now": timezone.now(),
        "done": audit_presenters.account_lines(
            Event.objects.to_account(user.ref).exclude(actor=user.ref)[:3], person=user
        ),
    }
    sent = form or token_form
    return form_page(request, "innovation/people/profile.html", {**context, **more}, form=sent)


@signed_in
@require_safe
def account_log(request: PersonRequest) -> HttpResponse:
    """What was done to one's own account: by others, or by anybody under one's own name, too."""
    user = request.user
    everything = request.GET.get("show") == "all"
    events = Event.objects.to_account(user.ref)
    if not everything:
        events = events.exclude(actor=user.ref)
    page = paging.page_of(request, events, by=("-number",))
    context = {
        "page": page,
        "history": audit_presenters.account_lines(page, person=user),
        "show_choices": [("", _("By others")), ("all", _("By others and by you"))],
        "everything": everything,
        "ask": User.objects.administrators_for(user)[:3],
    }
    return render(request, "innovation/people/account_log.html", context)


def _showed_long_ago(request: HttpRequest) -> bool:
    """Whether nobody gave a password, code or passkey in this session within the last minutes, when
    signing in or after it."""
    shown = get_authentication_records(request, request.user)
    last: float = max((record["at"] for record in shown), default=0.0)
    return bool(time.time() - last > REAUTHENTICATION_TIMEOUT)


@signed_in
@require_POST
@never_cache
@reauthentication_required(enabled=_showed_long_ago)
def sessions_end(request: PersonRequest) -> HttpResponse:
    """An open browser alone shuts nobody out of theirs; who has just signed in, afraid of what they
    saw, is quick. What was asked for is carried out after the password."""
    here = sessions.kept_key(request.session.session_key or "")
    people.sign_out_elsewhere(by=request.user, at=timezone.now(), keep=here)
    messages.success(request, _("You are signed in here alone."))
    return redirect("innovation:profile")


@require()
@require_POST
@never_cache
@reauthentication_required
def token_create(request: PersonRequest) -> HttpResponse:
    """The token's text is shown on the answer to this one request, and nowhere after.

    Who has been signed in for a while is asked for the password again: an open browser alone makes
    nothing that outlives it.
    """
    user = request.user
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _show_profile(request, token_form=form)
    token, text = people.create_token(by=user, at=timezone.now(), **form.cleaned_data)
    return _show_profile(request, new_token=token, new_token_text=text)


@require()
@require_POST
def token_revoke(request: PersonRequest, pk: str) -> HttpResponse:
    user = request.user
    token = get_object_or_404(ApiToken.objects.filter(user=user), token_key=pk)
    people.revoke_token(token, by=user, at=timezone.now())
    messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect("innovation:profile")
