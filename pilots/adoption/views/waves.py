"""Waves: planning one, moving it, and its first day."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from pilots.adoption import actions, queries
from pilots.adoption.forms import CancelForm, WaveForm, WaveLiveForm
from pilots.adoption.models import Wave
from pilots.adoption.views.steps import step
from pilots.lifecycle.permissions import (
    can_lead,
    can_plan_sites,
    check_can_lead,
    check_can_plan_sites,
)
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def add(request: PersonRequest, pk: int) -> HttpResponse:
    """Say which groups and sites begin together."""
    user = request.user
    pilot = visible_pilot(user, pk)
    check_can_plan_sites(user, pilot)
    form = WaveForm(request.POST or None, pilot=pilot)
    return step(
        request,
        form,
        lambda: actions.plan_wave(pilot, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("The wave is planned."),
        back=reverse("pilots:adoption", args=[pilot.pk]),
        kicker=pilot.title,
        title=_("Plan a wave"),
        sentence=_("Groups and sites that begin on the same day, once enough of them are trained."),
        submit=_("Plan it"),
    )


@require(PilotsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """A wave: who begins when, and how far their training is."""
    wave = _wave(request.user, pk)
    waits = wave.went_live_on is None and wave.dropped_at is None
    context = {
        "wave": wave,
        "pilot": wave.pilot,
        "groups": queries.trained_in_wave(wave, day=wave.went_live_on or dates.today()),
        "may_plan": waits and can_plan_sites(request.user, wave.pilot),
        "may_begin": waits
        and wave.pilot.status == PilotStatus.RUNNING
        and can_lead(request.user, wave.pilot),
    }
    return render(request, "pilots/adoption/wave.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def change(request: PersonRequest, pk: int) -> HttpResponse:
    """Another day, share, group or site."""
    user = request.user
    wave = _wave(user, pk)
    check_can_plan_sites(user, wave.pilot)
    begun = {name: getattr(wave, name) for name in ("name", "first_day", "share")}
    begun |= {name: [one.pk for one in getattr(wave, name).all()] for name in ("groups", "sites")}
    form = WaveForm(request.POST or None, pilot=wave.pilot, initial=begun)
    return step(
        request,
        form,
        lambda: actions.change_wave(wave, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Kept. What was planned before stays in the log."),
        back=wave.get_absolute_url(),
        kicker=wave.name,
        title=_("Change the wave"),
        sentence=_("Its sites have their first day with it."),
        submit=_("Keep it"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def live(request: PersonRequest, pk: int) -> HttpResponse:
    """The wave has begun."""
    user = request.user
    wave = _wave(user, pk)
    check_can_lead(user, wave.pilot)
    form = WaveLiveForm(request.POST or None, initial={"on": dates.today()})
    return step(
        request,
        form,
        lambda: actions.wave_goes_live(wave, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("It is live. Its sites are compared with no more."),
        back=wave.get_absolute_url(),
        kicker=wave.name,
        title=_("The wave goes live"),
        sentence=_(
            "It is refused until each of its groups is trained to its share. Its first day is where the"
            " before of its sites ends."
        ),
        submit=_("It is live"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def drop(request: PersonRequest, pk: int) -> HttpResponse:
    """The wave does not begin."""
    user = request.user
    wave = _wave(user, pk)
    check_can_plan_sites(user, wave.pilot)
    form = CancelForm(request.POST or None)
    return step(
        request,
        form,
        lambda: actions.drop_wave(wave, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Dropped. Its groups are free for another wave."),
        back=wave.get_absolute_url(),
        then=reverse("pilots:adoption", args=[wave.pilot_id]),
        kicker=wave.name,
        title=_("Drop the wave"),
        sentence=_("The days of its sites stay planned until somebody changes them."),
        submit=_("Drop it"),
    )


def _wave(user: User, pk: int) -> Wave:
    found: Wave = get_object_or_404(Wave.objects.visible_to(user).for_list(), pk=pk)
    return found
