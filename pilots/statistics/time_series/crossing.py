"""The limit laws behind a change point: how large the largest F gets by chance, and where it falls.

The first is that of the largest standardised Brownian bridge on [π, 1 − π] (Andrews, Econometrica
61 (1993) 821), which in log-odds time is a stationary Ornstein–Uhlenbeck process; staying below √c
is an oscillator in a box, whose levels are exact to many digits. R's `strucchange` uses Hansen's
polynomials (J Bus Econ Stat 15 (1997) 60), fitted to simulations. The second is Bai's (Econometric
Theory 13 (1997) 315): where a Brownian motion with a downward drift on both sides of the change
has its maximum.
"""

from functools import lru_cache

import numpy as np

from pilots.statistics.series import Floats

WAVES = 28
TAIL = 1e-4
LARGEST = 60.0


def largest_f_p(statistic: Floats, first: Floats, last: Floats) -> Floats:
    """P(the largest F of a change in the mean is above `statistic`) without any change.

    `first`, `last`: the shares of the series before the earliest and latest change that is tried.

    >>> # Andrews' simulated 5 % value for 15 % trimming is 8.85.
    >>> largest_f_p(np.array([8.85]), np.array([0.15]), np.array([0.85])).round(3).tolist()
    [0.05]
    """
    from scipy import interpolate, special

    c = np.maximum(np.asarray(statistic, dtype=np.float64), 0.0)
    odds = np.log(last / (1 - last)) - np.log(first / (1 - first))
    p = np.full(c.shape, np.nan)
    for length in np.unique(np.round(odds, 9)):
        rows = np.isclose(odds, length) & np.isfinite(c)
        grid, logs = _table(float(length))
        near = np.exp(interpolate.PchipInterpolator(grid, logs)(np.minimum(c[rows], LARGEST)))
        # Far out: James, James and Siegmund, Biometrika 74 (1987) 71.
        wide = np.maximum(c[rows], 1.0)
        far = np.sqrt(wide / 2) * np.exp(-wide / 2) / special.gamma(0.5)
        far = far * ((1 - 1 / wide) * length + 4 / wide)
        p[rows] = np.where(near > TAIL, near, far)
    chance: Floats = np.clip(p, 0.0, 1.0)
    return chance


@lru_cache(maxsize=256)
def _table(length: float) -> tuple[Floats, Floats]:
    """A grid of c and the logarithm of the crossing probability over a log-odds length."""
    grid = np.concatenate([[0.0], np.linspace(0.15, np.sqrt(LARGEST), 120) ** 2])
    box = np.sqrt(grid[1:])[:, np.newaxis]
    node, weight = np.polynomial.legendre.leggauss(96)
    x, w = box * node, box * weight
    k = (np.arange(WAVES) + 0.5) * np.pi
    waves = np.cos(k[:, np.newaxis] * node) / np.sqrt(box)[:, :, np.newaxis]
    square = np.einsum("ckn,cn,cln->ckl", waves, w * (x**2 / 4 - 0.5), waves, optimize=True)
    energy = square + np.eye(WAVES) * (k / box)[:, np.newaxis, :] ** 2
    ground = np.exp(-(x**2) / 4) / (2 * np.pi) ** 0.25
    start = np.einsum("ckn,cn->ck", waves, w * ground)
    level, shape = np.linalg.eigh(energy)
    part = np.einsum("ck,ckl->cl", start, shape) ** 2
    stay = (part * np.exp(-level * length / 2)).sum(axis=1)
    return grid, np.log(np.concatenate([[1.0], np.clip(1 - stay, 1e-13, 1.0)]))


def place_tail(x: Floats, spread: Floats, *, later: bool) -> Floats:
    """P(the maximum lies more than x after, or before, the change), in units of σ₁²/δ².

    `spread`: the variance after the change over that before. The maximum of each side is
    exponential, its time that of first passage; integrated in closed form.

    >>> # Bai's 97.5 % quantile for equal spreads is 11.03.
    >>> place_tail(np.array([11.03]), np.array([1.0]), later=True).round(4).tolist()
    [0.025]
    """
    from scipy import special

    # Drift and spread of this side, and the rate of the other side's maximum.
    drift = 0.5
    own = np.sqrt(spread) if later else np.ones_like(spread)
    other = np.ones_like(spread) if later else 1 / spread
    a = drift + other * own**2
    c, d = drift / own, a / own
    root = np.sqrt(np.maximum(x, 0.0))
    u = c * root
    normal, density = special.ndtr(-u), np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)
    first = -x * normal + (u * density + normal) / c**2
    k = (d**2 - c**2) / 2
    second = d / (k * c) * normal - np.exp(-(u**2) / 2) * special.erfcx(d * root / np.sqrt(2)) / (
        2 * k
    )
    return np.asarray(2 * drift / own**2 * (a * second - drift * first))


def place_quantile(tail: float, spread: Floats, *, later: bool) -> Floats:
    """The x that `place_tail` gives this tail for; 0 where the whole side has less."""
    low, high = np.zeros_like(spread), np.full_like(spread, 16.0)
    while (place_tail(high, spread, later=later) > tail).any():
        high = np.where(place_tail(high, spread, later=later) > tail, 4 * high, high)
    for _halving in range(60):
        middle = (low + high) / 2
        above = place_tail(middle, spread, later=later) > tail
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return (low + high) / 2
