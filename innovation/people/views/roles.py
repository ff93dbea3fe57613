"""Pages on which roles are given, ended, proposed and confirmed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from innovation.people import actions as people
from innovation.people import permissions
from innovation.people.forms import (
    GrantForm,
    RoleEndForm,
    WhyNotForm,
)
from innovation.people.models import RoleGrant, RoleProposal, User
from innovation.people.request import PersonRequest
from innovation.people.roles import ROLES
from innovation.people.room import PeoplePermission
from innovation.people.views.accounts import visible_person
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on


@require(PeoplePermission.MANAGE)
def grant_create(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    person = visible_person(request, pk)
    permissions.check_not_oneself(user, person)
    form = GrantForm(request.POST or None, by=user, initial={"unit": person.unit_id})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = people.give(person, by=user, at=timezone.now(), **form.cleaned_data)
            if isinstance(given, RoleProposal):
                messages.success(
                    request,
                    _("The role is proposed. Another administrator has to confirm it."),
                )
            return redirect("innovation:person-detail", pk=person.pk)
    return form_page(
        request, "innovation/people/grant_form.html", {"form": form, "person": person}, form=form
    )


@require(PeoplePermission.MANAGE)
@require_POST
def grant_end(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    seen = RoleGrant.objects.visible_to(user).select_related("person", "unit")
    given = get_object_or_404(seen, pk=pk)
    people.end_grant(given, by=user, at=timezone.now())
    messages.success(
        request,
        _("%(name)s no longer holds this role in %(unit)s.")
        % {"name": given.person.name, "unit": given.unit.name},
    )
    return redirect("innovation:person-detail", pk=given.person_id)


@require(PeoplePermission.MANAGE)
def grant_until(request: PersonRequest, pk: int) -> HttpResponse:
    """The day on which a role ends by itself: set, moved or lifted."""
    user = request.user
    seen = RoleGrant.objects.visible_to(user).current().select_related("person", "unit")
    given = get_object_or_404(seen, pk=pk)
    permissions.check_can_grant(user, unit=given.unit, person=given.person)
    form = RoleEndForm(request.POST or None, initial={"ends_on": given.ends_on})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            people.set_end(given, by=user, at=timezone.now(), **form.cleaned_data)
            return redirect("innovation:person-detail", pk=given.person_id)
    return form_page(
        request, "innovation/people/grant_until.html", {"form": form, "grant": given}, form=form
    )


def _proposal(request: PersonRequest, pk: int) -> RoleProposal:
    seen = RoleProposal.objects.visible_to(request.user)
    return get_object_or_404(
        seen.select_related("person", "unit", "proposed_by", "decided_by"), pk=pk
    )


@require(PeoplePermission.MANAGE)
def role_proposal(request: PersonRequest, pk: int) -> HttpResponse:
    return _show_proposal(request, _proposal(request, pk), WhyNotForm())


def _show_proposal(
    request: PersonRequest, proposal: RoleProposal, form: WhyNotForm
) -> HttpResponse:
    user = request.user
    context = {
        "proposal": proposal,
        "role": ROLES.get(proposal.role),
        "form": form,
        "can_confirm": permissions.can_confirm_role(user, proposal, at=timezone.now()),
        "can_decline": permissions.can_decline_role(user, proposal),
        "can_withdraw": permissions.can_withdraw_role(user, proposal),
        "seen": User.objects.visible_to(user).filter(pk=proposal.person_id).exists(),
    }
    return form_page(request, "innovation/people/role_proposal.html", context, form=form)


@require(PeoplePermission.MANAGE)
@require_POST
def role_confirm(request: PersonRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    people.confirm_role(proposal, by=request.user, at=timezone.now())
    messages.success(
        request,
        _("%(name)s holds the role %(role)s in %(unit)s now.")
        % {"name": proposal.person, "role": proposal.role_name, "unit": proposal.unit},
    )
    return redirect(proposal)


@require(PeoplePermission.MANAGE)
@require_POST
def role_decline(request: PersonRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    permissions.check_can_decline_role(request.user, proposal)
    form = WhyNotForm(request.POST)
    if form.is_valid():
        with refusal_shown_on(form):
            people.decline_role(proposal, by=request.user, at=timezone.now(), **form.cleaned_data)
            return redirect(proposal)
    return _show_proposal(request, proposal, form)


@require(PeoplePermission.MANAGE)
@require_POST
def role_withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    people.withdraw_role(proposal, by=request.user, at=timezone.now())
    return redirect("innovation:person-detail", pk=proposal.person_id)
