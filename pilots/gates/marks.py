"""The marks of a decision on an outcome, by which nobody overlooks it later: decided before its time,
or on old numbers. Each takes a reason of its own. (What is decided against the rule: recommendation.py.)

To extend is never before its time: it goes on, which is what the least running time asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from innovation.rules.dates import day_in_words
from innovation.rules.refusal import Malformed
from innovation.rules.text import visible
from pilots.evidence.queries import Reading
from pilots.gates.models import Decision
from pilots.gates.recommendation import OutcomeRule
from pilots.metrics.models import MetricRole
from pilots.metrics.queries import is_behind

LEANT_ON = (MetricRole.PRIMARY, MetricRole.GUARDRAIL)


@dataclass(frozen=True)
class OutcomeMarks:
    """What a decision would be marked by now. `early_until`: where it is not yet the day until which it
    runs at the least; `stale`: the metrics whose newest number is older than it should be."""

    early_until: date | None = None
    stale: tuple[str, ...] = ()

    def early_for(self, decision: str) -> date | None:
        return None if decision == Decision.EXTEND else self.early_until

    @property
    def early_sentence(self) -> str:
        if self.early_until is None:
            return ""
        return _("It was agreed that it runs until %(day)s at the least.") % {
            "day": day_in_words(self.early_until)
        }

    @property
    def stale_metrics(self) -> str:
        return "; ".join(self.stale)

    @property
    def stale_sentence(self) -> str:
        if not self.stale:
            return ""
        return _("These have no number as new as it should be: %(metrics)s.") % {
            "metrics": self.stale_metrics
        }


@dataclass(frozen=True)
class GivenReasons:
    """Why it is decided all the same, each for its own mark."""

    early: str = ""
    stale: str = ""


def marks_now(
    rule: OutcomeRule,
    readings: Sequence[Reading],
    *,
    live_on: date | None,
    today: date,
    at: datetime,
) -> OutcomeMarks:
    least = None if live_on is None else live_on + timedelta(weeks=rule.least_weeks)
    stale = [
        one.metric.name
        for one in readings
        if one.metric.role in LEANT_ON and is_behind(one.metric, one.freshness.last_period, at)
    ]
    return OutcomeMarks(
        early_until=least if least is not None and today < least else None, stale=tuple(stale)
    )


def check_reasons(marks: OutcomeMarks, decision: str, given: GivenReasons) -> GivenReasons:
    """The reasons that are kept; refused where a mark has none."""
    early, stale = visible(given.early), visible(given.stale)
    if marks.early_for(decision) is None:
        early = ""
    elif not early:
        raise Malformed(
            _("%(mark)s Say why you decide before: it is kept with the decision.")
            % {"mark": marks.early_sentence}
        )
    if not marks.stale:
        stale = ""
    elif not stale:
        raise Malformed(
            _("%(mark)s Say why you decide on old numbers: it is kept with the decision.")
            % {"mark": marks.stale_sentence}
        )
    return GivenReasons(early, stale)
