"""Slow, obvious intervals: one table at a time, sums over outcomes, limits by plain bisection."""

import math
from collections.abc import Callable

Z = 1.959963984540054


def root(f: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function passes zero; the end where it does not."""
    for _ in range(100):
        middle = (low + high) / 2
        if f(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def binomial(k: int, n: int, p: float) -> float:
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


def wilson(x: int, n: int, z: float = Z) -> tuple[float, float]:
    """By searching the p that lie z of their own standard errors from x / n."""

    def beyond(p: float) -> float:
        return abs(x / n - p) - z * math.sqrt(p * (1 - p) / n)

    lower = 0.0 if x == 0 else root(beyond, 0.0, x / n)
    upper = 1.0 if x == n else root(lambda p: -beyond(p), x / n, 1.0)
    return lower, upper


def exact(x: int, n: int, observed: float = 1.0, tail: float = 0.025) -> tuple[float, float]:
    """Clopper and Pearson's, or mid-p where half of the observed outcome counts."""

    def above(p: float) -> float:
        return sum(binomial(k, n, p) for k in range(x + 1, n + 1)) + observed * binomial(x, n, p)

    def below(p: float) -> float:
        return sum(binomial(k, n, p) for k in range(x)) + observed * binomial(x, n, p)

    lower = 0.0 if x == 0 else root(lambda p: tail - above(p), 0.0, 1.0)
    upper = 1.0 if x == n else root(lambda p: below(p) - tail, 0.0, 1.0)
    return lower, upper


def newcombe(x1: int, n1: int, x2: int, n2: int) -> tuple[float, float]:
    (l1, u1), (l2, u2), p1, p2 = wilson(x1, n1), wilson(x2, n2), x1 / n1, x2 / n2
    return (
        p1 - p2 - math.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2),
        p1 - p2 + math.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2),
    )


def likeliest(score: Callable[[float], float], low: float, high: float) -> float:
    """The maximum of a log-likelihood between two ends, from its falling derivative."""
    return root(score, low, high)


def part(over: float, under: float) -> float:
    """over / under, nothing where nothing is counted, far away at the ends of the range."""
    if over == 0:
        return 0.0
    return over / under if under > 0 else math.inf


def mee(x1: int, n1: int, x2: int, n2: int, spread: float = 1.0) -> tuple[float, float]:
    """Differences that the score test leaves; the restricted estimates by maximising."""

    def z(d: float) -> float:
        low, high = max(0.0, -d), min(1.0, 1 - d)

        def slope(p2: float) -> float:
            p1 = p2 + d
            return part(x1, p1) - part(n1 - x1, 1 - p1) + part(x2, p2) - part(n2 - x2, 1 - p2)

        p2 = likeliest(slope, low, high)
        p1 = p2 + d
        variance = p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
        distance = x1 / n1 - x2 / n2 - d
        if variance <= 1e-300:
            return math.copysign(math.inf, distance) if abs(distance) > 1e-12 else 0.0
        return distance / math.sqrt(variance) / spread

    return root(lambda d: z(d) - Z, -1.0, 1.0), root(lambda d: z(d) + Z, -1.0, 1.0)


def fisher(x1: int, n1: int, x2: int, n2: int, observed: float = 1.0) -> tuple[float, float]:
    """Odds ratios under which the first cell leaves the tail, all margins fixed."""
    m = x1 + x2
    cells = range(max(0, m - n2), min(n1, m) + 1)

    def share(log_ratio: float, which: Callable[[int], float]) -> float:
        top = cells[-1] if log_ratio > 0 else cells[0]
        weights = {
            k: math.comb(n1, k) * math.comb(n2, m - k) * math.exp((k - top) * log_ratio)
            for k in cells
        }
        total = sum(weights.values())
        return sum(w * which(k) for k, w in weights.items()) / total

    def above(k: int) -> float:
        return 1.0 if k > x1 else observed if k == x1 else 0.0

    def below(k: int) -> float:
        return 1.0 if k < x1 else observed if k == x1 else 0.0

    lower = root(lambda r: 0.025 - share(r, above), -30.0, 30.0)
    upper = root(lambda r: share(r, below) - 0.025, -30.0, 30.0)
    return (
        0.0 if x1 == cells[0] else math.exp(lower),
        math.inf if x1 == cells[-1] else math.exp(upper),
    )


def paired_newcombe(a: int, b: int, c: int, d: int) -> tuple[float, float]:
    n = a + b + c + d
    p1, p2 = (a + b) / n, (a + c) / n
    (l1, u1), (l2, u2) = wilson(a + b, n), wilson(a + c, n)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    over: float = a * d - b * c
    if over > n / 2:
        over -= n / 2
    elif over >= 0:
        over = 0
    phi = over / math.sqrt(margins) if margins else 0.0

    def half(s: float, t: float) -> float:
        return math.sqrt(max(s * s - 2 * phi * s * t + t * t, 0.0))

    return p1 - p2 - half(p1 - l1, u2 - p2), p1 - p2 + half(u1 - p1, p2 - l2)


def poisson(x: int, observed: float = 1.0, tail: float = 0.025) -> tuple[float, float]:
    """Limits of a mean number of events."""

    def weight(k: int, mean: float) -> float:
        return math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))

    def below(mean: float) -> float:
        return sum(weight(k, mean) for k in range(x)) + observed * weight(x, mean)

    def above(mean: float) -> float:
        return 1 - below(mean) + (2 * observed - 1) * weight(x, mean)

    most = x + 10 * math.sqrt(x + 1) + 10
    lower = 0.0 if x == 0 else root(lambda mean: tail - above(mean), 1e-12, most)
    return lower, root(lambda mean: below(mean) - tail, 1e-12, most)
