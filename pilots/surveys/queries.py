"""What a round says once it is closed and enough have answered. Of an open round nobody is told anything,
not even how many have answered: two looks would tell what the answer between them was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.refusal import Malformed
from innovation.rules.small_cells import is_shown, may_say, shown_parts
from innovation.rules.text import visible
from innovation.web.typed_forms import Words
from pilots.connectors import group_answers
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric
from pilots.staffing.queries import by_address
from pilots.surveys import scoring
from pilots.surveys.library import BUILT_IN
from pilots.surveys.models import (
    AnswerTally,
    AskedPerson,
    Instrument,
    InstrumentItem,
    ScoreTally,
    Scoring,
    SurveyRound,
)

Histogram = dict[int, int]


@dataclass(frozen=True)
class ItemReading:
    """The mean answer to one question to one place, turned where a high answer is the bad one; None where
    fewer than the minimum answered it or few skipped it, and where its answers are kinds of things: of those `counts` has
    how often each was given, where that may be shown."""

    item: InstrumentItem
    mean: float | None
    counts: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RoundReading:
    """What a closed round, or the closed rounds of a wave together, may tell."""

    n: int
    asked: int
    items: tuple[ItemReading, ...]
    # None where a question is hidden: the others and the score would tell it.
    score: float | None
    sd: float | None
    wave: date
    closed_at: datetime

    @property
    def share(self) -> float | None:
        """Of those who were asked; None where a link reached more people than were."""
        return self.n / self.asked if self.n <= self.asked else None


@dataclass(frozen=True)
class _RoundCounts:
    """The tallies of a round that is closed, and that enough have answered."""

    n: int
    items: Mapping[int, Histogram]
    scores: Histogram


@dataclass(frozen=True)
class Offered:
    """An instrument that may be asked; `page` where it was entered or asked before."""

    key: str
    name: Words
    about: Words
    licence: str
    questions: int
    page: str


def offered() -> list[Offered]:
    """Those that come with Pilotlight, then those that were entered, by name."""
    rows = {one.key: one for one in Instrument.objects.annotate(questions=Count("items"))}
    found = [
        Offered(
            key=key,
            name=given.name,
            about=given.about,
            licence="",
            questions=len(given.items),
            page=rows[key].get_absolute_url() if key in rows else "",
        )
        for key, given in BUILT_IN.items()
    ]
    return found + [
        Offered(
            key=one.key,
            name=one.name,
            about=one.about,
            licence=one.licence,
            questions=one.questions,
            page=one.get_absolute_url(),
        )
        for one in rows.values()
        if one.key not in BUILT_IN
    ]


def reading(survey: SurveyRound) -> RoundReading | None:
    """What the round says; None while it is open, or where fewer than the minimum answered."""
    return readings([survey]).get(survey.pk)


def readings(rounds: Iterable[SurveyRound]) -> dict[int, RoundReading]:
    """The readings of those of the rounds that have one, in three statements for all of them."""
    rounds = list(rounds)
    counted = _counted(rounds)
    items = _items({one.instrument_id for one in rounds if one.pk in counted})
    return {
        one.pk: _read([(one, counted[one.pk])], items[one.instrument_id])
        for one in rounds
        if one.pk in counted
    }


def with_a_reading(rounds: Iterable[SurveyRound]) -> set[int]:
    """Which of the rounds have a reading, in two statements for all of them."""
    return set(_counted(list(rounds)))


def readings_of(pilot: Pilot, instrument_key: str) -> list[tuple[SurveyRound, RoundReading]]:
    """The series: each round of the pilot with this instrument that has a reading, the oldest first."""
    rounds = rounds_of(pilot, instrument_key)
    found = readings(rounds)
    return [(one, found[one.pk]) for one in rounds if one.pk in found]


def waves_of(pilot: Pilot, instrument_key: str) -> list[RoundReading]:
    """The groups of each wave of a pilot together, the oldest wave first (`waves_together`)."""
    return [found for _pilot, found in waves_together(rounds_of(pilot, instrument_key))]


def waves_together(rounds: Iterable[SurveyRound]) -> list[tuple[int, RoundReading]]:
    """The groups of each wave together, by the pilot's key, each pilot's oldest wave first.

    A sum is taken over those rounds alone that are shown by themselves, and of their questions over
    those that are: so what is hidden is in no sum, and taking parts from it leaves nothing.
    """
    waves: dict[tuple[int, date], list[SurveyRound]] = defaultdict(list)
    for one in rounds:
        waves[one.pilot_id, one.wave].append(one)
    counted = _counted([one for found in waves.values() for one in found])
    items = _items({one.instrument_id for found in waves.values() for one in found})
    return [
        (pilot, _read(shown, items[shown[0][0].instrument_id]))
        for (pilot, _wave), found in sorted(waves.items())
        if (shown := [(one, counted[one.pk]) for one in found if one.pk in counted])
    ]


def rounds_of(pilot: Pilot, instrument_key: str | None = None) -> list[SurveyRound]:
    """The rounds of a pilot, the oldest first."""
    found = SurveyRound.objects.filter(pilot=pilot)
    if instrument_key is not None:
        found = found.filter(instrument__key=instrument_key)
    return list(found.for_list().order_by("opened_at", "pk"))


def followed_by(pilot: Pilot, instrument: Instrument) -> list[Metric]:
    """The metrics of a pilot whose numbers are readings of this instrument, in the order in which they are
    locked."""
    found = Metric.objects.filter(pilot=pilot, source__kind=group_answers.KIND.key).order_by("pk")
    return [one for one in found if asked_of(one.binding)[0] == instrument.key]


def asked_of(binding: Mapping[str, object]) -> tuple[str, int | None]:
    """The instrument whose readings a metric follows, and the place of the question; None: the score."""
    key, dot, position = str(binding.get("reading") or "").partition(".")
    if not dot:
        return key, None
    return (key, int(position)) if position.isdecimal() and len(position) < 4 else ("", None)


def open_for(user: User, *, at: datetime) -> list[SurveyRound]:
    """The open rounds that ask this person by name and that they have not answered."""
    mine = AskedPerson.objects.filter(person=user.pk, answered=False)
    found = SurveyRound.objects.filter(
        pk__in=mine.values("round"), closed_at=None, closes_at__gt=at
    )
    return list(found.for_list().order_by("closes_at", "pk"))


def asked_lately(pilot: Pilot, instrument: Instrument, *, at: datetime) -> QuerySet[AskedPerson]:
    """Who was asked by name so lately that they are not asked this again: on any pilot, unless the questions
    are about the pilot itself."""
    found = AskedPerson.objects.filter(
        round__instrument=instrument, round__again_from__gt=at
    ).select_related("round")
    return found.filter(round__pilot=pilot) if instrument.is_about_pilot else found


def people_named(pilot: Pilot, addresses: Iterable[str], *, by: User) -> list[User]:
    """Who has these addresses; one that nobody has is refused, or they would believe that they asked them."""
    lines = [line for one in addresses if (line := visible(one))]
    found = by_address(by, pilot, lines)
    for line in lines:
        if line.lower() not in found:
            raise Malformed(
                _("Nobody whom you may see has this address: %(which)s.") % {"which": line}
            )
    return list(found.values())


def _counted(rounds: list[SurveyRound]) -> dict[int, _RoundCounts]:
    closed = [one.pk for one in rounds if one.closed_at is not None]
    if not closed:
        return {}
    scores: dict[int, Histogram] = defaultdict(dict)
    # Plain rows: a heat map reads thousands of them.
    found = ScoreTally.objects.filter(round__in=closed)
    for survey, points, n in found.values_list("round", "points", "n"):
        scores[survey][points] = n
    shown = {pk for pk, counts in scores.items() if is_shown(sum(counts.values()))}
    items: dict[int, dict[int, Histogram]] = {pk: defaultdict(dict) for pk in shown}
    answers = AnswerTally.objects.filter(round__in=shown)
    for survey, item, value, n in answers.values_list("round", "item", "value", "n"):
        items[survey][item][value] = n
    return {pk: _RoundCounts(sum(scores[pk].values()), items[pk], scores[pk]) for pk in shown}


def _items(instruments: set[int]) -> dict[int, list[InstrumentItem]]:
    found: dict[int, list[InstrumentItem]] = defaultdict(list)
    for item in InstrumentItem.objects.filter(instrument__in=instruments).select_related(
        "instrument"
    ):
        found[item.instrument_id].append(item)
    return found


def _read(
    parts: list[tuple[SurveyRound, _RoundCounts]], items: list[InstrumentItem]
) -> RoundReading:
    """One round, or several of a wave, each of which is shown by itself."""
    instrument: Instrument = items[0].instrument
    counts = [counted for _one, counted in parts]
    told = [[_is_told(one, item) for item in items] for one in counts]
    shown = [
        (item, [one for one, found in zip(counts, told, strict=True) if found[place]])
        for place, item in enumerate(items)
    ]
    means = tuple(
        ItemReading(item, None, _kinds_of(item, found))
        if item.counts_kinds
        else ItemReading(item, _mean_of(item, found))
        for item, found in shown
    )
    whole = [one.scores for one, found in zip(counts, told, strict=True) if all(found)]
    per = len(items) if instrument.scoring == Scoring.MEAN else 1
    spread = scoring.spread(_sum(whole), per=per) if len(whole) == len(parts) else None
    first = parts[0][0]
    return RoundReading(
        n=sum(counted.n for _one, counted in parts),
        asked=sum(one.asked for one, _counted in parts),
        items=means,
        score=_one_place(spread.mean) if spread else None,
        sd=_one_place(spread.sd) if spread and spread.sd is not None else None,
        wave=first.wave,
        closed_at=max(one.closed_at for one, _counted in parts if one.closed_at is not None),
    )


def _is_told(counted: _RoundCounts, item: InstrumentItem) -> bool:
    """Whether enough answered it, and nobody or enough skipped it: the score of all less the mean of those
    who answered would tell the few who did not."""
    answered = sum(counted.items.get(item.pk, {}).values())
    return is_shown(answered) and may_say(answered, counted.n)


def _mean_of(item: InstrumentItem, told: list[_RoundCounts]) -> float | None:
    mean = scoring.mean(_sum([one.items[item.pk] for one in told]))
    if mean is None:
        return None
    scale = item.instrument.scale
    return _one_place(scale.lowest + scale.highest - mean if item.reversed else mean)


@lru_cache(maxsize=10_000)
def _one_place(value: float) -> float:
    """As it is written on pages, at every door: more places would give the sum of the answers."""
    return float(Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _kinds_of(item: InstrumentItem, told: list[_RoundCounts]) -> Histogram:
    """How often each kind was named, of each round what may be shown of it."""
    found = [one.items[item.pk] for one in told]
    return _sum([{value: one[value] for value in shown_parts(one)} for one in found])


def _sum(histograms: list[Histogram]) -> Histogram:
    if len(histograms) == 1:
        return histograms[0]
    together: Histogram = defaultdict(int)
    for one in histograms:
        for value, n in one.items():
            together[value] += n
    return together


def answered(survey: SurveyRound) -> int:
    """How many have answered. For the verbs of this room alone, which tell nobody."""
    return ScoreTally.objects.filter(round=survey).aggregate(n=Sum("n"))["n"] or 0
