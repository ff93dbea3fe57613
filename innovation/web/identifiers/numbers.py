"""Numbers that check themselves, social security numbers and telephones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from innovation.web.identifiers.finding import (
    HOUSE_WORDS,
    PATIENT_WORDS,
    PERSON_WORDS,
    IdentifierKind,
    PossibleIdentifier,
    Words,
    after,
    digits,
    each,
    of,
    sentence_after,
    sentence_before,
    words_of,
)

# Digits that belong to a telephone, a price or an order say so just before.
_NOT_A_PERSON = re.compile(
    r"(?:tele?phone|phone|tel|call(?:ed)?|fax|bleep|pager|mobile|ext(?:ension)?|invoice|order|"
    r"ticket|serial|asset|part|version|isbn|gtin|barcode|lot|batch|doi|pmid|desk|hotline|"
    r"helpline|budget|line|code|cost\s+cent(?:re|er)|grant)"
    r"[\s.:#]*+(?:(?:is|on|at|no\.?|nr\.?|number)[\s.:#]*+)?$|\+\d{0,3}[\s(]*+$",
    re.IGNORECASE,
)
# One of these is in each; looked for first, as most numbers have none before them.
_OF_NO_PERSON = each(
    "+ phone tel call fax bleep pager mobile ext invoice order ticket serial asset part version isbn gtin "
    "barcode lot batch doi pmid desk hotline helpline budget line code cost grant"
)
_RUN = re.compile(r"\d(?:[ \-.()\u00a0]{0,2}\d){8,18}")
_TEN_DIGITS = re.compile(r"(?<![\w.])\d{3}[ \-\u00a0]?\d{3}[ \-\u00a0]?\d{4}(?![\w-])(?!\.\d)")
_NINE_DIGITS = re.compile(r"(?<![\w.-])(\d{3})([- ]?)(\d{2})\2(\d{4})(?![\w-])(?!\.\d)")
_NHS_SAID = re.compile(
    r"\bnhs\W{1,3}$|\bnhs\W{0,2}(?:no|num|nr|number|id|#)(?:\W{1,3}(?:is|was|of|for|on\s+file|as))?\W{0,4}$",
    re.I,
)
# Whoever says that it is one may have it wrong: any nine digits, in any groups.
_SSN_SAID = re.compile(
    r"\b(?:ssns?|social(?!\s+(?:care|work|media|services|prescrib|distanc))|soc\.?\s?sec(?:urity|\.)?|"
    r"ss\s?(?:#|no\b|num))[^\d.;!?\n]{0,40}$",
    re.IGNORECASE,
)
_SSN_ENDS = re.compile(
    r"(?:(?:ssn|social)[^\d.;!?\n]{0,25}\b(?:ends|ending|last\s(?:four|4))\s?(?:digits?\s)?(?:in\s|with\s|are\s|is\s|:\s?)?"
    r"|last\s(?:four|4)(?:\sdigits)?(?:\sof)?(?:\s(?:her|his|the))?\s(?:ssn|social)\W{1,3}(?:is\s|was\s)?)"
    r"(?:x{1,3}-x{1,2}-)?(\d{4})(?![\w/-])",
    re.IGNORECASE,
)
_LONG_DIGITS = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])(?!\.\d)")
# The letters that are no digit's look-alike, at the places that the number has letters in.
_MEDICARE = re.compile(
    r"[1-9](?<![\w-].)[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?"
    r"[AC-HJKMNP-RT-Y]{2}\d\d(?![\w-])"
)
_PHONE = re.compile(
    r"(?<!\d)(?:\+\d{1,3}[ .-]?|1[ .-])?+\(?\d{2,5}+\)?(?:[ .-]?\d{1,6}+){1,4}+(?![\w-])"
)
# "555-0163", "5550163": seven or eight digits, and no date.
_SHORT_PHONE = re.compile(
    r"\d(?=\d\d[-. ]?\d{4})(?<![\w.,/+(-].)(?<!\d[ )].)(?:\d{2}[-. ]\d{4}|\d{6}|\d{7}(?<!19\d{6})(?<!20\d{6}))(?![\w/-])(?![.,]\d)(?! \d)"
)
_HOUSE_PHONE = re.compile(
    r"\b(?:reception|main|hub|line|dept|department|theatres?|lab|laboratory|stores|hospital|hosp|estates|porters?|"
    r"trust|ward\s+(?:phone|number)|number\s+of\s+the)\b",
    re.IGNORECASE,
)
_CALL_BACK = re.compile(
    r"\b(?:call(?:ed)?|ring|rang|phone[ds]?|text(?:ed)?)\s+(?:(?:her|him|them|me|us)\s)?back\b|\bcall-?back\b",
    re.I,
)
_BACK = frozenset(("back", "callback"))
_REACHED = frozenset(
    each(
        "mobile cell phone phones telephone tel number reach reached call calls called ring rings rang rung "
        "contact text texts texted txt txted sms left gave gives form kin answer answers answered voicemail dial "
        "dials dialled whatsapp message messages picks landline reminder"
    )
)


def numbers(text: str, words: Words) -> Iterator[PossibleIdentifier]:
    for match in _MEDICARE.finditer(text):
        yield of(IdentifierKind.MEDICARE, match)
    for run in _RUN.finditer(text):
        yield from _number(text, run.start(), run.end())
    for match in _SHORT_PHONE.finditer(text):
        start = match.start()
        if _of_a_patient(text, start, match.end()) and not _named_otherwise(text, start):
            yield of(IdentifierKind.PHONE, match)
    yield from after(("ssn", "social", "last "), _SSN_ENDS, IdentifierKind.SSN, text, words)


def _number(text: str, start: int, end: int) -> Iterator[PossibleIdentifier]:
    """What a run of digits may be; it may hold more than one number."""
    sees = end + 3  # what may not follow
    count = len(digits(text[start:end]))
    if count >= 10:
        yield from _ten_digits(text, start, sees)
    if count == 9 and _said_to_be_ssn(text, start):
        yield PossibleIdentifier(IdentifierKind.SSN, text[start:end], start, end)
    for match in _NINE_DIGITS.finditer(text, start, sees):
        at, likely = match.start(), is_ssn(match[1], match[3], match[4]) and match[2]
        if _said_to_be_ssn(text, at) or (likely and not _named_otherwise(text, at)):
            yield of(IdentifierKind.SSN, match)
    if count >= 13:
        for match in _LONG_DIGITS.finditer(text, start, sees):
            if is_luhn(digits(match[0])) and not _named_otherwise(text, match.start()):
                yield of(IdentifierKind.LONG_NUMBER, match)
    yield from _phone(text, start, sees)


def _ten_digits(text: str, start: int, sees: int) -> Iterator[PossibleIdentifier]:
    for match in _TEN_DIGITS.finditer(text, start, sees):
        at = match.start()
        if is_nhs_number(digits(match[0])):
            meant = not (
                _named_otherwise(text, at) or HOUSE_WORDS & words_of(sentence_before(text, at))
            )
        else:  # mistyped, and said to be one
            said = _NHS_SAID.search(text[max(0, at - 40) : at])
            meant = said is not None and text[at] != "0"
        if meant:
            yield of(IdentifierKind.NHS_NUMBER, match)


def _phone(text: str, start: int, sees: int) -> Iterator[PossibleIdentifier]:
    while start and text[start - 1] in "+(":
        start -= 1
    match = _PHONE.match(text, start, sees)
    if match is None or not 9 <= len(digits(match[0])) <= 13:
        return
    if _of_a_patient(text, start, match.end()):
        yield of(IdentifierKind.PHONE, match)


def _of_a_patient(text: str, start: int, end: int) -> bool:
    """Whether a telephone is said to be a patient's, or a relative's."""
    said = sentence_before(text, start)
    words = words_of(said + " " + sentence_after(text, end))
    told = (
        words & PATIENT_WORDS
        or (words & PERSON_WORDS and words & _REACHED)
        or (words & _BACK and _CALL_BACK.search(said))
    )
    return bool(told) and not (words & HOUSE_WORDS or _HOUSE_PHONE.search(said))


def _said_to_be_ssn(text: str, start: int) -> bool:
    said = _SSN_SAID.search(text[max(0, start - 60) : start])
    return said is not None and not _named_otherwise(text, start)


def _named_otherwise(text: str, start: int) -> bool:
    said = text[max(0, start - 40) : start].lower()
    return any(one in said for one in _OF_NO_PERSON) and _NOT_A_PERSON.search(said) is not None


def is_nhs_number(number: str) -> bool:
    """Ten digits whose last one checks the others (weights 10 to 2, modulus 11)."""
    if len(number) != 10 or not number.isdecimal() or len(set(number)) == 1:
        return False
    check = 11 - sum(int(d) * w for d, w in zip(number, range(10, 1, -1), strict=False)) % 11
    return (0 if check == 11 else check) == int(number[9])


def is_ssn(area: str, group: str, serial: str) -> bool:
    """Whether the three parts may be a United States social security number."""
    return (
        area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"
    )  # fmt: skip


def is_luhn(number: str) -> bool:
    """Whether a number holds by the Luhn sum, as card, member and many record numbers do."""
    if len(set(number)) == 1:
        return False
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(number)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
