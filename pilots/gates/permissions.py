"""Who decides at a gate: somebody with the authority who has no part in the pilot."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.checks import derive
from innovation.rules.money import money
from innovation.rules.refusal import NotAllowed, Refused
from innovation.workflow.actions import current_round
from pilots.assurance.areas import REVIEWERS
from pilots.assurance.permissions import has_declared
from pilots.delegation import queries as delegations
from pilots.delegation.models import Delegation
from pilots.funding.queries import current_request
from pilots.funding.room import FundingPermission
from pilots.gates.models import GateCondition, GateReview
from pilots.gates.room import GatesPermission
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import FormerMember, Pilot, TeamRole
from pilots.lifecycle.permissions import (
    check_can_lead,
    check_not_its_sponsor,
    has_a_part,
)
from pilots.lifecycle.room import PilotsPermission
from pilots.scaling.models import ScalePlan

PERMISSION_AT: dict[str, PilotsPermission | GatesPermission] = {
    Gate.RESOURCES: PilotsPermission.DECIDE_RESOURCES,
    Gate.GO_LIVE: GatesPermission.DECIDE_GO_LIVE,
    Gate.OUTCOME: GatesPermission.DECIDE_OUTCOMES,
    Gate.SUSTAINED: GatesPermission.DECIDE_OUTCOMES,
}


def check_can_decide(user: User, review: GateReview) -> None:
    """Authority over the pilot's unit (and, where money is asked, over the fund's), by a role or as it was
    delegated to the user, and no part in the pilot: not on its team, and neither sponsored, opened nor
    proposed by the person or by whom they act for."""
    by_delegation(user, review)


def by_delegation(user: User, review: GateReview) -> Delegation | None:
    """By which somebody may decide here for another; None where it is by a role of their own."""
    lacks = _lacks_authority(user, review)
    if not lacks:
        _check_apart(user, review)
        return None
    refusal = NotAllowed(lacks)
    for delegation in _delegated(user, review):
        try:
            _check_within(delegation, review)
            _check_apart(user, review)
            return delegation
        except NotAllowed as why:
            refusal = why
    raise refusal


def _lacks_authority(user: User, review: GateReview) -> str:
    """Which authority the user's own roles do not give; empty where they give all."""
    pilot, permission = review.pilot, PERMISSION_AT[review.gate]
    if not user.may(permission, pilot.unit_id):
        return _("This is decided by an executive of %(unit)s or of a unit above it.") % {
            "unit": pilot.unit.name
        }
    request = current_request(pilot) if review.gate == Gate.RESOURCES else None
    if request is None:
        return ""
    first = first_to_approve(review)
    if user.may(permission, request.fund.unit_id):
        if not first or user.interests & {one.pk for one in first}:
            return ""
        return _(
            "First %(names)s says yes, who decides in %(unit)s. It is asked of you after that."
        ) % {
            "names": _(" or ").join(one.name for one in first),
            "unit": pilot.unit.name,
        }
    if user.interests & {one.pk for one in first}:
        return ""
    return _("The money would come from %(fund)s, which an executive of %(unit)s decides on.") % {
        "fund": request.fund,
        "unit": request.fund.unit.name,
    }


def is_in_order(review: GateReview) -> bool:
    """Whether the fund wants one approval after the other."""
    request = current_request(review.pilot) if review.gate == Gate.RESOURCES else None
    return request is not None and request.fund.approvals_in_order


def first_to_approve(review: GateReview) -> list[User]:
    """Of two approvals in order, whose yes comes first: who decides in the pilot's own unit and not on the
    fund. Nobody where the first was given, where one is enough, or where there is nobody of that kind:
    then both come from the unit of the fund."""
    if not is_in_order(review):
        return []
    opened = current_round(review)
    if opened is None or opened.needed < 2 or opened.approvals.exists():
        return []
    request = current_request(review.pilot)
    assert request is not None
    permission = PERMISSION_AT[review.gate]
    above = {one.pk for one in User.objects.holding(permission, request.fund.unit)}
    holding = User.objects.holding(permission, review.pilot.unit).exclude(pk__in=above)
    return [one for one in holding.order_by("name") if is_apart(one, review)]


def _delegated(user: User, review: GateReview) -> list[Delegation]:
    """What was delegated to the user at this gate, for the pilot's unit or one above it."""
    found = [one for one in delegations.to_person(user) if review.gate in one.gates]
    if not found:
        return []
    above = {unit.pk for unit in review.pilot.unit.ancestors(include_self=True)}
    return [one for one in found if one.unit_id in above]


def why_no_longer(user: User, review: GateReview) -> str:
    """Why somebody who decided here for another may not any more, in a sentence; empty for everybody else."""
    answer = can_decide(user, review)
    if answer:
        return ""
    was = delegations.was_to_person(user, review.gate, review.pilot.unit)
    if was is None:
        return ""
    if was.ended_at is not None:
        when = dates.moment_in_words(was.ended_at)
    elif was.ends_on < dates.today():
        when = dates.day_in_words(was.ends_on)
    else:
        return answer.reason  # it runs, and who delegated may not decide any more
    return _(
        "What %(name)s delegated to you ended: %(when)s. Nothing was decided; who decides now has not "
        "read your words."
    ) % {"name": was.given_by.name, "when": when}


def _check_within(delegation: Delegation, review: GateReview) -> None:
    """What a delegate may, who delegated it could: by a role of today, without a part in the pilot, and up
    to the amount that was named."""
    giver = delegation.given_by
    request = current_request(review.pilot)
    if request is not None and not delegation.is_within(request.amount):
        raise NotAllowed(
            _(
                "%(name)s delegated to you what asks for %(limit)s at most; this asks for %(amount)s."
            )
            % {
                "name": giver.name,
                "limit": money(delegation.up_to or 0),
                "amount": money(request.amount),
            }
        )
    try:
        if lacks := _lacks_authority(giver, review):
            raise NotAllowed(lacks)
        _check_apart(giver, review)
    except NotAllowed as why:
        raise NotAllowed(
            _("%(name)s, for whom you would decide, may not decide here either: %(why)s")
            % {"name": giver.name, "why": why}
        ) from why


def _check_apart(user: User, review: GateReview) -> None:
    pilot = review.pilot
    if user.interests & {pilot.opened_by_id, review.opened_by_id}:
        raise NotAllowed(_("Nobody decides on a pilot that they opened or proposed themselves."))
    check_not_its_sponsor(user, pilot)
    if has_declared(user, pilot):
        raise NotAllowed(_("You declared a conflict with this pilot, so somebody else decides."))
    if has_a_part(user, pilot):
        raise NotAllowed(_("You are on this pilot's team, so somebody else decides."))
    if pilot.owner_id in user.interests:
        raise NotAllowed(_("You own what was scaled; somebody else decides whether it stays."))
    left, proposed, owns = _once_had_a_part(user, pilot)
    if left:
        raise NotAllowed(
            _("You were on this pilot's team, led or sponsored it; somebody else decides.")
        )
    if proposed:
        raise NotAllowed(_("You asked for a decision on this pilot once; somebody else decides."))
    if owns:
        raise NotAllowed(_("You said yes to owning what it tries; somebody else decides."))


def _once_had_a_part(user: User, pilot: Pilot) -> tuple[bool, bool, bool]:
    """Whether the user, or whom they act for, led, sponsored or worked on it before; asked for a decision
    on it, whatever became of that; and said yes to owning what it tries. One question for all three."""
    theirs, this = user.interests, OuterRef("pk")
    found = Pilot.objects.filter(pk=pilot.pk).values_list(
        Exists(FormerMember.objects.filter(pilot=this, person__in=theirs)),
        Exists(GateReview.objects.filter(pilot=this, opened_by__in=theirs)),
        Exists(ScalePlan.objects.filter(pilot=this, owner__in=theirs)),
    )
    left, proposed, owns = found.get()
    return left, proposed, owns


can_decide = derive(check_can_decide)


def is_apart(user: User, review: GateReview) -> bool:
    """Whether the user has no part in the pilot that keeps them from deciding."""
    try:
        _check_apart(user, review)
    except NotAllowed:
        return False
    return True


def check_can_dissent(user: User, review: GateReview) -> None:
    """Whoever may decide at this gate or review the pilot, or mentors it, says a concern of their own while
    it waits; also where they may not decide on this one."""
    pilot = review.pilot
    if user.acting_for is not None:
        raise NotAllowed(
            _("A concern is one's own. Stop acting for %(name)s first.")
            % {"name": user.acting_for.name}
        )
    words = (PERMISSION_AT[review.gate], *REVIEWERS, PilotsPermission.JUDGE_SAFETY)
    if not (
        any(user.may(word, pilot.unit_id) for word in (*words, FundingPermission.MANAGE))
        or any(one.person_id == user.pk and one.role == TeamRole.MENTOR for one in pilot.team.all())
        or _delegated(user, review)
    ):
        raise NotAllowed(
            _("Concerns are left here by who decides, by reviewers and by the pilot's mentors.")
        )
    if pilot.lead_id == user.pk or review.opened_by_id == user.pk:
        raise NotAllowed(_("You asked for this decision; say it in the case."))
    if review.decided_at is not None:
        raise Refused(_("It is decided; concerns are left before that."))


can_dissent = derive(check_can_dissent)


def check_can_withdraw(user: User, review: GateReview) -> None:
    check_can_lead(user, review.pilot)


can_withdraw = derive(check_can_withdraw)


def check_can_verify(user: User, condition: GateCondition) -> None:
    """Whoever it names; or, as people leave, whoever could decide at its gate. Never who sees to it."""
    if condition.owner_id in user.interests:
        raise NotAllowed(_("Nobody verifies what they see to themselves."))
    if condition.verifier_id != user.pk and not can_decide(user, condition.review):
        raise NotAllowed(
            _("%(who)s verifies this condition, or somebody who decides on the pilot.")
            % {"who": condition.verifier.name}
        )


can_verify = derive(check_can_verify)
