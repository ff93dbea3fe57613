"""What to report while a design runs and after it has stopped.

While it runs: repeated intervals (Jennison and Turnbull, J. R. Stat. Soc. B 51 (1989) 305), which
hold at all looks together, whether or not the rule to stop is followed. After it has stopped at a
boundary or at the end: p-value, median-unbiased estimate and interval by the stage-wise ordering
(Fairbanks and Madsen, Biometrika 69 (1982) 69; Tsiatis, Rosner, Mehta, Biometrics 40 (1984) 797):
the earlier a boundary was crossed, the stronger the evidence, whatever z was reached later.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.group_sequential.crossing import exit_probabilities
from pilots.statistics.group_sequential.designs import SequentialDesign
from pilots.statistics.series import Floats, Refusal, Remark

STAGE_WISE = Remark(
    "stage_wise",
    "Adjusted for having looked before: the stage-wise ordering, for a pilot that stopped by its"
    " rule.",
)


@dataclass(frozen=True, eq=False)
class AfterStopping:
    """The adjusted result of a stopped design, in the unit of the estimate.

    `naive`: the estimate as it was; `estimate`: median-unbiased; `p_value`: two-sided where the
    design is.
    """

    look: int
    z: float
    p_value: float
    naive: float
    estimate: float
    lower: float
    upper: float
    level: float
    method: str = "Stage-wise ordering"
    assumptions: tuple[Remark, ...] = ()


def repeated_intervals(
    design: SequentialDesign, estimates: ArrayLike, errors: ArrayLike
) -> tuple[Floats, Floats]:
    """Lower and upper ends at each look so far, which hold at all looks together.

    estimates, errors: the estimate and its standard error at each look so far, (looks,) or
    (series, looks), NaN where a look is missing. estimate ± boundary · error; a one-sided design
    gives one-sided intervals, whose upper end is infinite.

    >>> from pilots.statistics.group_sequential.designs import pocock
    >>> [round(float(end[0]), 3) for end in repeated_intervals(pocock(5), [1.0], [0.5])]
    [-0.207, 2.207]
    """
    centre = np.asarray(estimates, dtype=np.float64)
    error = np.asarray(errors, dtype=np.float64)
    if centre.shape != error.shape or centre.ndim not in (1, 2):
        raise ValueError(f"Shapes differ: {centre.shape} and {error.shape}.")
    if centre.shape[-1] > design.looks:
        raise ValueError(f"{centre.shape[-1]} looks, but the design has {design.looks}.")
    if (error <= 0).any():
        raise ValueError("A standard error is above zero.")
    half = design.upper[: centre.shape[-1]] * error
    upper = centre + half if design.sided == 2 else np.where(np.isnan(half), np.nan, np.inf)
    return centre - half, upper


def after_stopping(
    design: SequentialDesign,
    look: int,
    estimate: float,
    error: float,
    *,
    null: float = 0.0,
    level: float | None = None,
) -> AfterStopping:
    """The adjusted p-value, estimate and interval of a design that stopped at this look.

    look: the first is 1. estimate, error: as a single look would give them. null: the value that
    is tested. level: by default the one that agrees with the test, 1 − alpha of two sides and
    1 − 2·alpha of one. Non-binding futility is passed over. `Refusal` where nothing was crossed and
    it was not the last look; then there are `repeated_intervals`.

    >>> from pilots.statistics.group_sequential.designs import obrien_fleming
    >>> done = after_stopping(obrien_fleming(4), 3, 2.5, 1.0)
    >>> round(done.p_value, 3), round(done.estimate, 2), round(done.lower, 2)
    (0.014, 2.48, 0.5)
    """
    if not 1 <= look <= design.looks:
        raise ValueError(f"Look {look} of a design with {design.looks} looks.")
    if not (np.isfinite(estimate) and np.isfinite(error) and error > 0):
        raise ValueError("An estimate is a number, and its standard error is above zero.")
    z = (estimate - null) / error
    crossed = z >= design.upper[look - 1] or z <= design.lower[look - 1]
    if look < design.looks and not crossed:
        raise Refusal(
            "not_stopped",
            f"At look {look} no boundary was crossed (z = {z:.2f}), so the design has not stopped.",
            look=look,
            z=z,
        )
    if abs(z) > 15:
        raise Refusal(
            "extreme", f"z = {z:.0f} is so far out that looking before changes nothing.", z=z
        )
    share = design.information[:look] / design.information[look - 1]
    top = np.append(design.upper[: look - 1], z)
    keep = design.sided == 2 or design.binding
    bottom = np.where(keep, design.lower[:look], -np.inf)
    bottom[-1] = -np.inf

    def as_strong(drift: float) -> float:
        """The chance of evidence at least this strong for a high value."""
        return float(exit_probabilities(top, share, lower=bottom, drift=drift).upper.sum())

    wanted = level
    if wanted is None:
        wanted = 1 - design.alpha * (1 if design.sided == 2 else 2)
    if not 0 < wanted < 1:
        raise ValueError(f"A level lies between 0 and 1, not {wanted}.")
    above = as_strong(0.0)
    tail = (1 - wanted) / 2
    ends = [_drift_where(as_strong, chance, z) for chance in (tail, 0.5, 1 - tail)]
    low, middle, high = (null + drift * error for drift in ends)
    return AfterStopping(
        look=look,
        z=z,
        p_value=2 * min(above, 1 - above) if design.sided == 2 else above,
        naive=estimate,
        estimate=middle,
        lower=low,
        upper=high,
        level=wanted,
        assumptions=(*design.assumptions, STAGE_WISE),
    )


def _drift_where(chance_of: Callable[[float], float], chance: float, near: float) -> float:
    """The drift under which this has that chance; it grows with the drift."""
    from scipy.optimize import brentq

    width = 2.0
    while chance_of(near - width) > chance or chance_of(near + width) < chance:
        width += 2.0
        if abs(near) + width > 25:
            raise Refusal("extreme", "The result is too far out for an adjusted interval.")
    return float(brentq(lambda d: chance_of(d) - chance, near - width, near + width, xtol=1e-10))
