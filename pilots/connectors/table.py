"""A CSV file as a table: its encoding, separator, columns and lines."""

import csv
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from pilots.connectors import csv_text, headers, spreadsheets, wide
from pilots.connectors.answer import shortened
from pilots.connectors.csv_text import LONGEST_LINE, CsvText
from pilots.connectors.errors import BadAnswer, TooLarge

MOST_BYTES = 60 * 1024 * 1024  # of a spreadsheet
MOST_COLUMNS = 500
MOST_LINES = 500_000  # that are read and kept one after the other
MOST_JOINED = 20
_SEPARATORS = ",;\t|"
_SEPARATOR_NAMES = {";": "semicolons", "\t": "tabs", "|": "bars"}
_NOTE = "This looks like a note below the table, not like one of its rows."
_LOOKED_AT = 60  # lines: titles and notes above the header, and enough of the rows below
_NOTHING = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n,;"


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of the file; `problem` says why it cannot be read as a row."""

    number: int
    cells: list[str]
    problem: str = ""
    is_note: bool = False

    def cell(self, column: int) -> str:
        return self.cells[column].strip() if column < len(self.cells) else ""

    def text(self, columns: list[int]) -> str:
        return shortened(" | ".join(self.cell(column) for column in columns))

    def refused(self, problem: str) -> "FileLine":
        return replace(self, problem=problem)


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose columns are known and whose lines are read when they are asked for."""

    columns: tuple[str, ...]
    notes: tuple[str, ...]
    _text: CsvText
    _separator: str
    _skipped: int
    _width: int
    # What the columns are called by one row of the header alone.
    alone: tuple[str, ...] = ()
    # Of a spreadsheet: which sheets it has, and which this one is.
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    _layout: wide.Layout | None = None
    # Instead of all lines: these, each with its number; none of them is continued on the next.
    _some: Callable[[], Iterator[tuple[int, str]]] | None = None

    @property
    def text(self) -> CsvText | None:
        """The file as it is decoded; None where its rows are made from it."""
        return self._text if self._layout is None else None

    @property
    def skipped(self) -> int:
        """How many records there are up to and including the one with the names of the columns."""
        return self._skipped

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return self._width

    def some(self, lines: Callable[[], Iterator[tuple[int, str]]]) -> "Table":
        """The table with these lines of the file alone, in which no cell is quoted."""
        return replace(self, _some=lines)

    @property
    def separator(self) -> str:
        """What stands between two cells."""
        return self._separator

    def lines(self) -> Iterator[FileLine]:
        """Every line below the header that is not empty, or every period of one where each has a column;
        notes at the end are refused as such."""
        return self._written() if self._layout is None else self._turned(self._layout)

    def _written(self) -> Iterator[FileLine]:
        below: list[FileLine] = []
        for number, cells, problem in self._below():
            if not problem and not any(cell.strip() for cell in cells):
                continue
            line = FileLine(number, cells, problem or self._misfit(cells))
            if self._width > 2 and not problem and not any(map(str.strip, cells[1:])):
                below.append(line)  # a note below the table, unless more rows follow
                continue
            yield from below
            below.clear()
            yield line
        yield from (replace(line, problem=_NOTE, is_note=True) for line in below)

    def _turned(self, layout: wide.Layout) -> Iterator[FileLine]:
        for line in self._written():
            if line.problem:
                yield replace(line, cells=layout.keeping(line.cells))
                continue
            said = False
            for cells in layout.rows(line.cells):
                said = True
                yield FileLine(line.number, cells)
            if not said:
                yield FileLine(
                    line.number, layout.keeping(line.cells), "The row has no number for any period."
                )

    def _below(self) -> Iterator[tuple[int, list[str], str]]:
        if self._some is None:
            return islice(_records(self._text, self._separator), self._skipped, None)
        return chain.from_iterable(
            _record(number, [line], self._separator) for number, line in self._some()
        )

    def _misfit(self, cells: list[str]) -> str:
        expected, found = self._width, len(cells)
        if found < expected:
            return f"The row has {found} cells where the header has {expected}."
        if any(cell.strip() for cell in cells[expected:]):
            return (
                f"The row has {found} cells where the header has {expected}; perhaps a cell holds "
                "the separator and is not in quotes."
            )
        return ""


def read(content: bytes | Path, sheet: str = "") -> Table:
    """Find out how a file is written; raises a SourceError for what is not a table. `sheet`: of a spreadsheet,
    the one of that name."""
    _check_is_table(content)
    if spreadsheets.is_spreadsheet(csv_text.head(content, 16)):
        found = spreadsheets.read(_bytes(content), sheet)
        if not found.text.strip(",\n"):
            raise BadAnswer(
                f"The sheet “{found.name}” is empty. Choose another, or provide the file again.",
                code="empty",
            )
        text = CsvText(found.text.encode())
        return replace(_table(text, found.notes, ","), sheets=found.sheets, sheet=found.name)
    text, notes = CsvText.of(content)
    if text.start(4000).lstrip()[:15].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise BadAnswer(
            "This is a web page, not a CSV file. Save or export the data itself as CSV.",
            code="html",
        )
    text, separator = _separated(text)
    if separator in _SEPARATOR_NAMES:
        notes.append(f"The columns are separated by {_SEPARATOR_NAMES[separator]}.")
    return _table(text, notes, separator)


def _table(text: CsvText, notes: list[str], separator: str) -> Table:
    longest = max(map(len, islice(text.lines(), _LOOKED_AT)), default=0)
    if longest > LONGEST_LINE:
        raise TooLarge(
            f"The file has a line of more than {LONGEST_LINE:,} characters. A table for a metric has a few "
            "columns and a row for each period; export only those."
        )
    first = list(islice(_records(text, separator), _LOOKED_AT))
    widest = max((len(cells) for _, cells, _ in first), default=0)
    if widest > MOST_COLUMNS:
        raise TooLarge(
            f"The file has {widest:,} columns; at most {MOST_COLUMNS} can be mapped. Export only "
            "the columns that the metric needs."
        )
    header = headers.found([cells for _, cells, _ in first])
    if not header.names:
        raise BadAnswer(
            "The first lines of the file could not be read as a table. Export it again as CSV.",
        )
    if header.lines == 0:
        notes.append("The file has no line with column names; the columns were numbered.")
    layout = wide.found(header.names) if header.lines else None
    if layout is not None:
        notes.append(
            "Each period has a column of its own: they were turned into rows with the column "
            f"“{layout.names[len(layout.kept)]}”."
        )
    return Table(
        header.names if layout is None else layout.names,
        tuple(notes),
        text,
        separator,
        header.lines,
        len(header.names),
        header.alone if layout is None else (),
        _layout=layout,
    )


def _check_is_table(content: bytes | Path) -> None:
    start = csv_text.head(content, 16)
    if not any(block.strip(_NOTHING) for block in csv_text.raw_blocks(content)):
        raise BadAnswer(
            "The file is empty. Check that the export ran and provide it again.", code="empty"
        )
    if start.startswith(b"%PDF"):
        raise BadAnswer(
            "This is a document, not a table. Export the numbers as CSV or as a spreadsheet.",
            code="encoding",
        )


def _bytes(content: bytes | Path) -> bytes:
    """A spreadsheet, which is read whole: what is in it comes out of its middle."""
    size = csv_text.size_of(content)
    if size > MOST_BYTES:
        raise TooLarge(
            f"The spreadsheet is larger than {MOST_BYTES // (1024 * 1024)} MB. A metric needs totals for "
            "each period, not records; export less, or save it as CSV."
        )
    return content.read_bytes() if isinstance(content, Path) else content


def _separated(text: CsvText) -> tuple[CsvText, str]:
    """The text and its separator. Spreadsheets may name it in a first line such as sep=;"""
    start = text.start(6).lower()
    if start.startswith("sep=") and len(start) > 4 and start[4] in _SEPARATORS:
        return text.without_first_line(), start[4]
    best, best_score = ",", (0, 0)
    for separator in _SEPARATORS:
        widths = Counter(
            len(cells) for _, cells, _ in islice(_records(text, separator), _LOOKED_AT)
        )
        widths.pop(0, None)
        widths.pop(1, None)  # titles, and the wrong separator
        if not widths:
            continue
        width, lines = widths.most_common(1)[0]
        score = (lines, width)
        if score > best_score:
            best, best_score = separator, score
    return text, best


def _records(text: CsvText, separator: str) -> Iterator[tuple[int, list[str], str]]:
    """(line number, cells, problem) of each record.

    A quoted cell may run over a few lines. One that never ends costs its own line, not the rest
    of the file, so lines are put together here and only then given to the csv module.
    """
    lines = enumerate(text.lines(), start=1)
    waiting: deque[tuple[int, str]] = deque()
    while True:
        following = waiting.popleft() if waiting else next(lines, None)
        if following is None:
            return
        number, line = following
        together = [line]
        if len(line) <= LONGEST_LINE and line.count('"') % 2:
            waiting.extend(islice(lines, MOST_JOINED - len(waiting)))
            together += _rest_of_record(waiting)
            if len(together) == 1:
                yield number, [], "A quotation mark is opened in this row and never closed."
                continue
            for _ in together[1:]:
                waiting.popleft()
        yield from _record(number, together, separator)


def _record(number: int, lines: list[str], separator: str) -> Iterator[tuple[int, list[str], str]]:
    if len(lines[0]) > LONGEST_LINE:
        yield number, [], "The line is longer than any row of numbers and dates."
    else:
        yield from _parsed(number, lines, separator)


def _rest_of_record(following: Iterable[tuple[int, str]]) -> list[str]:
    """The lines up to the one that closes an open quotation mark; none if none does."""
    rest: list[str] = []
    for _, line in following:
        rest.append(line)
        if line.count('"') % 2:
            return rest if sum(map(len, rest)) <= LONGEST_LINE else []
    return []


def _parsed(number: int, lines: list[str], separator: str) -> Iterator[tuple[int, list[str], str]]:
    reader = csv.reader(lines, delimiter=separator)
    while True:
        place = number + reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield place, [], "The row holds a cell that is longer than any number or date."
            return
        yield place, cells, ""
