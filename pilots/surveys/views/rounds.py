"""The pages of a round of questions: opening it, its link and sheet, its reading, closing it."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.rules.refusal import Malformed
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from innovation.web.paging import page_of
from pilots.connectors import group_answers
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.metrics import actions as metrics
from pilots.metrics.permissions import can_plan, check_can_plan
from pilots.surveys import actions, links, permissions, presenters, queries
from pilots.surveys.forms import AskGroupForm, FollowForm, SurveyCloseForm
from pilots.surveys.models import SurveyRound
from pilots.surveys.own_numbers import all_offered

_STEP = "pilots/lifecycle/step.html"
_USUAL_DAYS = 14


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def open_round(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_ask(user, pilot)
    form = AskGroupForm(
        request.POST or None,
        instruments=[(one.key, str(one.name)) for one in queries.offered()],
        initial={
            "instrument_key": request.GET.get("instrument", ""),
            "closes_on": dates.days_after(dates.today(), _USUAL_DAYS),
        },
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {
                name: form.cleaned_data[name] for name in ("instrument_key", "label", "closes_on")
            }
            made = actions.open_round(
                pilot,
                asked=form.cleaned_data["asked"] or 0,
                people=queries.people_named(pilot, form.addresses, by=user),
                by=user,
                at=timezone.now(),
                **given,
            )
            messages.success(
                request,
                _("Open. They have it on their home page.")
                if made.by_name
                else _("Open. Hand on the link, or hang up the sheet."),
            )
            return redirect(made)
    context = {
        "form": form,
        "kicker": pilot.title,
        "back": pilot.get_absolute_url(),
        "title": _("Ask a group"),
        "sentence": _(
            "A few questions, of people by their names or by a link and a sheet with a QR code. What each "
            "answers is kept nowhere. Nothing is shown before it is closed and five have answered."
        ),
        "submit": _("Open it"),
    }
    return form_page(request, _STEP, context, form=form)


@require(PilotsPermission.READ)
@require_safe
def of_pilot(request: PersonRequest, pk: int) -> HttpResponse:
    """All that groups of a pilot were asked: the open ones with their links, then what was said."""
    user = request.user
    pilot = visible_pilot(user, pk)
    may_ask = bool(permissions.can_ask(user, pilot))
    rounds = SurveyRound.objects.filter(pilot=pilot).for_list()
    page = page_of(request, rounds.exclude(closed_at=None), by=("-closed_at",))
    found = queries.readings(page)
    context = {
        "pilot": pilot,
        "may_ask": may_ask,
        "waiting": [
            (one, _address(request, one) if may_ask and not one.by_name else "")
            for one in rounds.filter(closed_at=None).order_by("closes_at", "pk")
        ],
        "page": page,
        "closed": [(one, presenters.sentence(one, found.get(one.pk))) for one in page],
    }
    return render(request, "pilots/surveys/of_pilot.html", context)


@require(PilotsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """What a round asks, its link while it is open, and what it says once it is closed."""
    survey = _visible(request.user, pk)
    may_ask = bool(permissions.can_ask(request.user, survey.pilot))
    context = {
        "survey": survey,
        "pilot": survey.pilot,
        "may_ask": may_ask and survey.closed_at is None,
        "may_close": survey.by_name or survey.closes_at <= timezone.now(),
        "items": survey.instrument.items.select_related("instrument"),
        **(_link(request, survey) if may_ask and survey.closed_at is None else {}),
        **presenters.told(survey),
    }
    if context["reading"] is not None and can_plan(request.user, pilot=survey.pilot):
        context["follow_form"] = FollowForm.beside(survey.instrument.key, survey.label)
    return render(request, "pilots/surveys/round.html", context)


@require(PilotsPermission.READ)
@require_POST
def follow(request: PersonRequest, pk: int) -> HttpResponse:
    """To the form that plans what groups said as a metric, filled as far as it can be."""
    user = request.user
    pilot = visible_pilot(user, pk)
    check_can_plan(user, pilot=pilot)
    kind = group_answers.KIND.key
    form = FollowForm(request.POST, choices=all_offered(pilot))
    if not form.is_valid():
        raise Malformed(_("Choose what groups of the pilot were asked."))
    source = metrics.keep_inside_source(kind, pilot, by=user, at=timezone.now())
    chosen = urlencode({"source": source.pk, **form.cleaned_data})
    return redirect(f"{reverse('pilots:metric-create', args=[pilot.pk])}?{chosen}")


@require(PilotsPermission.READ)
@require_safe
def sheet(request: PersonRequest, pk: int) -> HttpResponse:
    """One page to hang up."""
    survey = _visible(request.user, pk)
    permissions.check_can_ask(request.user, survey.pilot)
    context = {"survey": survey, "pilot": survey.pilot, **_link(request, survey)}
    return render(request, "pilots/surveys/sheet.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def close(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    survey = _visible(user, pk)
    permissions.check_can_ask(user, survey.pilot)
    form = SurveyCloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.close_round(survey, by=user, at=timezone.now())
            messages.success(request, _("Closed."))
            return redirect(survey)
    context = {
        "form": form,
        "kicker": survey.label,
        "back": survey.get_absolute_url(),
        "title": _("Close the questions"),
        "sentence": _(
            "Nobody can answer any more, and what the group said is shown. Where people are asked by name it is "
            "possible once five have answered; by a link, once its last day is over. Then it also closes by itself."
        ),
        "submit": _("Close it"),
    }
    return form_page(request, _STEP, context, form=form)


def _visible(user: User, pk: int) -> SurveyRound:
    found: SurveyRound = get_object_or_404(SurveyRound.objects.visible_to(user).for_list(), pk=pk)
    return found


def _link(request: HttpRequest, survey: SurveyRound) -> dict[str, str]:
    address = _address(request, survey)
    return {"address": address, "square": f"data:image/svg+xml,{quote(links.qr(address))}"}


def _address(request: HttpRequest, survey: SurveyRound) -> str:
    return request.build_absolute_uri(reverse("pilots:survey-answer", args=[survey.key]))
