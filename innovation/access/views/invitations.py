"""Invitations: the list of administrators, and the page that a link opens."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from innovation.access import actions as access
from innovation.access import presenters
from innovation.access.forms import AcceptForm, InvitationForm, TakeUpForm
from innovation.access.models import Invitation
from innovation.people.models import RoleGrant, RoleProposal, User
from innovation.people.presenters import people_tabs
from innovation.people.request import PersonRequest
from innovation.people.room import PeoplePermission
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on


@require(PeoplePermission.MANAGE)
def invitations(request: PersonRequest) -> HttpResponse:
    user, at = request.user, timezone.now()
    form = InvitationForm(request.POST or None, by=user, initial={"unit": user.unit_id})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            invitation = access.invite(by=user, at=at, **form.cleaned_data)
            messages.success(
                request,
                _("%(email)s is invited; the link is on its way by mail.")
                % {"email": invitation.email},
            )
            return redirect("innovation:invitations")
    found = Invitation.objects.visible_to(user).select_related("unit", "invited_by", "accepted_by")
    page = paging.page_of(request, found)
    return form_page(
        request,
        "innovation/access/invitations.html",
        {
            "form": form,
            "page": page,
            "rows": [(one, presenters.state_of(one, at=at)) for one in page],
            "tabs": people_tabs(user, here=request.path),
        },
        form=form,
    )


def _invitation(request: PersonRequest, pk: int) -> Invitation:
    seen = Invitation.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("unit"), pk=pk)


@require(PeoplePermission.MANAGE)
@require_POST
def invitation_send_again(request: PersonRequest, pk: int) -> HttpResponse:
    invitation = _invitation(request, pk)
    access.send_again(invitation, by=request.user, at=timezone.now())
    messages.success(
        request, _("A new link is on its way to %(email)s.") % {"email": invitation.email}
    )
    return redirect("innovation:invitations")


@require(PeoplePermission.MANAGE)
@require_POST
def invitation_revoke(request: PersonRequest, pk: int) -> HttpResponse:
    invitation = _invitation(request, pk)
    access.revoke_invitation(invitation, by=request.user, at=timezone.now())
    messages.success(
        request, _("The invitation of %(email)s is revoked.") % {"email": invitation.email}
    )
    return redirect("innovation:invitations")


@never_cache
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Open to whoever has the link: they choose a password, or sign in, or are told why not."""
    at = timezone.now()
    invitation = access.by_link(token)
    if invitation is None or not invitation.is_open or invitation.is_expired(at):
        return render(
            request,
            "innovation/access/invitation_over.html",
            {"invitation": invitation},
            status=404,
        )
    person = User.objects.filter(email__iexact=invitation.email).first()
    if person is None:
        return _newcomer(request, invitation)
    if not isinstance(request.user, User):
        here = reverse("innovation:invitation-accept", args=[token])
        login_url = f"{reverse('account_login')}?{urlencode({'next': here})}"
        context = {"invitation": invitation, "login_url": login_url, "person": person}
        return render(request, "innovation/access/invitation_sign_in.html", context)
    return _as_oneself(request, invitation, request.user)


def _newcomer(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = AcceptForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = access.accept_anew(
                invitation,
                at=timezone.now(),
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password1"],
            )
            messages.success(request, _("Your account is ready. Sign in with it."))
            _tell_if_it_waits(request, given)
            return redirect("account_login")
    context = {"invitation": invitation, "form": form}
    return form_page(request, "innovation/access/invitation_accept.html", context, form=form)


def _as_oneself(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    form = TakeUpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = access.accept_as_oneself(invitation, by=user, at=timezone.now())
            messages.success(request, _("The role is yours."))
            _tell_if_it_waits(request, given)
            return redirect("innovation:profile")
    context = {
        "invitation": invitation,
        "form": form,
        "is_own": user.email.lower() == invitation.email,
    }
    return form_page(request, "innovation/access/invitation_take_up.html", context, form=form)


def _tell_if_it_waits(request: HttpRequest, given: RoleGrant | RoleProposal) -> None:
    if isinstance(given, RoleProposal):
        messages.info(request, _("The role is given once a second administrator has confirmed it."))
