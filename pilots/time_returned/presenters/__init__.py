"""Hours given back in words, as a chart and as JSON."""

from pilots.time_returned.presenters.as_json import (
    AccountRowOut,
    AccountTotalOut,
    PilotHoursOut,
    TimeDeclarationOut,
    TotalOut,
)
from pilots.time_returned.presenters.experience import ExperienceShown, experience_shown
from pilots.time_returned.presenters.touch import (
    HumanTouchOut,
    lines_of,
    not_known,
    touch_as_json,
)
from pilots.time_returned.presenters.where import WentShown, WhereShown, went_shown, where_shown
from pilots.time_returned.presenters.words import (
    WAYS,
    chart_of,
    period_lines,
    quarters_shown,
    remarks,
    row_said,
    sentence,
    total_sentence,
    unit_lines,
)

__all__ = [
    "AccountRowOut",
    "AccountTotalOut",
    "ExperienceShown",
    "HumanTouchOut",
    "PilotHoursOut",
    "TimeDeclarationOut",
    "TotalOut",
    "WAYS",
    "WentShown",
    "WhereShown",
    "chart_of",
    "experience_shown",
    "lines_of",
    "not_known",
    "period_lines",
    "quarters_shown",
    "remarks",
    "row_said",
    "sentence",
    "total_sentence",
    "touch_as_json",
    "unit_lines",
    "went_shown",
    "where_shown",
]
