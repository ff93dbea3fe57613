"""What a receipt may be, told by its first and last bytes and never by its name.

A PDF, PNG or JPEG of at most 5 MB. It is only ever handed out as a download.
"""

from __future__ import annotations

from pathlib import PurePath

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from innovation.rules.refusal import Malformed

LARGEST = 5 * 1024 * 1024
MOST = 10  # of one expense


class ReceiptKind(TextChoices):
    """What a receipt may be; the value is its media type."""

    PDF = "application/pdf", "PDF"
    PNG = "image/png", "PNG"
    JPEG = "image/jpeg", "JPEG"


_SUFFIXES = {ReceiptKind.PDF: ".pdf", ReceiptKind.PNG: ".png", ReceiptKind.JPEG: ".jpg"}
# How each begins, and what stands at its end (a PDF may have some bytes after its own).
_STARTS = {
    ReceiptKind.PDF: b"%PDF-",
    ReceiptKind.PNG: b"\x89PNG\r\n\x1a\n",
    ReceiptKind.JPEG: b"\xff\xd8\xff",
}
_ENDS = {ReceiptKind.PDF: b"%%EOF", ReceiptKind.PNG: b"IEND", ReceiptKind.JPEG: b"\xff\xd9"}


def kind_of(content: bytes) -> ReceiptKind:
    """What the file is; refused where it is none of these, is cut off, or is too large."""
    if len(content) > LARGEST:
        raise Malformed(_("The file is larger than 5 MB. Scan it in grey, or send fewer pages."))
    for kind, start in _STARTS.items():
        if content.startswith(start):
            if _ENDS[kind] not in content[-1024:]:
                raise Malformed(_("The file is cut off: its end is missing. Save it again."))
            return kind
    raise Malformed(_("A receipt is a PDF, or a picture as PNG or JPEG; this file is neither."))


def plain_name(name: str, kind: ReceiptKind) -> str:
    """The file's name without folders and what no header may carry, ending as its content is."""
    stem = PurePath(name.replace("\\", "/")).stem
    plain = "".join(sign for sign in stem if sign.isalnum() or sign in " -_.").strip(" .")
    return (plain[:100] or _("receipt")) + _SUFFIXES[kind]
