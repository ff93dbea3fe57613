"""The Nelson rules.

1. A point beyond a limit.
2. Nine in a row on one side of the centre.
3. Six in a row rising, or falling.
4. Fourteen in a row that alternate up and down.
5. Two of three points in a row beyond two sigma on the same side.
6. Four of five beyond one sigma on the same side.
7. Fifteen in a row within one sigma.
8. Eight in a row beyond one sigma, on both sides of the centre.

A rule marks the point that completes its pattern. A point on a line is not beyond it (and counts
as within), a tie breaks a trend and an alternation. Source: Nelson, Journal of Quality Technology
16 (1984) 237. Points and precedence as qcc 3.
"""

from collections.abc import Iterable

from pilots.statistics.charts import ControlChart
from pilots.statistics.rules.signals import RuleSignals
from pilots.statistics.rules.stretch import Stretch
from pilots.statistics.rules.windows import in_a_row, whole
from pilots.statistics.rules.zones import apart, either_side, rule_signals
from pilots.statistics.series import Bools

RULES = (1, 2, 3, 4, 5, 6, 7, 8)


def nelson(
    chart: ControlChart,
    *,
    rules: Iterable[int] = RULES,
    every_point: bool = False,
    both_sides: bool = True,
) -> RuleSignals:
    """The Nelson rules over one series or many.

    `every_point` marks all points that make up a pattern instead of the one that completes it.
    `both_sides`: rule 8 asks for points on both sides (Nelson, qcc); else eight beyond one sigma
    on one side are enough (Minitab).

    >>> from pilots.statistics import charts, rules
    >>> signals = rules.nelson(charts.xmr([1, 2, 3, 4, 5, 6, 7]), rules=[3])
    >>> [int(i) for i in signals.rules[3].nonzero()[0]]
    [5, 6]
    """

    def rule(stretch: Stretch, number: int, every: bool) -> Bools:
        return _rule(stretch, number, every, both_sides)

    return rule_signals("nelson", chart, rules, RULES, rule, every_point)


def _rule(stretch: Stretch, number: int, every_point: bool, both_sides: bool) -> Bools:
    if number == 1:
        return stretch.high | stretch.low
    if number == 2:
        return either_side(stretch.above, stretch.below, 9, every_point)
    if number == 3:
        ends = in_a_row(stretch.rising, 5) | in_a_row(stretch.falling, 5)
        return whole(ends, 6) if every_point else ends
    if number == 4:
        ends = in_a_row(_turning(stretch), 12)
        return whole(ends, 14) if every_point else ends
    if number == 5:
        return apart(stretch, 2, 3, 2, every_point)
    if number == 6:
        return apart(stretch, 4, 5, 1, every_point)
    if number == 7:
        ends = in_a_row(stretch.within(1), 15)
        return whole(ends, 15) if every_point else ends
    over, under = stretch.over(1), stretch.under(1)
    ends = in_a_row(over | under, 8)
    if both_sides:
        ends &= ~(in_a_row(over, 8) | in_a_row(under, 8))
    return whole(ends, 8) if every_point else ends


def _turning(stretch: Stretch) -> Bools:
    """The points whose step is opposite to the step before."""
    found = stretch.rising | stretch.falling
    line, up, down = (a.reshape(-1) for a in (found, stretch.rising, stretch.falling))
    line[1:] = (up[1:] & down[:-1]) | (down[1:] & up[:-1])
    found[:, :2] = False
    return found
