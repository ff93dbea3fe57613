"""Chance that repeats: the same name and day always give the same number."""

import math
import random
from datetime import date

SEED = "lakeshore-health-1"


def dice(name: str, day: date) -> random.Random:
    """A generator that depends on nothing but the seed, the name and the day."""
    return random.Random(f"{SEED}/{name}/{day.isoformat()}")


def count(mean: float, rolled: random.Random) -> int:
    """A Poisson count."""
    if mean <= 0:
        return 0
    if mean > 60:
        return max(0, round(rolled.gauss(mean, math.sqrt(mean))))
    limit, product, found = math.exp(-mean), rolled.random(), 0
    while product > limit:
        product *= rolled.random()
        found += 1
    return found


def part(whole: int, share: float, rolled: random.Random) -> int:
    """How many of `whole` fall into a share: a binomial count."""
    if whole * min(share, 1 - share) > 30:
        spread = math.sqrt(whole * share * (1 - share))
        return min(whole, max(0, round(rolled.gauss(whole * share, spread))))
    return sum(rolled.random() < share for _ in range(whole))
