"""Standard errors of a segmented regression: model, autoregressive, Newey–West, Prais–Winsten.

Newey–West (Econometrica 55 (1987) 703): the covariance of the scores up to a lag, with weights
falling to zero (Bartlett). Pairs are counted by their distance in time, so a gap stays a gap; R's
`sandwich` and Stata's `newey, force` close it up. Automatic lag and prewhitening: Newey and West,
Rev Econ Stud 61 (1994) 631; Andrews and Monahan, Econometrica 60 (1992) 953.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pilots.statistics.series import Bools, Floats
from pilots.statistics.time_series import residuals
from pilots.statistics.time_series.designs import Design
from pilots.statistics.time_series.regression import Fits

GRID = np.linspace(0.0, 0.95, 39)
Lags = int | Literal["rule", "newey_west"]


def model_based(fits: Fits, *, estimated: bool) -> Floats:
    """The inverse information, times the dispersion where that is estimated."""
    scale = fits.dispersion if estimated else np.ones(len(fits.dispersion))
    return fits.unscaled * scale[:, np.newaxis, np.newaxis]


def newey_west(
    fits: Fits,
    design: Design,
    *,
    lags: Lags = "rule",
    prewhite: bool = False,
    adjust: bool = True,
) -> tuple[Floats, NDArray[np.int64]]:
    """Covariances (series, terms, terms) and the lag used for each series.

    `lags`: a number; "rule" is ⌊4·(n/100)^(2/9)⌋ (3 up to 122 points); "newey_west" chooses from
    the data as R's `bwNeweyWest`. `prewhite`: a first-order vector autoregression is taken out of
    the scores first (R's NeweyWest does by default; Stata and statsmodels do not). `adjust`: times
    n/(n − terms), as Stata's `newey` does; R's default does not.

    R: `NeweyWest(m, lag = 1, prewhite = FALSE, adjust = TRUE)` is `lags=1`. Stata: `newey, lag(1)`
    likewise.
    """
    scores, used = fits.scores, fits.used
    count = used.sum(axis=1)
    series, _rows, terms = scores.shape
    recolour = np.broadcast_to(np.eye(terms), (series, terms, terms))
    there = used
    if prewhite:
        scores, there, recolour = _prewhitened(scores, used, design)
    lag = _lags(scores, there, count, design, lags, prewhite=prewhite)
    meat = np.einsum("snp,snq->spq", scores, scores)
    for distance in range(1, int(lag.max(initial=0)) + 1):
        weight = np.clip(1 - distance / (lag + 1.0), 0.0, None)
        product = _lagged(scores, design, distance)
        meat += weight[:, np.newaxis, np.newaxis] * (product + product.transpose(0, 2, 1))
    meat = recolour @ meat @ recolour.transpose(0, 2, 1)
    if adjust:
        meat = meat * (count / np.maximum(count - terms, 1))[:, np.newaxis, np.newaxis]
    return fits.unscaled @ meat @ fits.unscaled, lag


def _lagged(scores: Floats, design: Design, distance: int) -> Floats:
    earlier, later = design.pairs(distance)
    products: Floats = np.einsum("snp,snq->spq", scores[:, earlier], scores[:, later])
    return products


def _prewhitened(scores: Floats, used: Bools, design: Design) -> tuple[Floats, Bools, Floats]:
    """What a first-order vector autoregression leaves of the scores, and the way back."""
    earlier, later = design.pairs(1)
    both = used[:, earlier] & used[:, later]
    first = np.where(both[:, :, np.newaxis], scores[:, earlier], 0.0)
    second = np.where(both[:, :, np.newaxis], scores[:, later], 0.0)
    square = np.einsum("snp,snq->spq", first, first)
    cross = np.einsum("snp,snq->spq", first, second)
    known = np.isfinite(square).all(axis=(1, 2)) & both.any(axis=1)
    terms = scores.shape[2]
    step = np.zeros((len(scores), terms, terms))
    step[known] = np.linalg.pinv(square[known], hermitian=True) @ cross[known]
    rest, there = np.zeros_like(scores), np.zeros_like(used)
    rest[:, later] = np.where(both[:, :, np.newaxis], second - first @ step, 0.0)
    there[:, later] = both
    back = np.asarray(np.linalg.inv(np.eye(terms) - step.transpose(0, 2, 1)), dtype=np.float64)
    return rest, there, back


def _lags(
    scores: Floats,
    there: Bools,
    count: NDArray[np.int64],
    design: Design,
    lags: Lags,
    *,
    prewhite: bool,
) -> NDArray[np.int64]:
    if lags == "rule":
        return np.floor(4 * (count / 100) ** (2 / 9)).astype(np.int64)
    if lags == "newey_west":
        return _chosen(scores, there, count, design, prewhite=prewhite)
    if isinstance(lags, str) or lags < 0:
        raise ValueError('The lag is 0 or more, "rule" or "newey_west".')
    return np.full(len(count), int(lags))


def _chosen(
    scores: Floats,
    there: Bools,
    count: NDArray[np.int64],
    design: Design,
    *,
    prewhite: bool,
) -> NDArray[np.int64]:
    """Newey and West's plug-in for Bartlett weights; the intercept's score has no say."""
    level = scores[:, :, 1:].sum(axis=2)
    kept = np.maximum(there.sum(axis=1), 1)
    truncation = np.floor((3 if prewhite else 4) * (count / 100) ** (2 / 9))
    zeroth = (level**2).sum(axis=1) / kept
    sums, weighted = zeroth.copy(), np.zeros(len(level))
    for distance in range(1, int(truncation.max(initial=0)) + 1):
        earlier, later = design.pairs(distance)
        product = (level[:, earlier] * level[:, later]).sum(axis=1) / kept
        inside = distance <= truncation
        sums += np.where(inside, 2 * product, 0.0)
        weighted += np.where(inside, 2 * distance * product, 0.0)
    ratio = np.divide(weighted, sums, out=np.zeros(len(level)), where=sums != 0)
    wide = 1.1447 * (ratio**2) ** (1 / 3) * count ** (1 / 3)
    # A ratio near 0/0 would ask for more lags than there are points.
    lags: NDArray[np.int64] = np.minimum(
        np.floor(np.nan_to_num(wide)), np.maximum(count - 1, 0)
    ).astype(np.int64)
    return lags


def autoregressive(fits: Fits, design: Design) -> tuple[Floats, Floats, Floats]:
    """Covariances, ρ and dispersion with first-order autoregressive errors of one correlation ρ.

    The coefficients stay those of the fit; the scores' covariance has ρ^d between rows d points
    apart. ρ is the one under which the residuals' lag-1 autocorrelation is what one expects after
    fitting these terms (which takes a good deal of it away in short series), never below 0, and
    the dispersion is corrected likewise. The expectation is computed once, for the design and the
    mean weights of the series.
    """
    fitted = np.isfinite(fits.dispersion)
    if not fitted.any():
        none = np.full(len(fits.used), np.nan)
        return fits.unscaled, none, none
    grid, alike, left = _expectations(fits, design)
    seen = np.nan_to_num(residuals.autocorrelation(fits.pearson, design))
    rho = np.interp(seen, alike, grid)
    half = np.where(fits.used, np.sqrt(fits.weights), 0.0)
    rows = half[:, :, np.newaxis] * design.matrix
    meat = np.zeros_like(fits.unscaled)
    for group in np.unique(design.group):
        ours = rows[:, design.group == group]
        # ρ^|i−j| by running sums: what came before, shrunk by ρ a step.
        sums, tail = np.zeros_like(ours), np.zeros_like(ours[:, 0])
        for step in range(ours.shape[1]):
            sums[:, step] = tail
            tail = rho[:, np.newaxis] * (tail + ours[:, step])
        across = np.einsum("snp,snq->spq", ours, sums)
        meat += np.einsum("snp,snq->spq", ours, ours) + across + across.transpose(0, 2, 1)
    degrees = np.interp(rho, grid, left) - (left[0] - fits.degrees)
    dispersion = np.nansum(fits.pearson**2, axis=1) / np.maximum(degrees, 1.0)
    covariance = fits.unscaled @ meat @ fits.unscaled
    return covariance * dispersion[:, np.newaxis, np.newaxis], rho, dispersion


def _expectations(fits: Fits, design: Design) -> tuple[Floats, Floats, Floats]:
    """For a grid of ρ: the expected lag-1 autocorrelation and sum of squares of the residuals.

    With M = I − QQ′ and R the correlations ρ^d: Σ(MRM)(t, t+1) / trace MR, and trace MR.
    """
    fitted = np.isfinite(fits.dispersion)
    weight = np.where(fits.used & fitted[:, np.newaxis], fits.weights, 0.0)
    use = weight.sum(axis=0) > 0
    mean = weight[:, use].sum(axis=0) / np.maximum((weight[:, use] > 0).sum(axis=0), 1)
    basis = np.linalg.qr(np.sqrt(mean)[:, np.newaxis] * design.matrix[use])[0]
    place, group = design.position[use], design.group[use]
    apart = np.abs(place[:, np.newaxis] - place)
    same = group[:, np.newaxis] == group
    i, j = np.nonzero(same & (place - place[:, np.newaxis] == 1))
    alike, left = np.empty(len(GRID)), np.empty(len(GRID))
    for number, rho in enumerate(GRID):
        seen = np.where(same, rho**apart, 0.0) @ basis
        inner = basis.T @ seen
        left[number] = max(len(basis) - float(np.trace(inner)), 1e-9)
        crossed = (basis[i] * seen[j]).sum(axis=1) + (seen[i] * basis[j]).sum(axis=1)
        product = rho - crossed + ((basis[i] @ inner) * basis[j]).sum(axis=1)
        alike[number] = product.sum() / left[number]
    return GRID, np.maximum.accumulate(alike) + 1e-12 * np.arange(len(GRID)), left


def prais_winsten(
    outcomes: Floats, design: Design, fits: Fits, *, rounds: int = 200
) -> tuple[Floats, Floats, Floats, Floats]:
    """Generalised least squares with first-order autoregressive errors, many series at once.

    Gives coefficients, covariances, residuals and ρ. ρ comes from regressing each residual on the
    one before it, repeated until it moves by less than 1e-8 (Stata `prais`, R `prais`); across a
    gap of d points the correlation is ρ^d. Prais and Winsten, Cowles discussion paper 383 (1954).
    """
    used = fits.used
    series = len(used)
    matrix = design.matrix
    before = _last_seen(used, design)
    has = before >= 0
    index = np.maximum(before, 0)
    gap = np.where(has, design.position[np.newaxis, :] - design.position[index], 1)
    y = np.where(used, np.nan_to_num(outcomes), 0.0)
    across = np.arange(series)[:, np.newaxis]
    rho, beta = np.zeros(series), np.nan_to_num(fits.coefficients)
    covariance = np.zeros((series, matrix.shape[1], matrix.shape[1]))
    next_to = used & has & (gap == 1)
    for _round in range(rounds):
        rest = np.where(used, y - beta @ matrix.T, 0.0)
        earlier = np.where(next_to, rest[across, index], 0.0)
        moved = np.divide(
            (np.where(next_to, rest, 0.0) * earlier).sum(axis=1),
            (earlier**2).sum(axis=1),
            out=np.zeros(series),
            where=(earlier**2).sum(axis=1) > 0,
        )
        moved = np.clip(moved, -0.999, 0.999)
        done = bool(np.abs(moved - rho).max(initial=0.0) < 1e-8) and _round > 0
        rho = moved
        power = np.where(has, rho[:, np.newaxis] ** gap, 0.0)
        whole = 1 - rho[:, np.newaxis] ** 2
        scale = np.where(has, np.sqrt(whole / (1 - power**2)), np.sqrt(whole)) * used
        left = scale[:, :, np.newaxis] * (matrix - power[:, :, np.newaxis] * matrix[index])
        right = scale * (y - power * y[across, index])
        square = np.einsum("snp,snq->spq", left, left)
        square[~used.any(axis=1)] = np.eye(matrix.shape[1])
        inverse = np.linalg.inv(square)
        beta = np.einsum("spq,snq,sn->sp", inverse, left, right, optimize=True)
        sigma = ((right - np.einsum("snp,sp->sn", left, beta)) ** 2).sum(axis=1)
        covariance = inverse * (sigma / np.maximum(fits.degrees, 1))[:, np.newaxis, np.newaxis]
        if done:
            break
    lost = np.where(np.isfinite(fits.dispersion), 1.0, np.nan)
    innovations = np.where(used, right - np.einsum("snp,sp->sn", left, beta), np.nan)
    return (
        beta * lost[:, np.newaxis],
        covariance * lost[:, np.newaxis, np.newaxis],
        innovations,
        rho * lost,
    )


def _last_seen(used: Bools, design: Design) -> NDArray[np.int64]:
    """The row before each row that is not missing and of the same group, −1 where there is none."""
    numbers = np.where(used, np.arange(used.shape[1]), -1)
    found = np.full(used.shape, -1)
    for group in np.unique(design.group):
        rows = np.flatnonzero(design.group == group)
        seen = np.maximum.accumulate(numbers[:, rows], axis=1)
        found[:, rows[1:]] = seen[:, :-1]
    return found
