"""The kind table: what a source can be, how it is set up, and how it is read.

A new kind is a module with an `observe` beside its neighbours and a row here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Protocol

from pilots.connectors import (
    credentials,
    csv_file,
    fhir_counts,
    placeholders,
    rest_json,
    target,
)
from pilots.connectors.errors import BadConfig, SourceError
from pilots.connectors.fields import Field
from pilots.connectors.http import Door
from pilots.connectors.observation import (
    Cadence,
    Measure,
    Observation,
    Rejected,
    Tally,
    Window,
)

NO_SECRETS: Mapping[str, str] = {}


class Observe(Protocol):
    """What every kind's module provides."""

    def __call__(
        self,
        config: Mapping[str, Any],
        window: Window,
        *,
        cadence: Cadence | str,
        measure: Measure | str,
        door: Door,
        secrets: Mapping[str, str],
        content: bytes | Path | None = None,
        tally: Tally | None = None,
    ) -> Iterator[Observation | Rejected]: ...


Check = Callable[[Mapping[str, Any], str | None], dict[str, str]]


@dataclass(frozen=True)
class Kind:
    """One kind of source."""

    key: str
    label: str
    description: str
    fields: tuple[Field, ...]
    read: Observe
    check: Check
    needs_content: bool = False

    @property
    def source_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.scope == "source")

    @property
    def metric_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.scope == "metric")

    def observe(
        self,
        config: Mapping[str, Any],
        window: Window,
        *,
        cadence: Cadence | str,
        measure: Measure | str,
        door: Door,
        secrets: Mapping[str, str] = NO_SECRETS,
        content: bytes | Path | None = None,
        tally: Tally | None = None,
    ) -> Iterator[Observation | Rejected]:
        """What the source says about a window; every SourceError comes before the first item."""
        problems = self.problems(config, measure=str(measure))
        if problems:
            name, sentence = next(iter(problems.items()))
            label = next((field.label for field in self.fields if field.name == name), "")
            raise BadConfig(f"{label}: {sentence}" if label else sentence)
        yield from self.read(
            config,
            window,
            cadence=cadence,
            measure=measure,
            door=door,
            secrets=secrets,
            content=content,
            tally=tally,
        )

    def clean(self, values: Mapping[str, Any], *, scope: str) -> dict[str, Any]:
        """The settings of one scope as they are kept: stripped, filled up, without secrets."""
        return {
            field.name: _clean(field, values.get(field.name))
            for field in self.fields
            if field.scope == scope and not field.secret
        }

    def secrets(self, values: Mapping[str, Any]) -> dict[str, str]:
        """The secrets that were entered; those left empty stay what they were."""
        return {
            field.name: str(values[field.name]).strip()
            for field in self.fields
            if field.secret and str(values.get(field.name) or "").strip()
        }

    def problems(
        self, values: Mapping[str, Any], *, scope: str | None = None, measure: str | None = None
    ) -> dict[str, str]:
        """What is wrong with the settings: field name (or "" for all) and a sentence."""
        found: dict[str, str] = {}
        names = {field.name for field in self.fields if scope in (None, field.scope)}
        for field in self.fields:
            if field.name in names and not field.secret:
                sentence = _problem(field, values)
                if sentence:
                    found[field.name] = sentence
        if scope in (None, "metric"):
            found |= {
                name: sentence
                for name, sentence in _rules_problems(values).items()
                if name in names and name not in found
            }
        for name, sentence in self.check(values, measure if scope != "source" else None).items():
            if (not name or name in names) and name not in found:
                found[name] = sentence
        return found


def get(key: str) -> Kind:
    """The kind of that key."""
    return KINDS[key]


def _clean(field: Field, value: Any) -> Any:
    if field.type == "flag":
        return value in (True, "true", "on", "1", 1)
    if field.type == "filters":
        return [
            {
                "column": str(one.get("column", "")).strip(),
                "equals": str(one.get("equals", "")).strip(),
            }
            for one in value or []
            if isinstance(one, Mapping) and str(one.get("column", "")).strip()
        ]
    if field.type == "headers":
        return {str(name).strip(): str(text).strip() for name, text in dict(value or {}).items()}
    return str(value if value is not None else "").strip() or field.default


def _problem(field: Field, values: Mapping[str, Any]) -> str:
    value = values.get(field.name)
    if field.only_if and str(values.get(field.only_if[0]) or "none") not in field.only_if[1]:
        return ""
    if value in (None, "", [], {}):
        return "This is needed." if field.required or field.only_if else ""
    if field.type in ("flag", "filters"):
        return _shape_problem(field, value)
    if field.type == "headers":
        return rest_json.header_problem(value)
    if not isinstance(value, str):
        return "This is not text."
    if len(value) > 2000:
        return "This is longer than 2,000 characters."
    if not all(character.isprintable() for character in value):
        return "There is an invisible character in it. Enter it again."
    if field.type == "choice" and value not in dict(field.choices):
        return "Choose one of the options."
    try:
        if field.type == "url":
            target.parse(value)
        elif field.type == "expression":
            rest_json.compiled(value)
    except SourceError as error:
        return error.sentence
    return fhir_counts.query_problem(value) if field.type == "query" else ""


def _shape_problem(field: Field, value: Any) -> str:
    if field.type == "flag":
        return "" if isinstance(value, bool) else "This is yes or no."
    if not isinstance(value, list) or len(value) > 10:
        return "A filter is a column and a value; at most ten."
    for one in value:
        if not isinstance(one, Mapping) or not str(one.get("column") or "").strip():
            return "Choose the column that the filter looks at."
    return ""


def _rules_problems(values: Mapping[str, Any]) -> dict[str, str]:
    per = str(values.get("per") or "1")
    try:
        factor = Decimal(per) if len(per) <= 20 else Decimal(0)
    except InvalidOperation:
        factor = Decimal(0)
    if not (factor.is_finite() and 0 < factor <= 1_000_000):
        return {"per": "Enter a number such as 1, 100 or 1000."}
    return {}


def _parts_problem(values: Mapping[str, Any], measure: str | None) -> dict[str, str]:
    """Whether the parts that the measure needs are mapped."""
    has = {part: bool(values.get(part)) for part in ("numerator", "denominator", "value")}
    if measure == Measure.PROPORTION:
        return {
            part: f"A proportion needs a {part}."
            for part in ("numerator", "denominator")
            if not has[part]
        }
    if measure == Measure.VALUE and not has["value"]:
        if not has["numerator"] and not has["denominator"]:
            return {"value": "Choose where the value is, or a numerator and a denominator."}
        return {
            part: "A ratio needs both a numerator and a denominator."
            for part in ("numerator", "denominator")
            if not has[part]
        }
    return {}


def _check_csv(values: Mapping[str, Any], measure: str | None) -> dict[str, str]:
    found = _parts_problem(values, measure)
    if values.get("entity_value") and not values.get("entity_column"):
        found["entity_column"] = "Choose the column in which this unit is named."
    return found


def _check_rest(values: Mapping[str, Any], measure: str | None) -> dict[str, str]:
    found = _parts_problem(values, measure)
    wrong = placeholders.problem(str(values.get("path") or ""), needed=False)
    if wrong:
        found["path"] = wrong
    return found


def _check_fhir(values: Mapping[str, Any], measure: str | None) -> dict[str, str]:
    if measure == Measure.PROPORTION and not values.get("denominator_query"):
        return {"denominator_query": "A proportion needs a search that counts all cases."}
    return {}


_PER = Field(
    "per",
    "Per",
    help="For a ratio: 1000 for falls per 1,000 bed days. Proportions leave it at 1.",
    scope="metric",
    default="1",
)
_NEGATIVE = Field(
    "negative_ok",
    "Values below zero are possible",
    help="Otherwise a negative number is refused as a mistake.",
    scope="metric",
    type="flag",
)
_DATE_FORMAT = Field(
    "date_format",
    "Dates are written",
    scope="metric",
    type="choice",
    choices=(
        ("iso", "2026-03-31, 2026-03 or Mar 2026"),
        ("day_first", "31/03/2026"),
        ("month_first", "03/31/2026"),
    ),
    default="iso",
)
_SEVERAL = Field(
    "several_rows",
    "Several rows for one period",
    help="Counts may be added up. Averages must not be: leave this as it is for them.",
    scope="metric",
    type="choice",
    choices=(("refuse", "Refuse them"), ("sum", "Add them up")),
    default="refuse",
)
_COLUMNS = (
    Field("date", "Date", scope="metric", type="column", required=True),
    Field(
        "numerator",
        "Numerator",
        help="How many of them: for example waits over four hours.",
        scope="metric",
        type="column",
    ),
    Field(
        "denominator",
        "Denominator",
        help="Out of how many: for example all attendances.",
        scope="metric",
        type="column",
    ),
    Field(
        "value", "Value", help="A number that is measured as it is.", scope="metric", type="column"
    ),
    Field("n", "How many it rests on", scope="metric", type="column"),
    Field("filters", "Only rows where", scope="metric", type="filters"),
    Field("entity_column", "Unit or organisation", scope="metric", type="column"),
    Field("entity_value", "Which one", scope="metric"),
    _DATE_FORMAT,
    Field(
        "decimal_mark",
        "Numbers are written",
        scope="metric",
        type="choice",
        choices=((".", "1,234.5"), (",", "1.234,5")),
        default=".",
    ),
    _SEVERAL,
    _PER,
    _NEGATIVE,
)


def _expression(name: str, label: str, help: str = "", *, required: bool = False) -> Field:
    return Field(name, label, help, scope="metric", type="expression", required=required)


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "csv_upload",
            "CSV file, uploaded",
            "A file that somebody exports and uploads here.",
            _COLUMNS,
            csv_file.observe_upload,
            _check_csv,
            needs_content=True,
        ),
        Kind(
            "csv_url",
            "CSV file, fetched",
            "A file that another system keeps at an address.",
            (
                Field(
                    "url",
                    "Address of the file",
                    type="url",
                    required=True,
                    placeholder="https://reports.example.org/exports/claims.csv",
                ),
                *credentials.FIELDS,
                *_COLUMNS,
            ),
            csv_file.observe_url,
            _check_csv,
        ),
        Kind(
            "rest_json",
            "REST or JSON",
            "An interface that answers with totals in JSON.",
            (
                Field(
                    "base_url",
                    "Base address",
                    type="url",
                    required=True,
                    placeholder="https://reports.example.org/api/v1",
                ),
                *credentials.FIELDS,
                Field("headers", "Further headers", type="headers"),
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
                _expression("value", "Value", "Within a row."),
                _expression("numerator", "Numerator", "Within a row."),
                _expression("denominator", "Denominator", "Within a row."),
                _expression("n", "How many it rests on", "Within a row."),
                _expression(
                    "next", "Next page", "JMESPath to the address of the next page, if any."
                ),
                _expression(
                    "total", "Number of rows", "If the answer promises one, it is checked."
                ),
                _DATE_FORMAT,
                _SEVERAL,
                _PER,
                _NEGATIVE,
            ),
            rest_json.observe,
            _check_rest,
        ),
        Kind(
            "fhir_counts",
            "FHIR R4, search counts",
            "A FHIR server is asked how many resources match, for each period. Only counts leave "
            "the hospital, never a record.",
            (
                Field(
                    "base_url",
                    "Base address",
                    type="url",
                    required=True,
                    placeholder="https://fhir.example.org/r4",
                ),
                *credentials.FIELDS,
                Field(
                    "numerator_query",
                    "Search for the numerator",
                    "{start} is the first day of the period, {end} the first day after it.",
                    scope="metric",
                    type="query",
                    required=True,
                    placeholder="Claim?status=active&created=ge{start}&created=lt{end}",
                ),
                Field(
                    "denominator_query",
                    "Search for the denominator",
                    "All cases that the numerator is a part of. Left empty, the count itself is "
                    "the value.",
                    scope="metric",
                    type="query",
                    placeholder="Encounter?status=finished&date=ge{start}&date=lt{end}",
                ),
                _PER,
            ),
            fhir_counts.observe,
            _check_fhir,
        ),
    )
}
