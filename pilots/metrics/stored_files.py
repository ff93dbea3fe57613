"""Uploaded files as the database keeps them: written and read some megabytes at a time, so that neither a worker
nor a page ever holds a large one."""

from __future__ import annotations

import hashlib
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import connection
from django.utils.translation import gettext as _

from pilots.connectors import csv_text
from pilots.metrics.models import SourceFile

PIECE = 4 * 1024 * 1024  # bytes
READ = "SELECT substring(content FROM %s FOR %s) FROM pilots_sourcefile WHERE id = %s"
INCOMING = """
CREATE TEMPORARY TABLE IF NOT EXISTS pilots_incoming_file (
    number int NOT NULL, content bytea NOT NULL
) ON COMMIT DELETE ROWS
"""
# The database puts the pieces together: there alone the file is ever whole.
JOIN = """
UPDATE pilots_sourcefile SET content = (
    SELECT string_agg(content, '' ORDER BY number) FROM pilots_incoming_file
) WHERE id = %s
"""


class FileCopy:
    """A copy of an uploaded file to read from: in memory where it is small, else on the disk, and gone with
    this object. `content` is what connectors take."""

    def __init__(self, file: SourceFile) -> None:
        pieces = _pieces(file.pk)
        first = next(pieces, b"")
        self.content: bytes | Path = first
        if len(first) < PIECE:
            return
        with tempfile.NamedTemporaryFile(delete=False) as copy:
            self.content = Path(copy.name)
            weakref.finalize(self, self.content.unlink, missing_ok=True)
            copy.write(first)
            for piece in pieces:
                copy.write(piece)


def write(file: SourceFile, content: bytes | Path) -> None:
    """Keep this as the content of a file, inside the caller's transaction."""
    if csv_text.size_of(content) <= PIECE:
        file.content = b"".join(csv_text.raw_blocks(content))
        file.save(update_fields=["content"])
        return
    with connection.cursor() as cursor:
        cursor.execute(INCOMING)
        cursor.execute("DELETE FROM pilots_incoming_file")
        for number, piece in enumerate(csv_text.raw_blocks(content, size=PIECE)):
            cursor.execute("INSERT INTO pilots_incoming_file VALUES (%s, %s)", [number, piece])
        cursor.execute(JOIN, [file.pk])
        cursor.execute("DELETE FROM pilots_incoming_file")


def given(file: File[bytes]) -> bytes | Path:
    """What somebody uploads: where it lies on the disk, or a small one itself."""
    if isinstance(file, TemporaryUploadedFile):
        return Path(file.temporary_file_path())
    content: bytes = file.read()
    return content


def too_large() -> str:
    """What is said of a file above the installation's bound."""
    return _("The file is larger than %(most)s MB. Split it by year and upload the parts.") % {
        "most": settings.LARGEST_FILE // 2**20
    }


def sha256(content: bytes | Path) -> str:
    digest = hashlib.sha256()
    for block in csv_text.raw_blocks(content):
        digest.update(block)
    return digest.hexdigest()


def _pieces(pk: int) -> Iterator[bytes]:
    begin = 1
    with connection.cursor() as cursor:
        while True:
            cursor.execute(READ, [begin, PIECE, pk])
            row = cursor.fetchone()
            piece = b"" if row is None else bytes(row[0])
            if piece:
                yield piece
            if len(piece) < PIECE:
                return
            begin += PIECE
