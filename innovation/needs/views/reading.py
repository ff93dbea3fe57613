"""Reading needs: the list, one need, and the voices that share it."""

from __future__ import annotations

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.audit import presenters as audit_presenters
from innovation.needs import actions as needs
from innovation.needs import permissions, queries
from innovation.needs.forms.pages import NeedFilter, NeedReasonForm, VoiceForm
from innovation.needs.models import Need
from innovation.needs.presenters import words
from innovation.needs.room import NeedsPermission
from innovation.needs.states import NEED, NeedStatus
from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from innovation.web.typed_forms import Sent

_OFFICE_VERBS = ("take_up", "accept", "ask", "merge", "decline", "reopen")
# Voices are counted on the page; each of them as a line of its history would bury the rest.
_UNTOLD = ("need.voice_added", "need.voice_noted", "need.voice_withdrawn")


@require(NeedsPermission.READ)
@require_safe
def need_list(request: PersonRequest) -> HttpResponse:
    user = request.user
    narrowed = NeedFilter(request.GET, user=user)
    visible = Need.objects.visible_to(user).with_own_voice(user).for_list()
    page = paging.page_of(request, narrowed.narrow(visible), by=narrowed.order)
    context = {
        "page": page,
        "rows": words.rows(page, user),
        "filter": narrowed,
        "whose": NeedFilter.WHOSE,
        "can_submit": permissions.can_submit(user),
    }
    return render(request, "innovation/needs/list.html", context)


@require(NeedsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    return _page(request, _need(request, pk))


@require(NeedsPermission.SUBMIT)
@require_POST
def voice(request: PersonRequest, pk: int) -> HttpResponse:
    """ "This affects me too", or with `withdraw` no longer; a fragment for who has script."""
    user = request.user
    need = _need(request, pk)
    htmx = getattr(request, "htmx", None)
    form, said = VoiceForm(request.POST), ""
    with refusal_shown_on(form):
        if "withdraw" in request.POST:
            needs.withdraw_voice(need, by=user, at=timezone.now())
            said = _("Your voice no longer counts for it.")
        elif form.is_valid():
            note = form.cleaned_data["note"]
            needs.add_voice(need, by=user, at=timezone.now(), note=note)
            said = _("Your voice counts. You will hear what becomes of it.")
    if htmx:
        context = {"said": said or " ".join(map(str, form.non_field_errors()))}
        return form_page(request, "innovation/needs/_voice_said.html", context, form=form)
    if not said:
        return _page(request, need, form, voice_form=form)
    messages.success(request, said)
    return _back_to(request, need)


@require(NeedsPermission.READ)
@require_http_methods(["POST"])
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    """The author answers the office's question; what was typed stays where that fails."""
    user = request.user
    need = _need(request, pk)
    permissions.check_can_answer(user, need)
    form = _answer_form(request.POST)
    if form.is_valid():
        with refusal_shown_on(form):
            needs.answer(need, by=user, at=timezone.now(), reason=form.cleaned_data["reason"])
            messages.success(request, _("Sent. The office looks at it again."))
            return redirect(need)
    return _page(request, need, form, answer_form=form)


def _need(request: PersonRequest, pk: int) -> Need:
    visible = Need.objects.visible_to(request.user).with_own_voice(request.user)
    return get_object_or_404(
        visible.select_related("unit", "submitted_by", "merged_into").defer("search"), pk=pk
    )


def _answer_form(data: Sent | None = None) -> NeedReasonForm:
    return NeedReasonForm(data, label=_("Your answer"))


def _page(
    request: PersonRequest,
    need: Need,
    sent: BaseForm | None = None,
    *,
    answer_form: NeedReasonForm | None = None,
    voice_form: VoiceForm | None = None,
) -> HttpResponse:
    user = request.user
    at = timezone.now()
    told = audit_presenters.history(need, seen_by=user)
    history = [line for line in told if line.type not in _UNTOLD]
    looking = history[0].who if history and history[0].type == "need.taken_up" else ""
    is_author = need.submitted_by_id == user.pk
    question = queries.question_to(need)
    shares = queries.shares(need) if need.voice_count else []
    further = sum(share.unit != need.unit.name for share in shares)
    context = {
        "need": need,
        "lede": words.lede(need, further),
        "standing": words.standing(need, at, looking=looking, is_author=is_author),
        "status_tone": words.TONES[NeedStatus(need.status)],
        "may_follow": need.merged_into is not None
        and Need.objects.visible_to(user).filter(pk=need.merged_into.pk).exists(),
        "burden": words.burden(need) if need.burden_minutes is not None else "",
        "safety": words.safety(need),
        "shares": shares,
        "notes": queries.notes_on(need) if need.voice_count else [],
        "history": history,
        "is_author": is_author,
        "question": question,
        "answer_form": answer_form or (_answer_form() if question and is_author else None),
        "voice_form": voice_form or VoiceForm(),
        "can_add_voice": permissions.can_add_voice(user, need),
        "can_edit": permissions.can_edit(user, need),
        "can_start_pilot": need.status == NeedStatus.ACCEPTED
        and permissions.can_start_pilot(user, need),
        "verbs": _verbs(user, need),
        "next_query": "",
        "pilot_url": _pilot_url(need),
        "sent": "sent" in request.GET,
    }
    return form_page(request, "innovation/needs/detail.html", context, form=sent or VoiceForm())


def _verbs(user: User, need: Need) -> list[str]:
    """What the office may do with the need as it stands now."""
    if not permissions.can_triage(user, need):
        return []
    return [t.verb for t in NEED.verbs_from(need.status) if t.verb in _OFFICE_VERBS]


def _pilot_url(need: Need) -> str:
    """Where a pilot is opened for this need; empty while nothing answers there."""
    try:
        return f"{reverse('pilots:pilot-open')}?need={need.pk}"
    except NoReverseMatch:
        return ""


def _back_to(request: PersonRequest, need: Need) -> HttpResponse:
    back = request.POST.get("next", "")
    if back and url_has_allowed_host_and_scheme(back, None):
        return HttpResponseRedirect(back)
    return redirect(need)
