"""Exit probabilities by a plain grid and plain loops, and by simulating walks."""

import math

import numpy as np

STEPS_PER_DEVIATION = 24


def phi(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def below(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def exit_probabilities(
    upper: list[float], lower: list[float], information: list[float], drift: float = 0.0
) -> tuple[list[float], list[float]]:
    """Simpson's rule on a grid of the sum, under the drift itself, look by look."""
    out_up, out_down = [], []
    points, mass, before = [0.0], [1.0], 0.0
    for look, now in enumerate(information):
        gap = math.sqrt(now - before)
        top, bottom = upper[look] * math.sqrt(now), lower[look] * math.sqrt(now)
        out_up.append(
            sum(
                m * below(-(top - s - drift * gap**2) / gap)
                for s, m in zip(points, mass, strict=True)
            )
        )
        out_down.append(
            sum(
                m * below((bottom - s - drift * gap**2) / gap)
                for s, m in zip(points, mass, strict=True)
            )
        )
        if look + 1 == len(information):
            break
        reach = 8 * math.sqrt(now)
        low, high = max(bottom, drift * now - reach), min(top, drift * now + reach)
        finest = min(gap, math.sqrt(information[look + 1] - now))
        half = max(4, math.ceil((high - low) / finest * STEPS_PER_DEVIATION / 2))
        width = (high - low) / (2 * half)
        new_points, new_mass = [], []
        for place in range(2 * half + 1):
            here = low + place * width
            weight = width / 3 * (1 if place in (0, 2 * half) else 4 if place % 2 else 2)
            density = sum(
                m * phi((here - s - drift * gap**2) / gap) / gap
                for s, m in zip(points, mass, strict=True)
            )
            new_points.append(here)
            new_mass.append(weight * density)
        points, mass, before = new_points, new_mass, now
    return out_up, out_down


def walks(information: np.ndarray, drift: float, count: int, seed: int) -> np.ndarray:
    """Simulated z at each look, (count, looks)."""
    rng = np.random.default_rng(seed)
    gaps = np.diff(information, prepend=0.0)
    steps = rng.standard_normal((count, len(information))) * np.sqrt(gaps) + drift * gaps
    paths: np.ndarray = steps.cumsum(axis=1) / np.sqrt(information)
    return paths
