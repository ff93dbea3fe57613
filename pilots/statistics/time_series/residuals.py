"""What a segmented regression leaves over: do neighbours resemble each other, is there a season.

Lag-1 autocorrelation and Durbin–Watson (Biometrika 38 (1951) 159) count pairs that are next to each
other in time. Ljung–Box: Biometrika 65 (1978) 297. Breusch–Godfrey: Australian Economic Papers 17 (1978) 334,
Econometrica 46 (1978) 1293.
"""

import numpy as np

from pilots.statistics.series import Floats, Remark
from pilots.statistics.time_series.designs import Design, harmonic
from pilots.statistics.time_series.regression import Family, Fits

FEW_POINTS = 24
ALIKE_ENOUGH_TO_SAY = 0.2
DRIFTING = 0.7
OVERDISPERSED = 1.5
SEASON_SURE = 0.01
TOLD = {
    "autoregressive": "wider for it",
    "model": "too narrow for it",
    "hac": "wider for it, but in short series not enough",
    "prais_winsten": "wider for it, but in short series not enough",
}


def autocorrelation(rest: Floats, design: Design, *, lag: int = 1) -> Floats:
    """The autocorrelation of residuals (series, rows) at a lag, as R's `acf` without a mean."""
    earlier, later = design.pairs(lag)
    known = np.nan_to_num(rest)
    product = (known[:, earlier] * known[:, later]).sum(axis=1)
    square = (known**2).sum(axis=1)
    r: Floats = np.divide(product, square, out=np.full(len(rest), np.nan), where=square > 0)
    return r


def expected_autocorrelation(fits: Fits, design: Design) -> Floats:
    """The lag-1 autocorrelation that the fit itself brings to independent points (below zero).

    With M = I − H it is Σ M(t, t+1) / trace M: what a line through the points takes out of them.
    """
    earlier, later = design.pairs(1)
    half = np.where(fits.used, np.sqrt(fits.weights), 0.0)
    left = half[:, earlier, np.newaxis] * design.matrix[earlier]
    right = half[:, later, np.newaxis] * design.matrix[later]
    hat = np.einsum("snp,spq,snq->s", left, fits.unscaled, right, optimize=True)
    expected: Floats = -hat / np.maximum(fits.degrees, 1)
    return expected


def durbin_watson(rest: Floats, design: Design) -> Floats:
    """Σ(e_t − e_{t−1})² / Σe²: 2 without autocorrelation, towards 0 with it."""
    earlier, later = design.pairs(1)
    steps = rest[:, later] - rest[:, earlier]
    square = np.nansum(rest**2, axis=1)
    statistic: Floats = np.divide(
        np.nansum(steps**2, axis=1), square, out=np.full(len(rest), np.nan), where=square > 0
    )
    return statistic


def ljung_box(rest: Floats, design: Design, *, lags: int) -> Floats:
    """The p-value that autocorrelations up to a lag are chance (R `Box.test(type = "Ljung")`)."""
    from scipy import special

    count = np.isfinite(rest).sum(axis=1)
    total = np.zeros(len(rest))
    for lag in range(1, lags + 1):
        total += autocorrelation(rest, design, lag=lag) ** 2 / np.maximum(count - lag, 1)
    return np.asarray(special.chdtrc(lags, count * (count + 2) * total), dtype=np.float64)


def breusch_godfrey(fits: Fits, design: Design, *, lags: int) -> tuple[Floats, Floats]:
    """(statistic, p) that residuals do not follow from those of the `lags` points before; (series,).

    n·R² of the residuals on the design and on themselves 1 to `lags` points earlier, 0 where there
    is none (R `lmtest::bgtest(order = lags)`, statsmodels `acorr_breusch_godfrey`); χ² with `lags`
    degrees. Unlike Ljung–Box it counts with what the fit has taken out of the residuals. For counts
    and proportions the same of the weighted regression that the fit ended with (Pearson residuals).
    NaN where too few points are left. Called at 5 % of independent points where level, trend and
    slope change are fitted: 7.5 % of 60 points at one lag, 11 % at ten; 6 to 7 % of 200.
    """
    from scipy import special

    statistic = np.full(len(fits.used), np.nan)
    for row, used in enumerate(fits.used):
        if used.sum() <= design.matrix.shape[1] + lags:
            continue
        rest = np.where(used, np.nan_to_num(fits.pearson[row]), 0.0)
        earlier = np.zeros((len(rest), lags))
        for lag in range(1, lags + 1):
            before, after = design.pairs(lag)
            earlier[after, lag - 1] = rest[before]
        half = np.sqrt(fits.weights[row][used])[:, np.newaxis]
        basis = np.linalg.qr(half * design.matrix[used])[0]
        more = earlier[used] - basis @ (basis.T @ earlier[used])
        known = rest[used]
        left = known - more @ np.linalg.lstsq(more, known, rcond=1e-10)[0]
        square = float((known**2).sum())
        if square > 0:
            statistic[row] = used.sum() * (1 - float((left**2).sum()) / square)
    return statistic, np.asarray(special.chdtrc(lags, statistic), dtype=np.float64)


def season_left(fits: Fits, design: Design, *, period: float, row: int = 0) -> float | None:
    """The p-value of a season (two waves) in what is left; None where it is too short to ask.

    An F test of adding the waves to the weighted regression that the fit ended with.
    """
    from scipy import special

    used = fits.used[row]
    if used.sum() < 2 * period or period < 3:
        return None
    waves = harmonic(design.position, 2 if period >= 5 else 1, period)
    waves = waves[:, np.abs(waves).max(axis=0) > 1e-9]
    half = np.sqrt(fits.weights[row][used])[:, np.newaxis]
    basis = np.linalg.qr(half * design.matrix[used])[0]
    rest = fits.pearson[row][used]
    more = half * waves[used]
    more = more - basis @ (basis.T @ more)
    explained = np.linalg.lstsq(more, rest, rcond=1e-10)
    degrees = int(used.sum()) - basis.shape[1] - int(explained[2])
    if explained[2] == 0 or degrees < 2:
        return None
    left = float(((rest - more @ explained[0]) ** 2).sum())
    gained = float((rest**2).sum()) - left
    if left <= 0:
        return 0.0
    ratio = (gained / int(explained[2])) / (left / degrees)
    return float(special.fdtrc(int(explained[2]), degrees, max(ratio, 0.0)))


def remarks(
    fits: Fits,
    design: Design,
    family: Family,
    errors: str,
    excess: float,
    period: float,
) -> tuple[Remark, ...]:
    """What a reader must know about one fit; `excess` is the autocorrelation beyond the fit's."""
    found = []
    points = int((fits.used[0] & design.treated).sum())
    dispersion = float(fits.dispersion[0])
    if excess >= DRIFTING:
        found.append(
            Remark(
                "drift",
                f"Neighbouring points are so alike (autocorrelation {excess:.1f} beyond the trend)"
                " that drift and change can hardly be told apart; the interval is too narrow.",
                {"autocorrelation": excess},
            )
        )
    elif excess >= ALIKE_ENOUGH_TO_SAY:
        found.append(
            Remark(
                "autocorrelated",
                f"Neighbouring points resemble each other (autocorrelation {excess:.1f} beyond the"
                f" trend); the interval is {TOLD[errors]}.",
                {"autocorrelation": excess},
            )
        )
    if family != "gaussian" and dispersion > OVERDISPERSED:
        plain = family in ("poisson", "binomial") and errors == "model"
        found.append(
            Remark(
                "overdispersed",
                f"The points vary {dispersion:.1f} times as much (in variance) as chance alone"
                f" brings; the interval {'is too narrow for' if plain else 'counts'} it.",
                {"dispersion": dispersion},
            )
        )
    if points < FEW_POINTS:
        found.append(
            Remark(
                "few_points",
                f"Only {points} points: a change of slope or a season can hardly be told from"
                " chance.",
                {"points": points},
            )
        )
    if not design.seasonal:
        p = season_left(fits, design, period=period)
        if p is not None and p < SEASON_SURE:
            found.append(
                Remark(
                    "season",
                    f"The points move with a season of {period:g} that is not in the model.",
                    {"p": p, "period": period},
                )
            )
    return tuple(found)
