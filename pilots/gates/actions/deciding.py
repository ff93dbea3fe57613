"""Asking at a gate, and deciding there. Every effect of a decision is in one transaction.

Rows are locked before the first audit event and in one order: the pilot, what it grew from, the
review, the money.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.needs import queries as need_queries
from innovation.needs.models import Voice
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import dates, reasons
from innovation.rules.dates import day_in_words, moment_in_words
from innovation.rules.money import money
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from innovation.workflow.models import Outcome, StateChange
from pilots.assurance import actions as assurance
from pilots.delegation.models import Delegation
from pilots.funding import actions as funding
from pilots.funding.queries import open_request
from pilots.gates import marks, pathways, queries
from pilots.gates.actions.conditions import NewCondition, make_conditions, tell_of_conditions
from pilots.gates.actions.deciders import ask_deciders
from pilots.gates.actions.signing import Signature, check_seen, sign
from pilots.gates.comparisons import hash_of_known
from pilots.gates.marks import GivenReasons
from pilots.gates.models import DECISIONS_AT, GOES_ON, Decision, GateReview
from pilots.gates.permissions import by_delegation, check_can_withdraw, is_in_order
from pilots.gates.recommendation import Recommendation
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Checked, Gate
from pilots.lifecycle.models import Pathway, Pilot
from pilots.lifecycle.permissions import check_can_lead
from pilots.lifecycle.states import PilotStatus
from pilots.metrics.actions import amendments
from pilots.planning import actions as planning
from pilots.scaling import actions as scaling
from pilots.staffing import actions as staffing
from pilots.staffing.queries import WITH_PEOPLE, team_people

_DECIDED = (
    "decision", "reason", "decided_by", "decided_at", "known", "recommended", "against",
    "early_until", "early_because", "stale", "stale_because", "delegation", "decided_for",
)  # fmt: skip


@atomic
def propose(
    pilot: Pilot, *, by: User, at: datetime, case: str = "", with_go_live: bool = False
) -> GateReview:
    """Ask for people and money; `with_go_live`: and, where its pathway lets one decision say both, to
    start once it is ready. All requirements must hold; the charter is locked from now on."""
    lifecycle.lock_roots(pilot)
    check_can_lead(by, pilot)
    _check_opens(pilot, Gate.RESOURCES)
    request = open_request(pilot)
    assert request is not None  # the requirements found one
    threshold = request.fund.second_approval_above
    if with_go_live and not queries.may_start_with_resources(pilot):
        raise Refused(
            _(
                "Resources and going live are decided on together on the efficiency pathway, up to %(amount)s."
            )
            % {"amount": money(pathways.TERMS[Pathway.EFFICIENCY].together_up_to or 0)}
        )
    review = _open(pilot, Gate.RESOURCES, case=case, by=by, at=at, with_go_live=with_go_live)
    needed = 2 if threshold is not None and request.amount > threshold else 1
    workflow.open_round(review, needed=needed, by=by, at=at)
    lifecycle.propose(pilot, by=by, at=at, locked=True)
    planning.refresh(pilot, at=at)  # whoever decides reads what the plan can answer
    ask_deciders(
        review,
        needed=needed,
        title=_("“%(pilot)s” asks for %(amount)s")
        % {"pilot": pilot.title, "amount": money(request.amount)},
        text=_("%(lead)s leads it. It waits for your decision.") % {"lead": pilot.lead.name},
        by=by,
        at=at,
    )
    return review


@atomic
def withdraw(review: GateReview, *, reason: str, by: User, at: datetime) -> GateReview:
    """Take a proposal back before it is decided, to go on shaping."""
    pilot = _lock(review)
    check_can_withdraw(by, review)
    _check_undecided(review, _("Take it back"))
    if review.gate in (Gate.OUTCOME, Gate.SUSTAINED):
        raise Refused(_("This is decided on, not taken back."))
    told = _decide(review, Decision.WITHDRAW, reason=reason, known={}, by=by, at=at)
    if review.gate == Gate.GO_LIVE:
        _record(
            "gate.go_live_withdrawn",
            review,
            by=by,
            at=at,
            reason=review.reason,
            **told,
        )
        return review
    workflow.close_round(review, outcome=Outcome.RETURNED, at=at)
    lifecycle.return_(pilot, reason=reason, by=by, at=at, locked=True, told=told)
    return review


@atomic
def decide_resources(
    review: GateReview,
    *,
    approve: bool,
    reason: str = "",
    conditions: Sequence[NewCondition] = (),
    seen: str = "",
    signature: Signature | None = None,
    by: User,
    at: datetime,
) -> GateReview:
    """Give the people and the money, perhaps under conditions, or return the pilot with a reason.

    The last yes that the quorum needs books the award. A fund that does not hold enough refuses,
    and the review waits on as it was.
    """
    pilot = _lock(review)
    checks = checklist.checklist(pilot, Gate.RESOURCES)  # reads what all that follows looks at
    delegation = by_delegation(by, review)
    _check_is(review, Gate.RESOURCES)
    _check_undecided(review, Decision.APPROVE.label if approve else Decision.RETURN.label)
    reason = _reason(reason, required=not approve)
    known = queries.known_at(review, checks=checks, at=at)
    check_seen(known, seen)
    outcome = Outcome.APPROVED if approve else Outcome.RETURNED
    make_conditions(review, conditions, goes_on=approve, by=by, at=at)
    giver = None if delegation is None else delegation.given_by
    decision = Decision.APPROVE if approve else Decision.RETURN
    round_ = workflow.answer_round(
        review, outcome=outcome, by=by, at=at, reason=reason, on_behalf_of=giver
    )
    sign(review, decision, known, signature, seen=seen, by=by, on_behalf_of=giver, at=at)
    if approve and round_.closed_at is None:
        _ask_the_second(review, by=by, at=at)
        audit.record(
            "gate.approved_by_one",
            review,
            by=by,
            at=at,
            also=(pilot,),
            unit_id=pilot.unit_id,
            **_said_for(delegation),
        )
        return review
    if approve:
        made = funding.award(pilot, by=by, at=at)
        told = _decide(
            review,
            Decision.APPROVE,
            reason=reason,
            known=known,
            by=by,
            at=at,
            delegation=delegation,
        )
        lifecycle.approve(pilot, by=by, at=at, reason=reason, locked=True, told=told)
        title = _("“%s” has its resources") % pilot.title
        text = _("%(who)s approved %(amount)s and the team's time. Preparing may begin.") % {
            "who": review.decider,
            "amount": money(made.amount),
        }
    else:
        told = _decide(
            review, Decision.RETURN, reason=reason, known=known, by=by, at=at, delegation=delegation
        )
        lifecycle.return_(pilot, reason=reason, by=by, at=at, locked=True, told=told)
        title = _("“%s” came back to be shaped further") % pilot.title
        text = reason
    tell_of_conditions(review, by=by, at=at)
    _tell_team(pilot, title=title, text=text, by=by, at=at)
    return review


def _ask_the_second(review: GateReview, *, by: User, at: datetime) -> None:
    """Where one approves after the other, the second hears of it now."""
    if not is_in_order(review):
        return
    ask_deciders(
        review,
        title=_("“%s” waits for the second approval") % review.pilot.title,
        text=_("%(who)s gave the first.") % {"who": by.name},
        by=by,
        at=at,
    )


@atomic
def ask_to_go_live(pilot: Pilot, *, by: User, at: datetime, case: str = "") -> GateReview:
    """Ask somebody outside the team whether it may start. All that the gate asks must hold."""
    lifecycle.lock_roots(pilot)
    check_can_lead(by, pilot)
    if pilot.status != PilotStatus.PREPARING:
        raise Refused(
            _("The pilot is “%(status)s”; it goes live from preparing.")
            % {"status": pilot.get_status_display()}
        )
    _check_opens(pilot, Gate.GO_LIVE)
    if GateReview.objects.approval_to_go_live(pilot) is not None:
        raise Conflict(_("It may go live already."))
    review = _open(pilot, Gate.GO_LIVE, case=case, by=by, at=at)
    _record(
        "gate.go_live_asked",
        review,
        by=by,
        at=at,
    )
    ask_deciders(
        review,
        title=_("“%s” asks to go live") % pilot.title,
        text=_("%(lead)s leads it. It is ready and waits for your decision.")
        % {"lead": pilot.lead.name},
        by=by,
        at=at,
    )
    return review


@atomic
def decide_go_live(
    review: GateReview,
    *,
    approve: bool,
    reason: str = "",
    conditions: Sequence[NewCondition] = (),
    seen: str = "",
    by: User,
    at: datetime,
) -> GateReview:
    """Let it start, perhaps under conditions, or return it with what is missing. The lead then records
    the first day."""
    pilot = _lock(review)
    delegation = by_delegation(by, review)
    _check_is(review, Gate.GO_LIVE)
    _check_undecided(review, Decision.APPROVE.label if approve else Decision.RETURN.label)
    if pilot.status != PilotStatus.PREPARING:
        raise Refused(
            _("The pilot is “%(status)s”; it goes live from preparing.")
            % {"status": pilot.get_status_display()}
        )
    checks = checklist.checklist(pilot, Gate.GO_LIVE)
    if approve:
        _check_met(checks)
    reason = _reason(reason, required=not approve)
    known = queries.known_at(review, checks=checks, at=at)
    check_seen(known, seen)
    decision = Decision.APPROVE if approve else Decision.RETURN
    make_conditions(review, conditions, goes_on=approve, by=by, at=at)
    told = _decide(
        review, decision, reason=reason, known=known, by=by, at=at, delegation=delegation
    )
    if approve:
        _record("gate.go_live_approved", review, by=by, at=at, reason=reason, **told)
        title = _("“%s” may go live") % pilot.title
        text = _("%(who)s approved it. Its lead records the first day of use.") % {
            "who": review.decider
        }
    else:
        _record("gate.go_live_returned", review, by=by, at=at, reason=reason, **told)
        title, text = _("“%s” does not go live yet") % pilot.title, reason
    tell_of_conditions(review, by=by, at=at)
    _tell_team(pilot, title=title, text=text, by=by, at=at)
    return review


@atomic
def go_live(pilot: Pilot, *, on: date, by: User, at: datetime) -> StateChange:
    """Start, once somebody outside the team has approved it, the baseline is collected and every source
    answers; never before the day of that approval, or the first day could be chosen by what the numbers
    show."""
    lifecycle.lock_roots(pilot)
    check_can_lead(by, pilot)
    _check_opens(pilot, Gate.GO_LIVE)
    approval = GateReview.objects.approval_to_go_live(pilot)
    if approval is None or approval.decided_at is None:
        raise Refused(_("Somebody outside the team approves going live first. Ask for it."))
    if on < (approved := dates.day_of(approval.decided_at)):
        raise Refused(
            _("Going live was approved on %(day)s; the first day of use is not before that.")
            % {"day": day_in_words(approved)}
        )
    return lifecycle.go_live(pilot, on=on, by=by, at=at, locked=True)


@atomic
def ask_for_decision(pilot: Pilot, *, by: User, at: datetime, case: str = "") -> GateReview:
    """Put the outcome to those who decide; the team says what it makes of the evidence."""
    lifecycle.lock_roots(pilot)
    check_can_lead(by, pilot)
    _check_opens(pilot, Gate.OUTCOME)
    review = _open(pilot, Gate.OUTCOME, case=case, by=by, at=at)
    lifecycle.evaluate(pilot, by=by, at=at, locked=True)
    ask_deciders(
        review,
        title=_("“%s” asks for a decision on its outcome") % pilot.title,
        text=_("Scale, extend, pivot or stop: it waits for you."),
        by=by,
        at=at,
    )
    return review


@atomic
def decide_outcome(
    review: GateReview,
    *,
    decision: str,
    reason: str,
    by: User,
    at: datetime,
    until: date | None = None,
    against: str = "",
    early_because: str = "",
    stale_because: str = "",
    conditions: Sequence[NewCondition] = (),
    seen: str = "",
    signature: Signature | None = None,
) -> GateReview:
    """Scale, extend (until a day), pivot or stop, on what was measured, which is kept with it. What
    the agreed rule does not say takes a reason of its own, `against`; so does what is decided before its
    time, and on old numbers. Each is marked.

    Whoever filed the needs, whoever shares them and the team are told.
    """
    pilot = _lock(review)
    prefetch_related_objects([pilot], WITH_PEOPLE, "team")  # once for all that follows
    delegation = by_delegation(by, review)
    _check_is(review, Gate.OUTCOME)
    if decision not in DECISIONS_AT[Gate.OUTCOME]:
        raise Malformed(_("Choose scale, extend, pivot or stop."))
    chosen = Decision(decision)
    _check_undecided(review, chosen.label)
    reason = _reason(reason, required=True)
    table = queries.outcome_table(pilot, at=at)
    said, marked = table.said, table.marked
    if chosen == Decision.SCALE:
        scaling.check_whole(table.plan)
    known = queries.known_at(review, table=table, at=at)
    check_seen(known, seen)
    if chosen == Decision.EXTEND and until is None:
        raise Malformed(_("Say until when: a pilot does not run on without an end."))
    review.recommended, review.against = _beside_the_rule(said, chosen, against)
    given = marks.check_reasons(marked, chosen, GivenReasons(early_because, stale_because))
    review.early_until, review.early_because = marked.early_for(chosen), given.early
    review.stale, review.stale_because = marked.stale_metrics, given.stale
    make_conditions(review, conditions, goes_on=chosen in GOES_ON, by=by, at=at)
    giver = None if delegation is None else delegation.given_by
    sign(review, chosen, known, signature, seen=seen, by=by, on_behalf_of=giver, at=at)
    told = _decide(review, chosen, reason=reason, known=known, by=by, at=at, delegation=delegation)
    if chosen == Decision.EXTEND:
        assert until is not None
        lifecycle.extend(pilot, until=until, reason=reason, by=by, at=at, locked=True, told=told)
        title = _("“%(pilot)s” runs on until %(day)s") % {
            "pilot": pilot.title,
            "day": day_in_words(until),
        }
    elif chosen == Decision.PIVOT:
        lifecycle.pivot(pilot, reason=reason, by=by, at=at, locked=True, told=told)
        amendments.lapse_of(pilot, reason=reason, by=by, at=at)
        because = _("It tries another way: %(why)s") % {"why": reason}
        assurance.open_again(pilot, because=because, by=by, at=at)
        funding.release_all(pilot, by=by, at=at)
        title = _("“%s” will try another way") % pilot.title
    elif chosen == Decision.SCALE:
        shown = queries.is_shown(table.on.readings)
        lifecycle.scale(
            pilot, owner=table.plan.owner, reason=reason, by=by, at=at, shown=shown, locked=True,
            told=told,
        )  # fmt: skip
        _end(pilot, by=by, at=at)
        title = (
            _("“%s” worked and will be scaled")
            if shown
            else _("“%s” will be scaled, though it was not shown to work")
        ) % pilot.title
    else:
        lifecycle.stop(pilot, reason=reason, by=by, at=at, early=False, locked=True, told=told)
        _end(pilot, by=by, at=at)
        title = _("“%s” has been stopped") % pilot.title
    if review.against:
        _record(
            "gate.decided_against_rule",
            review,
            by=by,
            at=at,
            recommended=review.get_recommended_display(),
            decision=review.get_decision_display(),
            reason=review.against,
            **_said_for(delegation),
        )
    if review.early_until is not None:
        _record(
            "gate.decided_early",
            review,
            by=by,
            at=at,
            until=review.early_until,
            decision=review.get_decision_display(),
            reason=review.early_because,
        )
    if review.stale:
        _record(
            "gate.decided_on_old_numbers",
            review,
            by=by,
            at=at,
            metrics=review.stale,
            decision=review.get_decision_display(),
            reason=review.stale_because,
        )
    tell_of_conditions(review, by=by, at=at)
    _tell_team(pilot, title=title, text=reason, by=by, at=at)
    if chosen in (Decision.EXTEND, Decision.PIVOT):  # met and not met are told by the needs
        _tell_voices(pilot, title=title, text=reason, by=by, at=at)
    return review


@atomic
def stop(pilot: Pilot, *, reason: str, by: User, at: datetime) -> StateChange:
    """End the pilot early, for a good reason, before its outcome is decided.

    An open proposal is taken back with it; money and time that are left go back.
    """
    lifecycle.lock_roots(pilot)
    review = GateReview.objects.waiting().filter(pilot=pilot).exclude(gate=Gate.OUTCOME).first()
    if review is not None:
        workflow.lock(review)
    funding.lock_money(pilot)
    told = _told(review, Decision.WITHDRAW, {}) if review is not None else {}
    change = lifecycle.stop(pilot, reason=reason, by=by, at=at, locked=True, told=told)
    if review is not None:
        _decide(review, Decision.WITHDRAW, reason=reason, known={}, by=by, at=at)
        workflow.close_round(review, outcome=Outcome.RETURNED, at=at)
    _end(pilot, by=by, at=at)
    _tell_team(
        pilot, title=_("“%s” has been stopped") % pilot.title, text=reason.strip(), by=by, at=at
    )
    return change


def _record(
    event_type: str, review: GateReview, /, *, by: User, at: datetime, **details: object
) -> None:
    """What happened to the review, in the history of its pilot, too."""
    audit.record(
        event_type,
        review,
        by=by,
        at=at,
        also=(review.pilot,),
        unit_id=review.pilot.unit_id,
        pilot=audit.named(review.pilot),
        **details,
    )


def _lock(review: GateReview) -> Pilot:
    """All that a decision writes, in the one order: the pilot, what it grew from, the review, the
    money."""
    pilot = review.pilot
    lifecycle.lock_roots(pilot)
    workflow.lock(review)
    review.pilot = pilot
    funding.lock_money(pilot)
    return pilot


def _open(
    pilot: Pilot, gate: Gate, *, case: str, by: User, at: datetime, with_go_live: bool = False
) -> GateReview:
    if GateReview.objects.waiting().filter(pilot=pilot).exists():
        raise Conflict(_("“%s” waits for a decision already.") % pilot.title)
    return GateReview.objects.create(
        pilot=pilot,
        gate=gate,
        opened_at=at,
        opened_by=by,
        case=case.strip(),
        with_go_live=with_go_live,
        answer_by=pathways.answer_by(pilot.pathway, gate, dates.day_of(at)),
    )


def _decide(
    review: GateReview,
    decision: Decision,
    *,
    reason: str,
    known: dict[str, object],
    by: User,
    at: datetime,
    delegation: Delegation | None = None,
) -> dict[str, object]:
    """Write the decision; what the event of the pilot's step tells of it."""
    review.decision, review.reason = (
        decision,
        _reason(reason, required=decision != Decision.APPROVE),
    )
    review.decided_by, review.decided_at, review.known = by, at, known
    review.delegation = delegation
    review.decided_for = by.acting_for if delegation is None else delegation.given_by
    review.save(update_fields=_DECIDED)
    return _told(review, decision, known) | _said_for(delegation)


def _said_for(delegation: Delegation | None) -> dict[str, object]:
    """For whom, as the log says it where somebody acts for another."""
    return {} if delegation is None else {"acting_for": audit.named(delegation.given_by)}


def _beside_the_rule(
    said: Recommendation | None, decision: Decision, against: str
) -> tuple[str, str]:
    """What the rule says, and why it is decided otherwise; empty where it is not."""
    if said is None:
        return "", ""
    if said.accords(decision):
        return said.step.value, ""
    if not against.strip():
        raise Malformed(
            _("%(rule)s Say why you decide against it: it is kept with the decision.")
            % {"rule": said.sentence}
        )
    return said.step.value, against.strip()


def _told(review: GateReview, decision: Decision, known: dict[str, object]) -> dict[str, object]:
    return {"review": review.pk, "decision": decision.value, "known": hash_of_known(known)}


def _end(pilot: Pilot, *, by: User, at: datetime) -> None:
    funding.release_all(pilot, by=by, at=at)
    staffing.free(pilot, by=by, at=at)


def _reason(reason: str, *, required: bool) -> str:
    return reasons.required(reason) if required else reason.strip()


def _check_opens(pilot: Pilot, gate: Gate) -> None:
    _check_met(checklist.checklist(pilot, gate))


def _check_met(checks: list[Checked]) -> None:
    absent = checklist.missing(checks)
    if absent:
        raise Refused(_("Not yet: %s") % " ".join(check.sentence for check in absent))


def _check_is(review: GateReview, gate: Gate) -> None:
    if review.gate != gate:
        raise Refused(
            _("This is a question about %(gate)s.") % {"gate": review.get_gate_display().lower()}
        )


def _check_undecided(review: GateReview, wanted: object) -> None:
    if review.decided_at is None:
        return
    raise Conflict(
        _(
            "“%(wanted)s” is not possible any more: %(who)s decided “%(decision)s” on %(when)s. "
            "Nothing of yours was applied."
        )
        % {
            "wanted": wanted,
            "who": review.decider or _("somebody"),
            "decision": review.get_decision_display(),
            "when": moment_in_words(review.decided_at),
        }
    )


def _tell_team(pilot: Pilot, *, title: str, text: str, by: User, at: datetime) -> None:
    people = team_people(pilot)
    people += [one for one in (pilot.sponsor, pilot.owner) if one is not None]
    notices.notify(
        people,
        kind="pilots",
        title=title,
        text=text,
        about=pilot,
        url=reverse("pilots:pilot-detail", args=[pilot.pk]),
        at=at,
        but=by,
    )


def _tell_voices(pilot: Pilot, *, title: str, text: str, by: User, at: datetime) -> None:
    """Those who filed or share the pilot's needs; one notice each, however many needs."""
    on_team = {person.pk for person in team_people(pilot)}
    needs = list(pilot.needs.all())
    people = {need.submitted_by_id: need.submitted_by for need in needs}
    heard = need_queries.people_behind(Voice.objects.filter(need__in=needs))
    people |= {person.pk: person for person in heard}
    notices.notify(
        [person for pk, person in people.items() if pk not in on_team],
        kind="needs",
        title=title,
        text=text,
        about=pilot,
        url=reverse("innovation:need-detail", args=[needs[0].pk]),
        at=at,
        but=by,
    )
