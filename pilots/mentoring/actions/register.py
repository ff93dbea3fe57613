"""Saying that one would mentor, in what and how many pilots at once; pausing, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import constraints
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle.models import Pilot
from pilots.mentoring import queries
from pilots.mentoring import skills as known_skills
from pilots.mentoring.actions.asking import decline
from pilots.mentoring.models import Mentor, Mentorship
from pilots.mentoring.models.register import MOST_ROOM
from pilots.mentoring.permissions import check_can_offer


@atomic
def offer(
    *, skills: Iterable[str], room_for: int, line: str = "", by: User, at: datetime
) -> Mentor:
    """Say that one would mentor, or what changed of it. Whoever had taken it back is in the register again."""
    check_can_offer(by)
    chosen = known_skills.known(skills)
    if not chosen:
        raise Malformed(_("Choose at least one thing that you can help with."))
    if not 1 <= room_for <= MOST_ROOM:
        raise Malformed(_("Say for how many pilots at once: 1 to %(most)s.") % {"most": MOST_ROOM})
    _lock_oneself(by)
    known = queries.entry_of(by)
    said = {"skills": chosen, "line": visible(line), "room_for": room_for}
    with constraints.explained({"mentor_room_holds": lambda: _mentors_more(by)}):
        if known is None:
            made = Mentor.objects.create(person=by, offered_at=at, **said)
        else:
            made = known
            for name, value in said.items():
                setattr(made, name, value)
            if made.withdrawn_at is not None:
                made.offered_at, made.withdrawn_at, made.paused_at = at, None, None
            made.save(update_fields=[*said, "offered_at", "withdrawn_at", "paused_at"])
    audit.record(
        "mentor.offered",
        made,
        by=by,
        at=at,
        also=(by,),
        unit_id=by.unit_id,
        skills=", ".join(made.skills_in_words),
        room=room_for,
    )
    return made


@atomic
def pause(mentor: Mentor, *, by: User, at: datetime) -> Mentor:
    """Take no further pilot for now. Those that one mentors go on."""
    _lock_own(mentor, by=by)
    if mentor.paused_at is not None:
        raise Conflict(_("You take no further pilot already."))
    mentor.paused_at = at
    mentor.save(update_fields=["paused_at"])
    audit.record("mentor.paused", mentor, by=by, at=at, also=(by,), unit_id=by.unit_id)
    return mentor


@atomic
def go_on(mentor: Mentor, *, by: User, at: datetime) -> Mentor:
    """Be asked again."""
    _lock_own(mentor, by=by)
    if mentor.paused_at is None:
        raise Conflict(_("You can be asked already."))
    mentor.paused_at = None
    mentor.save(update_fields=["paused_at"])
    audit.record("mentor.went_on", mentor, by=by, at=at, also=(by,), unit_id=by.unit_id)
    return mentor


@atomic
def withdraw(mentor: Mentor, *, by: User, at: datetime) -> Mentor:
    """Leave the register. What one was asked for is declined; whom one mentors, one mentors until it is ended."""
    check_can_offer(by)
    asked = list(Mentorship.objects.asked().filter(person=mentor.person_id).for_list())
    for one in sorted({request.pilot_id for request in asked}):
        workflow.lock(Pilot.objects.get(pk=one))  # pilots first, everywhere, and in one order
    _lock_own(mentor, by=by)
    mentor.withdrawn_at, mentor.paused_at = at, None
    mentor.save(update_fields=["withdrawn_at", "paused_at"])
    audit.record("mentor.withdrew", mentor, by=by, at=at, also=(by,), unit_id=by.unit_id)
    for request in asked:
        decline(request, by=by, at=at)
    return mentor


def _lock_oneself(by: User) -> None:
    """How many pilots somebody mentors is counted under their own row's lock. Whoever asks is a lazy one."""
    workflow.lock(User.objects.get(pk=by.pk))


def _lock_own(mentor: Mentor, *, by: User) -> None:
    _lock_oneself(by)
    workflow.lock(mentor)
    check_can_offer(by)
    if mentor.person_id != by.pk:
        raise Refused(_("Whether somebody mentors is theirs to say."))
    if mentor.withdrawn_at is not None:
        raise Conflict(_("You are not in the register."))


def _mentors_more(person: User) -> str:
    n = queries.load(person)
    return ngettext(
        "You mentor %(n)s pilot now. End it first, or pause if you take no further one.",
        "You mentor %(n)s pilots now. End one first, or pause if you take no further one.",
        n,
    ) % {"n": n}
