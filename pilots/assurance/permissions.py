"""Who gives evidence, who reads it, and who judges it. Seeing a pilot is `Pilot.objects.visible_to(user)`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from pilots.assurance.areas import JUDGED_BY, REVIEWERS
from pilots.assurance.models import Assessment, AssessmentCondition, Product, SecondOpinion
from pilots.assurance.room import AssurancePermission
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import (
    can_edit_pilot,
    check_can_edit_pilot,
    check_can_lead,
    has_a_part,
    is_on_team,
)
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED


def check_can_read_evidence(user: User, pilot: Pilot) -> None:
    """What was given and said in a review: the team and its sponsor, and whose role reads reviews."""
    if not (
        is_on_team(user, pilot)
        or pilot.sponsor_id == user.pk
        or user.may(AssurancePermission.READ, pilot.unit_id)
    ):
        raise NotAllowed(
            _("Evidence is read by the pilot's team, its sponsor, reviewers and the office.")
        )


can_read_evidence = derive(check_can_read_evidence)


def _check_not_over(pilot: Pilot) -> None:
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended, and its reviews with it."))


def check_can_give(user: User, pilot: Pilot) -> None:
    """The team and the office, until the pilot has ended."""
    check_can_edit_pilot(user, pilot)
    _check_not_over(pilot)


can_give = derive(check_can_give)


def check_can_attest(user: User, pilot: Pilot) -> None:
    """The lead answers for the short form, or the office."""
    check_can_lead(user, pilot)
    _check_not_over(pilot)


can_attest = derive(check_can_attest)


def has_declared(user: User, pilot: Pilot) -> bool:
    """Whether the user, or whom they act for, said that they are too near to it."""
    return any(one.person_id in user.interests for one in pilot.declared_conflicts.all())


def check_has_no_part(user: User, pilot: Pilot) -> None:
    """Neither on the team nor once on it, neither sponsor nor opener, and no conflict declared."""
    if user.interests & {pilot.opened_by_id, pilot.sponsor_id}:
        raise NotAllowed(_("Nobody reviews a pilot that they opened or sponsor."))
    # By `.all()`, which lists fetch beforehand.
    left = any(one.person_id in user.interests for one in pilot.former_team.all())
    if left or has_a_part(user, pilot):
        raise NotAllowed(_("You are or were on this pilot's team, so somebody else reviews it."))
    if has_declared(user, pilot):
        raise NotAllowed(_("You declared a conflict with this pilot, so somebody else reviews it."))


def check_can_review(user: User, assessment: Assessment) -> None:
    """The role of this area, over the pilot's unit, and no part in it."""
    pilot = assessment.pilot
    if not user.may(JUDGED_BY[assessment.area], pilot.unit_id):
        raise NotAllowed(
            _("This is for reviewers of “%(area)s” in %(unit)s or a unit above it.")
            % {"area": assessment.get_area_display(), "unit": pilot.unit.name}
        )
    check_has_no_part(user, pilot)
    _check_not_over(pilot)


can_review = derive(check_can_review)


def check_can_judge(user: User, assessment: Assessment) -> None:
    """As reviewing; what somebody has taken is theirs, or their deputy's, until they hand it over."""
    check_can_review(user, assessment)
    reviewer = assessment.reviewer
    if reviewer is not None and reviewer.pk not in user.interests:
        raise Refused(
            _("%(reviewer)s has taken this review. It can be handed over to you.")
            % {"reviewer": reviewer.name}
        )


can_judge = derive(check_can_judge)


def check_can_meet(user: User, condition: AssessmentCondition) -> None:
    """A reviewer of the area says that it was put right."""
    check_can_review(user, condition.assessment)
    if condition.met_at is not None:
        raise Refused(_("This was put right already."))


can_meet = derive(check_can_meet)


def check_can_report(user: User, condition: AssessmentCondition) -> None:
    """Say that it is done: who does it, the team and the office."""
    pilot = condition.assessment.pilot
    if condition.owner_id != user.pk:
        check_can_edit_pilot(user, pilot)
    _check_not_over(pilot)
    if condition.met_at is not None:
        raise Refused(_("This was put right already."))
    if any(one.answered_at is None for one in condition.reports.all()):
        raise Refused(_("It was said already that this is done; a reviewer looks."))


can_report = derive(check_can_report)


def check_can_ask_opinion(user: User, assessment: Assessment) -> None:
    """Whoever could conclude it, until it is concluded."""
    check_can_judge(user, assessment)
    if assessment.reviewed_at is not None:
        raise Refused(_("This review is done already."))


can_ask_opinion = derive(check_can_ask_opinion)


def check_can_answer_opinion(user: User, opinion: SecondOpinion) -> None:
    """Who was asked, or their deputy; as a reviewer of the area without a part in the pilot."""
    if opinion.asked_of_id not in user.interests:
        raise NotAllowed(_("%(who)s was asked for this.") % {"who": opinion.asked_of.name})
    check_can_review(user, opinion.assessment)
    if opinion.asked_by_id == user.pk:
        raise Refused(_("A second opinion is another person's."))
    if opinion.answered_at is not None:
        raise Conflict(_("This was answered already."))


can_answer_opinion = derive(check_can_answer_opinion)


def check_can_declare(user: User, pilot: Pilot) -> None:
    """Whoever could judge the pilot or decide on it."""
    words = (*REVIEWERS, PilotsPermission.DECIDE_RESOURCES)
    if not any(user.may(each, pilot.unit_id) for each in words):
        raise NotAllowed(_("A conflict is declared by who could review the pilot or decide on it."))
    if has_declared(user, pilot):
        raise Refused(_("This was declared already."))


can_declare = derive(check_can_declare)


def check_can_register(user: User) -> None:
    """Whoever leads or opens pilots."""
    if not (user.may(PilotsPermission.OPEN) or user.may(PilotsPermission.LEAD)):
        raise NotAllowed(_("Products are registered by pilot leads and the innovation office."))


can_register = derive(check_can_register)


def check_can_change_version(user: User, product: Product) -> None:
    """Who registered it, the team of a pilot that tries it, and the office of such a pilot."""
    uses = product.uses.select_related("pilot").prefetch_related("pilot__team")
    if user.pk != product.registered_by_id and not any(
        can_edit_pilot(user, use.pilot) for use in uses
    ):
        raise NotAllowed(
            _("A new version is said by who registered the product, or by teams that try it.")
        )


can_change_version = derive(check_can_change_version)
