"""Many metrics: p-values adjusted so that looking at several does not breed false alarms.

    bonferroni, holm, hochberg               the chance of any false alarm among all (family-wise)
    benjamini_hochberg, benjamini_yekutieli  the expected share of false alarms among the alarms

Holm holds however the metrics depend on each other and is never weaker than Bonferroni; Hochberg
and Benjamini–Hochberg need them independent or positively dependent; Benjamini–Yekutieli does not.

Sources: Holm, Scandinavian Journal of Statistics 6 (1979) 65. Hochberg, Biometrika 75 (1988) 800.
Benjamini and Hochberg, JRSS B 57 (1995) 289. Benjamini and Yekutieli, Annals of Statistics 29 (2001)
1165. The conventions are those of R's p.adjust.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.series import Floats

Method = Literal["holm", "bonferroni", "hochberg", "benjamini_hochberg", "benjamini_yekutieli"]
METHODS = ("holm", "bonferroni", "hochberg", "benjamini_hochberg", "benjamini_yekutieli")


def adjusted(
    p: ArrayLike, *, method: Method = "holm", axis: int = -1, n: int | None = None
) -> Floats:
    """p-values of a family along `axis`, adjusted; compare them with alpha as they are.

    The result has the shape of `p`; NaN is passed over: it stays NaN and does not count in the
    family. `n`: the size of the family if more hypotheses were tested than are given (R's n).
    "holm" is the default as in R.

    ValueError: a p-value outside 0 to 1, an n below the number given.

    >>> adjusted([0.01, 0.02, 0.03, 0.5]).round(3).tolist()
    [0.04, 0.06, 0.06, 0.5]
    >>> adjusted([0.01, 0.02, 0.03, 0.5], method="benjamini_hochberg").round(3).tolist()
    [0.04, 0.04, 0.04, 0.5]
    """
    if method not in METHODS:
        raise ValueError(f"{method!r} is none of {', '.join(METHODS)}.")
    given = np.asarray(p, dtype=np.float64)
    if ((given < 0) | (given > 1)).any():
        raise ValueError("A p-value lies between 0 and 1.")
    if given.ndim == 0:
        alone: Floats = adjusted(given[np.newaxis], method=method, n=n)[0]
        return alone
    table = np.moveaxis(given, axis, -1)
    number = np.isfinite(table).sum(axis=-1, keepdims=True)
    if n is not None and (number > n).any():
        raise ValueError(f"There are more p-values than the {n} hypotheses of the family.")
    family = number if n is None else np.where(number > 0, n, 0)
    # NaN sorts last, behind every rank that counts.
    order = np.argsort(table, axis=-1, kind="stable")
    ordered = np.take_along_axis(table, order, axis=-1)
    rank = np.arange(1, table.shape[-1] + 1)
    here = rank <= number
    if method == "bonferroni":
        found = family * ordered
    elif method == "holm":
        found = np.fmax.accumulate(np.where(here, (family - rank + 1) * ordered, np.nan), axis=-1)
    else:
        if method == "hochberg":
            steps = (family - rank + 1) * ordered
        else:
            steps = family / rank * ordered
            if method == "benjamini_yekutieli":
                steps = steps * _harmonic(family)
        backwards = np.where(here, steps, np.inf)[..., ::-1]
        found = np.minimum.accumulate(backwards, axis=-1)[..., ::-1]
    found = np.where(here, np.minimum(found, 1.0), np.nan)
    result = np.empty_like(table)
    np.put_along_axis(result, order, found, axis=-1)
    return np.moveaxis(result, -1, axis)


def _harmonic(n: Floats) -> Floats:
    """1 + ½ + … + 1/n."""
    sums = np.concatenate(([0.0], np.cumsum(1 / np.arange(1, max(int(n.max(initial=0)), 1) + 1))))
    return sums[n.astype(np.int64)]
