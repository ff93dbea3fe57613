"""A file given as evidence in which a patient is named is taken away whole; its answers stay."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy

from innovation.redaction.actions import empty_file
from innovation.redaction.places import FilePlace, Seal
from innovation.web import file_text
from pilots.assurance.models import EvidenceItem


def holds(item: EvidenceItem, pattern: re.Pattern[str]) -> bool:
    return pattern.search(file_text.text_of(bytes(item.content)).text) is not None


def take_out(item: EvidenceItem, _pattern: re.Pattern[str], made: int) -> None:
    empty_file(item, "content", made)


FILES = (
    FilePlace(
        "pilots.EvidenceItem", gettext_lazy("File given as evidence"), ("content",), holds, take_out
    ),
)
SEALS: tuple[Seal, ...] = ()
