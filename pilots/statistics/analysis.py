"""One metric of one pilot, read: chart, signals, icons, effect, and when the change began.

Two sets of limits, on purpose. The dots are judged against the baseline, whose limits stay as
they were when the pilot went live: that is the question a pilot asks. What is drawn steps once
there are eight points since go-live, so that the band shows what is usual now, and a slip back
from the new level is seen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics import charts, rules
from pilots.statistics.charts import ControlChart
from pilots.statistics.effects import (
    Effect,
    effect_of_proportions,
    effect_of_rates,
    effect_of_values,
)
from pilots.statistics.rules import Assurance, Signals, Variation
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Baseline, Remark, as_mask


@dataclass(frozen=True, eq=False)
class SeriesAnalysis:
    """Everything a page needs to draw a metric and say what it shows.

    `drawn` has the limits to draw (they step), `judged` the baseline's limits carried on, from
    which `signals`, `classes` and `variation` come. `shift_began` is the first point of the run
    that shows the effect, `held` how many points that run has lasted up to now (0: not any more),
    `slipping` whether the last point is a signal of concern against the new limits.
    """

    drawn: ControlChart
    judged: ControlChart
    signals: Signals
    classes: NDArray[np.object_]
    variation: Variation
    assurance: Assurance
    effect: Effect | None
    go_live: int | None
    step: int | None
    shift_began: int | None
    held: int
    slipping: bool
    remarks: tuple[Remark, ...]


def analyse_values(
    values: ArrayLike,
    *,
    direction: str,
    baseline: Baseline = None,
    go_live: int | None = None,
    settle: int = 0,
    target: float | None = None,
    screen: bool = True,
    run: int = 7,
    cases: ArrayLike | None = None,
    level: float = 0.95,
) -> SeriesAnalysis:
    """A metric of which each period has one value (XmR).

    `go_live` is the position of the first point of the after-period, `settle` how many points
    from there belong to neither side (training, ramp-up); without `baseline`, all points before
    go-live are it. `cases`: of how many each value is the mean, NaN where nobody says.
    """
    series = np.asarray(values, dtype=np.float64)
    window, after = _windows(series.shape[0], baseline, go_live, settle)
    n = np.full(len(series), np.nan) if cases is None else np.asarray(cases, dtype=np.float64)
    effect = None
    if after is not None:
        effect = effect_of_values(
            series[window],
            series[after:],
            cases_before=n[window],
            cases_after=n[after:],
            level=level,
        )

    def chart(steps: tuple[int, ...]) -> ControlChart:
        return charts.xmr(series, baseline=window, steps=steps, screen=screen)

    return _analyse(chart, effect, direction, go_live, after, target, run)


def analyse_proportions(
    numerators: ArrayLike,
    denominators: ArrayLike,
    *,
    direction: str,
    baseline: Baseline = None,
    go_live: int | None = None,
    settle: int = 0,
    target: float | None = None,
    run: int = 7,
    level: float = 0.95,
) -> SeriesAnalysis:
    """A proportion (p, or Laney's p′ where the points vary more than sampling brings)."""
    over = np.asarray(numerators, dtype=np.float64)
    under = np.asarray(denominators, dtype=np.float64)
    window, after = _windows(over.shape[0], baseline, go_live, settle)
    effect = None
    if after is not None:
        effect = effect_of_proportions(
            over[window], under[window], over[after:], under[after:], level=level
        )

    def chart(steps: tuple[int, ...]) -> ControlChart:
        return charts.p_chart(over, under, baseline=window, steps=steps)

    return _analyse(chart, effect, direction, go_live, after, target, run)


def analyse_rates(
    counts: ArrayLike,
    exposures: ArrayLike,
    *,
    direction: str,
    baseline: Baseline = None,
    go_live: int | None = None,
    settle: int = 0,
    target: float | None = None,
    run: int = 7,
    per: float = 1.0,
    level: float = 0.95,
) -> SeriesAnalysis:
    """A rate of events per `per` units of exposure (u, or Laney's u′)."""
    over = np.asarray(counts, dtype=np.float64)
    under = np.asarray(exposures, dtype=np.float64) / per
    window, after = _windows(over.shape[0], baseline, go_live, settle)
    effect = None
    if after is not None:
        effect = effect_of_rates(
            over[window], under[window], over[after:], under[after:], level=level
        )

    def chart(steps: tuple[int, ...]) -> ControlChart:
        return charts.u_chart(over, under, baseline=window, steps=steps)

    return _analyse(chart, effect, direction, go_live, after, target, run)


def _windows(
    points: int, baseline: Baseline, go_live: int | None, settle: int
) -> tuple[NDArray[np.bool_], int | None]:
    """The baseline as a mask, and where the after-period starts (None: not live)."""
    if go_live is not None and not 0 <= go_live <= points:
        raise ValueError(f"Go-live is a position between 0 and {points}, not {go_live}.")
    window = as_mask(go_live if baseline is None else baseline, (1, points))[0]
    if go_live is None:
        return window, None
    if window[go_live:].any():
        raise ValueError("The baseline reaches past go-live.")
    return window, min(go_live + settle, points)


def _analyse(
    chart: Callable[[tuple[int, ...]], ControlChart],
    effect: Effect | None,
    direction: str,
    go_live: int | None,
    after: int | None,
    target: float | None,
    run: int,
) -> SeriesAnalysis:
    judged = chart(())
    step = _step(judged, after)
    drawn = judged if step is None else chart((step,))
    signals = rules.mdc(judged, run=run)
    began, held = None, 0
    if effect is not None and effect.estimate and go_live is not None:
        began, held = _shift(signals, int(np.sign(effect.estimate)), go_live, run)
    slipping = False
    if step is not None:
        now = rules.variation(rules.mdc(drawn, run=run), direction)
        slipping = now in (Variation.CONCERN_HIGH, Variation.CONCERN_LOW)
    variation = rules.variation(signals, direction)
    assurance = rules.assurance(drawn, target, direction)
    assert isinstance(variation, Variation) and isinstance(assurance, Assurance)
    return SeriesAnalysis(
        drawn=drawn,
        judged=judged,
        signals=signals,
        classes=rules.classes(signals, direction),
        variation=variation,
        assurance=assurance,
        effect=effect,
        go_live=go_live,
        step=step,
        shift_began=began,
        held=held,
        slipping=slipping,
        remarks=judged.remarks(),
    )


def _step(chart: ControlChart, after: int | None) -> int | None:
    """Where the drawn limits step: at the after-period, once it has points enough."""
    if after is None or not 0 < after < len(chart.values) or int(chart.baseline) < 2:
        return None
    enough = np.isfinite(chart.values[after:]).sum() >= MIN_POINTS_OF_A_LEVEL
    return after if enough else None


def _shift(signals: Signals, way: int, go_live: int, run: int) -> tuple[int | None, int]:
    """The first point of the run that shows the effect, and how long it has lasted up to now.

    A few points of the baseline may lie on that side by chance: the run counts from go-live,
    unless it was long enough to be a signal before.
    """
    there = np.flatnonzero(signals.present)
    side = signals.side[there] == way
    edges = np.flatnonzero(np.diff(np.concatenate(([False], side, [False])).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start >= run and there[end - 1] >= go_live:
            began = _began(there[start:end], go_live, run)
            latest = there[edges[::2][-1] :]
            held = (latest >= _began(latest, go_live, run)).sum() if side[-1] else 0
            return began, int(held)
    return None, 0


def _began(points: NDArray[np.intp], go_live: int, run: int) -> int:
    """From where a run of these points counts, some of which lie after go-live."""
    before = int((points < go_live).sum())
    return int(points[0] if before >= run else points[before])
