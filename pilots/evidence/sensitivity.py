"""What would change the answer on a metric: each thing computed from its numbers. Pure, no words yet.

Where an answer would be another one, it is worked out anew (`again`) by what gives the verdicts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from pilots.evidence.designs import EvidenceDesign
from pilots.evidence.numbers import (
    FORESEEABLE,
    Numbers,
    SeriesPlan,
    answers,
    baseline_of,
    more_points,
    settled_at,
)
from pilots.evidence.sites import against_sites
from pilots.metrics.series import Floats, Series
from pilots.statistics.effects import MIN_AFTER
from pilots.statistics.guardrails import GuardrailState
from pilots.statistics.rules import ImprovementDirection
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Bools
from pilots.statistics.verdicts import Verdict, verdict

# So many of the points furthest from the others are left out together.
WILDEST = 2
# More sites are not left out one by one: none of so many decides.
MOST_SITES = 12
YEAR = 365.25
# What these compare with lies in the series itself, so that it can be worked out anew from it.
OF_ITS_OWN = (EvidenceDesign.BEFORE_AFTER, EvidenceDesign.INTERRUPTED)


@dataclass(frozen=True)
class Change:
    """One thing that would change the answer, by its code."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Again:
    """The same metric asked otherwise: `code` is "wildest" (without the points `left_out`) or
    "steady" (as if it were known that it would have stayed as it was)."""

    code: str
    series: Series
    question: SeriesPlan
    left_out: tuple[date, ...] = ()


def again(numbers: Numbers) -> list[Again]:
    """What is worth working out anew about a metric."""
    if numbers.design.design not in OF_ITS_OWN:
        return []
    found = []
    if not_known_to_be_steady(numbers):
        found.append(Again("steady", numbers.series, replace(numbers.question, steady=True)))
    elif left_out := wildest(numbers):
        days = tuple(numbers.series.periods[place] for place in sorted(left_out))
        series = _without(numbers.series, left_out)
        found.append(Again("wildest", series, numbers.question, days))
    return found


def _without(series: Series, places: Sequence[int]) -> Series:
    """The series without the numbers at these places."""

    def thinned(column: Floats) -> Floats:
        fewer = column.copy()
        fewer[list(places)] = np.nan
        return fewer

    return replace(
        series,
        values=thinned(series.values),
        numerators=None if series.numerators is None else thinned(series.numerators),
        denominators=None if series.denominators is None else thinned(series.denominators),
        n=thinned(series.n),
        expected=None if series.expected is None else thinned(series.expected),
    )


def worked_out_again(asked: Sequence[tuple[Numbers, Again]]) -> list[Numbers]:
    """The answers to these, in their order."""
    return answers(
        [one.series for _numbers, one in asked],
        [one.question for _numbers, one in asked],
        [
            None if numbers.design.same is None else numbers.design.same.astype(np.int64)
            for numbers, _one in asked
        ],
    )


def changes(numbers: Numbers, anew: Mapping[str, tuple[Again, Numbers]]) -> list[Change]:
    """What would change the answer, the most telling first."""
    effect = numbers.effect
    if effect is None or numbers.go_live is None:
        return []
    if numbers.baseline_missing:
        return [Change("baseline_missing", {"needed": MIN_POINTS_OF_A_LEVEL})]
    found: list[Change | None] = []
    if effect.before is None:
        found.append(_of_target(numbers))
    elif numbers.counted_otherwise_until is not None:
        since = numbers.series.periods[numbers.counted_otherwise_until]
        found.append(Change("counted_otherwise", {"since": since}))
    elif effect.lower is None or effect.upper is None:
        found.append(_of_refusal(numbers))
    elif not_known_to_be_steady(numbers):
        found.append(_of_steadiness(numbers, anew))
    else:
        found += [_of_time(numbers), _of_trend(numbers), _of_wildest(numbers, anew)]
        found.append(_of_sites(numbers))
        found.append(_of_target(numbers))
    found.append(_of_limit(numbers))
    return [one for one in found if one is not None]


def not_known_to_be_steady(numbers: Numbers) -> bool:
    """Whether that alone keeps it from a verdict."""
    effect = numbers.effect
    return (
        effect is not None
        and effect.lower is not None
        and numbers.design.design is EvidenceDesign.BEFORE_AFTER
        and not numbers.question.steady
        and numbers.counted_otherwise_until is None
        and numbers.verdict is Verdict.INCONCLUSIVE
        and numbers.question.direction != ImprovementDirection.NEUTRAL
    )


def trend_a_year(numbers: Numbers) -> float | None:
    """How much it would have had to change by itself in a year for the interval to reach what the
    verdict excludes: no difference, or the margin. A straight line moves the mean of one half from
    that of the other by its slope times the time between their middles."""
    effect, question = numbers.effect, numbers.question
    if numbers.design.design is not EvidenceDesign.BEFORE_AFTER or numbers.go_live is None:
        return None
    if effect is None or effect.lower is None or effect.upper is None:
        return None
    breached = numbers.guardrail is not None and numbers.guardrail.state is GuardrailState.BREACHED
    # A breach of a limit rests on no comparison with before.
    compares = numbers.verdict is Verdict.BETTER or (
        numbers.verdict is Verdict.HARM_SIGNAL and not breached
    )
    if compares and effect.excludes_zero:
        apart = effect.lower if effect.lower > 0 else effect.upper
    elif numbers.verdict is Verdict.NO_HARM_SHOWN and question.margin is not None:
        lower_is_better = question.direction == ImprovementDirection.LOWER
        apart = (
            effect.upper - question.margin if lower_is_better else effect.lower + question.margin
        )
    else:
        return None
    before, after = (_middle(numbers.series, side) for side in compared(numbers))
    if before is None or after is None or before == after:
        return None
    return apart / ((after - before) / YEAR)


def wildest(numbers: Numbers, count: int = WILDEST) -> tuple[int, ...]:
    """The points furthest from the others of their side, in robust standard deviations, where enough
    is left without them; none otherwise."""
    effect = numbers.effect
    if effect is None or effect.lower is None:
        return ()
    series, far = numbers.series, np.full(len(numbers.series), -np.inf)
    sizes = np.where(series.n > 0, series.n, np.nan)
    least = MIN_POINTS_OF_A_LEVEL, MIN_AFTER
    for side, needed in zip(compared(numbers), least, strict=True):
        place = np.flatnonzero(side)
        if len(place) < needed + count:
            return ()
        rest = series.values[place] - (0.0 if numbers.expected is None else numbers.expected[place])
        rest = rest - np.nanmedian(rest)
        if np.isfinite(sizes[place]).all():
            rest = rest * np.sqrt(sizes[place])
        usual = float(np.median(np.abs(rest)))
        if usual > 0:
            far[place] = np.abs(rest) / usual
    order = np.argsort(-far, kind="stable")[:count]
    return tuple(int(place) for place in order) if np.isfinite(far[order]).all() else ()


def compared(numbers: Numbers) -> tuple[Bools, Bools]:
    """The points from before and those since go-live that the difference is made of."""
    series, known = numbers.series, np.isfinite(numbers.series.values)
    since = settled_at(series, numbers.question, numbers.go_live)
    before, after = np.zeros((2, len(series)), dtype=bool)
    if numbers.design.design is EvidenceDesign.INTERRUPTED:
        before |= numbers.design.history
    else:
        before[baseline_of(series, numbers.question, numbers.go_live)[0]] = True
    if since is not None:
        after[since:] = True
    return before & known, after & known


def _middle(series: Series, side: Bools) -> float | None:
    """The day around which its points lie, each as heavy as in the mean."""
    if not side.any():
        return None
    days = np.array([day.toordinal() for day in series.periods], dtype=np.float64)
    weights = np.ones(len(series)) if series.denominators is None else series.denominators
    return float(np.average(days[side], weights=weights[side]))


def _of_refusal(numbers: Numbers) -> Change | None:
    """What it takes for an interval."""
    effect = numbers.effect
    assert effect is not None
    code = effect.refused.code if effect.refused is not None else ""
    if code == "no_after":
        return Change("no_after", {"needed": MIN_AFTER})
    if code == "few_points":
        facts = effect.refused.facts if effect.refused is not None else {}
        need_before, need_after = facts.get("need_before", 0), facts.get("need_after", 0)
        assert isinstance(need_before, int) and isinstance(need_after, int)
        if effect.points_before < need_before:
            return Change("few_before", {"known": effect.points_before, "needed": need_before})
        more = need_after - effect.points_after
        return Change("few_after", {"more": more}) if more > 0 else None
    if code in ("few_events", "few_units") and effect.refused is not None:
        have = effect.refused.facts.get("events" if code == "few_events" else "units", 0)
        needed = effect.refused.facts.get("needed", 0)
        assert isinstance(have, int | float) and isinstance(needed, int | float)
        since = code == "few_events" or effect.n_after <= effect.n_before
        more = math.ceil(needed - have)
        return Change(code if since else "few_units_before", {"more": more})
    if code in ("drifts", "autocorrelated") and numbers.design.design in OF_ITS_OWN:
        return Change("drifts")
    return None


def _of_steadiness(numbers: Numbers, anew: Mapping[str, tuple[Again, Numbers]]) -> Change | None:
    if "steady" not in anew:
        return None
    return Change("steady", {"verdict": anew["steady"][1].verdict})


def _of_time(numbers: Numbers) -> Change | None:
    """How much longer it would take, if the difference stays what it is."""
    effect = numbers.effect
    if numbers.verdict is not Verdict.INCONCLUSIVE or effect is None:
        return None
    if numbers.question.direction == ImprovementDirection.NEUTRAL:
        return None
    margin = numbers.question.margin
    if margin is None and numbers.question.limit is not None:
        return Change("no_margin")
    more = more_points(effect, margin=margin)
    if more is not None:
        return Change("more", {"more": more})
    assert effect.lower is not None and effect.upper is not None and effect.estimate is not None
    distance = max(abs(effect.estimate), margin or 0.0)
    if (effect.upper - effect.lower) / 2 > distance:
        return Change("never", {"more": FORESEEABLE})
    return None


def _of_trend(numbers: Numbers) -> Change | None:
    slope = trend_a_year(numbers)
    if slope is None or not slope:
        return None
    code = {
        Verdict.BETTER: "trend_better",
        Verdict.HARM_SIGNAL: "trend_harm",
        Verdict.NO_HARM_SHOWN: "trend_margin",
    }[numbers.verdict]
    return Change(code, {"a_year": abs(slope)})


def _of_wildest(numbers: Numbers, anew: Mapping[str, tuple[Again, Numbers]]) -> Change | None:
    if "wildest" not in anew:
        return None
    asked, found = anew["wildest"]
    facts = {"days": asked.left_out, "verdict": found.verdict}
    return Change("wildest_same" if found.verdict is numbers.verdict else "wildest_other", facts)


def _of_sites(numbers: Numbers) -> Change | None:
    """Whether one site that it is compared with decides: it is judged anew without each in turn."""
    against, question = numbers.against, numbers.question
    if against is None or against.panel is None or not numbers.by_sites:
        return None
    panel, first = against.panel, 0 if question.parts else 1
    others = range(first, len(panel.values))
    if not 1 < len(others) <= MOST_SITES:
        return None
    words = []
    for other in others:
        kept = [row for row in range(len(panel.values)) if row != other]
        fewer = replace(
            panel, values=panel.values[kept], cases=panel.cases[kept], live=panel.live[kept]
        )
        found = against_sites(numbers.series, question, None, fewer, plain=against.effect)
        words.append(
            verdict(
                found.effect,
                direction=question.direction,
                margin=question.margin,
                guardrail=numbers.guardrail,
            )
        )
    unlike = [word for word in words if word is not numbers.verdict]
    facts: dict[str, object] = {"sites": len(others)}
    if unlike:
        facts |= {"unlike": len(unlike), "verdict": unlike[0]}
    return Change("sites_other" if unlike else "sites_same", facts)


def _of_target(numbers: Numbers) -> Change | None:
    """How far it is from a target that it has not reached; where nothing was before, it is judged by
    that alone."""
    target, level, question = numbers.question.target, numbers.level, numbers.question
    judged = question.direction != ImprovementDirection.NEUTRAL
    if target is None or not judged or level is None or level.estimate is None:
        return None
    short = level.estimate - target
    if question.direction == ImprovementDirection.HIGHER:
        short = -short
    if short > 0:
        return Change("target", {"short": short})
    if numbers.effect is not None and numbers.effect.before is None and numbers.verdict not in (
        Verdict.TARGET_REACHED, Verdict.HARM_SIGNAL,
    ):  # fmt: skip
        return Change("target_unsure")
    return None


def _of_limit(numbers: Numbers) -> Change | None:
    """How far a guardrail's level is from its limit."""
    rail, level = numbers.guardrail, numbers.level
    if rail is None or rail.state is GuardrailState.BREACHED or level is None:
        return None
    if level.estimate is None:
        return None
    room = rail.limit - level.estimate
    if numbers.question.direction == ImprovementDirection.HIGHER:
        room = -room
    return Change("limit", {"room": room}) if room > 0 else None


def first_of(found: Iterable[Change], count: int) -> list[Change]:
    """The first so many of them: three sentences are read, ten are not."""
    return list(found)[:count]
