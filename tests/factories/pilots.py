"""Needs, pilots, money and metrics of a test, made the way people make them: by the verbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from innovation.ideas.models import Idea
from innovation.needs.models import Need
from innovation.needs.states import NEED
from innovation.notices.models import Notice
from innovation.people.models import Unit, User
from innovation.rules import dates
from innovation.workflow import actions as workflow
from pilots.accuracy import actions as accuracy
from pilots.adoption.models import NobodyAffected
from pilots.evidence import actions as evidence
from pilots.evidence.models import Happening
from pilots.funding import actions as funding
from pilots.funding.models import Award, Fund, LedgerEntry, Overrun, Receipt
from pilots.gates import actions as gates
from pilots.gates.models import GateCondition, GateReview
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Advice, Blocker, Pilot, TeamMember
from pilots.metrics.actions import checks
from pilots.metrics.models import (
    Metric,
    Observation,
    Sibling,
    SiblingKind,
    Source,
    SourceCheck,
)
from pilots.milestones import actions as milestones
from pilots.milestones.models import Milestone
from pilots.risks import actions as risks
from pilots.risks.models import PilotRisk
from pilots.scaling import actions as scaling
from pilots.scaling.models import ScalePlan
from pilots.scaling.queries import may_own
from pilots.staffing import actions as staffing
from pilots.staffing.models import Allocation, TimeRequest
from pilots.staffing.queries import answers_for
from tests.factories import assurance
from tests.factories.cast import NOW, Cast
from tests.factories.remembered import remembered

_number = count(1)
TODAY = NOW.date()

EFFICIENCY = {"signal": "no", "advice": "no", "care": "no"}
DECISION_SUPPORT = {
    "signal": "no",
    "advice": "yes",
    "care": "no",
    "audience": "clinician",
    "diagnosis": "no",
    "urgent": "no",
    "reviewable": "yes",
}


@remembered
def make_need(
    cast: Cast, *, by: User | None = None, anonymous: bool = False, **fields: Any
) -> Need:
    """A need of 4 West that the office has accepted."""
    need = Need.objects.create(
        **{
            "title": "We chart at the kitchen table",
            "problem": "Notes are finished at home, after the shift.",
            "population": "Nurses and physicians of the ward",
            "outcome": "The note is done when the visit is.",
            "setting": "ward",
            "frequency": "daily",
            "unit": cast.four_west,
            "submitted_by": by or cast.ana,
            "submitted_at": NOW - timedelta(days=90),
            "anonymous": anonymous,
            **fields,
        }
    )
    workflow.move(NEED, need, "accept", by=cast.maya, at=NOW, reason="Many wards say so.")
    return need


@remembered
def make_idea(cast: Cast, *needs: Need, **fields: Any) -> Idea:
    idea = Idea.objects.create(
        **{
            "title": "Listen and draft the note",
            "proposal": "The visit is drafted while it happens.",
            "unit": cast.brigid,
            "proposed_by": cast.priya,
            "proposed_at": NOW - timedelta(days=60),
            **fields,
        }
    )
    idea.needs.set(needs)
    return idea


@remembered
def open_pilot(cast: Cast, *, needs: list[Need] | None = None, **fields: Any) -> Pilot:
    """A pilot of St Brigid led by Jonas, opened by the office, with nothing in its charter. Who was asked to
    sponsor it has said yes."""
    pilot = lifecycle.open_pilot(
        **{
            "by": cast.maya,
            "at": NOW,
            "title": "Ambient notes in primary care",
            "summary": "A visit is drafted while it happens; the clinician signs.",
            "unit": cast.brigid,
            "lead": cast.jonas,
            "sponsor": cast.rosa,
            "needs": [make_need(cast)] if needs is None else needs,
            **fields,
        }
    )
    return sponsored(pilot)


def sponsored(pilot: Pilot) -> Pilot:
    """Who was asked has said yes; nothing of it is left to be read, as most stories are of something else."""
    if pilot.sponsor_asked is not None:
        answered = {"sponsor_asked": None, "sponsor_asked_by": None, "sponsor_asked_at": None}
        Notice.objects.filter(title__contains="asks you to sponsor").delete()
        for name, value in {"sponsor": pilot.sponsor_asked, **answered}.items():
            setattr(pilot, name, value)
        pilot.save(update_fields=["sponsor", *answered])
    return pilot


@remembered
def on_team(
    pilot: Pilot,
    *,
    person: User,
    role: str,
    percent: int,
    starts_on: date,
    ends_on: date,
    by: User,
    at: datetime = NOW,
) -> Allocation:
    """Asked, and agreed by all who are asked: the person, and whoever leads their unit where it is."""
    asked = staffing.ask(
        pilot,
        person=person,
        role=role,
        percent=percent,
        starts_on=starts_on,
        ends_on=ends_on,
        why="We need you there.",
        by=by,
        at=at,
    )
    agree(asked, at=at)
    return asked.allocations.select_related("member", "person", "pilot__lead").get()


@remembered
def agree(asked: TimeRequest, *, at: datetime = NOW) -> None:
    """Everybody says yes who is asked."""
    if asked.said_yes_at is None:
        staffing.agree(asked, by=asked.person, at=at)
    if asked.waits_for_unit:
        assert asked.unit is not None
        leader = answers_for(asked.unit, asked)[0]
        staffing.agree_for_unit(asked, by=leader, at=at)


@remembered
def sit(pilot: Pilot, person: User, role: str = "member", percent: int = 1) -> TeamMember:
    """On the team by a yes of their own, whatever the pilot's state, and without a share of time."""
    if member := TeamMember.objects.filter(pilot=pilot, person=person).first():
        return member
    asked = TimeRequest.objects.create(
        pilot=pilot, person=person, role=role, percent=percent, starts_on=TODAY, ends_on=TODAY,
        asked_by=pilot.lead, asked_at=NOW,
    )  # fmt: skip
    TimeRequest.objects.filter(pk=asked.pk).update(
        said_yes_at=NOW, answer="agreed", answered_at=NOW, answered_by=person
    )
    return TeamMember.objects.create(pilot=pilot, person=person, role=role, joined_at=NOW)


@remembered
def make_fund(
    cast: Cast, amount: str | Decimal = "500000", unit: Unit | None = None, **fields: Any
) -> Fund:
    """A fund of the system for this year, filled by finance."""
    fund = funding.create_fund(
        by=cast.sam,
        at=NOW,
        name=fields.pop("name", f"Innovation fund {next(_number)}"),
        unit=unit or cast.lakeshore,
        fiscal_year=2026,
        **fields,
    )
    if Decimal(amount):
        funding.deposit(
            fund, amount=Decimal(amount), on=TODAY, key=f"fund {fund.pk}", by=cast.sam, at=NOW
        )
    return fund


@remembered
def make_source(cast: Cast, **fields: Any) -> Source:
    number = next(_number)
    return Source.objects.create(
        **{
            "name": f"EHR {number}",
            "unit": cast.brigid,
            "kind": "csv_upload",
            "created_at": NOW,
            "created_by": cast.jonas,
            **fields,
        }
    )


@remembered
def make_metric(cast: Cast, pilot: Pilot | None, **fields: Any) -> Metric:
    """A primary metric with its baseline window and target; `role="guardrail"` gets a limit."""
    number = next(_number)
    guardrail = fields.get("role") == "guardrail"
    return Metric.objects.create(
        **{
            "name": f"Note time per visit {number}",
            "definition": "Minutes in notes ÷ visits",
            "pilot": pilot,
            "unit": pilot and pilot.unit,
            "role": "primary",
            "kind": "value",
            "measure_unit": "min",
            "direction": "lower",
            "dimension": "safety" if guardrail else "workflow",
            "target": None if guardrail else Decimal(11),
            "limit": Decimal(5) if guardrail else None,
            "baseline_from": TODAY - timedelta(weeks=20),
            "baseline_until": TODAY - timedelta(weeks=4),
            "source": fields.get("source") or make_source(cast),
            "pull_from": TODAY - timedelta(weeks=20),
            "steady_from": "history",
            "steady_because": "Two years before show no season.",
            "created_at": NOW,
            **fields,
        }
    )


@remembered
def observe(metric: Metric, *, since: date, weeks: int, value: float = 16.0) -> None:
    """One number a week from `since` on."""
    Observation.objects.bulk_create(
        Observation(
            metric=metric,
            period=since + timedelta(weeks=week),
            value=Decimal(str(value + week % 3)),
            version=1,
            pull_id=0,
            recorded_at=NOW,
        )
        for week in range(weeks)
    )


@remembered
def compare(
    cast: Cast,
    metric: Metric,
    units: Sequence[Unit],
    *,
    since: date,
    weeks: int,
    value: float = 16.0,
) -> list[Metric]:
    """The same number at these units, beside which the metric is judged; the first is highest."""
    found = []
    for place, unit in enumerate(units):
        other = make_metric(
            cast,
            None,
            name=f"{metric.name}, site {place}",
            role="secondary",
            unit=unit,
            pull_from=since,
            baseline_from=None,
            baseline_until=None,
        )
        observe(other, since=since, weeks=weeks, value=value - place)
        Sibling.objects.create(
            metric=metric, series=other, kind=SiblingKind.SITE, added_at=NOW, added_by=cast.jonas
        )
        found.append(other)
    return found


@dataclass(frozen=True)
class Line:
    category: str = "software"
    description: str = "Licences for 40 clinicians"
    amount: Decimal = Decimal("60000")

    def as_dict(self) -> dict[str, Any]:
        return {
            "category": self.category,
            "description": self.description,
            "amount": self.amount,
        }


@dataclass(frozen=True)
class Charter:
    """What `shape` fills in; change a field to make it otherwise."""

    lines: tuple[Line, ...] = (
        Line(),
        Line("training", "Two afternoons of training", Decimal("8000")),
    )
    percent: int = 10
    answers: dict[str, str] = field(default_factory=lambda: dict(EFFICIENCY))


@remembered
def shape(
    cast: Cast, pilot: Pilot, fund: Fund, charter: Charter | None = None, *, at: datetime = NOW
) -> Pilot:
    """Fill in the whole charter, so that everything the resources gate asks of this app holds."""
    charter = charter or Charter()
    by = pilot.lead
    lifecycle.edit_charter(
        pilot,
        by=by,
        at=at,
        hypothesis="Minutes in notes fall by a third.",
        change="The room listens, the clinician checks and signs.",
        starts_on=TODAY + timedelta(days=14),
        ends_on=TODAY + timedelta(days=194),
        least_weeks=4,
        sites=[cast.medicine],
        sponsor=cast.rosa,
    )
    sponsored(pilot)
    lifecycle.answer_pathway(pilot, answers=charter.answers, by=by, at=at)
    if pilot.silent and not pilot.accuracy_promises.exists():
        accuracy.promise(
            pilot,
            least_sensitivity=Decimal("0.9"),
            least_ppv=Decimal("0.3"),
            planned_cases=200,
            by=by,
            at=at,
        )
    on_team(
        pilot,
        person=pilot.lead,
        role="lead",
        percent=charter.percent,
        starts_on=TODAY + timedelta(days=14),
        ends_on=TODAY + timedelta(days=194),
        by=by,
        at=at,
    )
    funding.set_request(
        pilot, fund=fund, lines=[line.as_dict() for line in charter.lines], by=by, at=at
    )
    NobodyAffected.objects.get_or_create(
        pilot=pilot,
        defaults={"because": "Drafts appear where notes are.", "by": by, "at": at},
    )
    make_metric(cast, pilot)
    make_metric(cast, pilot, role="guardrail", name=f"Corrections per note {next(_number)}")
    return pilot


@remembered
def serve(cast: Cast, pilot: Pilot, *, at: datetime = NOW) -> None:
    """Meet what the storey above asks at the resources gate: a key result that it serves."""
    from okrs.goals.models import KeyResult
    from tests.factories.goals import make_contribution

    known = KeyResult.objects.first()
    make_contribution(cast, pilot=pilot, at=at, **({"key_result": known} if known else {}))


@remembered
def propose(
    cast: Cast, pilot: Pilot, fund: Fund, charter: Charter | None = None, *, at: datetime = NOW
) -> GateReview:
    shape(cast, pilot, fund, charter, at=at)
    serve(cast, pilot, at=at)
    return gates.propose(pilot, by=pilot.lead, at=at, case="Two wards are ready; the vendor waits.")


@remembered
def approve(
    cast: Cast, pilot: Pilot, fund: Fund, charter: Charter | None = None, *, at: datetime = NOW
) -> GateReview:
    review = propose(cast, pilot, fund, charter, at=at)
    return gates.decide_resources(review, approve=True, by=cast.amara, at=at)


@remembered
def approve_under_condition(
    cast: Cast, review: GateReview, *, at: datetime = NOW, **fields: Any
) -> GateCondition:
    """Amara approves it, under a condition that Jonas sees to in a week and Helen verifies."""
    given: dict[str, Any] = {
        "text": "The night shift is trained.",
        "owner": cast.jonas,
        "due_on": at.date() + timedelta(days=7),
        "verifier": cast.helen,
    }
    decide = gates.decide_resources if review.gate == "resources" else gates.decide_go_live
    condition = gates.NewCondition(**given | fields)
    decide(review, approve=True, conditions=[condition], by=cast.amara, at=at)
    return review.conditions.get()


@remembered
def may_go_live(cast: Cast, pilot: Pilot, *, at: datetime = NOW) -> GateReview:
    """Asked for by its lead, and approved by Amara."""
    review = gates.ask_to_go_live(pilot, by=pilot.lead, at=at)
    return gates.decide_go_live(review, approve=True, by=cast.amara, at=at)


@remembered
def run(cast: Cast, pilot: Pilot, fund: Fund, charter: Charter | None = None) -> Pilot:
    """A pilot that went live four weeks ago, on the day on which it was approved, on a baseline of
    sixteen weeks."""
    approve(cast, pilot, fund, charter, at=NOW - timedelta(weeks=4))
    lifecycle.prepare(pilot, by=pilot.lead, at=NOW)
    for metric in pilot.metrics.all():
        observe(metric, since=TODAY - timedelta(weeks=20), weeks=16)
    assurance.pass_reviews(cast, pilot)
    may_go_live(cast, pilot, at=NOW - timedelta(weeks=4))
    gates.go_live(pilot, on=TODAY - timedelta(weeks=4), by=pilot.lead, at=NOW)
    return pilot


@remembered
def live_lately(pilot: Pilot, *, weeks: int = 4) -> Pilot:
    """Live so many weeks before the day on which the test is run, for pages, which go by that."""
    day = dates.today() - timedelta(weeks=weeks)
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=day)
    pilot.went_live_on = day
    return pilot


@remembered
def plan_to_scale(
    cast: Cast, pilot: Pilot, *, owner: User | None = None, at: datetime = NOW, **said: Any
) -> ScalePlan:
    """A whole scale plan; Ingrid (Ana where she sees no pilots), or whoever is named, has said yes to it."""
    known = owner or may_own(pilot).filter(pk=cast.ingrid.pk).first() or cast.ana
    plan = scaling.write(
        pilot,
        **{
            "owner": known,
            "running_cost": Decimal(36500),
            "training": "Each ward's champion shows it in an afternoon.",
            "integration": "It reads the visit list; the informatics desk looks after that.",
            "taking_out": "Switch the microphones off; notes are typed as before.",
            "by": pilot.lead,
            "at": at,
            **said,
        },
    )
    if plan.asked is not None:
        scaling.answer(plan, agrees=True, by=plan.asked, at=at)
    return plan


@remembered
def evaluate(cast: Cast, pilot: Pilot, fund: Fund, charter: Charter | None = None) -> GateReview:
    """… which made notes shorter and harmed nothing, has its scale plan, and waits for a decision."""
    run(cast, pilot, fund, charter)
    plan_to_scale(cast, pilot)
    for metric in pilot.metrics.all():
        value = 1 if metric.role == "guardrail" else 11
        observe(metric, since=TODAY - timedelta(weeks=4), weeks=4, value=value)
    return gates.ask_for_decision(
        pilot, by=pilot.lead, at=NOW, case="It held for four weeks; we would scale."
    )


@remembered
def block(cast: Cast, pilot: Pilot, *, at: datetime = NOW, **fields: Any) -> Blocker:
    """Two microphones are missing; Jonas, who leads, gets them within the week."""
    entry = lifecycle.write_log(
        pilot,
        **{
            "status": "blocked",
            "blockers": "Two microphones are missing.",
            "owner": cast.jonas,
            "due_on": at.date() + timedelta(days=7),
            "by": cast.jonas,
            "at": at,
            **fields,
        },
    )
    return entry.blocker


@remembered
def advise(cast: Cast, pilot: Pilot, text: str = "Ask the night shift first.") -> Advice:
    """Advice of Ingrid, who is on the team as its mentor."""
    sit(pilot, cast.ingrid, role="mentor")
    return lifecycle.advise(pilot, text=text, by=cast.ingrid, at=NOW)


PNG = b"\x89PNG\r\n\x1a\n" + bytes(20) + b"IEND\xaeB`\x82"


@remembered
def awarded(cast: Cast) -> Award:
    """What a pilot of its own was given: licences for 60,000 and training for 8,000."""
    pilot = open_pilot(cast)
    approve(cast, pilot, make_fund(cast))
    return pilot.awards.get()


@remembered
def spend(cast: Cast, award: Award, amount: str = "1000", **fields: Any) -> LedgerEntry:
    """An expense on the award's last line, its training."""
    return funding.spend(
        award,
        **{
            "line": award.request.lines.all()[1],
            "amount": Decimal(amount),
            "on": TODAY,
            "note": "Trainer",
            "key": f"expense {next(_number)}",
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


def ask_overrun(cast: Cast, award: Award, amount: str = "9000", **fields: Any) -> Overrun:
    """More than the training has left, asked by Jonas of Amara."""
    return funding.ask_overrun(
        award,
        **{
            "line": award.request.lines.all()[1],
            "amount": Decimal(amount),
            "on": TODAY,
            "note": "Trainer",
            "reason": "The night shift needs an afternoon of its own.",
            "key": f"overrun {next(_number)}",
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


def add_receipt(cast: Cast, entry: LedgerEntry, **fields: Any) -> Receipt:
    return funding.add_receipt(
        entry,
        **{"name": "invoice.png", "content": PNG, "by": cast.jonas, "at": NOW, **fields},
    )


def note(
    pilot: Pilot, *, by: User, days_ago: int = 3, at: datetime = NOW, **fields: Any
) -> Happening:
    """Training of the ward, noted today."""
    return evidence.note_happening(
        pilot,
        **{
            "kind": "training",
            "text": "The night shift had its hour of training.",
            "happened_on": TODAY - timedelta(days=days_ago),
            "by": by,
            "at": at,
            **fields,
        },
    )


def moment(days: float = 0) -> datetime:
    """NOW and some days."""
    return datetime(2026, 11, 23, 9, 0, tzinfo=UTC) + timedelta(days=days)


def answered(check: SourceCheck) -> SourceCheck:
    """The check, once a worker has asked the source."""
    while checks.run_next():
        pass
    check.refresh_from_db()
    return check


@remembered
def make_series(cast: Cast, metric: Metric, unit: Unit, **fields: Any) -> Metric:
    """The same number as `metric`, of another unit and of no pilot."""
    alike = {name: getattr(metric, name) for name in ("kind", "measure_unit", "direction")}
    return make_metric(
        cast,
        None,
        **{
            "unit": unit,
            "role": "secondary",
            "name": f"Note time per visit, {unit.name}",
            "cadence": metric.cadence,
            "dimension": metric.dimension,
            "target": None,
            "source": metric.source,
            "entity": unit.name,
            **alike,
            **fields,
        },
    )


@remembered
def set_milestone(cast: Cast, pilot: Pilot, **fields: Any) -> Milestone:
    """Both wards are to be trained within two weeks."""
    return milestones.add(
        pilot,
        **{
            "what": "Both wards are trained",
            "due_on": TODAY + timedelta(days=14),
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


@remembered
def record_risk(cast: Cast, pilot: Pilot, **fields: Any) -> PilotRisk:
    """The vendor may leave, which Jonas keeps an eye on."""
    return risks.record(
        pilot,
        **{
            "what": "The vendor is bought and leaves.",
            "weight": 3,
            "chance": 2,
            "done": "The drafts can be exported.",
            "owner": cast.jonas,
            "look_on": TODAY + timedelta(days=28),
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )
