"""One metric of one pilot, read: chart, signals, icons, effect, and when the change began.

Two sets of limits, on purpose. The dots are judged against the baseline, whose limits stay as
they were when the pilot went live: that is the question a pilot asks. What is drawn steps once
there are eight points since go-live, so that the band shows what is usual now, and a slip back
from the new level is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics import charts, rules
from pilots.statistics.before_after import (
    Fit,
    Halves,
    fit_of,
    halves_of_proportions,
    halves_of_rates,
    halves_of_values,
)
from pilots.statistics.charts import ControlChart
from pilots.statistics.effects import Effect, Effects
from pilots.statistics.rules import Assurance, Signals, Variation
from pilots.statistics.series import (
    MIN_POINTS_OF_A_LEVEL,
    Baseline,
    Bools,
    Floats,
    Remark,
    Steps,
    as_mask,
    as_table,
)

Icon = TypeVar("Icon", bound=StrEnum)
Ints = NDArray[np.int64]
Rows = slice | NDArray[np.intp]
Fitted = tuple[Halves, Fit]
NO_GO_LIVE = -1
CONCERN = (Variation.CONCERN_HIGH, Variation.CONCERN_LOW)


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


@dataclass(frozen=True, eq=False)
class Plans:
    """What is asked of many series that lie as rows of one table, NaN behind the shorter ones.

    All are numbers by series but `window`, (series, points): the points that set the limits.
    `points`: how long each series is. `go_live`: the position of the first point of the
    after-period, `points` or beyond where none is there yet; NO_GO_LIVE where there is none at all.
    `target`: NaN where there is none. `level`: of the interval. `settle`: so many points from go-live on
    belong to neither side.
    """

    points: Ints
    window: Bools
    go_live: Ints
    target: Floats
    level: Floats
    settle: Ints
    run: int = 7

    def of(self, rows: Rows) -> Plans:
        """Some of them."""
        return replace(
            self,
            points=self.points[rows],
            window=self.window[rows],
            go_live=self.go_live[rows],
            target=self.target[rows],
            level=self.level[rows],
            settle=self.settle[rows],
        )

    @cached_property
    def live(self) -> Bools:
        live: Bools = self.go_live != NO_GO_LIVE
        return live

    @cached_property
    def since(self) -> Ints:
        """Where the after-period starts; NO_GO_LIVE stays."""
        settled = np.minimum(self.go_live + self.settle, self.points)
        return np.where(self.live, settled, NO_GO_LIVE)

    @cached_property
    def before(self) -> Bools:
        """The points that the after-period is compared with, (series, points)."""
        return self.window & self.live[:, np.newaxis]

    @cached_property
    def after(self) -> Bools:
        """The points of the after-period, (series, points); without go-live, all."""
        after: Bools = np.arange(self.window.shape[1]) >= self.since[:, np.newaxis]
        return after


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
    series = as_table(values)
    plans = _plan(series.shape[1], baseline, go_live, settle, target, run, level)
    n = np.full(series.shape, np.nan) if cases is None else as_table(cases)
    fitted = fitted_values(series, n, plans)
    return analyses_of_values(series, plans, fitted, direction=direction, screen=screen).one(0)


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
    over, under = as_table(numerators), as_table(denominators)
    plans = _plan(over.shape[1], baseline, go_live, settle, target, run, level)
    fitted = fitted_proportions(over, under, plans)
    return analyses_of_proportions(over, under, plans, fitted, direction=direction).one(0)


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
    level: float = 0.95,
) -> SeriesAnalysis:
    """Events per exposure (u, or Laney's u′ where the points vary more than sampling brings); with an
    exposure of one everywhere a count (c). `target` and the answer are per one of the exposure."""
    over, under = as_table(counts), as_table(exposures)
    plans = _plan(over.shape[1], baseline, go_live, settle, target, run, level)
    fitted = fitted_rates(over, under, plans)
    return analyses_of_rates(over, under, plans, fitted, direction=direction).one(0)


def analyses_of_values(
    values: Floats, plans: Plans, fitted: Fitted, *, direction: str, screen: bool = True
) -> Analyses:
    """`analyse_values` of many series that share a direction; `fitted` by `fitted_values`."""

    def chart(rows: Rows, steps: Steps) -> ControlChart:
        return charts.xmr(values[rows], baseline=plans.window[rows], steps=steps, screen=screen)

    return _analyses(chart, plans, fitted, direction)


def analyses_of_proportions(
    numerators: Floats, denominators: Floats, plans: Plans, fitted: Fitted, *, direction: str
) -> Analyses:
    """`analyse_proportions` of many series that share a direction; `fitted` by
    `fitted_proportions`."""

    def chart(rows: Rows, steps: Steps) -> ControlChart:
        over, under = numerators[rows], denominators[rows]
        return charts.p_chart(over, under, baseline=plans.window[rows], steps=steps)

    return _analyses(chart, plans, fitted, direction)


def analyses_of_rates(
    counts: Floats, exposures: Floats, plans: Plans, fitted: Fitted, *, direction: str
) -> Analyses:
    """`analyse_rates` of many series that share a direction; `fitted` by `fitted_rates`."""

    def chart(rows: Rows, steps: Steps) -> ControlChart:
        over, under = counts[rows], exposures[rows]
        return charts.u_chart(over, under, baseline=plans.window[rows], steps=steps)

    return _analyses(chart, plans, fitted, direction)


def fitted_values(values: Floats, cases: Floats, plans: Plans) -> Fitted:
    """Both halves of values, each the mean of so many cases (NaN: nobody says)."""
    before, cases_before, after, cases_after = _split((values, cases), plans)
    halves = halves_of_values(before, after, cases_before=cases_before, cases_after=cases_after)
    return halves, fit_of(halves)


def fitted_proportions(
    numerators: Floats, denominators: Floats, plans: Plans, *, cases: Floats | None = None
) -> Fitted:
    """Both halves of counts of so many. `cases`: how many there were, where the denominators are how
    many with the usual risk these stand for (`standardisation`)."""
    split = _split((numerators, denominators), plans)
    halves = halves_of_proportions(*split, parts=cases is None)
    if cases is not None:
        known = np.isfinite(numerators) & np.isfinite(denominators) & (denominators > 0)
        before, after = (
            np.where(known & half, cases, 0.0).sum(axis=1) for half in (plans.before, plans.after)
        )
        assert halves.events is not None
        rest = before + after - halves.events
        halves = replace(halves, units_before=before, units_after=after, non_events=rest)
    return halves, fit_of(halves)


def fitted_rates(counts: Floats, exposures: Floats, plans: Plans) -> Fitted:
    """Both halves of events per exposure."""
    halves = halves_of_rates(*_split((counts, exposures), plans))
    return halves, fit_of(halves)


def _split(columns: tuple[Floats, Floats], plans: Plans) -> list[Floats]:
    """Both columns before and both after, NaN where a point is of the other half or of neither."""
    halves = plans.before, plans.after
    return [np.where(half, column, np.nan) for half in halves for column in columns]


def _plan(
    points: int,
    baseline: Baseline,
    go_live: int | None,
    settle: int,
    target: float | None,
    run: int,
    level: float,
) -> Plans:
    """The plan of one series."""
    if go_live is not None and not 0 <= go_live <= points:
        raise ValueError(f"Go-live is a position between 0 and {points}, not {go_live}.")
    window = as_mask(go_live if baseline is None else baseline, (1, points))
    if go_live is not None and window[:, go_live:].any():
        raise ValueError("The baseline reaches past go-live.")
    return Plans(
        points=np.array([points]),
        window=window,
        go_live=np.array([NO_GO_LIVE if go_live is None else go_live]),
        target=np.array([np.nan if target is None else target]),
        level=np.array([level]),
        settle=np.array([settle]),
        run=run,
    )


@dataclass(frozen=True, eq=False)
class Analyses:
    """Many series read. The numbers of all are worked out together, what is said of one is put together
    where somebody asks for it."""

    plans: Plans
    direction: str
    judged: ControlChart
    signals: Signals
    variations: list[Variation]
    assured: list[Assurance]
    effects: Effects
    # Where the drawn limits step (0: nowhere), the chart of those that do, their rows in it, and
    # which of those slip.
    steps: Ints
    stepped: ControlChart | None
    row_stepped: Ints
    slipping: list[bool]

    def one(self, row: int) -> SeriesAnalysis:
        plans, points, live = self.plans, int(self.plans.points[row]), bool(self.plans.live[row])
        signals = self.signals.one(row, points)
        judged = drawn = signals.chart
        effect = self.effects.one(row) if live else None
        slipping, step = False, int(self.steps[row]) or None
        if step is not None and self.stepped is not None:
            place = int(self.row_stepped[row])
            drawn, slipping = self.stepped.one(place, points), self.slipping[place]
        go_live = int(plans.go_live[row]) if live else None
        began, held = None, 0
        if effect is not None and effect.estimate and go_live is not None:
            began, held = _shift(signals, int(np.sign(effect.estimate)), go_live, plans.run)
        return SeriesAnalysis(
            drawn=drawn,
            judged=judged,
            signals=signals,
            classes=rules.classes(signals, self.direction),
            variation=self.variations[row],
            assurance=self.assured[row],
            effect=effect,
            go_live=go_live,
            step=step,
            shift_began=began,
            held=held,
            slipping=slipping,
            remarks=judged.remarks(),
        )


def _analyses(
    chart: Callable[[Rows, Steps], ControlChart], plans: Plans, fitted: Fitted, direction: str
) -> Analyses:
    judged = chart(slice(None), ())
    signals = rules.mdc(judged, run=plans.run)
    steps = _steps(judged, plans)
    assured = _many(rules.assurance(judged, plans.target, direction))
    rows, stepped, slipping = np.flatnonzero(steps), None, []
    row_stepped = np.zeros(len(steps), dtype=np.int64)
    if len(rows):
        stepped = chart(rows, steps[rows, np.newaxis])
        row_stepped[rows] = np.arange(len(rows))
        since = replace(stepped, values=np.where(plans.after[rows], stepped.values, np.nan))
        now = _many(rules.variation(rules.mdc(since, run=plans.run), direction))
        slipping = [one in CONCERN for one in now]
        again = _many(rules.assurance(stepped, plans.target[rows], direction))
        for row, one in zip(rows.tolist(), again, strict=True):
            assured[row] = one
    return Analyses(
        plans=plans,
        direction=direction,
        judged=judged,
        signals=signals,
        variations=_many(rules.variation(signals, direction)),
        assured=assured,
        effects=Effects(*fitted, plans.level),
        steps=steps,
        stepped=stepped,
        row_stepped=row_stepped,
        slipping=slipping,
    )


def _many(icons: Icon | list[Icon]) -> list[Icon]:
    assert isinstance(icons, list)
    return icons


def _steps(chart: ControlChart, plans: Plans) -> Ints:
    """Where the drawn limits step: at the after-period, once it has points enough; 0: nowhere."""
    since = plans.since
    known = (np.isfinite(chart.values) & plans.after).sum(axis=1)
    enough = (known >= MIN_POINTS_OF_A_LEVEL) & (chart.baseline >= 2)
    return np.where(enough & (since > 0) & (since < plans.points), since, 0)


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
