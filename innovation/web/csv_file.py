"""Rows as a CSV file to download, which no spreadsheet runs."""

import csv
import re
from collections.abc import Iterable

from django.http import HttpResponse

# CSV injection: what a spreadsheet would take for the start of a formula. Where the comma stands in
# numbers, spreadsheets part cells at semicolons, and others at tabs.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_STARTS_WITHIN = re.compile(r"([;\t\r\n][ \"]*+)(?=[=+@-])")


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet runs, wherever it parts cells, against CSV injection."""
    text = f"'{text}" if text.startswith(FORMULA_STARTS) else text
    return _STARTS_WITHIN.sub(r"\1'", text)


def csv_file(name: str, head: Iterable[object], lines: Iterable[Iterable[object]]) -> HttpResponse:
    """The answer that a browser keeps as a file of this name."""
    answer = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    writer = csv.writer(answer)
    writer.writerow([safe_cell(str(cell)) for cell in head])
    for line in lines:
        writer.writerow([safe_cell(str(cell)) for cell in line])
    return answer
