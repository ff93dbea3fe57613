"""The pages of gates: proposing, deciding on one page, going live, asking for a decision."""

from __future__ import annotations

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from innovation.audit import actions as audit
from innovation.people import showing_anew
from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.rules.refusal import Refused
from innovation.rules.text import visible
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_of, refusal_shown_on
from innovation.web.free_text import takes_free_text
from innovation.web.typed_forms import Cleaned, Sent
from pilots.assurance.permissions import can_declare
from pilots.funding import queries as funding
from pilots.funding.permissions import can_see_money
from pilots.gates import actions as gates
from pilots.gates import pathways, permissions, presenters, queries
from pilots.gates.forms import (
    ApprovalForm,
    CaseForm,
    ConditionForms,
    ConditionVerifyForm,
    DissentForm,
    GoLiveForm,
    OutcomeForm,
    ProposalForm,
)
from pilots.gates.models import GOES_ON, Decision, GateCondition, GateReview
from pilots.lifecycle import checklist
from pilots.lifecycle import presenters as lifecycle
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.forms import REASON_KEPT, ReasonForm
from pilots.lifecycle.permissions import check_can_lead, check_can_stop
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus
from pilots.staffing import queries as staffing


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def propose(request: PersonRequest, pk: int) -> HttpResponse:
    """What the resources gate asks, what is missing, and the step itself."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    check_can_lead(user, pilot)
    form = ProposalForm(request.POST or None, together=queries.may_start_with_resources(pilot))
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            review = gates.propose(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request, _("It waits for a decision. You will hear as soon as there is one.")
            )
            return redirect(review)
    checks = checklist.checklist(pilot, Gate.RESOURCES)
    context = {
        "pilot": pilot,
        "form": form,
        "checks": checks,
        "missing": len(checklist.missing(checks)),
        "open": pilot.status == PilotStatus.SHAPING,
        "answer_by": pathways.answer_by(pilot.pathway, Gate.RESOURCES, dates.today()),
    }
    return form_page(request, "pilots/gates/propose.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def go_live(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    pilot = visible_pilot(request.user, pk)
    check_can_lead(user, pilot)
    form = GoLiveForm(request.POST or None, initial={"on": dates.today()})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            gates.go_live(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("It runs. Its effect is judged against what was before."))
            return redirect(pilot)
    checks = checklist.checklist(pilot, Gate.GO_LIVE)
    context = {
        "pilot": pilot,
        "form": form,
        "checks": checks,
        "missing": len(checklist.missing(checks)),
        "open": pilot.status == PilotStatus.PREPARING,
        "approval": GateReview.objects.approval_to_go_live(pilot),
        "asked": GateReview.objects.waiting().filter(pilot=pilot).first(),
    }
    return form_page(request, "pilots/gates/go_live.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def ask_to_go_live(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask somebody outside the team whether the pilot may start."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    check_can_lead(user, pilot)
    form = CaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            review = gates.ask_to_go_live(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request, _("It waits for a decision. You will hear as soon as there is one.")
            )
            return redirect(review)
    checks = checklist.checklist(pilot, Gate.GO_LIVE)
    context = {
        "pilot": pilot,
        "form": form,
        "checks": checks,
        "missing": len(checklist.missing(checks)),
        "open": pilot.status == PilotStatus.PREPARING,
        "answer_by": pathways.answer_by(pilot.pathway, Gate.GO_LIVE, dates.today()),
    }
    return form_page(request, "pilots/gates/go_live_ask.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def evaluate(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask for the decision on the outcome."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    check_can_lead(user, pilot)
    form = CaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            review = gates.ask_for_decision(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request, _("It waits for a decision. You will hear as soon as there is one.")
            )
            return redirect(review)
    checks = checklist.checklist(pilot, Gate.OUTCOME)
    now = timezone.now()
    runs = pilot.status == PilotStatus.RUNNING
    table = queries.outcome_table(pilot, at=now) if runs else None
    context = {
        "pilot": pilot,
        "form": form,
        "checks": checks,
        "missing": len(checklist.missing(checks)),
        "open": runs,
        "recommended": table.said if table else None,
        "marks": table.marked if table else None,
    }
    return form_page(request, "pilots/gates/evaluate.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def stop(request: PersonRequest, pk: int) -> HttpResponse:
    """End a pilot early, for a reason that is kept and credited."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    check_can_stop(user, pilot)
    form = ReasonForm(request.POST or None, label=_("Why, and what the next team should know"))
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            gates.stop(pilot, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request, _("Stopped. What was learned stays where others will find it.")
            )
            return redirect(pilot)
    context = {
        "form": form,
        "kicker": pilot.title,
        "back": pilot.get_absolute_url(),
        "title": _("Stop the pilot"),
        "sentence": _(
            "Stopping early for a good reason is a result. The money and the time that are left "
            "go back, and whoever filed the need is told why."
        ),
        "submit": _("Stop it"),
        "note": REASON_KEPT,
    }
    return form_page(request, "pilots/lifecycle/step.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def decide(request: PersonRequest, pk: int) -> HttpResponse:
    """Everything a decision needs on one page, and the decision."""
    user = request.user
    review = _review(request, pk)
    if review.gate == Gate.SUSTAINED:
        return redirect(review)  # it has a page of its own (pilots/sustaining)
    table = _table(review)
    form = _form(review, request.POST or None, table)
    conditions = ConditionForms(request.POST or None, review.pilot, today=dates.today())
    # Who decided here for another until just now gets back what they typed.
    no_longer = permissions.why_no_longer(user, review) if request.method == "POST" else ""
    if no_longer:
        with refusal_shown_on(form):
            raise Refused(no_longer)
    elif request.method == "POST":
        permissions.check_can_decide(user, review)
        if form.is_valid() and conditions.is_valid(form.cleaned_data["decision"]):
            with refusal_shown_on(form):
                _decide(request, review, form.cleaned_data, conditions.given)
                messages.success(request, _confirmation(review))
                return redirect(review)
            # Somebody was first, or the fund is short: what was typed stays on the page.
            review = _review(request, pk)
    context = _page(request, review, form, table) | {
        "new_conditions": conditions,
        "recommended": presenters.recommended_of(review, table.said if table else None),
        "marks": table.marked if table else None,
    }
    if (refusal := refusal_of(form)) and context["form"] is None:
        # There is no form any more: say so, and give back what was typed.
        context |= {
            "refused": refusal,
            "refused_title": _("You do not decide here any more")
            if no_longer
            else _("Somebody was first"),
            "typed": _typed(form, conditions),
        }
    return form_page(request, "pilots/gates/decide.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def dissent(request: PersonRequest, pk: int) -> HttpResponse:
    """Say a concern before it is decided."""
    user = request.user
    review = _review(request, pk)
    permissions.check_can_dissent(user, review)
    form = DissentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            gates.dissent(review, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Kept. The lead and whoever decides have been told."))
            return redirect(review)
    context = {"review": review, "pilot": review.pilot, "form": form}
    return form_page(request, "pilots/gates/dissent.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    """The team takes its proposal back, to go on shaping."""
    user = request.user
    review = _review(request, pk)
    permissions.check_can_withdraw(user, review)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            gates.withdraw(review, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Taken back. The charter is open again."))
            return redirect(review.pilot)
    context = {
        "form": form,
        "kicker": review.pilot.title,
        "back": review.pilot.get_absolute_url(),
        "title": _("Take the proposal back"),
        "sentence": _("The charter opens again, and nobody decides on it until you propose anew."),
        "submit": _("Take it back"),
        "note": REASON_KEPT,
    }
    return form_page(request, "pilots/lifecycle/step.html", context, form=form)


def _typed(form: BaseForm, conditions: ConditionForms) -> list[str]:
    """All that was written into the form, in its order."""
    words = [form[n].value() for n, field in form.fields.items() if takes_free_text(field)]
    words += [one["text"].value() for one in conditions.forms]
    return [word for word in words if isinstance(word, str) and visible(word)]


def _form(
    review: GateReview, data: Sent | None, table: queries.OutcomeTable | None
) -> ApprovalForm | OutcomeForm:
    if review.gate != Gate.OUTCOME:
        return ApprovalForm(data)
    return OutcomeForm(
        data, recommended=table.said if table else None, marks=table.marked if table else None
    )


def _table(review: GateReview) -> queries.OutcomeTable | None:
    """What lies on it while an outcome waits."""
    if review.gate != Gate.OUTCOME or review.decided_at is not None:
        return None
    return queries.outcome_table(review.pilot, at=timezone.now())


def _decide(
    request: PersonRequest,
    review: GateReview,
    given: Cleaned,
    conditions: list[gates.NewCondition],
) -> None:
    """What takes a signature is asked for it once all else holds, and then carried out as it was sent."""
    what = f"{audit.ref(review)} {given['decision']}"
    shown = showing_anew.taken(request, what)
    signature = gates.Signature(shown.method, shown.at) if shown is not None else None
    try:
        _carry_out(
            review,
            given,
            conditions,
            seen=request.POST.get("seen", ""),
            signature=signature,
            by=request.user,
        )
    except gates.SignatureAsked:
        showing_anew.ask(request, what)


def _carry_out(
    review: GateReview,
    given: Cleaned,
    conditions: list[gates.NewCondition],
    *,
    seen: str,
    signature: gates.Signature | None,
    by: User,
) -> None:
    at = timezone.now()
    approve, reason = given["decision"] == Decision.APPROVE, given["reason"]
    if review.gate == Gate.OUTCOME:
        gates.decide_outcome(
            review, conditions=conditions, seen=seen, signature=signature, by=by, at=at, **given
        )
    elif review.gate == Gate.GO_LIVE:
        gates.decide_go_live(
            review, approve=approve, reason=reason, conditions=conditions, seen=seen, by=by, at=at
        )
    else:
        gates.decide_resources(
            review, approve=approve, reason=reason, conditions=conditions, seen=seen,
            signature=signature, by=by, at=at,
        )  # fmt: skip


def _confirmation(review: GateReview) -> str:
    if review.decided_at is None:
        return _("Your approval counts. One more is needed before the money moves.")
    if review.gate == Gate.GO_LIVE:
        return _("Decided. The team has been told.")
    return _("Decided. The team, and those whose need it is, have been told.")


def _page(
    request: PersonRequest,
    review: GateReview,
    form: BaseForm | None,
    table: queries.OutcomeTable | None,
) -> dict[str, object]:
    user = request.user
    pilot = review.pilot
    may_decide = permissions.can_decide(user, review)
    sees_money = bool(may_decide) or bool(can_see_money(user, pilot))
    cost = queries.cost_of(pilot) if sees_money else None
    quorum = queries.quorum_of(review)
    allocations = staffing.team(pilot)
    waits = review.decided_at is None
    outcome = review.gate == Gate.OUTCOME
    readings = table.on.readings if table else []
    decides = bool(may_decide) and waits
    dissents = list(review.dissents.select_related("person"))
    wanted = Decision.SCALE if outcome else Decision.APPROVE
    return {
        "seen": presenters.seen_of(review, table) if decides else "",
        "signs": decides and queries.asks_for_signature(review, wanted),
        "signatures": review.signatures.select_related("person", "signed_for"),
        "dissents": dissents,
        "may_dissent": waits
        and user.pk not in {one.person_id for one in dissents}
        and bool(permissions.can_dissent(user, review)),
        "attested": presenters.attested_of(review),
        "kept_out": presenters.kept_out_of(review),
        "may_declare": waits and bool(may_decide) and bool(can_declare(user, pilot)),
        "verdicts": presenters.verdicts_of(review, readings),
        "measured": presenters.measured_of(review, readings),
        "review": review,
        "pilot": pilot,
        "form": form if may_decide and waits else None,
        "why_not": may_decide.reason if waits else "",
        "may_withdraw": waits
        and review.gate != Gate.OUTCOME
        and bool(permissions.can_withdraw(user, review)),
        "waits": waits,
        "sees_money": sees_money,
        "cost": cost,
        "account": funding.of_pilots([pilot])[pilot.pk] if sees_money else None,
        "cost_sentence": presenters.cost_sentence(cost) if cost else "",
        "quorum_sentence": presenters.quorum_sentence(quorum) if quorum and waits else "",
        "allocations": allocations,
        "full_time": staffing.full_time_at_most(allocations),
        "needs": pilot.needs.visible_to(user).select_related("unit", "submitted_by"),
        "metrics": [
            presenters.planned(metric, pilot, seen_by=user)
            for metric in pilot.metrics.select_related("source")
            .prefetch_related("siblings")
            .order_by("pk")
        ],
        "changed": presenters.changed_of(review, pilot, seen_by=user)
        if outcome or (waits and review.gate == Gate.GO_LIVE)
        else None,
        "protocol": presenters.protocol_of(review),
        "checks": presenters.checks_of(review) if review.gate == Gate.GO_LIVE else [],
        "conditions": review.conditions.for_list(),
        "could_be_asked": queries.could_be_asked(review)
        if waits and queries.is_stuck(review)
        else None,
        "answers": review.known.get("answers", []),
        "went_live": lifecycle.went_live(pilot) if outcome else "",
        "tone": presenters.DECIDED_TONES.get(review.decision, "open"),
    }


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def condition(request: PersonRequest, pk: int) -> HttpResponse:
    """A condition under which something was approved, and whether it is met."""
    user = request.user
    visible = GateCondition.objects.visible_to(user).for_list()
    found: GateCondition = get_object_or_404(
        visible.select_related("review__pilot__unit", "review__pilot__lead"), pk=pk
    )
    if request.method == "POST":
        permissions.check_can_verify(user, found)
    form = ConditionVerifyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            gates.verify(found, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Verified. Those concerned have been told."))
            return redirect(found)
    may_verify = permissions.can_verify(user, found)
    context = {
        "condition": found,
        "pilot": found.review.pilot,
        "form": form if may_verify and found.verified_at is None else None,
        "why_not": may_verify.reason,
        "overdue": found.verified_at is None and found.due_on < dates.today(),
        "counts": found.review.decision in GOES_ON,
    }
    return form_page(request, "pilots/gates/condition.html", context, form=form)


def _review(request: PersonRequest, pk: int) -> GateReview:
    visible = GateReview.objects.visible_to(request.user).select_related(
        "pilot__unit",
        "pilot__lead",
        "pilot__sponsor",
        "pilot__idea",
        "opened_by",
        "decided_by",
        "decided_for",
    )
    review: GateReview = get_object_or_404(visible, pk=pk)
    return review
