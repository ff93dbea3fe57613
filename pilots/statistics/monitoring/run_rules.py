"""How long a Shewhart chart runs until it signals, with run rules beside its limits.

Exact where a rule asks only in which zone points lie (beyond limits, 2 of 3, 4 of 5, a run on one
side): the zones of the last points are the states of a Markov chain. A trend asks for the values
themselves, so a chart with one is simulated. Independent normal points with known mean and spread.

Source: Champ and Woodall, Technometrics 29 (1987) 393; the R package spc has the same
(xshewhartrunsrules.arl).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.series import Floats

# A point's zone: its side, and 0 to 3 for how many of the zone lines it lies beyond.
Zone = tuple[int, int]
LONGEST = 200_000


@dataclass(frozen=True)
class RunRules:
    """Which rules a chart has; zone lines in standard deviations from the centre, None: no rule.

    `limit`: one point beyond. `two_of_three`, `four_of_five`: so many beyond that line on one
    side. `run`: so many in a row on one side. `trend`: so many in a row that rise (or fall).
    `same_side`: all three points of "2 of 3" lie on one side (Making Data Count), not only the
    two (Western Electric).

    `RunRules()` has limits only; Western Electric is `RunRules.western_electric()`, Making Data
    Count `RunRules.making_data_count()`.
    """

    limit: float = 3.0
    two_of_three: float | None = None
    four_of_five: float | None = None
    run: int | None = None
    trend: int | None = None
    same_side: bool = False

    def __post_init__(self) -> None:
        for line in (self.limit, self.two_of_three, self.four_of_five):
            if line is not None and not line > 0:
                raise ValueError(f"A zone line is above zero, not {line}.")
        for length in (self.run, self.trend):
            if length is not None and not 2 <= length <= 20:
                raise ValueError(f"A run or a trend has 2 to 20 points, not {length}.")

    @classmethod
    def western_electric(cls) -> "RunRules":
        """Beyond 3, 2 of 3 beyond 2, 4 of 5 beyond 1, 8 on one side."""
        return cls(3.0, 2.0, 1.0, 8)

    @classmethod
    def making_data_count(cls) -> "RunRules":
        """Beyond 3, 2 of 3 beyond 2 with all on one side, 7 on one side, 7 rising or falling."""
        return cls(3.0, 2.0, None, 7, 7, True)


@dataclass(frozen=True)
class SimulatedRunLength:
    """A simulated average, its standard error, and how many charts it comes from."""

    mean: float
    error: float
    charts: int


def shewhart_arl(rules: RunRules, *, shift: ArrayLike = 0.0) -> Floats:
    """Points until a chart with these rules signals, on average; exact. A trend is refused.

    `shift`: the mean in standard deviations, there from the first point on.

    >>> shewhart_arl(RunRules(), shift=[0, 1]).round(2)
    array([370.4 ,  43.89])
    >>> round(float(shewhart_arl(RunRules.western_electric())), 2)
    91.75
    """
    if rules.trend is not None:
        raise ValueError("A trend is not a matter of zones: take shewhart_arl_simulated.")
    moves = _moves(rules)
    given = np.asarray(shift, dtype=np.float64)
    if not np.isfinite(given).all():
        raise ValueError("A shift is a finite number.")
    found = [_run_length(rules, moves, float(one)) for one in given.flat]
    return np.asarray(found, dtype=np.float64).reshape(given.shape)


def shewhart_arl_simulated(
    rules: RunRules, *, shift: float = 0.0, charts: int = 4000, seed: int = 1
) -> SimulatedRunLength:
    """The same by simulation, for charts with a trend rule too.

    >>> found = shewhart_arl_simulated(RunRules.making_data_count(), charts=2000)
    >>> abs(found.mean - 85.5) < 3 * found.error
    True
    """
    if charts < 2:
        raise ValueError(f"At least two charts are simulated, not {charts}.")
    rng = np.random.default_rng(seed)
    lengths = []
    alive = charts
    # Which of the last two (four) points lay beyond the line above and below.
    outer, inner = np.zeros((alive, 2, 2), dtype=bool), np.zeros((alive, 4, 2), dtype=bool)
    run, trend = np.zeros(alive, dtype=np.int64), np.zeros(alive, dtype=np.int64)
    last = np.full(alive, np.nan)
    for point in range(1, LONGEST + 1):
        x = rng.normal(shift, 1, alive)
        side = np.where(x > 0, 1, -1)
        run = np.where(np.sign(run) == side, run + side, side)
        with np.errstate(invalid="ignore"):
            way = np.where(x > last, 1, -1)
        # A trend of n points has n − 1 steps; the first point starts none.
        trend = np.where(np.isnan(last), 0, np.where(np.sign(trend) == way, trend + way, way))
        signal = np.abs(x) > rules.limit
        signs = np.stack([x, -x], axis=1)
        if rules.two_of_three is not None:
            now = signs > rules.two_of_three
            hit = (now.astype(int) + outer.sum(axis=1)) >= 2
            if rules.same_side:
                hit &= np.stack([run >= 3, run <= -3], axis=1)
            signal |= hit.any(axis=1)
            outer = np.concatenate([outer[:, 1:], now[:, np.newaxis]], axis=1)
        if rules.four_of_five is not None:
            now = signs > rules.four_of_five
            signal |= ((now.astype(int) + inner.sum(axis=1)) >= 4).any(axis=1)
            inner = np.concatenate([inner[:, 1:], now[:, np.newaxis]], axis=1)
        if rules.run is not None:
            signal |= np.abs(run) >= rules.run
        if rules.trend is not None:
            signal |= np.abs(trend) >= rules.trend - 1
        lengths += [point] * int(signal.sum())
        rest = ~signal
        alive = int(rest.sum())
        run, trend, last, outer, inner = run[rest], trend[rest], x[rest], outer[rest], inner[rest]
        if alive == 0:
            break
    else:
        raise ValueError(f"Some charts ran for more than {LONGEST} points.")
    return SimulatedRunLength(
        float(np.mean(lengths)), float(np.std(lengths, ddof=1) / math.sqrt(charts)), charts
    )


# What is remembered between points: which of the last two (four) lay beyond the 2-of-3 (4-of-5)
# line above and below, and the run on one side (positive above).
State = tuple[tuple[bool, ...], tuple[bool, ...], tuple[bool, ...], tuple[bool, ...], int]


def _lines(rules: RunRules) -> list[float]:
    given = (rules.four_of_five, rules.two_of_three, rules.limit)
    return sorted({line for line in given if line is not None and line <= rules.limit})


def _moves(rules: RunRules) -> list[dict[Zone, int | None]]:
    """For each state the state after a point of each zone, None where it signals."""
    lines = _lines(rules)
    zones = [(side, level) for side in (1, -1) for level in range(len(lines) + 1)]
    longest = max(rules.run - 1 if rules.run else 0, 2 if rules.same_side else 0)
    wide = 2 if rules.two_of_three is not None else 0
    narrow = 4 if rules.four_of_five is not None else 0
    start: State = ((False,) * wide, (False,) * wide, (False,) * narrow, (False,) * narrow, 0)
    numbers: dict[State, int] = {start: 0}
    todo, moves = [start], []
    while todo:
        state = todo.pop(0)
        after: dict[Zone, int | None] = {}
        for zone in zones:
            new = _next(rules, lines, state, zone, longest)
            if new is None:
                after[zone] = None
                continue
            if new not in numbers:
                numbers[new] = len(numbers)
                todo.append(new)
            after[zone] = numbers[new]
        moves.append(after)
    return moves


def _next(
    rules: RunRules, lines: list[float], state: State, zone: Zone, longest: int
) -> State | None:
    outer_up, outer_down, inner_up, inner_down, run = state
    side, level = zone
    run = run + side if run * side > 0 else side
    if level == len(lines) or (rules.run is not None and abs(run) >= rules.run):
        return None
    if rules.two_of_three is not None:
        out = _beyond(rules.two_of_three, lines, level)
        up, down = (*outer_up, out and side > 0), (*outer_down, out and side < 0)
        enough = not rules.same_side or abs(run) >= 3
        if enough and (sum(up) >= 2 or sum(down) >= 2):
            return None
        outer_up, outer_down = up[1:], down[1:]
    if rules.four_of_five is not None:
        out = _beyond(rules.four_of_five, lines, level)
        up, down = (*inner_up, out and side > 0), (*inner_down, out and side < 0)
        if sum(up) >= 4 or sum(down) >= 4:
            return None
        inner_up, inner_down = up[1:], down[1:]
    run = max(-longest, min(longest, run))
    return outer_up, outer_down, inner_up, inner_down, run


def _beyond(line: float, lines: list[float], level: int) -> bool:
    return level > 0 and lines[level - 1] >= line


def _run_length(rules: RunRules, moves: list[dict[Zone, int | None]], shift: float) -> float:
    from scipy.sparse import csr_array, identity
    from scipy.sparse.linalg import spsolve
    from scipy.special import ndtr

    edges = np.array([0.0, *_lines(rules), np.inf])
    chance: dict[Zone, float] = {}
    for level in range(len(edges) - 1):
        low, high = edges[level], edges[level + 1]
        chance[1, level] = float(ndtr(shift - low) - ndtr(shift - high))
        chance[-1, level] = float(ndtr(-shift - low) - ndtr(-shift - high))
    rows, columns, values = [], [], []
    for row, after in enumerate(moves):
        for zone, column in after.items():
            if column is not None:
                rows.append(row)
                columns.append(column)
                values.append(chance[zone])
    size = len(moves)
    stay = csr_array((values, (rows, columns)), shape=(size, size))
    solved = spsolve((identity(size, format="csc") - stay.tocsc()).tocsc(), np.ones(size))
    return float(np.atleast_1d(solved)[0])
