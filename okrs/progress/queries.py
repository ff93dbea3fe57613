"""What key results stand at: computed on reading, from measured metrics and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from innovation.people.models import User
from innovation.rules.refusal import Refused
from okrs.alignment import lateness
from okrs.alignment.models import Contribution, Measure, MeasureExchange
from okrs.alignment.units import units_of
from okrs.goals.models import Cycle, KeyResult, Objective, TargetMove
from okrs.progress.scoring import score
from pilots.evidence import queries as evidence
from pilots.evidence.queries import Reading
from pilots.funding import queries as funding
from pilots.funding.room import FundingPermission
from pilots.lifecycle.models import Pilot
from pilots.metrics.figures import check_converts, convert
from pilots.metrics.models import Metric


class Movement(StrEnum):
    TOWARDS = "towards"
    AWAY = "away"
    UNSURE = "unsure"  # measured, and within what chance does
    UNKNOWN = "unknown"  # not measured


@dataclass(frozen=True)
class Claim:
    """One pilot's claim on a key result, beside what its metric has measured."""

    pilot: Pilot
    claimed: Decimal | None
    said_at: datetime
    late: str  # when, in words, where it was said after the charter was fixed

    @property
    def is_late(self) -> bool:
        return bool(self.late)


@dataclass(frozen=True)
class Exchange:
    """Another metric in the place of the first; None for one that the reader may not see."""

    at: datetime
    by: User | None
    before: Metric | None
    after: Metric | None

    @classmethod
    def of(cls, exchange: MeasureExchange, seen: set[int]) -> Exchange:
        before = exchange.metric_before if exchange.metric_before_id in seen else None
        return cls(
            exchange.at,
            exchange.by,
            before,
            exchange.metric if exchange.metric_id in seen else None,
        )


@dataclass(frozen=True)
class Standing:
    """One key result as of one moment."""

    key_result: KeyResult
    reading: Reading | None  # evidence's reading of the measuring metric; None: no metric named
    measured: Decimal | None  # in the key result's own unit
    score: Decimal | None  # 0–1; None: not measured
    interval: tuple[float, float] | None  # of the measured level, same unit
    claims: tuple[Claim, ...] = field(default=())
    moves: tuple[TargetMove, ...] = field(default=())  # of its start or target, within the cycle
    exchanges: tuple[Exchange, ...] = field(default=())  # of its metric, within the cycle
    mismatch: str = ""  # why the metric's number cannot be level_now in that unit

    @property
    def claimed(self) -> Decimal | None:
        """What the pilots say, added to the start; None where nobody named a number."""
        said = [claim.claimed for claim in self.claims if claim.claimed is not None]
        return self.key_result.start + sum(said, Decimal(0)) if said else None

    @property
    def claimed_change(self) -> Decimal | None:
        """The change that the pilots say they bring; None where nobody named a number."""
        return None if self.claimed is None else self.claimed - self.key_result.start

    @property
    def moved(self) -> Decimal | None:
        """Measured minus start."""
        return None if self.measured is None else self.measured - self.key_result.start

    @property
    def movement(self) -> Movement:
        """Whether it left its start, and which way, by more than chance: the whole interval of
        the measured level lies on one side of the start."""
        if self.measured is None or self.interval is None:
            return Movement.UNKNOWN if self.measured is None else Movement.UNSURE
        low, high = sorted(self.interval)
        start = float(self.key_result.start)
        if low <= start <= high:
            return Movement.UNSURE
        upwards = self.key_result.target > self.key_result.start
        return Movement.TOWARDS if (low > start) == upwards else Movement.AWAY


@dataclass(frozen=True)
class ObjectiveStanding:
    objective: Objective
    standings: tuple[Standing, ...]
    pilots: tuple[Pilot, ...]
    awarded: Decimal | None  # None: this person does not see money


class _Level(NamedTuple):
    """A metric's level as a key result tells it."""

    measured: Decimal | None
    interval: tuple[float, float] | None
    mismatch: str


_NOTHING = _Level(None, None, "")


def standings(key_results: Iterable[KeyResult], *, at: datetime, user: User) -> dict[int, Standing]:
    """Every key result's standing by its id, in a number of queries that does not grow.

    Pilots that the user may not see are left out of the claims.
    """
    wanted = list(key_results)
    measures = {
        measure.key_result_id: measure
        for measure in Measure.objects.filter(key_result__in=wanted).select_related(
            "metric__source", "metric__pilot", "metric__unit"
        )
    }
    readings = evidence.readings([measure.metric for measure in measures.values()], at)
    claims: dict[int, list[Claim]] = defaultdict(list)
    visible = Pilot.objects.visible_to(user).values("pk")
    said = Contribution.objects.with_state_then().filter(key_result__in=wanted, pilot__in=visible)
    for contribution in said.select_related("pilot__lead", "pilot__unit", "by"):
        claims[contribution.key_result_id].append(_claim(contribution))
    moves: dict[int, list[TargetMove]] = defaultdict(list)
    for move in TargetMove.objects.within_the_cycle().filter(key_result__in=wanted):
        moves[move.key_result_id].append(move)
    exchanges: dict[int, list[Exchange]] = defaultdict(list)
    exchanged = list(MeasureExchange.objects.within_the_cycle().filter(key_result__in=wanted))
    named = {one.metric_id for one in exchanged} | {one.metric_before_id for one in exchanged}
    seen = (
        set(Metric.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True))
        if named
        else set()
    )
    for exchange in exchanged:
        exchanges[exchange.key_result_id].append(Exchange.of(exchange, seen))
    found = {}
    for key_result in wanted:
        measure = measures.get(key_result.pk)
        reading = readings.get(measure.metric_id) if measure else None
        level_now = _NOTHING if reading is None else _level_of(key_result, reading)
        found[key_result.pk] = Standing(
            key_result=key_result,
            reading=reading,
            measured=level_now.measured,
            mismatch=level_now.mismatch,
            score=score(key_result.start, key_result.target, level_now.measured),
            interval=level_now.interval,
            claims=tuple(claims[key_result.pk]),
            moves=tuple(moves[key_result.pk]),
            exchanges=tuple(exchanges[key_result.pk]),
        )
    return found


def _claim(contribution: Contribution) -> Claim:
    return Claim(
        contribution.pilot,
        contribution.claimed,
        contribution.at,
        lateness.in_words(contribution),
    )


def objective_standings(
    user: User, cycle: Cycle | None, *, at: datetime, only: Objective | None = None
) -> tuple[ObjectiveStanding, ...]:
    """The cycle's objectives that the user may see, each with its key results as measured.

    `only` narrows it to one of them.
    """
    if cycle is None:
        return ()
    objectives = list(
        Objective.objects.visible_to(user)
        .filter(cycle=cycle, **({"pk": only.pk} if only else {}))
        .select_related("unit", "sponsor", "cycle", "parent")
        .prefetch_related("key_results")
    )
    found = standings(
        [key_result for objective in objectives for key_result in objective.key_results.all()],
        at=at,
        user=user,
    )
    pilots_behind = {
        objective.pk: {
            claim.pilot.pk: claim.pilot
            for key_result in objective.key_results.all()
            for claim in found[key_result.pk].claims
        }
        for objective in objectives
    }
    accounts = funding.of_pilots(
        {
            pk: pilot
            for behind in pilots_behind.values()
            for pk, pilot in behind.items()
            if user.may(FundingPermission.READ, pilot.unit_id)
        }.values()
    )
    sees_money = user.may(FundingPermission.READ)
    return tuple(
        ObjectiveStanding(
            objective=objective,
            standings=tuple(found[key_result.pk] for key_result in objective.key_results.all()),
            pilots=tuple(pilots_behind[objective.pk].values()),
            awarded=sum(
                (accounts[pk].kept for pk in pilots_behind[objective.pk] if pk in accounts),
                Decimal(0),
            )
            if sees_money
            else None,
        )
        for objective in objectives
    )


def _level_of(key_result: KeyResult, reading: Reading) -> _Level:
    """The metric's level and its interval in the key result's own unit."""
    source, target = units_of(key_result, reading.metric)
    try:
        check_converts(source, target)
    except Refused as refusal:
        return _Level(None, None, str(refusal))
    level, now = reading.level, reading.level_now
    interval = None
    if level is not None and level.lower is not None and level.upper is not None:
        interval = (
            float(convert(level.lower, source, target)),
            float(convert(level.upper, source, target)),
        )
    return _Level(None if now is None else convert(now, source, target), interval, "")
