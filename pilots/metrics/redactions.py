"""Files of numbers: words go from an uploaded one, whose numbers stay; a copy of what was fetched, and what
somebody looked at for a moment, are forgotten, since they can be asked for again."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy

from innovation.redaction.places import FilePlace, Seal
from innovation.redaction.words import MARK
from pilots.metrics.models import FetchedCopy, SourceCheck, SourceFile


def _text(content: bytes) -> tuple[str, str]:
    """And the encoding; bytes that are no text come back as they went."""
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"


def holds(row: SourceFile | FetchedCopy | SourceCheck, pattern: re.Pattern[str]) -> bool:
    return pattern.search(_text(bytes(row.content))[0]) is not None


def take_out(file: SourceFile, pattern: re.Pattern[str], _made: int) -> None:
    text, encoding = _text(bytes(file.content))
    SourceFile.objects.filter(pk=file.pk).update(content=pattern.sub(MARK, text).encode(encoding))


def forget_copy(copy: FetchedCopy, _pattern: re.Pattern[str], _made: int) -> None:
    FetchedCopy.objects.filter(pk=copy.pk).update(
        content=b"", sha256="", fetched_at=None, began_at=None, leads_until=None
    )


def forget_check(check: SourceCheck, _pattern: re.Pattern[str], _made: int) -> None:
    SourceCheck.objects.filter(pk=check.pk).delete()


FILES = (
    FilePlace("pilots.SourceFile", gettext_lazy("File of numbers"), ("content",), holds, take_out),
    FilePlace("pilots.FetchedCopy", gettext_lazy("Fetched file"), ("content",), holds, forget_copy),
    FilePlace(
        "pilots.SourceCheck", gettext_lazy("Look at a file"), ("content",), holds, forget_check
    ),
)
SEALS: tuple[Seal, ...] = ()
