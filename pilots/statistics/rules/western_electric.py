"""The Western Electric rules.

1. A point beyond a limit.
2. Two of three points in a row beyond two sigma on the same side.
3. Four of five beyond one sigma on the same side.
4. Eight in a row on one side of the centre.

A rule marks the point that completes its pattern, which for 2 and 3 must itself lie in the zone; as
long as the pattern lasts every further point completes it anew. A point on a line is not beyond
it, and one on the centre breaks a run. Source: Western Electric, Statistical Quality Control
Handbook (1956); Montgomery, Introduction to Statistical Quality Control, ch. 5. Points and
precedence as qcc 3 (`qccRules`).
"""

from collections.abc import Iterable

from pilots.statistics.charts import ControlChart
from pilots.statistics.rules.signals import RuleSignals
from pilots.statistics.rules.stretch import Stretch
from pilots.statistics.rules.zones import apart, either_side, rule_signals
from pilots.statistics.series import Bools

RULES = (1, 2, 3, 4)


def western_electric(
    chart: ControlChart, *, rules: Iterable[int] = RULES, every_point: bool = False
) -> RuleSignals:
    """The Western Electric rules over one series or many.

    `every_point` marks all points that make up a pattern instead of the one that completes it;
    of "two of three" those in the zone.

    >>> from pilots.statistics import charts, rules
    >>> signals = rules.western_electric(charts.xmr([5, 6, 5, 6, 5, 6, 9], baseline=6))
    >>> [int(i) for i in signals.rules[1].nonzero()[0]]
    [6]
    """
    return rule_signals("western_electric", chart, rules, RULES, _rule, every_point)


def _rule(stretch: Stretch, number: int, every_point: bool) -> Bools:
    if number == 1:
        return stretch.high | stretch.low
    if number == 4:
        return either_side(stretch.above, stretch.below, 8, every_point)
    need, length, sigmas = {2: (2, 3, 2), 3: (4, 5, 1)}[number]
    return apart(stretch, need, length, sigmas, every_point)
