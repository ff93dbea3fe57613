"""Does this text name a patient? Checksummed numbers, and all else by the words around it: names, birth
dates, record numbers, telephones, addresses, beds. Pure: it finds and explains; whoever asks decides
what to do about it. `python -m bench.patients` says how much of it is seen.

NHS numbers: modulus 11, https://www.datadictionary.nhs.uk/attributes/nhs_number.html.
SSN structure: https://www.ssa.gov/employer/randomization.html. Card and member numbers: Luhn,
ISO/IEC 7812-1. Medicare numbers: https://www.cms.gov/medicare/new-medicare-card.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class IdentifierKind(StrEnum):
    NHS_NUMBER = "nhs_number"
    SSN = "ssn"
    MEDICARE = "medicare"
    LONG_NUMBER = "long_number"
    RECORD_NUMBER = "record_number"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    PHONE = "phone"
    ADDRESS = "address"
    EMAIL = "email"
    BED = "bed"


@dataclass(frozen=True)
class PossibleIdentifier:
    """What looks like an identifier, and where in the text."""

    kind: IdentifierKind
    text: str
    start: int
    end: int


# A text is read once for runs of digits and once for each cue (`str.find`, which costs next to nothing); a
# pattern is tried where there is one, from there on or on the few characters before. None of them can
# read far: every repetition is bounded or takes what it took for good (`*+`). A test feeds them
# what would be slow.

# Digits that belong to a telephone, a price or an order say so just before.
_NOT_A_PERSON = re.compile(
    r"(?:tele?phone|phone|tel|call(?:ed)?|fax|bleep|pager|mobile|ext(?:ension)?|invoice|order|"
    r"ticket|serial|asset|part|version|isbn|gtin|barcode|lot|batch|doi|pmid|desk|hotline|"
    r"helpline|budget|line|code|cost\s+cent(?:re|er)|grant)"
    r"[\s.:#]*+(?:(?:is|on|at|no\.?|nr\.?|number)[\s.:#]*+)?$|\+\d{0,3}[\s(]*+$",
    re.IGNORECASE,
)
_RUN = re.compile(r"\d(?:[ \-.()\u00a0]{0,2}\d){8,18}")
_TEN_DIGITS = re.compile(r"(?<![\w.])\d{3}[ \-\u00a0]?\d{3}[ \-\u00a0]?\d{4}(?![\w-])(?!\.\d)")
_NINE_DIGITS = re.compile(r"(?<![\w.-])(\d{3})([- ]?)(\d{2})\2(\d{4})(?![\w-])(?!\.\d)")
_SSN_CONTEXT = re.compile(r"(?:ssn|social\s+security)\W{0,3}(?:no\.?|number|is|#|:|\s){0,4}$", re.I)
_LONG_DIGITS = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])(?!\.\d)")
# The letters that are no digit's look-alike, at the places that the number has letters in.
_MEDICARE = re.compile(
    r"[1-9](?<![\w-].)[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?"
    r"[AC-HJKMNP-RT-Y]{2}\d\d(?![\w-])"
)
# A number of a record, and no date, no year and no file's name.
_NO_DATE = r"(?!\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}(?!\d)|(?:19|20)\d\d(?:[/-]\d{1,2})?(?![\w/-]))"
_RECORD_NUMBER = (
    rf"({_NO_DATE}(?=(?:[A-Z/-]{{0,20}}\d){{3}})[A-Z]{{0,4}}-?[0-9](?-i:[A-Z0-9/-]{{2,}})[A-Z0-9])"
    r"(?![\w-])(?!\.\w)"
)
_SIX_DIGITS = (
    rf"({_NO_DATE}(?=(?:[A-Z/-]{{0,20}}\d){{6}})[A-Z]{{0,4}}-?[0-9](?-i:[A-Z0-9/-]{{4,}})[A-Z0-9])"
    r"(?![\w-])(?!\.\w)"
)
_SIGNS = r"[:#=.,(“\"]"
# What has "number" in it may be followed by some words; a chart or an encounter only by "is" and signs.
_NUMBERED = (
    r"(?:mrn(?:['’]?s)?(?:\s+(?:no\.?|nr\.?|number))?|m\.r\.n\.|chi\s+(?:no\.?|number)|"
    r"(?:hosp(?:\.|ital)?|pat(?:\.|ient)?|pt\.?|visit|member|policy|admission|case|account|unit|file|"
    r"folder|stay|referral|specimen|accession|episode|person|client|resident|chart|encounter|note|"
    r"(?:medical\s+|patient\s+|health\s+)?record)\s*(?:no\.?|nr\.?|numbers?|id|identifier))"
    r"\s*+(?:(?:(?:is|was|are|were|reads|shows|in|on|full|ending|of|for|with|the|this|that|her|his|their|"
    rf"patient|label|again|still|wrongly|typed|as|first|second|other|one)\b|{_SIGNS})\s*+){{0,6}}"
)
_CHARTED = (
    r"(?:nhi|csn|fin|chart|encounter|enc\.|(?:medical\s+|patient\s+|health\s+)?record)\s*+"
    rf"(?:(?:(?:is|was|reads|in|full|ending|with\s+number)\b|{_SIGNS})\s*+){{0,4}}"
)
_RECORD = re.compile(rf"(?:{_NUMBERED}|{_CHARTED}){_RECORD_NUMBER}", re.IGNORECASE)
# "file 800-3387": other things that may be a patient's, where there are six digits.
_FILED = re.compile(
    r"(?:file|admission|stay|patient|pt|label|wristband|specimen|accession|episode|referral)"
    rf"\s+#?(?!(?:19|20)\d\d[/-]){_SIX_DIGITS}",
    re.IGNORECASE,
)
# "… 482913 and 482914"; "482913 is her record number".
_AND_ANOTHER = re.compile(
    r"\s{0,3}(?:,|and|or|&|/|\+|with|vs\.?)\s{0,3}" + _RECORD_NUMBER, re.IGNORECASE
)
_RECORD_BEFORE = re.compile(
    rf"(?<![\w.-]){_SIX_DIGITS}"
    r"\s{0,3}(?:(?:is|was|as|for|had|under)\b|[(,:=–-])?\s{0,3}(?:(?:her|his|the|their|a|an|same|another)\s{1,3}){0,2}$",
    re.IGNORECASE,
)
_RECORD_SAID = re.compile(
    r"(?:mrn|(?:(?:medical\s+)?record|hospital|chart|patient)\s+(?:no\.?|number|id))\b",
    re.IGNORECASE,
)
_RECORD_CUES = (
    *(
        "mrn",
        "m.r.n.",
        "nhi",
        "csn",
        "fin",
        "chi",
        "chart",
        "enc",
        "record",
        "medical",
        "health",
        "hosp",
    ),
    *(
        "pat",
        "pt",
        "visit",
        "member",
        "policy",
        "admission",
        "case",
        "account",
        "unit",
        "file",
        "folder",
    ),
    *(
        "stay",
        "referral",
        "specimen",
        "accession",
        "episode",
        "person",
        "client",
        "resident",
        "note",
    ),
)
_FILED_CUES = (
    *("file", "admission", "stay", "patient", "pt", "label", "wristband", "specimen", "accession"),
    *("episode", "referral"),
)
_RECORD_SAID_CUES = ("mrn", "record", "medical record", "hospital", "chart", "patient")
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
    + r"\s*+(?:(?:in\s+(?-i:[A-Z][a-z]{1,20})|is|was|on|in|the|a|of|as|at|label|chart|wristband|typed|given|"
    r"recorded|entered|shown|reads|wrongly|hospital)\b\s*+|[:=,(-]\s*+){0,6}"
    rf"({_DATE})(?!\.?\d)",
    re.IGNORECASE,
)
_BORN_BEFORE = re.compile(
    rf"(?<![\w.])({_DATE})\)?,?\s{{0,3}}(?:(?:is|was|as|for|being|were|not|which|entered|typed|given|recorded)\b|"
    r"[(=:–-]|\s){0,6}"
    r"(?:(?:her|his|the|their|a|same|wrong|patient['’]s)\s{1,3}){0,3}(?:date\s{1,3}of\s{1,3})?$",
    re.IGNORECASE,
)
_BIRTH_CUES = ("dob", "d.o", "d o", "do.", "birth", "born")
# A name: capitalised as names are, also double-barrelled, O'Neill, McKay, de la Cruz.
_WORD = r"(?:[A-Z](?:['’][A-Z])?[a-zà-ÿ]+(?:[A-Z][a-zà-ÿ]+)?(?:-[A-Z][a-zà-ÿ]+)?)"
_PARTICLE = r"(?:\s+(?:de|da|di|la|le|van|von|der|den|bin|al|el|y)){0,4}"
_FULL = rf"(?:{_WORD}{_PARTICLE}\s+(?:[A-Z]\.\s+)?{_WORD})"
_NO_TITLE = r"(?!(?:Mr|Mrs|Ms|Miss|Mx|Dr|Doctor|Nurse|Sister|Prof|Professor|Matron|Master|Baby)\b)"
# No colleague: "Ms Green from Finance", "Mr Green at the union", "Mrs Green from the library".
_TITLED = re.compile(
    rf"(?:Mr|Mrs|Ms|Miss|Mx|Master|Baby)\b\.?\s+((?>(?:{_WORD}|[A-Z]\.?)(?:\s+{_WORD})?))"
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
    r"(?:daughter|son|wife|husband|mother|father|sister|brother|partner|carer|niece|nephew|widow)"
    rf",?\s+({_WORD}(?:\s+{_WORD})?)"
)
# A colleague: "of Ada Byron in Finance".
_ELSEWHERE = r"(?!,?\s+(?:from|of|at|in)\s+(?:the\s+)?[A-Z])"
_OF_WHOM = re.compile(
    rf"(?:(?:family|relatives?|daughter|son|wife|husband|mother|father|carer|chart|record|summary|"
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
    rf"\b({_NO_TITLE}{_FULL}),?\s+(?:(?:who|is|was|lies|lay|still|over)\s+){{0,3}}(?:in|on|of|from)\s+"
    r"(?:the\s+(?:\w+\s+)?)?$"
)
_WHOSE = re.compile(r"(?:\b(?:her|his|their)|(?:patient|pt|resident)['’]s)\s+$", re.IGNORECASE)
_MOVED = re.compile(rf"(?:admitted|discharged|transferred|intubated|extubated)\s+({_FULL})")
_WAS_MOVED = re.compile(rf"\b({_FULL}),?\s+(?:(?:was|is|has|had|been)\s+){{0,2}}$")
# Who has an age is seldom a colleague.
_AGE = re.compile(
    r"\d{1,3}[ -]?(?:y/?o\b|yrs?\b|years?[ -](?:old|of\s+age)\b|[MF]\b|(?:years?|y)(?=[ ]?[),;]))"
)
_OF_AGE = re.compile(rf"({_WORD},\s+{_WORD}|{_FULL}),?\s*\(?(?:aged?\s+|an?\s+|is\s+)?$")
_PERSON = (
    r"\b(?:her|his|she|he|patients?|pt|resident|client|daughter|son|wife|husband|mother|father|"
    r"next of kin|relative|carer)\b"
)
_OF_A_PERSON = re.compile(_PERSON, re.IGNORECASE)
_OF_A_PATIENT = re.compile(
    r"\b(?:patients?|pt|daughter|son|wife|husband|mother|father|next of kin|carer|widow(?:er)?)(?:['’]s)?\b",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<!\d)(?:\+\d{1,3}[ .-]?)?+\(?\d{2,5}+\)?(?:[ .-]?\d{2,6}+){1,4}+(?![\w-])")
_OF_THE_HOUSE = re.compile(
    r"\b(?:desk|hotline|helpline|vendor|ext|extension|pager|bleep|fax|office|clinic|pharmacy|"
    r"switchboard|ticket|order|invoice|serial|version|support|purchase|contract|licen[cs]e|quote|delivery)\b",
    re.IGNORECASE,
)
_REACHED = re.compile(
    r"\b(?:mobile|cell|phones?|tele?phone|tel|number|reach(?:ed)?|call(?:s|ed)?|r[iau]ngs?|contact|"
    r"te?xt(?:s|ed)?|sms|left|gave|gives|form|next of kin|answer(?:s|ed)?|voicemail|dial(?:s|led)?|whatsapp|"
    r"messages?|picks? up|landline|reminder)\b",
    re.IGNORECASE,
)
_WAYS = (
    *(
        "road",
        "street",
        "avenue",
        "lane",
        "drive",
        "close",
        "boulevard",
        "way",
        "court",
        "crescent",
    ),
    *(
        "terrace",
        "place",
        "square",
        "gardens",
        "grove",
        "hill",
        "row",
        "st",
        "rd",
        "ave",
        "blvd",
        "dr",
    ),
)
_WAY = re.compile(r"[A-Z][a-z]{1,9}\b")
_ADDRESS = re.compile(r"\b(\d{1,5}[A-Za-z]?,?\s+(?:[A-Z][a-z]{1,20}\s+){1,3})$")
_AT_HOME = re.compile(
    r"\b(?:lives?|lived|living|resides|home|taxi|letter|discharged|visited|paramedics?|moved|ambulance\s+(?:\w+\s+){0,3}(?:to|for)|"
    r"picked up|collected|found|carers?|house)\b",
    re.IGNORECASE,
)
_AT_WORK = re.compile(
    r"\b(?:offices?|clinic|team|parking|venue|contract|vendor|floor|conference|practice|pharmacy)\b",
    re.IGNORECASE,
)
_MAIL_BEFORE = re.compile(r"(?<![\w.+-])[\w.+-]+$")
_MAIL_AFTER = re.compile(r"@([a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){1,4})", re.IGNORECASE)
_PRIVATE_MAIL = re.compile(
    r"(?:gmail|googlemail|outlook|hotmail|live|yahoo|icloud|me|aol|gmx|proton(?:mail)?|btinternet|"
    r"comcast|verizon)\.",
    re.IGNORECASE,
)
_BED = re.compile(
    r"((?:bed|room|bay|cubicle|side\s+room)\s*\d{1,4}[A-D]?(?:,?\s*bed\s*\d{1,3}[A-D]?)?)\b",
    re.IGNORECASE,
)
_LIES_IN = re.compile(
    r"\b(?:patient|pt\.?|resident|lady|gentleman|woman|man|boy|girl|child|baby|mum|dad|mother|father|he|she)"
    r"\s+(?:(?:who|that|lies|lying|is|was|had|still|stays|over|moved|transferred|brought|put|wheeled|up|down|back)"
    r"\s+){0,5}(?:in|from|of|at|to|into)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
# A bed that speaks or is asked is who lies in it.
_BED_DOES = re.compile(
    r"\s{1,3}(?:(?:still|also|again|now|always|never|only)\s{1,3})?(?:wants?|asked|asks|refuse[sd]?|declined?s?|"
    r"complain(?:s|ed)|fell|cried|cries|says?|said|speaks?|consented|withdrew|vomited|needs\s{1,3}an\s{1,3}interpreter|"
    r"cannot\s{1,3}hear|is\s{1,3}(?:deaf|blind|angry|confused|afraid|anxious))\b",
    re.IGNORECASE,
)
_IN = re.compile(r"\b(?:in|from|of|at|by|near)\s+(?:the\s+)?$", re.IGNORECASE)
_FOR_BED = re.compile(
    r"\b(?:consent|letter|recording|draft|summary|daughter|son|wife|husband|family|mother|father|interpreter)"
    r"\s{1,3}(?:of|for|from)\s{1,3}$",
    re.IGNORECASE,
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
analytics area arm batch block campus centre center committee department division draft drafts east
eight five floor four general group half hall hospital hospitals institute lab laboratory medicine
model night nine north office one part phase pilot pilots quarter radiology release round school
seven shift site six south stage study surgery ten three trial two university version wave week west
wing year
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
    lowered = _lowered(text)
    yield from _numbers(text)
    yield from _records(text, lowered)
    yield from _after(_BIRTH_CUES, _BIRTH, IdentifierKind.BIRTH_DATE, text, lowered)
    for at in _places(("dob", "d.o.b", "date of birth", "birth date", "birthday"), lowered):
        yield from _before(_BORN_BEFORE, IdentifierKind.BIRTH_DATE, text, at)
    yield from _addresses(text, lowered)
    for at in _places(("bed", "room", "bay", "cubicle", "side room"), lowered):
        match = _BED.match(text, at)
        if match is None:
            continue
        before = text[max(0, at - 60) : at]
        speaks = lowered.startswith("bed", at) and (
            (_BED_DOES.match(text, match.end()) and not _IN.search(before))
            or _FOR_BED.search(before)
        )
        if speaks or _LIES_IN.search(before):
            yield _of(IdentifierKind.BED, match, 1)
    for name in _names(text, lowered):
        words = name.text.replace(".", "").replace(",", "").lower().split()
        if not _THINGS.intersection(words):
            yield name
    yield from _mails(text)


def _lowered(text: str) -> str:
    """Of the same length, whatever letters there are."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def _places(cues: Iterable[str], lowered: str) -> Iterator[int]:
    """Where one of the cues begins a word."""
    for cue in cues:
        at = lowered.find(cue)
        while at >= 0:
            if at == 0 or not lowered[at - 1].isalnum():
                yield at
            at = lowered.find(cue, at + 1)


def _after(
    cues: Iterable[str], pattern: re.Pattern[str], kind: IdentifierKind, text: str, lowered: str
) -> Iterator[PossibleIdentifier]:
    for at in _places(cues, lowered):
        if match := pattern.match(text, at):
            yield _of(kind, match, 1)


def _records(text: str, lowered: str) -> Iterator[PossibleIdentifier]:
    kind = IdentifierKind.RECORD_NUMBER
    for at in _places(_RECORD_CUES, lowered):
        match = _RECORD.match(text, at)
        while match:
            yield _of(kind, match, 1)
            match = _AND_ANOTHER.match(text, match.end())
    for at in _places(_FILED_CUES, lowered):
        if (match := _FILED.match(text, at)) and not _OF_THE_HOUSE.search(
            _sentence_before(text, at)
        ):
            yield _of(kind, match, 1)
    for at in _places(_RECORD_SAID_CUES, lowered):
        if _RECORD_SAID.match(text, at):
            yield from _before(_RECORD_BEFORE, kind, text, at)


_PEOPLE_CUES = ("patient", "pt", "resident", "client", "service user", "inpatient", "outpatient")
_KIN_CUES = (
    *("daughter", "son", "wife", "husband", "mother", "father", "sister", "brother", "partner"),
    *("carer", "niece", "nephew", "widow"),
)
_MOVED_CUES = ("admitted", "discharged", "transferred", "intubated", "extubated")
_SUFFERED_CUES = (
    "died",
    "passed away",
    "collapsed",
    "readmitted",
    "deteriorated",
    "(patient)",
    "aged",
    "fainted",
    "slept",
    "woke",
    "vomited",
    "bled",
    "gave birth",
    "was sedated",
    "was triaged",
    "was confused",
    "is confused",
    "is deaf",
    "is blind",
    "is pregnant",
    "is allergic",
    "has dementia",
    "needs an interpreter",
    "fell asleep",
    "withdrew consent",
    "refused consent",
    "refused the recording",
)
_WARD_CUES = ("bed", "bay", "cubicle", "side room", "trolley", "corner bed", "window bed")
_OF_WHOM_CUES = (
    *(
        "family",
        "relative",
        "chart",
        "record",
        "summary",
        "letter",
        "consent",
        "note",
        "result",
        "blood",
    ),
    *(
        "scan",
        "x-ray",
        "medication",
        "discharge",
        "admission",
        "transfer",
        "diagnosis",
        "prescription",
    ),
    *("referral", "consultation", "appointment", "interpreter", "translation", "bed"),
)


def _names(text: str, lowered: str) -> Iterator[PossibleIdentifier]:
    kind = IdentifierKind.NAME
    yield from _after(("mr", "ms", "miss", "mx", "master", "baby"), _TITLED, kind, text, lowered)
    yield from _after(_PEOPLE_CUES, _CALLED, kind, text, lowered)
    yield from _after(_PEOPLE_CUES, _DOING, kind, text, lowered)
    yield from _after(_PEOPLE_CUES, _SO_CALLED, kind, text, lowered)
    yield from _after(("name", "next of kin"), _KNOWN_AS, kind, text, lowered)
    for at in _places(_KIN_CUES, lowered):
        if (match := _KIN.match(text, at)) and _WHOSE.search(text[max(0, at - 20) : at]):
            yield _of(kind, match, 1)
        yield from _before(_WITH_KIN, kind, text, at)
    for at in _places(_MOVED_CUES, lowered):
        if match := _MOVED.match(text, at):
            yield _of(kind, match, 1)
        yield from _before(_WAS_MOVED, kind, text, at)
    for at in _places(_SUFFERED_CUES, lowered):
        yield from _before(_WAS_MOVED, kind, text, at)
    yield from _after((*_KIN_CUES, *_OF_WHOM_CUES), _OF_WHOM, kind, text, lowered)
    for at in _places(
        ("signed", "given", "refused", "withdrawn", "declined", "revoked", "filled in"), lowered
    ):
        match = _BY_WHOM.match(text, at)
        if match and _ASKED_OF_PATIENTS.search(_sentence_before(text, at)):
            yield _of(kind, match, 1)
    for at in _places(_WARD_CUES, lowered):
        yield from _before(_LAY_IN, kind, text, at)
    for age in _AGE.finditer(text):
        yield from _before(_OF_AGE, kind, text, age.start())


def _before(
    pattern: re.Pattern[str], kind: IdentifierKind, text: str, at: int
) -> Iterator[PossibleIdentifier]:
    """What ends just there, within the eighty characters before."""
    begins = max(0, at - 80)
    if match := pattern.search(text[begins:at]):
        start = begins + match.start(1)
        yield PossibleIdentifier(kind, match[1], start, start + len(match[1]))


def _addresses(text: str, lowered: str) -> Iterator[PossibleIdentifier]:
    """A street and its number, where somebody lives there."""
    for at in _places(_WAYS, lowered):
        way = _WAY.match(text, at)
        if way is None or way[0].lower() not in _WAYS:
            continue
        for found in _before(_ADDRESS, IdentifierKind.ADDRESS, text, way.start()):
            before = _sentence_before(text, found.start)
            around = before + " " + _sentence_after(text, way.end())
            is_home = _AT_HOME.search(around) or _OF_A_PERSON.search(around)
            if is_home and not _AT_WORK.search(around):
                start, end = found.start, way.end()
                yield PossibleIdentifier(IdentifierKind.ADDRESS, text[start:end], start, end)


def _mails(text: str) -> Iterator[PossibleIdentifier]:
    """A private address, or one that is said to be a patient's."""
    at = text.find("@")
    while at >= 0:
        before = _MAIL_BEFORE.search(text[max(0, at - 64) : at])
        after = _MAIL_AFTER.match(text, at)
        if before and after:
            start = at - len(before[0])
            if _PRIVATE_MAIL.match(after[1]) or _OF_A_PERSON.search(_sentence_before(text, start)):
                end = after.end()
                yield PossibleIdentifier(IdentifierKind.EMAIL, text[start:end], start, end)
        at = text.find("@", at + 1)


def _sentence_before(text: str, at: int) -> str:
    """What stands before, back to the end of the sentence before, or sixty characters."""
    before = text[max(0, at - 60) : at]
    return before[max(before.rfind(end) for end in (". ", "\n", "! ", "? ")) + 1 :]


def _sentence_after(text: str, at: int) -> str:
    after = text[at : at + 40]
    ends = [place for end in (". ", "\n") if (place := after.find(end)) >= 0]
    return after[: min(ends)] if ends else after


def _numbers(text: str) -> Iterator[PossibleIdentifier]:
    for match in _MEDICARE.finditer(text):
        yield _of(IdentifierKind.MEDICARE, match)
    for run in _RUN.finditer(text):
        yield from _number(text, run.start(), run.end())


def _number(text: str, start: int, end: int) -> Iterator[PossibleIdentifier]:
    """What a run of digits may be; it may hold more than one number."""
    sees = end + 3  # what may not follow
    for match in _TEN_DIGITS.finditer(text, start, sees):
        if is_nhs_number(_digits(match[0])) and not (
            _named_otherwise(text, match.start())
            or _OF_THE_HOUSE.search(_sentence_before(text, match.start()))
        ):
            yield _of(IdentifierKind.NHS_NUMBER, match)
    for match in _NINE_DIGITS.finditer(text, start, sees):
        # Nine digits in a row are a social security number only where somebody says so.
        said = _SSN_CONTEXT.search(text[max(0, match.start() - 40) : match.start()])
        likely = is_ssn(match[1], match[3], match[4]) and (match[2] or said)
        if likely and not _named_otherwise(text, match.start()):
            yield _of(IdentifierKind.SSN, match)
    for match in _LONG_DIGITS.finditer(text, start, sees):
        if is_luhn(_digits(match[0])) and not _named_otherwise(text, match.start()):
            yield _of(IdentifierKind.LONG_NUMBER, match)
    yield from _phone(text, start, sees)


def _phone(text: str, start: int, sees: int) -> Iterator[PossibleIdentifier]:
    """A telephone number that is said to be a patient's, or a relative's."""
    while start and text[start - 1] in "+(":
        start -= 1
    match = _PHONE.match(text, start, sees)
    if match is None or not 9 <= len(_digits(match[0])) <= 13:
        return
    before, after = _sentence_before(text, start), _sentence_after(text, match.end())
    around = before + " " + after
    if (
        (_REACHED.search(around) and _OF_A_PERSON.search(around)) or _OF_A_PATIENT.search(around)
    ) and not _OF_THE_HOUSE.search(around):
        yield _of(IdentifierKind.PHONE, match)


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
