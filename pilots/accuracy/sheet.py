"""A result as it is given: by a form, a row of the API, or the rows of a file; and what is wrong with it.

Pure. A file is read whole: every row that cannot be taken says why, and then none of them is. Columns:

    from, until                     days, as 2026-11-23; both included
    grouping, subgroup              "Age", "75 and over"; both empty for everybody
    true_positive, false_positive, false_negative, true_negative
    alerts, patient_days, shifts    alerts, and in how many patient-days or clinicians' shifts
    bin_from, bin_until, bin_cases, bin_events, bin_mean_score
                                    one bin of scores; the rows of the same days and subgroup are one result
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from innovation.rules.dates import day_in_words
from innovation.rules.numbers import exact, number
from pilots.accuracy.judgement import MOST_BINNED, BinCounts, TwoByTwo, table_of_bins

TABLE = ("true_positive", "false_positive", "false_negative", "true_negative")
EXPOSURES = ("patient_days", "shifts")
BIN = ("bin_from", "bin_until", "bin_cases", "bin_events", "bin_mean_score")
COLUMNS = ("from", "until", "grouping", "subgroup", *TABLE, "alerts", *EXPOSURES, *BIN)
NEEDED = ("from", "until")
MOST = 10_000_000
MOST_BYTES, MOST_ROWS, MOST_BINS, LONGEST_NAME, LONGEST_REFERENCE = 1_000_000, 2_000, 200, 80, 600
LARGEST = Decimal(1_000_000)
PLACES = 6


@dataclass(frozen=True)
class GivenBin:
    lower: Decimal
    upper: Decimal
    cases: int
    events: int
    mean_score: Decimal | None = None

    @property
    def counts(self) -> BinCounts:
        mean = None if self.mean_score is None else float(self.mean_score)
        return BinCounts(float(self.lower), float(self.upper), self.cases, self.events, mean)


@dataclass(frozen=True)
class GivenResult:
    """What one silent-run result says; the fields are those of its table."""

    period_from: date
    period_until: date
    reference: str
    grouping: str = ""
    subgroup: str = ""
    threshold: Decimal | None = None
    true_positive: int | None = None
    false_positive: int | None = None
    false_negative: int | None = None
    true_negative: int | None = None
    score_scale: str = ""
    bins: tuple[GivenBin, ...] = ()
    alerts: int | None = None
    patient_days: Decimal | None = None
    shifts: Decimal | None = None

    @property
    def given_table(self) -> TwoByTwo | None:
        counts = [getattr(self, name) for name in TABLE]
        return None if None in counts else TwoByTwo(*counts)

    @property
    def binned_table(self) -> TwoByTwo | None:
        """The table that its bins make at its threshold, where that is a border of theirs."""
        if not self.bins or self.threshold is None:
            return None
        return table_of_bins([one.counts for one in self.bins], float(self.threshold))

    @property
    def table(self) -> TwoByTwo | None:
        return self.given_table or self.binned_table

    @property
    def borders(self) -> tuple[tuple[Decimal, Decimal], ...]:
        return tuple(sorted((one.lower.normalize(), one.upper.normalize()) for one in self.bins))

    def overlaps(self, other: GivenResult) -> bool:
        return (
            (self.grouping, self.subgroup) == (other.grouping, other.subgroup)
            and self.period_from <= other.period_until
            and other.period_from <= self.period_until
        )


def faults(given: GivenResult) -> list[str]:
    """What is wrong with a result by itself, each in a sentence that says what to do."""
    found = []
    if given.period_until < given.period_from:
        found.append(_("The end must not come before the start."))
    if bool(given.grouping) != bool(given.subgroup):
        found.append(_("Say both by what it is grouped and which group it is, or neither."))
    if not given.reference:
        found.append(_("Say what counted as truth, and who judged it."))
    counts = [getattr(given, name) for name in TABLE]
    if any(one is not None for one in counts) and None in counts:
        found.append(_("A 2 × 2 table has all four counts; give 0 where there was none."))
    if given.given_table is not None and not given.given_table.n:
        found.append(_("The 2 × 2 table counts nobody."))
    if all(one is None for one in counts) and not given.bins:
        found.append(_("Give a 2 × 2 table, score bins, or both."))
    found += _faults_of_alerts(given)
    found += _faults_of_bins(given)
    if not found:
        found += _disagreements(given)
    return found


def _faults_of_alerts(given: GivenResult) -> list[str]:
    exposures = [getattr(given, name) for name in EXPOSURES]
    if given.alerts is None:
        if any(one is not None for one in exposures):
            return [_("Say how many alerts there were in that time; 0 is a number, too.")]
        return []
    if all(one is None for one in exposures):
        return [_("Say in how many patient-days or clinicians' shifts there were so many alerts.")]
    if any(one is not None and one <= 0 for one in exposures):
        return [_("Patient-days and shifts are more than 0.")]
    table = given.given_table
    if table is not None and table.flagged > given.alerts:
        return [
            _("The table has %(flagged)s who were flagged, and there were only %(alerts)s alerts.")
            % {"flagged": number(table.flagged), "alerts": number(given.alerts)}
        ]
    return []


def _faults_of_bins(given: GivenResult) -> list[str]:
    if not given.bins:
        return []
    found = []
    if not given.score_scale:
        found.append(_("Say what the score is: a predicted risk, or another score."))
    if len(given.bins) > MOST_BINS:
        found.append(_("Give at most %(most)s bins.") % {"most": MOST_BINS})
    for one in given.bins:
        found += [f"{bin_in_words(one)}: {fault}" for fault in _faults_of_bin(one, given)]
    ordered = sorted(given.bins, key=lambda one: one.lower)
    for below, above in pairwise(ordered):
        if above.lower < below.upper:
            found.append(
                _("The bins %(one)s and %(other)s overlap.")
                % {"one": bin_in_words(below), "other": bin_in_words(above)}
            )
    cases = sum(one.cases for one in given.bins)
    if not cases:
        found.append(_("The bins count nobody."))
    if cases > MOST_BINNED:
        found.append(
            _("At most %(most)s cases with a score can be judged.") % {"most": number(MOST_BINNED)}
        )
    return found


def _faults_of_bin(one: GivenBin, given: GivenResult) -> list[str]:
    found = []
    if one.upper <= one.lower:
        found.append(_("the upper border lies above the lower one."))
    if one.events > one.cases:
        found.append(_("it has more events than cases."))
    if one.mean_score is not None and not one.lower <= one.mean_score <= one.upper:
        found.append(_("the mean score lies within its borders."))
    if given.score_scale == "risk" and not (one.lower >= 0 and one.upper <= 1):
        found.append(_("a predicted risk lies between 0 and 1; 20% is 0.2."))
    return found


def _disagreements(given: GivenResult) -> list[str]:
    """Where table and bins are given, they count the same people."""
    table = given.given_table
    if table is None or not given.bins:
        return []
    cases = sum(one.cases for one in given.bins)
    events = sum(one.events for one in given.bins)
    if (cases, events) != (table.n, table.with_condition):
        return [
            _(
                "The bins count %(cases)s cases, %(events)s of them with the condition; the table"
                " counts %(n)s and %(with)s. They are of the same people."
            )
            % {
                "cases": number(cases), "events": number(events),
                "n": number(table.n), "with": number(table.with_condition),
            }
        ]  # fmt: skip
    by_bins = given.binned_table
    if by_bins is not None and by_bins != table:
        return [
            _(
                "At the threshold of %(threshold)s the bins make %(bins)s, the table says %(table)s."
                " Whoever is at or above the threshold is flagged."
            )
            % {
                "threshold": exact(given.threshold or Decimal()),
                "bins": table_in_words(by_bins),
                "table": table_in_words(table),
            }
        ]
    return []


def misfits(given: GivenResult, standing: Iterable[GivenResult]) -> list[str]:
    """Where a result does not go with those that stand: they are counted together."""
    found: list[str] = []
    for other in standing:
        if given.overlaps(other):
            found.append(
                _("There is a result from %(start)s to %(end)s already%(whom)s. Correct that one.")
                % {
                    "start": day_in_words(other.period_from),
                    "end": day_in_words(other.period_until),
                    "whom": f" ({whom(other)})" if other.grouping else "",
                }
            )
        elif given.threshold != other.threshold:
            found.append(
                _(
                    "The results so far are at the threshold %(threshold)s. A silent run is judged at one"
                    " threshold: give this one at it too, or take the others back."
                )
                % {"threshold": _("of none") if other.threshold is None else exact(other.threshold)}
            )
        elif given.bins and other.bins and given.score_scale != other.score_scale:
            found.append(_("The bins so far are of another kind of score."))
        elif given.bins and other.bins and given.borders != other.borders:
            borders = [exact(low) for low, _high in other.borders] + [exact(other.borders[-1][1])]
            found.append(
                _("The bins so far have the borders %(borders)s. Use the same ones.")
                % {"borders": ", ".join(borders)}
            )
        else:
            continue
        break  # one sentence says what to do; the next one is said when that is done
    return found


def whom(given: GivenResult) -> str:
    return f"{given.grouping}: {given.subgroup}" if given.grouping else _("everybody")


def bin_in_words(one: GivenBin) -> str:
    return _("%(low)s to %(high)s") % {"low": exact(one.lower), "high": exact(one.upper)}


def table_in_words(table: TwoByTwo) -> str:
    return _("%(tp)s true and %(fp)s false positives, %(fn)s false and %(tn)s true negatives") % {
        "tp": number(table.true_positive), "fp": number(table.false_positive),
        "fn": number(table.false_negative), "tn": number(table.true_negative),
    }  # fmt: skip


# Files


@dataclass(frozen=True)
class RowFault:
    """What is wrong with a row of a file; row 1 is the one of the names."""

    row: int
    text: str

    def __str__(self) -> str:
        return _("Row %(row)s: %(text)s") % {"row": self.row, "text": self.text}


@dataclass(frozen=True)
class ReadSheet:
    """The results of a file, each with the rows that it stands in; or what is wrong with it."""

    results: tuple[tuple[tuple[int, ...], GivenResult], ...] = ()
    faults: tuple[RowFault, ...] = ()
    whole: str = ""  # what is wrong with the file as such


@dataclass
class _Gathered:
    """What the rows of one period and subgroup say together."""

    rows: list[int] = field(default_factory=list)
    values: dict[str, int | Decimal] = field(default_factory=dict)
    said_in: dict[str, int] = field(default_factory=dict)
    bins: list[GivenBin] = field(default_factory=list)


def read(text: str, *, reference: str, threshold: Decimal | None, score_scale: str) -> ReadSheet:
    """The results of a file, for one reference standard and one threshold."""
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        return ReadSheet(whole=_("The file is larger than a megabyte. Give counts, not cases."))
    lines = text.lstrip("\ufeff").strip("\r\n")
    if not lines.strip():
        return ReadSheet(whole=_("The file is empty."))
    head = lines.splitlines()[0]
    mark = max((",", ";", "\t"), key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(lines), delimiter=mark, strict=True))
    except csv.Error:
        return ReadSheet(whole=_("This is no table of text with commas, semicolons or tabs."))
    names = [re.sub(r"[\s-]+", "_", name.strip().lower()) for name in rows[0]]
    if whole := _fault_of_names(names):
        return ReadSheet(whole=whole)
    if len(rows) - 1 > MOST_ROWS:
        return ReadSheet(
            whole=_("The file has more than %(most)s rows.") % {"most": number(MOST_ROWS)}
        )
    gathered, wrong = _gather(names, rows[1:], comma=mark != ",")
    if not gathered and not wrong:
        return ReadSheet(whole=_("The file has names of columns, and no row below them."))
    results = []
    for (start, end, grouping, subgroup), one in gathered.items():
        given = GivenResult(
            start, end, reference, grouping, subgroup, threshold,
            score_scale=score_scale if one.bins else "",
            bins=tuple(sorted(one.bins, key=lambda each: each.lower)),
        )  # fmt: skip
        given = replace(given, **one.values)  # type: ignore[arg-type]  # by the names of its fields
        wrong += [RowFault(one.rows[0], fault) for fault in faults(given)]
        results.append((tuple(one.rows), given))
    for place, (lines_of, given) in enumerate(results):
        before = [other for _rows, other in results[:place]]
        wrong += [RowFault(lines_of[0], fault) for fault in misfits(given, before)]
    if wrong:
        return ReadSheet(faults=tuple(sorted(wrong, key=lambda one: one.row)))
    return ReadSheet(results=tuple(results))


def _fault_of_names(names: Sequence[str]) -> str:
    if absent := [name for name in NEEDED if name not in names]:
        return _("The first row names the columns; it lacks %(names)s.") % {
            "names": get_text_list([f"“{name}”" for name in absent], _("and"))
        }
    if unknown := [name for name in names if name and name not in COLUMNS]:
        return _("No column is called %(names)s. There are: %(known)s.") % {
            "names": get_text_list([f"“{name[:40]}”" for name in unknown[:5]], _("or")),
            "known": ", ".join(COLUMNS),
        }
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        return _("There are two columns “%(name)s”.") % {"name": twice[0]}
    return ""


Key = tuple[date, date, str, str]


def _gather(
    names: Sequence[str], rows: Sequence[Sequence[str]], *, comma: bool
) -> tuple[dict[Key, _Gathered], list[RowFault]]:
    gathered: dict[Key, _Gathered] = {}
    wrong: list[RowFault] = []
    for place, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            wrong.append(RowFault(place, _("it has more cells than there are columns.")))
            continue
        row = {
            name: cell.strip()
            for name, cell in zip(names, cells, strict=False)
            if name and cell.strip()
        }
        reader = _RowReader(row, comma)
        start, end = reader.day("from"), reader.day("until")
        grouping, subgroup = reader.name("grouping"), reader.name("subgroup")
        values: dict[str, int | Decimal] = {}
        for name in (*TABLE, "alerts"):
            if name in row and (count := reader.count(name)) is not None:
                values[name] = count
        for name in EXPOSURES:
            if name in row and (amount := reader.decimal(name)) is not None:
                values[name] = amount
        found = reader.bin() if any(name in row for name in BIN) else None
        if reader.faults or start is None or end is None:
            wrong += [RowFault(place, fault) for fault in reader.faults]
            continue
        one = gathered.setdefault((start, end, grouping, subgroup), _Gathered())
        for name, value in values.items():
            if name in one.values and one.values[name] != value:
                wrong.append(
                    RowFault(
                        place,
                        _("“%(name)s” of these days is given in row %(row)s already.")
                        % {"name": name, "row": one.said_in[name]},
                    )
                )
            one.values.setdefault(name, value)
            one.said_in.setdefault(name, place)
        one.rows.append(place)
        if found is not None:
            one.bins.append(found)
    return gathered, wrong


class _RowReader:
    """The cells of one row as values, with what is wrong with them."""

    def __init__(self, row: Mapping[str, str], comma: bool) -> None:
        self.row, self.comma = row, comma
        self.faults: list[str] = []

    def day(self, name: str) -> date | None:
        text = self.row.get(name, "")
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError
            return date.fromisoformat(text)
        except ValueError:
            self._wrong(name, text, _("a day, as 2026-11-23"))
            return None

    def name(self, name: str) -> str:
        text = self.row.get(name, "")
        if len(text) > LONGEST_NAME or not text.isprintable():
            self._wrong(
                name, text, _("a name of at most %(most)s letters") % {"most": LONGEST_NAME}
            )
            return ""
        return text

    def count(self, name: str) -> int | None:
        text = self.row.get(name, "")
        if not re.fullmatch(r"[0-9]{1,8}", text) or int(text) > MOST:
            self._wrong(name, text, _("a whole number, up to ten million"))
            return None
        return int(text)

    def decimal(self, name: str) -> Decimal | None:
        value = decimal_of(self.row.get(name, ""), comma=self.comma)
        if value is None:
            self._wrong(name, self.row.get(name, ""), _("a number, with at most six decimals"))
        return value

    def bin(self) -> GivenBin | None:
        lower, upper = self.decimal("bin_from"), self.decimal("bin_until")
        cases, events = self.count("bin_cases"), self.count("bin_events")
        mean = self.decimal("bin_mean_score") if "bin_mean_score" in self.row else None
        if lower is None or upper is None or cases is None or events is None:
            return None
        return GivenBin(lower, upper, cases, events, mean)

    def _wrong(self, name: str, text: str, wanted: str) -> None:
        self.faults.append(
            _("“%(name)s” is %(wanted)s, not “%(text)s”.")
            % {"name": name, "wanted": wanted, "text": text[:40]}
            if text
            else _("“%(name)s” is empty; it is %(wanted)s.") % {"name": name, "wanted": wanted}
        )


def decimal_of(text: str, *, comma: bool = False) -> Decimal | None:
    """A number as people type it; None where it is none, or finer or larger than is kept."""
    if comma:
        text = text.replace(",", ".")
    if not re.fullmatch(r"[-+]?[0-9]{1,9}(\.[0-9]{1,12})?", text):
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    small = value.normalize()
    if abs(small) >= LARGEST or -int(small.as_tuple().exponent) > PLACES:
        return None
    return small


def bins_of(text: str) -> tuple[tuple[GivenBin, ...], list[str]]:
    """Bins as they are typed, one a line: from, to, cases, events and perhaps the mean score."""
    bins, wrong = [], []
    for place, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        cells = [cell for cell in re.split(r"[\s;,\t]+", line.strip()) if cell]
        reader = _RowReader(dict(zip(BIN, cells, strict=False)), comma=False)
        one = reader.bin() if 4 <= len(cells) <= 5 else None
        if len(cells) not in (4, 5):
            wrong.append(
                _("Line %(line)s: give from, to, cases, events, and the mean score if it is known.")
                % {"line": place}
            )
        wrong += [
            _("Line %(line)s: %(fault)s") % {"line": place, "fault": f} for f in reader.faults
        ]
        if one is not None:
            bins.append(one)
    return tuple(bins), wrong


def bins_as_typed(bins: Iterable[GivenBin]) -> str:
    return "\n".join(
        ", ".join(
            str(cell)
            for cell in (
                f"{one.lower.normalize():f}", f"{one.upper.normalize():f}", one.cases, one.events,
                *([f"{one.mean_score.normalize():f}"] if one.mean_score is not None else []),
            )
        )
        for one in bins
    )  # fmt: skip
