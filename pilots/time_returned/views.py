"""The pages of hours given back: of one pilot, saying what for, and of all pilots together."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from innovation.people.request import PersonRequest
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.evidence import queries as evidence
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import is_plan_open
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import OUT_OF_USE
from pilots.metrics.room import MetricsPermission
from pilots.surveys.models import InstrumentItem
from pilots.surveys.permissions import can_ask
from pilots.surveys.room import SurveysPermission
from pilots.time_returned import actions, permissions, presenters, queries
from pilots.time_returned.forms import AccountFilter, TimeForm, TimeTakeBackForm, TouchQuestionsForm

_OWN = 5  # pilots whose groups may be asked from the page of all


@require(PilotsPermission.READ)
@require_safe
def of_pilot(request: PersonRequest, pk: int) -> HttpResponse:
    """What one pilot gives back: measured, by quarter, for what, and what it said when."""
    user = request.user
    pilot = visible_pilot(user, pk)
    now = timezone.now()
    history = list(queries.declarations(pilot))
    said = history[0] if history and history[0].metric_id is not None else None
    found = queries.hours_of(pilot, now, said) if said else None
    lede = presenters.sentence(found)
    if history and said is None:
        lede = _("The team no longer says that it gives hours back: %(why)s") % {
            "why": history[0].reason
        }
    reading = found.reading if found else None
    sees_metrics = user.may(MetricsPermission.READ, pilot.unit_id)
    context = {
        "pilot": pilot,
        "lede": lede,
        "found": found,
        "reading": reading,
        "sees_metrics": sees_metrics,
        "links": [(_("The metric"), reverse("pilots:metric-detail", args=[reading.metric.pk]))]
        if reading is not None and sees_metrics
        else [],
        "hours": found.hours if found else None,
        "remarks": presenters.remarks(found) if found else [],
        "quarters": presenters.quarters_shown(found.by_quarter) if found else [],
        "chart": presenters.chart_of(
            found.by_month,
            title=_("Hours given back by month"),
            said=_(
                "One change of a case in all months; what differs is how many cases there were."
            ),
        )
        if found
        else None,
        "where": presenters.where_shown(
            said, found, queries.asked_of(pilot), evidence.readings_of(pilot, now)
        )
        if said
        else None,
        "experience": presenters.experience_shown(queries.experience_of(pilot)),
        "history": history,
        "may_ask": can_ask(user, pilot),
        "may_declare": permissions.can_declare(user, pilot),
        "said": said,
    }
    return render(request, "pilots/time_returned/pilot.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def declare(request: PersonRequest, pk: int) -> HttpResponse:
    """Say that a pilot gives hours back, by what that is counted, and for what."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_declare(user, pilot)
    plan_open = is_plan_open(pilot)
    said = queries.current(pilot)
    form = TimeForm(request.POST or None, pilot=pilot, said=said, plan_open=plan_open)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusal_shown_on(form):
            actions.declare(
                pilot,
                metric=given["metric"],
                volume=given["volume"],
                since=given["since"],
                is_mean=given["is_mean"],
                reason=given.get("reason", ""),
                uses=form.uses,
                by=user,
                at=timezone.now(),
            )
            messages.success(request, _("Said. The hours follow from its numbers alone."))
            return redirect("pilots:time-returned", pk=pilot.pk)
    context = {"pilot": pilot, "form": form, "said": said}
    return form_page(request, "pilots/time_returned/declare.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def take_back(request: PersonRequest, pk: int) -> HttpResponse:
    """It gives no hours back, or they cannot be counted."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_declare(user, pilot)
    form = TimeTakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.take_back(pilot, reason=form.cleaned_data["reason"], by=user, at=timezone.now())
            messages.success(
                request, _("No hours are counted any more. What was said stays to be read.")
            )
            return redirect("pilots:time-returned", pk=pilot.pk)
    context = {
        "form": form,
        "kicker": pilot.title,
        "back": reverse("pilots:time-returned", args=[pilot.pk]),
        "title": _("Say that it gives no hours back"),
        "sentence": _(
            "The pilot gives no hours back, or they cannot be counted. The reason is read before its"
            " outcome is decided."
        ),
        "submit": _("It gives no hours back"),
    }
    return form_page(request, "pilots/lifecycle/step.html", context, form=form)


@require(PilotsPermission.READ)
@require_safe
def account(request: PersonRequest) -> HttpResponse:
    """All hours that this person may see: together, and by pilot, unit, quarter or month."""
    user = request.user
    narrowed = AccountFilter(request.GET, user=user)
    rows = narrowed.narrow()
    by = narrowed.way
    total, went = queries.total(rows), queries.went(rows)
    address = reverse("pilots:time-account")
    unit = request.GET.get("unit", "")
    context = {
        "total": total,
        "lede": presenters.total_sentence(total),
        "went": presenters.went_shown(went, known=total.known) if total.known else None,
        "by": by,
        "tabs": [
            (label, f"{address}?by={key}&unit={unit}" if unit else f"{address}?by={key}", key == by)
            for key, label in presenters.WAYS.items()
        ],
        "filter": narrowed,
    }
    if by == "pilot":
        context["page"] = paging.page_of(
            request, rows.select_related("pilot__unit"), by=("-estimate",)
        )
        context["rows"] = [(row, *presenters.row_said(row)) for row in context["page"]]  # type: ignore[attr-defined]
    elif by == "unit":
        context["lines"] = presenters.unit_lines(queries.by_unit(rows), went.by_unit)
    else:
        months = queries.by_month(rows)
        context["lines"] = presenters.period_lines(months, quarters=by == "quarter")
        context["chart"] = presenters.chart_of(
            months, title=_("Hours given back by month"), said=presenters.total_sentence(total)
        )
    return render(request, "pilots/time_returned/account.html", context)


@require(PilotsPermission.READ)
@require_safe
def human_touch(request: PersonRequest) -> HttpResponse:
    """Is the human touch an edge? Four lines over the same months, and what nobody can tell from them."""
    user = request.user
    found = queries.human_touch(user)
    own = Pilot.objects.of_team(user).exclude(status__in=OUT_OF_USE).order_by("title")
    context = {
        "nothing": not found.months,
        "asks": [
            (pilot.title, reverse("pilots:survey-open", args=[pilot.pk])) for pilot in own[:_OWN]
        ],
        "lines": presenters.lines_of(found),
        "not_known": presenters.not_known(found),
        "lede": presenters.total_sentence(found.total),
        "may_choose": permissions.can_choose_questions(user),
    }
    return render(request, "pilots/time_returned/touch.html", context)


@require(SurveysPermission.INSTRUMENTS)
@require_http_methods(["GET", "POST"])
def touch_questions(request: PersonRequest) -> HttpResponse:
    """Which questions tell how patients and staff feel."""
    user = request.user
    permissions.check_can_choose_questions(user)
    items = InstrumentItem.objects.select_related("instrument").order_by("instrument", "position")
    form = TouchQuestionsForm(
        request.POST or None,
        items=[one for one in items if not one.counts_kinds],
        chosen=queries.questions(),
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            for kind, item in form.changed_items.items():
                actions.choose_question(
                    kind,
                    instrument=item.instrument,
                    position=item.position,
                    by=user,
                    at=timezone.now(),
                )
            messages.success(request, _("Kept. What was answered to them is shown from now on."))
            return redirect("pilots:human-touch")
    context = {
        "form": form,
        "kicker": _("Is the human touch an edge?"),
        "back": reverse("pilots:human-touch"),
        "title": _("Which questions tell it"),
        "sentence": _(
            "Questions of instruments that were entered here. Whoever holds the licence enters them."
        ),
        "submit": _("Keep it"),
    }
    return form_page(request, "pilots/lifecycle/step.html", context, form=form)
