"""Observations from a CSV file, uploaded or fetched from an address."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pilots.connectors import credentials, table
from pilots.connectors.errors import BadConfig
from pilots.connectors.http import Door
from pilots.connectors.observation import (
    Cadence,
    Measure,
    Observation,
    Rejected,
    Tally,
    Window,
)
from pilots.connectors.preview import Preview, of_file
from pilots.connectors.rows import Book, Row, Rules
from pilots.connectors.table import Line, Table

PARTS = ("numerator", "denominator", "value", "n")


def observe_upload(
    config: Mapping[str, Any],
    window: Window,
    *,
    cadence: Cadence | str,
    measure: Measure | str,
    door: Door,
    secrets: Mapping[str, str],
    content: bytes | Path | None = None,
    tally: Tally | None = None,
) -> Iterator[Observation | Rejected]:
    """The observations of an uploaded file; `door` and `secrets` are not needed."""
    if content is None:
        raise BadConfig("This source has no file yet. Upload one on the source's page.")
    tally = tally if tally is not None else Tally()
    yield from _read(config, window, cadence, measure, content, tally).close()


def observe_url(
    config: Mapping[str, Any],
    window: Window,
    *,
    cadence: Cadence | str,
    measure: Measure | str,
    door: Door,
    secrets: Mapping[str, str],
    content: bytes | Path | None = None,
    tally: Tally | None = None,
) -> Iterator[Observation | Rejected]:
    """The observations of the file at the source's address."""
    tally = tally if tally is not None else Tally()
    fetched = fetch(config, door=door, secrets=secrets)
    tally.requests, tally.bytes = door.requests, door.bytes
    yield from _read(config, window, cadence, measure, fetched, tally).close()


def fetch(
    config: Mapping[str, Any], *, door: Door, secrets: Mapping[str, str] | None = None
) -> bytes:
    """The file at the source's address."""
    answer = door.get(
        config["url"],
        credentials=credentials.headers(config, secrets or {}),
        accept="text/csv, text/plain;q=0.9, */*;q=0.5",
    )
    answer.refuse_nothing()
    answer.refuse_web_page("a CSV file")
    return answer.content


def preview(content: bytes | Path) -> Preview:
    """The columns and first rows of a file, with a guess at their mapping."""
    return of_file(content)


def observe_all(
    config: Mapping[str, Any],
    window: Window,
    *,
    cadence: Cadence | str,
    measure: Measure | str,
    content: bytes | Path,
    tally: Tally | None = None,
) -> Iterator[tuple[str, Observation | Rejected]]:
    """Every series of the file in one reading, as (entity, item), ordered by entity."""
    tally = tally if tally is not None else Tally()
    opened = table.read(content)
    mapping = _Mapping(config, opened)
    if mapping.entity is None:
        raise BadConfig("Choose the column that says which unit or organisation a row is about.")
    rules = Rules.of(config, cadence, measure)
    books: dict[str, Book] = {}
    for line in _wanted(opened, mapping, tally):
        entity = line.cell(mapping.entity)
        book = books.setdefault(entity, Book(rules, window, tally))
        if not entity and not line.problem:
            line = line.refused(f"The column “{opened.columns[mapping.entity]}” is empty.")
        mapping.enter(line, book)
    for entity in sorted(books):
        for item in books[entity].close():
            yield entity, item


def _read(
    config: Mapping[str, Any],
    window: Window,
    cadence: Cadence | str,
    measure: Measure | str,
    content: bytes | Path,
    tally: Tally,
) -> Book:
    opened = table.read(content)
    mapping = _Mapping(config, opened)
    book = Book(Rules.of(config, cadence, measure), window, tally)
    wanted_entity = str(config.get("entity_value") or "").strip()
    for line in _wanted(opened, mapping, tally):
        if (
            mapping.entity is not None
            and not line.problem
            and line.cell(mapping.entity) != wanted_entity
        ):
            tally.received += 1
            tally.filtered += 1
        else:
            mapping.enter(line, book)
    return book


def _wanted(opened: Table, mapping: "_Mapping", tally: Tally) -> Iterator[Line]:
    for note in opened.notes:
        tally.note(note)
    for line in opened.lines():
        if not line.problem and not mapping.passes(line):
            tally.received += 1
            tally.filtered += 1
        else:
            yield line


class _Mapping:
    """A metric's column mapping, resolved against the columns that the file really has."""

    def __init__(self, config: Mapping[str, Any], opened: Table) -> None:
        self._columns = opened.columns
        self.date = self._find(config.get("date"), "date")
        self.parts = {part: self._find(config[part], part) for part in PARTS if config.get(part)}
        self.entity = (
            self._find(config["entity_column"], "unit or organisation")
            if config.get("entity_column")
            else None
        )
        self.filters = [
            (self._find(one.get("column"), "filter"), str(one.get("equals", "")).strip())
            for one in config.get("filters") or []
        ]

    def passes(self, line: Line) -> bool:
        return all(line.cell(column) == equals for column, equals in self.filters)

    def enter(self, line: Line, book: Book) -> None:
        if line.problem:
            book.refuse(line.number, line.text(self._mapped()), line.problem)
        else:
            parts = {part: line.cell(column) for part, column in self.parts.items()}
            book.add(Row(line.number, line.cell(self.date), **parts))

    def _mapped(self) -> list[int]:
        return [self.date, *self.parts.values()]

    def _find(self, wanted: Any, role: str) -> int:
        name = str(wanted or "").strip()
        if not name:
            raise BadConfig(f"Choose the column that holds the {role}.")
        folded = name.casefold()
        for position, column in enumerate(self._columns):
            if column == name:
                return position
        for position, column in enumerate(self._columns):
            if column.casefold() == folded:
                return position
        shown = ", ".join(f"“{column}”" for column in self._columns[:12])
        more = f" and {len(self._columns) - 12} more" if len(self._columns) > 12 else ""
        raise BadConfig(
            f"The file has no column “{name[:60]}” for the {role}. It has {shown}{more}. Choose "
            "one of them in the column mapping, or provide the file with its former columns."
        )
