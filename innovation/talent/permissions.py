"""Who is found, who keeps the list of skills, and who calls for help and answers."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.people.permissions import check_holds
from innovation.rules import dates
from innovation.rules.checks import derive
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.talent.models import AddedSkill, HelpCall, HelpOffer
from innovation.talent.room import TalentPermission
from innovation.web.panels import HelpSubject


def check_can_be_found(user: User) -> None:
    """One's own profile, by oneself: nobody switches it on for somebody else."""
    check_holds(
        user, TalentPermission.READ, None, _("A profile is for people who work here with a role.")
    )
    if user.is_service or user.acting_for is not None:
        raise NotAllowed(_("Everybody says for themselves what they can do."))


can_be_found = derive(check_can_be_found)


def check_can_keep_skills(user: User, unit: Unit | None = None) -> None:
    check_holds(
        user,
        TalentPermission.KEEP_SKILLS,
        unit.pk if unit is not None else None,
        _("The list of skills is kept by the innovation office and by administrators."),
    )


can_keep_skills = derive(check_can_keep_skills)


def check_can_retire_skill(user: User, skill: AddedSkill) -> None:
    check_can_keep_skills(user, skill.unit)


can_retire_skill = derive(check_can_retire_skill)


def check_can_call(user: User, subject: HelpSubject | None) -> None:
    check_holds(user, TalentPermission.READ, None, _("Calls for help are for people with a role."))
    if subject is None:
        raise NotAllowed(_("This is not open to you."))
    if subject.why_not:
        raise NotAllowed(subject.why_not)
    if not subject.goes_on:
        raise Refused(_("It is over, so it takes no more help."))


can_call = derive(check_can_call)


def check_is_open(call: HelpCall, subject: HelpSubject, *, at: datetime) -> None:
    if call.closed_at is not None or not call.asked_by.is_active:
        raise Conflict(_("This call is closed. Thank you for the thought."))
    if call.until < dates.day_of(at) or not subject.goes_on:
        raise Conflict(_("This call is over. Thank you for the thought."))


def check_can_offer(user: User, call: HelpCall, subject: HelpSubject | None) -> None:
    """Whoever may see what it is about; for oneself."""
    check_holds(user, TalentPermission.READ, None, _("Calls for help are for people with a role."))
    if subject is None:
        raise NotAllowed(_("This is not open to you."))
    if user.pk == call.asked_by_id:
        raise Refused(_("You ask for this help yourself."))
    if user.is_service or user.acting_for is not None:
        raise NotAllowed(_("Everybody offers their own help."))


can_offer = derive(check_can_offer)


def check_can_answer_offer(user: User, offer: HelpOffer) -> None:
    if user.pk != offer.call.asked_by_id:
        raise NotAllowed(_("%(who)s asked, and answers.") % {"who": offer.call.asked_by.name})


can_answer_offer = derive(check_can_answer_offer)


def check_can_take_back(user: User, offer: HelpOffer) -> None:
    if user.pk != offer.person_id:
        raise NotAllowed(_("Only whoever offered it takes it back."))


can_take_back = derive(check_can_take_back)


def check_can_close(user: User, call: HelpCall, subject: HelpSubject | None) -> None:
    """Who asked; and who might have, where that person has left."""
    if user.pk == call.asked_by_id:
        return
    if call.asked_by.is_active or subject is None or subject.why_not:
        raise NotAllowed(_("%(who)s asked, and closes it.") % {"who": call.asked_by.name})


can_close = derive(check_can_close)
