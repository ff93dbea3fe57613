"""Who is no patient: named with a post, a title of the house, or as whom one meets, thanks and asks."""

from __future__ import annotations

import re

POST = (
    r"(?:RN|BSN|MSN|LPN|CNA|HCA|ANP|MD|DO|PharmD|FRC\w{1,4}|RT|OT|PT\s+lead|PA|NP|band\s+\d|"
    r"C[EFINOMST]I?S?O|DPO|SIRO|HoM|IG|IT|HR(?!\s?\d)|PMO|QI|EPMA|"
    r"(?i:nurs(?:e|es|ing)|doctor|dr|prof(?:essor)?|matron|sister|midwi(?:fe|ves)|consultant|surgeons?|physicians?|"
    r"hospitalist|registrar|reg|fellow|resident\s+(?:doctor|physician)|an(?:a?e)sthetist|radiologist|cardiologist|"
    r"physios?|physiotherapist|therapist|dieti[ct]ian|pharmac(?:ist|y)|paramedic|practitioner|radiographer|"
    r"manager|mgr|lead(?:s|er)?|director|officer|head|deputy|chief|chair(?:man|woman|person)?|secretary|"
    r"educator|trainer|champion|sponsor|owner|mentor|superuser|coordinator|co-ordinator|liaison|governance|"
    r"clerk|coder|analyst|developer|engineer(?:ing)?|technician|tech|biomed|estates|facilities|porter|domestic|supv|"
    r"supervisor|procurement|purchasing|finance|legal|comms|communications|privacy|security|governor|trustee|"
    r"vendor|supplier|rep|sales|account\s+manager|contractor|company|charity|friends|volunteer|chaplain|"
    r"interpreter|librarian|researcher|statistician|professor|lecturer|university|student|trainee|intern|colleague|"
    r"staff|team|board|committee|union|project|informatics|infection\s+prevention|pathology))"
)
# Behind a title only where it is set apart: "Mr Cavendish (vascular surgeon)".
POST_BEHIND = re.compile(rf"\s{{0,2}}[,(–—]\s{{0,2}}(?:[\w&/.'’-]{{1,20}}\s){{0,4}}?{POST}\b")
# "…, Privacy Officer", "(vascular surgeon)", "RN", "— our vendor": up to the next comma.
_BEHIND = re.compile(
    rf"\A(?:['’]s)?(?:\s{{0,2}}(?:[,(–—/-]\s{{0,2}}|\s(?:is|was|as|our|the)\s)(?:[\w&/’'-]{{1,20}}\s){{0,3}}?|\s){POST}\b"
)
_POST_BEFORE = re.compile(rf"{POST}\.?\s{{0,2}}(?:(?:is|was|=|:|,|—|–|-|\()\s{{0,2}})?\Z")
_WORD = re.compile(r"\w+")
_MET = re.compile(
    r"\b(?:by|per|via)\s$|\b(?:thanks?|thx|ta|kudos|cheers|well\s+done|meet(?:ing)?|mtg|met|liais(?:e|ed|ing)|discuss(?:ed|ion)?|agree[ds]?|"
    r"e?-?mail(?:ed)?|sent|send|reports?|reported|escalated?|assigned|passed|forwarded|"
    r"ask(?:ed)?|chase[ds]?|owned|led|contact(?:ed)?|cc|invite[ds]?|present(?:ed|ation)?|"
    r"train(?:ed|ing|s)?|demo(?:ed|s)?|slides|agenda|minutes|signed\s+off|sign-?off|quote|hours|interview(?:ed)?|"
    r"author|hired?|welcome[ds]?|shift(?:s)?)"
    r"(?:\s(?:this|that|it|them|(?:the\s)?[\w-]{2,12}\s?[\w-]{0,12}))?(?:\s(?:to|with|w/|by|for|from|off|of|on|up))?:?\s$",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"\A,?\s(?:from|of|at|in)\s(?:the\s)?[A-Z][a-z]")


def is_staff(said: str, behind: str) -> bool:
    """Whether what stands around a name makes a colleague of whoever bears it."""
    return bool(
        _BEHIND.match(behind)
        or _ELSEWHERE.match(behind)
        or any(_POST_BEFORE.match(said, word.start()) for word in _WORD.finditer(said))
        or _MET.search(said)
    )
