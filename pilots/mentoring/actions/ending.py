"""Ending a mentoring: as easy as it began, by either side, and said to the other."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Model
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.refusal import Conflict
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle import actions as lifecycle
from pilots.mentoring.actions.telling import tell, who_leads
from pilots.mentoring.models import Mentor, Mentorship, MentorshipAnswer
from pilots.mentoring.permissions import check_can_end, check_goes_on
from pilots.staffing.models import Allocation

CLOCK = audit.System("Mentoring")
AT_ONCE = 100


@atomic
def end(mentorship: Mentorship, *, words: str = "", by: User, at: datetime) -> Mentorship:
    """It is over, with or without a word. They stay known as one who had a part in the pilot."""
    _lock(mentorship)
    check_can_end(by, mentorship)
    check_goes_on(mentorship.pilot)
    if not mentorship.is_standing:
        raise Conflict(_("It was ended already, or never began."))
    _finish(mentorship, words, by=by, at=at)
    audit.record(
        "mentorship.ended",
        mentorship,
        by=by,
        at=at,
        also=(mentorship.pilot, mentorship.person),
        unit_id=mentorship.pilot.unit_id,
        pilot=audit.named(mentorship.pilot),
        person=audit.named(mentorship.person),
    )
    tell(
        [mentorship.person, *who_leads(mentorship.pilot)],
        mentorship,
        _("%(person)s mentors “%(pilot)s” no longer"),
        text=mentorship.last_words,
        by=by,
        at=at,
    )
    return mentorship


def end_of_leavers(*, at: datetime) -> int:
    """Whoever has left mentors nobody any more, and is asked for nothing: who leads is told. How many."""
    left = Mentorship.objects.filter(person__is_active=False)
    found = (left.standing() | left.asked()).for_list().order_by("pk")[:AT_ONCE]
    ended = sum(_end_of_leaver(one, at=at) for one in list(found))
    Mentor.objects.filter(person__is_active=False, withdrawn_at=None).update(
        withdrawn_at=at, paused_at=None
    )
    return ended


@atomic
def _end_of_leaver(mentorship: Mentorship, *, at: datetime) -> bool:
    """One in a transaction: pilots are locked before people, and never after. Whether there was still one."""
    _lock(mentorship)
    # Who was asked and had not said yes is not named in the pilot's history.
    also: list[Model] = [mentorship.person]
    if not mentorship.is_asked:
        also.append(mentorship.pilot)
    if mentorship.is_asked:
        mentorship.answer, mentorship.answered_at = MentorshipAnswer.WITHDRAWN, at
        mentorship.save(update_fields=["answer", "answered_at"])
    elif mentorship.is_standing:
        _finish(mentorship, "", by=None, at=at)
    else:
        return False
    audit.record(
        "mentorship.left",
        mentorship,
        by=CLOCK,
        at=at,
        also=also,
        unit_id=mentorship.pilot.unit_id,
        pilot=audit.named(mentorship.pilot),
        person=audit.named(mentorship.person),
    )
    tell(
        who_leads(mentorship.pilot),
        mentorship,
        _("%(person)s has left and does not mentor “%(pilot)s”"),
        text=_("Somebody else can be asked on the pilot's page."),
        by=None,
        at=at,
    )
    return True


def _lock(mentorship: Mentorship) -> None:
    workflow.lock(mentorship.pilot)
    workflow.lock(mentorship.person)
    mentorship.refresh_from_db(fields=["answer", "answered_at", "ended_at"])


def _finish(mentorship: Mentorship, words: str, *, by: User | None, at: datetime) -> None:
    pilot, person = mentorship.pilot, mentorship.person
    gives_time = Allocation.objects.filter(pilot=pilot, person=person).exists()
    lifecycle.accompany_no_longer(pilot, person=person, stays=gives_time)
    mentorship.ended_at, mentorship.ended_by = at, by
    mentorship.last_words = visible(words)
    mentorship.save(update_fields=["ended_at", "ended_by", "last_words"])
