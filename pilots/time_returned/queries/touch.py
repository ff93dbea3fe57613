"""Hours given back, who felt listened to, who would stay, and use, month by month: side by side, and no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from innovation.people.models import User
from innovation.rules.small_cells import may_say
from pilots.adoption.models import UseCount
from pilots.lifecycle.models import Pilot
from pilots.surveys import queries as surveys
from pilots.surveys.models import InstrumentItem, SurveyRound
from pilots.time_returned.account import Hours
from pilots.time_returned.models import TouchKind, TouchQuestion
from pilots.time_returned.queries.totals import Together, by_month, narrowed, total

MOST_MONTHS = 24


@dataclass(frozen=True)
class Heard:
    """What was answered in one month: the mean of all answers, of how many people in how many rounds."""

    mean: float
    n: int
    rounds: int


@dataclass(frozen=True)
class HeardSeries:
    """The answers to one question by month; `item` is None while nobody said which question it is."""

    kind: str
    item: InstrumentItem | None
    months: Mapping[date, Heard]


@dataclass(frozen=True)
class Used:
    """How many used what was tried, of those who could, in the groups that were counted in one month."""

    active: int
    eligible: int
    groups: int

    @property
    def share(self) -> float:
        return self.active / self.eligible


@dataclass(frozen=True)
class HumanTouch:
    """What stands side by side, on one line of months."""

    months: list[date]
    total: Together
    hours: Mapping[date, Hours]
    heard: list[HeardSeries]
    used: Mapping[date, Used]


def human_touch(user: User) -> HumanTouch:
    """Of all pilots that this person sees."""
    rows = narrowed(user)
    hours = by_month(rows)
    items = _items()
    heard = [_heard(user, kind, items.get(kind)) for kind in TouchKind.values]
    used = _used(user)
    months = {*hours, *used, *(month for one in heard for month in one.months)}
    line = _line(min(months), max(months))[-MOST_MONTHS:] if months else []
    return HumanTouch(line, total(rows), hours, heard, used)


def questions() -> dict[str, TouchQuestion]:
    """The newest of each kind."""
    newest = TouchQuestion.objects.order_by("kind", "-pk").distinct("kind")
    return {one.kind: one for one in newest.select_related("instrument")}


def _items() -> dict[str, InstrumentItem]:
    found = {}
    for kind, one in questions().items():
        item = InstrumentItem.objects.filter(instrument=one.instrument, position=one.position)
        known = item.select_related("instrument").first()
        if known is not None:
            found[kind] = known
    return found


def _heard(user: User, kind: str, item: InstrumentItem | None) -> HeardSeries:
    """Each month over the rounds that are shown by themselves, each as heavy as many answered it."""
    if item is None:
        return HeardSeries(kind, None, {})
    rounds = SurveyRound.objects.filter(
        instrument=item.instrument_id,
        closed_at__isnull=False,
        pilot__in=Pilot.objects.visible_to(user).values("pk"),
    )
    parts: dict[date, list[tuple[float, int]]] = defaultdict(list)
    for reading in surveys.readings(rounds.select_related("instrument")).values():
        mean = next((one.mean for one in reading.items if one.item.pk == item.pk), None)
        if mean is not None:
            parts[reading.wave.replace(day=1)].append((mean, reading.n))
    months = {}
    for month, found in sorted(parts.items()):
        n = sum(one for _mean, one in found)
        months[month] = Heard(sum(mean * one for mean, one in found) / n, n, len(found))
    return HeardSeries(kind, item, months)


def _used(user: User) -> dict[date, Used]:
    """Each month over the groups whose count tells nobody, each by its last count of the month."""
    counts = UseCount.objects.filter(
        group__pilot__in=Pilot.objects.visible_to(user).values("pk")
    ).order_by("on", "pk")
    last: dict[date, dict[int, UseCount]] = defaultdict(dict)
    for one in counts:
        last[one.on.replace(day=1)][one.group_id] = one
    told = {
        month: [one for one in found.values() if may_say(one.active, one.eligible)]
        for month, found in last.items()
    }
    return {
        month: Used(
            sum(one.active for one in found), sum(one.eligible for one in found), len(found)
        )
        for month, found in told.items()
        if found
    }


def _line(first: date, last: date) -> list[date]:
    """Every month from the first to the last."""
    found, year, month = [], first.year, first.month
    while date(year, month, 1) <= last:
        found.append(date(year, month, 1))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found
