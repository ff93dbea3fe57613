"""What Western Electric and Nelson share: the zones of a chart, and a set of numbered rules."""

from collections.abc import Callable, Iterable

import numpy as np

from pilots.statistics.charts import ControlChart
from pilots.statistics.rules.signals import RuleSignals
from pilots.statistics.rules.stretch import Stretch, judged
from pilots.statistics.rules.windows import among, in_a_row, whole
from pilots.statistics.series import Bools


def rule_signals(
    method: str,
    chart: ControlChart,
    wanted: Iterable[int],
    known: tuple[int, ...],
    rule: Callable[[Stretch, int, bool], Bools],
    every_point: bool,
) -> RuleSignals:
    """Each wanted rule over the whole chart."""
    numbers = sorted(set(wanted))
    if not numbers or not set(numbers) <= set(known):
        raise ValueError(f"The rules are numbered {known[0]} to {known[-1]}, unlike {numbers}.")

    def judge(stretch: Stretch) -> list[np.ndarray]:
        return [stretch.side(), *(rule(stretch, number, every_point) for number in numbers)]

    side, *masks = judged(chart, judge, (np.int8, *(bool for _ in numbers)))
    return RuleSignals(
        method=method,
        rules=dict(zip(numbers, masks, strict=True)),
        side=side,
        chart=chart,
        present=np.isfinite(chart.values),
        every_point=every_point,
    )


def either_side(above: Bools, below: Bools, length: int, every_point: bool) -> Bools:
    """`length` in a row on one side."""
    ends = in_a_row(above, length) | in_a_row(below, length)
    return whole(ends, length) if every_point else ends


def apart(stretch: Stretch, need: int, length: int, sigmas: int, every_point: bool) -> Bools:
    """`need` of `length` beyond so many sigmas on the same side."""
    found = np.zeros(stretch.values.shape, dtype=bool)
    for zone in (stretch.over(sigmas), stretch.under(sigmas)):
        ends = among(zone, need, length)
        found |= whole(ends, length) & zone if every_point else ends
    return found
