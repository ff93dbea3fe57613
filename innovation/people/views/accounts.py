"""Pages of people and their accounts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from innovation.audit import presenters as audit_presenters
from innovation.people import actions as people
from innovation.people import permissions, queries
from innovation.people.forms import (
    CapacityForm,
    LostDeviceForm,
    NewPersonForm,
    OptionalReasonForm,
    PeopleFilter,
)
from innovation.people.models import RoleProposal, User
from innovation.people.presenters import people_tabs
from innovation.people.request import PersonRequest
from innovation.people.roles import ROLES
from innovation.people.room import PeoplePermission
from innovation.web import paging, panels
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on


@require(PeoplePermission.READ)
def people_list(request: PersonRequest) -> HttpResponse:
    user = request.user
    narrowed = PeopleFilter(request.GET, user=user)
    narrowed.is_valid()
    unit = narrowed.cleaned_data.get("unit")
    closed = request.GET.get("accounts") == "closed"
    found = queries.listed(user, text=request.GET.get("q", "").strip(), unit=unit, closed=closed)
    return render(
        request,
        "innovation/people/people.html",
        {
            "page": paging.page_of(request, found, by=("name",)),
            "count": paging.count_up_to(found),
            "filter": narrowed,
            "unit": unit,
            "account_choices": [("", _("Open accounts")), ("closed", _("Closed"))],
            "can_manage": permissions.can_manage_people(user),
            "views": people_tabs(user, here=request.path),
        },
    )


@require(PeoplePermission.MANAGE)
def person_create(request: PersonRequest) -> HttpResponse:
    user = request.user
    form = NewPersonForm(request.POST or None, by=user, initial={"unit": request.GET.get("unit")})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            person = people.create_person(by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request,
                _("%(name)s has an account. A link to choose a password is on its way by mail.")
                % {"name": person.name},
            )
            return redirect("innovation:person-detail", pk=person.pk)
    return form_page(request, "innovation/people/person_form.html", {"form": form}, form=form)


def visible_person(request: PersonRequest, pk: int) -> User:
    user = request.user
    seen = queries.with_roles(User.objects.visible_to(user), user)
    return get_object_or_404(seen, pk=pk)


@require(PeoplePermission.READ)
def person_detail(request: PersonRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    people.note_read(person, by=request.user, at=timezone.now())
    return _show_person(request, person)


# Each day's would drown what was done to the account.
EACH_DAY = ["sign_in.done", "sign_in.done_by_passkey", "person.read"]


def _show_person(request: PersonRequest, person: User, **more: object) -> HttpResponse:
    user = request.user
    reach = user.reach(PeoplePermission.MANAGE)
    grants = [
        (given, ROLES.get(given.role), given.unit_id in reach and person.pk != user.pk)
        for given in person.shown_grants  # type: ignore[attr-defined]
    ]
    return render(
        request,
        "innovation/people/person.html",
        {
            "person": person,
            "grants": grants,
            "past_grants": queries.past_grants(person, user),
            "proposals": RoleProposal.objects.visible_to(user)
            .open()
            .filter(person=person)
            .select_related("unit", "proposed_by"),
            "can_manage": permissions.can_manage_person(user, person),
            "can_close": permissions.can_close_account(user, person),
            "can_grant": bool(reach) and person.pk != user.pk and person.is_active,
            "history": audit_presenters.history(person, reader=user, without=EACH_DAY),
            "second_steps": queries.second_steps(person),
            "can_reset": permissions.can_reset_second_step(user, person),
            **more,
        },
    )


@require(PeoplePermission.MANAGE)
def person_edit(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    person = visible_person(request, pk)
    permissions.check_can_manage_person(user, person)
    initial = {name: getattr(person, name) for name in people.PERSON_FIELDS}
    form = CapacityForm(request.POST or None, by=user, person=person, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            people.change_person(person, by=user, at=timezone.now(), **form.cleaned_data)
            return redirect("innovation:person-detail", pk=person.pk)
    return form_page(
        request, "innovation/people/person_form.html", {"form": form, "person": person}, form=form
    )


@require(PeoplePermission.MANAGE)
@require_POST
@never_cache
def password_link(request: PersonRequest, pk: int) -> HttpResponse:
    """Shown on the answer to this one request, and nowhere after."""
    user = request.user
    person = visible_person(request, pk)
    link = people.make_password_link(person, by=user, at=timezone.now())
    return _show_person(request, person, password_link=link)


@require(PeoplePermission.MANAGE)
def person_close(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    person = visible_person(request, pk)
    permissions.check_can_close_account(user, person)
    form = OptionalReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            people.deactivate(person, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request, _("The account of %(name)s is closed.") % {"name": person.name}
            )
            reach = user.reach(PeoplePermission.MANAGE)
            left = panels.gather(panels.HandoverItem, "handover", person)
            if any(item.unit_id in reach for item in left):
                messages.warning(request, _("They answered for what is below. Choose who follows."))
                return redirect("innovation:person-hand-over", pk=person.pk)
            return redirect("innovation:person-detail", pk=person.pk)
    return form_page(
        request, "innovation/people/person_close.html", {"form": form, "person": person}, form=form
    )


@require(PeoplePermission.MANAGE)
@require_POST
def person_reopen(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    person = visible_person(request, pk)
    people.reactivate(person, by=user, at=timezone.now())
    return redirect("innovation:person-detail", pk=person.pk)


@require(PeoplePermission.MANAGE)
def second_step_reset(request: PersonRequest, pk: int) -> HttpResponse:
    """For somebody who lost the phone and the recovery codes."""
    user = request.user
    person = visible_person(request, pk)
    permissions.check_can_reset_second_step(user, person)
    form = LostDeviceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            people.reset_second_step(person, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request, _("%(name)s signs in by the password alone now.") % {"name": person.name}
            )
            return redirect("innovation:person-detail", pk=person.pk)
    return form_page(
        request,
        "innovation/people/second_step_reset.html",
        {"form": form, "person": person},
        form=form,
    )
