"""Reads over imports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Count

from innovation.access import people_file
from innovation.access.models import ImportRow, PeopleImport, RowOutcome
from innovation.access.people_file import FileEntry
from innovation.access.plan import PlannedRow, Planner, preview
from innovation.people.models import User


def entries(found: PeopleImport) -> list[tuple[int, FileEntry]]:
    """The rows of a draft as its mapping reads them."""
    return [(number, people_file.entry(cells, found.mapping)) for number, cells in found.lines]


def planned(found: PeopleImport, *, by: User, today: date) -> list[PlannedRow]:
    """What a draft would do, row by row."""
    return preview(entries(found), Planner(by=by, into=found.unit, today=today))


def remembered_mapping(columns: list[str], *, by: User) -> Mapping[str, str]:
    """As this person mapped the last file with these very columns; otherwise a guess."""
    last = (
        PeopleImport.objects.visible_to(by)
        .filter(columns=columns, started_by=by)
        .values_list("mapping", flat=True)
        .first()
    )
    return last or people_file.guess(columns)


def counts(found: PeopleImport) -> dict[str, int]:
    """How many rows came out how."""
    counted = ImportRow.objects.filter(people_import=found).values_list("outcome")
    return {
        **dict.fromkeys(RowOutcome.values, 0),
        **dict(counted.annotate(n=Count("pk")).order_by()),
    }
