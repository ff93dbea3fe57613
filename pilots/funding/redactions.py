"""A receipt in which a patient is named is taken away whole: a scan cannot be mended."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy

from innovation.redaction.actions import empty_file
from innovation.redaction.places import FilePlace, Seal
from innovation.web import file_text
from pilots.funding.models import Receipt


def holds(receipt: Receipt, pattern: re.Pattern[str]) -> bool:
    return pattern.search(file_text.text_of(bytes(receipt.content)).text) is not None


def take_out(receipt: Receipt, _pattern: re.Pattern[str], made: int) -> None:
    empty_file(receipt, "content", made)


FILES = (FilePlace("pilots.Receipt", gettext_lazy("Receipt"), ("content",), holds, take_out),)
SEALS: tuple[Seal, ...] = ()
