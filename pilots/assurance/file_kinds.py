"""What a file is, by its content: its name and what the browser says of it are not believed."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

LARGEST = 10 * 1024 * 1024
# What an office document with a program in it holds, whatever its name says.
_PROGRAM = "vbaProject.bin"


@dataclass(frozen=True)
class FileKind:
    name: str
    media_type: str
    ending: str


PDF = FileKind("PDF", "application/pdf", ".pdf")
PNG = FileKind("PNG", "image/png", ".png")
JPEG = FileKind("JPEG", "image/jpeg", ".jpg")
TEXT = FileKind("text", "text/plain; charset=utf-8", ".txt")
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = FileKind("Word", _OFFICE + "wordprocessingml.document", ".docx")
XLSX = FileKind("Excel", _OFFICE + "spreadsheetml.sheet", ".xlsx")
_BEGINNINGS = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
)


def kind_of(content: bytes) -> FileKind | None:
    """None where it is none of the kinds that are taken, is empty, or carries a program."""
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if not content.strip() or b"\x00" in content:
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return TEXT


def _office(content: bytes) -> FileKind | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return None
    if any(name.endswith(_PROGRAM) for name in names):
        return None
    if "word/document.xml" in names:
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    return None
