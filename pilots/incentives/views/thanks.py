"""The pages of thanks: said from somebody's name, read, taken back, kept to oneself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.needs.models import Need
from innovation.needs.room import NeedsPermission
from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.incentives import actions, queries
from pilots.incentives.forms import ThanksForm
from pilots.incentives.models import Thanks
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def thank_for_pilot(request: PersonRequest, pk: int) -> HttpResponse:
    return _thank(request, visible_pilot(request.user, pk))


@require(NeedsPermission.READ)
@require_http_methods(["GET", "POST"])
def thank_for_need(request: PersonRequest, pk: int) -> HttpResponse:
    return _thank(request, _need(request, pk))


def _thank(request: PersonRequest, thing: Pilot | Need) -> HttpResponse:
    user = request.user
    may = queries.may_be_thanked(thing, reader=user)
    form = ThanksForm(request.POST or None, may=may, initial={"who": _asked_for(request)})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.thank(
                thing,
                text=form.cleaned_data["text"],
                people=form.people,
                authors=form.authors,
                public=form.cleaned_data["public"],
                by=user,
                at=timezone.now(),
            )
            messages.success(request, _("Said. They are told."))
            return redirect(thing)
    context = {"form": form, "thing": thing, "nobody": not (may.people or may.authors)}
    return form_page(request, "pilots/incentives/thank.html", context, form=form)


def _asked_for(request: PersonRequest) -> list[str]:
    """Whose name was pressed: `?to=12`, or `?author=3` for who noticed need 3 without a name."""
    people = [f"person-{key}" for key in request.GET.getlist("to")]
    return people + [f"author-{key}" for key in request.GET.getlist("author")]


@require(PilotsPermission.READ)
@require_safe
def of_pilot(request: PersonRequest, pk: int) -> HttpResponse:
    return _all(request, visible_pilot(request.user, pk))


@require(NeedsPermission.READ)
@require_safe
def of_need(request: PersonRequest, pk: int) -> HttpResponse:
    return _all(request, _need(request, pk))


def _all(request: PersonRequest, thing: Pilot | Need) -> HttpResponse:
    """All thanks that are for everybody, the last first."""
    context = {"thing": thing, "said": queries.thanks_about(thing)}
    return render(request, "pilots/incentives/all_thanks.html", context)


@require()
@require_POST
def take_back(request: PersonRequest, pk: int) -> HttpResponse:
    thanks = get_object_or_404(Thanks.objects.filter(by=request.user.pk).for_list(), pk=pk)
    actions.take_back_thanks(thanks, by=request.user, at=timezone.now())
    messages.success(request, _("Taken back; the words are gone."))
    return redirect(reverse("pilots:my-contributions") + "#thanks")


@require()
@require_POST
def keep_to_oneself(request: PersonRequest, pk: int) -> HttpResponse:
    """`hidden=1` keeps them to oneself, nothing lets others read them again."""
    to = get_object_or_404(queries.received_by(request.user), pk=pk)
    hidden = request.POST.get("hidden") == "1"
    actions.keep_to_oneself(to, hidden=hidden, by=request.user, at=timezone.now())
    said = _("Only you read it now.") if hidden else _("Others may read it again.")
    messages.success(request, said)
    return redirect(reverse("pilots:my-contributions") + "#thanks")


def _need(request: PersonRequest, pk: int) -> Need:
    found: Need = get_object_or_404(
        Need.objects.visible_to(request.user).select_related("submitted_by", "unit"), pk=pk
    )
    return found
