"""The words that are taken out, as a pattern that Python and PostgreSQL read alike. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

MARK = "[taken out]"
LEAST, MOST = 3, 200


def pattern_of(words: str) -> str:
    """These words, whatever their case and the white space between them, and no part of a longer
    word: “Ann” is not in “Annex”."""
    return r"(?<!\w)" + _joined(words, re.escape, r"\s+") + r"(?!\w)"


def coarse_pattern_of(words: str) -> str:
    """Finds at least the same in JSON written out, where a line's end is `\\n`."""
    return _joined(words, lambda one: re.escape(_as_json(one)), r"(?:\s|\\[nrt])+")


def _joined(words: str, written: Callable[[str], str], between: str) -> str:
    return between.join(written(one) for one in words.split())


def _as_json(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)[1:-1]


def compiled(words: str) -> re.Pattern[str]:
    return re.compile(pattern_of(words), re.IGNORECASE)
