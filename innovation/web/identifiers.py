"""Does this text name a patient? Checksummed numbers, and names, birth dates and record numbers by
their context. Pure: it finds and explains; whoever asks decides what to do about it.

NHS numbers: modulus 11, https://www.datadictionary.nhs.uk/attributes/nhs_number.html.
SSN structure: https://www.ssa.gov/employer/randomization.html. Card and member numbers: Luhn,
ISO/IEC 7812-1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class IdentifierKind(StrEnum):
    NHS_NUMBER = "nhs_number"
    SSN = "ssn"
    LONG_NUMBER = "long_number"
    RECORD_NUMBER = "record_number"
    NAME = "name"
    BIRTH_DATE = "birth_date"


@dataclass(frozen=True)
class PossibleIdentifier:
    """What looks like an identifier, and where in the text."""

    kind: IdentifierKind
    text: str
    start: int
    end: int


# Each pattern reads a text once, whatever it holds: two runs that may both be of white space never
# stand side by side, and what a run of them took is not given back (`*+`). A test feeds each
# pattern what would be slow.

# Digits that belong to a telephone, a price or an order say so just before.
_NOT_A_PERSON = re.compile(
    r"(?:tele?phone|phone|tel|call(?:ed)?|fax|bleep|pager|mobile|ext(?:ension)?|invoice|order|"
    r"ticket|serial|asset|part|version|isbn|gtin|barcode|lot|batch|doi|pmid)"
    r"[\s.:#]*+(?:(?:is|on|at|no\.?|nr\.?|number)[\s.:#]*+)?$|\+\d{0,3}[\s(]*+$",
    re.IGNORECASE,
)
_TEN_DIGITS = re.compile(r"(?<![\w.])\d{3}[ \-\u00a0]?\d{3}[ \-\u00a0]?\d{4}(?![\w-])(?!\.\d)")
_NINE_DIGITS = re.compile(r"(?<![\w.-])(\d{3})([- ]?)(\d{2})\2(\d{4})(?![\w-])(?!\.\d)")
_SSN_CONTEXT = re.compile(r"(?:ssn|social\s+security)\W{0,3}(?:no\.?|number|is|#|:|\s){0,4}$", re.I)
_LONG_DIGITS = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])(?!\.\d)")
_RECORD = re.compile(
    r"\b(?:mrn|m\.r\.n\.|emrn|nhi|chi\s+(?:no\.?|number)|"
    r"(?:medical|patient|health)\s+record(?:\s+(?:no\.?|nr\.?|number|id))|"
    r"(?:hospital|patient|pt|encounter|visit|member|policy|admission|case)\s*"
    r"(?:no\.?|nr\.?|number|id|identifier))"
    r"\s*+(?:(?:is|was|[:#=.])\s*+)?(?:#\s*+)?"
    r"((?=(?:[A-Z/-]{0,20}\d){3})[A-Z]{0,4}-?[0-9][A-Z0-9/-]{3,})\b",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    r"(?:\d{1,2}[./\s-]\d{1,2}[./\s-](?:\d{4}|\d{2})|(?:18|19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\.?,?\s+(?:\d{{4}}|\d{{2}})|"
    rf"{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}})"
)
_BIRTH = re.compile(
    r"\b(?:d\.?\s?o\.?\s?b\b\.?|date\s+of\s+birth|birth\s*date|birthday|born(?:\s+on)?)"
    rf"\s*+(?:(?:is|was|on|[:=,-])\s*+)?({_DATE})",
    re.IGNORECASE,
)
# A name: capitalised as names are, also double-barrelled, O'Neill, McKay, de la Cruz.
_WORD = r"(?:[A-Z](?:['’][A-Z])?[a-zà-ÿ]+(?:[A-Z][a-zà-ÿ]+)?(?:-[A-Z][a-zà-ÿ]+)?)"
_PARTICLE = r"(?:\s+(?:de|da|di|la|le|van|von|der|den|bin|al|el|y))*"
_TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Master)\b\.?\s+((?:{_WORD}|[A-Z]\.?)(?:\s+{_WORD})?)"
)
_CALLED = re.compile(
    r"\b(?:[Pp]atients?|PATIENT|[Pp]ts?\.?|PT|[Rr]esident|[Ii]npatient|[Oo]utpatient|"
    r"[Cc]lient|[Ss]ervice user)(?:['’]s name is|\s+name(?:d|\s+is)?(?:\s*:)?|\s+called|\s*:)?\s+"
    rf"({_WORD}{_PARTICLE}\s+(?:[A-Z]\.\s+)?{_WORD})"
)
_DOING = re.compile(
    r"\b(?:[Pp]atient|[Pp]t\.?|[Rr]esident)\s+"
    rf"({_WORD})(?=,?\s+(?:was|is|had|has|fell|died|came|needs|needed|waited|waits|in\s+bed|aged|"
    r"who)\b|\s*\(\d)"
)
# Words that follow "patient" in the names of services and things, and are nobody's name.
_THINGS_TEXT = """
access admin administration administrative advice advocacy advocate affairs alert allocation and
app appointment appointments april are assessment assistance at august bed blood board boards
can cannot care catering centered centred cerner choice clinic clinical communication complaints
connect contact data december discharge document documentation education emergency engagement
entertainment entry epic experience february feedback fhir financial flow food for forum friday
from group had handling has have health history home hub identification in index information
initiated intake international involvement is january journey july june kiosk language level
liaison list lists management march master may meals monday monitoring moving must mychart
navigation navigator need needs nhs notes november observation october of on online or outcome
outcomes panel participation pathway placement portal power property public quality record
records referral registration registry relations reported representative representatives
research rights room safety satisfaction saturday schedule scheduling self september service
services source specific status stories story sunday support survey system team that the these
this thursday to tracker tracking transfer transport transportation triage tuesday uk unit us
ward was wednesday wellbeing were when where who with
"""
_THINGS = frozenset(_THINGS_TEXT.split())


def findings(text: str) -> list[PossibleIdentifier]:
    """Everything in `text` that looks like it identifies a patient, in the order of the text."""
    found: list[PossibleIdentifier] = []
    for finding in sorted(_all(text), key=lambda f: (f.start, -f.end)):
        if not found or finding.start >= found[-1].end:
            found.append(finding)
    return found


def _all(text: str) -> Iterator[PossibleIdentifier]:
    yield from _numbers(text)
    for match in _RECORD.finditer(text):
        yield _of(IdentifierKind.RECORD_NUMBER, match, 1)
    for match in _BIRTH.finditer(text):
        yield _of(IdentifierKind.BIRTH_DATE, match, 1)
    for pattern in (_TITLED, _CALLED, _DOING):
        for match in pattern.finditer(text):
            words = match[1].replace(".", "").lower().split()
            if not _THINGS.intersection(words):
                yield _of(IdentifierKind.NAME, match, 1)


def _numbers(text: str) -> Iterator[PossibleIdentifier]:
    for match in _TEN_DIGITS.finditer(text):
        if is_nhs_number(_digits(match[0])) and not _named_otherwise(text, match.start()):
            yield _of(IdentifierKind.NHS_NUMBER, match)
    for match in _NINE_DIGITS.finditer(text):
        # Nine digits in a row are a social security number only where somebody says so.
        said = _SSN_CONTEXT.search(text[max(0, match.start() - 40) : match.start()])
        likely = is_ssn(match[1], match[3], match[4]) and (match[2] or said)
        if likely and not _named_otherwise(text, match.start()):
            yield _of(IdentifierKind.SSN, match)
    for match in _LONG_DIGITS.finditer(text):
        if is_luhn(_digits(match[0])) and not _named_otherwise(text, match.start()):
            yield _of(IdentifierKind.LONG_NUMBER, match)


def _of(kind: IdentifierKind, match: re.Match[str], group: int = 0) -> PossibleIdentifier:
    return PossibleIdentifier(kind, match[group], match.start(group), match.end(group))


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _named_otherwise(text: str, start: int) -> bool:
    return _NOT_A_PERSON.search(text[max(0, start - 40) : start]) is not None


def is_nhs_number(digits: str) -> bool:
    """Ten digits whose last one checks the others (weights 10 to 2, modulus 11)."""
    if len(digits) != 10 or not digits.isdecimal() or len(set(digits)) == 1:
        return False
    check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11
    return (0 if check == 11 else check) == int(digits[9])


def is_ssn(area: str, group: str, serial: str) -> bool:
    """Whether the three parts may be a United States social security number."""
    return (
        area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"
    )  # fmt: skip


def is_luhn(digits: str) -> bool:
    """Whether the digits hold by the Luhn sum, as card, member and many record numbers do."""
    if len(set(digits)) == 1:
        return False
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
