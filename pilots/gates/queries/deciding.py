"""Who decides on a review, who has answered, and who could be asked where nobody is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from innovation.audit.actions import Actor, ref
from innovation.people.models import RoleGrant, User
from innovation.people.roles import ROLES
from innovation.people.room import PeoplePermission
from innovation.workflow.models import Approval, ApprovalRound
from pilots.delegation import queries as delegations
from pilots.funding import queries as funding
from pilots.gates.models import GateReview
from pilots.gates.permissions import PERMISSION_AT, can_decide, first_to_approve, is_apart
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.scaling.models import ScalePlan
from pilots.staffing import queries as staffing


@dataclass(frozen=True)
class Quorum:
    """How many yes a review needs, and who has said so."""

    needed: int
    approvals: tuple[Approval, ...]

    @property
    def missing(self) -> int:
        return max(self.needed - len(self.approvals), 0)


def quorum_of(review: GateReview) -> Quorum | None:
    """The last round of approval of this review; None where one decision is enough."""
    opened = (
        ApprovalRound.objects.filter(subject=ref(review))
        .prefetch_related("approvals__person", "approvals__acting_for")
        .order_by("-id")
        .first()
    )
    if opened is None:
        return None
    return Quorum(
        opened.needed,
        tuple(a for a in opened.approvals.all() if a.outcome == "approved"),
    )


def deciders(
    pilot: Pilot,
    gate: str,
    *,
    but: Actor | None = None,
    among: Iterable[User] | None = None,
    answered: Iterable[int | None] = (),
) -> list[User]:
    """Everybody (or `among` these) who could decide at this gate and has not `answered`, and who decides
    for one of them, for the notices."""
    unit = pilot.unit
    request = funding.current_request(pilot)
    if gate == Gate.RESOURCES and request is not None:
        # The pilot's own unit or one above it: whoever reaches it, reaches both.
        unit = request.fund.unit
    team = {person.pk for person in staffing.team_people(pilot)}
    once = (
        pilot.former_team.order_by()
        .values_list("person")
        .union(
            pilot.gate_reviews.order_by().values_list("opened_by"),
            ScalePlan.objects.filter(pilot=pilot).values_list("owner"),
        )
    )
    team |= {person for (person,) in once}
    team |= set(pilot.declared_conflicts.values_list("person", flat=True))
    apart = {
        pilot.opened_by_id,
        pilot.sponsor_id,
        pilot.owner_id,
        getattr(but, "pk", None),
        *team,
        *answered,
    }
    holding = User.objects.holding(PERMISSION_AT[gate], unit) if among is None else among
    found = {person.pk: person for person in holding if person.pk not in apart}
    amount = request.amount if request is not None else Decimal(0)
    for one in delegations.at_gate(list(found.values()), gate, pilot.unit):
        if one.to_id not in apart and one.is_within(amount):
            found.setdefault(one.to_id, one.to)
    return list(found.values())


def still_to_answer(review: GateReview) -> list[User]:
    """Who could decide on it now, and has not yet."""
    answered = _answered(quorum_of(review))
    holding = User.objects.holding(PERMISSION_AT[review.gate], review.pilot.unit)
    return [one for one in holding if one.pk not in answered and can_decide(one, review)]


def asked_now(review: GateReview, *, but: Actor | None = None) -> list[User]:
    """Whose turn it is: everybody who could decide, or the first of those who decide in order."""
    return deciders(
        review.pilot,
        review.gate,
        but=but,
        among=first_to_approve(review) or None,
        answered=_answered(quorum_of(review)),
    )


def _answered(quorum: Quorum | None) -> set[int | None]:
    """Who said yes, and for whom."""
    given = quorum.approvals if quorum else ()
    return {key for one in given for key in (one.person_id, one.acting_for_id)}


def is_stuck(review: GateReview) -> bool:
    """Whether fewer are left who could decide than it takes; who delegated and their delegate are one."""
    quorum = quorum_of(review)
    turn = still_to_answer(review)
    first = first_to_approve(review)
    if not first:
        return len(turn) < (quorum.missing if quorum else 1)
    request = funding.current_request(review.pilot)
    assert request is not None
    after = User.objects.holding(PERMISSION_AT[review.gate], request.fund.unit)
    return not turn or not any(is_apart(one, review) for one in after)


@dataclass(frozen=True)
class CouldBeAsked:
    """Where nobody is left: who has the authority and why they may not, who could be given it, and who
    gives it."""

    barred: tuple[tuple[User, str], ...]
    elsewhere: tuple[User, ...]
    administrators: tuple[User, ...]


def could_be_asked(review: GateReview) -> CouldBeAsked:
    permission, unit = PERMISSION_AT[review.gate], review.pilot.unit
    holding = list(User.objects.holding(permission, unit).order_by("name"))
    roles = [role.key for role in ROLES.values() if permission in role.permissions]
    elsewhere = (
        User.objects.active()
        .filter(pk__in=RoleGrant.objects.current().filter(role__in=roles).values("person"))
        .exclude(pk__in=[one.pk for one in holding])
        .order_by("name")
    )
    barred = [(one, can_decide(one, review).reason) for one in holding]
    return CouldBeAsked(
        barred=tuple((one, reason) for one, reason in barred if reason),
        elsewhere=tuple(elsewhere[:10]),
        administrators=tuple(administrators_of(review.pilot)),
    )


def administrators_of(pilot: Pilot) -> list[User]:
    return list(User.objects.holding(PeoplePermission.MANAGE, pilot.unit).order_by("name"))


def to_tell_that_nobody_is_left(pilot: Pilot) -> list[User]:
    """Its lead, the innovation office and the administrators of its unit, each once."""
    office = User.objects.holding(PilotsPermission.OPEN, pilot.unit)
    people = {one.pk: one for one in (*office, *administrators_of(pilot))}
    if pilot.lead.is_active:
        people[pilot.lead_id] = pilot.lead
    return [people[pk] for pk in sorted(people)]
