"""Measurements from one statement: a row for each period, and never a row about a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from innovation.web.identifiers import is_nhs_number
from pilots.connectors.errors import BadAnswer, Who
from pilots.connectors.fields import Config
from pilots.connectors.kind import ConnectionTest, Visit
from pilots.connectors.measurement import Cadence
from pilots.connectors.rows import PARTS, MappedRow, SeriesBuilder
from pilots.connectors.sql import statement, systems

# More rows than these for one period are cases and not totals: by hour of a month and a few wards, where
# rows are added up; where they are not, a period has one.
MOST_A_PERIOD = 2_000
MOST_OF_ONE = 10
_OF_A_PERSON = re.compile(
    r"""(?:^|[_\W])(?:
        (?:nhs|mrn|chi|nhi|ssn|medicare|medicaid|patient|person|pat|member|insurance|hospital|social_security)
            [_\W]*(?:id|ids|no|nr|num|number|key|identifier|name|uuid|guid)
        | mrn | ssn | nhi | dob | empi | surname | forename | postcode | zip(?:_?code)? | e_?mail | phone
        | (?:first|last|full|family|given|maiden|patient)_?names?
        | (?:date_of_birth|birth_?(?:date|day)|born(?:_on)?)
    )(?:$|[_\W])""",
    re.VERBOSE | re.IGNORECASE,
)


def read(visit: Visit, series: SeriesBuilder) -> None:
    """The rows of the window: all of them or none."""
    config, window = visit.config, series.window
    found = systems.ask(
        visit,
        statement.prepared(str(config["statement"])),
        window.start,
        window.end,
        zone=str(series.rules.zone(window)),
    )
    mapped = _places(config, found.columns)
    _refuse_persons(found)
    rows = [
        MappedRow(f"row {number}", **{part: _cell(row[place]) for part, place in mapped.items()})
        for number, row in enumerate(found.rows, start=1)
    ]
    _refuse_cases(rows, series)
    # What a cell leaves open the column decides, so it is looked at before the first row is read.
    series.look_at(rows, found.columns[mapped["period"]])
    for row in rows:
        series.add(row)


def test_connection(visit: Visit) -> ConnectionTest:
    """Whether the database answers and lets us in."""
    systems.greeted(visit)
    return ConnectionTest("The database answers and lets us in. What is asked here can only read.")


def column_problem(name: str) -> str:
    """What is wrong with a column, by its name, or nothing."""
    if _OF_A_PERSON.search(name):
        return f"“{name}” seems to say who somebody is. Counts and averages for each period are enough."
    return ""


def _places(config: Config, columns: tuple[str, ...]) -> dict[str, int]:
    """Which column each part is in; the statement gives these and no others."""
    names = {part: str(config[part]) for part in ("period", *PARTS) if config.get(part)}
    places = {part: _place(name, columns) for part, name in names.items()}
    for place, column in enumerate(columns):
        if place not in places.values():
            raise BadAnswer(
                column_problem(column)
                or f"The statement gives a column “{column}” that the metric does not use. Select only what is"
                " counted, so that nothing else leaves the database.",
                code="columns",
                who=Who.METRIC_OWNER,
            )
    return places


def _place(name: str, columns: tuple[str, ...]) -> int:
    for same in (str, str.casefold):
        fits = [place for place, column in enumerate(columns) if same(column) == same(name)]
        if len(fits) == 1:
            return fits[0]
    given = ", ".join(f"“{column}”" for column in columns) or "none"
    raise BadAnswer(
        f"There is no column “{name}” in what the statement gives, or more than one. It gives {given}. Correct the"
        " statement or the metric; perhaps the table was changed.",
        code="columns",
        who=Who.METRIC_OWNER,
    )


def _cell(cell: object) -> object:
    """A cell as rows are read: a day or a moment as text, what is empty as nothing."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        if cell.tzinfo is not None:
            return cell.isoformat(timespec="seconds")
        return cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else cell


def _refuse_persons(found: systems.RowsGiven) -> None:
    for place, column in enumerate(found.columns):
        cells = [row[place] for row in found.rows if row[place] is not None]
        named = column_problem(column)
        if not named and cells and all(_is_number_of_a_person(cell) for cell in cells):
            named = f"The cells of “{column}” look like NHS numbers."
        if named:
            raise BadAnswer(
                f"{named} Nothing of it was kept.", code="patient_rows", who=Who.METRIC_OWNER
            )


def _is_number_of_a_person(cell: object) -> bool:
    text = str(cell).removesuffix(".0")
    return len(text) == 10 and text.isascii() and text.isdecimal() and is_nhs_number(text)


def _refuse_cases(rows: Iterable[MappedRow], series: SeriesBuilder) -> None:
    cadence, sums = series.rules.cadence, series.rules.sums
    counts = Counter(_begins(row.period, cadence) for row in rows)
    period, most = max(counts.items(), key=lambda pair: pair[1], default=("", 0))
    if most > (MOST_A_PERIOD if sums else MOST_OF_ONE):
        raise BadAnswer(
            f"The statement gives {most:,} rows for the period of {period}: that is a list of cases and no total."
            " Nothing of it was kept. Count them there, with GROUP BY.",
            code="patient_rows",
            who=Who.METRIC_OWNER,
        )


def _begins(cell: object, cadence: Cadence) -> str:
    """The period of a cell that is a day, as far as that can be seen; else the cell."""
    text = str(cell)
    try:
        return str(cadence.starts(date.fromisoformat(text[:10])))
    except ValueError:
        return text
