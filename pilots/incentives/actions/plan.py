"""The verbs of what people are offered: planned, changed while the charter is open, answered for, taken back,
and looked at after it began."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import constraints, dates, reasons
from innovation.rules.deadlines import check_near
from innovation.rules.money import money
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.adoption.models import AffectedGroup
from pilots.funding.actions.entering import check_amount
from pilots.funding.models import BudgetLine
from pilots.funding.queries import left_to_promise
from pilots.incentives import queries
from pilots.incentives.kinds import CareerForm, IncentiveKind, IncentiveOutcome
from pilots.incentives.models import Incentive, IncentiveEvaluation
from pilots.incentives.permissions import (
    check_can_change,
    check_can_evaluate,
    check_can_keep_offer,
    check_can_plan,
)
from pilots.incentives.words import warning_in_words
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import is_plan_open
from pilots.metrics.models import Metric

# More than anybody remembers having been offered.
MOST = 20
_TEXTS = ("what", "for_whom", "why_fits", "must_not", "despite")


@atomic
def plan(
    pilot: Pilot,
    *,
    kind: str,
    what: str,
    for_whom: str,
    starts_on: date,
    ends_on: date,
    why_fits: str,
    must_not: str,
    by: User,
    at: datetime,
    career: str = "",
    group: AffectedGroup | None = None,
    metric: Metric | None = None,
    despite: str = "",
    cost: Decimal | None = None,
    line: BudgetLine | None = None,
) -> Incentive:
    """Offer something to people who take part. What rewards doing more while a guardrail counts how well is
    refused until it is said what keeps it from harm."""
    workflow.lock(pilot)
    check_can_plan(by, pilot)
    if Incentive.objects.standing().filter(pilot=pilot).count() >= MOST:
        raise Refused(_("%(n)s things are offered already.") % {"n": MOST})
    given: dict[str, Any] = {
        "kind": kind, "career": career, "what": what, "for_whom": for_whom, "starts_on": starts_on,
        "ends_on": ends_on, "why_fits": why_fits, "must_not": must_not, "group": group, "metric": metric,
        "despite": despite, "cost": cost, "line": line,
    }  # fmt: skip
    made = Incentive(pilot=pilot, by=by, at=at)
    _put(made, given, at=at)
    _check_paid(made)
    _save(made)
    audit.record(
        "incentive.planned",
        made,
        by=by,
        at=at,
        also=[pilot],
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        kind=made.kind_in_words,
    )
    return made


@atomic
def change(incentive: Incentive, *, by: User, at: datetime, **given: Any) -> Incentive:
    """Say it otherwise, while the charter is open."""
    _lock(incentive)
    check_can_change(by, incentive, at=at)
    _put(incentive, given, at=at)
    _save(incentive)
    audit.record(
        "incentive.changed",
        incentive,
        by=by,
        at=at,
        also=[incentive.pilot],
        unit_id=incentive.pilot.unit_id,
        pilot=audit.named(incentive.pilot),
    )
    return incentive


@atomic
def answer_warning(incentive: Incentive, *, despite: str, by: User, at: datetime) -> Incentive:
    """Say what keeps it from rewarding more at the cost of better."""
    _lock(incentive)
    check_can_keep_offer(by, incentive)
    _check_open(incentive)
    warning = queries.offer(incentive).warning
    if warning is None:
        raise Conflict(_("Nothing of it waits for an answer."))
    incentive.despite = reasons.required(despite)
    incentive.answered = sorted(one.key for one in warning.guardrails)
    incentive.save(update_fields=["despite", "answered"])
    audit.record(
        "incentive.warning_answered",
        incentive,
        by=by,
        at=at,
        also=[incentive.pilot],
        unit_id=incentive.pilot.unit_id,
        pilot=audit.named(incentive.pilot),
        reason=incentive.despite,
    )
    return incentive


@atomic
def pay_from(
    incentive: Incentive, *, cost: Decimal, line: BudgetLine, by: User, at: datetime
) -> Incentive:
    """Say what it costs and which budget line pays for it; also after the budget was made anew."""
    _lock(incentive)
    check_can_keep_offer(by, incentive)
    _check_open(incentive)
    _put_cost(incentive, cost, line)
    _save(incentive)
    audit.record(
        "incentive.paid_from",
        incentive,
        by=by,
        at=at,
        also=[incentive.pilot],
        unit_id=incentive.pilot.unit_id,
        pilot=audit.named(incentive.pilot),
        line=str(line),
    )
    return incentive


@atomic
def take_back(incentive: Incentive, *, reason: str, by: User, at: datetime) -> Incentive:
    """It is offered no longer, and why; that it was offered stays."""
    _lock(incentive)
    check_can_keep_offer(by, incentive)
    _check_open(incentive)
    incentive.dropped_because = reasons.required(reason)
    incentive.dropped_at, incentive.dropped_by = at, by
    incentive.save(update_fields=["dropped_because", "dropped_at", "dropped_by"])
    audit.record(
        "incentive.taken_back",
        incentive,
        by=by,
        at=at,
        also=[incentive.pilot],
        unit_id=incentive.pilot.unit_id,
        pilot=audit.named(incentive.pilot),
        reason=incentive.dropped_because,
    )
    return incentive


@atomic
def evaluate(
    incentive: Incentive, *, outcome: str, words: str, by: User, at: datetime
) -> IncentiveEvaluation:
    """Say what it did and whether it stays, also of what was taken back after it began; what was seen by then is
    kept beside it."""
    _lock(incentive)
    check_can_evaluate(by, incentive)
    if not incentive.has_begun(today=dates.day_of(at)):
        _check_open(incentive)
        raise Refused(
            _("It begins on %(day)s. Say afterwards what it did.")
            % {"day": dates.day_in_words(incentive.starts_on)}
        )
    if outcome not in IncentiveOutcome.values:
        raise Malformed(_("Say whether it stays, goes on changed, or ends."))
    made = IncentiveEvaluation.objects.create(
        incentive=incentive,
        outcome=outcome,
        words=reasons.required(words),
        seen=[
            {"label": one.label, "before": one.before, "after": one.after, "said": one.said}
            for one in queries.seen(incentive, at=at)
        ],
        by=by,
        at=at,
    )
    audit.record(
        "incentive.evaluated",
        incentive,
        by=by,
        at=at,
        also=[incentive.pilot],
        unit_id=incentive.pilot.unit_id,
        pilot=audit.named(incentive.pilot),
        outcome=str(made.get_outcome_display()),
    )
    return made


def _put(incentive: Incentive, given: Mapping[str, Any], *, at: datetime) -> None:
    """Put what was given on it, looked at."""
    for name, value in given.items():
        setattr(incentive, name, visible(value) if name in _TEXTS else value)
    if not (incentive.what and incentive.for_whom and incentive.why_fits and incentive.must_not):
        raise Malformed(_("Say what is offered, to whom, why it fits and what it must not do."))
    if incentive.kind not in IncentiveKind.values:
        raise Malformed(_("Say what kind of thing is offered."))
    if (incentive.kind == IncentiveKind.CAREER) != (incentive.career in CareerForm.values):
        raise Malformed(
            _("Say in what form it helps a career: further training, portfolio or authorship.")
            if incentive.kind == IncentiveKind.CAREER
            else _("Only what helps a career has a form.")
        )
    if incentive.ends_on < incentive.starts_on:
        raise Malformed(_("The end must not come before the start."))
    check_near(incentive.starts_on, at=at)
    if incentive.metric is not None and incentive.metric.pilot_id != incentive.pilot_id:
        raise Malformed(_("Choose a number of this pilot."))
    if incentive.group is not None and incentive.group.pilot_id != incentive.pilot_id:
        raise Malformed(_("Choose a group of this pilot."))
    _answer(incentive)
    _put_cost(incentive, incentive.cost, incentive.line)


def _answer(incentive: Incentive) -> None:
    warning = queries.warning_of(
        queries.planned(queries.metrics_of(incentive.pilot)),
        given_for=incentive.metric_id,
        texts=(incentive.what, incentive.why_fits),
    )
    if warning is None:
        incentive.despite, incentive.answered = "", []
        return
    if not incentive.despite:
        raise Malformed(warning_in_words(warning))
    incentive.answered = sorted(one.key for one in warning.guardrails)


def _put_cost(incentive: Incentive, cost: Decimal | None, line: BudgetLine | None) -> None:
    if cost is None:
        if line is not None:
            raise Malformed(_("Say how much of the line it takes."))
        incentive.cost, incentive.line = None, None
        return
    incentive.cost = check_amount(cost)
    if line is not None and line.request.pilot_id != incentive.pilot_id:
        raise Malformed(_("Choose a line of this pilot's budget."))
    incentive.line = line


def _check_paid(incentive: Incentive) -> None:
    """What costs money says so before the budget is decided on; planned later, it is paid from that budget."""
    if incentive.costs_money and incentive.line is None and not is_plan_open(incentive.pilot):
        raise Malformed(
            _("The budget is asked for already: say what it costs and which line of it pays.")
        )


def _save(incentive: Incentive) -> None:
    with constraints.explained({"incentive_within_line": lambda: _too_much(incentive)}):
        incentive.save()


def _too_much(incentive: Incentive) -> str:
    assert incentive.line is not None
    left = left_to_promise([incentive.line], but_offer=incentive.pk or 0)[incentive.line.pk]
    return _("“%(line)s” has %(left)s left beside what is promised or spent of it already.") % {
        "line": incentive.line.description,
        "left": money(max(left, Decimal(0))),
    }


def _lock(incentive: Incentive) -> None:
    workflow.lock(incentive.pilot)
    workflow.lock(incentive)


def _check_open(incentive: Incentive) -> None:
    if incentive.dropped_at is not None:
        raise Conflict(
            _("%(who)s took it back on %(when)s.")
            % {"who": incentive.dropped_by, "when": dates.moment_in_words(incentive.dropped_at)}
        )
