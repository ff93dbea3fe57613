"""Pages of people, roles and units, and each person's own account."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from innovation.audit import presenters as audit_presenters
from innovation.audit.models import Event
from innovation.people import actions as people
from innovation.people import permissions, queries, sessions
from innovation.people.forms import (
    CapacityForm,
    GrantForm,
    LostDeviceForm,
    MoveForm,
    NewPersonForm,
    NewUnitForm,
    OptionalReasonForm,
    ProfileForm,
    RoleEndForm,
    TokenForm,
    UnitForm,
    WhyNotForm,
)
from innovation.people.models import AccountKind, ApiToken, RoleGrant, RoleProposal, Unit, User
from innovation.people.presenters import people_tabs
from innovation.people.request import PersonRequest
from innovation.people.roles import ROLES
from innovation.people.room import PeoplePermission
from innovation.web import paging
from innovation.web.entrance import require, signed_in
from innovation.web.form_step import form_page, refusal_shown_on
from innovation.web.keys import key_of

# People


@require(PeoplePermission.READ)
def people_list(request: PersonRequest) -> HttpResponse:
    user = request.user
    wanted = key_of(request.GET.get("unit"))
    unit = user.units(PeoplePermission.READ).filter(pk__in=[wanted]).first()
    closed = request.GET.get("accounts") == "closed"
    found = queries.listed(user, text=request.GET.get("q", "").strip(), unit=unit, closed=closed)
    return render(
        request,
        "innovation/people/people.html",
        {
            "page": paging.page_of(request, found, by=("name",)),
            "count": paging.count_up_to(found),
            "units": queries.choices(user.units(PeoplePermission.READ)),
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


def _person(request: PersonRequest, pk: int) -> User:
    user = request.user
    seen = queries.with_roles(User.objects.visible_to(user), user)
    return get_object_or_404(seen, pk=pk)


@require(PeoplePermission.READ)
def person_detail(request: PersonRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
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
    person = _person(request, pk)
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
    person = _person(request, pk)
    link = people.make_password_link(person, by=user, at=timezone.now())
    return _show_person(request, person, password_link=link)


@require(PeoplePermission.MANAGE)
def person_close(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    person = _person(request, pk)
    permissions.check_can_close_account(user, person)
    form = OptionalReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            people.deactivate(person, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request, _("The account of %(name)s is closed.") % {"name": person.name}
            )
            return redirect("innovation:person-detail", pk=person.pk)
    return form_page(
        request, "innovation/people/person_close.html", {"form": form, "person": person}, form=form
    )


@require(PeoplePermission.MANAGE)
@require_POST
def person_reopen(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    person = _person(request, pk)
    people.reactivate(person, by=user, at=timezone.now())
    return redirect("innovation:person-detail", pk=person.pk)


@require(PeoplePermission.MANAGE)
def second_step_reset(request: PersonRequest, pk: int) -> HttpResponse:
    """For somebody who lost the phone and the recovery codes."""
    user = request.user
    person = _person(request, pk)
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


# Roles


@require(PeoplePermission.MANAGE)
def grant_create(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    person = _person(request, pk)
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


# Units


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
    initial = {"name": unit.name, "kind": unit.kind, "code": unit.code}
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


# One's own account


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


@signed_in
@require_POST
def sessions_end(request: PersonRequest) -> HttpResponse:
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
