"""What leadership reads: objectives as measured, money, people, and how fast needs are answered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Avg, Count, F, Q, Sum

from innovation.needs.models import Need
from innovation.needs.states import NeedStatus
from innovation.people.models import User
from innovation.rules import dates
from okrs.goals.models import Cycle
from okrs.progress.queries import (
    Movement,
    ObjectiveStanding,
    Standing,
    objective_standings,
)
from pilots.clock import queries as clocks
from pilots.clock.queries import Ending
from pilots.evidence.models import Alarm
from pilots.funding import queries as funding
from pilots.funding.models import Fund
from pilots.gates.models import GateReview
from pilots.learning import queries as learning
from pilots.learning.presenters import SparedByStop, spared_by
from pilots.lifecycle.models import Blocker, Pilot
from pilots.lifecycle.states import ACTIVE, PilotStatus
from pilots.protected_time import queries as time_kept
from pilots.protected_time.models import KeptReading
from pilots.staffing.models import Allocation
from pilots.time_returned import queries as time_returned
from pilots.time_returned.queries import Together

BLOCKERS = 50  # in one review
STOPS = 12


@dataclass(frozen=True)
class FundLine:
    fund: Fund
    awarded: Decimal
    asked: Decimal


@dataclass(frozen=True)
class Review:
    """Everything the leadership review page says, as of `at`."""

    at: datetime
    cycle: Cycle | None
    objectives: tuple[ObjectiveStanding, ...]
    decisions: tuple[GateReview, ...]  # gate reviews waiting, longest first
    alarms: tuple[Alarm, ...]  # open, longest first
    blockers: tuple[Blocker, ...]  # in the way of pilots, longest over first
    endings: tuple[Ending, ...]  # pilots whose time ends soon or is over, longest over first
    funds: tuple[FundLine, ...]
    hours: Together  # given back by what the pilots try, as measured
    full_time: Decimal  # full-time equivalents promised to active pilots today
    people: int
    kept: tuple[KeptReading, ...]  # of promised time, by unit, the least kept first
    too_little: tuple[KeptReading, ...]  # of promised time, by pilots below what is enough
    pilots_by_status: tuple[tuple[str, int], ...]
    needs_waiting: int
    answer_time: timedelta | None  # mean from submission to first answer, needs of the cycle
    decided: tuple[GateReview, ...]  # in this cycle, newest first
    stops: tuple[SparedByStop, ...]  # by the agreed rule, in this cycle, newest first

    def that_moved(self, way: Movement) -> list[Standing]:
        """Key results that left their start that way by more than chance."""
        return [s for o in self.objectives for s in o.standings if s.movement is way]

    @property
    def claimed_only(self) -> list[Standing]:
        return [s for o in self.objectives for s in o.standings if s.measured is None and s.claims]


def review(user: User, *, at: datetime, cycle: Cycle | None = None) -> Review:
    """The leadership review of one cycle as this person may see it."""
    cycle = cycle or Cycle.objects.current_for(user, dates.day_of(at))
    pilots = Pilot.objects.visible_to(user)
    visible = pilots.values("pk")
    working = Allocation.objects.filter(
        pilot__in=visible,
        pilot__status__in=ACTIVE,
        starts_on__lte=dates.day_of(at),
        ends_on__gte=dates.day_of(at),
    ).aggregate(percent=Sum("percent"), people=Count("person", distinct=True))
    counts = Counter(dict(pilots.order_by().values_list("status").annotate(Count("pk"))))
    needs = Need.objects.visible_to(user)
    in_cycle = Q()
    if cycle is not None:
        in_cycle = Q(
            submitted_at__gte=dates.begins(cycle.starts_on),
            submitted_at__lt=dates.begins(dates.days_after(cycle.ends_on)),
        )
    reviews = (
        GateReview.objects.visible_to(user)
        .select_related("pilot__unit", "pilot__lead", "opened_by", "decided_by", "decided_for")
        .filter(pilot__in=visible)
    )
    decided = reviews.filter(decided_at__isnull=False)
    if cycle is not None:
        decided = decided.filter(decided_at__gte=dates.begins(cycle.starts_on))
    return Review(
        at=at,
        cycle=cycle,
        objectives=objective_standings(user, cycle, at=at),
        decisions=tuple(reviews.waiting().order_by("opened_at")),
        alarms=tuple(
            Alarm.objects.visible_to(user)
            .open()
            .filter(pilot__in=visible)
            .select_related("pilot", "metric")
            .order_by("raised_at")
        ),
        blockers=tuple(
            Blocker.objects.open().filter(entry__pilot__in=visible).in_order()[:BLOCKERS]
        ),
        endings=tuple(clocks.ending(pilots, today=dates.day_of(at))),
        funds=_funds(user, at),
        hours=time_returned.total(time_returned.narrowed(user)),
        full_time=Decimal(working["percent"] or 0) / 100,
        people=working["people"],
        kept=tuple(time_kept.of_units_of(user, today=dates.day_of(at))),
        too_little=tuple(time_kept.too_little_of(user, today=dates.day_of(at))),
        pilots_by_status=tuple(
            (str(status.label), counts[status.value]) for status in PilotStatus if counts[status]
        ),
        needs_waiting=needs.filter(status__in=[NeedStatus.SUBMITTED, NeedStatus.IN_TRIAGE]).count(),
        answer_time=needs.filter(in_cycle, first_answered_at__isnull=False).aggregate(
            mean=Avg(F("first_answered_at") - F("submitted_at"))
        )["mean"],
        decided=tuple(decided.order_by("-decided_at")[:12]),
        stops=tuple(
            spared_by(
                user,
                learning.stops_by_rule(
                    user,
                    since=cycle.starts_on if cycle else None,
                    until=cycle.ends_on if cycle else None,
                )[:STOPS],
            )
        ),
    )


def _funds(user: User, at: datetime) -> tuple[FundLine, ...]:
    """Funds of this fiscal year and later that the user sees: left, awarded, asked for."""
    funds = list(
        Fund.objects.visible_to(user)
        .filter(fiscal_year__gte=dates.day_of(at).year)
        .select_related("unit")
        .order_by("fiscal_year", "name")
    )
    accounts, asked = funding.of_funds(funds), funding.asked_of(funds)
    return tuple(
        FundLine(
            fund,
            accounts[fund.pk].kept if fund.pk in accounts else Decimal(0),
            asked.get(fund.pk, Decimal(0)),
        )
        for fund in funds
    )
