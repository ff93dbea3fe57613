"""The chance that a sum with independent normal increments first leaves a region at each look.

The joint law of the statistics of successive looks is that of Brownian motion at the information
times: S(I) is normal with mean drift·I and variance I, z = S/√I. The part of its density that is
still inside is carried from look to look by numerical integration (Armitage, McPherson, Rowe, J.
R. Stat. Soc. A 132 (1969) 235; Jennison, Turnbull, Group Sequential Methods (2000), chapter 19),
here with Gauss-Legendre panels no wider than the narrower of the two neighbouring increments, so
that the integrands are smooth in every panel; the error is below 1e-10.

One recursion serves every drift: the density under a drift is that under none times
exp(drift·s − drift²·I/2).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.series import Floats

# Standard deviations beyond which nothing is left (1e-19), and the width of a panel in them.
REACH = 9.0
PANEL = 3.0
POINTS = 16
MOST_NODES = 4000
# Beyond it the densities with and without drift share no floating-point range.
MOST_DRIFT = 25.0


@dataclass(frozen=True, eq=False)
class Exits:
    """The chance of leaving first at each look: over the top, through the bottom.

    `upper` and `lower` have the shape of the drift with the looks added as the last axis; what is
    missing to 1 stayed inside to the end.
    """

    information: Floats
    upper: Floats
    lower: Floats

    @property
    def either(self) -> Floats:
        return self.upper + self.lower


@dataclass(frozen=True, eq=False)
class Inside:
    """What is still inside after a look: the mass at each node under no drift."""

    information: float
    nodes: Floats
    mass: Floats

    def above(self, z: float, information: float, drift: ArrayLike = 0.0) -> Floats:
        """The chance of being inside so far and of a z above this at the next look."""
        return self._beyond(z, information, drift, 1.0)

    def below(self, z: float, information: float, drift: ArrayLike = 0.0) -> Floats:
        """The same with a z below it."""
        return self._beyond(z, information, drift, -1.0)

    def _beyond(self, z: float, information: float, drift: ArrayLike, side: float) -> Floats:
        from scipy.special import ndtr

        theta = np.asarray(drift, dtype=np.float64)[..., np.newaxis]
        if np.isinf(z):
            all_of_it = (z > 0) != (side > 0)
            tail = np.full(np.broadcast_shapes(theta.shape, self.nodes.shape), float(all_of_it))
        else:
            gap = information - self.information
            move = (z * np.sqrt(information) - self.nodes - theta * gap) / np.sqrt(gap)
            tail = ndtr(-side * move)
        tilt = np.exp(theta * self.nodes - theta**2 * self.information / 2)
        beyond: Floats = (self.mass * tilt * tail).sum(axis=-1)
        return beyond

    def step(
        self,
        lower: float,
        upper: float,
        information: float,
        following: float | None,
        drifts: tuple[float, float] = (0.0, 0.0),
    ) -> "Inside":
        """What stays between the boundaries (on the scale of z) at the next look.

        `following`: the information of the look after it, which sets how fine the nodes must be;
        `drifts`: the lowest and highest drift that will be asked for.
        """
        root = np.sqrt(information)
        gap = information - self.information
        ahead = gap if following is None else min(gap, following - information)
        low = max(lower * root, min(0.0, drifts[0]) * information - REACH * root)
        high = min(upper * root, max(0.0, drifts[1]) * information + REACH * root)
        nodes, weights = panels(low, high, PANEL * np.sqrt(ahead))
        move = (nodes[:, np.newaxis] - self.nodes) / np.sqrt(gap)
        density = np.exp(-0.5 * move**2) @ self.mass / np.sqrt(2 * np.pi * gap)
        return Inside(information, nodes, density * weights)


def start() -> Inside:
    """Before the first look: everything at zero."""
    return Inside(0.0, np.zeros(1), np.ones(1))


def panels(low: float, high: float, width: float) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on equal panels at most this wide."""
    if not low < high:
        raise ValueError("A lower boundary lies above the upper one before the last look.")
    count = int(np.ceil((high - low) / width))
    if count * POINTS > MOST_NODES:
        raise ValueError("Two looks are too close together: leave one of them out.")
    x, w = np.polynomial.legendre.leggauss(POINTS)
    edges = np.linspace(low, high, count + 1)
    half = (edges[1] - edges[0]) / 2
    nodes = (edges[:-1, np.newaxis] + half * (x + 1)).ravel()
    return nodes, np.tile(w * half, count)


def as_information(information: ArrayLike) -> Floats:
    """Increasing information above zero, as it is."""
    given = np.asarray(information, dtype=np.float64)
    if given.ndim != 1 or given.size == 0:
        raise ValueError("Give the information of each look, at least one, in one dimension.")
    if not np.isfinite(given).all() or given[0] <= 0 or (np.diff(given) <= 0).any():
        raise ValueError("Information is above zero and grows from look to look.")
    return given


def exit_probabilities(
    upper: ArrayLike,
    information: ArrayLike,
    *,
    lower: ArrayLike | None = None,
    drift: ArrayLike = 0.0,
) -> Exits:
    """The chance of crossing each boundary first at each look.

    upper, lower: boundaries on the scale of z, one for each look; ±inf where there is none;
    without `lower` there is none at all. information: increasing, in any unit. drift: the mean of
    z per √information, of any shape (with information as shares of the maximum: the mean of z at
    the end). Raises `ValueError` where a lower boundary lies above the upper one before the last
    look. Agrees with gsDesign's gsProbability and rpact's getGroupSequentialProbabilities.

    >>> exits = exit_probabilities([1.96] * 5, [1, 2, 3, 4, 5], lower=[-1.96] * 5)
    >>> round(float(exits.either.sum()), 3)  # Armitage, McPherson & Rowe: 0.142
    0.142
    """
    times = as_information(information)
    top = np.asarray(upper, dtype=np.float64)
    bottom = np.full(len(times), -np.inf) if lower is None else np.asarray(lower, np.float64)
    theta = np.asarray(drift, dtype=np.float64)
    if top.shape != times.shape or bottom.shape != times.shape:
        raise ValueError(f"Give a boundary for each of the {len(times)} looks.")
    if np.isnan(top).any() or np.isnan(bottom).any():
        raise ValueError("A boundary is missing; where there is none, give an infinite one.")
    if not (np.abs(theta) * np.sqrt(times[-1]) <= MOST_DRIFT).all():
        raise ValueError(f"The mean of z at the end is at most {MOST_DRIFT:g} here.")
    if top[-1] < bottom[-1] - 1e-9:
        raise ValueError("At the last look the lower boundary lies above the upper one.")
    span = (float(theta.min()), float(theta.max()))
    out_up, out_down = [], []
    inside = start()
    for look, now in enumerate(times):
        out_up.append(inside.above(top[look], now, theta))
        out_down.append(inside.below(bottom[look], now, theta))
        if look + 1 < len(times):
            following = times[look + 1]
            inside = inside.step(bottom[look], top[look], now, following, span)
    return Exits(times, np.stack(out_up, axis=-1), np.stack(out_down, axis=-1))
