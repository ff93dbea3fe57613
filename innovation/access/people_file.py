"""A file of people as a table: how it is written, its columns, its rows, and what the columns mean."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.rules.refusal import Malformed
from innovation.web.typed_forms import Words

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 5_000
MOST_COLUMNS = 60
LONGEST_CELL = 300
_SEPARATORS = ",;\t|"


@dataclass(frozen=True)
class Fact:
    """Something that a file may say of a person, and what such a column is often called."""

    key: str
    label: Words
    names: tuple[str, ...]


FACTS = (
    Fact("email", gettext_lazy("E-mail"), ("email", "e-mail", "mail", "email address", "upn")),
    Fact("name", gettext_lazy("Name"), ("name", "full name", "display name", "displayname")),
    Fact("first_name", gettext_lazy("First name"), ("first name", "given name", "firstname")),
    Fact(
        "last_name", gettext_lazy("Last name"), ("last name", "surname", "family name", "lastname")
    ),
    Fact("job_title", gettext_lazy("Job title"), ("job title", "job", "title", "position")),
    Fact(
        "unit",
        gettext_lazy("Unit, by its code or name"),
        ("unit", "unit code", "department", "team", "cost centre", "cost center", "ward"),
    ),
    Fact("role", gettext_lazy("Role"), ("role", "roles")),
    Fact(
        "ends_on",
        gettext_lazy("Last day of the role"),
        ("last day", "until", "end date", "ends on", "valid until", "contract end"),
    ),
)
NEEDED = ("email",)


@dataclass(frozen=True)
class PeopleTable:
    columns: list[str]
    rows: list[tuple[int, list[str]]]  # with the number of the line in the file


def read(content: bytes) -> PeopleTable:
    """The table that a file is, or a sentence that says why it is none."""
    if len(content) > MOST_BYTES:
        raise Malformed(_("The file is larger than 2 MB. Split it and import the parts."))
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise Malformed(
            _("This is a spreadsheet or a document, not a CSV file. Open it and save it as CSV.")
        )
    text = _text(content)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in lines:
            trimmed = [cell.strip() for cell in cells]
            if any(trimmed):
                rows.append((lines.line_num, trimmed))
            if len(rows) > MOST_ROWS + 1:
                raise Malformed(
                    _("The file has more than 5,000 rows. Split it and import the parts.")
                )
    except csv.Error as error:
        raise Malformed(
            _("The file cannot be read as a table: %(why)s") % {"why": error}
        ) from error
    if len(rows) < 2:
        raise Malformed(_("The file needs a first line with the names of its columns, and rows."))
    columns = rows.pop(0)[1]
    if len(columns) > MOST_COLUMNS:
        raise Malformed(_("The file has more than 60 columns. Export only those about people."))
    named = [
        name[:LONGEST_CELL] or _("Column %(n)s") % {"n": n} for n, name in enumerate(columns, 1)
    ]
    return PeopleTable(
        named, [(number, [cell[: LONGEST_CELL + 1] for cell in cells]) for number, cells in rows]
    )


def _text(content: bytes) -> str:
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets on Windows save as "CSV". Its few gaps are no letters.
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise Malformed(_("The file's characters cannot be read. Export it again as CSV in UTF-8."))
    return text


def _separator(text: str) -> str:
    first = text.lstrip("\r\n").partition("\n")[0]
    return max(_SEPARATORS, key=first.count)


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Which column says what, by the names of the columns: fact to column number, as text."""
    plain = [" ".join(name.lower().replace("_", " ").split()) for name in columns]
    return {
        fact.key: str(plain.index(name))
        for fact in FACTS
        for name in [next((name for name in fact.names if name in plain), None)]
        if name is not None
    }


@dataclass(frozen=True)
class FileEntry:
    """What one row says of one person, in its own words."""

    email: str
    name: str = ""
    job_title: str = ""
    unit: str = ""
    role: str = ""
    ends_on: str = ""


def entry(cells: Sequence[str], mapping: Mapping[str, str]) -> FileEntry:
    """What the row says, where `mapping` says which column means what."""

    def cell(fact: str) -> str:
        column = mapping.get(fact, "")
        index = int(column) if column.isdecimal() and len(column) < 4 else len(cells)
        return cells[index] if index < len(cells) else ""

    parts = " ".join(filter(None, [cell("first_name"), cell("last_name")]))
    return FileEntry(
        email=cell("email").lower(),
        name=cell("name") or parts,
        job_title=cell("job_title"),
        unit=cell("unit"),
        role=cell("role"),
        ends_on=cell("ends_on"),
    )
