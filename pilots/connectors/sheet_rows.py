"""A sheet of a spreadsheet as lines of CSV, by a process of its own: a file may be made to fill all memory.

    python -I sheet_rows.py MOST_BYTES SECONDS SHEET < file.xlsx

It has so much memory and so much time of the processor. The first line it writes is JSON: which sheets
there are and which one it took, or what the file is; then come the rows.
"""

from __future__ import annotations

import csv
import io
import json
import re
import resource
import sys
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

MEMORY = 2048 * 2**20
_HOUR = timedelta(hours=1)
# A duration of more than a day, as .ods says it.
_DURATION = re.compile(r"PT(\d{1,6})H(\d{1,2})M(\d{1,2}(?:\.\d+)?)S\Z", re.ASCII)


class TooLong(Exception):
    """More text than is wanted."""


def main(most: int, seconds: int, wanted: str) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    names = [one.name for one in book.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
    if wanted and wanted not in names:
        return told(sheets=names, problem="sheet")
    taken = wanted or longest(book)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    hours = False
    for row in book.get_sheet_by_name(taken).iter_rows() if taken else ():
        read = [duration(cell) for cell in row]
        cells = [text(cell) for cell in read]
        hours = hours or any(isinstance(cell, timedelta) for cell in read)
        writer.writerow(cells if any(cells) else [])
        if out.tell() > most:
            return told(sheets=names, problem="large")
    told(sheets=names, sheet=taken, hours=hours)
    sys.stdout.buffer.write(out.getvalue().encode())
    return None


def longest(book: CalamineWorkbook) -> str:
    """The visible sheet with the most rows, the first of these."""
    visible = [
        one.name
        for one in book.sheets_metadata
        if one.typ is SheetTypeEnum.WorkSheet and one.visible is SheetVisibleEnum.Visible
    ]
    if len(visible) < 2:
        return visible[0] if visible else ""
    return max(visible, key=lambda name: book.get_sheet_by_name(name).height)


def duration(cell: object) -> object:
    """A time or a duration as one; any other cell as it is."""
    if isinstance(cell, time):
        return timedelta(
            hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond
        )
    if isinstance(cell, str) and (said := _DURATION.match(cell)):
        return timedelta(hours=int(said[1]), minutes=int(said[2]), seconds=float(said[3]))
    return cell


def text(cell: object) -> str:
    """A cell as it would stand in a CSV file; durations in hours."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return text(round(cell / _HOUR, 9))
    return " ".join(str(cell).split())


def told(**facts: object) -> None:
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n")


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    except PasswordError:
        told(problem="locked")
    except BaseException:  # whatever a reader of broken files may raise, its panics too
        told(problem="unreadable")
