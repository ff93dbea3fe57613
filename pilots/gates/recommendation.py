"""What the rule that was agreed says of a pilot's outcome, and why: the rule is frozen with the
protocol, so that nobody chooses it by what the numbers show.

While an alarm is open: pause. With a harm signal: stop. Before the least running time: extend. Where
the primary metric is better, or has reached its target, and nothing harms: scale. Where that is not
shown: extend until the planned end, and stop after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules.dates import day_in_words
from innovation.rules.numbers import number
from pilots.evidence.queries import Reading
from pilots.gates.models import Decision, Recommended
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Direction, MetricRole

SHOWN = ("better", "reached")
ACCORDS = {
    Recommended.SCALE: (Decision.SCALE,),
    Recommended.EXTEND: (Decision.EXTEND,),
    # What tries another way ends this one; neither leaves people in what may harm them.
    Recommended.STOP: (Decision.STOP, Decision.PIVOT),
    Recommended.PAUSE: (Decision.STOP, Decision.PIVOT),
}


@dataclass(frozen=True)
class OutcomeRule:
    """For how many weeks a pilot runs at the least, and whether scaling takes its target."""

    least_weeks: int
    scale_at_target: bool


@dataclass(frozen=True)
class Recommendation:
    step: Recommended
    because: str

    @property
    def sentence(self) -> str:
        return _("By the rule that was agreed: %(step)s, because %(because)s") % {
            "step": str(self.step.label).lower(),
            "because": self.because,
        }

    def accords(self, decision: str) -> bool:
        return decision in ACCORDS[self.step]


def rule_of(pilot: Pilot, agreed: Mapping[str, Any] | None) -> OutcomeRule:
    """As it was agreed; as the charter says where the protocol is from before rules were kept."""
    known = agreed or {}
    return OutcomeRule(
        known.get("least_weeks", pilot.least_weeks),
        known.get("scale_at_target", pilot.scale_at_target),
    )


def recommend(
    rule: OutcomeRule,
    readings: Sequence[Reading],
    *,
    alarmed: Sequence[str],
    live_on: date,
    ends_on: date | None,
    today: date,
) -> Recommendation | None:
    """What the rule says today; None where there is no primary metric, on which it rests. `alarmed`:
    the names of metrics with an open alarm."""
    primary = next((one for one in readings if one.metric.role == MetricRole.PRIMARY), None)
    if primary is None:
        return None
    if alarmed:
        because = _("an alarm of %(metric)s waits for an answer.") % {"metric": ", ".join(alarmed)}
        return Recommendation(Recommended.PAUSE, because)
    harmed = [
        one.metric.name
        for one in readings
        if one.verdict == "harm" and one.metric.role in (MetricRole.PRIMARY, MetricRole.GUARDRAIL)
    ]
    if harmed:
        because = _("%(metric)s shows a harm signal.") % {"metric": ", ".join(harmed)}
        return Recommendation(Recommended.STOP, because)
    least_until = live_on + timedelta(weeks=rule.least_weeks)
    if today < least_until:
        because = ngettext(
            "it is to run for %(n)s week at the least, until %(day)s.",
            "it is to run for %(n)s weeks at the least, until %(day)s.",
            rule.least_weeks,
        ) % {"n": number(rule.least_weeks), "day": day_in_words(least_until)}
        return Recommendation(Recommended.EXTEND, because)
    facts = {"metric": primary.metric.name}
    if primary.verdict in SHOWN:
        if not rule.scale_at_target or _at_target(primary):
            because = _("%(metric)s is better, and no guardrail shows a harm signal.") % facts
            if primary.verdict == "reached":
                because = (
                    _("%(metric)s reached its target, and no guardrail shows a harm signal.")
                    % facts
                )
            return Recommendation(Recommended.SCALE, because)
        because = _("%(metric)s is better but short of its target, which scaling takes") % facts
    else:
        because = _("%(metric)s does not show that it is better") % facts
    if ends_on is None or today <= ends_on:
        until = "" if ends_on is None else day_in_words(ends_on)
        if until:
            because = _("%(why)s yet; its planned end is %(day)s.") % {"why": because, "day": until}
        else:
            because = _("%(why)s yet.") % {"why": because}
        return Recommendation(Recommended.EXTEND, because)
    because = _("%(why)s, and its planned end was %(day)s.") % {
        "why": because,
        "day": day_in_words(ends_on),
    }
    return Recommendation(Recommended.STOP, because)


def _at_target(reading: Reading) -> bool:
    """Whether its level since go-live is at the target; nothing is asked where there is none."""
    target, level = reading.metric.target, reading.level_now
    if target is None or reading.verdict == "reached":
        return True
    if level is None:
        return False
    if reading.metric.direction == Direction.LOWER:
        return level <= float(target)
    return level >= float(target)
