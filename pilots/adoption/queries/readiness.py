"""How ready the groups of a pilot are, beside how many of them use it: the heat map, in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

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
from pilots.adoption.queries.use import GroupUse, use_of
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
    use: GroupUse
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
        return self.use.active.share if self.use.active else None

    @cached_property
    def still_active(self) -> float | None:
        return self.use.still_active.share if self.use.still_active else None


def readiness_of(pilot: Pilot) -> list[GroupReadiness]:
    """Each group that stands: seven statements, and one more where a metric says who uses it, however many
    groups there are."""
    standing = AffectedGroup.objects.standing().filter(pilot=pilot)
    standing = standing.select_related("active_metric__source", "still_active_metric__source")
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
    counts = {one.group_id: one for one in UseCount.objects.filter(group__in=keys)}  # the last wins
    use = use_of(pilot, [one.group for one in groups], counts)
    taken: dict[int, list[BarrierAction]] = defaultdict(list)
    for action in BarrierAction.objects.filter(group__in=keys).select_related("owner"):
        taken[action.group_id].append(action)
    return [
        _row(
            one,
            pulses[one.group.pk],
            readings,
            counts.get(one.group.pk),
            use[one.group.pk],
            taken[one.group.pk],
        )
        for one in groups
    ]


def _row(
    trained: Trained,
    pulses: list[GroupPulse],
    readings: dict[int, RoundReading],
    count: UseCount | None,
    use: GroupUse,
    actions: list[BarrierAction],
) -> GroupReadiness:
    read = [one for one in pulses if one.round_id in readings]
    pulse = read[-1] if read else None
    return GroupReadiness(
        group=trained.group,
        pulse=pulse,
        reading=readings[pulse.round_id] if pulse else None,
        last=pulses[-1] if pulses else None,
        trained=_trained(trained, count),
        use=use,
        helps=tuple(_taken_on(one, read, readings) for one in actions),
        series=tuple(readings[one.round_id] for one in read),
    )


def _trained(found: Trained, count: UseCount | None) -> float | None:
    """By the sessions where people are named, else as it was counted; None where few could be told."""
    if found.named:
        return found.trained / found.people if found.is_shown else None
    if count is None or count.trained is None or not may_say(count.trained, count.eligible):
        return None
    return count.trained / count.eligible


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


def helps_waiting(user: User) -> list[BarrierAction]:
    """What this person has taken on and nobody marked done, of groups that stand and pilots that go on."""
    found = BarrierAction.objects.filter(owner=user, done_at=None, group__removed_at=None)
    found = found.exclude(group__pilot__status__in=OUT_OF_USE)
    return list(found.for_list().order_by("until", "pk"))
