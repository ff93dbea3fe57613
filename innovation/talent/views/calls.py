"""Calls for help: the open ones, one of them, asking, offering and answering."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.talent import actions, permissions, queries
from innovation.talent.forms import CallForm, OfferAnswerForm, OfferForm
from innovation.talent.models import HelpCall, HelpOffer, TalentProfile
from innovation.talent.room import TalentPermission
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from innovation.web.panels import HelpSubject

_DAYS = 28


@require(TalentPermission.READ)
@require_safe
def listed(request: PersonRequest) -> HttpResponse:
    """Open calls: those that fit first, then one's own, then all."""
    user = request.user
    calls = queries.open_calls(user, today=dates.today())
    fits = queries.fitting(user, calls)
    fitting = {one.call.pk for one in fits}
    context = {
        "fits": fits,
        "mine": [one for one in calls if one.call.asked_by_id == user.pk],
        "others": [
            one for one in calls if one.call.asked_by_id != user.pk and one.call.pk not in fitting
        ],
        "offers": queries.own_offers(user)[:20],
        "has_profile": TalentProfile.objects.filter(person=user.pk).exists(),
    }
    return render(request, "innovation/talent/calls.html", context)


@require(TalentPermission.READ)
@require_http_methods(["GET", "POST"])
def ask(request: PersonRequest) -> HttpResponse:
    """Call for help with what `?about=` names."""
    user = request.user
    ref = request.GET.get("about", "")
    subject = queries.subject_of(user, ref)
    if subject is None:
        raise Http404
    permissions.check_can_call(user, subject)
    begun = {"until": dates.days_after(dates.today(), _DAYS)}
    form = CallForm(request.POST or None, initial=begun)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in CallForm.base_fields}
            call = actions.ask(about=subject.ref, by=user, at=timezone.now(), **given)
            messages.success(request, _("Your call is open. You are told when somebody answers."))
            return redirect(call)
    context = {"form": form, "subject": subject}
    return form_page(request, "innovation/talent/ask.html", context, form=form)


@require(TalentPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    call, subject = _seen(request.user, pk)
    return _page(request, call, subject)


@require(TalentPermission.READ)
@require_POST
def offer(request: PersonRequest, pk: int) -> HttpResponse:
    """ "I can help." """
    user = request.user
    call, subject = _seen(user, pk)
    permissions.check_can_offer(user, call, subject)
    form = OfferForm(request.POST)
    if form.is_valid():
        with refusal_shown_on(form):
            actions.offer(call, words=form.cleaned_data["words"], by=user, at=timezone.now())
            messages.success(
                request, _("Thank you. %(who)s has been told.") % {"who": call.asked_by.name}
            )
            return redirect(call)
    return _page(request, *_seen(user, pk), form=form)


@require(TalentPermission.READ)
@require_POST
def close(request: PersonRequest, pk: int) -> HttpResponse:
    call, _subject = _seen(request.user, pk)
    actions.close(call, by=request.user, at=timezone.now())
    messages.success(request, _("Closed. Whoever waited for an answer has been thanked."))
    return redirect(call)


@require(TalentPermission.READ)
@require_POST
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Accepting or declining what somebody offered."""
    user = request.user
    offered = _offer(user, pk)
    permissions.check_can_answer_offer(user, offered)
    form = OfferAnswerForm(request.POST, auto_id=f"id_{pk}_%s")
    if form.is_valid():
        with refusal_shown_on(form):
            words = form.cleaned_data["words"]
            if form.cleaned_data["answer"] == "yes":
                actions.accept(offered, words=words, by=user, at=timezone.now())
                messages.success(request, _("They have been told that you are glad of their help."))
            else:
                actions.decline(offered, words=words, by=user, at=timezone.now())
                messages.success(request, _("They have been told, with thanks."))
            return redirect(offered.call)
    return _page(request, *_seen(user, offered.call_id), form=form, of=offered.pk)


@require(TalentPermission.READ)
@require_POST
def take_back(request: PersonRequest, pk: int) -> HttpResponse:
    offered = _offer(request.user, pk)
    actions.take_back(offered, by=request.user, at=timezone.now())
    messages.success(request, _("Taken back. Whoever asked has been told."))
    return redirect("innovation:call-list")


def _page(
    request: PersonRequest,
    call: HelpCall,
    subject: HelpSubject,
    *,
    form: OfferForm | OfferAnswerForm | None = None,
    of: int = 0,
) -> HttpResponse:
    user, today = request.user, dates.today()
    is_open = (
        call.closed_at is None
        and call.until >= today
        and call.asked_by.is_active
        and subject.goes_on
    )
    asks = user.pk == call.asked_by_id
    mine = HelpOffer.objects.filter(call=call, person=user.pk).exclude(answer="withdrawn").first()
    offers = list(queries.to_answer(call)) if asks else []
    found = TalentProfile.objects.visible_to(user).filter(
        person__in=[one.person_id for one in offers]
    )
    shown = set(found.values_list("person", flat=True))
    context = {
        "call": call,
        "subject": subject,
        "skills": queries.labels_of(call.skills, queries.known_skills()),
        "is_open": is_open,
        "asks": asks,
        "offers": [
            (
                one,
                one.person_id in shown,
                (form if one.pk == of else OfferAnswerForm(auto_id=f"id_{one.pk}_%s"))
                if not one.answer
                else None,
                _time_url(subject, one) if one.answer == "accepted" else "",
            )
            for one in offers
        ],
        "mine": mine,
        "offer_form": (form if isinstance(form, OfferForm) else OfferForm())
        if is_open and mine is None and permissions.can_offer(user, call, subject)
        else None,
        "may_close": call.closed_at is None and permissions.can_close(user, call, subject),
    }
    return form_page(request, "innovation/talent/call.html", context, form=form)


def _time_url(subject: HelpSubject, offered: HelpOffer) -> str:
    """Where whoever staffs the thing asks for their time, filled in; nobody is on a team by an offer."""
    if not subject.team_url:
        return ""
    filled = {"person": offered.person_id, "why": offered.call.what}
    return f"{subject.team_url}?{urlencode(filled)}"


def _seen(user: User, pk: int) -> tuple[HelpCall, HelpSubject]:
    """The call, for whoever may see what it is about."""
    call = get_object_or_404(HelpCall.objects.for_list(), pk=pk)
    subject = queries.subject_of(user, call.about)
    if subject is None:
        raise Http404
    return call, subject


def _offer(user: User, pk: int) -> HelpOffer:
    found: HelpOffer = get_object_or_404(HelpOffer.objects.visible_to(user).for_list(), pk=pk)
    return found
