"""The floor of a night's verdicts: the same arithmetic as `pilots.evidence.numbers.answers` in bare numpy.

Series of one length with missing points, each with a first day of its own and all before it as baseline;
lower is better, no event is rare. It makes no objects and no words, checks nothing, and does not ask
since when a run or a breach lasts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import ndtri, stdtr

from bench.statistics_floors import back, near_of_three, seven, six

ROWS = 250
Columns = dict[str, np.ndarray]
Side = tuple[np.ndarray, np.ndarray, np.ndarray]  # values, weights, which are there


def of_values(values: np.ndarray, cases: np.ndarray, asked: Columns) -> Columns:
    """Values, each the mean of so many cases."""
    return _in_blocks(_block_of_values, values, cases, asked)


def of_proportions(over: np.ndarray, under: np.ndarray, asked: Columns) -> Columns:
    return _in_blocks(_block_of_proportions, over, under, asked)


def _in_blocks(
    block: Callable[[np.ndarray, np.ndarray, Columns], Columns],
    first: np.ndarray,
    second: np.ndarray,
    asked: Columns,
) -> Columns:
    parts = []
    for start in range(0, len(first), ROWS):
        rows = slice(start, start + ROWS)
        some = {name: column[rows] for name, column in asked.items()}
        parts.append(block(first[rows], second[rows], some))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _halves(there: np.ndarray, asked: Columns) -> tuple[np.ndarray, np.ndarray]:
    since = np.arange(there.shape[1]) >= asked["live"][:, np.newaxis]
    return there & ~since, there & since


def _block_of_values(y: np.ndarray, cases: np.ndarray, asked: Columns) -> Columns:
    there = ~np.isnan(y)
    halves = _halves(there, asked)
    sides = []
    for half in halves:
        centre = np.where(half, y, 0.0).sum(axis=1, keepdims=True) / _count(half)
        packed = _packed(y, half)
        sigma = 2.66 / 3 * screened(np.abs(packed[:, 1:] - packed[:, :-1]))
        sides.append((centre, centre - 3 * sigma, centre + 3 * sigma, sigma))
    chart = _charted(y, there, halves[1], sides, asked)
    fit = _fitted([(y, half.astype(float), half) for half in halves])
    degrees = _count(there)[:, 0] - 2
    spread = sum(
        (np.where(half, cases, 0.0) * rest**2).sum(axis=1)
        for half, rest in zip(halves, (fit["rest"], fit["rest_after"]), strict=True)
    )
    spread = spread / degrees
    real = [
        spread * np.where(half, 1 / cases, 0.0).sum(axis=1) / _count(half)[:, 0] for half in halves
    ]
    return {**chart, **_judged(fit, real, counted=False, degrees=degrees, asked=asked)}


def _block_of_proportions(x: np.ndarray, n: np.ndarray, asked: Columns) -> Columns:
    y, root = x / n, np.sqrt(n)
    there = ~np.isnan(y)
    halves = _halves(there, asked)
    sides, weighted = [], []
    prime = np.zeros((0, 1), dtype=bool)
    for half in halves:
        total = np.where(half, x, 0.0).sum(axis=1, keepdims=True)
        units = np.where(half, n, 0.0).sum(axis=1, keepdims=True)
        middle = total / units
        sd = np.sqrt(middle * (1 - middle))
        z = (_packed(y, half) - middle) * _packed(root, half)
        times = screened(np.abs(z[:, 1:] - z[:, :-1])) / 1.128 / sd
        prime = prime if len(prime) else times > 1.3
        sigma = np.where(prime, np.maximum(times, 1.0) * sd, sd) / root
        lower, upper = np.maximum(middle - 3 * sigma, 0.0), np.minimum(middle + 3 * sigma, 1.0)
        sides.append((middle, lower, upper, sigma))
        level = (total + 1) / (units + 2)
        weighted.append((y, np.where(half, n, 0.0) / (level * (1 - level)), half))
    chart = _charted(y, there, halves[1], sides, asked)
    fit = _fitted(weighted)
    degrees = _count(there)[:, 0] - 2
    sums = [(w.sum(axis=1), (w**2).sum(axis=1)) for _y, w, _half in weighted]
    room = sum(total - square / total for total, square in sums)
    between = np.maximum(fit["residual"] - degrees, 0.0) / room
    real = [1 + between * square / total for total, square in sums]
    found = {**chart, **_judged(fit, real, counted=True, degrees=degrees, asked=asked)}
    rows = np.flatnonzero(np.isfinite(asked["limit"]))
    breached = np.zeros(len(x), dtype=bool)
    if len(rows):
        limit = asked["limit"][rows, np.newaxis]
        before = _count(halves[0])[rows]
        excess, sampling = _packed(y[rows] - limit, there[rows]), limit * (1 - limit) / n[rows]
        sampling = _packed(sampling, there[rows])
        breached[rows] = _beyond(excess, sampling, before, _count(there)[rows], asked["h"][0])
    found["verdict"] = np.where(breached, 4, found["verdict"])
    return found | {"breached": breached}


def _count(mask: np.ndarray) -> np.ndarray:
    count: np.ndarray = np.count_nonzero(mask, axis=1, keepdims=True)
    return count


def _packed(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The masked values of each row together at the left, NaN behind them."""
    out = np.full(values.shape, np.nan)
    out[np.arange(values.shape[1]) < _count(mask)] = values[mask]
    return out


def screened(ranges: np.ndarray) -> np.ndarray:
    """The mean of ranges, once without those of 3.267 × the mean or more; (series, 1)."""
    there = ~np.isnan(ranges)
    ranges = np.where(there, ranges, 0.0)
    mean = ranges.sum(axis=1, keepdims=True) / _count(there)
    there &= ranges < 3.267 * mean
    ranges *= there
    screened_mean: np.ndarray = ranges.sum(axis=1, keepdims=True) / _count(there)
    return screened_mean


def _charted(
    y: np.ndarray,
    there: np.ndarray,
    after: np.ndarray,
    sides: Sequence[tuple[np.ndarray, ...]],
    asked: Columns,
) -> Columns:
    """Judged by the baseline's limits carried on, and what is drawn since go-live by its own."""
    said = []
    for mask, lines in ((there, sides[0]), (after, sides[1])):
        packed = [line if line.shape[1] == 1 else _packed(line, mask) for line in lines]
        said.append(mdc(_packed(y, mask), *packed))
    kept = np.arange(y.shape[1]) < _count(there)
    reason, way = (np.zeros(y.shape, dtype=np.int8) for _ in range(2))
    reason[there], way[there] = said[0][0][kept], said[0][1][kept]
    rows, last = np.arange(len(y)), _count(after)[:, 0] - 1
    at = y.shape[1] - 1 - np.argmax(there[:, ::-1], axis=1)
    lower, upper = (np.broadcast_to(line, y.shape)[rows, at] for line in sides[1][1:3])
    met = (upper < asked["target"]).view(np.int8) - (lower > asked["target"]).view(np.int8)
    return {
        "reason": reason,
        "way": way,
        "slipping": said[1][1][rows, last] > 0,
        "assurance": met,
        "upper_drawn": upper,
    }


def mdc(
    y: np.ndarray, centre: np.ndarray, lower: np.ndarray, upper: np.ndarray, sigma: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Why each point is flagged, and which way."""
    above, below = y > centre, y < centre
    over, under = y > upper, y < lower
    near_high = (y > centre + 2 * sigma) & ~over
    near_low = (y < centre - 2 * sigma) & ~under
    rising, falling = np.empty(y.shape, dtype=bool), np.empty(y.shape, dtype=bool)
    line = y.reshape(-1)
    np.greater(line[1:], line[:-1], out=rising.reshape(-1)[1:])
    np.less(line[1:], line[:-1], out=falling.reshape(-1)[1:])
    rising[:, 0] = falling[:, 0] = False
    run = back(seven(above) | seven(below), 7)
    up, down = back(six(rising), 7), back(six(falling), 7)
    pair = near_of_three(near_high, above) | near_of_three(near_low, below)
    slope = up.view(np.int8) - down.view(np.int8)
    for at in np.argwhere(up & down):
        slope[*at] = 1 if rising[at[0], at[1] + 1] else -1
    rank = (over | under).view(np.int8) * 4
    for mask, place in ((up | down, 3), (pair, 2), (run, 1)):
        np.maximum(rank, mask.view(np.int8) * np.int8(place), out=rank)
    flagged = (rank > 0).view(np.int8)
    side = (above.view(np.int8) - below.view(np.int8)) * flagged
    return (5 - rank) * flagged, np.where(rank == 3, slope, side)


def _fitted(sides: list[Side]) -> Columns:
    """Two weighted means and what is left around them."""
    found: Columns = {}
    squares, products, counts = [], [], []
    for name, (y, weight, half) in zip(("", "_after"), sides, strict=True):
        total = weight.sum(axis=1)
        filled = np.where(half, y, 0.0)
        mean = (weight * filled).sum(axis=1) / total
        rest = np.sqrt(weight) * (filled - mean[:, np.newaxis])
        packed = np.nan_to_num(_packed(rest, half))
        squares.append(np.einsum("ij,ij->i", rest, rest))
        products.append(np.einsum("ij,ij->i", packed[:, 1:], packed[:, :-1]))
        counts.append(_count(half)[:, 0])
        found |= {f"mean{name}": mean, f"variance{name}": 1 / total, f"rest{name}": rest}
        found |= {f"packed{name}": packed}
    square, points = squares[0] + squares[1], counts[0] + counts[1]
    r = (products[0] + products[1]) / square
    r = np.minimum(r + 2 * (1 + 4 * np.maximum(r, 0)) / points, 0.999)
    s, s_after = squares[0] / (counts[0] - 1), squares[1] / (counts[1] - 1)
    apart = s * found["variance"] + s_after * found["variance_after"]
    together = square / (points - 2) * (found["variance"] + found["variance_after"])
    differ = (s > 4 * s_after) | (s_after > 4 * s)
    n, packed = counts[0][:, np.newaxis], found["packed"]
    inside = np.arange(packed.shape[1]) < n
    x = np.where(inside, np.arange(packed.shape[1]) - (n - 1) / 2, 0.0)
    line = np.where(inside, packed - packed.sum(axis=1, keepdims=True) / n, 0.0)
    xx, xy, yy = (np.einsum("ij,ij->i", a, b) for a, b in ((x, x), (x, line), (line, line)))
    slope = xy / np.sqrt(xx * (yy - xy**2 / xx) / (counts[0] - 2))
    uneven = np.where(differ, np.maximum(apart / together, 1.0), 1.0)
    return found | {"residual": square, "autocorrelation": r, "uneven": uneven, "slope": slope}


def _judged(
    fit: Columns, real: list[np.ndarray], *, counted: bool, degrees: np.ndarray, asked: Columns
) -> Columns:
    """Effect, level and verdict: 1 better, 2 no harm shown, 3 inconclusive, 4 harm."""
    usual = fit["residual"] / degrees
    usual = np.maximum(usual, 1.0) if counted else usual
    v, v_after, r = fit["variance"], fit["variance_after"], np.maximum(fit["autocorrelation"], 0)
    unlike = np.maximum((real[0] * v + real[1] * v_after) / (usual * (v + v_after)), 1.0)
    unlike_after = np.maximum(real[1] / usual, 1.0)
    wider = np.sqrt((1 + r) / (1 - r)) * np.sqrt(fit["uneven"])
    halves = []
    for variance, best, more in ((v + v_after, 2 * v, unlike), (v_after, v, unlike_after)):
        q = variance / (variance + asked["tuning"] * best)
        k = (q * asked["alpha"] ** 2) ** (1 / (degrees + 1))
        half = np.sqrt(variance * fit["residual"] * (1 - k) / (k - q))
        if counted:
            known = np.sqrt(variance * np.log(1 / (q * asked["alpha"] ** 2)) / (1 - q))
            half = np.maximum(half, known)
        halves.append(half * wider * np.sqrt(more))
    estimate = fit["mean_after"] - fit["mean"]
    lower, upper = estimate - halves[0], estimate + halves[0]
    refused = fit["autocorrelation"] >= 0.7
    verdict = np.where(lower > 0, 4, 3)
    verdict = np.where(upper < asked["margin"], 2, verdict)
    verdict = np.where(upper < 0, 1, verdict)
    return {
        "estimate": estimate,
        "lower": np.where(refused, np.nan, lower),
        "upper": np.where(refused, np.nan, upper),
        "level": fit["mean_after"],
        "level_half": np.where(refused, np.nan, halves[1]),
        "slope": fit["slope"],
        "verdict": np.where(refused, 3, verdict),
    }


def _beyond(
    excess: np.ndarray, sampling: np.ndarray, before: np.ndarray, known: np.ndarray, h: float
) -> np.ndarray:
    """Whether the CUSUM against the limit signals at the last look; points packed, before first."""
    at = np.arange(excess.shape[1])
    there, here = at < before, (at >= before) & (at < known)
    steps = np.diff(excess / np.sqrt(sampling), axis=1) ** 2
    squares = np.where((at[1:] < known) & (at[1:] != before), steps, 0.0).sum(axis=1)
    ratio = np.maximum(squares / 2 / (known - 2)[:, 0], 1.0)
    first = np.sqrt(ratio[:, np.newaxis] * sampling)
    sums = _reflected(np.where(here, np.minimum(excess / first - 0.5, 0.75 * h), 0.0))
    zero = (sums <= 0) & here
    calm = np.logical_or.accumulate(zero[:, ::-1], axis=1)[:, ::-1] & here
    sides = []
    for mask in (there, calm):
        w = np.where(mask, 1 / sampling, 0.0)
        total = w.sum(axis=1)
        mean = np.where(mask, w * excess, 0.0).sum(axis=1) / np.maximum(total, 1e-300)
        rest = np.where(mask, np.sqrt(w) * (excess - mean[:, np.newaxis]), 0.0)
        sides.append((total, (w**2).sum(axis=1), rest))
    rest = sides[0][2] + sides[1][2]
    count, means = _count(there | calm)[:, 0], 1 + calm.any(axis=1)
    degrees, squares = count - means, (rest**2).sum(axis=1)
    weight = sides[0][0] + sides[1][0]
    room = weight - (sides[0][1] + sides[1][1]) / weight
    seen = squares - degrees > np.sqrt(2 * degrees)
    between = np.where(seen, (squares - degrees) / room, 0.0)
    r = (rest[:, 1:] * rest[:, :-1]).sum(axis=1) / squares
    r = r + means * (1 + 4 * np.maximum(r, 0)) / count
    alike = np.where(r > 1 / np.sqrt(count), np.clip(r, 0, 0.9), 0.0)
    times = (1 + alike) / (1 - alike)
    z = excess / np.sqrt((sampling + between[:, np.newaxis]) * times[:, np.newaxis])
    asked = here & ((between > 0) | (alike > 0))[:, np.newaxis]
    freedom = np.broadcast_to(np.maximum(degrees / times, 1.0)[:, np.newaxis], z.shape)[asked]
    tail = np.maximum(stdtr(freedom, -np.abs(z[asked])), 1e-300)
    z[asked] = -np.sign(z[asked]) * ndtri(tail)
    steps = np.where(here, np.minimum(z - 0.5, 0.75 * h), 0.0)
    beyond: np.ndarray = _reflected(steps)[:, -1] > h
    return beyond


def _reflected(steps: np.ndarray) -> np.ndarray:
    total = np.cumsum(steps, axis=1)
    sums: np.ndarray = total - np.minimum(np.minimum.accumulate(total, axis=1), 0.0)
    return sums
