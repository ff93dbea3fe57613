"""What waits for whose decision."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, Prefetch, Q, Subquery

from innovation.needs.models import Need
from innovation.people.models import User
from innovation.people.room import PeoplePermission
from innovation.workflow.models import Approval
from pilots.delegation import queries as delegations
from pilots.delegation.models import Delegation
from pilots.funding.models import Request
from pilots.gates.models import GateReview, GateReviewQuerySet
from pilots.gates.permissions import PERMISSION_AT, can_decide
from pilots.gates.queries.costs import PilotCost
from pilots.gates.room import GatesPermission
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.staffing.models import Allocation


@dataclass(frozen=True)
class ReviewCard:
    """One review as a card of what waits: its cost, its people, what it answers."""

    review: GateReview
    cost: PilotCost | None
    allocations: tuple[Allocation, ...]
    needs: tuple[Need, ...]


def cards_for(user: User, *, limit: int) -> list[ReviewCard]:
    """What waits for this person's decision, longest first; the same few queries for any number."""
    reviews = list(
        waiting_for(user).prefetch_related(
            Prefetch("pilot__needs", Need.objects.visible_to(user).for_list()),
            Prefetch("pilot__allocations", Allocation.objects.select_related("member")),
            Prefetch(
                "pilot__requests",
                Request.objects.open().select_related("fund").prefetch_related("lines"),
                to_attr="asked",
            ),
        )[:limit]
    )
    return [
        ReviewCard(
            review=review,
            cost=PilotCost(asked, asked.amount, asked.fund.balance)
            if (asked := next(iter(review.pilot.asked), None))  # type: ignore[attr-defined]  # of the prefetch
            else None,
            allocations=tuple(review.pilot.allocations.all()),
            needs=tuple(review.pilot.needs.all()),
        )
        for review in reviews
    ]


def waiting_for(user: User) -> GateReviewQuerySet:
    """Open reviews that this person could decide now, by a role or as it was delegated to them, longest
    first."""
    delegated = list(delegations.to_person(user))
    asked = _asked_of(user)
    if asked is None and not delegated:
        return GateReview.objects.none()
    given = Q() if asked is None else Q(pk__in=asked.values("pk"))
    for one in delegated:
        given |= Q(pk__in=_asked_by(one).values("pk"))
    found = (
        _without_part_of(user.interests)
        .filter(given)
        .select_related("pilot__unit", "pilot__lead", "opened_by")
        .order_by("opened_at")
    )
    in_order = found.filter(
        gate=Gate.RESOURCES,
        pilot__requests__awarded_at=None,
        pilot__requests__fund__approvals_in_order=True,
    )
    if later := [review.pk for review in in_order if not can_decide(user, review)]:
        found = found.exclude(pk__in=later)
    return found


def _asked_of(user: User) -> GateReviewQuerySet | None:
    """Open reviews at which a role of the user's decides; None where none of their roles ever does."""
    resources = user.reach(PilotsPermission.DECIDE_RESOURCES)
    starts = user.reach(GatesPermission.DECIDE_GO_LIVE)
    outcomes = user.reach(GatesPermission.DECIDE_OUTCOMES)
    if not resources and not starts and not outcomes:
        return None
    # Where one approves after the other, whose turn it is is asked of each of them.
    asked = Request.objects.open().exclude(fund__approvals_in_order=True)
    beyond = asked.exclude(fund__unit__within=resources).values("pilot")
    return GateReview.objects.waiting().filter(
        Q(gate=Gate.RESOURCES, pilot__unit__within=resources) & ~Q(pilot__in=beyond)
        | Q(gate=Gate.GO_LIVE, pilot__unit__within=starts)
        | Q(gate__in=[Gate.OUTCOME, Gate.SUSTAINED], pilot__unit__within=outcomes)
    )


def _asked_by(delegation: Delegation) -> GateReviewQuerySet:
    """Those that whoever delegated could decide, within what they delegated."""
    giver = delegation.given_by
    asked = _asked_of(giver)
    if asked is None:
        return GateReview.objects.none()
    below = delegation.unit.descendants(include_self=True)
    found = asked.filter(
        pk__in=_without_part_of(giver.interests).values("pk"),
        gate__in=delegation.gates,
        pilot__unit__in=[unit.pk for unit in below],
    )
    if delegation.up_to is None:
        return found
    last = Request.objects.filter(pilot=OuterRef("pilot")).order_by("-id").with_amount()
    total = Subquery(last.values("total")[:1])  # type: ignore[misc]  # of with_amount
    return found.alias(asked=total).filter(Q(asked=None) | Q(asked__lte=delegation.up_to))


def _without_part_of(people: frozenset[int]) -> GateReviewQuerySet:
    """Open reviews of pilots in which these people have no part, and which none of them answered."""
    answers = Q(person__in=people) | Q(acting_for__in=people)
    answered = Approval.objects.filter(answers, round__closed_at=None).values_list(
        "round__subject", flat=True
    )
    done = [subject.partition(":")[2] for subject in answered if subject.startswith("gatereview:")]
    own = Pilot.objects.filter(
        Q(lead__in=people)
        | Q(team__person__in=people)
        | Q(former_team__person__in=people)
        | Q(sponsor__in=people)
        | Q(owner__in=people)
        | Q(declared_conflicts__person__in=people)
        | Q(gate_reviews__opened_by__in=people)
        | Q(scale_plan__owner__in=people)
    ).values("pk")
    return (
        GateReview.objects.waiting()
        .exclude(pilot__in=own)
        .exclude(pilot__opened_by__in=people)
        .exclude(opened_by__in=people)
        .exclude(pk__in=done)
    )


def decides_somewhere(user: User) -> bool:
    """Whether anything could ever wait for this person's decision today."""
    return any(user.may(permission) for permission in PERMISSION_AT.values()) or (
        delegations.to_person(user).exists()
    )


def stuck_reviews_of(user: User) -> GateReviewQuerySet:
    """Reviews that nobody can decide on, for those who were told."""
    keeps = user.reach(PeoplePermission.MANAGE) | user.reach(PilotsPermission.OPEN)
    return (
        GateReview.objects.waiting()
        .filter(Q(pilot__lead=user.pk) | Q(pilot__unit__within=keeps))
        .exclude(nobody_left_since=None)
        .select_related("pilot")
        .order_by("nobody_left_since")
    )
