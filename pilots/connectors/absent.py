"""Cells that say that there is no number here: it is kept from us because it is small, or nobody knows it.

Neither is ever a zero. What a source writes besides, such as -999999, its mapping says.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from enum import StrEnum

MOST_CODES = 20
_SUPPRESSED = frozenset(
    ("*", "**", "***", "..", "...", "…", ":", "[c]", "[x]", "(c)", "(x)", ":c", "[low]",
     "suppressed", "supp", "redacted", "masked", "withheld", "hidden", "confidential", "too few cases",
     "too few", "small number", "small numbers", "geheim", "unterdrückt", "secret")
)  # fmt: skip
# A range of small counts (1-4), or what lies below a bound (<5).
_BELOW = re.compile(
    r"(?:[<≤]=? ?\d{1,6}(?:[.,]\d+)?|[01] ?(?:[-–]|to) ?\d{1,2})\Z", re.ASCII | re.I
)
_UNKNOWN = frozenset(
    ("-", "–", "—", "--", "?", "na", "n/a", "n.a.", "n.a", "#n/a", "n/k", "nk", "nan", "null", "none",
     "(null)", "\\n", "[z]", "(z)", "not available", "not applicable", "not known", "not reported",
     "not recorded", "not collected", "no data", "no value", "missing", "unknown", "blank", "(blank)",
     "k.a.", "k. a.", "keine angabe", "unbekannt", "nicht verfügbar", "inconnu", "nd", "n.d.", "n/d")
)  # fmt: skip


class Absence(StrEnum):
    """Why a cell has no number."""

    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


def absence(text: str, codes: tuple[str, ...] = ()) -> Absence | None:
    """What a cell without a number says of it; None for any other cell. `codes`: what else means missing.

    >>> absence("<5"), absence("Not Available"), absence("-999999.0", ("-999999",)), absence("7")
    (<Absence.SUPPRESSED: 'suppressed'>, <Absence.UNKNOWN: 'unknown'>, <Absence.UNKNOWN: 'unknown'>, None)
    """
    if not text or (codes and is_code(text, codes)):
        return Absence.UNKNOWN
    if text.isdecimal():
        return None
    if text[0].isdecimal() and text[-1].isdecimal() and not _BELOW.match(text):
        return None
    folded = " ".join(text.casefold().split())
    if folded in _UNKNOWN:
        return Absence.UNKNOWN
    if folded in _SUPPRESSED or _BELOW.match(folded):
        return Absence.SUPPRESSED
    return None


def codes_of(text: str) -> tuple[str, ...]:
    """The codes of a setting, which stand between commas, semicolons or line ends.

    >>> codes_of("-999999, 9999;NULL")
    ('-999999', '9999', 'NULL')
    """
    codes = (code.strip() for code in re.split(r"[,;\n]", text))
    return tuple(dict.fromkeys(code for code in codes if code))


def is_code(text: str, codes: tuple[str, ...]) -> bool:
    """Whether a cell is one of them: as it is written, or as the same number."""
    if text in codes:
        return True
    if (number := _number(text)) is None:
        folded = text.casefold()
        return any(code.casefold() == folded for code in codes)
    return any(_number(code) == number for code in codes)


def codes_problem(text: str) -> str:
    """What is wrong with the setting, as a sentence; empty where nothing is."""
    codes = codes_of(text)
    if len(codes) > MOST_CODES or any(len(code) > 60 for code in codes):
        return f"At most {MOST_CODES} codes, of 60 characters each, with commas between."
    return ""


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
