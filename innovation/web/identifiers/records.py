"""Numbers of records, charts and stays, by the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from innovation.web.identifiers.finding import (
    HOUSE_WORDS,
    IdentifierKind,
    PossibleIdentifier,
    Words,
    before,
    each,
    of,
    places,
    sentence_before,
    words_of,
)

# A number of a record, and no date, no year and no file's name.
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NO_DATE = (
    rf"(?!(?:(?:19|20)\d\d[/.-]{_DAY}[/.-]{_DAY}|{_DAY}[/.-]{_DAY}[/.-](?:(?:19|20)\d\d|\d\d))(?!\d)|"
    r"(?:19|20)\d\d(?:[/-]\d{1,2})?(?![\w/-]))"
)
_RECORD_NUMBER = (
    rf"({_NO_DATE}(?=(?:[A-Z/-]{{0,20}}+\d){{3}})[A-Z]{{0,4}}+-?[0-9](?-i:[A-Z0-9/-]{{2,24}})[A-Z0-9])"
    r"(?![\w-])(?!\.\w)"
)
_SIX_DIGITS = (
    rf"({_NO_DATE}(?=(?:[A-Z/-]{{0,20}}+\d){{6}})[A-Z]{{0,4}}+-?[0-9](?-i:[A-Z0-9/-]{{4,24}})[A-Z0-9])"
    r"(?![\w-])(?!\.\w)"
)
_SIGNS = r"[:#=.,(“\"]"
# What has "number" in it may be followed by some words; a chart or an encounter only by "is" and signs.
_NUMBERED = (
    r"(?:mrn(?:['’]?s)?(?:\s+(?:no\.?|nr\.?|number))?|m\.r\.n\.|m/?r\s*(?:#|no\.?|number)|chi\s+(?:no\.?|number)|"
    r"(?:hosp(?:\.|ital)?|pat(?:\.|ient)?|pt\.?|visit|member|policy|admission|case|account|acc?t\.?|a/c|unit|file|"
    r"folder|stay|referral|specimen|accession|episode|person|client|resident|chart|encounter|note|pas|"
    r"(?:med(?:ical|\.)?\s+|patient\s+|health\s+)?rec(?:ord|\.)?)\s*(?:no\.?|nr\.?|num\b\.?|numbers?|id|identifier)|"
    r"(?:hosp(?:\.|ital)?|patient|pt\.?|resident|acc?t|account|member|visit)\s*#)"
    r"\s*+(?:(?:(?:is|was|are|were|reads|shows|in|on|full|ending|of|for|with|the|this|that|her|his|their|"
    rf"patient|pts?|label|again|still|wrongly|typed|as|first|second|other|one)\b|{_SIGNS})\s*+){{0,6}}"
)
_CHARTED = (
    r"(?:nhi|csn|fin|chart|encounter|enc\.|(?:med(?:ical|\.)?\s+|patient\s+|health\s+)rec(?:ord|\.)?|record)\s*+"
    rf"(?:(?:(?:is|was|reads|in|full|ending|with\s+number)\b|{_SIGNS})\s*+){{0,4}}"
)
# "77 12 09".
_IN_GROUPS = r"\d{2,3}(?: \d{2,3}){2,3}(?![\w/-])"
_RECORD = re.compile(
    rf"(?:{_NUMBERED}|{_CHARTED})(?:{_RECORD_NUMBER}|({_IN_GROUPS}))", re.IGNORECASE
)
# "file 800-3387": other things that may be a patient's, where there are six digits.
_FILED = re.compile(
    r"(?:file|admission|stay|patient|pt|label|wristband|specimen|accession|episode|referral)"
    rf"\s+#?(?!(?:19|20)\d\d[/-]){_SIX_DIGITS}",
    re.IGNORECASE,
)
# "… 482913 and 482914"; "482913 is her record number".
_AND_ANOTHER = re.compile(
    r"\s{0,3}(?:,|and|or|&|/|\+|with|w/|into|vs\.?)\s{0,3}" + _RECORD_NUMBER, re.IGNORECASE
)
_RECORD_BEFORE = re.compile(
    rf"(?<![\w./-]){_SIX_DIGITS}"
    r"\s{0,3}(?:(?:is|was|as|for|had|under)\b|[(,:=–-])?\s{0,3}(?:(?:her|his|the|their|a|an|same|another)\s{1,3}){0,2}$",
    re.IGNORECASE,
)
_RECORD_SAID = re.compile(
    r"(?:mrn|(?:(?:medical\s+)?record|hospital|chart|patient)\s+(?:no\.?|number|id))\b",
    re.IGNORECASE,
)
_RECORD_CUES = each(
    "mrn m.r.n. mr m/r nhi csn fin chi chart enc rec med health hosp pat pt pas visit member policy admission "
    "case acc acct a/c unit file folder stay referral specimen episode person client resident note"
)
_FILED_CUES = each(
    "file admission stay patient pt label wristband specimen accession episode referral"
)
_RECORD_SAID_CUES = ("mrn", "record", "medical record", "hospital", "chart", "patient")


def records(text: str, words: Words) -> Iterator[PossibleIdentifier]:
    kind = IdentifierKind.RECORD_NUMBER
    for at in places(_RECORD_CUES, words):
        match = _RECORD.match(text, at)
        while match:
            yield of(kind, match, match.lastindex or 0)
            match = _AND_ANOTHER.match(text, match.end())
    for at in places(_FILED_CUES, words):
        if (match := _FILED.match(text, at)) and not HOUSE_WORDS & words_of(
            sentence_before(text, at)
        ):
            yield of(kind, match, 1)
    for at in places(_RECORD_SAID_CUES, words):
        if _RECORD_SAID.match(text, at):
            yield from before(_RECORD_BEFORE, kind, text, at)
