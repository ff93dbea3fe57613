"""The pages of delegations: one's own and those of one's units, asking, answering, ending."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from innovation.people.request import PersonRequest
from innovation.people.room import PeoplePermission
from innovation.rules import dates
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.delegation import actions, permissions, presenters
from pilots.delegation.forms import DelegationAnswerForm, DelegationForm
from pilots.delegation.models import Delegation

_SHOWN = 20


@require()
@require_http_methods(["GET", "POST"])
def delegation_list(request: PersonRequest) -> HttpResponse:
    """Who decides for oneself, for whom one decides, and those of the units whose people one reads."""
    user, today = request.user, dates.today()
    may_delegate = permissions.can_delegate(user)
    if request.method == "POST":
        permissions.check_can_delegate(user)
    form = DelegationForm(request.POST or None, by=user, initial={"starts_on": today})
    if request.method == "POST" and form.is_valid() and form.to is not None:
        given = {name: value for name, value in form.cleaned_data.items() if name != "email"}
        with refusal_shown_on(form):
            made = actions.offer(to=form.to, by=user, at=timezone.now(), **given)
            messages.success(
                request, _("%(name)s is asked and has been told.") % {"name": made.to.name}
            )
            return redirect(made)
    rows = Delegation.objects.visible_to(user).for_list()
    keeps = user.may(PeoplePermission.READ)
    others = rows.exclude(given_by=user.pk).exclude(to=user.pk)
    page = paging.page_of(request, others, size=25) if keeps else None
    context = {
        "form": form if may_delegate else None,
        "mine": [_row(one) for one in rows.filter(given_by=user.pk)[:_SHOWN]],
        "for_others": [_row(one) for one in rows.filter(to=user.pk)[:_SHOWN]],
        "page": page,
        "others": [_row(one) for one in page] if page is not None else [],
        "why_not": may_delegate.reason,
    }
    template = "pilots/delegation/delegations.html"
    return form_page(request, template, context, form=form if may_delegate else None)


def _row(one: Delegation) -> tuple[Delegation, str, str]:
    return one, presenters.limits_of(one), presenters.state_of(one, today=dates.today())


@require()
@require_http_methods(["GET", "POST"])
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """What was delegated, and the answer to it."""
    user = request.user
    delegation = _visible(request, pk)
    if request.method == "POST":
        permissions.check_can_answer_delegation(user, delegation)
    form = DelegationAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accept = form.cleaned_data["answer"] == "yes"
        with refusal_shown_on(form):
            actions.answer(delegation, accept=accept, by=user, at=timezone.now())
            messages.success(
                request,
                _("You decide for them within these limits. They have been told.")
                if accept
                else _("You do not take it on. They have been told."),
            )
            return redirect(delegation)
        delegation = _visible(request, pk)
    today = dates.today()
    standing = delegation.is_standing(today)
    waits = delegation.answered_at is None and standing
    context = {
        "delegation": delegation,
        "state": presenters.state_of(delegation, today=today),
        "form": form if waits and permissions.can_answer_delegation(user, delegation) else None,
        "may_end": standing and bool(permissions.can_end_delegation(user, delegation)),
    }
    return form_page(request, "pilots/delegation/delegation.html", context, form=form)


@require()
@require_POST
def end(request: PersonRequest, pk: int) -> HttpResponse:
    delegation = _visible(request, pk)
    actions.end(delegation, by=request.user, at=timezone.now())
    messages.success(request, _("That is over; both of you are told."))
    return redirect(delegation)


def _visible(request: PersonRequest, pk: int) -> Delegation:
    visible = Delegation.objects.visible_to(request.user).for_list()
    found: Delegation = get_object_or_404(visible, pk=pk)
    return found
