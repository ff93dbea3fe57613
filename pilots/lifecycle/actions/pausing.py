"""Pausing, holding for safety, and going on."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import dates, reasons
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from innovation.workflow.models import StateChange
from pilots.lifecycle import checklist, queries
from pilots.lifecycle.actions.life import move
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import HoldCause, Pilot, SafetyHold
from pilots.lifecycle.permissions import check_can_pause, check_can_resume, judges_safety, open_hold
from pilots.lifecycle.states import PilotStatus


@atomic
def pause(pilot: Pilot, *, reason: str, by: User, at: datetime) -> None:
    """Suspend; the pilot remembers from where. A pause by safety is held: safety lifts it. One of the
    team's, too, once safety says so."""
    workflow.lock(pilot)
    check_can_pause(by, pilot)
    if judges_safety(by, pilot):
        hold(pilot, cause=HoldCause.SAFETY, reason=reason, by=by, at=at)
        return
    _pause(pilot, reason=reason, by=by, at=at)


def _pause(pilot: Pilot, *, reason: str, by: User, at: datetime) -> None:
    move(
        pilot,
        "pause",
        by=by,
        at=at,
        reason=reason,
        fields={"paused_from": pilot.status},
        locked=True,
    )


@atomic
def hold(
    pilot: Pilot, *, cause: HoldCause, reason: str, by: User, at: datetime, tell: bool = True
) -> SafetyHold:
    """Pause the pilot, where it is not paused, until safety lifts it. Whoever calls it has asked whether
    `by` may. Those concerned are told, unless the caller tells them."""
    workflow.lock(pilot)
    held = open_hold(pilot)
    if held is not None:
        raise Conflict(
            _("%(cause)s: %(who)s made sure on %(when)s that only safety lets it go on.")
            % {
                "cause": held.get_cause_display(),
                "who": held.placed_by.name,
                "when": dates.moment_in_words(held.placed_at),
            }
        )
    reason = reasons.required(reason)
    pauses = pilot.status != PilotStatus.PAUSED
    if pauses:
        _pause(pilot, reason=reason, by=by, at=at)
    held = SafetyHold.objects.create(
        pilot=pilot, cause=cause, paused=pauses, reason=reason, placed_at=at, placed_by=by
    )
    if tell:
        notices.notify(
            [*queries.concerned(pilot), *queries.mentors_of(pilot)],
            kind="pilots",
            title=_("“%(pilot)s” is paused for safety") % {"pilot": pilot.title},
            text=_("%(who)s: “%(reason)s” A safety reviewer says when it may go on.")
            % {"who": by.name, "reason": reason},
            about=pilot,
            url=pilot.get_absolute_url(),
            at=at,
            but=by,
        )
    audit.record("pilot.held", pilot, by=by, at=at, cause=str(cause.label), reason=reason)
    return held


@atomic
def resume(pilot: Pilot, *, reason: str, by: User, at: datetime) -> StateChange | None:
    """Go on where it was paused, once nothing waits for an answer; a hold is lifted by it. None where the
    hold was laid on a pause of the team's own: that one stays, and is the lead's to end."""
    workflow.lock(pilot)
    check_can_resume(by, pilot)
    held = open_hold(pilot)
    if pilot.status == PilotStatus.PAUSED:
        missing = checklist.missing(checklist.checklist(pilot, Gate.RESUME))
        if missing:
            raise Refused(" ".join(check.sentence for check in missing))
    if held is not None:
        _lift(pilot, held, reason=reason, by=by, at=at)
    if held is not None and not held.paused:
        audit.record("pilot.released", pilot, by=by, at=at, reason=held.lifted_because)
        return None
    change = move(
        pilot,
        "resume",
        by=by,
        at=at,
        reason=reason,
        target=pilot.paused_from or None,
        fields={"paused_from": ""},
        locked=True,
    )
    if held is not None:
        audit.record("pilot.released", pilot, by=by, at=at, reason=held.lifted_because)
    return change


def _lift(pilot: Pilot, held: SafetyHold, *, reason: str, by: User, at: datetime) -> None:
    held.lifted_at, held.lifted_by, held.lifted_for = at, by, by.acting_for
    held.lifted_because = reasons.required(reason)
    held.save(update_fields=["lifted_at", "lifted_by", "lifted_for", "lifted_because"])
    title, text = _("“%(pilot)s” goes on"), _("%(who)s lifted the pause for safety: “%(reason)s”")
    if not held.paused:
        title = _("“%(pilot)s” may go on")
        text += " " + _("Its own pause from before stays; who leads it ends that one.")
    notices.notify(
        [*queries.concerned(pilot), held.placed_by],
        kind="pilots",
        title=title % {"pilot": pilot.title},
        text=text % {"who": by.name, "reason": held.lifted_because},
        about=pilot,
        url=pilot.get_absolute_url(),
        at=at,
        but=by,
    )
