"""What a gate shows and keeps: what waits for whom, and what was known when it was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit.actions import Actor, ref
from innovation.needs.models import Need
from innovation.people.models import RoleGrant, User, UserQuerySet
from innovation.people.roles import ROLES
from innovation.people.room import PeoplePermission
from innovation.rules import dates
from innovation.workflow.models import Approval, ApprovalRound
from pilots.assurance import queries as assurance
from pilots.delegation import queries as delegations
from pilots.delegation.models import Delegation
from pilots.evidence import queries as evidence
from pilots.evidence.queries import Reading
from pilots.funding import queries as funding
from pilots.funding.models import Request
from pilots.gates import marks, pathways, protocol, recommendation
from pilots.gates.marks import OutcomeMarks
from pilots.gates.models import (
    GOES_ON,
    Decision,
    GateCondition,
    GateConditionQuerySet,
    GateReview,
    GateReviewQuerySet,
    said_with_whom,
)
from pilots.gates.permissions import PERMISSION_AT, can_decide, first_to_approve, is_apart
from pilots.gates.recommendation import Recommendation
from pilots.gates.room import GatesPermission
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import clock_of
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus
from pilots.metrics import corrections
from pilots.metrics.models import Metric, MetricRole
from pilots.planning import queries as planning
from pilots.risks import queries as risks
from pilots.scaling import queries as scaling
from pilots.scaling.models import ScalePlan
from pilots.staffing import queries as staffing
from pilots.staffing.models import Allocation

# While a pilot is one of these, its rule says something of it.
JUDGED = (PilotStatus.RUNNING, PilotStatus.PAUSED, PilotStatus.EVALUATING)


@dataclass(frozen=True)
class PilotCost:
    """What a pilot asks, against what its fund holds."""

    request: Request
    amount: Decimal
    before: Decimal

    @property
    def after(self) -> Decimal:
        return self.before - self.amount

    @property
    def fits(self) -> bool:
        return self.after >= 0


@dataclass(frozen=True)
class Quorum:
    """How many yes a review needs, and who has said so."""

    needed: int
    approvals: tuple[Approval, ...]

    @property
    def missing(self) -> int:
        return max(self.needed - len(self.approvals), 0)


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


def cost_of(pilot: Pilot) -> PilotCost | None:
    request = funding.current_request(pilot)
    if request is None:
        return None
    return PilotCost(request, request.amount, request.fund.balance)


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


def may_start_with_resources(pilot: Pilot) -> bool:
    """Whether one decision may give the resources and let it start."""
    limit = pathways.terms_of(pilot.pathway).together_up_to
    request = funding.current_request(pilot)
    return limit is not None and request is not None and request.amount <= limit


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


def conditions_for(user: User) -> GateConditionQuerySet:
    """Open conditions that this person sees to, verifies, or sponsors the pilot of, soonest first."""
    return (
        GateCondition.objects.open()
        .filter(Q(owner=user.pk) | Q(verifier=user.pk) | Q(review__pilot__sponsor=user.pk))
        .for_list()
        .order_by("due_on", "pk")
    )


def conditions_of(pilot: Pilot) -> list[GateCondition]:
    """All under which it goes on, the open ones first."""
    found = GateCondition.objects.filter(review__pilot=pilot, review__decision__in=GOES_ON)
    return sorted(found.for_list(), key=lambda one: (one.verified_at is not None, one.due_on))


def people_for_conditions(pilot: Pilot) -> UserQuerySet:
    """Who may see to a condition or verify it: whoever works on the pilot, decides, answers for safety,
    or is of the office."""
    permissions = (
        *PERMISSION_AT.values(),
        PilotsPermission.ANSWER_ALARMS,
        PilotsPermission.OPEN,
    )
    keys = {person.pk for person in staffing.team_people(pilot)} | {pilot.sponsor_id}
    for permission in permissions:
        keys |= {one.pk for one in User.objects.holding(permission, pilot.unit)}
    return User.objects.active().filter(pk__in=[key for key in keys if key]).order_by("name")


def known_at_resources(
    pilot: Pilot, checks: Iterable[checklist.Checked], *, at: datetime
) -> dict[str, object]:
    """What lies on the table when resources are decided, as plain JSON to keep."""
    cost = cost_of(pilot)
    team = staffing.team(pilot)
    return {
        "pathway": pilot.pathway,
        "hypothesis": pilot.hypothesis,
        "starts_on": _plain(pilot.starts_on),
        "ends_on": _plain(pilot.ends_on),
        "cost": _plain(cost.amount) if cost else None,
        "fund": str(cost.request.fund) if cost else None,
        "fund_before": _plain(cost.before) if cost else None,
        "fund_after": _plain(cost.after) if cost else None,
        "lines": [
            {
                "category": line.category,
                "description": line.description,
                "amount": _plain(line.amount),
            }
            for line in (cost.request.lines.all() if cost else ())
        ],
        "full_time": _plain(staffing.full_time_at_most(team)),
        "team": [
            {
                "person": allocation.person.name,
                "role": allocation.role,
                "percent": allocation.percent,
                "starts_on": _plain(allocation.starts_on),
                "ends_on": _plain(allocation.ends_on),
            }
            for allocation in team
        ],
        "needs": _needs(pilot),
        "metrics": _metrics(pilot.metrics.all()),
        "risks": risks.known(pilot),
        "protocol": protocol.protocol(pilot),
        # Whether the plan can be answered in its time, as it was known.
        "answers": planning.known_answers(pilot, at),
        "checks": _checks(checks),
    }


def known_at_go_live(pilot: Pilot, checks: Iterable[checklist.Checked]) -> dict[str, object]:
    """What lies on the table when the start is decided, as plain JSON to keep."""
    return {
        "pathway": pilot.pathway,
        "starts_on": _plain(pilot.starts_on),
        "silent": pilot.silent,
        "risks": risks.known(pilot),
        "checks": _checks(checks),
    }


def known_at(
    review: GateReview,
    *,
    at: datetime,
    checks: Iterable[checklist.Checked] = (),
    table: OutcomeTable | None = None,
) -> dict[str, object]:
    """All that lies on the table of a review that waits, as plain JSON to keep: what its gate looks at, who
    looked at the pilot before, and which concerns were said."""
    pilot = review.pilot
    if review.gate == Gate.RESOURCES:
        known = known_at_resources(pilot, checks, at=at)
    elif review.gate == Gate.GO_LIVE:
        known = known_at_go_live(pilot, checks)
    else:
        known = known_at_outcome(pilot, table or outcome_table(pilot, at=at), at=at)
    return known | {
        "attested": attested_of(pilot, at=at),
        "dissent": dissent_of(review),
        "kept_out": kept_out_of(review),
    }


def kept_out_of(review: GateReview) -> list[dict[str, object]]:
    """Who could decide here and is on the pilot's team, and since when: putting somebody on a team keeps them
    from judging it, and whoever reads the decision sees that."""
    holding = set(
        User.objects.holding(PERMISSION_AT[review.gate], review.pilot.unit).values_list(
            "pk", flat=True
        )
    )
    return [
        {
            "name": one.person.name,
            "role": one.role_label,
            "since": _plain(dates.day_of(one.joined_at)),
        }
        for one in review.pilot.team.select_related("person")
        if one.person_id in holding
    ]


def attested_of(pilot: Pilot, *, at: datetime) -> list[dict[str, object]]:
    """Who looked at the pilot in which area, on which day, with what result and what is still to be done."""
    found: list[dict[str, object]] = [
        {
            "area": one.area,
            "label": str(one.get_area_display()),
            "by": one.reviewed_by.name if one.reviewed_by else None,
            "on": _plain(one.reviewed_at and dates.day_of(one.reviewed_at)),
            "said": one.conclusion,
            "stands": not one.lapsed,  # type: ignore[attr-defined]  # of concluded_on
            "open": [left.text for left in one.conditions.all() if left.met_at is None],
        }
        for one in assurance.concluded_on(pilot, today=dates.day_of(at))
    ]
    last = pilot.attestations.select_related("by").first()
    if last is not None:
        doubts = [str(one["text"]) for one in last.answers if not one["holds"]]
        found.append(
            {
                "area": "short_form",
                "label": _("Short form, by the team itself"),
                "by": last.by.name,
                "on": _plain(dates.day_of(last.at)),
                "said": "",
                "stands": last.all_hold,
                "open": doubts,
            }
        )
    signed = pilot.signed_hazard_logs.select_related("signed_by", "signed_for").first()
    if signed is not None:
        found.append(
            {
                "area": "hazards",
                "label": _("Hazard log, version %(n)s") % {"n": signed.version},
                "by": said_with_whom(signed.signed_by, signed.signed_for),
                "on": _plain(dates.day_of(signed.signed_at)),
                "said": signed.reason,
                "stands": True,
                "open": [],
                "digest": signed.digest,
            }
        )
    return found


def dissent_of(review: GateReview) -> list[dict[str, object]]:
    return [
        {"person": one.person.name, "at": one.at.isoformat(), "text": one.text}
        for one in review.dissents.select_related("person")
    ]


def asks_for_signature(review: GateReview, decision: str) -> bool:
    """Whether this decision is signed: an approval above the amount that the fund names, and scaling what
    such a fund paid for."""
    if review.gate == Gate.RESOURCES and decision == Decision.APPROVE:
        request = funding.current_request(review.pilot)
        above = None if request is None else request.fund.sign_above
        return request is not None and above is not None and request.amount > above
    if review.gate != Gate.OUTCOME or decision != Decision.SCALE:
        return False
    paid_by = Request.objects.filter(pilot=review.pilot_id).order_by("-id")
    return paid_by.values_list("fund__sign_above", flat=True).first() is not None


def changed_since_approval(
    pilot: Pilot, *, at: datetime, seen_by: User | None = None
) -> list[protocol.ProtocolChange]:
    """What is not as it was agreed when the resources were approved."""
    agreed = protocol.agreed_on(pilot)
    if agreed is None:
        return []
    metrics = [one.metric for one in evidence.readings_of(pilot, at)]
    return protocol.changes(pilot, agreed, metrics, seen_by=seen_by)


def readings_in_order(pilot: Pilot, *, at: datetime) -> list[Reading]:
    """Each metric of the pilot as it reads now: the primary first, then the guardrails."""
    found = evidence.readings_of(pilot, at)
    return sorted(
        found,
        key=lambda one: (evidence.ROLES_IN_ORDER.index(MetricRole(one.metric.role)), one.metric.pk),
    )


def known_at_outcome(pilot: Pilot, table: OutcomeTable, *, at: datetime) -> dict[str, object]:
    """What is known when the outcome is decided, beside what lies on the `table`: money, time, risks."""
    account = funding.of_pilots([pilot])[pilot.pk]
    readings, said, marked = table.on.readings, table.said, table.marked
    clock = clock_of(pilot, today=dates.day_of(at))
    return {
        "pathway": pilot.pathway,
        "hypothesis": pilot.hypothesis,
        "starts_on": _plain(pilot.starts_on),
        "went_live_on": _plain(pilot.went_live_on),
        "ends_on": _plain(pilot.ends_on),
        "awarded": _plain(account.kept),
        "spent": _plain(account.spent),
        "needs": _needs(pilot),
        "metrics": _metrics(one.metric for one in readings),
        "recommendation": said and {"step": said.step.value, "because": said.because},
        "clock": clock
        and {"week": clock.week, "weeks": clock.weeks, "ends_on": _plain(clock.ends_on)},
        "risks": risks.known(pilot),
        "marks": {"early_until": _plain(marked.early_until), "stale": list(marked.stale)},
        "scale_plan": scaling.kept(table.plan),
        "changed": [asdict(change) for change in changed_since_approval(pilot, at=at)],
        "corrected": [
            {"metric": one.metric.pk, "name": one.metric.name, "sentence": one.sentence}
            for one in corrections.by_files(corrections.of_metrics(one.metric for one in readings))
        ],
        "verdicts": [
            {"dimension": one.dimension, "word": one.verdict, "sentence": one.sentence}
            for one in evidence.verdicts_from(readings)
        ],
        "readings": [
            {
                "metric": one.metric.pk,
                "name": one.metric.name,
                "role": one.metric.role,
                "said": measured.said,
                "measured": measured.level,
                "interval": measured.interval,
                "verdict": one.verdict,
                "sentence": one.sentence,
                "data_version": one.metric.data_version,
            }
            for one in readings
            for measured in [expected_and_measured(one)]
        ],
    }


@dataclass(frozen=True)
class OutcomeGround:
    """On what an outcome is decided, read once: what was agreed, and each metric as it reads now."""

    agreed: Mapping[str, Any] | None
    readings: list[Reading]


def ground_of(pilot: Pilot, *, at: datetime) -> OutcomeGround:
    return OutcomeGround(protocol.agreed_on(pilot), readings_in_order(pilot, at=at))


def recommendation_of(
    pilot: Pilot, on: OutcomeGround | None = None, *, at: datetime
) -> Recommendation | None:
    """What the agreed rule says of a pilot that went live; None of any other, and where no primary
    metric says whether it worked."""
    if pilot.went_live_on is None or pilot.status not in JUDGED:
        return None
    on = on or ground_of(pilot, at=at)
    alarmed = pilot.alarms.open().order_by("pk").values_list("metric__name", flat=True)
    return recommendation.recommend(
        recommendation.rule_of(pilot, on.agreed),
        on.readings,
        alarmed=list(alarmed),
        live_on=pilot.went_live_on,
        ends_on=pilot.ends_on,
        today=dates.day_of(at),
    )


def marks_of(pilot: Pilot, on: OutcomeGround, *, at: datetime) -> OutcomeMarks:
    """What a decision on its outcome would be marked by now."""
    return marks.marks_now(
        recommendation.rule_of(pilot, on.agreed),
        on.readings,
        live_on=pilot.went_live_on,
        today=dates.day_of(at),
        at=at,
    )


@dataclass(frozen=True)
class OutcomeTable:
    """What lies on the table while an outcome waits: on what it is decided, what the agreed rule says of it,
    what a decision would be marked by, and the plan to scale it."""

    on: OutcomeGround
    said: Recommendation | None
    marked: OutcomeMarks
    plan: scaling.PlanState


def outcome_table(pilot: Pilot, *, at: datetime) -> OutcomeTable:
    on = ground_of(pilot, at=at)
    said, marked = recommendation_of(pilot, on, at=at), marks_of(pilot, on, at=at)
    return OutcomeTable(on, said, marked, scaling.plan_of(pilot))


def rule_of(pilot: Pilot, approved: GateReview | None) -> recommendation.OutcomeRule:
    """The rule of its outcome, as it was frozen with this approval, or as the charter says now."""
    agreed = None if approved is None else approved.known.get("protocol")
    return recommendation.rule_of(pilot, agreed)


def is_shown(readings: Iterable[Reading]) -> bool:
    """Whether the primary metric says that it worked."""
    return any(
        one.metric.role == MetricRole.PRIMARY and one.verdict in recommendation.SHOWN
        for one in readings
    )


def marked(pilot: Pilot) -> list[GateReview]:
    """Its outcomes that bear a mark, the last one first."""
    return list(
        GateReview.objects.filter(pilot=pilot).marked().select_related("decided_by", "decided_for")
    )


@dataclass(frozen=True)
class ExpectedAndMeasured:
    """One metric: what was said it would show, beside what it shows."""

    name: str
    role: str
    said: str
    level: str
    interval: str
    verdict: str
    sentence: str
    url: str


def expected_and_measured(reading: Reading) -> ExpectedAndMeasured:
    metric, figures = reading.metric, reading.figures
    said = ""
    if metric.role == MetricRole.GUARDRAIL and metric.limit is not None:
        said = _("limit %(level)s") % {"level": figures.planned(metric.limit)}
    elif metric.target is not None:
        said = _("target %(level)s") % {"level": figures.planned(metric.target)}
    return ExpectedAndMeasured(
        name=metric.name,
        role=str(metric.get_role_display()),
        said=said,
        level=reading.written_level if reading.level_now is not None else "",
        interval=reading.interval,
        verdict=reading.verdict,
        sentence=reading.sentence,
        url=reverse("pilots:metric-detail", args=[metric.pk]),
    )


def _checks(checks: Iterable[checklist.Checked]) -> list[dict[str, object]]:
    return [
        {
            "key": check.key,
            "label": str(check.label),
            "met": check.met,
            "sentence": check.sentence,
        }
        for check in checks
    ]


def _needs(pilot: Pilot) -> list[dict[str, object]]:
    return [
        {"id": need.pk, "title": need.title, "voices": need.voice_count}
        for need in pilot.needs.all()
    ]


def _metrics(metrics: Iterable[Metric]) -> list[dict[str, object]]:
    return [
        {
            "id": metric.pk,
            "name": metric.name,
            "role": metric.role,
            "definition": metric.definition,
            "version": metric.version,
            "target": _plain(metric.target),
            "limit": _plain(metric.limit),
            "baseline_from": _plain(metric.baseline_from),
            "baseline_until": _plain(metric.baseline_until),
            "steady_from": metric.steady_from,
            "steady_because": metric.steady_because,
            "design": metric.design,
            "design_because": metric.design_because,
            "settling_weeks": metric.settling_weeks,
        }
        for metric in sorted(metrics, key=lambda metric: metric.pk)
    ]


def _plain(value: object) -> str | None:
    return None if value is None else str(value)
