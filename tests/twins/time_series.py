"""The time series family the slow, obvious way: loops, dense matrices, one series at a time."""

import itertools
import math

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, stats

from pilots.statistics.series import Bools, Floats


def least_squares(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Coefficients, residuals, (X′X)⁻¹."""
    bread = np.asarray(np.linalg.inv(x.T @ x), dtype=np.float64)
    beta = bread @ x.T @ y
    return beta, y - x @ beta, bread


def newey_west(x: Floats, y: Floats, places: NDArray[np.intp], lag: int, *, adjust: bool) -> Floats:
    """Bartlett weights over all pairs of rows, by their distance in time."""
    _beta, rest, bread = least_squares(x, y)
    meat = np.zeros_like(bread)
    for i, j in itertools.product(range(len(y)), repeat=2):
        apart = abs(places[i] - places[j])
        if apart <= lag:
            meat += (1 - apart / (lag + 1)) * rest[i] * rest[j] * np.outer(x[i], x[j])
    if adjust:
        meat *= len(y) / (len(y) - x.shape[1])
    return bread @ meat @ bread


def prewhitened(x: Floats, y: Floats, lag: int) -> Floats:
    """R's NeweyWest(lag, prewhite = 1, adjust = FALSE): a VAR(1) out of the scores and back."""
    _beta, rest, bread = least_squares(x, y)
    scores = x * rest[:, None]
    step, *_ = np.linalg.lstsq(scores[:-1], scores[1:], rcond=None)
    white = scores[1:] - scores[:-1] @ step
    meat = np.zeros_like(bread)
    for i, j in itertools.product(range(len(white)), repeat=2):
        if abs(i - j) <= lag:
            meat += (1 - abs(i - j) / (lag + 1)) * np.outer(white[i], white[j])
    back = np.linalg.inv(np.eye(x.shape[1]) - step.T)
    return bread @ back @ meat @ back.T @ bread


def autoregressive(x: Floats, y: Floats, places: NDArray[np.intp], rho: float) -> Floats:
    """The covariance of least squares when rows d apart correlate by ρ^d."""
    _beta, rest, bread = least_squares(x, y)
    r = np.array([[rho ** abs(a - b) for b in places] for a in places])
    m = np.eye(len(y)) - x @ bread @ x.T
    sigma = rest @ rest / np.trace(m @ r)
    covariance: Floats = bread @ x.T @ r @ x @ bread * sigma
    return covariance


def expected_autocorrelation(x: Floats, rho: float) -> float:
    """What lag-1 autocorrelation the residuals of complete AR(1) series have, as a ratio of means."""
    n = len(x)
    m = np.eye(n) - x @ np.linalg.inv(x.T @ x) @ x.T
    r = np.array([[rho ** abs(i - j) for j in range(n)] for i in range(n)])
    product = m @ r @ m
    return float(sum(product[t, t + 1] for t in range(n - 1)) / np.trace(product))


def prais_winsten(x: Floats, y: Floats, places: NDArray[np.intp]) -> tuple[Floats, Floats, float]:
    """Generalised least squares with a dense AR(1) matrix, ρ from residuals next to each other."""
    rho, beta = 0.0, least_squares(x, y)[0]
    for _round in range(200):
        rest = y - x @ beta
        next_to = [i for i in range(1, len(y)) if places[i] - places[i - 1] == 1]
        top = sum(rest[i] * rest[i - 1] for i in next_to)
        rho = top / sum(rest[i - 1] ** 2 for i in next_to)
        r = np.array([[rho ** abs(a - b) for b in places] for a in places]) / (1 - rho**2)
        inverse = np.linalg.inv(r)
        square = np.linalg.inv(x.T @ inverse @ x)
        beta = square @ x.T @ inverse @ y
    rest = y - x @ beta
    sigma = rest @ inverse @ rest / (len(y) - x.shape[1])
    return beta, square * sigma, rho


def two_way(
    y: Floats, treated: Bools, clusters: NDArray[np.intp], start: int
) -> tuple[float, float]:
    """The effect with a dummy for each unit and period, and its CR0 error; N − K with nested units."""
    rows, outcome, member = [], [], []
    units, periods = y.shape
    for i, t in itertools.product(range(units), range(periods)):
        if math.isnan(y[i, t]):
            continue
        unit, period = np.eye(units)[i], np.eye(periods)[t][1:]
        rows.append([float(treated[i] and t >= start), *unit, *period])
        outcome.append(y[i, t])
        member.append(clusters[i])
    x, seen = np.array(rows), np.array(outcome)
    bread = np.linalg.pinv(x.T @ x)
    beta = bread @ x.T @ seen
    rest = seen - x @ beta
    meat = np.zeros_like(bread)
    for one in sorted(set(member)):
        inside = [k for k, label in enumerate(member) if label == one]
        score = x[inside].T @ rest[inside]
        meat += np.outer(score, score)
    return beta[0], math.sqrt((bread @ meat @ bread)[0, 0])


def placebo_p(changes: Floats, clusters: list[int], chosen: Bools) -> float:
    """Every set of as many clusters, its mean against the rest's."""
    labels = sorted(set(clusters))
    ours = tuple(sorted({label for label, mine in zip(clusters, chosen, strict=True) if mine}))

    def difference(some: set[int]) -> float:
        inside = [c for c, label in zip(changes, clusters, strict=True) if label in some]
        outside = [c for c, label in zip(changes, clusters, strict=True) if label not in some]
        return float(abs(sum(inside) / len(inside) - sum(outside) / len(outside)))

    all_ = [difference(set(some)) for some in itertools.combinations(labels, len(ours))]
    return sum(one >= difference(set(ours)) * (1 - 1e-9) for one in all_) / len(all_)


def wild_p(y: Floats, treated: Bools, start: int) -> float:
    """All sign patterns, the regression run anew on each; every unit is a cluster."""
    units, periods = y.shape
    since = np.arange(periods) >= start
    dose = np.outer(treated, since).astype(float)

    def centred(table: Floats) -> Floats:
        inner: Floats = table - table.mean(0) - table.mean(1)[:, None] + table.mean()
        return inner

    fitted, d = y - centred(y), centred(dose)
    rest = centred(y)

    def t(table: Floats) -> float:
        inside = centred(table)
        beta = (d * inside).sum() / (d**2).sum()
        left = inside - beta * d
        return float(abs(beta) / math.sqrt(((d * left).sum(1) ** 2).sum()))

    real = t(y)
    draws = [
        t(fitted + rest * np.array(signs)[:, None])
        for signs in itertools.product([1, -1], repeat=units)
    ]
    return sum(one >= real * (1 - 1e-9) for one in draws) / len(draws)


def group_time(
    y: Floats, first: Floats, group: int, at: int, comparison: str, base: str
) -> tuple[float, float]:
    """One group-time effect by four means, its error by two variances; weights for each unit."""
    reference = group - 1
    start = at - 1 if base == "varying" and at < group else reference
    ours = [i for i in range(len(y)) if first[i] == group]
    others = [
        i
        for i in range(len(y))
        if first[i] != group
        and (math.isinf(first[i]) or (comparison == "not_yet" and first[i] > max(at, start)))
    ]
    changes = [y[i][at] - y[i][start] for i in ours], [y[i][at] - y[i][start] for i in others]
    error = math.sqrt(sum(np.var(some) / len(some) for some in changes))
    return np.mean(changes[0]) - np.mean(changes[1]), error


def overall(y: Floats, first: Floats, weight: Floats, kind: str) -> float:
    """A summary of never-treated, varying-base effects with weighted units (for derivatives)."""
    periods = y.shape[1]
    groups = sorted({one for one in first if not math.isinf(one)})

    def mean(mask: Bools, at: int, start: int) -> float:
        return float((weight[mask] * (y[mask, at] - y[mask, start])).sum() / weight[mask].sum())

    effects = {
        (g, t): mean(first == g, t, int(g) - 1) - mean(np.isinf(first), t, int(g) - 1)
        for g in groups
        for t in range(int(g), periods)
    }
    share = {g: weight[first == g].sum() for g in groups}

    def weighted(cells: list[tuple[float, int]]) -> float:
        return float(
            sum(share[g] * effects[g, t] for g, t in cells) / sum(share[g] for g, _t in cells)
        )

    if kind == "simple":
        return weighted(list(effects))
    if kind == "group":
        means = {g: np.mean([effects[c] for c in effects if c[0] == g]) for g in groups}
        return float(sum(share[g] * means[g] for g in groups) / sum(share.values()))

    def key(cell: tuple[float, int]) -> float:
        return cell[1] - cell[0] if kind == "dynamic" else cell[1]

    parts = [[c for c in effects if key(c) == one] for one in sorted({key(c) for c in effects})]
    return float(np.mean([weighted(part) for part in parts]))


def overall_error(y: Floats, first: Floats, kind: str) -> float:
    """Its error by the infinitesimal jackknife: how the summary moves with each unit's weight."""
    n, total = len(y), 0.0
    for i in range(n):
        ends = []
        for step in (1e-4, -1e-4):
            weight = np.ones(n)
            weight[i] += step
            ends.append(overall(y, first, weight, kind))
        total += ((ends[0] - ends[1]) / 2e-4) ** 2
    return math.sqrt(total)


def largest_f(y: list[float], trim: float, smallest: int) -> tuple[int, float]:
    """The best place of a step and its F, by fitting every one."""
    n = len(y)
    edge = max(math.floor(trim * n), smallest)
    whole = float(sum((v - np.mean(y)) ** 2 for v in y))
    best: tuple[int, float] | None = None
    for k in range(edge, n - edge + 1):
        left = float(sum((v - np.mean(y[:k])) ** 2 for v in y[:k]))
        left += float(sum((v - np.mean(y[k:])) ** 2 for v in y[k:]))
        if best is None or left < best[1] - 1e-12 * whole:
            best = k, left
    assert best is not None
    return best[0], (whole - best[1]) / (best[1] / (n - 2))


def pettitt(y: list[float]) -> tuple[int, float, float]:
    """U(k) as a double sum of signs."""
    n = len(y)
    u = [abs(sum(np.sign(y[i] - y[j]) for i in range(k) for j in range(k, n))) for k in range(1, n)]
    k = int(np.argmax(u)) + 1
    return k, u[k - 1], min(1.0, 2 * math.exp(-6 * u[k - 1] ** 2 / (n**3 + n**2)))


def place_tail(x: float, spread: float, *, later: bool) -> float:
    """P(the maximum lies beyond x), by integrating maxima and first-passage times."""
    own, other = (spread, 1.0) if later else (1.0, 1 / spread)

    def density(t: float) -> float:
        def given(m: float) -> float:
            passage = m / math.sqrt(2 * math.pi * own * t**3)
            passage *= math.exp(-((m + t / 2) ** 2) / (2 * own * t))
            return passage / own * (1 - math.exp(-other * m))

        return float(integrate.quad(given, 0, 40 * own, limit=200)[0])

    return float(integrate.quad(density, x, 400 * own, limit=400)[0])


def stays_below(c: float, length: float) -> float:
    """1 − P(a stationary Ornstein–Uhlenbeck process leaves ±√c), by many small steps on a grid."""
    grid = np.linspace(-math.sqrt(c), math.sqrt(c), 401)
    step = length / 400
    keep = math.exp(-step / 2)
    spread = math.sqrt(1 - keep**2)
    kernel = stats.norm.pdf(grid[None, :], keep * grid[:, None], spread) * (grid[1] - grid[0])
    mass = stats.norm.pdf(grid) * (grid[1] - grid[0])
    for _step in range(400):
        mass = mass @ kernel
    return float(mass.sum())
