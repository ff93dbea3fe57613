"""The units of a key result and of the metric that measures it."""

from __future__ import annotations

from okrs.goals.models import KeyResult
from pilots.metrics.figures import RangeFigures, UnitOfMeasure, unit_of, unit_of_range
from pilots.metrics.models import Metric


def units_of(key_result: KeyResult, metric: Metric) -> tuple[UnitOfMeasure, UnitOfMeasure]:
    """The metric's unit and the key result's."""
    source = unit_of(metric)
    target = unit_of_range(
        key_result.measure_unit, key_result.start, key_result.target, beside=source
    )
    return source, target


def figures_of(key_result: KeyResult) -> RangeFigures:
    """How the key result's numbers are written."""
    return RangeFigures(key_result.start, key_result.target, key_result.measure_unit)
