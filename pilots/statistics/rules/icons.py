"""The two icons of Making Data Count, and each point as good, bad or neither.

Variation: what the last point is. Assurance: the target against the last limits: outside them it
is always met or never, inside it is met and missed by chance. Source: NHS England, Making Data
Count; NHSRplotthedots 0.2.2 gives the same (its words for them: special_cause_improvement,
special_cause_concern, special_cause_neutral_high and _low, common_cause; consistent_pass,
consistent_fail, inconsistent).
"""

from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.charts import ControlChart
from pilots.statistics.rules.signals import ImprovementDirection, Signals
from pilots.statistics.series import Bools

Icon = TypeVar("Icon", bound=StrEnum)


class PointClass(StrEnum):
    COMMON = "common"
    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    SPECIAL = "special"  # a signal where neither way is good
    MISSING = ""


class Variation(StrEnum):
    """The variation icon: what the last point says."""

    COMMON = "common"
    IMPROVEMENT_HIGH = "improvement_high"
    IMPROVEMENT_LOW = "improvement_low"
    CONCERN_HIGH = "concern_high"
    CONCERN_LOW = "concern_low"
    NEUTRAL_HIGH = "neutral_high"
    NEUTRAL_LOW = "neutral_low"
    NONE = "none"


class Assurance(StrEnum):
    """The assurance icon: may the target be expected to be met?"""

    PASSES = "passes"
    FAILS = "fails"
    HIT_AND_MISS = "hit_and_miss"
    NONE = "none"


def classes(signals: Signals, direction: str) -> NDArray[np.object_]:
    """Each point as improvement, concern, special (neutral direction), common or missing.

    >>> from pilots.statistics import charts, rules
    >>> signals = rules.mdc(charts.xmr([5, 6, 5, 6, 5, 6, 9], baseline=6))
    >>> str(rules.classes(signals, "lower")[-1])
    'concern'
    """
    good = ImprovementDirection(direction).sign
    flagged = signals.way * np.int8(good) if good else np.abs(signals.way)
    names = np.array(
        [
            PointClass.CONCERN,
            PointClass.COMMON,
            PointClass.IMPROVEMENT if good else PointClass.SPECIAL,
        ],
        dtype=object,
    )
    out = names[np.asarray(flagged, dtype=np.int64) + 1]
    out[~signals.present] = PointClass.MISSING
    return out


def variation(signals: Signals, direction: str) -> Variation | list[Variation]:
    """The variation icon of one series, or of each: what the last point is.

    >>> from pilots.statistics import charts, rules
    >>> signals = rules.mdc(charts.xmr([5, 6, 5, 6, 5, 6, 9], baseline=6))
    >>> str(rules.variation(signals, "lower"))
    'concern_high'
    """
    good = ImprovementDirection(direction).sign
    if good == 0:
        names = [Variation.NEUTRAL_LOW, Variation.COMMON, Variation.NEUTRAL_HIGH]
    elif good > 0:
        names = [Variation.CONCERN_LOW, Variation.COMMON, Variation.IMPROVEMENT_HIGH]
    else:
        names = [Variation.IMPROVEMENT_LOW, Variation.COMMON, Variation.CONCERN_HIGH]
    way = _last(np.atleast_2d(signals.way), np.atleast_2d(signals.present), 2)
    icons = _named([*names, Variation.NONE], way + np.int8(1))
    return icons[0] if signals.way.ndim == 1 else icons


def assurance(
    chart: ControlChart, target: ArrayLike | None, direction: str
) -> Assurance | list[Assurance]:
    """The assurance icon of one series, or of each: the target against the last limits.

    One target for all series, or one for each (NaN: none). A target on a limit is hit and miss.

    >>> from pilots.statistics import charts, rules
    >>> chart = charts.xmr([5, 6, 5, 6, 5, 6])
    >>> str(rules.assurance(chart, 12, "lower")), str(rules.assurance(chart, 6, "lower"))
    ('passes', 'hit_and_miss')
    """
    good = ImprovementDirection(direction).sign
    present = np.atleast_2d(np.isfinite(chart.values))
    lower = _last(np.atleast_2d(chart.lower), present, np.nan)
    upper = _last(np.atleast_2d(chart.upper), present, np.nan)
    aim = np.asarray(np.nan if target is None else target, dtype=np.float64)
    below, above = lower > aim, upper < aim
    passes, fails = (below, above) if good > 0 else (above, below)
    known = np.isfinite(lower) & np.isfinite(aim) & (good != 0)
    code = np.where(known, np.where(passes, 0, np.where(fails, 1, 2)), 3)
    icons = _named(
        [Assurance.PASSES, Assurance.FAILS, Assurance.HIT_AND_MISS, Assurance.NONE], code
    )
    return icons[0] if chart.values.ndim == 1 else icons


def _named(names: list[Icon], codes: NDArray[np.integer]) -> list[Icon]:
    table = np.empty(len(names), dtype=object)
    table[:] = names
    named: list[Icon] = table[codes].tolist()
    return named


Number = TypeVar("Number", bound=np.generic)


def _last(values: NDArray[Number], present: Bools, otherwise: float) -> NDArray[Number]:
    """The value at the last present point of each series, `otherwise` where there is none."""
    rows, width = present.shape
    if width == 0:
        return np.full(rows, otherwise, dtype=values.dtype)
    if present[:, -1].all():
        return values[:, -1]
    at = width - 1 - np.argmax(present[:, ::-1], axis=1)
    last = values[np.arange(rows), at]
    return np.where(present[np.arange(rows), at], last, np.asarray(otherwise, dtype=values.dtype))
