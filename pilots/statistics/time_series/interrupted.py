"""Interrupted time series: what changed at go-live in level and slope, and what is wrong with it.

Segmented regression of one series (`interrupted`) or of many with the same dates
(`interrupted_many`): least squares, Poisson with an offset, binomial, their quasi forms. Sources:
see `designs`, `regression`, `covariances`.

What it assumes: nothing else happened at go-live, the trend before would have gone on, and, with a
control, that whatever else happened there happened to the control too. Fewer than 8 points on a
side are refused.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.series import Floats, Refusal, Remark
from pilots.statistics.time_series import covariances, residuals
from pilots.statistics.time_series.designs import Design
from pilots.statistics.time_series.estimates import (
    Errors,
    Estimate,
    Interval,
    estimated,
    p_values,
    quantiles,
    stacked,
    usual_errors,
)
from pilots.statistics.time_series.regression import Family, Fits, exponential, fit

NOTHING_ELSE = Remark(
    "nothing_else",
    "Whatever else changed at the same time is in the estimate, and the trend before is taken to"
    " go on.",
)
CONTROL = Remark(
    "control",
    "The change is the series' difference from its control: what happened to both is taken out.",
)


@dataclass(frozen=True)
class Term:
    """A coefficient on the scale of the link; `ratio` (rate or odds) is its exponential."""

    name: str
    estimate: float
    se: float
    lower: float
    upper: float
    p: float
    ratio: float | None = None
    ratio_lower: float | None = None
    ratio_upper: float | None = None


@dataclass(frozen=True, eq=False)
class Interrupted:
    """A segmented regression of one series.

    `covariance` (terms, terms); `fitted` and `residuals` (Pearson; innovations with Prais–Winsten)
    (rows), NaN where missing. `autocorrelation` is lag 1 of the residuals. `dispersion`: Pearson χ²
    over degrees of freedom (σ² for least squares). `ljung_box`, `breusch_godfrey`: p, up to lag 10 (a
    fifth of the points where that is less); the second of the regression itself, also with
    Prais–Winsten. `lag` (Newey–West) and `rho`
    (autoregressive, Prais–Winsten) say how neighbours were reckoned with.
    """

    terms: tuple[Term, ...]
    covariance: Floats
    fitted: Floats
    residuals: Floats
    n: int
    n_before: int
    n_after: int
    degrees: int
    dispersion: float
    autocorrelation: float
    durbin_watson: float
    ljung_box: float
    breusch_godfrey: float
    lag: int | None
    rho: float | None
    family: Family
    level: float
    interval: Interval
    design: Design
    denominators: Floats
    method: str
    assumptions: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()

    def term(self, name: str) -> Term:
        """The term of this name."""
        return next(term for term in self.terms if term.name == name)


@dataclass(frozen=True, eq=False)
class InterruptedMany:
    """The same for many series: (series, terms) arrays, NaN rows where `refused` says why.

    `alike` marks series whose neighbouring residuals resemble each other, `overdispersed` those
    that vary more than their Poisson or binomial model.
    """

    names: tuple[str, ...]
    estimates: Floats
    se: Floats
    lower: Floats
    upper: Floats
    p: Floats
    dispersion: Floats
    autocorrelation: Floats
    durbin_watson: Floats
    n: NDArray[np.int64]
    alike: NDArray[np.bool_]
    overdispersed: NDArray[np.bool_]
    method: str
    refused: dict[int, Remark]


def interrupted(
    values: ArrayLike,
    design: Design,
    *,
    family: Family = "gaussian",
    denominators: ArrayLike | None = None,
    control: ArrayLike | None = None,
    control_denominators: ArrayLike | None = None,
    errors: Errors | None = None,
    lags: covariances.Lags = "rule",
    prewhite: bool = False,
    adjust: bool = True,
    interval: Interval | None = None,
    level: float = 0.95,
    period: float = 12,
) -> Interrupted:
    """What changed at the interruption of one series (points,); the design says which terms.

    `family` "gaussian" takes values; "poisson", "quasi_poisson" take counts and, as
    `denominators`, the exposure; "binomial", "quasi_binomial" take events and cases.
    `errors`: "autoregressive" (the default; "model" for plain "poisson" and "binomial") widens by
    the correlation of neighbours, corrected for short series; "model" is the published quasi-Poisson
    of the Sicily paper, R's glm and lm; "hac" is Newey–West (Stata `newey`, `itsa`; R `sandwich`;
    `lags`, `prewhite`, `adjust`: see `covariances.newey_west`), far too narrow below 100 points;
    "prais_winsten" is for values only. `interval`: "t" with the residual degrees of freedom where
    a dispersion is estimated (R's summary, Stata's newey), or "normal" (R's confint.default and
    Epi::ci.exp, statsmodels; the Sicily paper).
    `period`: of the season whose absence is warned of, from two periods on.

    Refuses (`Refusal`): fewer than 8 points on a side, no events on a side, terms that the points
    cannot tell apart. Warns: neighbours alike, more spread than chance, few points, a season left
    out. R: `glm(y ~ offset(log(n)) + level + time, family = quasipoisson)`; Stata:
    `itsa y, single trperiod() lag(1)`.

    >>> import numpy as np
    >>> from pilots.statistics.time_series.designs import segmented
    >>> rng = np.random.default_rng(1)
    >>> values = 50 + rng.normal(0, 1, 40) - 5 * (np.arange(40) >= 20)
    >>> found = interrupted(values, segmented(40, 20, slope=False))
    >>> round(found.term("level").estimate, 1), found.term("level").upper < 0
    (-4.9, True)
    """
    y, n = stacked(values, design, denominators, control, control_denominators)
    if len(y) != 1:
        raise ValueError("One series at a time; interrupted_many takes a table.")
    errors = errors or usual_errors(family)
    fits = fit(y, design, family=family, denominators=n)
    estimate = estimated(y, fits, design, family, errors, lags, prewhite=prewhite, adjust=adjust)
    if 0 in estimate.refused:
        refused = estimate.refused[0]
        raise Refusal(refused.code, refused.text, **refused.facts)
    quantile, interval = quantiles(fits.degrees, family, errors, interval, level)
    excess = float(estimate.autocorrelation[0] - estimate.expected[0])
    used = fits.used[0] & design.treated
    last = int(design.segment.max())
    far = max(1, min(10, design.points // 5))
    return Interrupted(
        terms=_terms(estimate, design, fits, quantile, family, interval),
        covariance=estimate.covariance[0],
        fitted=np.where(fits.used[0], estimate.fitted[0], np.nan),
        residuals=estimate.rest[0],
        n=int(fits.used[0].sum()),
        n_before=int((used & (design.segment == 0)).sum()),
        n_after=int((used & (design.segment == last)).sum()),
        degrees=int(fits.degrees[0]),
        dispersion=float(fits.dispersion[0]),
        autocorrelation=float(estimate.autocorrelation[0]),
        durbin_watson=float(residuals.durbin_watson(estimate.rest, design)[0]),
        ljung_box=float(residuals.ljung_box(estimate.rest, design, lags=far)[0]),
        breusch_godfrey=float(residuals.breusch_godfrey(fits, design, lags=far)[1][0]),
        lag=int(estimate.lag[0]) if errors == "hac" else None,
        rho=float(estimate.rho[0]) if np.isfinite(estimate.rho[0]) else None,
        family=family,
        level=level,
        interval=interval,
        design=design,
        denominators=np.ones(len(design.matrix)) if n is None else n[0],
        method=_method(family, errors),
        assumptions=(CONTROL if control is not None else NOTHING_ELSE,),
        warnings=residuals.remarks(fits, design, family, errors, excess, period),
    )


def interrupted_many(
    values: ArrayLike,
    design: Design,
    *,
    family: Family = "gaussian",
    denominators: ArrayLike | None = None,
    control: ArrayLike | None = None,
    control_denominators: ArrayLike | None = None,
    errors: Errors | None = None,
    lags: covariances.Lags = "rule",
    prewhite: bool = False,
    adjust: bool = True,
    interval: Interval | None = None,
    level: float = 0.95,
) -> InterruptedMany:
    """`interrupted` for a table (series, points) with one design; the options are the same.

    >>> import numpy as np
    >>> from pilots.statistics.time_series.designs import segmented
    >>> counts = np.random.default_rng(2).poisson(30, (3, 40))
    >>> many = interrupted_many(counts, segmented(40, 20), family="quasi_poisson")
    >>> many.names, many.estimates.shape, many.refused
    (('intercept', 'trend', 'level', 'slope'), (3, 4), {})
    """
    y, n = stacked(values, design, denominators, control, control_denominators)
    errors = errors or usual_errors(family)
    fits = fit(y, design, family=family, denominators=n)
    estimate = estimated(y, fits, design, family, errors, lags, prewhite=prewhite, adjust=adjust)
    quantile, interval = quantiles(fits.degrees, family, errors, interval, level)
    excess = estimate.autocorrelation - estimate.expected
    lost = np.ones((len(y), 1))
    lost[list(estimate.refused)] = np.nan
    b = estimate.coefficients * lost
    se = np.sqrt(np.diagonal(estimate.covariance, axis1=1, axis2=2)) * lost
    with np.errstate(invalid="ignore"):
        return InterruptedMany(
            names=design.names,
            estimates=b,
            se=se,
            lower=b - quantile[:, np.newaxis] * se,
            upper=b + quantile[:, np.newaxis] * se,
            p=p_values(b / se, fits.degrees[:, np.newaxis], interval),
            dispersion=fits.dispersion * lost[:, 0],
            autocorrelation=estimate.autocorrelation,
            durbin_watson=residuals.durbin_watson(estimate.rest, design),
            n=fits.used.sum(axis=1),
            alike=np.nan_to_num(excess) >= residuals.ALIKE_ENOUGH_TO_SAY,
            overdispersed=(fits.dispersion > residuals.OVERDISPERSED) & (family != "gaussian"),
            method=_method(family, errors),
            refused=estimate.refused,
        )


def _terms(
    estimate: Estimate,
    design: Design,
    fits: Fits,
    quantile: Floats,
    family: Family,
    interval: Interval,
) -> tuple[Term, ...]:
    b, se = estimate.coefficients[0], np.sqrt(np.diagonal(estimate.covariance[0]))
    lower, upper = b - quantile[0] * se, b + quantile[0] * se
    p = p_values(b / se, fits.degrees[0], interval)
    rows = np.column_stack([b, se, lower, upper, p])
    if family == "gaussian":
        return tuple(
            Term(name, *row) for name, row in zip(design.names, rows.tolist(), strict=True)
        )
    ratios = exponential(np.column_stack([b, lower, upper]))
    return tuple(
        Term(name, *row, *ratio)
        for name, row, ratio in zip(design.names, rows.tolist(), ratios.tolist(), strict=True)
    )


def _method(family: Family, errors: Errors) -> str:
    model = {"gaussian": "least squares", "poisson": "Poisson", "binomial": "binomial"}
    kind = {
        "autoregressive": "autoregressive errors",
        "model": "errors from the model",
        "hac": "Newey–West errors",
        "prais_winsten": "Prais–Winsten",
    }
    name = model[family.removeprefix("quasi_")]
    return f"Segmented {'quasi-' if family.startswith('quasi') else ''}{name}, {kind[errors]}"
