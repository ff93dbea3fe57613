"""Pages of what leavers held."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from innovation.handover import actions as handover
from innovation.handover import queries
from innovation.handover.forms import HandoverForm
from innovation.people.models import User
from innovation.people.presenters import people_tabs
from innovation.people.request import PersonRequest
from innovation.people.room import PeoplePermission
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on


@require(PeoplePermission.MANAGE)
@require_safe
def leavers(request: PersonRequest) -> HttpResponse:
    found = queries.leavers(request.user)
    context = {
        "leavers": found,
        "count": sum(len(one.items) for one in found),
        "tabs": people_tabs(request.user, here=request.path),
    }
    return render(request, "innovation/handover/leavers.html", context)


@require(PeoplePermission.MANAGE)
def person_hand_over(request: PersonRequest, pk: int) -> HttpResponse:
    """What one leaver still answers for, in the units whose people one keeps."""
    user = request.user
    person = User.objects.select_related("unit").filter(pk=pk, is_active=False).first()
    items = queries.held_in_reach(user, person) if person is not None else []
    if person is None or not (
        items or User.objects.visible_to(user, PeoplePermission.MANAGE).filter(pk=pk).exists()
    ):
        raise Http404
    form = HandoverForm(request.POST or None, items=items)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            count = handover.hand_over(
                form.chosen,
                by=user,
                at=timezone.now(),
                holder=person,
                left_empty=form.left_empty,
            )
            messages.success(
                request,
                ngettext(
                    "%(n)s thing stands in their name no more.",
                    "%(n)s things stand in their name no more.",
                    count,
                )
                % {"n": count},
            )
            return redirect("innovation:person-hand-over", pk=pk)
    lines = [
        (item, form[item.key] if item.key in form.fields else None, form.empty_tick(item))
        for item in items
    ]
    context = {"person": person, "lines": lines, "form": form}
    return form_page(request, "innovation/handover/person.html", context, form=form)
