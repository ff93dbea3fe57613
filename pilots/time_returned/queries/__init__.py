"""What there is to know of hours given back: of one pilot now, and of many as they were made up."""

from pilots.time_returned.queries.asking import ASK_AGAIN, DueToAsk, due_to_ask
from pilots.time_returned.queries.experience import ExperienceSeries, experience_of
from pilots.time_returned.queries.hours import (
    AccountBasis,
    PilotHours,
    bases,
    current,
    declarations,
    hours_of,
    is_count,
    is_time,
    made_up,
)
from pilots.time_returned.queries.totals import (
    Together,
    UnitTogether,
    by_month,
    by_unit,
    narrowed,
    total,
)
from pilots.time_returned.queries.touch import (
    Heard,
    HeardSeries,
    HumanTouch,
    human_touch,
    questions,
)
from pilots.time_returned.queries.where import (
    INSTRUMENT,
    STEPS,
    USES,
    Went,
    asked_of,
    went,
)

__all__ = [
    "ASK_AGAIN",
    "AccountBasis",
    "DueToAsk",
    "ExperienceSeries",
    "Heard",
    "HeardSeries",
    "HumanTouch",
    "INSTRUMENT",
    "PilotHours",
    "STEPS",
    "Together",
    "USES",
    "UnitTogether",
    "Went",
    "asked_of",
    "bases",
    "by_month",
    "by_unit",
    "current",
    "declarations",
    "due_to_ask",
    "experience_of",
    "hours_of",
    "human_touch",
    "is_count",
    "is_time",
    "made_up",
    "narrowed",
    "questions",
    "total",
    "went",
]
