"""Planning a metric: of a pilot, or of a unit alone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from innovation.web.keys import key_of
from innovation.workflow import presenters as background
from pilots.connectors.errors import SourceError
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions as metrics
from pilots.metrics import collect, inside, library, permissions, queries, strata
from pilots.metrics.actions import checks
from pilots.metrics.forms import MeasureChoice, MetricForm, SplitsForm
from pilots.metrics.library import ReadyMeasure
from pilots.metrics.models import CheckKind, Metric, MetricRole, Source, SourceCheck
from pilots.metrics.presenters import dry_run_of
from pilots.metrics.room import MetricsPermission
from pilots.metrics.views.checks import look, page_of

# “Try it”, and without script “See what came”.
TRY = {"try", "check"}


@require(MetricsPermission.READ)
def metric_create(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pilot = get_object_or_404(Pilot.objects.visible_to(user).select_related("unit"), pk=pk)
    permissions.check_can_plan(user, pilot=pilot)
    return _create(request, pilot=pilot, unit=pilot.unit)


@require(MetricsPermission.MANAGE_SOURCES)
def unit_metric_create(request: PersonRequest) -> HttpResponse:
    return _create(request, pilot=None, unit=None)


def _create(request: PersonRequest, *, pilot: Pilot | None, unit: Unit | None) -> HttpResponse:
    user = request.user
    sources = queries.usable_sources(user, unit=unit)
    key = key_of(request.GET.get("source"))
    measure = library.measure_of(request.GET.get("measure", ""))
    source = sources.filter(pk__in=[key]).select_related("unit").first()
    context: dict[str, object] = {"pilot": pilot, "source": source, "measure": measure}
    if source is None:
        kept = {name: request.GET.get(name) for name in ("role", "measure")}
        context["chosen"] = urlencode({name: value for name, value in kept.items() if value})
        context["choose"] = MeasureChoice(initial={"role": request.GET.get("role", "")})
        context["sources"] = sources.select_related("unit")[:200]
        context["can_connect"] = permissions.can_manage_sources(user)
        return render(request, "pilots/metrics/metric_source.html", context)
    unit = unit or source.unit
    permissions.check_can_plan(user, pilot=pilot, unit=unit)
    columns, note, under_way = _columns(request, source, unit)
    if under_way is not None:
        return page_of(under_way, then=request.get_full_path())
    form = MetricForm(
        request.POST or None,
        source=source,
        columns=columns,
        choices=inside.options(source.kind, pilot),
        piloted=pilot is not None,
        today=dates.today(),
        initial={
            "role": request.GET.get("role") or _role_missing(pilot),
            **_filled_in(measure),
            **_followed(request, source, pilot),
        },
    )
    splits = SplitsForm(request.POST or None)
    if request.method == "POST" and _are_valid(form, splits):
        if TRY & request.POST.keys():
            context |= _dry_run(request, form, source, unit, pilot)
        else:
            with refusal_shown_on(form):
                metric = metrics.create_metric(
                    by=user,
                    at=timezone.now(),
                    pilot=pilot,
                    unit=unit,
                    source=source,
                    measure="" if measure is None else measure.key,
                    **form.facts,
                )
                _split(metric, splits, user)
                messages.success(
                    request,
                    _("%(name)s is planned; its numbers are being pulled.") % {"name": metric.name},
                )
                return redirect("pilots:metric-detail", metric.pk)
    context |= {"form": form, "splits": splits, "column_note": note}
    return form_page(request, "pilots/metrics/metric_form.html", context, form=form, beside=splits)


@require(MetricsPermission.READ)
def metric_edit(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    metric = get_object_or_404(
        Metric.objects.visible_to(user).select_related("unit", "source__unit", "pilot"), pk=pk
    )
    permissions.check_can_edit_metric(user, metric)
    sources = queries.usable_sources(user, unit=metric.unit)
    source = sources.filter(pk__in=[key_of(request.GET.get("source"))]).first() or metric.source
    columns, note, under_way = _columns(request, source, metric.unit)
    if under_way is not None:
        return page_of(under_way, then=request.get_full_path())
    form = MetricForm(
        request.POST or None,
        source=source,
        columns=columns,
        choices=inside.options(source.kind, metric.pilot),
        metric=metric,
        piloted=metric.pilot is not None,
        locked=permissions.is_plan_locked(metric),
        amendable=permissions.is_plan_approved(metric),
    )
    splits = SplitsForm(request.POST or None, metric=metric)
    context: dict[str, object] = {
        "metric": metric,
        "pilot": metric.pilot,
        "source": source,
        "sources": sources.filter(kind=source.kind).exclude(pk=source.pk)[:50],
        "form": form,
        "splits": splits,
        "groups_known": strata.names_of_groups(metric),
        "column_note": note,
        "judged_by": permissions.is_judged_by(metric),
        "amendment": metric.amendments.waiting().for_list().first(),
    }
    if request.method == "POST" and _are_valid(form, splits):
        if TRY & request.POST.keys():
            context |= _dry_run(request, form, source, metric.unit, metric.pilot)
        else:
            facts, reason = {"source": source, **form.facts}, form.cleaned_data.get("reason", "")
            with refusal_shown_on(form):
                if reason or not metrics.takes_reason(metric, **facts):
                    metrics.edit_metric(metric, by=user, at=timezone.now(), reason=reason, **facts)
                    _split(metric, splits, user)
                    proposed = metric.amendments.waiting().first()
                    if proposed is None:
                        messages.success(request, _("Saved."))
                        return redirect("pilots:metric-detail", metric.pk)
                    messages.success(
                        request, _("It waits for approval by somebody outside the team.")
                    )
                    return redirect(proposed)
                form.add_error(
                    "reason", _("Say why: the plan was locked when the pilot was proposed.")
                )
    return form_page(request, "pilots/metrics/metric_form.html", context, form=form, beside=splits)


def _are_valid(form: MetricForm, splits: SplitsForm) -> bool:
    """Whether both may be kept: what is refused of the second would come after the first was kept."""
    return all([form.is_valid(), splits.is_valid()]) and splits.fits(form.cleaned_data.get("kind"))


def _split(metric: Metric, form: SplitsForm, user: User) -> None:
    least = form.cleaned_data["least"]
    metrics.split_metric(metric, by=user, at=timezone.now(), splits=form.splits, least=least)


def _columns(
    request: PersonRequest, source: Source, unit: Unit
) -> tuple[tuple[str, ...], str, SourceCheck | None]:
    """The columns to choose from, or why they cannot be seen now; a check that is under way, where
    the page can wait for it elsewhere."""
    if source.connector.file is None:
        return (), "", None
    if source.connector.uploaded:
        try:
            return collect.columns_of(source), "", None
        except SourceError as error:
            return (), error.sentence, None
    if not permissions.can_ask_source(request.user, source, unit=unit):
        # Others bound the metric to a source of theirs.
        return (), _("Its source belongs to a unit that you do not reach."), None
    check = look(request, source, unit=unit)
    if check.done_at is None:
        if request.method == "GET":
            return (), "", check
        return (), _("Its file is still being fetched. What you typed is kept."), None
    return tuple(check.answer.get("columns", ())), check.problem, None


def _filled_in(measure: ReadyMeasure | None) -> dict[str, str]:
    """What a form begins with where a ready definition was chosen; all of it may be said more closely."""
    if measure is None:
        return {}
    return {
        "name": str(measure.name),
        "definition": str(measure.definition),
        "kind": measure.kind,
        "measure_unit": str(measure.measure_unit),
        "direction": measure.direction,
        "dimension": measure.dimension,
        "cadence": measure.cadence,
        "design": measure.design or "",
        "design_because": str(measure.design_because),
    }


def _followed(request: PersonRequest, source: Source, pilot: Pilot | None) -> dict[str, str]:
    """What a form begins with whose number is made here, and was chosen on another page."""
    if not source.connector.inside:
        return {}
    names = [field.name for field in source.connector.metric_fields]
    chosen = {name: request.GET[name] for name in names if name in request.GET}
    suggested = inside.suggested(source.kind, pilot, chosen)
    return {**chosen, **suggested} if suggested else {}


def _dry_run(
    request: PersonRequest, form: MetricForm, source: Source, unit: Unit, pilot: Pilot | None
) -> dict[str, object]:
    """What came, if that took no longer than a page may wait; otherwise what asks for it."""
    user, at = request.user, timezone.now()
    permissions.check_can_ask_source(user, source, unit=unit)
    named = SourceCheck.objects.filter(
        pk__in=[key_of(request.POST.get("check"))],
        asked_by=user,
        source=source,
        kind=CheckKind.DRY_RUN,
    )
    asked = named.first() or metrics.ask_dry_run(
        source,
        by=user,
        at=at,
        unit=unit,
        kind=form.cleaned_data["kind"],
        cadence=form.cleaned_data["cadence"],
        binding=form.facts["binding"],
        pull_from=form.facts["pull_from"],
        pilot=pilot,
    )
    check = checks.wait(asked)
    if check.done_at is None:
        seconds = int((timezone.now() - check.asked_at).total_seconds())
        return {"check": check, "seconds": seconds, "silence": background.silence(at=at)}
    return {"dry_run": dry_run_of(check)}


def _role_missing(pilot: Pilot | None) -> str:
    """What the plan lacks first: a primary metric, then a guardrail."""
    if pilot is None:
        return MetricRole.SECONDARY
    roles = set(pilot.metrics.values_list("role", flat=True))
    for role in (MetricRole.PRIMARY, MetricRole.GUARDRAIL):
        if role not in roles:
            return role
    return MetricRole.SECONDARY
