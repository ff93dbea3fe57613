"""The rules of control charts, one point after the other."""

import math
from fractions import Fraction
from itertools import groupby, pairwise

Series = list[float]


def mdc(
    values: Series,
    limits: list[tuple[float, float, float]],
    phase: list[int],
    length: int = 7,
    third: str = "same_side",
    beyond_counts: bool = False,
) -> list[str]:
    """Why each point is flagged, and which way: "run+", "trend-", "outside+", "two-", "" or "?".

    `limits` are (centre, lower, upper) of each point.
    """
    out = ["?"] * len(values)
    for part in sorted(set(phase)):
        at = [i for i, v in enumerate(values) if phase[i] == part and not math.isnan(v)]
        found = _mdc_of_phase(
            [values[i] for i in at], [limits[i] for i in at], length, third, beyond_counts
        )
        for i, word in zip(at, found, strict=True):
            out[i] = word
    return out


def _mdc_of_phase(
    y: Series,
    limits: list[tuple[float, float, float]],
    length: int,
    third: str,
    beyond_counts: bool,
) -> list[str]:
    side = [sign(v - centre) for v, (centre, _low, _high) in zip(y, limits, strict=True)]
    outside = [
        1 if v > high else -1 if v < low else 0
        for v, (_c, low, high) in zip(y, limits, strict=True)
    ]
    near = []
    for v, (centre, _low, high), beyond in zip(y, limits, outside, strict=True):
        zone = (high - centre) * 2 / 3
        far = v > centre + zone or v < centre - zone
        near.append(sign(v - centre) if far and (beyond_counts or not beyond) else 0)
    trend: list[set[int]] = [set() for _ in y]
    run, two = [False] * len(y), [False] * len(y)
    for start in range(len(y)):
        for way in (1, -1):
            window = range(start, start + length)
            if window.stop <= len(y):
                if all(side[i] == way for i in window):
                    for i in window:
                        run[i] = True
                if all(sign(y[i + 1] - y[i]) == way for i in window[:-1]):
                    for i in window:
                        trend[i].add(way)
            three = range(start, start + 3)
            if (
                three.stop <= len(y)
                and sum(near[i] == way for i in three) >= 2
                and (third == "anywhere" or all(side[i] == way for i in three))
            ):
                for i in three:
                    two[i] = two[i] or near[i] == way
    out = []
    for i in range(len(y)):
        way = side[i]
        if outside[i]:
            word, way = "outside", outside[i]
        elif trend[i]:
            word = "trend"
            way = trend[i].pop() if len(trend[i]) == 1 else sign(y[i + 1] - y[i])
        elif two[i]:
            word = "two"
        elif run[i]:
            word = "run"
        else:
            word = ""
        out.append(word and word + ("+" if way > 0 else "-"))
    return out


def western_electric(z: Series) -> dict[int, list[int]]:
    """For each rule the positions that complete a pattern; `z` in sigmas from the centre."""
    there = [i for i, v in enumerate(z) if not math.isnan(v)]
    z = [z[i] for i in there]
    found = {
        1: beyond(z, 1, 1, 3),
        2: beyond(z, 2, 3, 2),
        3: beyond(z, 4, 5, 1),
        4: one_side(z, 8),
    }
    return {rule: [there[i] for i in at] for rule, at in found.items()}


def nelson(z: Series) -> dict[int, list[int]]:
    there = [i for i, v in enumerate(z) if not math.isnan(v)]
    z = [z[i] for i in there]
    steps = [sign(b - a) for a, b in pairwise(z)]
    found = {
        1: beyond(z, 1, 1, 3),
        2: one_side(z, 9),
        3: [i for i in range(5, len(z)) if abs(sum(steps[i - 5 : i])) == 5],
        4: [
            i
            for i in range(13, len(z))
            if all(steps[j] * steps[j + 1] == -1 for j in range(i - 13, i - 1))
        ],
        5: beyond(z, 2, 3, 2),
        6: beyond(z, 4, 5, 1),
        7: [i for i in range(14, len(z)) if all(abs(v) <= 1 for v in z[i - 14 : i + 1])],
        8: [
            i
            for i in range(7, len(z))
            if all(abs(v) > 1 for v in z[i - 7 : i + 1])
            and any(v > 1 for v in z[i - 7 : i + 1])
            and any(v < -1 for v in z[i - 7 : i + 1])
        ],
    }
    return {rule: [there[i] for i in at] for rule, at in found.items()}


def beyond(z: Series, need: int, length: int, sigmas: float) -> list[int]:
    """Where `need` of the last `length`, the last included, lie beyond on one side."""
    return [
        i
        for i in range(length - 1, len(z))
        for way in (1, -1)
        if way * z[i] > sigmas and sum(way * v > sigmas for v in z[i - length + 1 : i + 1]) >= need
    ]


def one_side(z: Series, length: int) -> list[int]:
    return [
        i
        for i in range(length - 1, len(z))
        if abs(sum(sign(v) for v in z[i - length + 1 : i + 1])) == length
    ]


def anhoej(side: list[int]) -> tuple[int, int, int]:
    """Useful points, longest run, crossings."""
    useful = [s for s in side if s]
    runs = [len(list(run)) for _side, run in groupby(useful)]
    return len(useful), max(runs, default=0), max(len(runs) - 1, 0)


def longest_run_allowed(n: int) -> int:
    """round(log2 n) + 3 without logarithms: the power of two that is nearest by ratio."""
    return 3 + min(range(64), key=lambda k: max(Fraction(n, 2**k), Fraction(2**k, n)))


def fewest_crossings(n: int) -> int:
    """The 5 % quantile of a binomial with n − 1 trials of ½, by adding up Pascal's triangle."""
    row = [1]
    for _ in range(n - 1):
        row = [a + b for a, b in zip([0, *row], [*row, 0], strict=True)]
    below = 0
    for k, ways in enumerate(row):
        below += ways
        if below >= 0.05 * sum(row):
            return k
    raise AssertionError


def sign(number: float) -> int:
    return int(number > 0) - int(number < 0)
