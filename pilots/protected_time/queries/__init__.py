"""Reads of promised time: one's own weeks, and what is shown of everybody's."""

from pilots.protected_time.queries.backfills import (
    backfills_of,
    covered_by,
    current_backfill,
    lines_for,
    with_cover,
)
from pilots.protected_time.queries.promised import (
    AHEAD,
    PersonLoad,
    UnitLoad,
    own_unit,
    planned_units,
    unit_load,
)
from pilots.protected_time.queries.readings import (
    chiefs_of,
    of_pilot,
    of_unit,
    of_units_of,
    too_little,
    too_little_of,
)
from pilots.protected_time.queries.weeks import (
    OwnWeek,
    asked_now,
    calendar_promises,
    own_promises,
    own_said,
    own_weeks,
    silent_people,
    with_notes,
)

__all__ = [
    "AHEAD",
    "OwnWeek",
    "PersonLoad",
    "UnitLoad",
    "asked_now",
    "backfills_of",
    "calendar_promises",
    "chiefs_of",
    "covered_by",
    "current_backfill",
    "lines_for",
    "of_pilot",
    "of_unit",
    "of_units_of",
    "own_promises",
    "own_unit",
    "own_said",
    "own_weeks",
    "planned_units",
    "silent_people",
    "too_little",
    "too_little_of",
    "unit_load",
    "with_cover",
    "with_notes",
]
