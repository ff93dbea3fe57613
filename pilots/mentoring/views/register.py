"""The register of mentors, one mentor, and one's own page: what one offers, whom one mentors, what is due."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.lifecycle.models import Pilot
from pilots.mentoring import actions, permissions, presenters, queries
from pilots.mentoring.forms import MentorOfferForm
from pilots.mentoring.models import Mentor, NextStep
from pilots.mentoring.room import MentoringPermission
from pilots.mentoring.skills import CHOICES, SKILLS


@require(MentoringPermission.READ)
@require_safe
def register(request: PersonRequest) -> HttpResponse:
    """Who would mentor, in what, and how many pilots they mentor now."""
    skill = request.GET.get("skill", "")
    skill = skill if skill in SKILLS else ""
    mine_ = queries.entry_of(request.user)
    page = paging.page_of(
        request, queries.register(request.user, skill=skill), by=("person__name",)
    )
    loads = queries.loads(one.person_id for one in page)
    context = {
        "skill": skill,
        "skills": [("", _("Anything")), *CHOICES],
        "rows": [
            (one, presenters.load_in_words(one, load), max(one.room_for - load, 0))
            for one in page
            for load in [loads.get(one.person_id, 0)]
        ],
        "page": page,
        "may_offer": bool(permissions.can_offer(request.user)),
        "is_in_it": mine_ is not None and mine_.withdrawn_at is None,
    }
    return render(request, "pilots/mentoring/register.html", context)


@require(MentoringPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """What somebody offers, and which pilots they mentor, of those that one may see."""
    user = request.user
    found = get_object_or_404(Mentor.objects.visible_to(user).for_list(), pk=pk)
    standing = queries.mentored_by(found.person)
    context = {
        "mentor": found,
        "load": presenters.load_in_words(found, queries.load(found.person)),
        "mentored": standing.filter(pilot__in=Pilot.objects.visible_to(user).values("pk")),
        "is_me": found.person_id == user.pk,
    }
    return render(request, "pilots/mentoring/mentor.html", context)


@require(MentoringPermission.OFFER)
@require_safe
def mine(request: PersonRequest) -> HttpResponse:
    """One's own page as a mentor, also before one is one."""
    user = request.user
    entry = queries.entry_of(user)
    context = {
        "entry": entry,
        "is_in_it": entry is not None and entry.withdrawn_at is None,
        "load": None if entry is None else presenters.load_in_words(entry, queries.load(user)),
        "mentored": queries.mentored_by(user),
        "asked": queries.asked_of(user),
        "steps": NextStep.objects.open().filter(who=user.pk).for_list(),
        "today": dates.today(),
        "may_offer": permissions.can_offer(user),
    }
    return render(request, "pilots/mentoring/mine.html", context)


@require(MentoringPermission.OFFER)
@require_http_methods(["GET", "POST"])
def offer(request: PersonRequest) -> HttpResponse:
    """Say that one would mentor, or change what one said."""
    user = request.user
    permissions.check_can_offer(user)
    entry = queries.entry_of(user)
    known = entry is not None and entry.withdrawn_at is None
    begun = (
        {} if entry is None
        else {name: getattr(entry, name) for name in ("skills", "line", "room_for")}
    )  # fmt: skip
    form = MentorOfferForm(request.POST or None, initial=begun)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in ("skills", "line", "room_for")}
            actions.offer(by=user, at=timezone.now(), **given)
            said = _("Kept.") if known else _("You are in the register. Thank you.")
            messages.success(request, said)
            return redirect("pilots:mentor-mine")
    context = {
        "form": form,
        "back": reverse("pilots:mentor-mine"),
        "title": _("What you offer") if known else _("Become a mentor"),
        "sentence": _(
            "Teams ask you, and you say yes or no to each. You can pause or leave at any time. Of a"
            " pilot that you mentor you decide nothing, and review nothing."
        ),
        "submit": _("Keep it") if known else _("I would mentor"),
    }
    return form_page(request, "pilots/lifecycle/step.html", context, form=form)


@require(MentoringPermission.OFFER)
@require_POST
def pause(request: PersonRequest) -> HttpResponse:
    actions.pause(_own(request.user), by=request.user, at=timezone.now())
    messages.success(request, _("You are asked for no further pilot until you say so."))
    return redirect("pilots:mentor-mine")


@require(MentoringPermission.OFFER)
@require_POST
def go_on(request: PersonRequest) -> HttpResponse:
    actions.go_on(_own(request.user), by=request.user, at=timezone.now())
    messages.success(request, _("You can be asked again."))
    return redirect("pilots:mentor-mine")


@require(MentoringPermission.OFFER)
@require_POST
def withdraw(request: PersonRequest) -> HttpResponse:
    actions.withdraw(_own(request.user), by=request.user, at=timezone.now())
    messages.success(request, _("You are not in the register any more. Thank you for your time."))
    return redirect("pilots:mentor-mine")


def _own(user: User) -> Mentor:
    permissions.check_can_offer(user)
    found: Mentor = get_object_or_404(Mentor.objects.filter(person=user.pk))
    return found
