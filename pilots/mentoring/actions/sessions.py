"""What a mentor and a team spoke of, and what they agreed to do. The log says that they met, and no word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Conflict, Malformed
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.mentoring import queries
from pilots.mentoring.actions.telling import tell
from pilots.mentoring.models import MentoringSession, Mentorship, NextStep
from pilots.mentoring.permissions import check_can_finish, check_can_write_session

# Nobody remembers in spring what was said in autumn.
LONG_AGO = timedelta(days=92)
MOST_STEPS = 5


@dataclass(frozen=True)
class GivenStep:
    """A next step as it was agreed: what, who, by when."""

    what: str
    who: User
    due_on: date


@atomic
def write_session(
    mentorship: Mentorship,
    *,
    held_on: date,
    spoken_of: str,
    steps: Sequence[GivenStep] = (),
    by: User,
    at: datetime,
) -> MentoringSession:
    """Write down when they met, what they spoke of and who does what by when. The other side is told that
    it is there."""
    workflow.lock(mentorship.pilot)
    mentorship.refresh_from_db(fields=["answer", "ended_at"])
    check_can_write_session(by, mentorship)
    spoken_of = visible(spoken_of)
    if not spoken_of:
        raise Malformed(_("Say in a few words what you spoke of."))
    today = dates.day_of(at)
    if held_on > today:
        raise Malformed(_("Write it down once you have met."))
    if held_on < today - LONG_AGO:
        raise Malformed(_("That is more than three months ago. Write down the last time you met."))
    _check_steps(mentorship, steps, at=at)
    made = MentoringSession.objects.create(
        mentorship=mentorship, held_on=held_on, spoken_of=spoken_of, by=by, at=at
    )
    NextStep.objects.bulk_create(
        NextStep(session=made, what=visible(one.what), who=one.who, due_on=one.due_on)
        for one in steps
    )
    audit.record(
        "mentorship.session_held",
        mentorship,
        by=by,
        at=at,
        also=(mentorship.pilot, mentorship.person),
        unit_id=mentorship.pilot.unit_id,
        pilot=audit.named(mentorship.pilot),
        person=audit.named(mentorship.person),
        on=held_on,
    )
    tell(
        [mentorship.person, mentorship.pilot.lead, *(one.who for one in steps)],
        mentorship,
        _("%(by)s wrote down what you spoke of for “%(pilot)s”"),
        by=by,
        at=at,
    )
    return made


@atomic
def finish(step: NextStep, *, by: User, at: datetime) -> NextStep:
    """It is done."""
    mentorship = step.session.mentorship
    workflow.lock(mentorship.pilot)
    workflow.lock(step)
    check_can_finish(by, step)
    if step.done_at is not None:
        raise Conflict(_("It was done already."))
    step.done_at, step.done_by = at, by
    step.save(update_fields=["done_at", "done_by"])
    audit.record(
        "mentorship.step_done",
        mentorship,
        by=by,
        at=at,
        also=(mentorship.pilot,),
        unit_id=mentorship.pilot.unit_id,
        pilot=audit.named(mentorship.pilot),
        person=audit.named(mentorship.person),
    )
    return step


def _check_steps(mentorship: Mentorship, steps: Sequence[GivenStep], *, at: datetime) -> None:
    if len(steps) > MOST_STEPS:
        raise Malformed(_("%(n)s next steps are enough for one time.") % {"n": MOST_STEPS})
    may_do = set(queries.may_do_steps(mentorship).values_list("pk", flat=True)) if steps else set()
    for one in steps:
        if not visible(one.what):
            raise Malformed(_("Say what the next step is."))
        if one.who.pk not in may_do:
            raise Malformed(
                _("%(who)s is neither on the team nor its mentor.") % {"who": one.who.name}
            )
        if one.due_on < dates.day_of(at):
            raise Malformed(_("The day of a next step lies in the past."))
        check_near(one.due_on, at=at)
