"""The shape of what is typed about sources, their mapping, and metrics."""

from pilots.metrics.forms.amendments import AmendmentForm
from pilots.metrics.forms.by_hand import HandCountForm
from pilots.metrics.forms.json import (
    AmendmentDecisionIn,
    FileIn,
    PushedPartsIn,
    PushedRowsIn,
    SiblingsIn,
)
from pilots.metrics.forms.mapping import MappingForm
from pilots.metrics.forms.plan import MeasureChoice, MetricForm
from pilots.metrics.forms.push import PushKeyForm
from pilots.metrics.forms.siblings import SiblingForm
from pilots.metrics.forms.sources import FileForm, SourceForm
from pilots.metrics.forms.strata import SplitsForm

__all__ = [
    "AmendmentDecisionIn",
    "AmendmentForm",
    "FileForm",
    "FileIn",
    "HandCountForm",
    "MappingForm",
    "MeasureChoice",
    "MetricForm",
    "PushKeyForm",
    "PushedPartsIn",
    "PushedRowsIn",
    "SiblingForm",
    "SiblingsIn",
    "SourceForm",
    "SplitsForm",
]
