"""Names in the clinical company of a patient: whose dose it was, whose family it is, who managed forty steps.

Any two capitalised words may be a name. What stands before and behind tells a patient's from a colleague's;
a few words tell it alone, others only in a sentence that speaks of care.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from innovation.web.identifiers.finding import (
    KIN,
    IdentifierKind,
    PossibleIdentifier,
    Words,
    after,
    before,
    each,
    last_sentence,
    of,
    places,
    words_of,
)
from innovation.web.identifiers.staff import is_staff
from innovation.web.identifiers.things import THINGS

_REST = r"(?:['’][A-Z])?[a-zà-ÿ]{1,24}(?:[A-Z][a-zà-ÿ]{1,24})?(?:-[A-Z][a-zà-ÿ]{1,24})?"
_WORD = rf"[A-ZÀ-Þ]{_REST}"
_INITIAL = r"[A-Z](?:\.|(?![\w.]))"
_MORE = rf"(?:[ \u00a0](?:{_WORD}|{_INITIAL}|de|da|di|la|le|van|von|der|den|bin|al|el)){{0,3}}[ \u00a0]?(?<=[ \u00a0.]){_WORD}"
_FULL = rf"(?:{_WORD}|[A-Z]\.){_MORE}"
# Ada Byron, Ada M. Byron, A. Byron, Byron, Ada.
_NAME = re.compile(
    rf"[A-ZÀ-Þ](?<![\w@.'’/-].)(?:{_REST}(?:{_MORE}|,[ \u00a0](?:{_WORD}(?:[ \u00a0]{_INITIAL})?|[A-Z]\b\.?))|\.?{_MORE})(?![\w@])"
)
# What begins a sentence and is no part of a name.
_LEADS = frozenset(
    each(
        "i x mr mrs ms miss mx dr doctor nurse sister sr prof professor matron master doc the a an for from with "
        "to of on in at and but our her his their this that when while after before then enrolled consented "
        "recruited discharged admitted transferred wife husband family mother father daughter son consent dose "
        "code re case patient patients pt pts told saw seen visited called gave given note notes alarm alert "
        "insulin heparin warfarin morphine little baby old poor young late elderly wee thanks thx ask asked met meet email see per by contact cc via told"
    )
)

# ---- what tells it alone

_RELATION = re.compile(
    rf"\b(?:{KIN}|family|(?:baby|babies|twins?|child(?:ren)?))\s(?:of|to)\s$", re.I
)
_RELATED = re.compile(
    rf"\A(?:['’]s?\s(?:\w{{2,10}}\s)?(?:{KIN}|family|kids?|child(?:ren)?|baby|bed(?:side|space)?|bloods?|dose|doses|"
    r"drip|wristband|sats?|obs|vitals|bp|hr|ecg|wound|stoma|catheter|cannula|line|fall|falls|insulin|meds|medication|"
    r"chart|drug\schart|allerg(?:y|ies)|discharge|surgery|op|scan|x-ray|stroke|skin|ulcers?|sores?|rash|seizure|death|glucose|heel|leg|arm|hip|discomfort|pain)\b)",
    re.IGNORECASE,
)
_CARED_FOR = re.compile(
    r"\b(?:enrol?led|consented|recruited|randomi[sz]ed|intubated|extubated|cannulated|resuscitated|nursed|"
    r"bathed|fed|hoisted|repositioned|sedated|weighed|re-?admitted|admitted|discharged|catheteri[sz]ed|"
    r"mobili[sz]ed|watched|restrain(?:ed)?|examined|turned|washed|looked\safter|caring\sfor|cared\sfor|woke|undressed|transfused|treated|sent\shome(?:\s[\w/]{2,8}){0,3}|"
    r"(?:physio|ot|salt|doctor|md|nurse|team|dieti[ct]ian|surgeon|reg|registrar|sitter|hca)\s(?:saw|reviewed|visited|assessed))"
    r"(?:\s\d{1,2})?(?:\s(?:today|yesterday|so\sfar|this\sweek))?\s?:?\s$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\b(?:case|patient|pt|participant|subject|enrol?ee|bed|bay|cubicle|rm|room|side\sroom)\s?(?:no\.?\s?)?#?\d{1,4}[A-D]?"
    r"\s?(?:[:=,(–—-]|was|is)\s?$",
    re.IGNORECASE,
)
_IS_PATIENT = re.compile(
    r"\b(?:patients?|pts?\.?|participants?|inpatient|resident|lady|gent(?:leman)?|wrong\s(?:pt|patient))"
    r"(?:\s?(?:[,:(=–—-]|\bis|\bwas|\bwere|\bcalled|\bnamed)|\s[\w ]{2,24}[:=])\s?$",
    re.IGNORECASE,
)
_FOR_WHOM = re.compile(
    r"\b(?:consents?|(?:consent|assent)\sforms?|wristbands?|name\s?bands?|doses?|bloods?|results?|scans?|obs|meds|medication|"
    r"drug\schart|care\splan|discharge|handover|alarms?|alerts?|ecg|insulin|heparin|warfarin|morphine|antibiotics?|"
    r"transfusion|cannula|prescriptions?|referral|labels?|records?|photos?|screenshots?|entry|appointment|interpreter|score|samples?|specimens?|swabs?|fire|fired|sound|sounded|alarmed|"
    r"go\soff|went\soff|trigger(?:ed)?|overrid(?:den|e|ing)|overrode|prescribed|charted|administered|dispensed|"
    r"cap|limit|ambulance|taxi|bed|visits?|chair|mattress|condolences|dnar|dnacpr)"
    r"(?:\s\w{2,12}){0,2}\s(?:for|on|to|of|from|into)\s$",
    re.IGNORECASE,
)
# What a screen, a label or a tool gives away.
_SHOWN = re.compile(
    r"\b(?:screen|labels?|draft|display|whiteboard|robot|app|tool|band|wristband|slides?|export|screenshots?|video|"
    r"recording|photos?|kiosk|printout|sticker|speaker|text|email)\s(?:\w{2,9}\s){0,2}?"
    r"(?:showed|shows|showing|displayed|displays|printed|named|names|read(?:s|ing)?(?:\sout)?|announced|mentions|of|with|about)"
    r"\s[\"“‘']?$",
    re.IGNORECASE,
)
_OBSERVED = re.compile(
    r"\A(?:\s?[,;:(–—-]\s?(?:[a-z][\w ]{1,18},\s)?(?i:"
    r"(?:news2?|mews|pews|hr|bp|gcs|spo2|sats?|temp|bm|rr|obs|wt|weight|ews|k\+?|hb|inr|dob|mrn|nhs|nok)\b|"
    r"(?:\d{1,2}(?:st|nd|rd|th)|first|second|third|last|next|am|pm|missed|double)\s(?:dose|session|visit|admission|fall|op|cannula)|"
    r"(?:dose|doses|bed|bay|cubicle|side\sroom|rm|room|day\s\d{1,2}|post-?op|nbm|dnacpr|allergic|diabetic|deaf|blind|"
    r"confused|agitated|pregnant|ventilated|palliative|hip|hips|stroke|sepsis|pneumonia|copd|dementia|fracture|fractured)\b|"
    r"\d{1,3}\s?(?:kg|mg|mcg|ml|units|lb|f|m|y|yo|yrs?)\b|#\w|wrong\s(?:allerg\w{1,3}|dose|drug|label|band|patient)\b|"
    r"aged?\s\d|(?:known|on|has|with)\s(?:diabet\w{1,4}|oxygen|o2|warfarin|insulin|dementia|copd|heparin|dialysis|chemo)"
    r")|\s?\(\d{1,3}[,)])"
)
_DID = re.compile(
    r"\A(?:(?:,?\s(?:who|has|had|is|was|then|again|also|still|never|just|got|she|he)){0,3}\s(?:"
    r"slid\b|(?:was\s|very\s|quite\s|too\s|so\s){0,2}(?:distressed|upset|agitated|tearful|scared|frightened|breathless|drowsy|unwell|confused|unsteady|febrile|pyrexial|septic)\b|(?:got|given|received|had)\s(?:someone|somebody|another|the\swrong|twice|double)\b|"
    r"(?:can['’]?t|cannot|couldn['’]t|could\snot|didn['’]t)\s(?:tolerate|eat|walk|sleep|hear|see|swallow|breathe|stand|speak)|"
    r"(?:from|out\sof)\sthe\s(?:dataset|data|study|trial|cohort|export)\b|was\sthe\sfirst\sto\s(?:go|be|get|wear)|"
    r"managed\s(?:\d|to\s(?:walk|stand|sit|eat|drink|sleep))|complained|cried|screamed|sobbed|panicked|coughed|retched|fell\b(?!\sill|\sin\slove)|fainted|slipped|vomited|desat\w{0,7}|"
    r"deteriorated|arrested|bled|had\sa\s(?:fall|seizure|stroke|bleed|reaction|wound|bad\snight)|slept|walked\s\d|mobili[sz]ed\b|died|passed\saway|"
    r"absconded|self-discharged|wandered\b|pulled\s(?:out|off|the|her|his)|tolerated|choked|aspirated|spiked|scored\s\d|"
    r"went\s(?:to\stheatre|into\s(?:af|arrest|vf)|home\b)|came\sround|"
    r"(?:given|prescribed)\s(?:the\swrong|double|twice|\d|insulin|heparin|her|his)|sedated|intubated|extubated|cannulated|"
    r"catheteri[sz]ed|found\s(?:on|un)|unresponsive|in\spain|allergic|withdrew\s(?:her\s|his\s)?consent|refused\s(?:meds|obs|consent|"
    r"treatment|bloods|the\s(?:band|device|sensor|recording|mask|bed)|to\s(?:wear|eat|take|be))|declined\s(?:consent|treatment|meds|obs|bloods)|"
    r"(?:is|was|were|as)\s(?:our|the|a|an|my|one\sof\s(?:our|the))(?:\s[\w-]{1,20}){0,4}\s(?:patients?|pts?|inpatient|resident|"
    r"participant|enrol?ee)\b(?!\s(?:safety|experience|rep|lead|advocate|liaison|access|flow))))",
    re.IGNORECASE,
)

# How the text before ends, so that few are searched, and in how many characters.
_BEFORE = (
    (("of ", "to "), _RELATION, 30),
    (("for ", "on ", "to ", "of ", "from ", "into "), _FOR_WHOM, 45),
    (
        ("ed ", "aw ", ": ", "for ", "after ", "woke ", "today ", "far ", "day ", "week "),
        _CARED_FOR,
        32,
    ),
    (("ed ", "ws ", "ys ", "ng ", "es ", "out ", "of ", "th ", '"', "“", "‘"), _SHOWN, 45),
    ((": ", "= ", ", ", "(", "– ", "— ", "- ", "was ", "is "), _NUMBERED, 28),
    ((": ", "= ", ", ", "(", "– ", "— ", "- ", "was ", "is ", "were ", "ed "), _IS_PATIENT, 28),
)

# ---- what tells it in a sentence that speaks of care

_CARE = frozenset(
    each(
        "insulin heparin warfarin morphine antibiotic antibiotics paracetamol oxygen infusion injection transfusion transfused "
        "dose doses dosed overdose sedated sedation cannula catheter desat desats desatted desaturated sats bp bm gcs seizure "
        "sepsis septic stroke pain fall fell bleed bled died death rash vomit vomited vomiting nausea dementia delirium diabetic "
        "fracture pelvis wound ulcer defib cpr arrest arrested resus intubated intubation ventilated ventilator discharged "
        "admitted readmitted wheezy rehab allergy allergic treated unresponsive confused bruise bruised bruising burn burned "
        "burnt trace consent charted prescribed mask wristband bedside ct mri ray chemo dialysis labour miscarriage ambulance hoist"
    )
)
_SOMEBODY = frozenset(each("kin nok wife husband mum mom daughter son she he her his pt patient"))
_HAS_TO_DO = (
    *(
        "w/ ",
        "with ",
        "With ",
        "for ",
        "For ",
        "to ",
        "on ",
        "On ",
        "from ",
        "of ",
        "about ",
        "against ",
    ),
    *("code ", "Code ", "stroke ", ", ", "(", "; ", ": ", "– ", "— "),
)
_GOES_ON = re.compile(
    r"\A(?:\s?[,;–—]\s|\)|\s(?:overnight|o/n|this\s(?:am|pm|morning|afternoon|evening|shift)|last\snight|instead|again\b|today)|"
    r"\s(?:loved|hated|liked|enjoyed|refused|declined|wants?|wanted|cannot|can['’]t|could\snot|couldn['’]t|needs?|needed|"
    r"asked|said|says|was|is|has|had|went|came|took|didn['’]t)\b)",
    re.IGNORECASE,
)
_CARED_AFTER = re.compile(
    r"\A(?:[,.;]?\s(?:\w{2,10}\s){0,3}(?:she|he|her|his|him)\b)", re.IGNORECASE
)

_LITTLE = each("little baby old poor young late elderly wee")
_CALLED_LITTLE = re.compile(rf"(?i:{'|'.join(_LITTLE)})[ \u00a0]({_FULL})")
# "the Gallagher baby"; "Whitlock's wife".
_CHILD = each("family baby babies twin boy girl child kid infant neonate toddler lad")
_CHILD_OF = re.compile(rf"\b[Tt]he[ \u00a0]({_WORD})[ \u00a0]$")
_RELATIVES = each("wife husband daughter son mum mom dad mother father nok widow grand next")
_KIN_OF = re.compile(rf"(?<![\w.'’-])({_WORD})['’]s[ \u00a0]$")
_NOBODY = frozenset(
    each("women children today men mother father patient everyone nobody someone ward")
)
_AND_NAME = re.compile(rf"\s?(?:,|&|and|/|, and|\+)\s({_FULL})")
_WINDOW = 90


def named_in_company(text: str, words: Words) -> Iterator[PossibleIdentifier]:
    kind = IdentifierKind.NAME
    yield from after(_LITTLE, _CALLED_LITTLE, kind, text, words)
    for at in places(_CHILD, words):
        yield from _known(before(_CHILD_OF, kind, text, at))
    for at in places(_RELATIVES, words):
        if words.low.startswith(("'s ", "’s "), max(0, at - 3)):
            yield from _known(before(_KIN_OF, kind, text, at))
    match = _NAME.search(text)
    while match:
        parts = match[0].lower().replace(",", "").split()
        if parts[0] in _LEADS:
            match = _NAME.search(text, match.start() + len(parts[0]))
            continue
        if THINGS.isdisjoint(parts) and _of_a_patient(text, match.start(), match.end()):
            yield of(kind, match)
            listed = _AND_NAME.match(text, match.end())
            while listed:
                yield of(kind, listed, 1)
                listed = _AND_NAME.match(text, listed.end())
        match = _NAME.search(text, match.end())


def _known(found: Iterable[PossibleIdentifier]) -> Iterator[PossibleIdentifier]:
    return (one for one in found if one.text.lower() not in _LEADS | _NOBODY)


def _of_a_patient(text: str, start: int, end: int) -> bool:
    said = last_sentence(text[max(0, start - _WINDOW) : start])
    behind = text[end : end + _WINDOW].partition("\n")[0]
    if _RELATED.match(behind) and not said.endswith(("Dr ", "Dr. ")):
        return True
    told = (
        _OBSERVED.match(behind)
        or _DID.match(behind)
        or any(said.endswith(ends) and rule.search(said[-n:]) for ends, rule, n in _BEFORE)
        or ("," not in text[start:end] and _in_care(said, behind))
    )
    return bool(told) and not is_staff(said[-32:], behind)


def _in_care(said: str, behind: str) -> bool:
    if not said.endswith(_HAS_TO_DO):
        return False
    words = words_of(said + behind.partition(". ")[0])
    if words & _CARE:
        return True
    return bool(words & _SOMEBODY and (_GOES_ON.match(behind) or _CARED_AFTER.match(behind)))
