"""Names, by a title, a word for a patient or a relative, an age."""

from __future__ import annotations

import re
from collections.abc import Iterator

from innovation.web.identifiers.company import named_in_company
from innovation.web.identifiers.finding import (
    IdentifierKind,
    PossibleIdentifier,
    Words,
    after,
    before,
    each,
    of,
    places,
    sentence_before,
)
from innovation.web.identifiers.staff import POST_BEHIND
from innovation.web.identifiers.things import THINGS

# A name: capitalised as names are, also double-barrelled, O'Neill, McKay, de la Cruz.
_WORD = r"(?:[A-Z](?:['’][A-Z])?[a-zà-ÿ]+(?:[A-Z][a-zà-ÿ]+)?(?:-[A-Z][a-zà-ÿ]+)?)"
_PARTICLE = r"(?:\s+(?:de|da|di|la|le|van|von|der|den|bin|al|el|y)){0,4}"
_FULL = rf"(?:{_WORD}{_PARTICLE}\s+(?:[A-Z]\.\s+)?{_WORD})"
_NO_TITLE = r"(?!(?:Mr|Mrs|Ms|Miss|Mx|Dr|Doctor|Nurse|Sister|Prof|Professor|Matron|Master|Baby)\b)"
# No colleague: "Ms Green from Finance", "Mr Green at the union", "Mrs Green from the library".
_TITLED = re.compile(
    rf"(?:Mr|Mrs|Ms|Miss|Mx|Master|[Bb]aby)\b\.?\s+((?>(?:{_WORD}|[A-Z]\.?)(?:\s+{_WORD})?))"
    r"\b(?!\s+(?:from|of|in|at)\s+(?:the\s+)?(?:[A-Z]|union|vendor|company|firm|board|council|ministry))"
    r"(?!\s+(?:from|at)\s+the\s+(?!ward|bed|bay|clinic|room|other|next|corner|list|morning|night)[a-z])"
)
_CALLED = re.compile(
    r"(?:[Pp]atients?|PATIENT|[Pp]ts?\.?|PT|[Rr]esident|[Cc]lient|[Ss]ervice user)"
    r"(?:['’]s name is|\s+name(?:d|\s+is)?(?:\s*:)?|\s+called|\s*:|,)?\s+"
    rf"({_FULL})"
)
_SO_CALLED = re.compile(
    rf"(?:[Pp]atient|[Pp]t\.?|[Rr]esident)\s+(?:named|called|known\s+as|by\s+the\s+name\s+of)\s+({_WORD})\b"
)
# Who is named with a relative: "Ada Byron and her son".
_WITH_KIN = re.compile(
    rf"\b({_NO_TITLE}{_FULL}),?\s+(?:and|or|with)\s+(?:her|his|their)\s+(?:older\s+|younger\s+|twin\s+|late\s+|new\s+)?$"
)
_DOING = re.compile(
    rf"(?:[Pp]atient|[Pp]t\.?|[Rr]esident)\s+({_WORD})"
    r"(?=,?\s+(?:was|is|had|has|fell|died|came|needs|needed|waited|waits|in\s+bed|aged|who)\b|\s*\(\d)"
)
_KNOWN_AS = re.compile(rf"(?:[Nn]ame|[Nn]ext of kin)(?:\s+is\s+|\s*:\s*)({_FULL})")
_KIN = re.compile(
    r"(?:daughter|son|wife|husband|mother|father|sister|brother|partner|carer|niece|nephew|widow|mum|mom|dad)"
    rf",?\s+({_WORD}(?:\s+{_WORD})?)"
)
# A colleague: "of Ada Byron in Finance".
_ELSEWHERE = r"(?!,?\s+(?:from|of|at|in)\s+(?:the\s+)?[A-Z])"
_OF_WHOM = re.compile(
    rf"(?:(?i:family|relatives?|daughter|son|wife|husband|mother|father|carer|chart|record|summary|"
    rf"letter|consent|notes?|results?|bloods?|scans?|x-rays?|medication|discharge|admission|"
    rf"transfer|recording|diagnosis|prescriptions?|referral|consultation)\s+of|"
    rf"(?:results?|bloods?|medication|prescriptions?|referral|discharge|summary|letter|consent|recording|"
    rf"diagnosis|appointment|interpreter|translation|bed)\s+for|(?:recording|consultation)\s+with)\s+"
    rf"({_NO_TITLE}(?>{_FULL})){_ELSEWHERE}"
)
# What is signed or refused by somebody who is asked for consent.
_BY_WHOM = re.compile(
    rf"(?:signed|given|refused|withdrawn|declined|revoked|taken\s+back|filled\s+in)\s+by\s+({_NO_TITLE}(?>{_FULL})){_ELSEWHERE}"
)
_ASKED_OF_PATIENTS = re.compile(r"\b(?:consent|questionnaire|recording|survey|leaflet)\b", re.I)
_LAY_IN = re.compile(
    rf"\b({_NO_TITLE}(?:{_FULL}|{_WORD}\s[A-Z]\b\.?)),?\s+(?:(?:who|is|was|lies|lay|still|over)\s+){{0,3}}(?:in|on|of|from)\s+"
    r"(?:the\s+(?:\w+\s+)?)?$"
)
_WHOSE = re.compile(r"(?:\b(?:her|his|their)|(?:patient|pt|resident)['’]s)\s+$", re.IGNORECASE)
_MOVED = re.compile(rf"(?:admitted|discharged|transferred|intubated|extubated)\s+({_FULL})")
_WAS_MOVED = re.compile(rf"\b({_FULL}),?\s+(?:(?:was|is|has|had|been)\s+){{0,2}}$")
# Who has an age is seldom a colleague.
_AGE = re.compile(
    r"\d\d{0,2}[ -]?(?:y/?o\b|yrs?\b|years?[ -](?:old|of\s+age)\b|[MF]\b|(?:years?|y)(?=[ ]?[),;]))"
)
_OF_AGE = re.compile(rf"({_WORD},\s+{_WORD}|{_FULL}),?\s*\(?(?:aged?\s+|an?\s+|is\s+)?$")
_PEOPLE_CUES = ("patient", "pt", "resident", "client", "service user", "inpatient", "outpatient")
_KIN_CUES = each(
    "daughter son wife husband mother father mum mom dad sister brother partner carer niece nephew widow"
)
_MOVED_CUES = ["admitted", "discharged", "transferred", "intubated", "extubated"]
_SUFFERED_CUES = (
    *each("died collapsed readmitted deteriorated (patient) aged fainted slept woke vomited bled"),
    *("passed away", "gave birth", "was sedated", "was triaged", "was confused", "is confused"),
    *("is deaf", "is blind", "is pregnant", "is allergic", "has dementia", "needs an interpreter"),
    *("fell asleep", "withdrew consent", "refused consent", "refused the recording"),
)
_WARD_CUES = ("bed", "bay", "cubicle", "side room", "trolley", "corner bed", "window bed")
_SIGNED_CUES = ("signed", "given", "refused", "withdrawn", "declined", "revoked", "filled in")
_OF_WHOM_CUES = each(
    "family relative chart record summary letter consent note result blood scan x-ray medication discharge "
    "admission transfer diagnosis prescription referral consultation appointment interpreter translation bed"
)


def names(text: str, words: Words) -> Iterator[PossibleIdentifier]:
    for name in (*_named(text, words), *named_in_company(text, words)):
        if THINGS.isdisjoint(name.text.replace(".", "").replace(",", "").lower().split()):
            yield name


def _named(text: str, words: Words) -> Iterator[PossibleIdentifier]:
    kind = IdentifierKind.NAME
    for at in places(("mr", "ms", "miss", "mx", "master", "baby"), words):
        if (match := _TITLED.match(text, at)) and not POST_BEHIND.match(text, match.end()):
            yield of(kind, match, 1)
    for at in places(_PEOPLE_CUES, words):
        for pattern in (_CALLED, _DOING, _SO_CALLED):
            if match := pattern.match(text, at):
                yield of(kind, match, 1)
    yield from after(("name", "next of kin"), _KNOWN_AS, kind, text, words)
    for at in places(_KIN_CUES, words):
        if (match := _KIN.match(text, at)) and _WHOSE.search(text[max(0, at - 20) : at]):
            yield of(kind, match, 1)
        yield from before(_WITH_KIN, kind, text, at)
    for at in places(_MOVED_CUES, words):
        if match := _MOVED.match(text, at):
            yield of(kind, match, 1)
        yield from before(_WAS_MOVED, kind, text, at)
    for at in places(_SUFFERED_CUES, words):
        yield from before(_WAS_MOVED, kind, text, at)
    yield from after((*_KIN_CUES, *_OF_WHOM_CUES), _OF_WHOM, kind, text, words)
    for at in places(_SIGNED_CUES, words):
        match = _BY_WHOM.match(text, at)
        if match and _ASKED_OF_PATIENTS.search(sentence_before(text, at)):
            yield of(kind, match, 1)
    for at in places(_WARD_CUES, words):
        yield from before(_LAY_IN, kind, text, at)
    for age in _AGE.finditer(text):
        yield from before(_OF_AGE, kind, text, age.start())
