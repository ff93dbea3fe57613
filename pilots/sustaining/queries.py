"""What was scaled and is to be looked at, what waits for whom, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import Exists, OuterRef, Q

from innovation.people.models import User
from innovation.rules import dates
from pilots.evidence import queries as evidence
from pilots.evidence.queries import Reading
from pilots.gates.models import Decision, GateReview
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Checked, Gate
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import owner_after_scaling
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus
from pilots.metrics.models import Dimension, MetricRole
from pilots.scaling import queries as scaling
from pilots.sustaining.looks import DECIDE_WITHIN, MONTHS, Looked, NextLook, next_look
from pilots.sustaining.models import SustainedQuerySet, SustainedReview

WATCHED = (MetricRole.PRIMARY, MetricRole.GUARDRAIL)


def last_look(pilot: Pilot) -> SustainedReview | None:
    found = SustainedReview.objects.filter(review__pilot=pilot).for_list()
    return found.order_by("-pk").first()


def next_of(pilot: Pilot, *, today: date) -> NextLook | None:
    """When what it tried is looked at next; None while that is asked, and where it never is."""
    if pilot.status != PilotStatus.SCALED or pilot.ended_on is None:
        return None
    last = last_look(pilot)
    if last is not None and last.review.decided_at is None:
        return None
    looked = None if last is None else Looked(last.months, last.again_on)
    return next_look(pilot.ended_on, looked, today=today)


def due(today: date) -> Iterator[tuple[Pilot, NextLook]]:
    """Pilots at whose work it is to be looked now, the longest scaled first."""
    reviews = GateReview.objects.filter(pilot=OuterRef("pk"))
    done = reviews.filter(sustained__months=MONTHS[-1], decision=Decision.SUSTAINED)
    scaled = (
        Pilot.objects.filter(
            status=PilotStatus.SCALED, ended_on__lte=dates.months_after(today, -MONTHS[0])
        )
        .exclude(Exists(reviews.waiting()))
        .exclude(Exists(done))
        .for_list()
    )
    for pilot in scaled.order_by("ended_on", "pk"):
        look = next_of(pilot, today=today)
        if look is not None and look.due_on <= today:
            yield pilot, look


def to_answer(user: User) -> list[SustainedReview]:
    """What this person, or whom they act for, owns and has not said what they see of."""
    theirs = user.interests
    near = SustainedReview.objects.waiting().filter(
        Q(review__pilot__owner__in=theirs)
        | Q(review__pilot__sponsor__in=theirs)
        | Q(review__pilot__lead__in=theirs),
        answered_at=None,
    )
    found = near.for_list().order_by("pk")
    return [one for one in found if owner_after_scaling(one.review.pilot).pk in theirs]


def overdue(user: User, *, today: date) -> SustainedQuerySet:
    """Undecided beyond its days: for owner, sponsor and office."""
    opened_before = dates.begins(today - DECIDE_WITHIN)
    return (
        SustainedReview.objects.waiting()
        .filter(review__opened_at__lt=opened_before)
        .filter(
            Q(review__pilot__owner=user.pk)
            | Q(review__pilot__sponsor=user.pk)
            | Q(review__pilot__unit_id__within=user.reach(PilotsPermission.OPEN))
        )
        .for_list()
        .order_by("pk")
    )


@dataclass(frozen=True)
class SinceScaling:
    """One metric: its level before it went live, until it was scaled, and since."""

    reading: Reading
    before: float | None
    during: float | None
    since: float | None
    periods: int  # with a number, since it was scaled

    @property
    def holds(self) -> bool:
        """Whether it is better since it was scaled than before it went live, as its verdict says."""
        if self.since is None or self.reading.verdict not in ("better", "reached"):
            return False
        if self.before is None:
            return True
        lower = self.reading.metric.direction == "lower"
        return self.since < self.before if lower else self.since > self.before


def since_scaling(pilot: Pilot, *, at: datetime) -> list[SinceScaling]:
    """The primary metric and the guardrails, and what is counted of its use, before and since."""
    found = [
        _since(pilot, one)
        for one in evidence.readings_of(pilot, at)
        if one.metric.role in WATCHED or one.metric.dimension == Dimension.ADOPTION
    ]
    return sorted(
        found,
        key=lambda one: (
            evidence.ROLES_IN_ORDER.index(MetricRole(one.reading.metric.role)),
            one.reading.metric.pk,
        ),
    )


def _since(pilot: Pilot, reading: Reading) -> SinceScaling:
    live, scaled = pilot.went_live_on or date.min, pilot.ended_on or date.max
    parts: tuple[list[float], list[float], list[float]] = ([], [], [])
    for period, value in zip(reading.series.periods, reading.series.values, strict=True):
        if not np.isnan(value):
            parts[0 if period < live else 1 if period <= scaled else 2].append(float(value))
    before, during, since = (float(np.mean(part)) if part else None for part in parts)
    return SinceScaling(reading, before, during, since, len(parts[2]))


def checks(pilot: Pilot) -> list[Checked]:
    """What is asked of what was scaled, and what was found."""
    return checklist.checklist(pilot, Gate.SUSTAINED)


def known(
    sustained: SustainedReview, found: list[Checked], levels: list[SinceScaling]
) -> dict[str, object]:
    """What lies on the table when it is decided, as plain JSON to keep."""
    pilot = sustained.review.pilot
    return {
        "months": sustained.months,
        "scaled_on": str(pilot.ended_on),
        "owner": pilot.owner and pilot.owner.name,
        "scale_plan": scaling.kept(scaling.plan_of(pilot)),
        "answer": {
            "seen": sustained.seen,
            "people_using": sustained.people_using,
            "people_could": sustained.people_could,
            "cost": None if sustained.cost is None else f"{sustained.cost:.2f}",
        },
        "checks": [
            {
                "key": check.key,
                "label": str(check.label),
                "met": check.met,
                "sentence": check.sentence,
            }
            for check in found
        ],
        "levels": [
            {
                "metric": one.reading.metric.pk,
                "name": one.reading.metric.name,
                "before": one.before,
                "during": one.during,
                "since": one.since,
                "periods": one.periods,
                "verdict": one.reading.verdict,
                "data_version": one.reading.metric.data_version,
            }
            for one in levels
        ],
    }
