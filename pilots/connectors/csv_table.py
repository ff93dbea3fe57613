"""A CSV file as measurements: which column says what, for every kind whose source is one."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, tzinfo
from decimal import Decimal
from pathlib import Path

from pilots.connectors import plain, table, totals
from pilots.connectors.block import Gathered
from pilots.connectors.cell_values import Unreadable
from pilots.connectors.conditions import Condition
from pilots.connectors.errors import BadConfig, TooLarge
from pilots.connectors.fields import Config, Field
from pilots.connectors.kind import ConnectionTest
from pilots.connectors.measurement import (
    Cadence,
    MeasureKind,
    Measurement,
    Rejected,
    RowCounts,
    Window,
)
from pilots.connectors.preview import Preview, of_file
from pilots.connectors.row_settings import (
    DATE_FORMAT,
    DECIMAL_MARK,
    EXPECTED,
    KEEP_TOTALS,
    MISSING,
    NEGATIVE_OK,
    PER,
    SEVERAL_ROWS,
    SHEET,
    WEEK_DAYS,
    parts_problems,
)
from pilots.connectors.rows import PARTS, MappedRow, Rules, SeriesBuilder
from pilots.connectors.table import FileLine, Table

FIRST_ROWS = 8
ADDED_TO = ("numerator", "denominator")  # the parts that may stand in several columns
JOINER = " · "  # between an organisation and what of it a metric is about
_REMEMBERED = 5_000  # cells, of which it is known whether they name a total
# The settings under which rows can be plain; with any other they are read one after the other.
PLAIN = {
    "date", "numerator", "denominator", "value", "filters", "entity_column", "entity_value",
    "date_format", "week_days", "decimal_mark", "several_rows", "per", "negative_ok",
}  # fmt: skip


FIELDS = (
    Field("date", "Date", scope="metric", type="column", required=True),
    Field(
        "numerator",
        "Numerator",
        help="How many of them: for example waits over four hours.",
        scope="metric",
        type="column",
        may_be_required=True,
    ),
    Field(
        "denominator",
        "Denominator",
        help="Out of how many: for example all attendances.",
        scope="metric",
        type="column",
        may_be_required=True,
    ),
    Field(
        "value",
        "Value",
        help="A number that is measured as it is.",
        scope="metric",
        type="column",
        may_be_required=True,
        shown_for="value",
    ),
    Field("n", "How many it rests on", scope="metric", type="column", shown_for="value"),
    Field(
        "numerator_more",
        "Columns that are added to the numerator",
        help="Where the file sets it apart by kind: type 1, type 2 and other. A row with no number in one of"
        " them is refused, for a part would pass for the whole.",
        scope="metric",
        type="columns",
        seldom=True,
    ),
    Field(
        "denominator_more",
        "Columns that are added to the denominator",
        scope="metric",
        type="columns",
        seldom=True,
    ),
    EXPECTED,
    Field("filters", "Only rows where", scope="metric", type="filters"),
    Field("entity_column", "Unit or organisation", scope="metric", type="column"),
    Field(
        "entity_also",
        "And what of it",
        help="A second column, such as the speciality: each pair gets a metric of its own, named as"
        f" QX1{JOINER}Surgery.",
        scope="metric",
        type="column",
        shown_for="entity",
    ),
    Field("entity_value", "Which one", scope="metric", may_be_required=True, shown_for="entity"),
    SHEET,
    DATE_FORMAT,
    WEEK_DAYS,
    DECIMAL_MARK,
    MISSING,
    KEEP_TOTALS,
    SEVERAL_ROWS,
    PER,
    NEGATIVE_OK,
)


def check(values: Config, measure: str | None) -> dict[str, str]:
    """What is wrong with a column mapping as a whole."""
    problems = parts_problems(values, measure) | _adding_problems(values)
    if values.get("entity_value") and not values.get("entity_column"):
        problems["entity_column"] = "Choose the column in which this unit is named."
    if values.get("entity_also") and not values.get("entity_column"):
        problems["entity_column"] = "Choose the first of the two columns here."
    return problems


def _adding_problems(values: Config) -> dict[str, str]:
    problems = {}
    for part in ADDED_TO:
        more, first = _more(values, part), str(values.get(part) or "")
        if more and not first:
            problems[part] = "Choose the first of the columns that are added up here."
        elif first in more:
            problems[f"{part}_more"] = f"“{first}” is the {part} already and would count twice."
    return problems


def _more(values: Config, part: str) -> list[str]:
    """The columns that are added to the one of this part."""
    more = values.get(f"{part}_more")
    return [str(one) for one in more] if isinstance(more, list) else []


def preview(content: bytes | Path, sheet: str = "", *, most: int | None = None) -> Preview:
    """The columns and first rows of a file, or of that sheet of it, with a guess at their mapping. `most`: look
    at so many rows alone."""
    return of_file(content, sheet, most=most)


def first_rows(content: bytes | Path) -> ConnectionTest:
    """The connection test of a file: how much there is, and the first rows of it."""
    seen = of_file(content)
    return ConnectionTest(
        f"The file was read: {seen.row_count:,} rows, {len(seen.columns)} columns.",
        columns=seen.columns,
        rows=seen.rows[:FIRST_ROWS],
    )


def first_period(
    config: Config, content: bytes | Path, cadence: Cadence | str, *, zone: tzinfo
) -> date | None:
    """The first day of the earliest period that the rows name; None where no cell can be read as one."""
    opened = _opened(config, content)
    mapping = _Mapping(config, opened)
    cells = dict.fromkeys(one.period for one in mapping.rows(opened))
    rows = (MappedRow(0, cell) for cell in cells)
    rules = Rules.of(config, cadence, MeasureKind.VALUE)
    found = rules.conventions(
        rows, Window(date.min, date.max, zone=zone), mapping.date_column
    ).periods
    first: date | None = None
    for cell in cells:
        with suppress(Unreadable):
            first = min(first or date.max, found.period(cell))
    return first


def read(config: Config, content: bytes | Path, series: SeriesBuilder) -> None:
    """Add one series of the file: all of it, or that of the entity which the settings name."""
    opened = _opened(config, content)
    mapping = _Mapping(config, opened)
    wanted_entity = str(config.get("entity_value") or "").strip()
    series.look_at(mapping.rows(opened), mapping.date_column)
    mapping.look_for_totals(opened)
    for line in _wanted(opened, mapping, series.counts):
        if (
            mapping.entity is not None
            and not line.problem
            and mapping.entity_of(line) != wanted_entity
        ):
            series.counts.received += 1
            series.counts.filtered += 1
        else:
            mapping.enter(line, series)


def observe_each(
    config: Config,
    content: bytes | Path,
    window: Window,
    *,
    cadence: Cadence | str,
    measure: MeasureKind | str,
    counts: RowCounts,
    wanted: Collection[str] | None = None,
) -> Iterator[tuple[str, Measurement | Rejected]]:
    """Every series of the file in one reading, as (entity, item), ordered by entity.

    With `wanted`, the rows of other entities are left out, as a filter does. Without, nobody has chosen
    yet, and those that are probably totals of the others are refused.
    """
    opened = _opened(config, content)
    mapping = _Mapping(config, opened)
    rules = Rules.of(config, cadence, measure)
    conventions = rules.conventions(mapping.rows(opened), window, mapping.date_column)
    like = SeriesBuilder(rules, window, counts, conventions)
    mapping.look_for_totals(opened)
    return _row_by_row(opened, mapping, like, wanted)


def _row_by_row(
    opened: Table, mapping: "_Mapping", like: SeriesBuilder, wanted: Collection[str] | None
) -> Iterator[tuple[str, Measurement | Rejected]]:
    each = _Each(mapping, like, wanted)
    each.take(_wanted(opened, mapping, like.counts))
    for name, reason in each.totals().items():
        each.series[name].turn_away(reason)
    yield from each.close()


class _Each:
    """The series of a file, as far as their rows are read one after the other."""

    def __init__(
        self, mapping: "_Mapping", like: SeriesBuilder, wanted: Collection[str] | None
    ) -> None:
        if mapping.entity is None:
            raise BadConfig(
                "Choose the column that says which unit or organisation a row is about."
            )
        self._mapping, self._like, self._wanted = mapping, like, wanted
        self.series, self._rows = dict[str, SeriesBuilder](), Counter[str]()

    def take(self, lines: Iterable[FileLine]) -> None:
        """Read these rows; those of an organisation that is not wanted are left out."""
        mapping, like, counts = self._mapping, self._like, self._like.counts
        for line in lines:
            entity = "" if line.is_note else mapping.entity_of(line)
            if self._wanted is not None and not line.problem and entity not in self._wanted:
                counts.received += 1
                counts.filtered += 1
                continue
            self._rows[entity] += 1
            if entity not in self.series:
                self.series[entity] = SeriesBuilder(
                    like.rules, like.window, counts, like.conventions
                )
            if not entity and not line.problem:
                line = line.refused(f"The column “{mapping.empty_of(line)}” is empty.")
            mapping.enter(line, self.series[entity])

    def totals(self, file: plain.PlainFile | None = None) -> dict[str, str]:
        """Those that are probably totals of all, with the reason; none where somebody has chosen. `file`: the
        rest of the series, which were read at once."""
        if self._wanted is not None or self._mapping.keeps_totals:
            return {}
        rows, others = self._rows, dict[str, totals.Numbered]()
        if file is not None:
            rows = rows + Counter(file.rows())
        found = _named_as_totals(rows)
        beside = others if file is None else file.numbers()
        return {
            name: f"{reason} Choose it by name if you want to follow it."
            for name, reason in (found | totals.sums(self.series, beside, but=found)).items()
        }

    def close(self) -> Iterator[tuple[str, Measurement | Rejected]]:
        """What is said of each, ordered by its name."""
        for entity in sorted(self.series):
            for item in self.series[entity].close():
                yield entity, item


def _named_as_totals(rows: Mapping[str, int]) -> dict[str, str]:
    found = totals.among(rows)
    for place in (0, 1):  # of a pair either may be one: all of a hospital, or all of a speciality
        parts: Counter[str] = Counter()
        for name, count in rows.items():
            parts[_part(name, place)] += count
        reasons = totals.among({part: count for part, count in parts.items() if part})
        found |= {name: reasons[part] for name in rows if (part := _part(name, place)) in reasons}
    return found


def _part(name: str, place: int) -> str:
    """The first or the second half of a pair; nothing of what is none."""
    first, joiner, second = name.partition(JOINER)
    return (first, second)[place] if joiner else ""


def _opened(config: Config, content: bytes | Path) -> Table:
    return table.read(content, str(config.get("sheet") or ""))


def gather(
    config: Config,
    content: bytes | Path,
    window: Window,
    *,
    cadence: Cadence | str,
    measure: MeasureKind | str,
    counts: RowCounts,
    wanted: Collection[str] | None,
) -> Gathered:
    """The same series as `observe_each`, those that are plain (plain.py) as blocks."""
    opened = _opened(config, content)
    mapping = _Mapping(config, opened)
    rules = Rules.of(config, cadence, measure)
    conventions = rules.conventions(mapping.rows(opened), window, mapping.date_column)
    like = SeriesBuilder(rules, window, counts, conventions)
    text = opened.text
    if (
        mapping.entity is None
        or text is None
        or not mapping.is_plain(config, like)
        or not plain.is_plain(text)
    ):
        mapping.look_for_totals(opened)
        return Gathered({}, _row_by_row(opened, mapping, like, wanted))

    def number(part: str, cell: str) -> Decimal | None:
        return like.number(part, cell, count=part != "value")

    file = plain.PlainFile(
        text,
        plain.PlainReading(
            separator=opened.separator,
            columns=opened.width,
            skipped=opened.skipped,
            day=mapping.date,
            entity=mapping.entity,
            parts=mapping.parts,
            filters=[(one.column, one.holds) for one in mapping.filters],
            wanted=wanted,
            measure=rules.measure,
            window=window,
            period=conventions.periods.period,
            number=number,
        ),
    )
    if file.has_notes or file.has_too_many:
        return Gathered({}, _row_by_row(opened, mapping, like, wanted))
    each = _Each(mapping, like, wanted)
    each.take(
        _wanted(opened.some(lambda: file.lines(file.doubtful, misfits=True)), mapping, counts)
    )
    reasons = each.totals(file)
    if among_plain := reasons.keys() & file.plain().keys():
        each.take(
            _wanted(opened.some(lambda: file.lines(among_plain, misfits=False)), mapping, counts)
        )
        file.leave(among_plain)
    for name, reason in reasons.items():
        each.series[name].turn_away(reason)
    file.count(counts)
    return Gathered(file.plain(), each.close())


def _wanted(opened: Table, mapping: "_Mapping", counts: RowCounts) -> Iterator[FileLine]:
    for note in opened.notes:
        counts.note(note)
    for line in opened.lines():
        if not line.problem and not mapping.passes(line):
            counts.received += 1
            counts.filtered += 1
        else:
            yield line


class _Mapping:
    """A metric's column mapping, resolved against the columns that the file really has."""

    def __init__(self, config: Config, opened: Table) -> None:
        self._columns, self._alone = opened.columns, opened.alone
        self._entered = 0
        self.date = self._find(config.get("date"), "date")
        self.parts = {part: self._find(config[part], part) for part in PARTS if config.get(part)}
        self._more = {
            part: [self._find(name, part) for name in more]
            for part in ADDED_TO
            if (more := _more(config, part)) and part in self.parts
        }
        for part, added in self._more.items():
            self._check_counts_once(part, [self.parts[part], *added])
        self.entity = (
            self._find(config["entity_column"], "unit or organisation")
            if config.get("entity_column")
            else None
        )
        also = config.get("entity_also") if self.entity is not None else None
        self.also = self._find(also, "second name") if also else None
        filters = config.get("filters")
        self.filters = [
            Condition.of(
                self._find(one.get("column"), "filter"),
                str(one.get("how") or ""),
                str(one.get("equals", "")).strip(),
            )
            for one in (filters if isinstance(filters, list) else [])
            if isinstance(one, Mapping)
        ]
        self.keeps_totals = bool(config.get("keep_totals"))
        self._adds_up = config.get("several_rows") == "sum" and not config.get("keep_totals")
        self._labels: list[int] = []  # columns of which a cell may say that its row is a total

    def _check_counts_once(self, part: str, added: list[int]) -> None:
        # Two spellings, or one row of the header beside all of them, may be one column.
        if twice := [column for column, times in Counter(added).items() if times > 1]:
            raise BadConfig(
                f"“{self._columns[twice[0]]}” would count twice in the {part}. Choose each of its columns once."
            )

    @property
    def date_column(self) -> str:
        """What the column of dates is called."""
        return self._columns[self.date]

    def rows(self, opened: Table) -> Iterator[MappedRow]:
        """The rows that are wanted, of all organisations, as far as they can be read."""
        return (
            self._row(line) for line in opened.lines() if not line.problem and self.passes(line)
        )

    def _row(self, line: FileLine) -> MappedRow:
        parts: dict[str, object] = {part: line.cell(column) for part, column in self.parts.items()}
        for part, columns in self._more.items():
            parts[part] = (parts[part], *map(line.cell, columns))
        return MappedRow(line.number, line.cell(self.date), **parts)

    def entity_of(self, line: FileLine) -> str:
        """What a row is about; empty where it does not say all of it."""
        if self.entity is None:
            return ""
        first = line.cell(self.entity)
        if self.also is None:
            return first
        second = line.cell(self.also)
        return f"{first}{JOINER}{second}" if first and second else ""

    def empty_of(self, line: FileLine) -> str:
        """The column that does not say what a row is about."""
        named = [at for at in (self.entity, self.also) if at is not None]
        return next((self._columns[at] for at in named if not line.cell(at)), "")

    def look_for_totals(self, opened: Table) -> None:
        """Which of the other columns tell a total from the rows that are added up to it."""
        if not self._adds_up:
            return
        used = {
            self.entity,
            self.also,
            *self._mapped(),
            *(one.column for one in self.filters),
        }
        seen = {at: 0 for at in range(len(self._columns)) if at not in used}
        known: dict[str, bool] = {}
        rows = 0
        for line in opened.lines():
            if line.problem or not self.passes(line):
                continue
            rows += 1
            for at in seen:
                cell = line.cell(at)
                if (is_total := known.get(cell)) is None:
                    is_total = totals.is_total(cell)
                    if len(known) < _REMEMBERED:
                        known[cell] = is_total
                seen[at] += is_total
        # What is said of half the rows or more is something else: all ages.
        self._labels = [at for at, count in seen.items() if 0 < count * 2 < rows]

    def passes(self, line: FileLine) -> bool:
        return all(one.holds(line.cell(one.column)) for one in self.filters)

    def is_plain(self, config: Config, like: SeriesBuilder) -> bool:
        """Whether all that is asked for is what plain.py knows."""
        rules, parts = like.rules, set(self.parts)
        if any(config.get(field.name) for field in FIELDS if field.name not in PLAIN):
            return False
        if rules.measure in (MeasureKind.RATE, MeasureKind.COUNT):
            return False
        if rules.measure is MeasureKind.PROPORTION:
            known = [{"numerator", "denominator"}]
        else:
            known = [{"value"}, {"numerator"}]
        return parts in known and not rules.sums and not like.conventions.marks.mixed

    def enter(self, line: FileLine, series: SeriesBuilder) -> None:
        self._entered += 1
        if self._entered > table.MOST_LINES:
            raise TooLarge(
                f"The file has more than {table.MOST_LINES:,} rows that have to be read one by one, so "
                "nothing of it was taken over. A metric needs totals for each period, not records."
            )
        problem = line.problem or self._total(line)
        if problem:
            series.refuse(line.number, line.text(self._mapped()), problem)
        else:
            series.add(self._row(line))

    def _total(self, line: FileLine) -> str:
        for at in self._labels:
            if totals.is_total(cell := line.cell(at)):
                return (
                    f"“{cell}” in the column “{self._columns[at]}” says that this is a total of other rows, which "
                    "are added up already."
                )
        return ""

    def _mapped(self) -> list[int]:
        more = (column for columns in self._more.values() for column in columns)
        return [self.date, *self.parts.values(), *more]

    def _find(self, wanted: object, role: str) -> int:
        name = str(wanted or "").strip()
        if not name:
            raise BadConfig(f"Choose the column that holds the {role}.")
        folded = name.casefold()
        for names in (self._columns, self._alone):
            for position, column in enumerate(names):
                if column == name:
                    return position
            for position, column in enumerate(names):
                if column.casefold() == folded:
                    return position
        shown = ", ".join(f"“{column}”" for column in self._columns[:12])
        more = f" and {len(self._columns) - 12} more" if len(self._columns) > 12 else ""
        raise BadConfig(
            f"The file has no column “{name[:60]}” for the {role}. It has {shown}{more}. Choose "
            "one of them in the column mapping, or provide the file with its former columns."
        )
