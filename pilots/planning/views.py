"""The planner's page of a pilot, and the page of a metric panel."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.metrics.models import Metric
from pilots.metrics.permissions import can_pull
from pilots.planning import actions as planning
from pilots.planning import permissions, presenters, queries
from pilots.planning.forms import CandidateForm, CloseForm, InviteForm, OpenPanelForm, RatingsForm
from pilots.planning.models import MetricPanel


@require(PilotsPermission.READ)
@require_safe
def planner(request: PersonRequest, pk: int) -> HttpResponse:
    """How likely an answer is by when, and what would change that, metric by metric."""
    pilot = visible_pilot(request.user, pk)
    prefetch_related_objects(
        [pilot], Prefetch("metrics", Metric.objects.select_related("source", "unit"))
    )
    is_planned = queries.is_planned(pilot)
    cards = [
        presenters.PlanCard(one)
        for one in queries.planned_metrics(pilot, timezone.now())
        if is_planned or one.found is not None
    ]
    return render(
        request,
        "pilots/planning/planner.html",
        {
            "pilot": pilot,
            "cards": cards,
            "headline": presenters.headline(cards, planned=is_planned),
            "planned": is_planned,
            "may_pull": {
                card.planned.metric.pk
                for card in cards
                if can_pull(request.user, card.planned.metric)
            },
            "waits": any(card.planned.waits for card in cards),
            "done": sum(not card.planned.waits for card in cards),
            "to_do": sum(card.planned.needs_work for card in cards),
            "may_ask": permissions.can_ask(request.user, pilot),
        },
    )


@require(PilotsPermission.READ)
@require_POST
def planner_ask(request: PersonRequest, pk: int) -> HttpResponse:
    pilot = visible_pilot(request.user, pk)
    asked = planning.ask(pilot, by=request.user, at=timezone.now())
    if asked:
        messages.success(
            request,
            ngettext(
                "One metric is being worked out. It takes some seconds.",
                "%(asked)s metrics are being worked out. It takes some seconds each.",
                asked,
            )
            % {"asked": asked},
        )
    else:
        messages.info(request, _("Everything is of today's data and plan already."))
    return redirect("pilots:planner", pk=pilot.pk)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def panel_open(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_open_panel(user, pilot)
    form = OpenPanelForm(request.POST or None, user=user, pilot=pilot)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            panel = planning.open_panel(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Open. Those who were invited have been told."))
            return redirect(panel)
    context = {"pilot": pilot, "form": form, "metrics": pilot.metrics.order_by("pk")}
    return form_page(request, "pilots/planning/panel_open.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def panel(request: PersonRequest, pk: int) -> HttpResponse:
    """What is rated, how far people agree, who has answered; and the own ratings."""
    user = request.user
    panel = _panel(request, pk)
    if request.method == "POST":
        permissions.check_can_rate(user, panel)
    candidates = queries.rated(panel, user)
    may_rate = permissions.can_rate(user, panel)
    form = (
        RatingsForm(request.POST or None, candidates=candidates)
        if may_rate and candidates
        else None
    )
    if request.method == "POST" and form is not None and form.is_valid():
        with refusal_shown_on(form):
            planning.rate(panel, ratings=form.ratings, by=user, at=timezone.now())
            messages.success(request, _("Kept. You can change it until the panel is closed."))
            return redirect(panel)
    return form_page(
        request, "pilots/planning/panel.html", _page(request, panel, form=form), form=form
    )


@require(PilotsPermission.READ)
@require_POST
def panel_invite(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    panel = _panel(request, pk)
    permissions.check_can_run_panel(user, panel)
    form = InviteForm(request.POST, user=user, panel=panel)
    if form.is_valid():
        with refusal_shown_on(form):
            seat = planning.invite(panel, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("%(person)s is asked.") % {"person": seat.person.name})
            return redirect(panel)
    return form_page(
        request, "pilots/planning/panel.html", _page(request, panel, invite=form), form=form
    )


@require(PilotsPermission.READ)
@require_POST
def panel_add(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    panel = _panel(request, pk)
    permissions.check_can_run_panel(user, panel)
    form = CandidateForm(request.POST)
    if form.is_valid():
        with refusal_shown_on(form):
            planning.add_candidate(panel, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("It is put to the panel."))
            return redirect(panel)
    return form_page(
        request, "pilots/planning/panel.html", _page(request, panel, candidate=form), form=form
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def panel_close(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    panel = _panel(request, pk)
    permissions.check_can_run_panel(user, panel)
    candidates = queries.rated(panel, user)
    form = CloseForm(request.POST or None, candidates=candidates)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            planning.close(panel, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Recorded. Those who rated have been told."))
            return redirect(panel)
    context = {
        "panel": panel,
        "pilot": panel.pilot,
        "form": form,
        "rows": [presenters.CandidateRow(one) for one in candidates],
    }
    return form_page(request, "pilots/planning/panel_close.html", context, form=form)


def _panel(request: PersonRequest, pk: int) -> MetricPanel:
    visible = MetricPanel.objects.visible_to(request.user)
    found: MetricPanel = get_object_or_404(
        visible.select_related(
            "pilot__unit", "pilot__lead", "opened_by", "closed_by"
        ).prefetch_related("seats__person"),
        pk=pk,
    )
    return found


def _page(
    request: PersonRequest,
    panel: MetricPanel,
    *,
    form: RatingsForm | None = None,
    invite: InviteForm | None = None,
    candidate: CandidateForm | None = None,
) -> dict[str, object]:
    user = request.user
    candidates = queries.rated(panel, user)
    if form is None and permissions.can_rate(user, panel) and candidates:
        form = RatingsForm(candidates=candidates)
    may_run = bool(permissions.can_run_panel(user, panel))
    done = queries.answered(candidates)
    return {
        "panel": panel,
        "pilot": panel.pilot,
        "rows": [presenters.CandidateRow(one) for one in candidates],
        "seats": [(seat, seat.person_id in done) for seat in panel.seats.all()],
        "done": len(done),
        "form": form,
        "invite": (invite or InviteForm(user=user, panel=panel)) if may_run else None,
        "candidate": (candidate or CandidateForm()) if may_run else None,
        "may_run": may_run,
        "shows": may_run or not queries.is_blind(panel, user, candidates),
    }
