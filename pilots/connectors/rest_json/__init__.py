"""A REST interface that answers with totals in JSON."""

from collections.abc import Mapping
from typing import Literal

from pilots.connectors import credentials, placeholders, row_settings
from pilots.connectors.fields import Config, Field
from pilots.connectors.kind import SourceKind
from pilots.connectors.rest_json import paging, reading

SHOWN_FOR: Mapping[str, Literal["value", "proportion"]] = {
    "value": "value",
    "n": "value",
    "expected": "proportion",
}


def _expression(
    name: str, label: str, help: str, *, required: bool = False, part: bool = False
) -> Field:
    return Field(
        name,
        label,
        help,
        scope="metric",
        type="code",
        required=required,
        check=reading.expression_problem,
        may_be_required=part,
        shown_for=SHOWN_FOR.get(name, ""),
        seldom=name == "expected",
    )


def _check(values: Config, measure: str | None) -> dict[str, str]:
    problems = {**row_settings.parts_problems(values, measure), **paging.problems(values)}
    wrong = placeholders.problem(str(values.get("path") or ""), needed=False)
    return {**problems, "path": wrong} if wrong else problems


# One question for all of them, where the address says which days are wanted.
PERIODS_AT_ONCE = 1_100


def _at_once(settings: Config) -> int | None:
    return PERIODS_AT_ONCE if "{start}" in str(settings.get("path")) else None


KIND = SourceKind(
    key="rest_json",
    label="REST or JSON",
    description="An interface that answers with totals in JSON.",
    fields=(
        Field(
            "base_url",
            "Base address",
            type="url",
            required=True,
            placeholder="https://reports.example.org/api/v1",
        ),
        *credentials.FIELDS,
        Field("headers", "Further headers", type="headers"),
        row_settings.TIME_ZONE,
        Field(
            "path",
            "Path",
            "What follows the base address. {start} is the first day wanted, {end} the day "
            "after the last, {last} the last.",
            scope="metric",
            required=True,
            placeholder="/ehr-usage/weekly?from={start}&to={last}",
        ),
        _expression("rows", "Rows", "JMESPath to the list of rows.", required=True),
        _expression("period", "Period", "The date, within a row.", required=True),
        _expression("value", "Value", "Within a row.", part=True),
        _expression("numerator", "Numerator", "Within a row.", part=True),
        _expression("denominator", "Denominator", "Within a row.", part=True),
        _expression("n", "How many it rests on", "Within a row."),
        _expression("expected", row_settings.EXPECTED.label, row_settings.EXPECTED.help),
        _expression(
            "next", "Next page", "JMESPath to the address of the next page, or to its token."
        ),
        _expression("total", "Number of rows", "If the answer promises one, it is checked."),
        *paging.FIELDS,
        row_settings.DATE_FORMAT,
        row_settings.WEEK_DAYS,
        row_settings.DECIMAL_MARK,
        row_settings.MISSING,
        row_settings.SEVERAL_ROWS,
        row_settings.PER,
        row_settings.NEGATIVE_OK,
    ),
    read=reading.read,
    test=reading.test_connection,
    check=_check,
    at_once=_at_once,
)
