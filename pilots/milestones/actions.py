"""The verbs of milestones. None is deleted: it is reached, moved, or dropped, and says how or why."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import dates, reasons
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle.models import Pilot
from pilots.milestones.models import Milestone, MilestoneEnd, MilestoneMove
from pilots.milestones.permissions import check_can_keep

# More than anybody steers by.
MOST = 60


@atomic
def add(pilot: Pilot, *, what: str, due_on: date, by: User, at: datetime) -> Milestone:
    """Say what is to be reached by when."""
    workflow.lock(pilot)
    check_can_keep(by, pilot)
    what = visible(what)
    if not what:
        raise Malformed(_("Say what is to be reached."))
    if due_on < dates.day_of(at):
        raise Malformed(_("Give a day that is still to come."))
    check_near(due_on, at=at)
    if Milestone.objects.filter(pilot=pilot).count() >= MOST:
        raise Refused(_("A pilot has %(n)s milestones at the most.") % {"n": MOST})
    made = Milestone.objects.create(pilot=pilot, what=what, due_on=due_on, by=by, at=at)
    audit.record(
        "milestone.added",
        made,
        by=by,
        at=at,
        also=[pilot],
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        due=due_on,
    )
    return made


@atomic
def reach(milestone: Milestone, *, on: date, note: str, by: User, at: datetime) -> Milestone:
    """It was reached on this day, and this is how it went."""
    _open(milestone, by=by)
    if on > dates.day_of(at):
        raise Malformed(_("Say so on the day it happens, or afterwards."))
    _end(milestone, MilestoneEnd.DONE, on=on, note=note, by=by, at=at)
    audit.record(
        "milestone.reached",
        milestone,
        by=by,
        at=at,
        also=[milestone.pilot],
        unit_id=milestone.pilot.unit_id,
        pilot=audit.named(milestone.pilot),
        on=on,
    )
    return milestone


@atomic
def drop(milestone: Milestone, *, reason: str, by: User, at: datetime) -> Milestone:
    """It is not to be reached any more."""
    _open(milestone, by=by)
    _end(milestone, MilestoneEnd.DROPPED, on=dates.day_of(at), note=reason, by=by, at=at)
    audit.record(
        "milestone.dropped",
        milestone,
        by=by,
        at=at,
        also=[milestone.pilot],
        unit_id=milestone.pilot.unit_id,
        pilot=audit.named(milestone.pilot),
        reason=milestone.note,
    )
    return milestone


@atomic
def move(
    milestone: Milestone, *, due_on: date, reason: str, by: User, at: datetime
) -> MilestoneMove:
    """Another day, and why; the former one stays with it."""
    _open(milestone, by=by)
    reason = reasons.required(reason)
    if due_on < dates.day_of(at):
        raise Malformed(_("Give a day that is still to come."))
    check_near(due_on, at=at)
    if due_on == milestone.due_on:
        raise Malformed(_("It is due on that day already."))
    moved = MilestoneMove.objects.create(
        milestone=milestone, before=milestone.due_on, after=due_on, reason=reason, by=by, at=at
    )
    milestone.due_on = due_on
    milestone.save(update_fields=["due_on"])
    audit.record(
        "milestone.moved",
        milestone,
        by=by,
        at=at,
        also=[milestone.pilot],
        unit_id=milestone.pilot.unit_id,
        pilot=audit.named(milestone.pilot),
        before=moved.before,
        due=due_on,
        reason=reason,
    )
    return moved


def _open(milestone: Milestone, *, by: User) -> None:
    workflow.lock(milestone.pilot)
    workflow.lock(milestone)
    check_can_keep(by, milestone.pilot)
    if milestone.end:
        raise Conflict(
            _("“%(what)s” was ended already: %(how)s.")
            % {"what": milestone.what, "how": milestone.get_end_display()}
        )


def _end(
    milestone: Milestone, end: MilestoneEnd, *, on: date, note: str, by: User, at: datetime
) -> None:
    milestone.end, milestone.note = end, reasons.required(note)
    milestone.ended_on, milestone.ended_by, milestone.ended_at = on, by, at
    milestone.save(update_fields=["end", "note", "ended_on", "ended_by", "ended_at"])
