"""The pages that show what metrics say, answer an alarm, and note what else happened."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from innovation.audit import presenters as audit_presenters
from innovation.people.request import PersonRequest
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from innovation.web.keys import key_of
from pilots.evidence import actions as evidence
from pilots.evidence import permissions, queries
from pilots.evidence.forms import AnswerForm, HappeningForm, KnownThenForm
from pilots.evidence.known_then import known_then
from pilots.evidence.marks import marks_of
from pilots.evidence.models import Alarm, Happening
from pilots.evidence.page import evidence_of
from pilots.evidence.presenters import MetricCard, noted
from pilots.evidence.sibling_cards import NO_SIBLINGS, cards_of
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.metrics import corrections, library
from pilots.metrics import permissions as metric_permissions
from pilots.metrics.models import Dimension, Metric, MetricVersion, Source
from pilots.metrics.room import MetricsPermission

LISTED = 30


@require(PilotsPermission.READ)
@require_safe
def evidence_page(request: PersonRequest, pk: int) -> HttpResponse:
    """All of a pilot's evidence: what was promised, what was measured, what would change it."""
    user = request.user
    pilot = visible_pilot(user, pk)
    may_note = permissions.can_note(user, pilot)
    happenings = Happening.objects.visible_to(user).filter(pilot=pilot).for_list()
    return render(
        request,
        "pilots/evidence/page.html",
        {
            "pilot": pilot,
            "evidence": evidence_of(user, pilot, timezone.now()),
            "happened": [noted(one) for one in happenings.standing()],
            "taken_back": [noted(one) for one in happenings.taken_back()[:LISTED]],
            "may_note": may_note,
            "form": HappeningForm(user=user, pilot=pilot) if may_note else None,
        },
    )


@require(MetricsPermission.READ)
def metric_list(request: PersonRequest) -> HttpResponse:
    user = request.user
    found = Metric.objects.visible_to(user).for_list()
    text, source = request.GET.get("q", "").strip(), None
    if text:
        found = found.named(text)
    if (dimension := request.GET.get("dimension", "")) in Dimension.values:
        found = found.filter(dimension=dimension)
    if request.GET.get("show") == "failing":
        found = found.filter(failures__gt=0)
    if (key := key_of(request.GET.get("source"))) is not None:
        source = Source.objects.visible_to(user).filter(pk=key).first()
        found = found.filter(source=source) if source is not None else found
    measure = library.measure_of(request.GET.get("measure", ""))
    if measure is not None:
        found = found.filter(measure=measure.key)
    page = paging.page_of(request, found, by=("name",), size=LISTED)
    readings = queries.readings(page, timezone.now())
    return render(
        request,
        "pilots/evidence/metrics.html",
        {
            "page": page,
            "rows": [MetricCard(readings[metric.pk]) for metric in page],
            "count": paging.count_up_to(found),
            "source": source,
            "measure": measure,
            "dimensions": [("", _("All")), *Dimension.choices],
            "can_create": metric_permissions.can_manage_sources(user),
        },
    )


def _metric(request: PersonRequest, pk: int) -> Metric:
    return get_object_or_404(
        Metric.objects.visible_to(request.user).select_related(
            "unit", "source__unit", "pilot__unit", "pilot__lead"
        ),
        pk=pk,
    )


def _card(metric: Metric) -> MetricCard:
    """One metric with all that is marked in its chart."""
    reading = queries.reading(metric, timezone.now())
    return MetricCard(reading, marks_of([reading])[metric.pk])


@require(MetricsPermission.READ)
def metric_detail(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    metric = _metric(request, pk)
    alarms = list(metric.alarms.select_related("answered_by")[:5])
    now = timezone.now()
    card = _card(metric)
    beside = cards_of(user, [card.reading], now, marks={metric.pk: card.marks})
    corrected = corrections.of_metrics([metric])
    return render(
        request,
        "pilots/evidence/metric.html",
        {
            "metric": metric,
            "card": card,
            "reading": card.reading,
            "siblings": beside.get(metric.pk, NO_SIBLINGS),
            "pulls": metric.pulls.select_related("requested_by")[:10],
            "revisions": metric.revisions.order_by("-replaced_at", "-period")[:20],
            "by_files": corrections.by_files(corrected),
            "by_systems": corrections.by_systems(corrected),
            "versions": MetricVersion.objects.filter(metric=metric)
            .with_approver()
            .select_related("by")[:10],
            "amendment": metric.amendments.waiting().for_list().first(),
            "alarms": alarms,
            "can_edit": metric_permissions.can_edit_metric(user, metric),
            "keeps_source": metric_permissions.can_edit_source(user, metric.source),
            "can_pull": metric_permissions.can_pull(user, metric),
            "can_count": metric_permissions.can_count(user, metric),
            "counts": metric.hand_counts.select_related("by")[:12],
            "history": audit_presenters.history(metric, limit=20, seen_by=user),
        },
    )


@require(MetricsPermission.READ)
@require_safe
def metric_known_then(request: PersonRequest, pk: int) -> HttpResponse:
    """The metric as it was known on a past day that is chosen."""
    metric = _metric(request, pk)
    form = KnownThenForm(request.GET if "on" in request.GET else None)
    known = known_then(metric, form.cleaned_data["on"]) if form.is_valid() else None
    return form_page(
        request,
        "pilots/evidence/known_then.html",
        {"metric": metric, "known": known, "form": form},
        form=form,
    )


@require(MetricsPermission.READ)
def metric_chart(request: PersonRequest, pk: int) -> HttpResponse:
    """The chart alone, for a page that shows several."""
    card = _card(_metric(request, pk))
    return render(request, "pilots/evidence/_chart.html", {"card": card})


@require(MetricsPermission.READ)
def alarm_answer(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    alarm = get_object_or_404(
        Alarm.objects.visible_to(user).select_related(
            "metric__source", "metric__unit", "metric__pilot", "pilot__unit", "pilot__lead",
            "answered_by",
        ),
        pk=pk,
    )  # fmt: skip
    answers = permissions.answers_open_to(user, alarm)
    if request.method == "POST":
        permissions.check_can_answer(user, alarm)
    form = AnswerForm(request.POST or None, answers=answers)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            evidence.answer(alarm, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Answered. The people concerned have been told."))
            return redirect("pilots:pilot-detail", alarm.pilot_id)
        alarm.refresh_from_db()
    return form_page(
        request,
        "pilots/evidence/alarm.html",
        {
            "alarm": alarm,
            "card": _card(alarm.metric),
            "form": form,
            "answers": answers,
            "refusal": permissions.can_answer(user, alarm).reason,
        },
        form=form,
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def happening_note(request: PersonRequest, pk: int) -> HttpResponse:
    """Note what happened while the pilot was measured."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_note(user, pilot)
    form = HappeningForm(request.POST or None, user=user, pilot=pilot)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in form.Meta.fields}
            evidence.note_happening(
                pilot, by=user, at=timezone.now(), warned=bool(form.patient_findings), **given
            )
            messages.success(request, _("Noted. It stands in the charts."))
            return redirect(_happened(pilot))
    context = {"pilot": pilot, "form": form, "back": _happened(pilot)}
    return form_page(request, "pilots/evidence/happening.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def happening_take_back(request: PersonRequest, pk: int) -> HttpResponse:
    """What was noted wrongly leaves the charts, once that is confirmed."""
    user = request.user
    happening = get_object_or_404(
        Happening.objects.visible_to(user).for_list().select_related("pilot__unit", "pilot__lead"),
        pk=pk,
    )
    pilot = happening.pilot
    permissions.check_can_note(user, pilot)
    if request.method == "POST":
        evidence.take_happening_back(happening, by=user, at=timezone.now())
        messages.success(request, _("Taken back. It is out of the charts."))
        return redirect(_happened(pilot))
    context = {"pilot": pilot, "one": noted(happening), "back": _happened(pilot)}
    return render(request, "pilots/evidence/happening_take_back.html", context)


def _happened(pilot: Pilot) -> str:
    """Where what else happened is listed."""
    return f"{reverse('pilots:pilot-evidence', args=[pilot.pk])}#happened"
