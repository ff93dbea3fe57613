"""The verbs of the register of risks. None is deleted: it is looked at again, or closed with a reason."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import dates, reasons
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import may_own_blockers
from pilots.risks.models import PilotRisk, RiskLook
from pilots.risks.permissions import check_can_look, check_can_record
from pilots.risks.rating import RiskChance, RiskWeight

# More than anybody keeps an eye on.
MOST = 100


@atomic
def record(
    pilot: Pilot,
    *,
    what: str,
    weight: int,
    chance: int,
    owner: User,
    look_on: date,
    by: User,
    at: datetime,
    done: str = "",
) -> PilotRisk:
    """Write down what could happen, who keeps an eye on it and when to look again."""
    workflow.lock(pilot)
    check_can_record(by, pilot)
    what = visible(what)
    if not what:
        raise Malformed(_("Say what could happen."))
    _check_seen(pilot, weight, chance, owner, look_on, at=at)
    if PilotRisk.objects.filter(pilot=pilot, closed_at=None).count() >= MOST:
        raise Refused(_("%(n)s risks are open. Close some first.") % {"n": MOST})
    made = PilotRisk.objects.create(
        pilot=pilot,
        what=what,
        weight=weight,
        chance=chance,
        done=visible(done),
        owner=owner,
        look_on=look_on,
        by=by,
        at=at,
    )
    _keep_look(made, by=by, at=at)
    audit.record(
        "risk.recorded",
        made,
        by=by,
        at=at,
        also=[pilot, owner],
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        rated=made.rated,
        owner=audit.named(owner),
    )
    _tell_owner(made, by=by, at=at)
    return made


@atomic
def look_again(
    risk: PilotRisk,
    *,
    weight: int,
    chance: int,
    owner: User,
    look_on: date,
    by: User,
    at: datetime,
    done: str = "",
) -> PilotRisk:
    """Say how it is seen now, and when to look next; how it was seen before stays."""
    _lock_open(risk, by=by)
    _check_seen(risk.pilot, weight, chance, owner, look_on, at=at)
    handed = owner != risk.owner
    risk.weight, risk.chance, risk.done = weight, chance, visible(done)
    risk.owner, risk.look_on = owner, look_on
    risk.save(update_fields=["weight", "chance", "done", "owner", "look_on"])
    _keep_look(risk, by=by, at=at)
    audit.record(
        "risk.looked_at",
        risk,
        by=by,
        at=at,
        also=[risk.pilot],
        unit_id=risk.pilot.unit_id,
        pilot=audit.named(risk.pilot),
        rated=risk.rated,
        next=look_on,
    )
    if handed:
        _tell_owner(risk, by=by, at=at)
    return risk


@atomic
def close(risk: PilotRisk, *, reason: str, by: User, at: datetime) -> PilotRisk:
    """It cannot happen any more, or it has happened."""
    _lock_open(risk, by=by)
    risk.closed_because = reasons.required(reason)
    risk.closed_at, risk.closed_by = at, by
    risk.save(update_fields=["closed_because", "closed_at", "closed_by"])
    audit.record(
        "risk.closed",
        risk,
        by=by,
        at=at,
        also=[risk.pilot],
        unit_id=risk.pilot.unit_id,
        pilot=audit.named(risk.pilot),
        reason=risk.closed_because,
    )
    return risk


def _lock_open(risk: PilotRisk, *, by: User) -> None:
    workflow.lock(risk.pilot)
    workflow.lock(risk)
    check_can_look(by, risk)
    if risk.closed_at is not None:
        raise Conflict(
            _("%(who)s closed it on %(when)s.")
            % {"who": risk.closed_by, "when": dates.moment_in_words(risk.closed_at)}
        )


def _check_seen(
    pilot: Pilot, weight: int, chance: int, owner: User, look_on: date, *, at: datetime
) -> None:
    if weight not in RiskWeight.values or chance not in RiskChance.values:
        raise Malformed(_("Say how bad it would be and how likely it is."))
    if look_on <= dates.day_of(at):
        raise Malformed(_("Look again on a day that is still to come."))
    check_near(look_on, at=at)
    if not may_own_blockers(pilot).filter(pk=owner.pk).exists():
        raise Malformed(
            _("%(who)s is not on the team, nor its sponsor, nor in the innovation office.")
            % {"who": owner.name}
        )


def _keep_look(risk: PilotRisk, *, by: User, at: datetime) -> None:
    RiskLook.objects.create(
        risk=risk,
        weight=risk.weight,
        chance=risk.chance,
        done=risk.done,
        owner=risk.owner,
        look_on=risk.look_on,
        by=by,
        at=at,
    )


def _tell_owner(risk: PilotRisk, *, by: User, at: datetime) -> None:
    notices.notify(
        [risk.owner],
        kind="pilots",
        title=_("You keep an eye on a risk of “%s”") % risk.pilot.title,
        text=_("%(what)s Look again on %(day)s.")
        % {"what": risk.what, "day": dates.day_in_words(risk.look_on)},
        about=risk.pilot,
        url=risk.get_absolute_url(),
        at=at,
        but=by,
    )
