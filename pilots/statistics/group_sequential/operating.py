"""What a design costs and what it finds: power, sample size, expected sample size; peeking.

Everything is measured against the test with a single look: inflation is the maximum information
of the design over that of the single look with the same power (Jennison and Turnbull, Tables 2.2
and 2.4 and 2.10), and expected sample sizes are in the same unit.

Fork: the power of a two-sided design counts crossing on the side of the effect (gsDesign, rpact);
`either_side` counts both (Jennison and Turnbull). At usual powers they differ by less than 1e-6.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.group_sequential.crossing import exit_probabilities
from pilots.statistics.group_sequential.designs import SequentialDesign, shares
from pilots.statistics.series import Floats


@dataclass(frozen=True, eq=False)
class Operating:
    """What happens under each drift. The last axis of `upper` and `lower` are the looks.

    `upper`, `lower`: the chance of crossing first at that look; `power`: of rejecting at any look;
    `expected_information`: as a share of the maximum.
    """

    drift: Floats
    upper: Floats
    lower: Floats
    power: Floats
    expected_information: Floats


@dataclass(frozen=True, eq=False)
class Cost:
    """A design with a given power, beside the single look with the same power.

    `drift`: the mean of z at the end; `inflation`: the maximum sample size in units of the single
    look's; `expected`: the expected one in that unit where the effect is `at` times the planned
    one; `power_by_look`: the chance of having rejected by each look under the planned effect.
    """

    power: float
    drift: float
    inflation: float
    at: tuple[float, ...]
    expected: Floats
    power_by_look: Floats
    n_by_look: Floats


@dataclass(frozen=True, eq=False)
class Peeking:
    """The error of comparing every look with the same z, as if it were the only one.

    `by_look`: the chance of having been misled by each look; `error`: by the last; `each_side`:
    half of it for two-sided looks, all of it for one-sided ones.
    """

    z: float
    by_look: Floats
    error: float
    each_side: float


def operating(
    design: SequentialDesign, drift: ArrayLike, *, either_side: bool = False
) -> Operating:
    """What the design does under each drift (the mean of z at full information).

    drift: any shape; what comes back has that shape. At drift 0 of a design with non-binding
    futility the power is what is left of alpha when its lower boundary is kept to.

    >>> from pilots.statistics.group_sequential.designs import pocock
    >>> operating(pocock(5), [0.0, 3.24]).power.round(3).tolist()
    [0.025, 0.834]
    """
    exits = exit_probabilities(design.upper, design.information, lower=design.lower, drift=drift)
    power = exits.upper.sum(axis=-1)
    if either_side and design.sided == 2:
        power = power + exits.lower.sum(axis=-1)
    early = exits.either[..., :-1]
    share = design.information
    expected = (early * share[:-1]).sum(axis=-1) + share[-1] * (1 - early.sum(axis=-1))
    return Operating(np.asarray(drift, dtype=np.float64), exits.upper, exits.lower, power, expected)


def drift_for_power(
    design: SequentialDesign, power: float = 0.8, *, either_side: bool = False
) -> float:
    """The mean of z at full information with which the design has this power.

    >>> from pilots.statistics.group_sequential.designs import obrien_fleming
    >>> round(drift_for_power(obrien_fleming(5), 0.8), 3)
    2.841
    """
    from scipy.optimize import brentq

    if not design.alpha < power < 1:
        raise ValueError(f"Power lies between alpha and 1, not at {power}.")

    def missing(drift: float) -> float:
        return float(operating(design, drift, either_side=either_side).power) - power

    return float(brentq(missing, 0.0, 20.0 / np.sqrt(design.information[-1]), xtol=1e-11))


def inflation(design: SequentialDesign, power: float = 0.8, *, either_side: bool = False) -> float:
    """How much larger the maximum sample size is than that of a single look.

    >>> from pilots.statistics.group_sequential.designs import pocock
    >>> round(inflation(pocock(4), 0.8), 3)  # Jennison & Turnbull, Table 2.2
    1.202
    """
    return cost(design, power, at=(), either_side=either_side).inflation


def cost(
    design: SequentialDesign,
    power: float = 0.8,
    *,
    at: Sequence[float] = (0.0, 0.5, 1.0, 1.5),
    either_side: bool = False,
) -> Cost:
    """The price of looking often, and what it saves, for a given power.

    at: multiples of the planned effect under which the expected sample size is wanted.

    >>> from pilots.statistics.group_sequential.designs import pocock
    >>> cost(pocock(4), 0.8).expected.round(3).tolist()  # Jennison & Turnbull, Table 2.7
    [1.175, 1.088, 0.805, 0.522]
    """
    from scipy.special import ndtri

    drift = drift_for_power(design, power, either_side=either_side)
    single = float(ndtri(power) - ndtri(design.alpha / design.sided))
    factor = (drift / single) ** 2
    seen = operating(design, drift * np.array([1.0, *at]))
    return Cost(
        power=power,
        drift=drift,
        inflation=factor * float(design.information[-1]),
        at=tuple(at),
        expected=factor * seen.expected_information[1:],
        power_by_look=np.cumsum(seen.upper[0]),
        n_by_look=factor * design.information,
    )


def peeking(looks: int | ArrayLike, *, z: float = 1.959963984540054, sided: int = 2) -> Peeking:
    """How often a fixed z misleads where nothing has changed, if every look is acted on.

    looks: their number (equally far apart) or the information of each. sided: 2 for |z|, 1 for z.
    Armitage, McPherson and Rowe (1969), Table 2.

    >>> round(peeking(20).error, 3)
    0.248
    """
    if sided not in (1, 2) or not z > 0:
        raise ValueError("A z above zero, and one side or two.")
    share = shares(looks)
    top = np.full(len(share), z)
    exits = exit_probabilities(top, share, lower=-top if sided == 2 else None)
    by_look = np.cumsum(exits.either)
    error = float(by_look[-1])
    return Peeking(z, by_look, error, error / sided)
