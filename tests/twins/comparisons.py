"""Slow, obvious adjusted p-values, effect sizes and areas under curves: loops over single values."""

import math


def adjusted(p: list[float], method: str) -> list[float]:
    """As their definitions read: for each p-value, over all that are as small or as large."""
    known = sorted(v for v in p if not math.isnan(v))
    n = len(known)
    out = []
    for v in p:
        if math.isnan(v):
            out.append(math.nan)
            continue
        steps = {
            "bonferroni": [n * v],
            "holm": [max((n - i) * w for i, w in enumerate(known) if w <= v)],
            "hochberg": [(n - i) * w for i, w in enumerate(known) if w >= v],
            "benjamini_hochberg": [n / (i + 1) * w for i, w in enumerate(known) if w >= v],
            "benjamini_yekutieli": [
                sum(1 / k for k in range(1, n + 1)) * n / (i + 1) * w
                for i, w in enumerate(known)
                if w >= v
            ],
        }[method]
        out.append(min(1.0, *steps, 1.0))
    return out


def sign(a: float, b: float) -> int:
    return (a > b) - (a < b)


def cliff(first: list[float], second: list[float]) -> tuple[float, float, float]:
    """Cliff's δ, its unbiased (floored) and its consistent variance."""
    x, y = ([v for v in one if not math.isnan(v)] for one in (first, second))
    m, n = len(x), len(y)
    d = sum(sign(a, b) for a in x for b in y) / (m * n)
    rows = sum((sum(sign(a, b) for b in y) / n - d) ** 2 for a in x)
    columns = sum((sum(sign(a, b) for a in x) / m - d) ** 2 for b in y)
    cells = sum((sign(a, b) - d) ** 2 for a in x for b in y)
    unbiased = (n**2 * rows + m**2 * columns - cells) / (m * n * (m - 1) * (n - 1))
    consistent = (
        (n - 1) * rows / (m - 1) + (m - 1) * columns / (n - 1) + cells / ((m - 1) * (n - 1))
    ) / (m * n)
    return d, max(unbiased, (1 - d**2) / (m * n - 1)), consistent


def placements(cases: list[float], controls: list[float]) -> tuple[list[float], list[float]]:
    """For each case the share of controls below it, for each control that of cases above it."""

    def above(a: float, b: float) -> float:
        return 1.0 if a > b else 0.5 if a == b else 0.0

    v10 = [sum(above(a, b) for b in controls) / len(controls) for a in cases]
    v01 = [sum(above(a, b) for a in cases) / len(cases) for b in controls]
    return v10, v01


def covariance(a: list[float], b: list[float]) -> float:
    ma, mb = sum(a) / len(a), sum(b) / len(b)
    return sum((x - ma) * (y - mb) for x, y in zip(a, b, strict=True)) / (len(a) - 1)


def delong(
    cases: list[list[float]], controls: list[list[float]]
) -> tuple[list[float], list[list[float]]]:
    """Areas of several scores of the same patients, and their covariances."""
    parts = [placements(a, b) for a, b in zip(cases, controls, strict=True)]
    areas = [sum(v10) / len(v10) for v10, _ in parts]
    matrix = [
        [covariance(a10, b10) / len(a10) + covariance(a01, b01) / len(a01) for b10, b01 in parts]
        for a10, a01 in parts
    ]
    return areas, matrix
