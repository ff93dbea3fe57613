"""The verbs of scale plans: write, amend, and say yes to owning what was scaled."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, reasons
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import OUT_OF_USE, PilotStatus
from pilots.scaling import queries
from pilots.scaling.models import ScalePlan, ScalePlanAmendment
from pilots.scaling.permissions import (
    check_can_amend_plan,
    check_can_answer_asked,
    check_can_write_plan,
)
from pilots.scaling.queries import LABELS, TEXTS, PlanState


class PlanFields(TypedDict, total=False):
    """What is said of a plan; what is left out stays as it is."""

    owner: User | None
    running_cost: Decimal | None
    training: str
    integration: str
    taking_out: str


def check_whole(state: PlanState) -> None:
    """What is decided to scale has all five parts of its plan."""
    if not state.is_whole:
        raise Refused(
            _("Scaling takes the whole scale plan. Still missing: %(what)s")
            % {"what": " ".join(part.sentence for part in state.missing)}
        )


@atomic
def write(pilot: Pilot, *, by: User, at: datetime, **said: Unpack[PlanFields]) -> ScalePlan:
    """Keep what is known so far; each part by itself. Whoever is named as owner is asked."""
    workflow.lock(pilot)
    check_can_write_plan(by, pilot)
    plan = queries.plan_of(pilot).plan or ScalePlan(pilot=pilot)
    changed = _say(plan, said)
    if plan.pk is None or changed:
        with constraints.explained():
            plan.save()
    if changed:
        audit.record(
            "pilot.scale_plan_written",
            pilot,
            by=by,
            at=at,
            fields=", ".join(str(LABELS[name]) for name in changed),
        )
    if "owner" in said:
        _name_owner(plan, said["owner"], by=by, at=at)
    return plan


@atomic
def amend(
    pilot: Pilot, *, reason: str, by: User, at: datetime, **said: Unpack[PlanFields]
) -> ScalePlan:
    """Change what it was scaled on, with a reason; what was said before is kept. A new owner is asked,
    and until they say yes it is owned as before."""
    workflow.lock(pilot)
    plan = queries.plan_of(pilot).plan
    if plan is None:
        raise Refused(_("It was scaled without a plan."))
    plan.pilot = pilot
    check_can_amend_plan(by, plan)
    reason = reasons.required(reason)
    before = queries.kept(PlanState(pilot, plan))
    changed = _say(plan, said)
    if not queries.PlanState(pilot, plan).is_said:
        raise Malformed(_("No part of the plan is left empty once it was scaled."))
    owner = said.get("owner")
    if not changed and owner in (None, plan.owner, plan.asked):
        raise Malformed(_("Nothing is different from what the plan says."))
    if changed:
        plan.version += 1
        with constraints.explained():
            ScalePlanAmendment.objects.create(
                plan=plan,
                version=plan.version,
                before=before,
                after=queries.kept(PlanState(pilot, plan)),
                reason=reason,
                at=at,
                by=by,
            )
            plan.save()
        audit.record(
            "pilot.scale_plan_amended",
            pilot,
            by=by,
            at=at,
            version=plan.version,
            fields=", ".join(str(LABELS[name]) for name in changed),
            reason=reason,
        )
        _tell_of_amendment(plan, reason=reason, by=by, at=at)
    if owner is not None:
        _name_owner(plan, owner, by=by, at=at)
    return plan


@atomic
def answer(plan: ScalePlan, *, agrees: bool, words: str = "", by: User, at: datetime) -> ScalePlan:
    """Say yes or no to owning what a pilot tries, once it is scaled."""
    pilot = plan.pilot
    workflow.lock(pilot)
    plan.refresh_from_db()
    plan.pilot = pilot
    check_can_answer_asked(by, plan)
    if pilot.status in OUT_OF_USE:
        raise Refused(_("The pilot is over; there is nothing to own."))
    asker = plan.asked_by
    _settle(plan, agrees=agrees, by=by, at=at)
    notices.notify(
        {one for one in (asker, pilot.lead, pilot.sponsor) if one is not None},
        kind="scaling",
        title=(
            _("%(who)s will own what “%(pilot)s” tries")
            if agrees
            else _("%(who)s will not own what “%(pilot)s” tries")
        )
        % {"who": by.name, "pilot": pilot.title},
        text=visible(words),
        about=pilot,
        url=plan.get_absolute_url(),
        at=at,
        but=by,
    )
    return plan


def _settle(plan: ScalePlan, *, agrees: bool, by: User, at: datetime) -> None:
    pilot = plan.pilot
    if agrees:
        plan.owner = by
    plan.asked = plan.asked_by = plan.asked_at = None
    plan.save(update_fields=["owner", "asked", "asked_by", "asked_at"])
    if agrees and pilot.status == PilotStatus.SCALED:
        lifecycle.hand_on(pilot, owner=by)
    if agrees:
        audit.record("pilot.owner_agreed", pilot, by=by, at=at)
    else:
        audit.record("pilot.owner_declined", pilot, by=by, at=at)


def _say(plan: ScalePlan, said: PlanFields) -> list[str]:
    """Put what was said on the plan; which parts are different now."""
    cost = said.get("running_cost")
    if cost is not None and cost < 0:
        raise Malformed(_("What it costs a year is not below zero."))
    changed = []
    for name in ("running_cost", *TEXTS):
        if name not in said:
            continue
        value = said[name]  # type: ignore[literal-required]
        value = visible(value) if isinstance(value, str) else value
        if getattr(plan, name) != value:
            setattr(plan, name, value)
            changed.append(name)
    return changed


def _name_owner(plan: ScalePlan, person: User | None, *, by: User, at: datetime) -> None:
    """Ask them; who names themselves has said yes."""
    pilot = plan.pilot
    if person is None or person in (plan.owner, plan.asked):
        return
    if not queries.may_own(pilot).filter(Q(pk=person.pk)).exists():
        raise Malformed(
            _("%(who)s does not see the pilots of %(unit)s, and cannot own what one tries.")
            % {"who": person.name, "unit": pilot.unit.name}
        )
    plan.asked, plan.asked_by, plan.asked_at = person, by, at
    plan.save(update_fields=["asked", "asked_by", "asked_at"])
    if person == by:
        _settle(plan, agrees=True, by=by, at=at)
        return
    audit.record(
        "pilot.owner_asked", pilot, by=by, at=at, also=(person,), person=audit.named(person)
    )
    notices.notify(
        [person],
        kind="scaling",
        title=_("%(by)s asks you to own what “%(pilot)s” tries")
        % {"by": by.name, "pilot": pilot.title},
        text=_("If it is scaled, you answer for it from then on: its cost, its use, its alarms."),
        about=pilot,
        url=reverse("pilots:scale-plan-answer", args=[pilot.pk]),
        at=at,
        but=by,
    )


def _tell_of_amendment(plan: ScalePlan, *, reason: str, by: User, at: datetime) -> None:
    pilot = plan.pilot
    notices.notify(
        {one for one in (plan.owner, pilot.sponsor, pilot.lead) if one is not None},
        kind="scaling",
        title=_("The plan that “%(pilot)s” was scaled on was amended") % {"pilot": pilot.title},
        text=reason,
        about=pilot,
        url=plan.get_absolute_url(),
        at=at,
        but=by,
    )
