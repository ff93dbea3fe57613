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
    for number, (start, end) in enumerate(pairwise(edges)):
        used = [
            values[i]
            for i in range(start, end)
            if not math.isnan(values[i]) and (number > 0 or baseline is None or i < baseline)
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


def mdc(
    values: Series, limits: list[tuple[float, float, float]], phase: list[int], length: int
) -> list[str]:
    """Why each point is flagged, and which way: "run+", "trend-", "outside+", "two-", "" or "?"."""
    there = present(values)
    y = [values[i] for i in there]
    centre, low, high = (
        [limits[i][0] for i in there],
        [limits[i][1] for i in there],
        [limits[i][2] for i in there],
    )
    part = [phase[i] for i in there]
    marks: list[set[str]] = [set() for _ in y]
    near = []
    for i, v in enumerate(y):
        outside = v > high[i] or v < low[i]
        if outside:
            marks[i].add("outside+" if v > high[i] else "outside-")
        third = (high[i] - centre[i]) * 2 / 3
        near.append(not outside and (v > centre[i] + third or v < centre[i] - third))
    for start in range(len(y)):
        for sign, word in ((1, "+"), (-1, "-")):
            window = range(start, start + length)
            if window.stop <= len(y) and part[start] == part[window.stop - 1]:
                if all(sign * (y[i] - centre[i]) > 0 for i in window):
                    for i in window:
                        marks[i].add(f"run{word}")
                if all(sign * (y[i + 1] - y[i]) > 0 for i in window[:-1]):
                    for i in window:
                        marks[i].discard(f"trend{'-' if sign > 0 else '+'}")
                        marks[i].add(f"trend{word}")
            three = range(start, start + 3)
            if (
                three.stop <= len(y)
                and part[start] == part[three.stop - 1]
                and all(sign * (y[i] - centre[i]) > 0 for i in three)
                and sum(near[i] for i in three) >= 2
            ):
                for i in three:
                    if near[i]:
                        marks[i].add(f"two{word}")
    out = ["?"] * len(values)
    for i, found in zip(there, marks, strict=True):
        order = ("outside", "trend", "two", "run")
        out[i] = next((m for kind in order for m in sorted(found) if m.startswith(kind)), "")
    return out
