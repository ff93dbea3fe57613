"""The pages of internal hosts."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from innovation.people.request import PersonRequest
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.internal_hosts import actions, permissions, queries
from pilots.internal_hosts.forms import AllowForm, WithdrawForm
from pilots.internal_hosts.models import InternalHost
from pilots.internal_hosts.room import HostsPermission


@require(HostsPermission.READ)
@require_safe
def host_list(request: PersonRequest) -> HttpResponse:
    user, ceiling = request.user, queries.ceiling()
    page = paging.page_of(request, queries.listed(user))
    context = {
        "page": page,
        "rows": [
            (host, permissions.can_withdraw(user, host), ceiling.may_cover(host.host))
            for host in page
        ],
        "can_allow": permissions.can_allow(user),
        "ceiling": ceiling,
        "by_the_operator": settings.INTERNAL_HOSTS,
    }
    return render(request, "pilots/internal_hosts/list.html", context)


@require(HostsPermission.ALLOW)
def host_allow(request: PersonRequest) -> HttpResponse:
    permissions.check_can_allow(request.user)
    return _allow(request)


@reauthentication_required
def _allow(request: PersonRequest) -> HttpResponse:
    """The password is asked for again: from here on, sources reach into the own network."""
    user = request.user
    form = AllowForm(request.POST or None, by=user)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            host = actions.allow_host(by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Sources may reach %(host)s now.") % {"host": host})
            return redirect("pilots:internal-hosts")
    context = {"form": form, "ceiling": queries.ceiling()}
    return form_page(request, "pilots/internal_hosts/allow.html", context, form=form)


@require(HostsPermission.ALLOW)
def host_withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    host = get_object_or_404(InternalHost.objects.visible_to(user).select_related("unit"), pk=pk)
    permissions.check_can_withdraw(user, host)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.withdraw_host(host, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Sources cannot reach %(host)s any more.") % {"host": host})
            return redirect("pilots:internal-hosts")
    return form_page(
        request, "pilots/internal_hosts/withdraw.html", {"form": form, "host": host}, form=form
    )
