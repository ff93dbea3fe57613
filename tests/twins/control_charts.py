"""Control charts and rules, one point after the other."""

import math
from itertools import pairwise

Series = list[float]


def present(values: Series) -> list[int]:
    return [i for i, v in enumerate(values) if not math.isnan(v)]


def mean(values: Series) -> float:
    return sum(values) / len(values) if values else math.nan


def mean_range(values: Series, screen: bool) -> float:
    ranges = [abs(b - a) for a, b in pairwise(values)]
    average = mean(ranges)
    if screen and average > 0:
        ranges = [r for r in ranges if r < 3.267 * average]
    return mean(ranges)


def xmr(
    values: Series, baseline: int | None, steps: list[int], screen: bool
) -> list[tuple[float, float, float]]:
    """(centre, lower, upper) of each point."""
    edges = [0, *steps, len(values)]
    out = []
    for start, end in pairwise(edges):
        used = [
            values[i]
            for i in range(start, end)
            if not math.isnan(values[i])
            and (baseline is None or i < baseline or start > max(baseline - 1, 0))
        ]
        centre, spread = mean(used), 2.66 * mean_range(used, screen)
        out += [(centre, centre - spread, centre + spread)] * (end - start)
    return out


def p_prime(x: Series, n: Series, baseline: int, screen: bool) -> list[tuple[float, float, float]]:
    """Laney's limits of each point, from the first points."""
    used = range(baseline)
    level = sum(x[i] for i in used) / sum(n[i] for i in used)
    sigma = [math.sqrt(level * (1 - level) / m) for m in n]
    z = [(x[i] / n[i] - level) / sigma[i] if sigma[i] > 0 else 0.0 for i in used]
    sigma_z = mean_range(z, screen) / 1.128
    return [
        (level, max(0, level - 3 * s * sigma_z), min(1, level + 3 * s * sigma_z)) for s in sigma
    ]
