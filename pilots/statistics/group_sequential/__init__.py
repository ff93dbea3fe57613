"""Looks planned beforehand: boundaries, what they cost, and what to report after stopping.

    spending   how much of alpha may be used by when (Lan and DeMets)
    designs    boundaries: O'Brien-Fleming, Pocock, Wang-Tsiatis, Haybittle-Peto, from spending
    futility   a lower boundary beside the upper one, from spending beta
    operating  power, sample size against a single look, expected sample size, naive peeking
    reporting  repeated intervals; p-value, estimate and interval after stopping
    crossing   the recursive numerical integration under all of them

Units. A boundary is on the scale of z. Information is the precision of the estimate, 1/variance,
and is given as a share of the planned maximum; the looks need not be equally far apart. Drift is
the mean of z at full information: the true effect over its standard error there.

Two-sided designs are symmetric and `alpha` is the error of both sides together (rpact, ldbounds
and Jennison & Turnbull say it so; gsDesign's alpha is that of one side: give twice that).
"""

from pilots.statistics.group_sequential.crossing import Exits, exit_probabilities
from pilots.statistics.group_sequential.designs import (
    SequentialDesign,
    design_of,
    haybittle_peto,
    obrien_fleming,
    pocock,
    spending_design,
    wang_tsiatis,
)
from pilots.statistics.group_sequential.futility import futility_design
from pilots.statistics.group_sequential.operating import (
    Cost,
    Operating,
    Peeking,
    cost,
    drift_for_power,
    inflation,
    operating,
    peeking,
)
from pilots.statistics.group_sequential.reporting import (
    AfterStopping,
    after_stopping,
    repeated_intervals,
)
from pilots.statistics.group_sequential.spending import alpha_spent

__all__ = [
    "AfterStopping",
    "Cost",
    "SequentialDesign",
    "Exits",
    "Operating",
    "Peeking",
    "after_stopping",
    "alpha_spent",
    "cost",
    "design_of",
    "drift_for_power",
    "exit_probabilities",
    "futility_design",
    "haybittle_peto",
    "inflation",
    "obrien_fleming",
    "operating",
    "peeking",
    "pocock",
    "repeated_intervals",
    "spending_design",
    "wang_tsiatis",
]
