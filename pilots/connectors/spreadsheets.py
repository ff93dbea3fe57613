"""A sheet of an Excel or OpenDocument file as the text of a table, which is then read like any other."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from pilots.connectors.errors import BadAnswer, BadConfig, TooLarge

MOST_UNPACKED = 400 * 2**20
MOST_TEXT = 60 * 2**20
SECONDS = 60
_ROWS = Path(__file__).with_name("sheet_rows.py")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UNREADABLE = "This file looks like a spreadsheet and cannot be read as one. Open it and save it as .xlsx or as CSV."


@dataclass(frozen=True, slots=True)
class SheetText:
    """One sheet: its text as CSV, its name, and what else the file has."""

    text: str
    name: str
    sheets: tuple[str, ...]
    hours: bool

    @property
    def notes(self) -> list[str]:
        found = []
        if len(self.sheets) > 1:
            others = ", ".join(f"“{name}”" for name in self.sheets if name != self.name)
            found.append(f"This is the sheet “{self.name}”; there is also {others}.")
        if self.hours:
            found.append("Times and durations are read in hours: 30:15 is 30.25.")
        return found


def is_spreadsheet(data: bytes) -> bool:
    """Whether a file may be .xlsx, .xlsm, .xlsb, .ods or .xls."""
    return data.startswith((_ZIP, _OLE))


def read(data: bytes, sheet: str = "") -> SheetText:
    """The sheet of that name, else the one with the most rows; raises a SourceError for what is none."""
    if data.startswith(_ZIP):
        _check_unpacked(data)
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_ROWS), str(MOST_TEXT), str(SECONDS), sheet],
            input=data,
            capture_output=True,
            timeout=2 * SECONDS,
            check=False,
        )
        first, _, rows = done.stdout.partition(b"\n")
        told = json.loads(first)
    except (subprocess.TimeoutExpired, OSError, ValueError):
        raise BadAnswer(_UNREADABLE, code="encoding") from None
    sheets = tuple(str(name) for name in told.get("sheets", ()))
    problem = told.get("problem")
    if problem == "locked":
        raise BadAnswer(
            "The spreadsheet is locked by a password. Save it without one.", code="encoding"
        )
    if problem == "sheet":
        named = ", ".join(f"“{name}”" for name in sheets[:20])
        raise BadConfig(f"The spreadsheet has no sheet “{sheet[:60]}”. It has {named}.")
    if problem == "large":
        raise _too_large()
    if problem or done.returncode:
        raise BadAnswer(_UNREADABLE, code="encoding")
    return SheetText(rows.decode(), str(told["sheet"]), sheets, bool(told["hours"]))


def _check_unpacked(data: bytes) -> None:
    """A small file may say that it unpacks to a great one; one that does not say so meets the limits of the
    process that reads it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise BadAnswer(_UNREADABLE, code="encoding") from None
    if unpacked > MOST_UNPACKED:
        raise _too_large()


def _too_large() -> TooLarge:
    return TooLarge(
        f"The spreadsheet holds more than {MOST_TEXT // 2**20} MB of text. A metric needs totals for each "
        "period, not records; export less."
    )
