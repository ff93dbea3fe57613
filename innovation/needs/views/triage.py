"""Answering needs: the office's queue, and each answer with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.needs import actions as needs
from innovation.needs import permissions, queries
from innovation.needs.forms.pages import MergeForm, NeedReasonForm
from innovation.needs.models import Need
from innovation.needs.presenters import words
from innovation.needs.room import NeedsPermission
from innovation.needs.states import NEED
from innovation.people.request import PersonRequest
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_of, refusal_shown_on
from innovation.web.typed_forms import Sent, Words


@dataclass(frozen=True)
class TriageAnswer:
    """One answer of the office: how its form asks for the words that go with it."""

    verb: str
    title: Words
    label: Words
    help: Words
    submit: Words
    confirmation: Words
    act: Callable[..., Need]
    kind: str = "primary"


DECISIONS = {
    decision.verb: decision
    for decision in (
        TriageAnswer(
            "accept",
            gettext_lazy("Accept this need"),
            gettext_lazy("Why, and what happens next?"),
            gettext_lazy("Its author and everybody who shares it read this."),
            gettext_lazy("Accept it"),
            gettext_lazy("Accepted. The people who share it have been told."),
            needs.accept,
        ),
        TriageAnswer(
            "ask",
            gettext_lazy("Ask its author"),
            gettext_lazy("What do you need to know?"),
            gettext_lazy("One question is answered sooner than three."),
            gettext_lazy("Ask"),
            gettext_lazy("Asked. The need waits for the answer."),
            needs.ask,
        ),
        TriageAnswer(
            "decline",
            gettext_lazy("Decline this need"),
            gettext_lazy("Why not, in words that its author can live with?"),
            gettext_lazy("Its author and everybody who shares it read this."),
            gettext_lazy("Decline it"),
            gettext_lazy("Declined. The people who share it have been told why."),
            needs.decline,
            "danger",
        ),
        TriageAnswer(
            "reopen",
            gettext_lazy("Look at it again"),
            gettext_lazy("Why now?"),
            gettext_lazy("Its author and everybody who shares it read this."),
            gettext_lazy("Reopen it"),
            gettext_lazy("Reopened. It is back in the queue."),
            needs.reopen,
        ),
        TriageAnswer(
            "merge",
            gettext_lazy("Merge into another need"),
            gettext_lazy("Why are they the same?"),
            gettext_lazy("The people of both needs read this. The voices count there."),
            gettext_lazy("Merge them"),
            gettext_lazy("Merged. The people of both needs have been told."),
            needs.merge,
        ),
    )
}
_ORDER = {
    "": ("pk",),
    "waiting": ("-pk",),
    "-waiting": ("pk",),
    "voices": ("voice_count",),
    "-voices": ("-voice_count",),
    "burden": ("burden_minutes",),
    "-burden": ("-burden_minutes",),
}


@require(NeedsPermission.TRIAGE)
@require_safe
def queue(request: PersonRequest) -> HttpResponse:
    """Everything that waits for this person's answer, longest first unless asked otherwise."""
    user = request.user
    at = timezone.now()
    order = _ORDER.get(request.GET.get("sort", ""), _ORDER[""])
    waiting = Need.objects.in_triage_of(user).with_own_voice(user).for_list()
    page = paging.page_of(request, waiting, by=order)
    context = {
        "page": page,
        "next_query": "?" + urlencode({"next": request.get_full_path()}),
        "rows": words.rows(page, user, at=at, queue=True),
        "lede": words.queue_lede(queries.queue_of(user, late_before=words.late_before(at))),
    }
    return render(request, "innovation/needs/triage.html", context)


@require(NeedsPermission.TRIAGE)
@require_POST
def take_up(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    need = _need(request, pk)
    needs.take_up(need, by=user, at=timezone.now())
    messages.success(request, _("Its author knows that you are looking at it."))
    return _on(request, need)


@require(NeedsPermission.TRIAGE)
@require_http_methods(["GET", "POST"])
def decide(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    """One answer with its reason: a page, or the same form inside a dialog."""
    user = request.user
    decision = DECISIONS[verb]
    need = _need(request, pk)
    permissions.check_can_triage(user, need)
    form = _form(decision, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            decision.act(need, by=user, at=timezone.now(), reason=form.cleaned_data["reason"])
            messages.success(request, str(decision.confirmation))
            return _on(request, need)
    return _ask(request, need, decision, form)


@require(NeedsPermission.TRIAGE)
@require_http_methods(["GET", "POST"])
def merge(request: PersonRequest, pk: int) -> HttpResponse:
    """Into which need, and why. Others that say the same are offered; more can be looked for."""
    user = request.user
    decision = DECISIONS["merge"]
    need = _need(request, pk)
    permissions.check_can_triage(user, need)
    offered = _others(request, need)
    if request.method != "POST" or "search" in request.POST:
        form = MergeForm(
            initial=request.POST.dict(), offered=offered, label=decision.label, help=decision.help
        )
        return _ask(request, need, decision, form, offered=offered)
    form = MergeForm(request.POST, offered=offered, label=decision.label, help=decision.help)
    if form.is_valid():
        with refusal_shown_on(form):
            needs.merge(
                need,
                into=form.cleaned_data["into"],
                by=user,
                at=timezone.now(),
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, str(decision.confirmation))
            return _on(request, need)
    return _ask(request, need, decision, form, offered=offered)


def _need(request: PersonRequest, pk: int) -> Need:
    visible = Need.objects.visible_to(request.user).select_related("unit", "submitted_by")
    return get_object_or_404(visible.defer("search"), pk=pk)


def _others(request: PersonRequest, need: Need) -> list[Need]:
    """Needs to merge into: those looked for, those that resemble it, and the one chosen before."""
    return queries.merge_targets(
        request.user, need, text=request.POST.get("q", ""), chosen=request.POST.get("into", "")
    )


def _form(decision: TriageAnswer, data: Sent | None = None) -> NeedReasonForm:
    return NeedReasonForm(data, label=decision.label, help=decision.help)


def _ask(
    request: PersonRequest,
    need: Need,
    decision: TriageAnswer,
    form: NeedReasonForm,
    *,
    offered: list[Need] | None = None,
) -> HttpResponse:
    """The form of one answer. After a refusal the words are still in it; where somebody else was
    first, they are there to be copied, not to be sent again."""
    refusal = refusal_of(form)
    fragment = bool(getattr(request, "htmx", None)) and request.method == "GET"
    context = {
        "need": need,
        "row": words.rows([need], request.user)[0],
        "decision": decision,
        "form": form,
        "offered": words.rows(offered or [], request.user),
        "chosen": str(form["into"].value() or "") if "into" in form.fields else "",
        "action": reverse(f"innovation:need-{decision.verb}", kwargs={"pk": need.pk}),
        "refusal": refusal,
        "is_over": refusal is not None and decision.verb not in _verbs_of(need),
        "next": _safe(request.GET.get("next") or request.POST.get("next") or ""),
    }
    name = "_decision.html" if fragment else "decision.html"
    return form_page(request, f"innovation/needs/{name}", context, form=form)


def _verbs_of(need: Need) -> list[str]:
    return [transition.verb for transition in NEED.verbs_from(need.status)]


def _safe(address: str) -> str:
    return address if address and url_has_allowed_host_and_scheme(address, None) else ""


def _on(request: PersonRequest, need: Need) -> HttpResponse:
    """Back to where the person was working."""
    back = _safe(request.POST.get("next", ""))
    return HttpResponseRedirect(back) if back else redirect(need)
