"""Dates of birth, by the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from innovation.web.identifiers.finding import (
    IdentifierKind,
    PossibleIdentifier,
    Words,
    after,
    before,
    each,
    places,
)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    r"(?:\d{1,2}[./\s-]\d{1,2}[./\s-](?:\d{4}|\d{2})|(?:18|19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?[\s-]+(?:of\s+)?{_MONTH}\.?,?[\s-]+(?:\d{{4}}|\d{{2}})|"
    rf"{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}})"
)
_BIRTH_SAID = r"(?:d\.?\s?o\.?\s?b\b\.?|birth(?:\s*date|day)?|born)"
_BIRTH = re.compile(
    _BIRTH_SAID
    + r"\s*+(?:(?:(?:in\s+)?(?-i:[A-Z][a-z]{1,20})|is|was|on|in|the|a|of|as|at|label|chart|band|tag|sticker|screen|form|wristband|typed|given|"
    r"recorded|entered|shown|reads|wrongly|hospital|keyed|put|down|set|up|coded|registered|logged|stored|saved|listed|"
    r"shows|read|came|comes|across|through|over|has|had|now|still|system|epic|pas|patient|pt|her|his|to|from|not|mismatch|differs|reversed|swapped)\b\s*+|"
    r"[:=,(“\"'’-]\s*+){0,6}"
    rf"({_DATE})(?!\.?\d)",
    re.IGNORECASE,
)
_BORN_BEFORE = re.compile(
    rf"(?<![\w.])({_DATE})\)?,?\s{{0,3}}(?:(?:is|was|as|for|being|were|not|which|entered|typed|given|recorded)\b|"
    r"[(=:–-]|\s){0,6}"
    r"(?:(?:her|his|the|their|a|same|wrong|patient['’]s)\s{1,3}){0,3}(?:date\s{1,3}of\s{1,3})?$",
    re.IGNORECASE,
)
# "b. 29 Feb 1952".
_B = re.compile(rf"b\.?:?\s{{0,2}}({_DATE})(?!\.?\d)", re.IGNORECASE)
# "male, 22.11.1954", "the lad on HDU: 2011-08-19", "age calc from 3/4/51".
_OF_WHOM = re.compile(
    r"(?:(?:fe)?male|lady|lad|lass|gent(?:leman)?|man|woman|boy|girl|baby|twins?)"
    rf"(?:\s+(?:on|in|from)\s+(?-i:[A-Z0-9])\w{{0,12}})?\s{{0,2}}[,:;(/]\s{{0,2}}({_DATE})(?!\.?\d)",
    re.IGNORECASE,
)
_AGE_OF = re.compile(
    r"ages?\s+(?:is\s+|was\s+)?(?:calc\w{0,8}|comput\w{1,5}|derived|worked\s+out|counted|taken)[^.;?!\n]{0,30}?"
    rf"(?<!\d)({_DATE})(?!\.?\d)",
    re.IGNORECASE,
)
_BEFORE_SEX = re.compile(rf"(?<![\w.])({_DATE})\s{{0,2}}[,;(/-]?\s{{0,2}}$", re.IGNORECASE)
_SEX = re.compile(r"\(?(?:male|female|[MF])\b(?!\s*[-&/])")
_BIRTH_CUES = ("dob", "d.o", "d o", "do.", "birth", "born")
_SEX_CUES = each("male female lady lad lass gent man woman boy girl baby twin")


def births(text: str, words: Words) -> Iterator[PossibleIdentifier]:
    kind = IdentifierKind.BIRTH_DATE
    yield from after(_BIRTH_CUES, _BIRTH, kind, text, words)
    yield from after(("b.", "b:", "b 1", "b 2", "b 3"), _B, kind, text, words)
    yield from after(_SEX_CUES, _OF_WHOM, kind, text, words)
    yield from after(("age",), _AGE_OF, kind, text, words)
    for at in places(("dob", "d.o.b", "date of birth", "birth date", "birthday"), words):
        yield from before(_BORN_BEFORE, kind, text, at)
    for at in places(("male", "female", "(m", "(f", "m,", "f,"), words):
        if _SEX.match(text, at):
            yield from before(_BEFORE_SEX, kind, text, at)
