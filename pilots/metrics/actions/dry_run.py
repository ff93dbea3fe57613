"""A dry run: what a pull would bring, before anything depends on it. Nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from innovation.rules import dates
from pilots.connectors.measurement import Cadence, Measurement, Rejected, Window
from pilots.metrics import collect, schedule
from pilots.metrics.models import Metric, SourceCheck

PERIODS = 12
# So many refused rows are kept to be shown; all of them are counted.
SHOWN = 12


@dataclass(frozen=True)
class DryRun:
    """What came, or the sentence why nothing did and who can fix it."""

    measurements: list[Measurement] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)  # the first of them
    refused: int = 0
    notes: list[str] = field(default_factory=list)
    origin: str = ""
    problem: str = ""
    who_can_fix: str = ""

    @property
    def last(self) -> list[Measurement]:
        """The newest twelve, newest first."""
        return self.measurements[:-13:-1]


def question_of(
    *, kind: str, cadence: str, binding: dict[str, object], pull_from: date
) -> dict[str, object]:
    """The metric that is tried, as it stands in the row."""
    return {
        "kind": kind,
        "cadence": cadence,
        "binding": binding,
        "pull_from": pull_from.isoformat(),
    }


def run(check: SourceCheck) -> None:
    """Ask the source as a pull would, with a shorter patience."""
    source, question = check.source, check.question
    cadence = Cadence(question["cadence"])
    metric = Metric(
        name=_("a trial"),
        source=source,
        pilot_id=question.get("pilot"),
        kind=question["kind"],
        cadence=cadence,
        binding=question["binding"],
        version=1,
    )
    today = dates.day_of(check.asked_at)
    pull_from = date.fromisoformat(question["pull_from"])
    start, end = schedule.window(cadence, pull_from=pull_from, today=today, known=(), whole=True)
    if not source.connector.whole:  # a request or more for every period: a few are enough
        start = max(start, _some_periods_before(cadence, end))
    if start >= end:
        check.problem = _("No whole period has passed since that day yet.")
        return
    came = collect.collect(
        metric, Window(start, end, today, dates.zone_of("")), seconds=collect.WAITING_SECONDS
    )
    check.answer = {
        "measurements": [
            [
                one.period.isoformat(),
                *map(_written, (one.value, one.numerator, one.denominator)),
                one.n,
                _written(one.expected),
            ]
            for one in came.measurements
        ],
        "rejected": [
            [str(one.line)[:60], one.raw[:500], one.reason[:300]] for one in came.rejected[:SHOWN]
        ],
        "refused": len(came.rejected),
        "notes": came.notes,
        "origin": came.origin,
    }


def found_by(check: SourceCheck) -> DryRun:
    """What came of a dry run that is done."""
    answer = check.answer
    return DryRun(
        [_measured(*one) for one in answer.get("measurements", [])],
        [Rejected(*row) for row in answer.get("rejected", [])],
        answer.get("refused", 0),
        answer.get("notes", []),
        answer.get("origin", ""),
        check.problem,
        check.who_can_fix,
    )


def _measured(
    period: str,
    value: str | None,
    over: str | None,
    under: str | None,
    n: int | None,
    expected: str | None = None,  # not said by a check of before there was one
) -> Measurement:
    day = date.fromisoformat(period)
    return Measurement(day, _read(value), _read(over), _read(under), n, _read(expected))


def _written(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _read(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _some_periods_before(cadence: Cadence, end: date) -> date:
    start = end
    for _step in range(PERIODS):
        start = cadence.starts(start - timedelta(days=1))
    return start
