"""What a colleague would say aloud of a silent run. Pure; in the reader's tongue."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules.numbers import NOTHING, number, percent
from pilots.accuracy.judgement import (
    LEAST_COMPARED,
    JudgedPromise,
    PromiseMeasure,
    PromiseState,
    ScoreJudgement,
    SubgroupGap,
)
from pilots.statistics.intervals import Interval
from pilots.statistics.series import Remark

# Within a point of what was promised a share is written with a decimal: 89.7% is no 90%.
NEAR = 0.01


def measure_name(measure: PromiseMeasure) -> str:
    return {
        PromiseMeasure.SENSITIVITY: _("Sensitivity"),
        PromiseMeasure.PPV: _("Positive predictive value"),
        PromiseMeasure.ALERTS: _("Alerts"),
    }[measure]


def judged(one: JudgedPromise, *, per: str = "") -> str:
    """One promise: where it stands, and whether it is met, missed, or cannot be told yet."""
    if one.measure is PromiseMeasure.ALERTS:
        return _judged_alerts(one, per)
    name = measure_name(one.measure)
    if one.state is PromiseState.NO_DATA or one.estimate is None:
        return _("%(measure)s: nothing counted yet; %(promised)s was promised.") % {
            "measure": name,
            "promised": share(one.promised),
        }
    write = _writer(one)
    facts = {
        "measure": name,
        "estimate": write(one.estimate),
        "low": write(one.lower),
        "high": write(one.upper),
        "promised": share(one.promised),
    }
    if one.state is PromiseState.MET:
        return (
            _("%(measure)s %(estimate)s (%(low)s to %(high)s): the %(promised)s promised is met.")
            % facts
        )
    if one.state is PromiseState.SHORT:
        return (
            _("%(measure)s %(estimate)s (%(low)s to %(high)s), short of the %(promised)s promised.")
            % facts
        )
    said = (
        _(
            "%(measure)s %(estimate)s (%(low)s to %(high)s): whether it reaches the %(promised)s"
            " promised cannot be told yet."
        )
        % facts
    )
    return f"{said} {_more(one)}"


def _more(one: JudgedPromise) -> str:
    if one.more is None:
        return _("It lies so close to what was promised that far more cases would not tell either.")
    about = rounded_up(one.more)
    if one.measure is PromiseMeasure.SENSITIVITY:
        return ngettext(
            "About %(n)s case with the condition more would answer, if they are like those so far.",
            "About %(n)s cases with the condition more would answer, if they are like those so far.",
            about,
        ) % {"n": number(about)}
    return ngettext(
        "About %(n)s more that is flagged would answer, if they are like those so far.",
        "About %(n)s more that are flagged would answer, if they are like those so far.",
        about,
    ) % {"n": number(about)}


def rounded_up(count: int) -> int:
    """To two figures: nobody knows to one how many more it takes."""
    step: int = 10 ** max(0, len(str(count)) - 2)
    return -(-count // step) * step


def _judged_alerts(one: JudgedPromise, per: str) -> str:
    if one.state is PromiseState.NO_DATA or one.estimate is None:
        return _(
            "Alerts: none counted yet over what was promised; at most %(most)s per %(per)s."
        ) % {
            "most": number(one.promised),
            "per": per,
        }
    facts = {
        "estimate": amount(one.estimate),
        "low": amount(one.lower),
        "high": amount(one.upper),
        "most": number(one.promised),
        "per": per,
    }
    if one.state is PromiseState.MET:
        return (
            _(
                "%(estimate)s alerts per %(per)s (%(low)s to %(high)s), within the %(most)s promised."
            )
            % facts
        )
    if one.state is PromiseState.SHORT:
        return (
            _(
                "%(estimate)s alerts per %(per)s (%(low)s to %(high)s), more than the %(most)s promised."
            )
            % facts
        )
    return _(
        "%(estimate)s alerts per %(per)s (%(low)s to %(high)s): whether they stay within the"
        " %(most)s promised cannot be told yet."
    ) % facts  # fmt: skip


def state_word(state: PromiseState) -> str:
    return {
        PromiseState.MET: _("Met"),
        PromiseState.SHORT: _("Missed"),
        PromiseState.OPEN: _("Cannot be told yet"),
        PromiseState.NO_DATA: _("Nothing counted"),
    }[state]


def headline(every: Sequence[JudgedPromise], *, promised: bool, counted: bool) -> str:
    """The whole run in one sentence."""
    if not counted:
        return _("Nothing has been recorded of its silent run yet.")
    if not promised:
        return _("It was counted, but nothing was promised beforehand to judge it by.")
    states = {one.state for one in every}
    names = {
        state: [measure_name(one.measure).lower() for one in every if one.state is state]
        for state in PromiseState
    }
    if states == {PromiseState.MET}:
        return _("The silent run meets what was promised.")
    if PromiseState.SHORT in states:
        return _("The silent run falls short of what was promised: %(what)s.") % {
            "what": ", ".join(names[PromiseState.SHORT])
        }
    return _("Whether the silent run meets what was promised cannot be told yet: %(what)s.") % {
        "what": ", ".join([*names[PromiseState.OPEN], *names[PromiseState.NO_DATA]])
    }


def gap(one: SubgroupGap) -> str:
    """The largest difference between subgroups, and whether it is more than chance."""
    said = _(
        "%(measure)s differs most between %(high)s (%(high_share)s) and %(low)s (%(low_share)s):"
        " by %(difference)s points (%(from)s to %(to)s)."
    ) % {
        "measure": measure_name(one.measure),
        "high": one.high,
        "high_share": share(one.high_share),
        "low": one.low,
        "low_share": share(one.low_share),
        "difference": number(100 * one.difference, 0),
        "from": number(100 * one.lower, 0),
        "to": number(100 * one.upper, 0),
    }
    means = (
        _("That is more than chance would do.")
        if one.is_shown
        else _("Chance alone could do as much.")
    )
    return f"{said} {means}"


def too_small(grouping: str) -> str:
    return _(
        "“%(grouping)s” has fewer than two groups with %(least)s cases with the condition (or as many"
        " flagged), so nothing is said of differences."
    ) % {"grouping": grouping, "least": LEAST_COMPARED}


def auroc(found: Interval | Remark) -> str:
    if isinstance(found, Remark):
        return _("How well the score ranks cannot be said: %(why)s") % {"why": refused(found)}
    return _(
        "Of two people, one with the condition and one without, the score is higher in the one with it"
        " %(area)s of the time (AUROC %(estimate)s, %(low)s to %(high)s)."
    ) % {
        "area": percent(float(found.estimate)),
        "estimate": number(float(found.estimate), 2),
        "low": number(float(found.lower), 2),
        "high": number(float(found.upper), 2),
    }


def calibration(score: ScoreJudgement) -> str:
    """Whether as many had the condition as the score foretold."""
    found = score.calibration
    expected, events = score.expected_events, score.events
    said = _(
        "The score foretold %(expected)s people with the condition; there were %(events)s."
    ) % {
        "expected": number(expected, 0 if expected >= 10 else 1),
        "events": number(events),
    }
    if isinstance(found, Remark):
        return f"{said} {refused(found)}"
    ratio = found.observed_expected
    facts = {
        "ratio": number(ratio.estimate, 2),
        "low": number(ratio.lower, 2),
        "high": number(ratio.upper, 2),
    }
    if ratio.lower > 1:
        means = _(
            "Its risks are too low: there were %(ratio)s times as many (%(low)s to %(high)s)."
        )
    elif ratio.upper < 1:
        means = _(
            "Its risks are too high: there were %(ratio)s times as many (%(low)s to %(high)s)."
        )
    else:
        means = _(
            "On the whole that agrees: there were %(ratio)s times as many (%(low)s to %(high)s)."
        )
    slope = found.slope
    if slope.upper < 1:
        spread = _("Its risks are too extreme (slope %(slope)s, %(low)s to %(high)s).")
    elif slope.lower > 1:
        spread = _("Its risks are too close together (slope %(slope)s, %(low)s to %(high)s).")
    else:
        spread = _("Their spread is about right (slope %(slope)s, %(low)s to %(high)s).")
    slope_facts = {
        "slope": number(slope.estimate, 2),
        "low": number(slope.lower, 2),
        "high": number(slope.upper, 2),
    }
    return f"{said} {means % facts} {spread % slope_facts}"


def refused(remark: Remark) -> str:
    """Why something has no number."""
    facts = remark.facts
    if remark.code == "few_events":
        return _("It takes %(needed)s people with and %(needed)s without the condition.") % {
            "needed": facts.get("needed", "")
        }
    return {
        "no_variation": _("The score is the same for everybody, or everybody fared the same."),
        "separated": _(
            "The score tells them apart without a single error, so its slope has no end."
        ),
        "no_cases": _("No case has a score."),
        "no_risk": _("The score is no predicted risk."),
        "no_thresholds": _("No border of a bin lies between 0 and 1."),
        "empty": _("Nobody to count over."),
    }.get(remark.code, _("The counts are too few for it."))


def measure_interval(found: Interval, *, share_of: bool = True) -> tuple[str, str]:
    """An estimate and its interval as texts; dashes where there is none."""
    estimate = float(found.estimate)
    if estimate != estimate:  # NaN: an empty denominator
        return NOTHING, NOTHING
    write = share if share_of else amount
    return write(estimate), _("%(low)s to %(high)s") % {
        "low": write(float(found.lower)),
        "high": write(float(found.upper)),
    }


def share(value: float | None) -> str:
    """A share as percent, with a decimal where it has one that matters."""
    if value is None:
        return NOTHING
    whole = abs(value * 100 - round(value * 100)) < 1e-9
    return percent(value, 0 if whole else 1)


def amount(value: float | None) -> str:
    """A rate or a ratio with about three figures."""
    if value is None or value != value:
        return NOTHING
    if value == float("inf"):
        return _("without end")
    return number(value, 0 if value >= 100 else 1 if value >= 10 else 2)


def _writer(one: JudgedPromise) -> Callable[[float | None], str]:
    values = [value for value in (one.estimate, one.lower, one.upper) if value is not None]
    near = any(abs(value - one.promised) < NEAR and value != one.promised for value in values)
    exact_promise = abs(one.promised * 100 - round(one.promised * 100)) < 1e-9
    places = 1 if near or not exact_promise else 0
    return lambda value: percent(value, places)
