"""Asking a mentor, the page of one mentoring, and the answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import is_under_decision
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.mentoring import actions, permissions, presenters, queries
from pilots.mentoring.forms import (
    MentorAnswerForm,
    MentorAskForm,
    MentoringEndForm,
    SkillsAskedForm,
)
from pilots.mentoring.models import Mentorship, MentorshipAnswer

# The first of so many can be asked; more is no choice any more.
_OFFERED = 20


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def ask(request: PersonRequest, pk: int) -> HttpResponse:
    """Who could mentor the pilot and because of what; and asking one of them."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_ask(user, pilot)
    wanted = SkillsAskedForm(request.GET)
    skills = wanted.cleaned_data["skills"] if wanted.is_valid() else []
    found, full = queries.matches(user, pilot, skills)
    suggestions = [presenters.suggestion(mentor, match) for mentor, match in found[:_OFFERED]]
    form = MentorAskForm(request.POST or None, suggestions=suggestions)
    if request.method == "POST" and form.is_valid():
        chosen = form.suggestions[form.cleaned_data["person"]].mentor.person
        with refusal_shown_on(form):
            actions.ask(
                pilot,
                person=chosen,
                skills=skills,
                why=form.cleaned_data["why"],
                by=user,
                at=timezone.now(),
            )
            messages.success(request, _("%(who)s is asked, and told.") % {"who": chosen.name})
            return redirect(pilot)
    context = {
        "pilot": pilot,
        "wanted": wanted,
        "skills": skills,
        "form": form,
        "full": full,
        "ask_url": request.get_full_path(),
    }
    return form_page(request, "pilots/mentoring/ask.html", context, form=form)


@require()
@require_safe
def mentorship(request: PersonRequest, pk: int) -> HttpResponse:
    """What is asked of whom, the answer, and for the mentor and the team what they spoke of."""
    return _page(request, queries.visible_mentorship(request.user, pk))


@require()
@require_POST
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    """One's own yes or no."""
    user, asked = request.user, queries.visible_mentorship(request.user, pk)
    permissions.check_can_answer(user, asked)
    form = MentorAnswerForm(request.POST)
    if form.is_valid():
        words = form.cleaned_data["words"]
        with refusal_shown_on(form):
            if form.cleaned_data["answer"] == "yes":
                actions.accept(asked, words=words, by=user, at=timezone.now())
                messages.success(request, _("You mentor it. Who asked has been told."))
            else:
                actions.decline(asked, words=words, by=user, at=timezone.now())
                messages.success(request, _("You do not mentor it. Who asked has been told."))
            return redirect(asked)
    return _page(request, queries.visible_mentorship(user, pk), no=form)


@require()
@require_POST
def take_back(request: PersonRequest, pk: int) -> HttpResponse:
    asked = queries.visible_mentorship(request.user, pk)
    actions.take_back(asked, by=request.user, at=timezone.now())
    messages.success(
        request, _("%(person)s is not asked any more.") % {"person": asked.person.name}
    )
    return redirect(asked)


@require()
@require_POST
def end(request: PersonRequest, pk: int) -> HttpResponse:
    """Ending it, by either side."""
    user, found = request.user, queries.visible_mentorship(request.user, pk)
    permissions.check_can_end(user, found)
    form = MentoringEndForm(request.POST)
    if form.is_valid():
        with refusal_shown_on(form):
            actions.end(found, words=form.cleaned_data["words"], by=user, at=timezone.now())
            messages.success(request, _("It is ended, and the other side has been told."))
            return redirect(found)
    return _page(request, queries.visible_mentorship(user, pk), over=form)


def _page(
    request: PersonRequest,
    found: Mentorship,
    *,
    no: MentorAnswerForm | None = None,
    over: MentoringEndForm | None = None,
) -> HttpResponse:
    user, pilot = request.user, found.pilot
    mine = found.is_asked and bool(permissions.can_answer(user, found))
    sees_pilot = Pilot.objects.visible_to(user).filter(pk=pilot.pk).exists()
    reads = bool(permissions.reads_sessions(user, found))
    sessions = found.sessions.select_related("by").prefetch_related("steps__who") if reads else []
    context = {
        "found": found,
        "is_me": user.pk == found.person_id,
        "way_back": pilot.get_absolute_url() if sees_pilot else reverse("innovation:waiting"),
        "answer_kind": "better" if found.answer == MentorshipAnswer.ACCEPTED else "turn",
        "no": (no or MentorAnswerForm()) if mine else None,
        "decided_on": is_under_decision(pilot),
        "barred": mine and queries.would_judge(pilot, user),
        "over": (
            (over or MentoringEndForm())
            if found.is_standing and permissions.can_end(user, found)
            else None
        ),
        "may_take_back": found.is_asked and bool(permissions.can_take_back(user, found)),
        "reads": reads,
        "sessions": [
            (one, [(step, _may_finish(user, found, step.who_id)) for step in one.steps.all()])
            for one in sessions
        ],
        "may_write": bool(permissions.can_write_session(user, found)),
        "today": dates.today(),
        "sees_pilot": sees_pilot,
    }
    return form_page(request, "pilots/mentoring/mentorship.html", context, form=no or over)


def _may_finish(user: User, found: Mentorship, who: int) -> bool:
    """As `permissions.check_can_finish`, for all steps of a page."""
    return found.is_standing and user.pk in (who, found.person_id, found.pilot.lead_id)
