"""The pages on which a pilot is opened, shaped and kept going."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from innovation.needs.models import Need
from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from innovation.web.keys import key_of
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import checklist, permissions, presenters
from pilots.lifecycle import pathway as questionnaire
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.forms import (
    REASON_KEPT,
    TAKEN_UP,
    AdviceAnswerForm,
    AdviceForm,
    CharterForm,
    ClearBlockerForm,
    LeadAnswerForm,
    LeadOfferForm,
    LogForm,
    OpenPilotForm,
    PathwayForm,
    RaisePathwayForm,
    ReasonForm,
    ShowOutputForm,
    SiteLiveForm,
    SitePlanForm,
    SponsorAnswerForm,
)
from pilots.lifecycle.models import Advice, Blocker, LeadOffer, LogEntry, Pilot, SiteGoLive
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def open_pilot(request: PersonRequest) -> HttpResponse:
    """Open a pilot from a need (`?need=`) and perhaps an idea (`?idea=`)."""
    user = request.user
    permissions.check_can_open_pilot(user)
    if request.method == "POST":
        form = OpenPilotForm(request.POST, user=user)
        if form.is_valid():
            with refusal_shown_on(form):
                pilot = lifecycle.open_pilot(by=user, at=timezone.now(), **form.cleaned_data)
                messages.success(request, _("The pilot is open. Its charter comes next."))
                return redirect(pilot)
    else:
        form = OpenPilotForm(user=user, initial=_begun(request, user))
    return form_page(request, "pilots/lifecycle/open.html", {"form": form}, form=form)


def _begun(request: PersonRequest, user: User) -> dict[str, object]:
    """What the address and the need already say, so that nobody types it again."""
    initial: dict[str, object] = {
        "needs": request.GET.getlist("need"),
        "idea": request.GET.get("idea", ""),
    }
    form = OpenPilotForm(user=user, initial=initial)
    if form.chosen_needs:
        need = form.chosen_needs[0]
        initial |= {"title": need.title[:120], "unit": need.unit_id}
    if user.may(PilotsPermission.LEAD) and not user.may(PilotsPermission.OPEN):
        initial["lead"] = user.pk
    return initial


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def charter(request: PersonRequest, pk: int) -> HttpResponse:
    """The charter: a form while the pilot is shaped, a page to read once it is locked."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    if request.method == "POST":
        permissions.check_can_edit_charter(user, pilot)
        form = CharterForm(request.POST, user=user, instance=pilot)
        if form.is_valid():
            with refusal_shown_on(form):
                lifecycle.edit_charter(pilot, by=user, at=timezone.now(), **form.cleaned_data)
                messages.success(request, _("Kept."))
                return redirect(pilot)
    else:
        form = CharterForm(user=user, instance=pilot)
    may_edit = permissions.can_edit_charter(user, pilot)
    context = {
        "pilot": pilot,
        "form": form,
        "may_edit": may_edit,
        "why_not": may_edit.reason,
        "sites": [] if may_edit else pilot.sites.order_by("name"),
        "pathway": presenters.pathway_said(pilot),
    }
    return form_page(request, "pilots/lifecycle/charter.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def pathway(request: PersonRequest, pk: int) -> HttpResponse:
    """The short questionnaire, and the pathway it chose with the reasons."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    if request.method == "POST":
        permissions.check_can_edit_charter(user, pilot)
        form = PathwayForm(request.POST)
        if form.is_valid():
            with refusal_shown_on(form):
                lifecycle.answer_pathway(
                    pilot,
                    answers={k: v for k, v in form.cleaned_data.items() if v},
                    by=user,
                    at=timezone.now(),
                )
                return redirect("pilots:pathway", pk=pilot.pk)
    else:
        form = PathwayForm(initial=pilot.pathway_answers)
    context = {
        "pilot": pilot,
        "form": form,
        "may_edit": bool(permissions.can_edit_charter(user, pilot)),
        "said": presenters.pathway_said(pilot),
        "rules": questionnaire.RULES_VERSION,
        "raised": pilot.pathway_raises.select_related("by"),
        "may_raise": permissions.can_raise_pathway(user, pilot),
    }
    return form_page(request, "pilots/lifecycle/pathway.html", context, form=form)


@require(PilotsPermission.READ)
@require_GET
def pathway_hint(request: PersonRequest, pk: int) -> HttpResponse:
    """Which pathway a pilot of this need would take, while the need is still looked at: a hint that is kept
    nowhere. The charter decides."""
    need = get_object_or_404(Need.objects.visible_to(request.user), pk=pk)
    permissions.check_can_open_pilot(request.user, need.unit)
    form = PathwayForm(request.GET or None)
    hint = presenters.hint_of(form.cleaned_data) if form.is_valid() else None
    context = {"need": need, "form": form, "hint": hint}
    return render(request, "pilots/lifecycle/pathway_hint.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def raise_pathway(request: PersonRequest, pk: int) -> HttpResponse:
    """A reviewer finds that it owes more proof."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_raise_pathway(user, pilot)
    form = RaisePathwayForm(request.POST or None, above=pilot.pathway)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            lifecycle.raise_pathway(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Raised; the lead and the sponsor are told."))
            return redirect("pilots:pathway", pk=pilot.pk)
    context = {"pilot": pilot, "form": form}
    return form_page(request, "pilots/lifecycle/raise_pathway.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def log(request: PersonRequest, pk: int) -> HttpResponse:
    """The pilot's log, newest first, with a quick form for this week."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    form = LogForm(request.POST or None, pilot=pilot)
    if request.method == "POST":
        permissions.check_can_write_log(user, pilot)
        if form.is_valid():
            with refusal_shown_on(form):
                lifecycle.write_log(pilot, by=user, at=timezone.now(), **form.cleaned_data)
                messages.success(request, _("In the log. Thank you."))
                return redirect(pilot)
    entries = LogEntry.objects.filter(pilot=pilot).select_related(
        "by", "blocker__owner", "blocker__cleared_by"
    )
    page = paging.page_of(request, entries, by=("-at",), size=20)
    context = {
        "pilot": pilot,
        "form": form,
        "may_write": permissions.can_write_log(user, pilot),
        "page": page,
        "entries": [presenters.logged(entry) for entry in page],
    }
    return form_page(request, "pilots/lifecycle/log.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def blocker_clear(request: PersonRequest, pk: int) -> HttpResponse:
    """What is in a pilot's way, and saying how it was cleared."""
    user = request.user
    blocker = get_object_or_404(Blocker.objects.visible_to(user).in_order(), pk=pk)
    pilot = blocker.entry.pilot
    permissions.check_can_clear_blocker(user, blocker)
    form = ClearBlockerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            how = form.cleaned_data["how"]
            lifecycle.clear_blocker(blocker, how=how, by=user, at=timezone.now())
            messages.success(request, _("It is out of the way. Whoever waited is told."))
            return redirect(pilot)
    context = {
        "pilot": pilot,
        "form": form,
        "blocker": blocker,
        "sentence": presenters.blocker_sentence(blocker, dates.today()),
    }
    return form_page(request, "pilots/lifecycle/blocker_clear.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def advice(request: PersonRequest, pk: int) -> HttpResponse:
    """What mentors advise and what became of it; a mentor adds to it."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_see_advice(user, pilot)
    form = AdviceForm(request.POST or None)
    if request.method == "POST":
        permissions.check_can_advise(user, pilot)
        if form.is_valid():
            with refusal_shown_on(form):
                text = form.cleaned_data["text"]
                lifecycle.advise(pilot, text=text, by=user, at=timezone.now())
                messages.success(request, _("%(lead)s is told.") % {"lead": pilot.lead})
                return redirect("pilots:advice", pk=pilot.pk)
    found = paging.page_of(request, pilot.advice.select_related("by", "answered_by"), size=20)
    context = {
        "pilot": pilot,
        "form": form,
        "found": found,
        "may_advise": permissions.can_advise(user, pilot),
        "may_answer": permissions.can_answer_advice(user, pilot),
    }
    return form_page(request, "pilots/lifecycle/advice.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def advice_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """The lead says what becomes of a mentor's advice."""
    user = request.user
    found = get_object_or_404(
        Advice.objects.visible_to(user).select_related("pilot__lead", "by", "answered_by"), pk=pk
    )
    permissions.check_can_answer_advice(user, found.pilot)
    form = AdviceAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            lifecycle.answer_advice(
                found,
                taken_up=form.cleaned_data["decision"] == TAKEN_UP,
                answer=form.cleaned_data["answer"],
                by=user,
                at=timezone.now(),
            )
            messages.success(request, _("%(who)s is told.") % {"who": found.by})
            return redirect(found)
    context = {"pilot": found.pilot, "form": form, "advice": found}
    return form_page(request, "pilots/lifecycle/advice_answer.html", context, form=form)


@require(PilotsPermission.READ)
@require_POST
def prepare(request: PersonRequest, pk: int) -> HttpResponse:
    pilot = visible_pilot(request.user, pk)
    user = request.user
    lifecycle.prepare(pilot, by=user, at=timezone.now())
    messages.success(request, _("Preparing. The baseline can be collected now."))
    return redirect(pilot)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def site_plan(request: PersonRequest, pk: int) -> HttpResponse:
    """Say on which day a site (`?unit=`) is to go live, or move that day."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    permissions.check_can_plan_sites(user, pilot)
    form = SitePlanForm(
        request.POST or None, pilot=pilot, initial={"unit": key_of(request.GET.get("unit"))}
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            lifecycle.plan_site(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Kept."))
            return redirect(pilot)
    context = {
        "form": form,
        "kicker": pilot.title,
        "back": pilot.get_absolute_url(),
        "title": _("Plan a site's first day"),
        "sentence": _(
            "Until that day the site is what the others are compared with; from then on it counts as"
            " live."
        ),
        "submit": _("Plan it"),
        "note": _("The day stands in the pilot's history."),
    }
    return form_page(request, "pilots/lifecycle/step.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def site_live(request: PersonRequest, pk: int) -> HttpResponse:
    """Record the first day of a site (`?unit=`)."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    permissions.check_can_lead(user, pilot)
    form = SiteLiveForm(
        request.POST or None,
        pilot=pilot,
        initial={"unit": key_of(request.GET.get("unit")), "on": dates.today()},
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            lifecycle.site_goes_live(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request, _("It is live; from that day on it is no comparison any more.")
            )
            return redirect(pilot)
    context = {
        "form": form,
        "kicker": pilot.title,
        "back": pilot.get_absolute_url(),
        "title": _("A site goes live"),
        "sentence": _("Its first day of use is where its before ends and its after begins."),
        "submit": _("It is live"),
        "note": _("The day stands in the pilot's history, and those concerned are told."),
    }
    return form_page(request, "pilots/lifecycle/step.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def site_take_back(request: PersonRequest, pk: int) -> HttpResponse:
    """A first day that was recorded wrongly is taken back, with a reason."""
    user = request.user
    site = _site(request, pk)
    permissions.check_can_take_site_day_back(user, site.pilot)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            lifecycle.take_site_day_back(
                site.pilot, unit=site.unit, by=user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Taken back. Those concerned have been told."))
            return redirect(site.pilot)
    context = {
        "form": form,
        "kicker": site.pilot.title,
        "back": site.pilot.get_absolute_url(),
        "title": _("Take the first day of %(site)s back") % {"site": site.unit.name},
        "sentence": _(
            "Only where it was recorded wrongly: what is before and what is after changes with it. The"
            " sponsor and those who answer for safety are told."
        ),
        "submit": _("Take it back"),
        "note": REASON_KEPT,
    }
    return form_page(request, "pilots/lifecycle/step.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def site_drop(request: PersonRequest, pk: int) -> HttpResponse:
    """A site that was planned is not to go live by itself."""
    user = request.user
    site = _site(request, pk)
    permissions.check_can_plan_sites(user, site.pilot)
    form = ReasonForm(request.POST or None, required=not permissions.is_plan_open(site.pilot))
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            lifecycle.drop_site(
                site.pilot, unit=site.unit, by=user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("It has no day of its own any more."))
            return redirect(site.pilot)
    context = {
        "form": form,
        "kicker": site.pilot.title,
        "back": site.pilot.get_absolute_url(),
        "title": _("Take %(site)s out of the sites that go live one by one")
        % {"site": site.unit.name},
        "sentence": _("It has no first day of its own then: it is live since the pilot is."),
        "submit": _("Take it out"),
        "note": REASON_KEPT,
    }
    return form_page(request, "pilots/lifecycle/step.html", context, form=form)


def _site(request: PersonRequest, pk: int) -> SiteGoLive:
    """A site of a pilot that this person may see."""
    of_visible = SiteGoLive.objects.filter(
        pilot__in=Pilot.objects.visible_to(request.user).values("pk")
    )
    found: SiteGoLive = get_object_or_404(
        of_visible.select_related("unit", "pilot__unit", "pilot__lead", "pilot__sponsor"), pk=pk
    )
    return found


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def lead(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask somebody to lead the pilot from now on, or see who is asked."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_lead(user, pilot)
    asked = pilot.lead_offers.open().select_related("to", "offered_by").first()
    form = LeadOfferForm(request.POST or None, pilot=pilot)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            offer = lifecycle.offer_lead(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request, _("%(person)s is asked and has been told.") % {"person": offer.to.name}
            )
            return redirect(pilot)
    context = {"pilot": pilot, "form": form, "asked": asked}
    return form_page(request, "pilots/lifecycle/lead.html", context, form=form)


@require()
@require_http_methods(["GET", "POST"])
def lead_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Say yes or no to leading a pilot."""
    user = request.user
    offer = _lead_offer(request, pk)
    permissions.check_can_answer_lead_offer(user, offer)
    form = LeadAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            words = form.cleaned_data["words"]
            if form.cleaned_data["answer"] == "yes":
                lifecycle.accept_lead(offer, by=user, at=timezone.now(), words=words)
                messages.success(request, _("You lead it from now on."))
            else:
                lifecycle.decline_lead(offer, by=user, at=timezone.now(), words=words)
                messages.success(request, _("You do not take it. Who asked has been told."))
            return redirect(offer.pilot)
    context = {"offer": offer, "form": form, "home": reverse("innovation:waiting")}
    return form_page(request, "pilots/lifecycle/lead_answer.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def sponsor_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Say yes or no to sponsoring a pilot."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_answer_sponsor(user, pilot)
    form = SponsorAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        agrees, words = form.cleaned_data["answer"] == "yes", form.cleaned_data["words"]
        with refusal_shown_on(form):
            lifecycle.answer_sponsor(pilot, agrees=agrees, words=words, by=user, at=timezone.now())
            messages.success(
                request, _("You sponsor it from now on.") if agrees else _("They have been told.")
            )
            return redirect(pilot)
    context = {"pilot": pilot, "form": form}
    return form_page(request, "pilots/lifecycle/sponsor_answer.html", context, form=form)


@require(PilotsPermission.READ)
@require_POST
def lead_withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    offer = _lead_offer(request, pk)
    lifecycle.withdraw_lead(offer, by=request.user, at=timezone.now())
    messages.success(request, _("Nobody is asked any more."))
    return redirect(offer.pilot)


def _lead_offer(request: PersonRequest, pk: int) -> LeadOffer:
    found: LeadOffer = get_object_or_404(
        LeadOffer.objects.visible_to(request.user).select_related(
            "to", "offered_by", "pilot__unit", "pilot__lead", "pilot__sponsor"
        ),
        pk=pk,
    )
    return found


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def pause(request: PersonRequest, pk: int) -> HttpResponse:
    pilot = visible_pilot(request.user, pk)
    by_safety = permissions.judges_safety(request.user, pilot)
    return _with_reason(
        request,
        pk,
        check=permissions.check_can_pause,
        act=lifecycle.pause,
        title=_("Hold the pilot for safety") if by_safety else _("Pause the pilot"),
        sentence=_("Everything is kept. It goes on once a safety reviewer says why it may.")
        if by_safety
        else _("Everything is kept. It resumes where it was, once somebody says why it may."),
        submit=_("Pause it"),
        done=_("Paused."),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def resume(request: PersonRequest, pk: int) -> HttpResponse:
    hold = permissions.open_hold(visible_pilot(request.user, pk))
    if hold is not None and not hold.paused:
        return _with_reason(
            request,
            pk,
            check=permissions.check_can_resume,
            act=lifecycle.resume,
            title=_("Lift the pause for safety"),
            sentence=_(
                "It was paused before, without you. That pause stays, and who leads the pilot ends it."
            ),
            submit=_("Lift it"),
            done=_("Lifted. The pilot stays paused until who leads it resumes it."),
        )
    return _with_reason(
        request,
        pk,
        check=permissions.check_can_resume,
        act=lifecycle.resume,
        title=_("Resume the pilot"),
        sentence=_(
            "It goes on where it was paused. Those concerned read who let it go on, and why."
        ),
        submit=_("Resume it"),
        done=_("It goes on."),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def show_output(request: PersonRequest, pk: int) -> HttpResponse:
    """What the silent run found, what is missing, and the decision to show its output."""
    user = request.user
    pilot = visible_pilot(user, pk)
    permissions.check_can_show_output(user, pilot)
    checks = checklist.checklist(pilot, Gate.OUTPUT)
    form = ShowOutputForm(request.POST or None, missing=bool(checklist.missing(checks)))
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            lifecycle.show_output(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Its output is shown from now on."))
            return redirect(pilot)
    context = {"pilot": pilot, "form": form, "checks": checks}
    return form_page(request, "pilots/lifecycle/show_output.html", context, form=form)


def _with_reason(
    request: PersonRequest,
    pk: int,
    *,
    check: Callable[[User, Pilot], None],
    act: Callable[..., object],
    title: str,
    sentence: str,
    submit: str,
    done: str,
) -> HttpResponse:
    """One step that takes a reason, on a page of its own."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    check(user, pilot)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            act(pilot, reason=form.cleaned_data["reason"], by=user, at=timezone.now())
            messages.success(request, done)
            return redirect(pilot)
    context = {
        "form": form,
        "kicker": pilot.title,
        "back": pilot.get_absolute_url(),
        "title": title,
        "sentence": sentence,
        "submit": submit,
        "note": REASON_KEPT,
    }
    return form_page(request, "pilots/lifecycle/step.html", context, form=form)
