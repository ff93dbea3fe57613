"""Control charts and funnels, one point after the other."""

import math
from itertools import pairwise

from scipy import stats

Series = list[float]
Line = tuple[float, float, float]


def mean(values: Series) -> float:
    return sum(values) / len(values) if values else math.nan


def median(values: Series) -> float:
    if not values:
        return math.nan
    low, high = sorted(values)[(len(values) - 1) // 2], sorted(values)[len(values) // 2]
    return (low + high) / 2


def mean_of_kept(ranges: Series, screen: bool) -> float:
    average = mean(ranges)
    if screen and average > 0:
        ranges = [r for r in ranges if r < 3.267 * average]
    return mean(ranges)


def phases(
    there: list[bool],
    baseline: int | None,
    exclude: list[int],
    steps: list[int],
    bridge: bool = True,
) -> list[tuple[list[int], list[list[int]], range]]:
    """For each phase: the points that set the limits, the same in unbroken chains, all its points."""
    out = []
    for start, end in pairwise([0, *steps, len(there)]):
        chosen = [
            i
            for i in range(start, end)
            if i not in exclude
            and (baseline is None or i < baseline or start > max(baseline - 1, 0))
        ]
        chains: list[list[int]] = [[]]
        for i in chosen:
            if there[i]:
                chains[-1].append(i)
            elif not bridge:
                chains.append([])
        out.append(([i for i in chosen if there[i]], chains, range(start, end)))
    return out


def ranges_of(values: Series, chains: list[list[int]]) -> Series:
    return [abs(values[b] - values[a]) for chain in chains for a, b in pairwise(chain)]


def xmr(
    values: list[float],
    baseline: int | None,
    exclude: list[int],
    steps: list[int],
    screen: bool,
    factor: float,
    bridge: bool,
) -> list[Line]:
    out: list[Line] = [(math.nan, math.nan, math.nan)] * len(values)
    there = [not math.isnan(v) for v in values]
    for used, chains, everywhere in phases(there, baseline, exclude, steps, bridge):
        centre = mean([values[i] for i in used])
        half = factor * mean_of_kept(ranges_of(values, chains), screen)
        for i in everywhere:
            out[i] = (centre, centre - half, centre + half)
    return out


def mr(values: list[float], baseline: int | None, steps: list[int]) -> tuple[Series, list[Line]]:
    drawn = [math.nan] * len(values)
    out: list[Line] = [(math.nan, math.nan, math.nan)] * len(values)
    there = [not math.isnan(v) for v in values]
    for _used, chains, everywhere in phases(there, baseline, [], steps):
        centre = mean(ranges_of(values, chains))
        last = None
        for i in everywhere:
            out[i] = (centre, 0.0 if not math.isnan(centre) else math.nan, 3.267 * centre)
            if there[i]:
                if last is not None:
                    drawn[i] = abs(values[i] - last)
                last = values[i]
    return drawn, out


def i_prime(
    y: list[float],
    n: list[float],
    baseline: int | None,
    exclude: list[int],
    steps: list[int],
    screen: bool,
) -> list[Line]:
    out: list[Line] = [(math.nan, math.nan, math.nan)] * len(y)
    there = [not math.isnan(v) and m > 0 for v, m in zip(y, n, strict=True)]
    for used, chains, everywhere in phases(there, baseline, exclude, steps):
        weight = sum(n[i] for i in used)
        centre = sum(n[i] * y[i] for i in used) / weight if weight else math.nan
        s = [
            math.sqrt(math.pi / 2) * abs(y[b] - y[a]) / math.sqrt(1 / n[a] + 1 / n[b])
            for chain in chains
            for a, b in pairwise(chain)
        ]
        spread = mean_of_kept(s, screen)
        for i in everywhere:
            half = 3 * spread / math.sqrt(n[i]) if there[i] else math.nan
            out[i] = (centre, centre - half, centre + half)
    return out


def rates(
    kind: str,
    x: list[float],
    n: list[float],
    baseline: int | None,
    exclude: list[int],
    steps: list[int],
    laney: bool | str,
    screen: bool,
) -> list[Line]:
    """p and u charts, Laney's by the policy."""
    out: list[Line] = [(math.nan, math.nan, math.nan)] * len(x)
    there = [not math.isnan(a) and not math.isnan(b) and b > 0 for a, b in zip(x, n, strict=True)]
    chosen = None
    for used, chains, everywhere in phases(there, baseline, exclude, steps):
        total = sum(n[i] for i in used)
        level = sum(x[i] for i in used) / total if total else math.nan
        sd = math.sqrt(level * (1 - level) if kind == "p" else level)
        z = [0.0] * len(x)
        for i in used:
            z[i] = (x[i] / n[i] - level) / (sd / math.sqrt(n[i])) if sd > 0 else 0.0
        sigma_z = mean_of_kept(ranges_of(z, chains), screen) / 1.128
        known = 1.0 if math.isnan(sigma_z) else sigma_z
        if chosen is None:
            chosen = known > 1.3
        times = {
            False: 1.0,
            True: sigma_z,
            "wider": sigma_z if math.isnan(sigma_z) else max(sigma_z, 1.0),
            "auto": max(known, 1.0) if chosen else 1.0,
        }[laney]
        for i in everywhere:
            half = 3 * sd * times / math.sqrt(n[i]) if there[i] else math.nan
            low, high = level - half, level + half
            if not math.isnan(half):
                low, high = max(low, 0.0), min(high, 1.0) if kind == "p" else high
            out[i] = (level, low, high)
    return out


def np_(x: list[float], n: list[float], baseline: int | None) -> list[Line]:
    used = range(len(x) if baseline is None else baseline)
    level = sum(x[i] for i in used) / sum(n[i] for i in used)
    out = []
    for m in n:
        half = 3 * math.sqrt(m * level * (1 - level))
        out.append((m * level, max(0.0, m * level - half), min(m, m * level + half)))
    return out


def c(x: list[float], baseline: int | None, exclude: list[int], steps: list[int]) -> list[Line]:
    out: list[Line] = [(math.nan, math.nan, math.nan)] * len(x)
    there = [not math.isnan(v) for v in x]
    for used, _chains, everywhere in phases(there, baseline, exclude, steps):
        level = mean([x[i] for i in used])
        for i in everywhere:
            half = 3 * math.sqrt(level)
            low = level - half
            out[i] = (level, low if math.isnan(low) else max(0.0, low), level + half)
    return out


def g(x: list[float], baseline: int | None) -> Line:
    used = [v for v in x[:baseline] if not math.isnan(v)]
    m = mean(used)
    half = 3 * math.sqrt(m * (m + 1))
    low = m - half
    return median(used), low if math.isnan(low) else max(0.0, low), m + half


def t(x: list[float], baseline: int | None, screen: bool) -> Line:
    used = [v ** (1 / 3.6) for v in x[:baseline] if not math.isnan(v)]
    centre = mean(used)
    half = 3 * mean_of_kept([abs(b - a) for a, b in pairwise(used)], screen) / 1.128
    low = centre - half
    return centre**3.6, low if math.isnan(low) else max(0.0, low) ** 3.6, (centre + half) ** 3.6


def c4(n: float) -> float:
    return math.sqrt(2 / (n - 1)) * math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2))


def sd_of(values: Series) -> float:
    centre = mean(values)
    return math.sqrt(sum((v - centre) ** 2 for v in values) / (len(values) - 1))


def xbar_s(groups: list[Series], sigma: str) -> tuple[list[Line], list[Line]]:
    """Subgroups of two or more."""
    n = [len(group) for group in groups]
    s = [sd_of(group) for group in groups]
    centre = sum(sum(group) for group in groups) / sum(n)
    pooled = math.sqrt(sum((m - 1) * v**2 for m, v in zip(n, s, strict=True)) / (sum(n) - len(n)))
    means, spreads = [], []
    for m in n:
        if sigma == "montgomery":
            middle = mean(s) if len(set(n)) == 1 else pooled
            estimate = middle / c4(m)
        else:
            middle = sum(a * b for a, b in zip(n, s, strict=True)) / sum(n)
            unbiased = [v / c4(k) for v, k in zip(s, n, strict=True)]
            if sigma == "UWAVE-SD":
                estimate = mean(unbiased)
            elif sigma == "MVLUE-SD":
                w = [c4(k) ** 2 / (1 - c4(k) ** 2) for k in n]
                estimate = sum(a * b for a, b in zip(w, unbiased, strict=True)) / sum(w)
            else:
                estimate = pooled / c4(sum(n) - len(n) + 1)
        half = 3 * estimate / math.sqrt(m)
        means.append((centre, centre - half, centre + half))
        half = 3 * estimate * math.sqrt(1 - c4(m) ** 2)
        spreads.append((middle, max(0.0, middle - half), middle + half))
    return means, spreads


def range_constants(n: int) -> tuple[float, float]:
    """d2 and d3 from the studentised range with infinite degrees of freedom."""
    law = stats.studentized_range(n, 1e9)
    mean_range = law.expect(lambda w: w, lb=0, ub=12)
    return mean_range, math.sqrt(law.expect(lambda w: w * w, lb=0, ub=12) - mean_range**2)


def quantile(values: Series, p: float) -> float:
    """Interpolated between order statistics (R's type 7)."""
    ordered = sorted(values)
    at = (len(ordered) - 1) * p
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def funnel_of_ratios(
    observed: list[float], expected: list[float], trim_by: float
) -> tuple[float, float, list[tuple[float, float]]]:
    """φ, τ² and the 99.8 % limits on the root scale, winsorised, additive."""
    z = [2 * (math.sqrt(o) - math.sqrt(e)) for o, e in zip(observed, expected, strict=True)]
    low, high = quantile(z, trim_by), quantile(z, 1 - trim_by)
    phi = mean([min(max(v, low), high) ** 2 for v in z])
    w = [4 * e for e in expected]
    tau2 = max(0.0, (len(z) * phi - (len(z) - 1)) / (sum(w) - sum(v * v for v in w) / sum(w)))
    far = stats.norm.ppf(0.999)
    limits = []
    for e in expected:
        half = far * math.sqrt(1 / (4 * e) + tau2)
        limits.append((max(0.0, 1 - half) ** 2, (1 + half) ** 2))
    return phi, tau2, limits


def poisson_limit(expected: float, p: float) -> float:
    """The interpolated quantile of a Poisson count over what was expected: Spiegelhalter 2005."""
    r, up_to = 0, math.exp(-expected)
    term = up_to
    while up_to < p:
        r += 1
        term *= expected / r
        up_to += term
    return max(0.0, r - (up_to - p) / term) / expected
