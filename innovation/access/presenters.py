"""How imports are shown: counts, rows, and files to download."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.access.models import ImportRow, RowOutcome
from innovation.access.plan import PlannedRow

LINE_HEAD = (
    gettext_lazy("line"),
    gettext_lazy("e-mail"),
    gettext_lazy("name"),
    gettext_lazy("outcome"),
    gettext_lazy("what and why"),
    gettext_lazy("kept when taken back"),
)


def counted(outcomes: Iterable[str]) -> dict[str, int]:
    return {**dict.fromkeys(RowOutcome.values, 0), **Counter(str(one) for one in outcomes)}


def refused_first(rows: Sequence[PlannedRow]) -> list[PlannedRow]:
    """What somebody must look at stands on top."""
    return sorted(rows, key=lambda row: row.intent.outcome != RowOutcome.REFUSED)


def outcome_choices(counts: dict[str, int], *, kept: int) -> list[tuple[str, str, int]]:
    """The report narrowed to rows of one outcome."""
    found = [("", _("All rows"), sum(counts.values()))]
    found += [(one.value, str(one.label), counts[one]) for one in RowOutcome if counts[one]]
    return [*found, ("kept", _("Kept"), kept)] if kept else found


def planned_line(row: PlannedRow) -> tuple[object, ...]:
    intent = row.intent
    return (row.number, row.said.email, row.said.name, intent.outcome.label, intent.sentence, "")


def row_line(row: ImportRow) -> tuple[object, ...]:
    said = row.said
    outcome = RowOutcome(row.outcome).label
    return (row.number, said["email"], said["name"], outcome, row.sentence, row.kept)
