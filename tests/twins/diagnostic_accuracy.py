"""Slow, obvious accuracy: case by case and pair by pair, from the definitions."""

from collections.abc import Sequence
from math import sqrt

Case = tuple[float, bool]  # a score, and whether the person had the condition


def auroc(cases: Sequence[Case]) -> float:
    """Of all pairs of one with and one without, in how many the one with it has the higher score."""
    wins, pairs = 0.0, 0
    for score, had in cases:
        if not had:
            continue
        for other, had_too in cases:
            if had_too:
                continue
            pairs += 1
            wins += 1.0 if score > other else 0.5 if score == other else 0.0
    return wins / pairs


def table(cases: Sequence[Case], threshold: float) -> tuple[int, int, int, int]:
    """True positives, false positives, false negatives, true negatives."""
    return (
        sum(had and score >= threshold for score, had in cases),
        sum(not had and score >= threshold for score, had in cases),
        sum(had and score < threshold for score, had in cases),
        sum(not had and score < threshold for score, had in cases),
    )


def net_benefit(cases: Sequence[Case], threshold: float) -> float:
    true, false, _missed, _rest = table(cases, threshold)
    return true / len(cases) - false / len(cases) * threshold / (1 - threshold)


def newcombe_difference(x1: int, n1: int, x2: int, n2: int, z: float) -> tuple[float, float]:
    """Newcombe's hybrid score interval of p1 − p2, from two of Wilson's."""
    (low1, high1), (low2, high2) = wilson(x1, n1, z), wilson(x2, n2, z)
    p1, p2 = x1 / n1, x2 / n2
    return (
        p1 - p2 - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2),
        p1 - p2 + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2),
    )


def wilson(x: int, n: int, z: float) -> tuple[float, float]:
    p = x / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half
