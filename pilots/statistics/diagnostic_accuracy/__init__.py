"""Decision support judged: alerts, scores and predicted risks against what was true.

tables          accuracy: sensitivity, specificity, predictive values, likelihood ratios, F1 …;
                predictive_values at another prevalence; confusion at thresholds
discrimination  auroc (DeLong, Hanley–McNeil), compare_auroc of two scores
calibration     calibration: slope, intercept, O:E, Brier score and skill, the curve
alerts          alert_burden: per day, patient and shift; number needed to evaluate; overrides
decision_curve  net_benefit
"""

from pilots.statistics.diagnostic_accuracy.alerts import AlertBurden, alert_burden
from pilots.statistics.diagnostic_accuracy.calibration import Calibration, Curve, calibration
from pilots.statistics.diagnostic_accuracy.decision_curve import NetBenefit, net_benefit
from pilots.statistics.diagnostic_accuracy.discrimination import (
    AurocComparison,
    auroc,
    compare_auroc,
    compare_auroc_unpaired,
    variance_hanley_mcneil,
)
from pilots.statistics.diagnostic_accuracy.tables import (
    Accuracy,
    PredictiveValues,
    accuracy,
    confusion,
    predictive_values,
)

__all__ = [
    "Accuracy",
    "AlertBurden",
    "AurocComparison",
    "Calibration",
    "Curve",
    "NetBenefit",
    "PredictiveValues",
    "accuracy",
    "alert_burden",
    "auroc",
    "calibration",
    "compare_auroc",
    "compare_auroc_unpaired",
    "confusion",
    "net_benefit",
    "predictive_values",
    "variance_hanley_mcneil",
]
