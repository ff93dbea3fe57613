"""A period is read once, when its weeks are closed: what may be shown of it is kept, and stays."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db.models import Min, Model
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.notices import actions as notices
from innovation.people.models import Unit, User
from innovation.rules import dates
from innovation.rules.numbers import number
from innovation.rules.small_cells import is_shown
from innovation.rules.transactions import atomic
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED
from pilots.protected_time import queries, weeks
from pilots.protected_time.honoured import Said
from pilots.protected_time.models import KeptPeriod, KeptReading, ProtectedWeek
from pilots.protected_time.queries.weeks import running, said_of
from pilots.protected_time.shown import Answerer, shown


def publish_due(*, at: datetime) -> list[KeptPeriod]:
    """Read every closed period that was not read, each in a transaction of its own; any number may try at
    once. The chiefs of units that did not keep what was promised in the last one are told."""
    last = weeks.last_closed_period(dates.day_of(at))
    first = ProtectedWeek.objects.aggregate(first=Min("week"))["first"]
    if first is None or weeks.period_of(first) > last:
        return []
    starts = [
        start
        for start in _periods(weeks.period_of(first), last)
        if not KeptPeriod.objects.filter(starts_on=start).exists()
    ]
    read = [_publish(start, tells=start == last, at=at) for start in starts]
    return [one for one in read if one is not None]


def _periods(first: date, last: date) -> Iterable[date]:
    while first <= last:
        yield first
        first += weeks.PERIOD


@atomic
def _publish(starts_on: date, *, tells: bool, at: datetime) -> KeptPeriod | None:
    period, is_new = KeptPeriod.objects.get_or_create(
        starts_on=starts_on, defaults={"published_at": at}
    )
    if not is_new:
        return None  # another process was first
    answers = list(
        ProtectedWeek.objects.filter(week__gte=starts_on, week__lte=period.last_day).order_by(
            "week", "answered_at", "pk"
        )
    )
    parents: dict[int, int | None] = dict(Unit.objects.order_by().values_list("pk", "parent_id"))
    units = {one.person_id: one.unit_id for one in answers}  # where they said it last
    pilots: dict[int, set[int]] = defaultdict(set)
    for one in answers:
        pilots[one.person_id].add(one.pilot_id)
    may_be_shown = shown(
        [Answerer(who, units[who], frozenset(those)) for who, those in pilots.items()],
        parents=parents,
    )
    asked: dict[tuple[int, int], int | None] = {
        (person, pilot): unit
        for person, pilot, unit in running(first=starts_on, last=period.last_day)
        .order_by()
        .values_list("person_id", "pilot_id", "person__unit_id")
    }
    asked |= {(one.person_id, one.pilot_id): units[one.person_id] for one in answers}
    readings = []
    for pilot in sorted(may_be_shown.pilots):
        those = [one for one in answers if one.pilot_id == pilot]
        people = {who for who, which in asked if which == pilot}
        readings.append(_reading(period, those, asked=len(people), pilot_id=pilot))
    below = _below(parents)
    for unit in sorted(may_be_shown.units):
        those = [one for one in answers if units[one.person_id] in below[unit]]
        people = {who for (who, _pilot), at_unit in asked.items() if at_unit in below[unit]}
        readings.append(_reading(period, those, asked=len(people), unit_id=unit))
    KeptReading.objects.bulk_create(readings)
    if tells:
        too_little = [one for one in readings if one.is_too_little]
        _tell_chiefs([one for one in too_little if one.unit_id], at=at)
        _tell_chiefs_of_pilots([one for one in too_little if one.pilot_id], at=at)
    return period


def _reading(
    period: KeptPeriod,
    answers: list[ProtectedWeek],
    *,
    asked: int,
    pilot_id: int | None = None,
    unit_id: int | None = None,
) -> KeptReading:
    said = sum((said_of(one.kept) for one in answers), Said())
    share = said.share
    assert share is not None  # nothing is shown that nobody answered
    return KeptReading(
        period=period,
        pilot_id=pilot_id,
        unit_id=unit_id,
        share=share,
        people=len({one.person_id for one in answers}),
        asked=asked,
        often=_often(answers),
    )


def _often(answers: Iterable[ProtectedWeek]) -> str:
    """What most people named as what came between, where it is enough of them."""
    named = Counter(why for _who, why in {(one.person_id, one.why) for one in answers if one.why})
    for why, people in sorted(named.most_common(), key=lambda one: (-one[1], one[0]))[:1]:
        if is_shown(people):
            return why
    return ""


def _below(parents: Mapping[int, int | None]) -> dict[int, set[int]]:
    """For each unit, it and all below it."""
    below: dict[int, set[int]] = defaultdict(set)
    for unit in parents:
        above: int | None = unit
        while above is not None:
            below[above].add(unit)
            above = parents[above]
    return below


def _tell_chiefs(readings: list[KeptReading], *, at: datetime) -> None:
    """Who leads the unit above is told of the unit, and of nobody in it."""
    units = Unit.objects.select_related("parent").in_bulk([one.unit_id for one in readings])
    chiefs = queries.chiefs_of(units.values())
    for reading in readings:
        unit = units[reading.unit_id or 0]
        url = reverse("innovation:unit-detail", args=[unit.pk])
        for chief in chiefs[unit.pk]:
            with chief.as_reader():
                title = _("%(unit)s kept %(share)s %% of the time that its people promised") % {
                    "unit": unit.name,
                    "share": number(reading.share * 100, 0),
                }
            _tell(chief, reading, title, about=unit, url=url, at=at)


def _tell_chiefs_of_pilots(readings: list[KeptReading], *, at: datetime) -> None:
    """Who leads the unit above that of the pilot, where they see the pilot and it goes on."""
    pilots = (
        Pilot.objects.exclude(status__in=ENDED)
        .select_related("unit__parent")
        .in_bulk([one.pilot_id for one in readings])
    )
    chiefs = queries.chiefs_of({one.unit_id: one.unit for one in pilots.values()}.values())
    for reading in readings:
        pilot = pilots.get(reading.pilot_id or 0)
        if pilot is None:
            continue
        for chief in chiefs[pilot.unit_id]:
            if not Pilot.objects.visible_to(chief).filter(pk=pilot.pk).exists():
                continue
            with chief.as_reader():
                title = _("“%(pilot)s” was given %(share)s %% of the time promised to it") % {
                    "pilot": pilot,
                    "share": number(reading.share * 100, 0),
                }
            _tell(chief, reading, title, about=pilot, url=pilot.get_absolute_url(), at=at)


def _tell(
    chief: User, reading: KeptReading, title: str, *, about: Model, url: str, at: datetime
) -> None:
    with chief.as_reader():
        text = _(
            "In the four weeks until %(day)s; %(people)s of %(asked)s people said so. Who said"
            " what is shown to nobody."
        ) % {
            "day": dates.day_in_words(reading.period.last_day),
            "people": reading.people,
            "asked": reading.asked,
        }
    notices.notify(
        [chief], kind="protected_time", title=title, text=text, about=about, url=url, at=at
    )
