"""The pages of instruments: what may be asked, and entering one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.lifecycle.room import PilotsPermission
from pilots.surveys import actions, permissions, queries
from pilots.surveys.forms import InstrumentForm, NewInstrumentForm
from pilots.surveys.models import Instrument

_STEP = "pilots/lifecycle/step.html"


@require(PilotsPermission.READ)
@require_safe
def instrument_list(request: PersonRequest) -> HttpResponse:
    context = {
        "instruments": queries.offered(),
        "may_enter": permissions.can_enter_instruments(request.user),
    }
    return render(request, "pilots/surveys/instruments.html", context)


@require(PilotsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    instrument = get_object_or_404(Instrument, pk=pk)
    used = instrument.rounds.exists()
    context = {
        "instrument": instrument,
        "items": instrument.items.select_related("instrument"),
        "used": used,
        "may_change": not used
        and not instrument.built_in
        and bool(permissions.can_enter_instruments(request.user)),
    }
    return render(request, "pilots/surveys/instrument.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def add(request: PersonRequest) -> HttpResponse:
    user = request.user
    permissions.check_can_enter_instruments(user)
    form = NewInstrumentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            made = actions.add_instrument(
                key=form.cleaned_data["key"], words=form.words(), by=user, at=timezone.now()
            )
            messages.success(request, _("Entered. Teams can ask it from now on."))
            return redirect(made)
    return form_page(request, _STEP, _step(form, reverse("pilots:instruments")), form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def change(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    permissions.check_can_enter_instruments(user)
    instrument = get_object_or_404(Instrument, pk=pk)
    form = InstrumentForm(request.POST or None, initial=_known(instrument))
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.change_instrument(instrument, words=form.words(), by=user, at=timezone.now())
            messages.success(request, _("Changed."))
            return redirect(instrument)
    return form_page(request, _STEP, _step(form, instrument.get_absolute_url()), form=form)


def _step(form: InstrumentForm, back: str) -> dict[str, object]:
    return {
        "form": form,
        "kicker": _("Instruments"),
        "back": back,
        "title": _("An instrument"),
        "sentence": _(
            "Questions that others have tested, in their words and under their licence. Once a group was "
            "asked, they stay as they are."
        ),
        "submit": _("Keep it"),
    }


def _known(instrument: Instrument) -> dict[str, Any]:
    items = list(instrument.items.all())
    return {
        "name": instrument.name,
        "about": instrument.about,
        "licence": instrument.licence,
        "questions": "\n".join(one.text for one in items),
        "reversed": ", ".join(str(one.position) for one in items if one.reversed),
        "lowest": instrument.lowest,
        "low_label": instrument.low_label,
        "highest": instrument.highest,
        "high_label": instrument.high_label,
        "scoring": instrument.scoring,
        "missing_allowed": instrument.missing_allowed,
    }
