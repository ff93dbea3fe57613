"""The log: what was done, by whom, to what, in sentences."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from innovation.audit import presenters
from innovation.audit.forms import LogFilter
from innovation.audit.models import Event
from innovation.audit.room import AuditPermission
from innovation.web import paging
from innovation.web.entrance import require


@require(AuditPermission.READ)
def audit_log(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert not isinstance(user, AnonymousUser)
    form = LogFilter(request.GET, units=user.units(AuditPermission.READ, closed=True))
    found = form.narrow(Event.objects.visible_to(user).for_log())
    page = paging.page_of(request, found)
    names = user.units(AuditPermission.READ, closed=True).in_bulk(
        {event.unit_id for event in page if event.unit_id}
    )
    told = presenters.log_lines(page, reader=user)
    rows = [(line, names.get(event.unit_id)) for line, event in zip(told, page, strict=True)]
    context = {"form": form, "page": page, "rows": rows, "count": paging.count_up_to(found)}
    return render(request, "innovation/audit/log.html", context)
