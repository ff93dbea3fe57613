"""How words are taken out of a frozen pack: of its tables and what stands beside them, and its document
whole. The numbers stay, so each verdict can be computed again; the first hash stays, and what is held
since is hashed beside it."""

from __future__ import annotations

import re

from django.db import connection
from django.utils.translation import gettext_lazy

from innovation.redaction.places import FilePlace, Seal
from innovation.redaction.words import MARK
from innovation.web import file_text
from pilots.evidence_packs import archive
from pilots.evidence_packs.models import EvidencePack

DOCUMENT = "evidence.pdf"
# What the product wrote itself names nobody, and goes on being what it was.
WRITTEN_BY_US = ("README.txt", archive.SUMS, "recompute.R", "recompute.py")


def holds(pack: EvidencePack, pattern: re.Pattern[str]) -> bool:
    files = archive.unpacked(bytes(pack.archive))
    return any(_found_in(name, held, pattern) for name, held in files.items())


def take_out(pack: EvidencePack, pattern: re.Pattern[str], made: int) -> str:
    """A drawn document cannot be mended, and says what the others say: it goes."""
    files = archive.unpacked(bytes(pack.archive))
    kept = {
        name: held if name in WRITTEN_BY_US else _without(held, pattern)
        for name, held in files.items()
        if name not in (DOCUMENT, archive.SUMS)
    }
    content = archive.packed(kept)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pilots_redact_pack(%s, %s, %s)", [made, pack.pk, content])
    return archive.digest(content)


def _found_in(name: str, held: bytes, pattern: re.Pattern[str]) -> bool:
    if name in WRITTEN_BY_US:
        return False
    if name == DOCUMENT:
        return pattern.search(file_text.text_of(held).text) is not None
    return pattern.search(held.decode()) is not None


def _without(held: bytes, pattern: re.Pattern[str]) -> bytes:
    return pattern.sub(MARK, held.decode()).encode()


FILES = (
    FilePlace("pilots.EvidencePack", gettext_lazy("Evidence pack"), ("archive",), holds, take_out),
)
SEALS: tuple[Seal, ...] = ()
