"""Where the record knows who had which part in a pilot: one table after the other, read in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Left, Substr

from innovation.workflow.models import StateChange
from pilots.adoption.models import Champion, ChampionAnswer
from pilots.assurance.models import Assessment
from pilots.hazards.models import Hazard, HazardControl
from pilots.incentives.kinds import CreditKind
from pilots.incentives.models import CreditClaim
from pilots.lifecycle.models import (
    FormerMember,
    HoldCause,
    LogEntry,
    Pilot,
    SafetyHold,
    TeamMember,
    TeamRole,
)
from pilots.lifecycle.states import PilotStatus
from pilots.mentoring.models import Mentorship, MentorshipAnswer
from pilots.metrics.models import MetricVersion
from pilots.safety.models import StopAnswer, StopRequest

_SEATS = (TeamRole.LEAD, TeamRole.MENTOR, "sponsor")


RecordRow = tuple[str, int, int, datetime, str]


@dataclass(frozen=True)
class RecordSource:
    """A table of the record: who of it had which part in which pilot, when, and what it is called."""

    kind: str
    rows: QuerySet[Any]
    person: str
    pilot: str
    at: str
    said: str = ""

    def narrowed(self, rule: Q) -> QuerySet[Any, RecordRow]:
        said = Left(Cast(F(self.said), CharField()), 120) if self.said else Value("")
        found: QuerySet[Any, RecordRow] = (
            self.rows.order_by()
            .filter(**{f"{self.person}__isnull": False})
            .annotate(
                credit_kind=Value(self.kind, output_field=CharField()),
                credit_who=F(self.person),
                credit_where=F(self.pilot),
                credit_at=F(self.at),
                credit_said=Cast(said, CharField()),
            )
            .filter(rule)
            .values_list("credit_kind", "credit_who", "credit_where", "credit_at", "credit_said")
        )
        return found


def _sources(pilots: Sequence[int] | None) -> Iterator[RecordSource]:
    kind = CreditKind
    yield RecordSource(
        kind.SHAPED, Pilot.objects.all(), "idea__proposed_by", "pk", "opened_at", "idea__title"
    )
    yield RecordSource(kind.LED, Pilot.objects.all(), "lead", "pk", "opened_at")
    former, seats = FormerMember.objects.all(), TeamMember.objects.all()
    yield RecordSource(kind.LED, former.filter(role=TeamRole.LEAD), "person", "pilot", "left_at")
    yield RecordSource(kind.TEAM, seats.exclude(role__in=_SEATS), "person", "pilot", "joined_at")
    yield RecordSource(kind.TEAM, former.exclude(role__in=_SEATS), "person", "pilot", "left_at")
    yield RecordSource(
        kind.MENTORED, seats.filter(role=TeamRole.MENTOR), "person", "pilot", "joined_at"
    )
    yield RecordSource(
        kind.MENTORED, former.filter(role=TeamRole.MENTOR), "person", "pilot", "left_at"
    )
    asked = Mentorship.objects.filter(answer=MentorshipAnswer.ACCEPTED)
    yield RecordSource(kind.MENTORED, asked, "person", "pilot", "answered_at")
    champions = Champion.objects.filter(answer=ChampionAnswer.YES)
    yield RecordSource(
        kind.CHAMPION, champions, "person", "group__pilot", "answered_at", "group__name"
    )
    versions = MetricVersion.objects.exclude(metric__pilot=None)
    yield RecordSource(kind.MEASURED, versions, "by", "metric__pilot", "at", "metric__name")
    yield RecordSource(
        kind.HAZARDS, Hazard.objects.all(), "recorded_by", "pilot", "recorded_at", "title"
    )
    controls = HazardControl.objects.all()
    yield RecordSource(kind.CONTROLS, controls, "done_by", "hazard__pilot", "done_at", "text")
    reviews = Assessment.objects.exclude(reviewed_at=None)
    yield RecordSource(kind.REVIEWED, reviews, "reviewed_by", "pilot", "reviewed_at", "area")
    yield RecordSource(kind.LOGGED, LogEntry.objects.all(), "by", "pilot", "at")
    stopped = StopRequest.objects.filter(answer=StopAnswer.STOPS)
    yield RecordSource(kind.STOPPED, stopped, "asked_by", "pilot", "asked_at")
    holds = SafetyHold.objects.filter(cause=HoldCause.SAFETY)
    yield RecordSource(kind.STOPPED, holds, "placed_by", "pilot", "placed_at")
    # What is decided at a gate is a decision; who stops early says what they see.
    ends = StateChange.objects.filter(verb="stop", subject__startswith="pilot:").exclude(
        source=PilotStatus.EVALUATING
    )
    if pilots is not None:
        ends = ends.filter(subject__in=[f"pilot:{key}" for key in pilots])
    of_pilot = When(
        subject__startswith="pilot:", then=Cast(Substr("subject", 7), BigIntegerField())
    )
    ends = ends.annotate(of=Case(of_pilot))
    yield RecordSource(kind.STOPPED, ends, "by", "of", "at")
    also = CreditClaim.objects.filter(confirmed=True)
    yield RecordSource(kind.ALSO, also, "person", "pilot", "at", "what")


def recorded(*, pilots: Sequence[int] | None = None, person: int | None = None) -> list[RecordRow]:
    """The record of these pilots, or of one person, in one statement."""
    rule = Q(credit_who=person) if pilots is None else Q(credit_where__in=pilots)
    first, *others = (one.narrowed(rule) for one in _sources(pilots))
    return list(first.union(*others, all=True))
