"""How ready the groups are, beside how many use it; asking them, counting use, taking on a barrier."""

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
from pilots.adoption import heat, pulse_chart
from pilots.adoption.actions import pulses as actions
from pilots.adoption.barriers import aim_of, proposed
from pilots.adoption.forms.pulses import (
    HelpDoneForm,
    PulseForm,
    TakeOnForm,
    UseForm,
    UseMetricForm,
)
from pilots.adoption.models import AffectedGroup, BarrierAction
from pilots.adoption.permissions import (
    can_plan_change,
    check_can_plan_change,
    check_can_say_help_done,
)
from pilots.adoption.queries.readiness import readiness_of
from pilots.adoption.views.steps import step
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.metrics.permissions import can_plan
from pilots.surveys.forms import FollowForm
from pilots.surveys.library import ADKAR
from pilots.surveys.permissions import can_ask, check_can_ask

_USUAL_DAYS = 14
_USUAL_HELP = 28


@require(PilotsPermission.READ)
@require_safe
def readiness(request: PersonRequest, pk: int) -> HttpResponse:
    """The heat map of a pilot: readiness by use, and what keeps each group back."""
    pilot = visible_pilot(request.user, pk)
    found = readiness_of(pilot)
    chart = pulse_chart.chart_of(found, group=request.GET.get("group", ""))
    context = {
        "pilot": pilot,
        "sentence": heat.sentence(found),
        "rows": heat.rows(found),
        "chart": chart,
        "may_ask": can_ask(request.user, pilot),
        "may_plan": can_plan_change(request.user, pilot),
    }
    if chart is not None and can_plan(request.user, pilot=pilot):
        context["follow_form"] = FollowForm.beside(ADKAR.key, chart.label)
    return render(request, "pilots/adoption/readiness.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def open_pulses(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pilot = visible_pilot(user, pk)
    check_can_ask(user, pilot)
    form = PulseForm(
        request.POST or None,
        pilot=pilot,
        initial={"closes_on": dates.days_after(dates.today(), _USUAL_DAYS)},
    )

    def act() -> None:
        one = form.cleaned_data["group"]
        groups = [one] if one else list(AffectedGroup.objects.standing().filter(pilot=pilot))
        actions.open_pulses(
            pilot,
            groups=groups,
            by=user,
            at=timezone.now(),
            closes_on=form.cleaned_data["closes_on"],
        )

    return step(
        request,
        form,
        act,
        said=_(
            "Open. Whoever is named has it on their home page; hand on the links to the others."
        ),
        back=reverse("pilots:readiness", args=[pilot.pk]),
        then=reverse("pilots:surveys", args=[pilot.pk]),
        kicker=pilot.title,
        title=_("Take the pulse"),
        sentence=_(
            "Five short questions, answered in 20 seconds. Where five or more of a group are named, each is asked "
            "once on their home page; else by a link. What each answers is kept nowhere. Groups of fewer than five "
            "are not asked."
        ),
        submit=_("Ask them"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def count_use(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    group = _group(user, pk)
    check_can_ask(user, group.pilot)
    form = UseForm(request.POST or None, initial={"on": dates.today(), "eligible": group.people})

    def act() -> None:
        names = ("on", "eligible", "trained", "active", "still_active", "source")
        given = {name: form.cleaned_data[name] for name in names}
        actions.count_use(group, by=user, at=timezone.now(), **given)

    return step(
        request,
        form,
        act,
        said=_("Counted."),
        back=reverse("pilots:readiness", args=[group.pilot_id]),
        kicker=group.name,
        title=_("Who uses it"),
        sentence=_("Counts only, nobody by name. A later count of the same day corrects it."),
        submit=_("Keep the counts"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def use_metric(request: PersonRequest, pk: int) -> HttpResponse:
    """From which metrics of the pilot it is read who of a group uses it."""
    user = request.user
    group = _group(user, pk)
    check_can_plan_change(user, group.pilot)
    form = UseMetricForm(
        request.POST if request.method == "POST" else None,
        pilot=group.pilot,
        initial={"active": group.active_metric_id, "still_active": group.still_active_metric_id},
    )
    return step(
        request,
        form,
        lambda: actions.read_use_from(group, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Kept."),
        back=reverse("pilots:readiness", args=[group.pilot_id]),
        kicker=group.name,
        title=_("Read use from a metric"),
        sentence=_(
            "A share of the group that a source measures: so many of them who use it. Its last number since "
            "go-live stands on the heat map; what the team counts counts where it is newer."
        ),
        submit=_("Keep it"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def take_on(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    group = _group(user, pk)
    check_can_ask(user, group.pilot)
    found = next((one for one in readiness_of(group.pilot) if one.group == group), None)
    aim = aim_of(found.barrier, found.standing) if found else None
    # From the heat map: what would help is written already.
    idea = next((one for one in proposed(aim) if one.key == request.GET.get("idea")), None)
    form = TakeOnForm(
        request.POST or None,
        pilot=group.pilot,
        aim=aim,
        initial={
            "what": idea.text if idea else "",
            "owner": user.pk,
            "until": dates.days_after(dates.today(), _USUAL_HELP),
        },
    )

    def act() -> None:
        given = {name: form.cleaned_data[name] for name in ("what", "owner", "until")}
        actions.take_on(group, by=user, at=timezone.now(), **given)

    return step(
        request,
        form,
        act,
        said=_("Taken on, and whoever does it was told. The next pulse shows whether it moved."),
        back=reverse("pilots:readiness", args=[group.pilot_id]),
        kicker=group.name,
        title=_("Help this group"),
        sentence=heat.words_of(found),
        submit=_("Take it on"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def help_done(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    found = get_object_or_404(BarrierAction.objects.visible_to(user).for_list(), pk=pk)
    check_can_say_help_done(user, found)
    form = HelpDoneForm(request.POST if request.method == "POST" else None)
    return step(
        request,
        form,
        lambda: actions.say_help_done(found, by=user, at=timezone.now()),
        said=_("Done. The next pulse shows whether it moved."),
        back=reverse("pilots:readiness", args=[found.group.pilot_id]),
        kicker=found.group.name,
        title=_("It was done"),
        sentence=found.what,
        submit=_("It was done"),
    )


def _group(user: User, pk: int) -> AffectedGroup:
    groups = AffectedGroup.objects.visible_to(user).standing().for_list()
    found: AffectedGroup = get_object_or_404(groups, pk=pk)
    return found
