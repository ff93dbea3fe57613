"""Service accounts: the list, the page of one, its tokens."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from innovation.access import actions as access
from innovation.access import permissions
from innovation.access.forms import ServiceForm, ServiceTokenForm
from innovation.audit import presenters as audit_presenters
from innovation.people.forms import OptionalReasonForm
from innovation.people.models import ApiToken, ServiceAccount
from innovation.people.permissions import can_manage_people
from innovation.people.presenters import people_tabs
from innovation.people.request import PersonRequest
from innovation.people.room import PeoplePermission
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on


@require(PeoplePermission.READ)
@require_safe
def services(request: PersonRequest) -> HttpResponse:
    user = request.user
    found = ServiceAccount.objects.visible_to(user).select_related("account__unit", "owner")
    return render(
        request,
        "innovation/access/services.html",
        {
            "page": paging.page_of(request, found.with_last_use(), by=("-created_at", "-pk")),
            "tabs": people_tabs(user, here=request.path),
            "can_manage": can_manage_people(user),
        },
    )


@require(PeoplePermission.MANAGE)
def service_create(request: PersonRequest) -> HttpResponse:
    user = request.user
    initial = {"unit": user.unit_id, "owner": user.pk}
    form = ServiceForm(request.POST or None, by=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            service = access.create_service(by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Make a token for it now; nothing else opens to it."))
            return redirect(service)
    return form_page(request, "innovation/access/service_form.html", {"form": form}, form=form)


def _service(request: PersonRequest, pk: int) -> ServiceAccount:
    seen = ServiceAccount.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("account__unit", "owner"), pk=pk)


@require()
@require_safe
def service_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """For who reads accounts there, and for who answers for it."""
    return _show_service(request, _service(request, pk))


def _show_service(
    request: PersonRequest,
    service: ServiceAccount,
    *,
    form: ServiceTokenForm | None = None,
    **more: object,
) -> HttpResponse:
    user = request.user
    can_close = permissions.can_close_service(user, service)
    context = {
        "service": service,
        "units": service.units.order_by("name"),
        "tokens": ApiToken.objects.filter(user_id=service.pk),
        "now": timezone.now(),
        "token_form": form or ServiceTokenForm(),
        "can_keep": permissions.can_keep_service(user, service),
        "can_close": can_close,
        "reads_accounts": user.may(PeoplePermission.READ),
        "can_revoke": bool(can_close) or user.pk == service.owner_id,
        "history": audit_presenters.history(service, seen_by=user),
        **more,
    }
    return form_page(request, "innovation/access/service.html", context, form=form)


@require(PeoplePermission.MANAGE)
def service_edit(request: PersonRequest, pk: int) -> HttpResponse:
    user, service = request.user, _service(request, pk)
    permissions.check_can_keep_service(user, service)
    initial = {
        "name": service.account.name,
        "purpose": service.purpose,
        "owner": service.owner_id,
        "units": list(service.units.values_list("pk", flat=True)),
    }
    form = ServiceForm(request.POST or None, by=user, service=service, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            access.change_service(service, by=user, at=timezone.now(), **form.cleaned_data)
            return redirect(service)
    context = {"form": form, "service": service}
    return form_page(request, "innovation/access/service_form.html", context, form=form)


@require(PeoplePermission.MANAGE)
@require_POST
@never_cache
def service_token_create(request: PersonRequest, pk: int) -> HttpResponse:
    """As one's own tokens are made: shown on this one answer, and the password asked for again."""
    service = _service(request, pk)
    permissions.check_can_keep_service(request.user, service)
    return _make_token(request, service)


@reauthentication_required
def _make_token(request: PersonRequest, service: ServiceAccount) -> HttpResponse:
    form = ServiceTokenForm(request.POST)
    if form.is_valid():
        with refusal_shown_on(form):
            token, text = access.create_service_token(
                service, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            return _show_service(request, service, new_token=token, new_token_text=text)
    return _show_service(request, service, form=form)


@require()
@require_POST
def service_token_revoke(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    service = _service(request, pk)
    token = get_object_or_404(ApiToken.objects.filter(user_id=service.pk), token_key=key)
    access.revoke_service_token(service, token, by=request.user, at=timezone.now())
    messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect(service)


@require(PeoplePermission.MANAGE)
def service_close(request: PersonRequest, pk: int) -> HttpResponse:
    user, service = request.user, _service(request, pk)
    permissions.check_can_close_service(user, service)
    form = OptionalReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            access.close_service(service, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("%(name)s is closed.") % {"name": service})
            return redirect(service)
    context = {"form": form, "service": service}
    return form_page(request, "innovation/access/service_close.html", context, form=form)
