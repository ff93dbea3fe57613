"""Where the reviews of a pilot stand: whose turn it is, since when, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from statistics import median

from django.db import models
from django.db.models import Prefetch, prefetch_related_objects

from innovation.people.models import Deputyship, User
from innovation.rules import dates
from pilots.assurance import permissions
from pilots.assurance.areas import JUDGED_BY, ReviewArea
from pilots.assurance.models import (
    AnswerVerdict,
    Assessment,
    AssessmentAnswer,
    AssessmentCondition,
    AssessmentQuerySet,
    Attestation,
    ConditionReport,
    EvidenceItem,
    EvidenceKind,
    Product,
    ProductUse,
    ProductVersion,
    SecondOpinion,
)
from pilots.assurance.packs import PackQuestion, QuestionPack, packs
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot, PilotQuerySet
from pilots.lifecycle.queries import pivoted_at
from pilots.lifecycle.states import ENDED

# A file may be large, and is read where it is opened.
WITHOUT_FILES = EvidenceItem.objects.defer("content").select_related(
    "product_version", "owner", "given_by"
)
READS: tuple[str | Prefetch[str], ...] = (
    "assessments__answers__judged_by",
    Prefetch("assessments__answers__item", WITHOUT_FILES),
    "assessments__conditions__owner",
    "assessments__conditions__reports__by",
    "assessments__opinions__asked_of",
    "assessments__reviewer",
    "attestations",
)


# So far back finished reviews are counted.
COUNTED = timedelta(days=365)

SHORT_FORM = "short"  # the pack of the fast lane


class Turn(StrEnum):
    TEAM = "team"
    REVIEWER = "reviewer"
    DONE = "done"


@dataclass(frozen=True)
class AnsweredQuestion:
    """One question of a review, what answers it now, and what answered it before."""

    question: PackQuestion
    answer: AssessmentAnswer | None
    former: tuple[AssessmentAnswer, ...]
    expired: bool

    @property
    def with_team(self) -> bool:
        """Nothing answers it, or what did was sent back or holds no longer."""
        return (
            self.answer is None
            or self.expired
            or self.answer.verdict in (AnswerVerdict.ASKED, AnswerVerdict.REFUSED)
        )

    @property
    def accepted(self) -> bool:
        return (
            self.answer is not None
            and self.answer.verdict == AnswerVerdict.ACCEPTED
            and not self.expired
        )

    @property
    def waits_for_reviewer(self) -> bool:
        return self.answer is not None and not self.expired and not self.answer.verdict


@dataclass(frozen=True)
class AssessmentState:
    """Where one review stands on a day."""

    assessment: Assessment
    questions: tuple[AnsweredQuestion, ...]
    conditions: tuple[AssessmentCondition, ...]
    today: date

    @property
    def turn(self) -> Turn:
        if any(one.with_team for one in self.questions):
            return Turn.TEAM
        return Turn.DONE if self.assessment.reviewed_at is not None else Turn.REVIEWER

    @property
    def since(self) -> datetime:
        """Since when it is whose turn it is."""
        moments = [self.assessment.opened_at]
        for one in self.questions:
            if one.answer is not None:
                moments += filter(None, (one.answer.given_at, one.answer.judged_at))
        return max(moments)

    @property
    def accepted(self) -> int:
        return sum(one.accepted for one in self.questions)

    @property
    def expired(self) -> bool:
        return any(one.expired for one in self.questions)

    @property
    def blocking(self) -> list[AssessmentCondition]:
        """Conditions that keep the pilot from its next gate: due before the start, or overdue."""
        return [
            one
            for one in self.conditions
            if one.met_at is None and (one.due_on is None or one.due_on < self.today)
        ]

    @property
    def overdue(self) -> list[AssessmentCondition]:
        return [one for one in self.blocking if one.due_on is not None]

    @property
    def open_opinions(self) -> list[SecondOpinion]:
        """Second opinions that were asked for and not given; they keep nobody from concluding."""
        return [one for one in self.assessment.opinions.all() if one.answered_at is None]


@dataclass(frozen=True)
class PilotReviews:
    """What is asked of a pilot, and where each of it stands."""

    pilot: Pilot
    asked: tuple[QuestionPack, ...]
    short: tuple[QuestionPack, ...]
    states: dict[str, AssessmentState]  # by pack; one that nothing was given for is not there

    def attested(self, pack: QuestionPack) -> Attestation | None:
        """The short form as it was filled in last; before a pivot it was of another way."""
        made = next((one for one in self.pilot.attestations.all() if one.pack == pack.key), None)
        if made is None or self.pivoted_at is None or made.at > self.pivoted_at:
            return made
        return None

    @cached_property
    def pivoted_at(self) -> datetime | None:
        return pivoted_at(self.pilot)

    @property
    def topics(self) -> list[str]:
        """The topics of what is asked, in the order of the questions."""
        return list(dict.fromkeys(one.topic for _pack, one in self.questions))

    @property
    def questions(self) -> list[tuple[QuestionPack, PackQuestion]]:
        """Every question: as it was asked where the review has begun."""
        return [
            (pack, one)
            for pack in self.asked
            for one in (
                self.states[pack.key].assessment.asked
                if pack.key in self.states
                else pack.questions
            )
        ]


def asked_of(pilot: Pilot, gate: str = Gate.GO_LIVE) -> list[QuestionPack]:
    """The packs that the pilot's pathway asks, and those that a line of the short form brought with it."""
    known = packs()
    found = known.asked_of(pilot.pathway, gate)
    doubted = {one.pack for one in pilot.attestations.all() if not one.all_hold}
    more = [known.newest[key] for one in found if one.key in doubted for key in one.on_no]
    return list({pack.key: pack for pack in (*found, *more)}.values())


def reviews_of(pilot: Pilot, *, today: date) -> PilotReviews:
    asked = asked_of(pilot)
    reviewed = tuple(pack for pack in asked if not pack.self_attested)
    keys = {pack.key for pack in reviewed}
    states = {
        one.pack: state_of(one, today=today) for one in pilot.assessments.all() if one.pack in keys
    }
    short = tuple(pack for pack in asked if pack.self_attested)
    return PilotReviews(pilot, reviewed, short, states)


def state_of(assessment: Assessment, *, today: date) -> AssessmentState:
    answers: dict[str, list[AssessmentAnswer]] = {}
    for answer in assessment.answers.all():
        answers.setdefault(answer.question, []).append(answer)
    rows = []
    for question in assessment.asked:
        given = answers.get(question.key, [])
        current = next((one for one in given if one.superseded_at is None), None)
        former = tuple(one for one in given if one.superseded_at is not None)
        expired = current is not None and is_expired(current.item, today=today)
        rows.append(AnsweredQuestion(question, current, former, expired))
    return AssessmentState(assessment, tuple(rows), tuple(assessment.conditions.all()), today)


def concluded_on(pilot: Pilot, *, today: date) -> list[Assessment]:
    """Reviews of the pilot that somebody concluded, each with what is still to be done; `lapsed` where an
    answer holds no longer."""
    current = AssessmentAnswer.objects.filter(assessment=models.OuterRef("pk"), superseded_at=None)
    fallen = current.filter(
        ~models.Q(verdict=AnswerVerdict.ACCEPTED) | models.Q(item__expires_on__lt=today)
    )
    return list(
        Assessment.objects.filter(pilot=pilot)
        .exclude(reviewed_at=None)
        .annotate(lapsed=models.Exists(fallen))
        .select_related("reviewed_by")
        .prefetch_related("conditions")
    )


def is_expired(item: EvidenceItem, *, today: date) -> bool:
    return item.expires_on is not None and item.expires_on < today


def with_reads(pilot: Pilot) -> Pilot:
    prefetch_related_objects([pilot], *READS)
    return pilot


def product_of(pilot: Pilot) -> Product | None:
    use = pilot.product_uses.select_related("product").first()
    return None if use is None else use.product


def pilots_trying(product: Product) -> list[Pilot]:
    """Whose last named product it is, while they are not over; in the order in which they are locked."""
    last = ProductUse.objects.filter(pilot=models.OuterRef("pk")).order_by("-pk").values("product")
    found = Pilot.objects.exclude(status__in=ENDED).annotate(tries=models.Subquery(last[:1]))
    return list(found.filter(tries=product.pk).order_by("pk"))


def version_in_use(product: Product) -> ProductVersion:
    return product.versions.all()[0]


def evidence_for(pilot: Pilot) -> models.QuerySet[EvidenceItem]:
    """The pilot's own, and what others gave on the product that it tries, in the version in use."""
    product = product_of(pilot)
    own = WITHOUT_FILES.filter(pilot=pilot)
    if product is None:
        return own
    return own | WITHOUT_FILES.filter(product_version=version_in_use(product))


def files_seen_from(pilots: PilotQuerySet) -> models.QuerySet[EvidenceItem]:
    """Files that were given for these pilots, or answer a question of them; and those of model cards, which are
    of no pilot."""
    keys = pilots.values("pk")
    return EvidenceItem.objects.filter(kind=EvidenceKind.FILE).filter(
        models.Q(pilot__in=keys)
        | models.Q(pilot=None)
        | models.Q(
            pk__in=AssessmentAnswer.objects.filter(assessment__pilot__in=keys).values("item")
        )
    )


def reviewers(assessment: Assessment) -> list[User]:
    """Everybody who could judge it."""
    holding = User.objects.holding(JUDGED_BY[assessment.area], assessment.pilot.unit)
    return [one for one in holding.order_by("name") if permissions.can_review(one, assessment)]


def open_states(found: AssessmentQuerySet, *, today: date) -> list[AssessmentState]:
    """Reviews that are not done, of pilots that are not over and still ask for them; oldest turn first."""
    rows = (
        found.exclude(pilot__status__in=ENDED)
        .for_list()
        .prefetch_related(Prefetch("answers__item", WITHOUT_FILES), "pilot__attestations")
    )
    states = [
        state_of(one, today=today)
        for one in rows
        if one.pack in {pack.key for pack in asked_of(one.pilot)}
    ]
    return sorted((one for one in states if one.turn is not Turn.DONE), key=lambda one: one.since)


def away(people: Iterable[int]) -> dict[int, list[Deputyship]]:
    """Who stands in for whom today."""
    found: dict[int, list[Deputyship]] = {}
    for one in (
        Deputyship.objects.current().filter(person__in=list(people)).select_related("deputy")
    ):
        found.setdefault(one.person_id, []).append(one)
    return found


@dataclass(frozen=True)
class AreaCount:
    """What one area has to do: open reviews by whose turn they are, how long the oldest waits for its reviewer,
    and how many were finished in the last year and in how many days, the middle one of all."""

    area: ReviewArea
    with_reviewers: int
    with_teams: int
    oldest: datetime | None
    done: int
    median_days: float | None


def by_area(
    found: AssessmentQuerySet, states: Sequence[AssessmentState], *, today: date
) -> list[AreaCount]:
    """Counted over what is `found`; `states` are the open ones of it."""
    took: dict[str, list[int]] = {}
    since = dates.begins(today - COUNTED)
    for area, opened, reviewed in found.filter(reviewed_at__gte=since).values_list(
        "area", "opened_at", "reviewed_at"
    ):
        if reviewed is not None:
            took.setdefault(area, []).append((reviewed - opened).days)
    counts = []
    for area in ReviewArea:
        open_ = [one for one in states if one.assessment.area == area]
        waiting = [one.since for one in open_ if one.turn is Turn.REVIEWER]
        days = took.get(area, [])
        if open_ or days:
            counts.append(
                AreaCount(
                    area,
                    len(waiting),
                    len(open_) - len(waiting),
                    min(waiting, default=None),
                    len(days),
                    median(days) if days else None,
                )
            )
    return counts


def assessments_seen_by(user: User) -> AssessmentQuerySet:
    """With all that the page of one says."""
    rows = Assessment.objects.visible_to(user).for_list().select_related("reviewed_by")
    return rows.prefetch_related(
        "answers__judged_by",
        "answers__given_by",
        Prefetch("answers__item", WITHOUT_FILES),
        "conditions__owner",
        "conditions__met_by",
        "conditions__reports__by",
        "conditions__reports__answered_by",
        "opinions__asked_by",
        "opinions__answered_by",
    )


def conditions_seen_by(user: User) -> models.QuerySet[AssessmentCondition]:
    return AssessmentCondition.objects.filter(
        assessment__in=Assessment.objects.visible_to(user).values("pk")
    ).select_related("assessment__pilot__unit", "assessment__pilot__lead", "owner")


def opinions_seen_by(user: User) -> models.QuerySet[SecondOpinion]:
    return SecondOpinion.objects.filter(
        assessment__in=Assessment.objects.visible_to(user).values("pk")
    ).select_related("assessment__pilot__unit", "assessment__reviewer", "asked_of", "asked_by")


def opinions_asked_of(user: User) -> models.QuerySet[SecondOpinion]:
    """What others asked this person and is not answered; the longest first."""
    return (
        SecondOpinion.objects.filter(asked_of=user.pk, answered_at=None)
        .exclude(assessment__pilot__status__in=ENDED)
        .exclude(assessment__pilot__declared_conflicts__person=user.pk)
        .select_related("assessment__pilot__unit", "asked_by", "asked_of")
        .order_by("asked_at", "pk")
    )


def conditions_said_to_be_done(user: User) -> list[ConditionReport]:
    """What this person could see met, because they took the review or nobody has; the longest first."""
    found = (
        ConditionReport.objects.filter(
            answered_at=None,
            condition__assessment__in=Assessment.objects.visible_to(user).values("pk"),
        )
        .filter(
            models.Q(condition__assessment__reviewer=None)
            | models.Q(condition__assessment__reviewer__in=user.interests)
        )
        .exclude(condition__assessment__pilot__status__in=ENDED)
        .select_related("condition__assessment__pilot__unit", "by")
        .prefetch_related(
            "condition__assessment__pilot__team",
            "condition__assessment__pilot__former_team",
            "condition__assessment__pilot__declared_conflicts",
        )
        .order_by("at", "pk")
    )
    return [one for one in found if permissions.can_meet(user, one.condition)]


@dataclass(frozen=True)
class Workload:
    """What one reviewer has taken and not finished."""

    reviewer: User
    count: int
    waiting: int
    oldest: datetime | None
    stand_ins: Sequence[Deputyship]


def workloads(states: Sequence[AssessmentState]) -> list[Workload]:
    taken: dict[int, list[AssessmentState]] = {}
    for state in states:
        if state.assessment.reviewer_id is not None:
            taken.setdefault(state.assessment.reviewer_id, []).append(state)
    loads = []
    standing_in = away(taken)
    for theirs in taken.values():
        waiting = [one.since for one in theirs if one.turn is Turn.REVIEWER]
        reviewer = theirs[0].assessment.reviewer
        assert reviewer is not None
        loads.append(
            Workload(
                reviewer,
                len(theirs),
                len(waiting),
                min(waiting, default=None),
                standing_in.get(reviewer.pk, []),
            )
        )
    return sorted(loads, key=lambda one: (-one.waiting, one.reviewer.name))
