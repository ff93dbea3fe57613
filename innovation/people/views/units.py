"""Pages of the units."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from innovation.audit import presenters as audit_presenters
from innovation.people import actions as people
from innovation.people import permissions, queries
from innovation.people.forms import (
    MoveForm,
    NewUnitForm,
    OptionalReasonForm,
    UnitForm,
)
from innovation.people.models import AccountKind, Unit
from innovation.people.presenters import people_tabs
from innovation.people.request import PersonRequest
from innovation.people.room import PeoplePermission
from innovation.web import unit_field
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from innovation.web.keys import key_of
from innovation.web.templatetags.components.forms import found_units


@require(PeoplePermission.READ)
def unit_list(request: PersonRequest) -> HttpResponse:
    user = request.user
    closed = request.GET.get("closed") == "yes"
    units = Unit.objects.visible_to(user)
    return render(
        request,
        "innovation/people/units.html",
        {
            "branches": queries.tree(units if closed else units.open()),
            "count": units.open().count(),
            "closed_count": units.exclude(closed_at=None).count(),
            "shows_closed": closed,
            "views": people_tabs(user, here=request.path),
            "can_manage": permissions.can_manage_people(user),
        },
    )


@require()
@require_safe
def unit_find(request: PersonRequest) -> HttpResponse:
    """A fragment: units in which the reader holds one of the permissions `in` (any role at all
    without one) and that are called as was typed into a `UnitField`."""
    user, asked = request.user, request.GET
    permissions = [word for word in asked.getlist("in") if user.may(word)]
    if not permissions and "in" in asked:
        user.check_enters(asked["in"])
    units = unit_field.units_held(user, permissions, closed="closed" in asked)
    field = asked.get("field", "unit")
    words = unit_field.words_in(asked.get(f"{field}_words"))
    found = (
        unit_field.find_units(units, words)
        if words
        else unit_field.chosen_among(units, asked.get("chosen"))
    )
    anchor = asked.get("anchor", field)
    empty = _("All units") if "narrows" in asked else _("Choose a unit")
    return HttpResponse(found_units(found, field, anchor, empty=empty, said=found.sentence))


def _unit(request: PersonRequest, pk: int) -> Unit:
    user = request.user
    unit: Unit = get_object_or_404(Unit.objects.visible_to(user).select_related("parent"), pk=pk)
    return unit


@require()
def unit_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """A unit's own page, for everybody whose roles reach it; rooms add their cards (place "unit").
    Accounts and roles are shown to those who may read them."""
    user = request.user
    unit = _unit(request, pk)
    people_here = unit.people.filter(is_active=True, kind=AccountKind.PERSON)
    here = queries.with_roles(people_here.order_by("name"), user)
    grants = unit.grants.current().filter(person__is_active=True)
    return render(
        request,
        "innovation/people/unit.html",
        {
            "unit": unit,
            "above": unit.ancestors(),
            "create_below_url": f"{reverse('innovation:unit-create')}?below={unit.pk}",
            "below": queries.tree(unit.descendants().open()),
            "people": here[:100],
            "people_count": people_here.count(),
            "grants": grants.select_related("person").order_by("role", "person__name")[:100],
            "reads_people": user.may(PeoplePermission.READ, unit.pk),
            "can_manage": permissions.can_manage_people(user, unit),
            "can_move": permissions.can_move_unit(user, unit),
            "keeps_open": people.what_keeps_open(unit) if unit.closed_at is None else [],
            "history": audit_presenters.history(unit, seen_by=user),
        },
    )


@require(PeoplePermission.MANAGE)
def unit_create(request: PersonRequest) -> HttpResponse:
    user = request.user
    initial = {"parent": key_of(request.GET.get("below")), "kind": "department"}
    form = NewUnitForm(request.POST or None, by=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            unit = people.create_unit(by=user, at=timezone.now(), **form.cleaned_data)
            return redirect("innovation:unit-detail", pk=unit.pk)
    return form_page(request, "innovation/people/unit_form.html", {"form": form}, form=form)


@require(PeoplePermission.MANAGE)
def unit_edit(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    unit = _unit(request, pk)
    permissions.check_can_manage_people(user, unit)
    initial = {name: getattr(unit, name) for name in ("name", "kind", "code", "alone_percent")}
    form = UnitForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            people.edit_unit(unit, by=user, at=timezone.now(), **form.cleaned_data)
            return redirect("innovation:unit-detail", pk=unit.pk)
    return form_page(
        request, "innovation/people/unit_form.html", {"form": form, "unit": unit}, form=form
    )


@require(PeoplePermission.MANAGE)
def unit_move(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    unit = _unit(request, pk)
    permissions.check_can_move_unit(user, unit)
    form = MoveForm(request.POST or None, by=user, unit=unit, initial={"parent": unit.parent_id})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            people.move_unit(unit, by=user, at=timezone.now(), **form.cleaned_data)
            return redirect("innovation:unit-detail", pk=unit.pk)
    return form_page(
        request, "innovation/people/unit_move.html", {"form": form, "unit": unit}, form=form
    )


@require(PeoplePermission.MANAGE)
def unit_close(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    unit = _unit(request, pk)
    permissions.check_can_move_unit(user, unit)
    form = OptionalReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            people.close_unit(unit, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("%(unit)s is closed.") % {"unit": unit})
            return redirect("innovation:unit-detail", pk=unit.pk)
    context = {"form": form, "unit": unit, "keeps_open": people.what_keeps_open(unit)}
    return form_page(request, "innovation/people/unit_close.html", context, form=form)


@require(PeoplePermission.MANAGE)
@require_POST
def unit_reopen(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    people.reopen_unit(_unit(request, pk), by=user, at=timezone.now())
    return redirect("innovation:unit-detail", pk=pk)
