"""PDSA cycles: predicted, done, and closed with what was seen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.adoption.models import PdsaCycle, PdsaDecision
from pilots.adoption.permissions import check_can_plan_change
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric

MOST_CYCLES = 100


@atomic
def plan_cycle(
    pilot: Pilot,
    *,
    question: str,
    prediction: str,
    plan: str,
    starts_on: date,
    by: User,
    at: datetime,
    metric: Metric | None = None,
) -> PdsaCycle:
    """Say what is asked, what is predicted, and what is tried."""
    workflow.lock(pilot)
    check_can_plan_change(by, pilot)
    said = _checked(pilot, question, prediction, plan, starts_on, metric, at=at)
    if PdsaCycle.objects.filter(pilot=pilot).count() >= MOST_CYCLES:
        raise Refused(_("A pilot has %(n)s cycles at the most.") % {"n": MOST_CYCLES})
    cycle = PdsaCycle.objects.create(pilot=pilot, by=by, at=at, **said)
    _record("pdsa.planned", cycle, by=by, at=at)
    return cycle


@atomic
def change_cycle(
    cycle: PdsaCycle,
    *,
    question: str,
    prediction: str,
    plan: str,
    starts_on: date,
    by: User,
    at: datetime,
    metric: Metric | None = None,
) -> PdsaCycle:
    """Ask or predict otherwise, as long as no result is in; the former words stay in the log."""
    _lock(cycle, by=by)
    said = _checked(cycle.pilot, question, prediction, plan, starts_on, metric, at=at)
    before = cycle.prediction
    for name, value in said.items():
        setattr(cycle, name, value)
    cycle.save(update_fields=list(said))
    _record(
        "pdsa.changed",
        cycle,
        by=by,
        at=at,
        changed={"prediction": [audit.as_text(before), audit.as_text(cycle.prediction)]},
    )
    return cycle


@atomic
def say_cycle_done(cycle: PdsaCycle, *, done: str, by: User, at: datetime) -> PdsaCycle:
    """What was done in fact, and what was noticed on the way."""
    _lock(cycle, by=by)
    done = visible(done)
    if not done:
        raise Malformed(_("Say what was done."))
    cycle.done = done
    cycle.save(update_fields=["done"])
    _record("pdsa.done", cycle, by=by, at=at)
    return cycle


@atomic
def close_cycle(
    cycle: PdsaCycle,
    *,
    result: str,
    decision: str,
    next_step: str = "",
    by: User,
    at: datetime,
) -> PdsaCycle:
    """What was seen beside what was predicted, and what follows: adapt, adopt or abandon. It stays so."""
    _lock(cycle, by=by)
    if not cycle.done:
        raise Refused(_("Say first what was done."))
    result = visible(result)
    if not result:
        raise Malformed(_("Say what was seen."))
    if decision not in PdsaDecision.values:
        raise Malformed(_("Choose what follows: adapt, adopt or abandon."))
    cycle.result, cycle.decision, cycle.next_step = result, decision, visible(next_step)
    cycle.closed_at, cycle.closed_by = at, by
    cycle.save(update_fields=["result", "decision", "next_step", "closed_at", "closed_by"])
    _record("pdsa.closed", cycle, by=by, at=at, decision=str(cycle.get_decision_display()))
    return cycle


def _lock(cycle: PdsaCycle, *, by: User) -> None:
    workflow.lock(cycle.pilot)
    workflow.lock(cycle)
    check_can_plan_change(by, cycle.pilot)
    if cycle.closed_at is not None:
        raise Conflict(
            _("Its result is in: %(decision)s. What was predicted stays.")
            % {"decision": cycle.get_decision_display()}
        )


def _checked(
    pilot: Pilot,
    question: str,
    prediction: str,
    plan: str,
    starts_on: date,
    metric: Metric | None,
    *,
    at: datetime,
) -> dict[str, Any]:
    said = {"question": visible(question), "prediction": visible(prediction), "plan": visible(plan)}
    if not all(said.values()):
        raise Malformed(_("Say what is asked, what is predicted, and what is tried."))
    if metric is not None and metric.pilot_id != pilot.pk:
        raise Malformed(_("“%(metric)s” belongs to another pilot.") % {"metric": metric.name})
    check_near(starts_on, at=at)
    return {**said, "starts_on": starts_on, "metric": metric}


def _record(event: str, cycle: PdsaCycle, /, *, by: User, at: datetime, **said: object) -> None:
    audit.record(
        event,
        cycle,
        by=by,
        at=at,
        also=[cycle.pilot] if cycle.metric is None else [cycle.pilot, cycle.metric],
        unit_id=cycle.pilot.unit_id,
        pilot=audit.named(cycle.pilot),
        **said,
    )
