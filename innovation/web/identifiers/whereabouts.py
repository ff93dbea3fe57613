"""Where a patient is found: streets, beds, addresses of mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from innovation.web.identifiers.finding import (
    KIN,
    PERSON_WORDS,
    IdentifierKind,
    PossibleIdentifier,
    Words,
    each,
    of,
    places,
    sentence_after,
    sentence_before,
    words_of,
)

# A number and up to three words before one of these: "131b Lower Station Rd".
_STREET = re.compile(
    r"\d(?<![\w.].)\d{0,4}[A-Za-z]?,?\s{1,2}(?:[NSEW]\.?\s)?(?:(?:[A-Z][a-z]{0,2}['’])?[A-Z][a-z]{1,20}\.?\s{1,2}){1,3}"
    r"(?:Road|Street|Avenue|Lane|Drive|Close|Boulevard|Way|Court|Crescent|Terrace|Place|Square|Gardens|Grove|Hill|Row|"
    r"Rise|Mews|Walk|View|Wharf|Yard|Wynd|Vale|Circle|Trail|Croft|Fold|Brae|Quay|Parade|Parkway|Highway|Cottages|House|Lodge|"
    r"St|Rd|Ave?|Blvd|Dr|Ln|Ct|Cl|Cres|Terr?|Pl|Sq|Gdns|Pkwy|Cir|Trl|Hwy)\b"
)
# "LS29 0ZZ"; "Macon GA 31201" or "Flat 6," make a home of a street, too.
_POSTCODE = re.compile(r"[A-Z](?<!\w.)[A-Z]?\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2}\b")
_ZIP = re.compile(
    r"\b[A-Z]{2},?\s+\d{5}(?:-\d{4})?\b|\b(?i:apt|flat|apartment|unit|#)\.?\s?\d{1,4}[A-Z]?\b"
)
_AT_HOME = re.compile(
    r"\b(?:lives?|lived|living|resides|home|taxi|letter|discharged|visited|paramedics?|moved|ambulance\s+(?:\w+\s+){0,3}(?:to|for)|"
    r"picked up|collect(?:ed|ing)?|found|carers?|house|d/c['’]?d?|dc['’]?d|flat|apt|apartment|bungalow|"
    r"stay(?:s|ing)\s+(?:at|with)|visits?|sat\s?nav|next\s+door|neighbou?r)\b",
    re.IGNORECASE,
)
_AT_WORK = re.compile(
    r"\b(?:offices?|clinic|our\s+team|parking|venue|contract|vendor|floor|fl|conference|practice|pharmacy|"
    r"infirmary|campus|bldg|building|dock|goods|attn|department|dept|library|depot|warehouse|"
    r"day\s+(?:unit|centre|center)|dementia\s+(?:\w+\s+)?unit)\b",
    re.IGNORECASE,
)
_OF_THE_HOUSE = re.compile(
    r"\b(?:hospital|trust|centre|center|school|hq|lodge)[\s,(@:–-]{1,4}(?:at\s|is\s)?$", re.I
)
_MAIL_BEFORE = re.compile(r"(?<![\w.+-])[\w.+-]+$")
_MAIL_AFTER = re.compile(r"@([a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){1,4})", re.IGNORECASE)
_PRIVATE_MAIL = re.compile(
    r"(?:gmail|googlemail|outlook|hotmail|live|yahoo|icloud|me|aol|gmx|proton(?:mail)?|btinternet|"
    r"comcast|verizon)\.",
    re.IGNORECASE,
)
_BED = re.compile(
    r"((?:bed\s?space|bed|room|rm\.?|bay|cubicle|side\s+room|s/r|chair|trolley)\s*#?\d{1,4}[A-D]?"
    r"(?:,?\s*bed\s*\d{1,3}[A-D]?)?)\b",
    re.IGNORECASE,
)
# "5 East 12B"; the ward alone is none.
_WARD_BED = re.compile(
    r"\d(?<!\w.)\d?\s?(?:East|West|North|South|[NSEW])[ -]{1,2}\d{1,3}-?[A-D]?\b"
)
_WHO_LIES = (
    r"(?:patient|pts?\.?|resident|lady|gent(?:leman)?|woman|man|boy|girl|lad|lass|child|kid|baby|teenager|chap|bloke|"
    rf"guy|y/?o|occupant|inpatient|he|she|{KIN})"
)
_LIES_IN = re.compile(
    rf"\b{_WHO_LIES}"
    r"(?:\s+(?:who|that|lies|lying|is|was|had|still|stays|over|moved|transferred|brought|put|wheeled|up|"
    r"down|back|now|sat|currently)){0,5}(?:\s+(?:in|from|of|at|to|into)\s+(?:the\s+)?|\s?[,(@]\s?(?:in\s+|now\s+)?)"
    r"(?:(?-i:[A-Z])\w{2,15}\s(?:ward\s)?)?$",
    re.IGNORECASE,
)
_LED_TO_BED = frozenset(each("in from of at to into the ward now"))
_WHOSE_BED = re.compile(
    rf"['’]s\s(?:{_WHO_LIES}|family|sats|obs|bp|drip|dose|insulin|bloods?|meds|wound|notes?|wristband|chart)\b"
    rf"|\s(?=\w){_WHO_LIES}\s(?!to\b|lift|monitor|flow|list|board|call|room|chart)",
    re.IGNORECASE,
)
# A bed that speaks or is asked is who lies in it.
_BED_DOES = re.compile(
    r"\s{1,3}+(?:(?:still|also|again|now|always|never|only)\s{1,3}+)?(?:wants?|asked|asks|refuse[sd]?|declined?s?|"
    r"complain(?:s|ed)|fell|cried|cries|says?|said|speaks?|consented|withdrew|vomited|needs\s{1,3}an\s{1,3}interpreter|"
    r"cannot\s{1,3}hear|is\s{1,3}(?:deaf|blind|angry|confused|afraid|anxious))\b",
    re.IGNORECASE,
)
_BED_CUES = ("bed", "room", "rm", "bay", "cubicle", "side room", "s/r", "chair", "trolley")
_IN = re.compile(r"\b(?:in|from|of|at|by|near)\s+(?:the\s+)?$", re.IGNORECASE)
_FOR_BED = re.compile(
    r"\b(?:consent|letter|recording|draft|summary|daughter|son|wife|husband|family|mother|father|interpreter)"
    r"\s{1,3}(?:of|for|from)\s{1,3}$",
    re.IGNORECASE,
)


def beds(text: str, words: Words) -> Iterator[PossibleIdentifier]:
    kind = IdentifierKind.BED
    for at in places(_BED_CUES, words):
        if match := _BED.match(text, at):
            said = text[max(0, at - 60) : at]
            is_bed = words.low.startswith("bed", at)
            speaks = is_bed and (
                (_BED_DOES.match(text, match.end()) and not _IN.search(said))
                or _FOR_BED.search(said)
            )
            if speaks or _lies_in(said) or _WHOSE_BED.match(text, match.end()):
                yield of(kind, match, 1)
    for match in _WARD_BED.finditer(text):
        if _lies_in(text[max(0, match.start() - 60) : match.start()]):
            yield of(kind, match)


def _lies_in(said: str) -> bool:
    last = said.rstrip().rpartition(" ")[2]
    leads = last in _LED_TO_BED or last[:1].isupper() or last.endswith(("(", ",", "@"))
    return leads and _LIES_IN.search(said) is not None


def addresses(text: str) -> Iterator[PossibleIdentifier]:
    """A street and its number, or a postcode, where somebody lives there."""
    kind = IdentifierKind.ADDRESS
    for street in _STREET.finditer(text):
        if _is_home(text, street.start(), street.end()):
            yield of(kind, street)
    for code in _POSTCODE.finditer(text):
        if _is_home(text, code.start(), code.end()):
            yield of(kind, code)


def _is_home(text: str, start: int, end: int) -> bool:
    around = sentence_before(text, start) + " " + sentence_after(text, end)
    if _AT_WORK.search(around) or _OF_THE_HOUSE.search(text[max(0, start - 30) : start]):
        return False
    lives = _AT_HOME.search(around) or PERSON_WORDS & words_of(around)
    return bool(lives or _ZIP.search(around) or _POSTCODE.search(text, end, end + 40))


def mails(text: str) -> Iterator[PossibleIdentifier]:
    """A private address, or one that is said to be a patient's."""
    at = text.find("@")
    while at >= 0:
        begins = _MAIL_BEFORE.search(text[max(0, at - 64) : at])
        domain = _MAIL_AFTER.match(text, at)
        if begins and domain:
            start, end = at - len(begins[0]), domain.end()
            around = sentence_before(text, start) + " " + sentence_after(text, end)
            if _PRIVATE_MAIL.match(domain[1]) or PERSON_WORDS & words_of(around):
                yield PossibleIdentifier(IdentifierKind.EMAIL, text[start:end], start, end)
        at = text.find("@", at + 1)
