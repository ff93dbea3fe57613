"""Which points of a chart are signals, and the icons that say it in one sign.

    mdc               Making Data Count: outside, trend, two of three, run
    icons             its variation and assurance icons; points as good or bad
    western_electric  rules 1 to 4, as qcc
    nelson            rules 1 to 8, as qcc
    anhoej            longest run and crossings, as qicharts2; exact limits in run_limits

Each takes a `ControlChart` of one series or many. Missing points are passed over; no pattern
reaches across a step of the limits. `stretch` is how a chart is read, `windows` what patterns
are made of.
"""

from pilots.statistics.rules.anhoej import Anhoej, anhoej, runs_analysis
from pilots.statistics.rules.icons import (
    Assurance,
    PointClass,
    Variation,
    assurance,
    classes,
    variation,
)
from pilots.statistics.rules.mdc import mdc
from pilots.statistics.rules.nelson import nelson
from pilots.statistics.rules.signals import (
    ImprovementDirection,
    RuleSignals,
    Signal,
    Signals,
    SignalSummary,
)
from pilots.statistics.rules.western_electric import western_electric

__all__ = [
    "Anhoej",
    "Assurance",
    "ImprovementDirection",
    "PointClass",
    "RuleSignals",
    "Signal",
    "Signals",
    "SignalSummary",
    "Variation",
    "anhoej",
    "assurance",
    "classes",
    "mdc",
    "nelson",
    "runs_analysis",
    "variation",
    "western_electric",
]
