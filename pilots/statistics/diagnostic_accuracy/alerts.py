"""The burden of alerts: how many there are, how many are right, how many are overridden.

Counts of alerts are seldom Poisson, as one patient sets off many: given day by day, their own spread
widens the interval (quasi-Poisson). Given as one total, that spread is unknown, and a warning says
so.

Sources: Romero-Brufau et al., Critical Care 19 (2015) 285 for the number needed to evaluate.
McCullagh and Nelder, Generalized Linear Models (1989) 6.2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.intervals import Interval, proportion, rate
from pilots.statistics.series import Floats, Refusal, Remark

# With fewer days the spread between days is little known.
ENOUGH_DAYS = 14


@dataclass(frozen=True, eq=False)
class AlertBurden:
    """What alerts ask of people; a field is None where its number was not given.

    `number_needed` is alerts to evaluate for one that is right, 1 / `ppv`; infinite where none was.
    `dispersion` is the variance of daily counts over their mean, None for a total.
    """

    alerts: int
    days: float
    per_day: Interval
    per_100_patients: Interval | None
    per_shift: Interval | None
    ppv: Interval | None
    number_needed: Interval | None
    override_rate: Interval | None
    dispersion: float | None
    level: float
    method: str
    assumptions: tuple[Remark, ...]
    warnings: tuple[Remark, ...]


def alert_burden(
    alerts: ArrayLike,
    *,
    days: float | None = None,
    patients: float | None = None,
    shifts: float | None = None,
    true_alerts: float | None = None,
    overridden: float | None = None,
    level: float = 0.95,
) -> AlertBurden:
    """Alerts per day, per 100 patients and per clinician's shift; right, and overridden ones.

    `alerts`: one number for each day (NaN where unknown), or a total with `days`. `patients`,
    `shifts` (clinicians × shifts): how many there were in that time. `true_alerts`, `overridden`:
    of all alerts. Rates have exact Poisson intervals, or score intervals widened by the dispersion
    of daily counts where that is above 1; proportions Wilson's.

    Refusal: no day. ValueError: more true or overridden alerts than alerts, a count below zero.

    >>> found = alert_burden(420, days=30, patients=1500, true_alerts=63, overridden=350)
    >>> round(float(found.per_day.estimate), 1), round(float(found.number_needed.estimate), 1)
    (14.0, 6.7)
    """
    daily = np.asarray(alerts, dtype=np.float64)
    if (daily < 0).any() or np.isinf(daily).any():
        raise ValueError("Numbers of alerts are finite and not below zero.")
    if (daily[np.isfinite(daily)] % 1 != 0).any():
        raise ValueError("Alerts are whole.")
    if daily.ndim > 1 or (daily.ndim == 1) == (days is not None):
        raise ValueError("Give one number of alerts a day, or their total and the days.")
    counts = daily[np.isfinite(daily)]
    length = float(counts.size) if days is None else float(days)
    if length <= 0 or counts.size == 0:
        raise Refusal("no_exposure", "There is no day to count alerts in.")
    total, warnings, dispersion = float(counts.sum()), [], None
    if daily.ndim == 1 and counts.size > 1 and total > 0:
        dispersion = float(counts.var(ddof=1) / counts.mean())
        if counts.size < ENOUGH_DAYS:
            text = f"{counts.size} days say little about how much days differ."
            facts = {"days": counts.size, "enough": ENOUGH_DAYS}
            warnings.append(Remark("few_days", text, facts))
    if dispersion is None:
        text = "Only a total is known: alerts that come in bursts make the interval too short."
        warnings.append(Remark("total_only", text, {}))
    phi = 1.0 if dispersion is None else max(dispersion, 1.0)

    def each(exposure: float | None, per: float = 1.0) -> Interval | None:
        if exposure is None:
            return None
        if phi > 1:
            return rate(total / phi, exposure / phi, method="score", level=level, per=per)
        return rate(total, exposure, level=level, per=per)

    def share(count: float | None) -> Interval | None:
        if count is None or total == 0:
            return None
        return proportion(count, total, level=level)

    ppv = share(true_alerts)
    per_day = each(length)
    assert per_day is not None
    return AlertBurden(
        alerts=int(total),
        days=length,
        per_day=per_day,
        per_100_patients=each(patients, 100.0),
        per_shift=each(shifts),
        ppv=ppv,
        number_needed=None if ppv is None else _inverted(ppv),
        override_rate=share(overridden),
        dispersion=dispersion,
        level=level,
        method="quasi-Poisson score" if phi > 1 else "exact Poisson",
        assumptions=(
            Remark("alerts", "Alerts count, not patients: one patient may set off many.", {}),
        ),
        warnings=tuple(warnings),
    )


def _inverted(found: Interval) -> Interval:
    def over(share: Floats) -> Floats:
        return np.array(1 / float(share) if share > 0 else np.inf)[()]

    return Interval(
        estimate=over(found.estimate), lower=over(found.upper),
        upper=over(found.lower), level=found.level, side="both", n=found.n,
        method=f"1 / PPV by {found.method}", assumptions=found.assumptions,
    )  # fmt: skip
