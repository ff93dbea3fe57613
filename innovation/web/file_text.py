"""The text of a file that somebody hands in, as far as it can be read: PDF, Word, Excel, and plain text.

Whoever sends the file decides what is in it, so nothing of it is believed: pages, characters, unpacked
bytes and time are bounded, a PDF is read by a process of its own (`pdf_words.py`), XML may name no
entity, and what a reader stumbles over is a file that was not looked at. That is said, so that nobody
takes silence for a yes.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.core.files import File
from django.utils.translation import gettext_lazy as _
from lxml import etree

MOST_CHARACTERS = 400_000
LARGEST = 20 * 2**20
MOST_UNPACKED = 20 * 2**20  # of all parts of an office file
SECONDS = 8
PDF_WORDS = Path(__file__).with_name("pdf_words.py")
# What is read of an office file; its properties name who wrote it, and no patient.
_PARTS = ("word/", "xl/sharedStrings", "xl/worksheets/", "xl/comments")
_NOT_READ = ("word/theme/", "word/styles", "word/settings", "word/fontTable", "word/webSettings")
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class Unread(StrEnum):
    """What of a file was not looked at."""

    NOTHING = "nothing"
    PICTURE = "picture"
    SCANNED = "scanned"
    PART = "part"
    LOCKED = "locked"
    UNREADABLE = "unreadable"


# For whoever sent it.
SAID = {
    Unread.NOTHING: "",
    Unread.PICTURE: _("It is a picture: words in it were not looked at."),
    Unread.SCANNED: _("Pages of it are pictures: words in them were not looked at."),
    Unread.PART: _("It is long: only its beginning was looked at."),
    Unread.LOCKED: _("It is locked by a password: it was not looked at."),
    Unread.UNREADABLE: _("Its text could not be read, and was not looked at."),
}


@dataclass(frozen=True)
class FileText:
    text: str
    unread: Unread = Unread.NOTHING


def of_upload(file: File[bytes]) -> FileText:
    """The same of what was just sent, and its name; it is read again by whoever keeps it."""
    if file.size > LARGEST:
        return FileText("", Unread.UNREADABLE)
    file.seek(0)
    read = text_of(file.read())
    file.seek(0)
    stem = Path(file.name or "").stem.replace("_", " ")
    return FileText(f"{stem}\n\n{read.text}", read.unread)


def text_of(content: bytes) -> FileText:
    """What there is to read in these bytes, whatever their name says they are."""
    if not content:
        return FileText("")
    if content.startswith(b"%PDF-"):
        return _of_pdf(content)
    if content.startswith(_PICTURES):
        return FileText("", Unread.PICTURE)
    if content.startswith(b"PK\x03\x04"):
        return _of_office(content)
    return _of_plain(content)


def _cut(text: str, unread: Unread = Unread.NOTHING) -> FileText:
    if len(text) > MOST_CHARACTERS:
        return FileText(text[:MOST_CHARACTERS], Unread.PART)
    return FileText(text, unread)


def _of_plain(content: bytes) -> FileText:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _cut(content.decode("utf-16", errors="replace"))
    if b"\x00" in content:
        return FileText("", Unread.UNREADABLE)
    try:
        return _cut(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _cut(content.decode("cp1252", errors="replace"))


def _of_pdf(content: bytes) -> FileText:
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(PDF_WORDS), str(MOST_CHARACTERS), str(SECONDS)],
            input=content,
            capture_output=True,
            timeout=2 * SECONDS,
            check=False,
        )
        told = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, OSError, ValueError):
        return FileText("", Unread.UNREADABLE)
    return FileText(str(told["text"]), Unread(told["unread"]))


def _of_office(content: bytes) -> FileText:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [part for part in archive.infolist() if _is_read(part.filename)]
            if sum(part.file_size for part in parts) > MOST_UNPACKED:
                return FileText("", Unread.UNREADABLE)
            whole = "\n".join("".join(_words_in(archive.read(part))) for part in parts)
    except _UNREADABLE:
        return FileText("", Unread.UNREADABLE)
    return _cut(whole) if parts else FileText("", Unread.UNREADABLE)


def _is_read(name: str) -> bool:
    return name.endswith(".xml") and name.startswith(_PARTS) and not name.startswith(_NOT_READ)


class _Dangerous(Exception):
    """XML with a document type, which office files have none of."""


_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, _Dangerous),
    *(RuntimeError, NotImplementedError, EOFError, OSError, ValueError),  # sealed, or cut off
)


def _words_in(part: bytes) -> Iterator[str]:
    """Text of each run, and a line's end after each paragraph, cell or shared text."""
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise _Dangerous
    reading = etree.iterparse(
        io.BytesIO(part), events=("end",), resolve_entities=False, no_network=True
    )
    for _event, element in reading:
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name == "t":
            yield element.text or ""
        elif name == "v" and element.getparent().get("t") != "s":
            yield f" {element.text or ''} "  # the number of a cell
        elif name in ("tab", "br"):
            yield " "
        elif name in ("p", "si", "is"):
            yield "\n"
            element.clear()
