"""Where hours went by what groups said: from closed rounds of the two questions that five or more answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pilots.lifecycle.models import Pilot
from pilots.surveys import queries as surveys
from pilots.surveys.models import SurveyRound
from pilots.surveys.queries import RoundReading
from pilots.time_returned.account import (
    NOTHING,
    GroupSaid,
    Hours,
    WhereItWent,
    gone_together,
    where_it_went,
)
from pilots.time_returned.models import HoursMonth, HoursReturnedQuerySet, TimeUse

# The instrument of the two questions, and what its answers mean (a test holds it to the library).
INSTRUMENT = "hours"
FELT, WENT = 1, 2
USES = dict(enumerate(TimeUse.values, start=1))
STEPS = 5


def asked_of(pilot: Pilot) -> list[tuple[RoundReading, GroupSaid]]:
    """What was said in each wave, the oldest first; waves of which nothing may be shown are left out."""
    found = []
    for reading in surveys.waves_of(pilot, INSTRUMENT):
        said = _said(reading)
        if said is not None:
            found.append((reading, said))
    return found


def _said(reading: RoundReading) -> GroupSaid | None:
    """What the groups of one wave said together."""
    items = {one.item.position: one for one in reading.items}
    felt = items[FELT].mean
    if felt is None:
        return None
    counts = items[WENT].counts
    # Of all who answered: those whose answer is hidden, or who could not say, stay unknown.
    shares = {use: counts.get(value, 0) / reading.n for value, use in USES.items()}
    return GroupSaid(
        reading.wave.replace(day=1),
        (felt - 1) / (STEPS - 1),
        {use: share for use, share in shares.items() if share},
    )


@dataclass(frozen=True)
class Went:
    """Where the hours of several pilots went, by unit; of how many of them a group said so."""

    by_unit: Mapping[int, WhereItWent]
    asked: int

    @property
    def together(self) -> WhereItWent:
        return gone_together(self.by_unit.values())


def went(rows: HoursReturnedQuerySet) -> Went:
    """What the groups of each pilot said, as the pilot's own page shows it, and the rest as unknown: in a few
    statements for all. What is hidden of a pilot is in no sum."""
    known = rows.known().order_by()
    said = _said_of(known)
    months: dict[int, dict[date, Hours]] = defaultdict(dict)
    for pilot, month, *amounts in HoursMonth.objects.filter(account__in=list(said)).values_list(
        "account", "month", "estimate", "lower", "upper"
    ):
        months[pilot][month] = Hours(*amounts)
    parts: dict[int, list[WhereItWent]] = defaultdict(list)
    for pilot, unit, estimate, lower, upper in known.values_list(
        "pk", "pilot__unit", "estimate", "lower", "upper"
    ):
        hours = Hours(estimate or 0.0, lower or 0.0, upper or 0.0)  # known, so none is empty
        if pilot not in said:
            parts[unit].append(WhereItWent({}, NOTHING, hours))
        elif hours.estimate <= 0:  # what was taken went nowhere
            parts[unit].append(WhereItWent({}, hours, NOTHING))
        else:
            parts[unit].append(where_it_went(months[pilot], said[pilot]))
    return Went({unit: gone_together(found) for unit, found in parts.items()}, len(said))


def _said_of(known: HoursReturnedQuerySet) -> dict[int, list[GroupSaid]]:
    rounds = list(
        SurveyRound.objects.filter(
            instrument__key=INSTRUMENT, closed_at__isnull=False, pilot__in=known.values("pk")
        ).order_by("pilot", "wave", "pk")
    )
    return _by_pilot((pilot, _said(found)) for pilot, found in surveys.waves_together(rounds))


def _by_pilot(said: Iterable[tuple[int, GroupSaid | None]]) -> dict[int, list[GroupSaid]]:
    found: dict[int, list[GroupSaid]] = defaultdict(list)
    for pilot, one in said:
        if one is not None:
            found[pilot].append(one)
    return dict(found)
