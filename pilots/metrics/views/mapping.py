"""From the columns of a file to numbers, with every step shown before it is kept."""

from __future__ import annotations

from pathlib import Path

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.connectors.errors import SourceError
from pilots.connectors.kind import WholeFile
from pilots.metrics import actions as metrics
from pilots.metrics import collect, permissions, queries
from pilots.metrics.forms import MappingForm
from pilots.metrics.forms.mapping import SOME
from pilots.metrics.models import Source
from pilots.metrics.presenters import MappedFile, mapped_file
from pilots.metrics.room import MetricsPermission
from pilots.metrics.views.checks import look, page_of

CREATE, SAVE, LOOK = "create", "save", "look"


@require(MetricsPermission.MANAGE_SOURCES)
def source_map(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    source = get_object_or_404(Source.objects.visible_to(user).select_related("unit"), pk=pk)
    permissions.check_can_edit_source(user, source)
    file = source.connector.file
    if file is None:
        return redirect("pilots:source-detail", source.pk)
    try:
        if source.connector.uploaded:
            copy = collect.uploaded(source)  # it lasts until the page is made
            content = file.fetch(collect.visit(source, copy))
        else:
            check = look(request, source)
            if check.done_at is None:
                return page_of(check, then=request.get_full_path())
            if check.problem:
                return _unreadable(request, source, check.problem)
            content = bytes(check.content)
        sheet = request.POST.get("sheet") or request.GET.get("sheet") or source.config.get("sheet")
        preview = file.preview(content, str(sheet or ""))
    except SourceError as error:
        return _unreadable(request, source, error.sentence)
    step = request.POST.get("step", "")
    form = MappingForm(
        request.POST or None,
        source=source,
        preview=preview,
        creating=step == CREATE,
        locked=queries.feeds_locked_plans(source),
    )
    mapped = None
    if request.method == "GET":
        guessed = MappingForm(_guessed(form), source=source, preview=preview)
        mapped = _mapped_file(source, content, file, guessed)
    else:
        mapped = _mapped_file(source, content, file, form)
        if form.is_valid() and step in (CREATE, SAVE):
            with refusal_shown_on(form):
                answer = _keep(request, source, form, mapped, create=step == CREATE)
                if answer is not None:
                    return answer
    return form_page(
        request,
        "pilots/metrics/source_map.html",
        {"source": source, "form": form, "preview": preview, "mapped": mapped},
        form=form,
    )


def _unreadable(request: PersonRequest, source: Source, problem: str) -> HttpResponse:
    context = {"source": source, "problem": problem}
    return render(request, "pilots/metrics/source_map.html", context)


def _guessed(form: MappingForm) -> dict[str, object]:
    """The form as it would come back if nothing were changed."""
    return {name: form[name].value() for name in form.fields}


def _mapped_file(
    source: Source, content: bytes | Path, file: WholeFile, form: MappingForm
) -> MappedFile | None:
    if not form.mapped:
        return None
    cleaned = form.cleaned_data
    sample = collect.sample(
        content,
        file=file,
        mapping={"time_zone": source.config.get("time_zone", ""), **cleaned["mapping"]},
        kind=cleaned["kind"],
        cadence=cleaned["cadence"],
        pull_from=cleaned["pull_from"],
        today=dates.today(),
    )
    return mapped_file(
        sample,
        kind=cleaned["kind"],
        cadence=cleaned["cadence"],
        named=bool(cleaned["mapping"].get("entity_column")),
    )


def _keep(
    request: PersonRequest,
    source: Source,
    form: MappingForm,
    mapped: MappedFile | None,
    *,
    create: bool,
) -> HttpResponse | None:
    """Save the mapping and, where asked, make the metrics; None where the form must be seen
    again."""
    user = request.user
    at, cleaned = timezone.now(), form.cleaned_data
    config, reason = {**source.config, **cleaned["mapping"]}, cleaned.get("reason", "")
    if not reason and metrics.takes_reason_to_edit(source, config):
        form.add_error("reason", _("Say why: plans that were locked are measured from it."))
        return None
    if not create:
        metrics.edit_source(
            source,
            by=user,
            at=at,
            name=source.name,
            steward=source.steward,
            config=config,
            reason=reason,
        )
        messages.success(request, _("The mapping is kept with the source."))
        return redirect("pilots:source-detail", source.pk)
    if mapped is None or mapped.problem:
        form.add_error(None, mapped.problem if mapped else _("Correct the mapping first."))
        return None
    entities = cleaned["wanted"] if cleaned["which"] == SOME else list(mapped.entities)
    made = metrics.create_from_file(
        source,
        by=user,
        at=at,
        unit=source.unit,
        mapping=cleaned["mapping"],
        entities=entities if cleaned["mapping"].get("entity_column") else [],
        reason=reason,
        **form.facts,
    )
    if len(made) == 1:
        return redirect("pilots:metric-detail", made[0].pk)
    messages.success(
        request,
        ngettext(
            "%(n)s metric was made; its numbers are being read.",
            "%(n)s metrics were made; their numbers are being read.",
            len(made),
        )
        % {"n": len(made)},
    )
    return redirect(f"{reverse('pilots:metric-list')}?source={source.pk}")
