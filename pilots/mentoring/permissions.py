"""Who offers to mentor, who asks, who answers, and who reads what was spoken of."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_lead, works_on
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED
from pilots.mentoring.models import Mentorship, NextStep
from pilots.mentoring.room import MentoringPermission


def check_can_offer(user: User) -> None:
    """For oneself alone: nobody is a mentor by what somebody else says."""
    if user.acting_for is not None:
        raise NotAllowed(
            _("Whether %(name)s would mentor is theirs to say. Stop acting for them first.")
            % {"name": user.acting_for.name}
        )
    if not user.may(MentoringPermission.OFFER):
        raise NotAllowed(_("None of your roles lets you be a mentor. Ask an administrator."))


can_offer = derive(check_can_offer)


def check_can_ask(user: User, pilot: Pilot) -> None:
    """The lead and the office, while the pilot goes on."""
    check_can_lead(user, pilot)
    check_goes_on(pilot)


can_ask = derive(check_can_ask)


def check_goes_on(pilot: Pilot) -> None:
    if pilot.status in ENDED:
        raise Refused(_("The pilot is over, and its mentoring with it."))


def check_can_answer(user: User, mentorship: Mentorship) -> None:
    """Only who is asked, and nobody who acts for them: a yes is one's own."""
    if user.pk != mentorship.person_id or user.acting_for is not None:
        raise NotAllowed(_("This is asked of %(person)s.") % {"person": mentorship.person.name})


can_answer = derive(check_can_answer)


def check_can_take_back(user: User, mentorship: Mentorship) -> None:
    """Who asked, the lead and the office."""
    if user.pk != mentorship.asked_by_id:
        check_can_lead(user, mentorship.pilot)


can_take_back = derive(check_can_take_back)


def check_can_end(user: User, mentorship: Mentorship) -> None:
    """Either side, at any time: the mentor, and the lead or the office."""
    if user.pk == mentorship.person_id and user.acting_for is None:
        return
    check_can_lead(user, mentorship.pilot)


can_end = derive(check_can_end)


def reads(user: User, mentorship: Mentorship) -> bool:
    """Whether they read why somebody is asked and what they answered: as `MentorshipQuerySet.visible_to`."""
    return (
        user.pk in (mentorship.person_id, mentorship.asked_by_id)
        or works_on(user, mentorship.pilot)
        or user.may(PilotsPermission.OPEN, mentorship.pilot.unit_id)
    )


def check_reads_sessions(user: User, mentorship: Mentorship) -> None:
    """The mentor and the team, and nobody for them: neither the office, nor who decides, nor another mentor."""
    if user.pk != mentorship.person_id and not works_on(user, mentorship.pilot):
        raise NotAllowed(
            _("What they speak of is read by %(person)s and the team alone.")
            % {"person": mentorship.person.name}
        )


reads_sessions = derive(check_reads_sessions)


def check_can_write_session(user: User, mentorship: Mentorship) -> None:
    """Either of them, while the mentoring goes on."""
    check_reads_sessions(user, mentorship)
    if not mentorship.is_standing:
        raise Refused(_("The mentoring is over; what you spoke of stays."))


can_write_session = derive(check_can_write_session)


def check_can_finish(user: User, step: NextStep) -> None:
    """Whose it is; the lead and the mentor, too."""
    mentorship = step.session.mentorship
    if user.pk not in (step.who_id, mentorship.person_id, mentorship.pilot.lead_id):
        raise NotAllowed(
            _("%(who)s says that it is done, or the lead, or the mentor.") % {"who": step.who.name}
        )
    check_can_write_session(user, mentorship)


can_finish = derive(check_can_finish)
