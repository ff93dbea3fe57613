"""All of a pilot's evidence on one page: each metric with what is beside it and what would change its
answer, and what was said beside what was measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from pilots.evidence import page_wording as wording
from pilots.evidence import queries, sensitivity
from pilots.evidence.kept_answers import KeptAnswers
from pilots.evidence.marks import marks_of
from pilots.evidence.numbers import Numbers
from pilots.evidence.presenters import MetricCard, in_order
from pilots.evidence.queries import Reading
from pilots.evidence.said import Measured, agreement, in_week_of
from pilots.evidence.sensitivity import Again
from pilots.evidence.sibling_cards import NO_SIBLINGS, SiblingCards, cards_of
from pilots.lifecycle import presenters as lifecycle
from pilots.lifecycle.models import LogEntry, LogStatus, Pilot
from pilots.metrics.models import Dimension, Metric, MetricRole

# The last numbers of each chart are tabled here; all of them stand on the page of the metric.
TABLED = 26
# What would change an answer is said in so many sentences.
SENTENCES = 3
# Half a year of weekly entries, beside so many metrics.
ENTRIES, BESIDE = 26, 3
ON_TRACK = {LogStatus.ON_TRACK: True, LogStatus.AT_RISK: False, LogStatus.BLOCKED: False}


@dataclass(frozen=True, eq=False)
class MetricEvidence:
    """One metric with its chart, what is beside it, and what would change its answer."""

    card: MetricCard
    siblings: SiblingCards
    changes: tuple[str, ...]

    @property
    def trusted(self) -> bool:
        """Whether its numbers are as new as they should be."""
        return not self.card.reading.freshness.troubled


@dataclass(frozen=True)
class SaidRow:
    """One entry of the log, and what was measured in its week."""

    entry: LogEntry
    tone: str
    parts: tuple[tuple[str, str], ...]
    measured: tuple[tuple[str, str], ...]  # a metric and what it showed


@dataclass(frozen=True)
class SaidBesideMeasured:
    """The log beside the primary metric and those of what people experience."""

    metrics: tuple[Metric, ...]
    rows: tuple[SaidRow, ...]
    sentence: str


@dataclass(frozen=True, eq=False)
class EvidencePage:
    """Everything on the page; `unseen`: how many metrics the pilot has that this person may not see."""

    metrics: tuple[MetricEvidence, ...]
    unseen: int
    said: SaidBesideMeasured


def evidence_of(user: User, pilot: Pilot, at: datetime) -> EvidencePage:
    """A pilot's evidence as this person may see it, in a constant number of queries."""
    all_of_them = queries.readings_of(pilot, at)
    visible = set(Metric.objects.visible_to(user).filter(pilot=pilot).values_list("pk", flat=True))
    readings = [one for one in all_of_them if one.metric.pk in visible]
    marks = marks_of(readings)
    siblings = cards_of(user, readings, at, marks=marks)
    changes = _changes(readings)
    cards = in_order([MetricCard(one, marks[one.metric.pk], rows=TABLED) for one in readings])
    return EvidencePage(
        tuple(
            MetricEvidence(
                card,
                siblings.get(card.metric.pk, NO_SIBLINGS),
                changes[card.metric.pk],
            )
            for card in cards
        ),
        len(all_of_them) - len(readings),
        _said(pilot, [card.reading for card in cards]),
    )


def _changes(readings: Sequence[Reading]) -> dict[int, tuple[str, ...]]:
    """What would change the answer on each, in sentences."""
    anew = _asked_again(readings)
    found = {}
    for one in readings:
        fetching = one.metric.asked_until is not None
        cadence = one.metric.cadence
        said = [wording.silent_since(one.freshness, fetching=fetching, cadence=cadence)]
        said += [
            wording.change(change, one.figures, cadence)
            for change in sensitivity.changes(one.numbers, anew[one.metric.pk])
        ]
        found[one.metric.pk] = tuple([text for text in said if text][:SENTENCES])
    return found


def _asked_again(
    readings: Sequence[Reading],
) -> dict[int, dict[str, tuple[Again, Numbers]]]:
    """What is worked out anew about each, from what was kept where it was asked before."""
    found: dict[int, dict[str, tuple[Again, Numbers]]] = defaultdict(dict)
    missing = []
    for one in readings:
        for asked in sensitivity.again(one.numbers):
            known = _known[asked.code].get(one.metric, asked.question)
            if known is None:
                missing.append((one, asked))
            else:
                found[one.metric.pk][asked.code] = asked, known
    answers = sensitivity.worked_out_again([(one.numbers, asked) for one, asked in missing])
    for (one, asked), numbers in zip(missing, answers, strict=True):
        _known[asked.code].put(one.metric, asked.question, numbers)
        found[one.metric.pk][asked.code] = asked, numbers
    return found


def _said(pilot: Pilot, readings: Sequence[Reading]) -> SaidBesideMeasured:
    beside = [
        one
        for one in readings
        if one.metric.role == MetricRole.PRIMARY or one.metric.dimension == Dimension.EXPERIENCE
    ][:BESIDE]
    entries = list(LogEntry.objects.filter(pilot=pilot).select_related("by")[:ENTRIES])
    rows, primary = [], []
    for entry in entries:
        day = dates.day_of(entry.at)
        measured = [in_week_of(one.numbers, day) for one in beside]
        logged = lifecycle.logged(entry)
        cells = tuple(
            (one.metric.name, _cell(one, m)) for one, m in zip(beside, measured, strict=True)
        )
        rows.append(SaidRow(entry, logged.tone, logged.parts, cells))
        if measured and beside[0].metric.role == MetricRole.PRIMARY:
            primary.append((ON_TRACK.get(LogStatus(entry.status)), measured[0]))
    sentence = ""
    if primary:
        sentence = wording.agreement(agreement(primary), beside[0].metric.name)
    return SaidBesideMeasured(tuple(one.metric for one in beside), tuple(rows), sentence)


def _cell(reading: Reading, measured: Measured) -> str:
    if measured.level is None:
        return _("no number")
    seen = {
        "improvement": _("better than usual"),
        "concern": _("worse than usual"),
        "special": _("unusual"),
        "common": _("usual"),
    }.get(measured.seen, "")
    level = reading.figures.write(measured.level)
    return f"{level}, {seen}" if seen else level


_known: Mapping[str, KeptAnswers] = {code: KeptAnswers(1000) for code in ("steady", "wildest")}
