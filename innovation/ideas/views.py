"""The pages of ideas."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from innovation.audit import presenters as audit_presenters
from innovation.ideas import actions as ideas
from innovation.ideas import permissions, presenters, queries
from innovation.ideas.forms import IdeaFilter, IdeaForm
from innovation.ideas.models import Idea
from innovation.ideas.room import IdeasPermission
from innovation.ideas.states import IdeaStatus
from innovation.needs.forms.pages import NeedReasonForm
from innovation.needs.queries import likeness
from innovation.needs.states import NeedStatus
from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.web import paging, panels
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_of, refusal_shown_on


@require(IdeasPermission.READ)
@require_safe
def idea_list(request: PersonRequest) -> HttpResponse:
    user = request.user
    narrowed = IdeaFilter(request.GET, user=user)
    page = paging.page_of(request, narrowed.narrow(Idea.objects.visible_to(user).for_list()))
    context = {
        "page": page,
        "rows": [(idea, presenters.tone(idea)) for idea in page],
        "filter": narrowed,
        "statuses": [("", _("All")), *IdeaStatus.choices],
        "can_propose": permissions.can_propose(user),
    }
    return render(request, "innovation/ideas/list.html", context)


@require(IdeasPermission.PROPOSE)
@require_http_methods(["GET", "POST"])
def create(request: PersonRequest) -> HttpResponse:
    """Propose an idea, usually from a need's page (`?need=`)."""
    user = request.user
    given = request.POST if request.method == "POST" else request.GET
    chosen = given.getlist("needs") or given.getlist("need")
    offered = queries.needs_to_answer(user, chosen=chosen, text=given.get("q", ""))
    if request.method != "POST" or "search" in request.POST:
        initial = {**request.POST.dict(), "needs": chosen}
        return _form(request, IdeaForm(initial=initial, user=user, offered=offered))
    form = IdeaForm(request.POST, user=user, offered=offered)
    if form.is_valid():
        with refusal_shown_on(form):
            idea = ideas.propose(by=user, at=timezone.now(), **form.words())
            messages.success(request, _("Proposed. Whoever recorded the need has been told."))
            return redirect(idea)
    return _form(request, form)


@require(IdeasPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    idea = _idea(request, pk)
    needs = queries.needs_of(user, idea)
    ready = any(need.status == NeedStatus.ACCEPTED for need in needs)
    context = {
        "idea": idea,
        "needs": needs,
        "standing": presenters.standing(idea, ready=ready),
        "tone": presenters.tone(idea),
        "history": audit_presenters.history(idea, seen_by=user),
        "can_edit": permissions.can_edit(user, idea),
        "can_set_aside": idea.status == IdeaStatus.PROPOSED and permissions.can_sort(user, idea),
        "can_take_back": idea.status == IdeaStatus.SET_ASIDE and permissions.can_sort(user, idea),
        "can_start_pilot": ready
        and idea.status == IdeaStatus.PROPOSED
        and permissions.can_start_pilot(user, idea),
        "pilot_url": _pilot_url(idea),
    }
    return render(request, "innovation/ideas/detail.html", context)


@require(IdeasPermission.PROPOSE)
@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    idea = _idea(request, pk)
    now = [str(key) for key in idea.needs.values_list("pk", flat=True)]
    chosen = request.POST.getlist("needs") if request.method == "POST" else now
    offered = queries.needs_to_answer(user, chosen=[*now, *chosen], text=request.POST.get("q", ""))
    if request.method != "POST" or "search" in request.POST:
        permissions.check_can_edit(user, idea)
        initial = {**request.POST.dict(), "needs": chosen}
        form = IdeaForm(initial=initial, instance=idea, user=user, offered=offered)
        return _form(request, form, idea=idea)
    form = IdeaForm(request.POST, instance=idea, user=user, offered=offered)
    with refusal_shown_on(form):
        permissions.check_can_edit(user, idea)
        if form.is_valid():
            ideas.edit(idea, by=user, at=timezone.now(), **form.words())
            messages.success(request, _("Changed."))
            return redirect(idea)
    return _form(request, form, idea=idea)


@require(IdeasPermission.SORT)
@require_http_methods(["GET", "POST"])
def set_aside(request: PersonRequest, pk: int) -> HttpResponse:
    """Set an idea aside, with a reason that its author reads."""
    user = request.user
    idea = _idea(request, pk)
    permissions.check_can_sort(user, idea)
    form = NeedReasonForm(
        request.POST if request.method == "POST" else None,
        label=_("Why not now?"),
        help=_("Whoever proposed it reads this."),
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            ideas.set_aside(idea, by=user, at=timezone.now(), reason=form.cleaned_data["reason"])
            messages.success(request, _("Set aside. Whoever proposed it has been told why."))
            return redirect(idea)
    return _reason(request, idea, form)


@require(IdeasPermission.SORT)
@require_http_methods(["POST"])
def take_back(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    idea = ideas.take_back(_idea(request, pk), by=user, at=timezone.now())
    messages.success(request, _("It is back among the proposed ideas."))
    return redirect(idea)


def _idea(request: PersonRequest, pk: int) -> Idea:
    return get_object_or_404(Idea.objects.visible_to(request.user).for_list(), pk=pk)


def _form(request: PersonRequest, form: IdeaForm, *, idea: Idea | None = None) -> HttpResponse:
    context = {"form": form, "idea": idea, "beside": _tried_before(request.user, form)}
    return form_page(request, "innovation/ideas/form.html", context, form=form)


def _tried_before(user: User, form: IdeaForm) -> list[panels.Panel]:
    """What other rooms know of needs like those that it answers, or that were looked for."""
    chosen = {str(key) for key in form["needs"].value() or ()}
    said = [need.title for need in form.offered if str(need.pk) in chosen]
    text = "\n".join([*said, str(form["q"].value() or "")]).strip()
    return panels.panels_for("similar-need", user, likeness(text)) if text else []


def _reason(request: PersonRequest, idea: Idea, form: NeedReasonForm) -> HttpResponse:
    context = {
        "form": form,
        "idea": idea,
        "refusal": refusal_of(form),
        "is_over": idea.status != IdeaStatus.PROPOSED,
    }
    return form_page(request, "innovation/ideas/set_aside.html", context, form=form)


def _pilot_url(idea: Idea) -> str:
    """Where a pilot is opened on this idea; empty while nothing answers there."""
    try:
        return f"{reverse('pilots:pilot-open')}?idea={idea.pk}"
    except NoReverseMatch:
        return ""
