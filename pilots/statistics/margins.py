"""What an interval shows about a margin that was agreed beforehand: the one reading of it.

`equivalence` asks it of one look at complete data, `verdicts` of the intervals of a pilot, which may be
read every week ("no harm shown" is non-inferiority). Absence of a difference is never read as evidence
of none: where the interval reaches over the limit nothing is shown.

    findings   in one word for each interval

Source of the words: Piaggio et al. (CONSORT), JAMA 308 (2012) 2594.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pilots.statistics.series import Bools, Floats


class Finding(StrEnum):
    EQUIVALENT = "equivalent"  # within both limits
    NON_INFERIOR = "non_inferior"  # on the good side of the one limit
    SUPERIOR = "superior"  # and on the good side of no difference, too
    BEYOND = "beyond"  # the whole interval lies beyond a limit
    NOT_SHOWN = "not_shown"  # the interval reaches over a limit: more data, or it is so
    REFUSED = "refused"  # there is no interval


WORDS = tuple(Finding)
EQUIVALENT, NON_INFERIOR, SUPERIOR, BEYOND, NOT_SHOWN, REFUSED = range(len(WORDS))


def findings(
    lower: Floats,
    upper: Floats,
    *,
    low: float | Floats | None = None,
    high: float | Floats | None = None,
    null: float | None = None,
    above: Bools | None = None,
    below: Bools | None = None,
) -> NDArray[np.intp]:
    """The finding of each interval as its place in `WORDS`; NaN ends are refused.

    `low`, `high`: the limits, None where there is none. `null`: no difference, where one side of it is
    good. `above`, `below`: whether the limits are kept, where a test has said so already: at the limit
    itself the rounding of a searched interval must not contradict it.

    >>> found = findings(np.array([-0.5, 0.1, -2.0]), np.array([1.0, 1.0, 1.0]), low=-1.0, null=0.0)
    >>> [WORDS[one].value for one in found]
    ['non_inferior', 'superior', 'not_shown']
    """
    kept = np.ones(np.shape(lower), dtype=bool)
    past = np.zeros(np.shape(lower), dtype=bool)
    better = past
    if low is not None:
        kept = kept & (lower > low if above is None else above)
        past = past | (upper < low)
    if high is not None:
        kept = kept & (upper < high if below is None else below)
        past = past | (lower > high)
    one_sided = low is None or high is None
    if null is not None and one_sided:
        better = lower > null if high is None else upper < null
    good = NON_INFERIOR if one_sided else EQUIVALENT
    return np.select(
        [np.isnan(lower), past, kept & better, kept], [REFUSED, BEYOND, SUPERIOR, good], NOT_SHOWN
    )
