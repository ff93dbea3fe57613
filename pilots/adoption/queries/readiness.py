"""How ready the groups of a pilot are, beside how many of them use it: the heat map, in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.small_cells import may_say
from pilots.adoption.barriers import (
    Barrier,
    GroupStanding,
    ProposedAction,
    aim_of,
    barrier_of,
    proposed,
    standing_of,
)
from pilots.adoption.models import AffectedGroup, BarrierAction, GroupPulse, UseCount
from pilots.adoption.queries.training import Trained, counted, trained
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import pivoted_at
from pilots.lifecycle.states import OUT_OF_USE
from pilots.surveys import queries as surveys
from pilots.surveys.queries import RoundReading

Scores = tuple[float | None, ...]
# What a reading takes of its round: a heat map has hundreds.
_READ = ("pilot", "instrument", "wave", "asked", "opened_at", "closes_at", "closed_at")
# So long a group had the time to answer, whoever was off for some of it.
LONG_ENOUGH = timedelta(days=5)


@dataclass(frozen=True)
class TakenOn:
    """What is done against a barrier, and where its score went at the next pulse."""

    action: BarrierAction
    before: float | None
    after: float | None  # None until a pulse that was opened after it was read

    @property
    def moved(self) -> float | None:
        if self.before is None or self.after is None:
            return None
        return round(self.after - self.before, 1)


@dataclass(frozen=True)
class GroupReadiness:
    """A row of the heat map."""

    group: AffectedGroup
    pulse: GroupPulse | None  # the last that has a reading
    reading: RoundReading | None
    last: GroupPulse | None  # the last that was opened, which may be open
    trained: float | None
    use: UseCount | None
    helps: tuple[TakenOn, ...]  # all that was taken on, the oldest first
    series: tuple[RoundReading, ...]  # of each pulse that has one, the oldest first

    @property
    def taken_on(self) -> TakenOn | None:
        """The last that was taken on."""
        return self.helps[-1] if self.helps else None

    @cached_property
    def would_help(self) -> ProposedAction | None:
        """The first of the library against what keeps the group back that nobody has taken on for it."""
        taken = {one.action.what for one in self.helps}
        ideas = proposed(aim_of(self.barrier, self.standing))
        return next((one for one in ideas if str(one.text) not in taken), None)

    @cached_property
    def scores(self) -> Scores:
        return _scores(self.reading)

    @cached_property
    def barrier(self) -> Barrier | None:
        return barrier_of(self.scores) if self.reading is not None else None

    @cached_property
    def standing(self) -> GroupStanding | None:
        return None if self.reading is None else standing_of(self.barrier, self.trained)

    @cached_property
    def active(self) -> float | None:
        return _share(self.use, self.use.active if self.use else None)

    @cached_property
    def still_active(self) -> float | None:
        return _share(self.use, self.use.still_active if self.use else None)


def readiness_of(pilot: Pilot) -> list[GroupReadiness]:
    """Each group that stands: nine statements, however many there are."""
    standing = AffectedGroup.objects.standing().filter(pilot=pilot)
    groups = [trained(one) for one in counted(standing, dates.today())]
    keys = [one.group.pk for one in groups]
    pulses: dict[int, list[GroupPulse]] = defaultdict(list)
    for pulse in (
        GroupPulse.objects.filter(group__in=keys)
        .select_related("round")
        .only("group", *(f"round__{name}" for name in _READ))
        .order_by("round__opened_at", "pk")
    ):
        pulses[pulse.group_id].append(pulse)
    readings = surveys.readings([one.round for found in pulses.values() for one in found])
    use = {one.group_id: one for one in UseCount.objects.filter(group__in=keys)}  # the last wins
    taken: dict[int, list[BarrierAction]] = defaultdict(list)
    for action in BarrierAction.objects.filter(group__in=keys).select_related("owner"):
        taken[action.group_id].append(action)
    return [
        _row(one, pulses[one.group.pk], readings, use.get(one.group.pk), taken[one.group.pk])
        for one in groups
    ]


def _row(
    trained: Trained,
    pulses: list[GroupPulse],
    readings: dict[int, RoundReading],
    use: UseCount | None,
    actions: list[BarrierAction],
) -> GroupReadiness:
    read = [one for one in pulses if one.round_id in readings]
    pulse = read[-1] if read else None
    return GroupReadiness(
        group=trained.group,
        pulse=pulse,
        reading=readings[pulse.round_id] if pulse else None,
        last=pulses[-1] if pulses else None,
        trained=_trained(trained, use),
        use=use,
        helps=tuple(_taken_on(one, read, readings) for one in actions),
        series=tuple(readings[one.round_id] for one in read),
    )


def _trained(found: Trained, use: UseCount | None) -> float | None:
    """By the sessions where people are named, else as it was counted; None where few could be told."""
    if found.named:
        return found.trained / found.people if found.is_shown else None
    return _share(use, use.trained if use else None)


def _taken_on(
    action: BarrierAction, read: list[GroupPulse], readings: dict[int, RoundReading]
) -> TakenOn:
    """Against the next pulse that was opened after it and says that score: a later one has other reasons."""
    place = list(Barrier).index(Barrier(action.barrier))
    before = next((one for one in read if one.pk == action.pulse_id), None)
    later = (
        _scores(readings[one.round_id])[place] for one in read if one.round.opened_at > action.at
    )
    return TakenOn(
        action,
        _scores(readings[before.round_id])[place] if before else None,
        next((score for score in later if score is not None), None),
    )


def _scores(reading: RoundReading | None) -> Scores:
    return tuple(one.mean for one in reading.items) if reading else (None,) * len(Barrier)


def _share(use: UseCount | None, n: int | None) -> float | None:
    """None where few could be told by it: of those who do, or of those who do not."""
    if use is None or n is None or not may_say(n, use.eligible):
        return None
    return n / use.eligible


def asked_once(pilot: Pilot, groups: Iterable[AffectedGroup]) -> dict[int, bool]:
    """Of these groups, those that were asked in this try until the questions were closed, and whether enough
    answered to read it: where too few did, they had time enough. Of groups with their pulses and rounds."""
    closed = [
        (group, pulse.round)
        for group in groups
        for pulse in group.pulses.all()
        if pulse.round.closed_at is not None
    ]
    if not closed:
        return {}
    since = pivoted_at(pilot)
    read = surveys.with_a_reading(one for _group, one in closed)
    found: dict[int, bool] = {}
    for group, one in closed:
        if since is not None and one.opened_at < since:
            continue
        ended = min(one.closed_at or one.closes_at, one.closes_at)
        if one.pk in read:
            found[group.pk] = True
        elif ended - one.opened_at >= LONG_ENOUGH:
            found.setdefault(group.pk, False)
    return found


def has_begun_on(pilot: Pilot, group: AffectedGroup) -> date | None:
    """Since when the group can use it: its pilot is live, and its wave where that is live, too. Of a group
    with its wave."""
    known: Any = group
    place = getattr(known, "wave_place", None)
    days = (pilot.went_live_on, place and place.wave.went_live_on)
    return None if pilot.went_live_on is None else max(day for day in days if day is not None)


def helps_waiting(user: User) -> list[BarrierAction]:
    """What this person has taken on and nobody marked done, of groups that stand and pilots that go on."""
    found = BarrierAction.objects.filter(owner=user, done_at=None, group__removed_at=None)
    found = found.exclude(group__pilot__status__in=OUT_OF_USE)
    return list(found.for_list().order_by("until", "pk"))
