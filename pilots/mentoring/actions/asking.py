"""Asking somebody to mentor a pilot, and their own answer.

Until their yes nothing changes for them. By it they are on the team as its mentor: they see it, and decide
on nothing of it, now or later.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Model
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import constraints, reasons
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import is_under_decision
from pilots.mentoring import queries
from pilots.mentoring import skills as known_skills
from pilots.mentoring.actions.telling import tell, who_leads
from pilots.mentoring.models import Mentorship, MentorshipAnswer
from pilots.mentoring.permissions import (
    check_can_answer,
    check_can_ask,
    check_can_take_back,
    check_goes_on,
)


@atomic
def ask(
    pilot: Pilot,
    *,
    person: User,
    skills: Iterable[str] = (),
    why: str,
    by: User,
    at: datetime,
) -> Mentorship:
    """Ask somebody of the register to mentor the pilot, and say what for."""
    workflow.lock(pilot)
    check_can_ask(by, pilot)
    _check_may_be_asked(person)
    _check_fits(pilot, person)
    with constraints.explained(
        {
            "mentorship_once_a_pilot": _("%(person)s is asked already, or mentors this pilot.")
            % {"person": person.name},
            "mentorship_asked_by_another": _("You cannot mentor what you ask for."),
        }
    ):
        made = Mentorship.objects.create(
            pilot=pilot,
            person=person,
            skills=known_skills.known(skills),
            why=reasons.required(why),
            asked_by=by,
            asked_at=at,
        )
    _record("mentorship.asked", made, by=by, at=at)
    tell([person], made, _("%(by)s asks you to mentor “%(pilot)s”"), text=made.why, by=by, at=at)
    return made


@atomic
def accept(mentorship: Mentorship, *, words: str = "", by: User, at: datetime) -> Mentorship:
    """One's own yes, by which one is on the team as its mentor. Not while somebody decides on the pilot."""
    pilot = _locked(mentorship)
    person = mentorship.person
    check_can_answer(by, mentorship)
    check_goes_on(pilot)
    if is_under_decision(pilot):
        raise Refused(
            _("Somebody decides on the pilot now, and its team stays as it is. Say yes after that.")
        )
    entry = queries.entry_of(person)
    if entry is None or entry.withdrawn_at is not None:
        raise Refused(_("You are not in the register of mentors any more. Offer it there first."))
    _check_fits(pilot, person)
    with constraints.explained(
        {
            "mentorship_within_room": lambda: _no_room(person),
            "mentorship_from_outside": _("You have a part in this pilot, or judged it."),
        }
    ):
        _settle(mentorship, MentorshipAnswer.ACCEPTED, words, at=at)
        lifecycle.accompany(pilot, person=person, at=at)
    _record("mentorship.accepted", mentorship, by=by, at=at, also=[pilot])
    tell(
        [mentorship.asked_by, *who_leads(pilot)],
        mentorship,
        _("%(person)s mentors “%(pilot)s”"),
        text=mentorship.words,
        by=by,
        at=at,
    )
    return mentorship


@atomic
def decline(mentorship: Mentorship, *, words: str = "", by: User, at: datetime) -> Mentorship:
    """One's own no, with or without a word why."""
    pilot = _locked(mentorship)
    check_can_answer(by, mentorship)
    _settle(mentorship, MentorshipAnswer.DECLINED, words, at=at)
    _record("mentorship.declined", mentorship, by=by, at=at)
    tell(
        [mentorship.asked_by, *who_leads(pilot)],
        mentorship,
        _("%(person)s does not mentor “%(pilot)s”"),
        text=mentorship.words,
        by=by,
        at=at,
    )
    return mentorship


@atomic
def take_back(mentorship: Mentorship, *, by: User, at: datetime) -> Mentorship:
    """Ask no longer. Whoever was asked is told."""
    _locked(mentorship)
    check_can_take_back(by, mentorship)
    _settle(mentorship, MentorshipAnswer.WITHDRAWN, "", at=at)
    _record("mentorship.withdrawn", mentorship, by=by, at=at)
    tell(
        [mentorship.person],
        mentorship,
        _("You are not asked any more to mentor “%(pilot)s”"),
        by=by,
        at=at,
    )
    return mentorship


def _check_may_be_asked(person: User) -> None:
    entry = queries.entry_of(person)
    if entry is None or entry.withdrawn_at is not None or not person.is_active:
        raise Refused(_("%(person)s is not in the register of mentors.") % {"person": person.name})
    if entry.paused_at is not None:
        raise Refused(
            _("%(person)s takes no further pilot at the moment.") % {"person": person.name}
        )
    if queries.load(person) >= entry.room_for:
        raise Conflict(_no_room(person))


def _check_fits(pilot: Pilot, person: User) -> None:
    """Whoever has another part in the pilot, or judged it, does not mentor it."""
    why = queries.conflict(pilot, person)
    if why:
        raise Refused(why)


def _no_room(person: User) -> str:
    entry = queries.entry_of(person)
    return _("%(person)s mentors %(n)s of %(room)s pilots already: there is no room now.") % {
        "person": person.name,
        "n": queries.load(person),
        "room": 0 if entry is None else entry.room_for,
    }


def _locked(mentorship: Mentorship) -> Pilot:
    """The pilot, with its lock and the person's, where nobody has answered meanwhile."""
    pilot = mentorship.pilot
    workflow.lock(pilot)
    workflow.lock(mentorship.person)
    mentorship.refresh_from_db(fields=["answer", "answered_at"])
    if mentorship.answer:
        raise Conflict(
            _("This was answered already: %(answer)s.")
            % {"answer": mentorship.get_answer_display()}
        )
    return pilot


def _settle(mentorship: Mentorship, answer: MentorshipAnswer, words: str, *, at: datetime) -> None:
    mentorship.answer, mentorship.answered_at, mentorship.words = answer, at, visible(words)
    mentorship.save(update_fields=["answer", "answered_at", "words"])


def _record(
    event_type: str,
    mentorship: Mentorship,
    /,
    *,
    by: User,
    at: datetime,
    also: Iterable[Model] = (),
) -> None:
    """In the pilot's history only where `also` has it: all who see the pilot read that, and that somebody was
    asked, or said no, is between them and who asked."""
    audit.record(
        event_type,
        mentorship,
        by=by,
        at=at,
        also=(*also, mentorship.person),
        unit_id=mentorship.pilot.unit_id,
        pilot=audit.named(mentorship.pilot),
        person=audit.named(mentorship.person),
    )
