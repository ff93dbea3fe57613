"""Where an e-value crosses its limit, for many questions at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.series import Floats


def root(
    function: Callable[..., Floats], low: ArrayLike, high: ArrayLike, *arguments: ArrayLike
) -> Floats:
    """Where an increasing function crosses zero between low and high; high where it does not.

    NaN arguments give NaN.
    """
    from scipy.optimize.elementwise import find_root

    shape = np.broadcast_shapes(*(np.shape(one) for one in (low, high, *arguments)))
    below, above, *rest = (
        np.broadcast_to(np.asarray(one, dtype=np.float64), shape).ravel()
        for one in (low, high, *arguments)
    )
    found = above.copy()
    found[np.isnan(np.sum([below, above, *rest], axis=0))] = np.nan
    live = np.isfinite(found) & (below < above)
    live[live] = function(above[live], *(one[live] for one in rest)) > 0
    if live.any():
        solved = find_root(
            function, (below[live], above[live]), args=tuple(one[live] for one in rest)
        )
        # An interval whose lower end is beyond already has its root there.
        found[live] = np.where(solved.success, solved.x, below[live])
    return found.reshape(shape)
