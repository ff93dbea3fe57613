"""Where numbers come from, what they mean, every pull, and every observation with its revisions."""

from pilots.metrics.models.observations import (
    Observation,
    Revision,
)
from pilots.metrics.models.plan import (
    CADENCES,
    SETTLING_WEEKS,
    Amendment,
    AmendmentQuerySet,
    ComparisonDesign,
    Dimension,
    Direction,
    Metric,
    MetricKind,
    MetricQuerySet,
    MetricRole,
    MetricVersion,
    Steadiness,
)
from pilots.metrics.models.pulls import (
    GOOD,
    UNDER_WAY,
    Pull,
    PullQuerySet,
    PullStatus,
    QuarantinedRow,
    Urgency,
)
from pilots.metrics.models.sources import (
    CheckKind,
    FetchedCopy,
    JsonPathFinds,
    Source,
    SourceCheck,
    SourceFile,
    SourcePace,
    SourceQuerySet,
)

__all__ = [
    "Amendment",
    "AmendmentQuerySet",
    "CADENCES",
    "SETTLING_WEEKS",
    "CheckKind",
    "ComparisonDesign",
    "Dimension",
    "Direction",
    "FetchedCopy",
    "GOOD",
    "JsonPathFinds",  # migrations name it by this place
    "Metric",
    "MetricKind",
    "MetricQuerySet",
    "MetricRole",
    "MetricVersion",
    "Steadiness",
    "Observation",
    "Pull",
    "PullQuerySet",
    "PullStatus",
    "QuarantinedRow",
    "Revision",
    "Source",
    "SourceCheck",
    "SourceFile",
    "SourcePace",
    "SourceQuerySet",
    "UNDER_WAY",
    "Urgency",
]
