"""Floors of the statistics: the same answers in as little numpy as there can be.

They work in blocks that fit the cache, write into arrays made beforehand, move whole tables against
themselves instead of looping over series, and check nothing.
"""

import math

import numpy as np

ROWS = 1_000


def p_chart_with_rules(x: np.ndarray, n: np.ndarray) -> dict[str, np.ndarray]:
    """p chart limits, the four Western Electric rules at the completing point, Anhøj's rules."""
    series, points = x.shape
    lower, upper = np.empty(x.shape), np.empty(x.shape)
    one, two, three, four = (np.empty(x.shape, dtype=bool) for _ in range(4))
    side = np.empty((points, series), dtype=bool)
    on_centre: list[int] = []
    middle = np.empty(series)
    for start in range(0, series, ROWS):
        rows = slice(start, start + ROWS)
        size = n[rows]
        rate = x[rows] / size
        centre = x[rows].sum(axis=1, keepdims=True) / size.sum(axis=1, keepdims=True)
        middle[rows] = centre[:, 0]
        sigma = np.sqrt(size)
        np.divide(np.sqrt(centre * (1 - centre)), sigma, out=sigma)
        lines = np.empty((3, 2, *rate.shape))
        for k in (1, 2, 3):
            away = np.multiply(sigma, k)
            np.subtract(centre, away, out=lines[k - 1, 0])
            np.add(centre, away, out=lines[k - 1, 1])
        low, high = lower[rows], upper[rows]
        np.maximum(lines[2, 0], 0.0, out=low)
        np.minimum(lines[2, 1], 1.0, out=high)
        np.logical_or(rate > high, rate < low, out=one[rows])
        above, below = rate > centre, rate < centre
        side[:, rows] = above.T
        on_centre += (start + np.flatnonzero((above == below).any(axis=1))).tolist()
        two[rows] = two_of_three(rate > lines[1, 1]) | two_of_three(rate < lines[1, 0])
        three[rows] = four_of_five(rate > lines[0, 1]) | four_of_five(rate < lines[0, 0])
        four[rows] = eight(above) | eight(below)
    same = side[1:] == side[:-1]
    crossings = points - 1 - np.add.reduce(same, axis=0, dtype=np.int64)
    run = np.ones(series, dtype=np.int8)
    longest = run.copy()
    for goes_on in same.view(np.int8):
        run *= goes_on
        run += 1
        np.maximum(longest, run, out=longest)
    useful = np.full(series, points)
    # The few series with points on the centre, one by one.
    for row in on_centre:
        off = (x[row] / n[row] != middle[row]).nonzero()[0]
        edges = np.flatnonzero(np.diff(side[off, row]))
        useful[row], crossings[row] = len(off), len(edges)
        longest[row] = np.diff(np.concatenate(([-1], edges, [len(off) - 1]))).max()
    allowed = np.array([0, *(round(math.log2(k)) + 3 for k in range(1, points + 1))])
    fewest = np.array([0, *map(fewest_crossings, range(1, points + 1))])
    signal = (longest > allowed[useful]) | (crossings < fewest[useful])
    return {
        "centre": middle,
        "lower": lower,
        "upper": upper,
        "rule 1": one,
        "rule 2": two,
        "rule 3": three,
        "rule 4": four,
        "longest run": longest,
        "crossings": crossings,
        "runs signal": signal,
    }


def xmr_with_icons(values: np.ndarray, target: float) -> dict[str, object]:
    """XmR limits with screening, the four rules of Making Data Count, both icons; higher is good."""
    series = len(values)
    middle, low, high = (np.empty(series) for _ in range(3))
    reason, way = (np.empty(values.shape, dtype=np.int8) for _ in range(2))
    for start in range(0, series, ROWS):
        rows = slice(start, start + ROWS)
        y = values[rows]
        ranges = np.subtract(y[:, 1:], y[:, :-1])
        np.abs(ranges, out=ranges)
        mean = ranges.mean(axis=1, keepdims=True)
        kept = ranges < 3.267 * mean
        kept |= mean == 0
        count = np.count_nonzero(kept, axis=1, keepdims=True)
        mean = np.multiply(ranges, kept, out=ranges).sum(axis=1, keepdims=True) / count
        centre = y.mean(axis=1, keepdims=True)
        sigma = 2.66 / 3 * mean
        lower, upper = centre - 3 * sigma, centre + 3 * sigma
        middle[rows], low[rows], high[rows] = centre[:, 0], lower[:, 0], upper[:, 0]
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
        # A point where one trend ends and the next starts goes the way of the next.
        slope = up.view(np.int8) - down.view(np.int8)
        for at in np.argwhere(up & down):
            slope[*at] = 1 if rising[at[0], at[1] + 1] else -1
        trend = up | down
        rank = (over | under).view(np.int8) * 4
        for mask, place in ((trend, 3), (pair, 2), (run, 1)):
            np.maximum(rank, mask.view(np.int8) * np.int8(place), out=rank)
        flagged = (rank > 0).view(np.int8)
        np.multiply(5 - rank, flagged, out=reason[rows])
        side = above.view(np.int8) - below.view(np.int8)
        side *= flagged
        way[rows] = np.where(rank == 3, slope, side)
    icons = np.array(["concern_low", "common", "improvement_high"], dtype=object)
    sure = np.array(["fails", "hit_and_miss", "passes"], dtype=object)
    met = (low > target).view(np.int8) - (high < target).view(np.int8)
    return {
        "centre": middle,
        "lower": low,
        "upper": high,
        "reason": reason,
        "way": way,
        "variation": icons[way[:, -1] + 1].tolist(),
        "assurance": sure[met + 1].tolist(),
    }


def confidence_sequences(counts: list[np.ndarray], optimal_n: float) -> dict[str, np.ndarray]:
    """Asymptotic 95 % confidence sequence of a difference of proportions, always-valid p."""
    shape = counts[0].shape
    found = {name: np.empty(shape) for name in ("estimate", "lower", "upper", "p_value")}
    alpha = 0.05
    rho2 = (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / optimal_n
    for start in range(0, len(counts[0]), ROWS):
        rows = slice(start, start + ROWS)
        x0, n0, x1, n1 = (part[rows] for part in counts)
        p0, p1 = x0 / n0, x1 / n1
        estimate, low, high, p = (table[rows] for table in found.values())
        np.subtract(p1, p0, out=estimate)
        variance = p0 * (1 - p0) / n0
        variance += p1 * (1 - p1) / n1
        n = n0 + n1
        grown = n * rho2
        grown += 1
        log_grown = np.log(grown)
        # s²(2 grown/(nρ)²) log(√grown/α) with s² = variance · n.
        half = log_grown - 2 * math.log(alpha)
        half *= grown
        half *= variance
        half /= grown - 1
        np.sqrt(half, out=half)
        np.subtract(estimate, half, out=low)
        np.add(estimate, half, out=high)
        evidence = np.square(estimate)
        evidence *= grown - 1
        evidence /= variance
        evidence /= grown
        np.subtract(log_grown, evidence, out=log_grown)
        log_grown /= 2
        np.minimum(log_grown, 0.0, out=log_grown)
        np.exp(log_grown, out=p)
        np.minimum.accumulate(p, axis=1, out=p)
    return found


def interrupted_series(values: np.ndarray) -> dict[str, np.ndarray]:
    """Level and slope by least squares with one design for all, Newey–West errors with lag 3."""
    series, points = values.shape
    since = np.arange(points) - points // 2
    design = np.column_stack(
        [np.ones(points), np.arange(points), since >= 0, np.maximum(since, 0)]
    ).astype(float)
    terms = design.shape[1]
    bread = np.linalg.inv(design.T @ design)
    estimates = values @ (design @ bread)
    rest = values - estimates @ design.T
    # Products of residuals meet products of the design: one matrix product a lag.
    meat = np.square(rest) @ np.einsum("np,nq->npq", design, design).reshape(points, -1)
    for lag in (1, 2, 3):
        pairs = np.einsum("np,nq->npq", design[lag:], design[:-lag])
        both = (pairs + pairs.transpose(0, 2, 1)).reshape(points - lag, -1)
        meat += (1 - lag / 4) * ((rest[:, lag:] * rest[:, :-lag]) @ both)
    meat *= points / (points - terms)
    covariance = bread @ meat.reshape(series, terms, terms) @ bread
    return {
        "estimates": estimates,
        "errors": np.sqrt(np.diagonal(covariance, axis1=1, axis2=2)),
    }


def fewest_crossings(n: int) -> int:
    ways, below, k = 1, 1, 0
    while 20 * below < 1 << (n - 1):
        ways = ways * (n - 1 - k) // (k + 1)
        k += 1
        below += ways
    return k


# Masks of (series, points) as one line of points: windows that begin in the row before are struck.


def two_of_three(mask: np.ndarray) -> np.ndarray:
    line = mask.reshape(-1)
    found = np.zeros(mask.shape, dtype=bool)
    flat = found.reshape(-1)
    np.logical_or(line[1:-1], line[:-2], out=flat[2:])
    flat &= line
    found[:, :2] = False
    return found


def four_of_five(mask: np.ndarray) -> np.ndarray:
    line = mask.reshape(-1).view(np.int8)
    found = np.zeros(mask.shape, dtype=bool)
    before = line[:-4] + line[1:-3]
    before += line[2:-2]
    before += line[3:-1]
    flat = found.reshape(-1)
    np.greater(before, 2, out=flat[4:])
    flat &= mask.reshape(-1)
    found[:, :4] = False
    return found


def eight(mask: np.ndarray) -> np.ndarray:
    found = mask.copy()
    line = found.reshape(-1)
    for step in (1, 2, 4):
        line[step:] &= line[:-step]
    found[:, :7] = False
    return found


def seven(mask: np.ndarray) -> np.ndarray:
    found = mask.copy()
    line = found.reshape(-1)
    for step in (1, 2, 3):
        line[step:] &= line[:-step]
    found[:, :6] = False
    return found


def six(mask: np.ndarray) -> np.ndarray:
    found = mask.copy()
    line = found.reshape(-1)
    for step in (1, 2, 2):
        line[step:] &= line[:-step]
    found[:, :5] = False
    return found


def back(ends: np.ndarray, length: int) -> np.ndarray:
    """Every point of the windows that end here."""
    line = ends.reshape(-1)
    have = 1
    while have < length:
        step = min(have, length - have)
        line[:-step] |= line[step:]
        have += step
    return ends


def near_of_three(near: np.ndarray, side: np.ndarray) -> np.ndarray:
    """Points near the limit in a window of three on one side that has two such points."""
    ends = np.zeros(near.shape, dtype=bool)
    line, on = near.reshape(-1), side.reshape(-1)
    flat = ends.reshape(-1)[2:]
    np.logical_or(line[2:] & line[1:-1], line[:-2] & (line[2:] | line[1:-1]), out=flat)
    flat &= on[2:]
    flat &= on[1:-1]
    flat &= on[:-2]
    ends[:, :2] = False
    found = back(ends, 3)
    found &= near
    return found
