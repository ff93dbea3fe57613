"""Decision curves: is acting on a risk above a threshold better than acting on all or on nobody?

Net benefit counts true positives, less false positives at the odds of the threshold: who acts at
20 % takes four false alarms for one hit.

Sources: Vickers and Elkin, Medical Decision Making 26 (2006) 565. Vickers, Van Calster, Steyerberg,
Diagnostic and Prognostic Research 3 (2019) 18.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.diagnostic_accuracy.tables import confusion, scored
from pilots.statistics.intervals.interval import normal_quantile, tail_of
from pilots.statistics.series import Floats, Refusal, Remark


@dataclass(frozen=True, eq=False)
class NetBenefit:
    """Net benefit at each threshold (arrays of its shape), in true positives a patient.

    `treat_all` is acting on everybody; acting on nobody is 0. `over_default` is the gain over the
    better of these two, with no interval: read it against the interval of `net_benefit`.
    `avoided` is how many interventions fewer a patient there are than when all are treated, at the
    same number of true positives.
    """

    thresholds: Floats
    net_benefit: Floats
    lower: Floats
    upper: Floats
    treat_all: Floats
    over_default: Floats
    avoided: Floats
    n: int
    events: int
    level: float
    method: str
    assumptions: tuple[Remark, ...]


def net_benefit(
    risks: ArrayLike, outcomes: ArrayLike, thresholds: ArrayLike, *, level: float = 0.95
) -> NetBenefit:
    """TP/n − FP/n · t/(1 − t) at each threshold t, with the normal interval of that mean.

    `risks` and `outcomes` (0 or 1): (patients,), missing ones passed over; `thresholds` between 0
    and 1, as those concerned would set them, not as the data suggest. A risk at or above the
    threshold is acted on (R's dcurves: above or at).

    Refusal: no patients, no events or nothing else. ValueError: a threshold outside 0 to 1.

    >>> found = net_benefit([0.1, 0.4, 0.35, 0.8, 0.6], [0, 0, 1, 1, 0], [0.2, 0.5])
    >>> found.net_benefit.round(3).tolist(), found.treat_all.round(3).tolist()
    ([0.3, 0.0], [0.25, -0.2])
    """
    tail = tail_of(level, "both")
    p, event = scored(risks, outcomes)
    cut = np.asarray(thresholds, dtype=np.float64)
    if p.ndim != 1 or ((p < 0) | (p > 1)).any():
        raise ValueError("Give one risk between 0 and 1 a patient.")
    if not ((cut > 0) & (cut < 1)).all():
        raise ValueError("A threshold lies between 0 and 1.")
    n, events = len(event), int(event.sum())
    if events in (0, n):
        text = f"{events} of {n} patients have the event: there is nothing to decide."
        raise Refusal("no_variation", text, events=events, patients=n)
    tp, fp, _, _ = confusion(p, event.astype(np.float64), cut)
    odds = cut / (1 - cut)
    benefit = (tp - odds * fp) / n
    # Each patient adds 1, −odds or 0: the variance of their mean.
    error = np.sqrt((tp + odds**2 * fp - n * benefit**2) / (n * (n - 1)))
    share = events / n
    everybody = share - (1 - share) * odds
    half = normal_quantile(tail) * error
    return NetBenefit(
        thresholds=cut,
        net_benefit=benefit,
        lower=benefit - half,
        upper=benefit + half,
        treat_all=everybody,
        over_default=benefit - np.maximum(everybody, 0),
        avoided=(benefit - everybody) / odds,
        n=n,
        events=events,
        level=level,
        method="net benefit",
        assumptions=(
            Remark("threshold", "The threshold weighs a miss against a false alarm.", {}),
            Remark("calibrated", "Risks mean what they say: check `calibration` first.", {}),
        ),
    )
