"""An index page: the app's tables in the order of the flow. Django reads it; nobody imports it."""

from okrs.alignment.models import Contribution, Measure
from okrs.goals.models import Cycle, KeyResult, Objective

__all__ = ["Cycle", "Objective", "KeyResult", "Measure", "Contribution"]
