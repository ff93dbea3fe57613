"""An index page: the app's tables in the order of the flow. Django reads it; nobody imports it."""

from pilots.evidence.models import Alarm
from pilots.funding.models import Award, BudgetLine, Fund, LedgerEntry, Request
from pilots.gates.models import GateReview
from pilots.lifecycle.models import LogEntry, Pilot, TeamMember
from pilots.metrics.models import (
    Metric,
    MetricVersion,
    Observation,
    Pull,
    QuarantinedRow,
    Revision,
    Source,
    SourceFile,
)
from pilots.staffing.models import Allocation

__all__ = [
    "Pilot",
    "TeamMember",
    "LogEntry",
    "Allocation",
    "Fund",
    "Request",
    "BudgetLine",
    "Award",
    "LedgerEntry",
    "Source",
    "SourceFile",
    "Metric",
    "MetricVersion",
    "Pull",
    "QuarantinedRow",
    "Observation",
    "Revision",
    "Alarm",
    "GateReview",
]
