"""Outcomes against each patient's own risk: risk-adjusted CUSUM and the VLAD.

Each patient moves the sum by the log-likelihood ratio of an odds ratio R_A against R_0,
W = log[(1−p+R₀p)·R_Aʸ / ((1−p+R_Ap)·R₀ʸ)], y = 1 for the event; with R₀ = 1 that is
y·log R_A − log(1−p+R_A·p). One sum looks for worse odds (R_A = 2), one for better ones (½).

Sources: Steiner, Cook, Farewell, Treasure, Biostatistics 1 (2000) 441. Lovegrove et al., Lancet
350 (1997) 1128 (VLAD). Checked against the tests of the package vlad (llr_score).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.monitoring.cusum import accumulate, beyond, check_design
from pilots.statistics.monitoring.standard import Scalar, in_shape
from pilots.statistics.series import Bools, Floats, Remark, as_table

# Standard errors between observed and expected events from which the risk model is doubted.
OFF = 3.0
CALIBRATED = Remark(
    "calibrated_risks",
    "Each patient's risk is right when care is as it was when the risk model was made, and"
    " patients do not influence each other.",
)


@dataclass(frozen=True, eq=False)
class RiskAdjustedCusum:
    """Both sums after every patient; arrays have the shape of what was given.

    `upper` rises with worse outcomes than expected; `lower` falls, from 0, with better ones (as
    Steiner draws it). `worse` and `better` are the signals.
    """

    method: str
    weights_worse: Floats
    weights_better: Floats
    upper: Floats
    lower: Floats
    worse: Bools
    better: Bools
    observed: Floats
    expected: Floats
    h_worse: float
    h_better: float
    n: NDArray[np.int64]
    assumptions: tuple[Remark, ...]
    warnings: tuple[Remark, ...]

    @property
    def signals(self) -> Bools:
        return self.worse | self.better


def logistic_risk(scores: ArrayLike, coefficients: ArrayLike) -> Floats:
    """The risk of each patient: 1/(1+exp(−(b₀ + b₁x₁ + …))).

    `coefficients`: the intercept first. With one score `scores` has the shape of the patients,
    with several their last axis is the scores. NaN scores give NaN.

    >>> logistic_risk([0, 50], [-3.68, 0.077]).round(4)
    array([0.0246, 0.5424])
    """
    from scipy.special import expit

    x, b = np.asarray(scores, dtype=np.float64), np.asarray(coefficients, dtype=np.float64)
    if b.ndim != 1 or len(b) < 2:
        raise ValueError("Coefficients are an intercept and one number for each score.")
    if len(b) == 2:
        return np.asarray(expit(b[0] + b[1] * x))
    if x.ndim == 0 or x.shape[-1] != len(b) - 1:
        raise ValueError(f"{len(b) - 1} coefficients need as many scores for each patient.")
    return np.asarray(expit(b[0] + x @ b[1:]))


def log_likelihood_weights(
    outcome: ArrayLike, risk: ArrayLike, *, ratio: float = 2.0, null_ratio: float = 1.0
) -> Floats:
    """What each patient adds: log-likelihood of odds `ratio` times the usual, less `null_ratio`.

    `outcome` is 1 for the event, 0 without it, NaN unknown.

    >>> risk = logistic_risk([0, 0, 50, 50], [-3.68, 0.077])
    >>> log_likelihood_weights([0, 1, 0, 1], risk).round(3)
    array([-0.024,  0.669, -0.433,  0.26 ])
    """
    y, p = np.asarray(outcome, dtype=np.float64), np.asarray(risk, dtype=np.float64)
    if not (ratio > 0 and null_ratio > 0):
        raise ValueError("An odds ratio is above zero.")
    if not np.isin(y[~np.isnan(y)], (0, 1)).all():
        raise ValueError("An outcome is 1, 0 or unknown (NaN).")
    if ((p < 0) | (p > 1)).any():
        raise ValueError("A risk lies between 0 and 1.")
    null, other = 1 - p + null_ratio * p, 1 - p + ratio * p
    weights: Floats = np.log(null) - np.log(other) + y * (np.log(ratio) - np.log(null_ratio))
    return weights


def risk_adjusted_cusum(
    outcome: ArrayLike,
    risk: ArrayLike,
    *,
    worse: float = 2.0,
    better: float = 0.5,
    h_worse: float = 4.5,
    h_better: float = 4.0,
    head_start: float = 0.0,
    reset: bool = False,
    strict: bool = True,
) -> RiskAdjustedCusum:
    """Whether outcomes have become worse, or better, than the patients' risks explain.

    (patients,) or (series, patients), in the order of treatment, NaN passed over. `worse` and
    `better` are the odds ratios to be found; 4.5 and 4 are Steiner's limits for cardiac surgery:
    for other patients take `risk_adjusted_run_length`. Forks, the default first. `reset`:
    after a signal both sums go on (vlad), or start anew (Steiner's practice).

    >>> risk = logistic_risk([0, 0, 50, 50], [-3.68, 0.077])
    >>> risk_adjusted_cusum([0, 1, 0, 1], risk).upper.round(3)
    array([0.   , 0.669, 0.236, 0.495])
    """
    if not worse > 1:
        raise ValueError(f"Worse is an odds ratio above 1, not {worse}.")
    if not 0 < better < 1:
        raise ValueError(f"Better is an odds ratio between 0 and 1, not {better}.")
    check_design(min(h_worse, h_better), head_start)
    y, p = _pair(outcome, risk)
    up = log_likelihood_weights(y, p, ratio=worse)
    down = log_likelihood_weights(y, p, ratio=better)
    upper, lower, _up, _down = accumulate(
        up, -down, h_up=h_worse, h_down=h_better, start=head_start, reset=reset, strict=strict
    )
    observed, expected = _running(y, p), _running(p, p)
    dimensions = max(np.ndim(outcome), np.ndim(risk))

    def back(table: NDArray[Scalar]) -> NDArray[Scalar]:
        return in_shape(table, dimensions)

    return RiskAdjustedCusum(
        method=f"risk-adjusted CUSUM, odds × {worse:g} and × {better:g}",
        weights_worse=back(up),
        weights_better=back(down),
        upper=back(upper),
        lower=back(lower),
        worse=back(beyond(upper, h_worse, strict)),
        better=back(beyond(-lower, h_better, strict)),
        observed=back(observed),
        expected=back(expected),
        h_worse=h_worse,
        h_better=h_better,
        n=back(np.isfinite(y).sum(axis=1)),
        assumptions=(CALIBRATED,),
        warnings=_calibration(y, p),
    )


def vlad(outcome: ArrayLike, risk: ArrayLike) -> Floats:
    """Expected less observed events so far: rises where patients do better than their risks.

    A picture, not a test: it has no limits, and a good past hides a bad present.

    >>> vlad([0, 0, 1], [0.1, 0.2, 0.3]).round(1)
    array([ 0.1,  0.3, -0.4])
    """
    y, p = _pair(outcome, risk)
    log_likelihood_weights(y, p)
    return in_shape(_running(p - y, y), max(np.ndim(outcome), np.ndim(risk)))


def _pair(outcome: ArrayLike, risk: ArrayLike) -> tuple[Floats, Floats]:
    """Both as (series, patients), NaN where either is."""
    y, p = np.broadcast_arrays(as_table(outcome), as_table(risk))
    missing = np.isnan(y) | np.isnan(p)
    return np.where(missing, np.nan, y), np.where(missing, np.nan, p)


def _running(values: Floats, like: Floats) -> Floats:
    missing = np.isnan(values)
    total = np.cumsum(np.where(missing, 0.0, values), axis=1)
    return np.where(np.isnan(like) | missing, np.nan, total)


def _calibration(y: Floats, p: Floats) -> tuple[Remark, ...]:
    """Whether events differ from the risks by far more than chance, over all patients."""
    gap, variance = np.nansum(y - p, axis=1), np.nansum(p * (1 - p), axis=1)
    z = np.divide(gap, np.sqrt(variance), out=np.zeros(len(y)), where=variance > 0)
    rows = np.flatnonzero(np.abs(z) > OFF)
    if not rows.size:
        return ()
    return (
        Remark(
            "calibration",
            "Over all patients events differ from the risks by far more than chance"
            f" ({float(z[rows[np.abs(z[rows]).argmax()]]):+.1f} standard errors): care has changed,"
            " or the risk model does not fit these patients.",
            {"series": rows.tolist(), "z": z[rows].tolist()},
        ),
    )
