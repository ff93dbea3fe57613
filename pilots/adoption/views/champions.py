"""Champions of a group: asking somebody, their own answer, stepping down."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.adoption import actions, permissions, queries
from pilots.adoption.forms import ChampionAnswerForm, ChampionForm, StepDownForm
from pilots.adoption.models import Champion, ChampionAnswer
from pilots.adoption.views.groups import group_seen_by
from pilots.adoption.views.steps import step
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def ask(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask somebody to help the others of a group."""
    user = request.user
    group = group_seen_by(user, pk)
    permissions.check_can_plan_change(user, group.pilot)
    form = ChampionForm(request.POST or None, user=user, pilot=group.pilot)
    return step(
        request,
        form,
        lambda: actions.ask_champion(group, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Asked. They are a champion once they say yes."),
        back=group.get_absolute_url(),
        kicker=group.name,
        title=_("Ask a champion"),
        sentence=_(
            "A colleague who tries it first, shows it to the others and hears what is wrong."
        ),
        submit=_("Ask them"),
    )


@require()
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """What is asked of whom, and their answer."""
    return _page(request, _champion(request, pk))


@require()
@require_POST
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    """One's own yes or no."""
    user, asked = request.user, _champion(request, pk)
    permissions.check_can_answer_as_champion(user, asked)
    form = ChampionAnswerForm(request.POST)
    if form.is_valid():
        with refusal_shown_on(form):
            if form.cleaned_data["answer"] == "yes":
                actions.agree_as_champion(asked, by=user, at=timezone.now())
                messages.success(request, _("Thank you. Who asked has been told."))
            else:
                words = form.cleaned_data["words"]
                actions.decline_as_champion(asked, words=words, by=user, at=timezone.now())
                messages.success(request, _("You do not. Who asked has been told."))
            return redirect(asked)
    return _page(request, _champion(request, pk), form=form)


@require()
@require_POST
def withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask no longer."""
    asked = _champion(request, pk)
    actions.ask_champion_no_longer(asked, by=request.user, at=timezone.now())
    messages.success(
        request, _("%(person)s is not asked any more.") % {"person": asked.person.name}
    )
    return redirect(asked.group)


@require()
@require_POST
def step_down(request: PersonRequest, pk: int) -> HttpResponse:
    """One's own way out; or the team's, with a reason."""
    user, champion = request.user, _champion(request, pk)
    form = StepDownForm(request.POST)
    if user.pk != champion.person_id:
        permissions.check_can_plan_change(user, champion.group.pilot)
    if form.is_valid():
        with refusal_shown_on(form):
            act = partial(actions.step_down, champion, by=user, at=timezone.now())
            act(reason=form.cleaned_data["reason"])
            messages.success(request, _("It is over. Those concerned have been told."))
            return redirect(champion)
    return _page(request, _champion(request, pk), leave=form)


def _page(
    request: PersonRequest,
    champion: Champion,
    *,
    form: ChampionAnswerForm | None = None,
    leave: StepDownForm | None = None,
) -> HttpResponse:
    user, pilot = request.user, champion.group.pilot
    waits = not champion.answer and pilot.status not in ENDED
    mine = bool(permissions.can_answer_as_champion(user, champion))
    plans = bool(permissions.can_plan_change(user, pilot))
    stands = champion.answer == ChampionAnswer.YES and champion.ended_at is None
    context = {
        "champion": champion,
        "group": champion.group,
        "pilot": pilot,
        "hours": queries.hours_in_words(champion.hours),
        "is_me": mine,
        "no": (form or ChampionAnswerForm()) if waits and mine else None,
        "leave": (leave or StepDownForm()) if stands and (mine or plans) else None,
        "may_withdraw": waits and plans,
        "sees_pilot": user.may(PilotsPermission.READ, pilot.unit_id),
    }
    return form_page(request, "pilots/adoption/champion.html", context, form=form or leave)


def _champion(request: PersonRequest, pk: int) -> Champion:
    found: Champion = get_object_or_404(Champion.objects.visible_to(request.user).for_list(), pk=pk)
    return found
