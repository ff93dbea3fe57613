"""Wordings of people who write by hand: what tells a patient, beside what looks like it and tells nobody."""

import pytest

from innovation.web.identifiers import IdentifierKind as Kind
from innovation.web.identifiers import findings

# Kind, a text, what is found in it, and a text like it in which nobody is.
PAIRS = [
    (Kind.SSN, "full social 912-44-7180 on the band", "912-44-7180", "social media post of 12-03-2026"),
    (Kind.SSN, "log line has ssn=923111805", "923111805", "log line has trace=923111805"),
    (Kind.SSN, "SSN on file 4471 23 908", "4471 23 908", "SSN field is removed, part 4471 23 908"),
    (Kind.SSN, "the SSN she gave ends 6684", "6684", "the SSN field ends in spring"),
    (Kind.NHS_NUMBER, "NHS no 943 476 5918 is mistyped", "943 476 5918", "943 476 5918 is a count"),
    (Kind.PHONE, "called the wife at 555-0163", "555-0163", "Anticoag clinic line 555-0177 opt 2"),
    (Kind.PHONE, "Call back on (555) 555-0148 after 4", "(555) 555-0148", "Call back rate was 12 %"),
    (Kind.PHONE, "neighbor w/ key is 1-555-555-0196", "1-555-555-0196", "vendor w/ key is 1-555-555-0196"),
    (Kind.RECORD_NUMBER, "pls merge pt id 55-20-914", "55-20-914", "pt list of 12-03-2026"),
    (Kind.RECORD_NUMBER, "A/c no 20041177H opened", "20041177H", "Account 4410 pays for it"),
    (Kind.RECORD_NUMBER, "under Med Rec 6093384", "6093384", "Med rec within 24h 68→81%"),
    (Kind.RECORD_NUMBER, "MR# 00-41-27 has no photo", "00-41-27", "Mr. 2 of the pilots"),
    (Kind.RECORD_NUMBER, "hosp. no. 77 12 09 on it", "77 12 09", "hosp. no. of 77 beds"),
    (Kind.BIRTH_DATE, "Age is off: b. 29 Feb 1952", "29 Feb 1952", "b. 2 options: wait or stop"),
    (Kind.BIRTH_DATE, "'male, 22.11.1954' on the sheet", "22.11.1954", "Male 12, female 14 on 22.11.2026"),
    (Kind.BIRTH_DATE, "the lad on HDU: 2011-08-19", "2011-08-19", "the lead on HDU: 2026-08-19"),
    (Kind.BIRTH_DATE, "birthdate keyed 6/5/19", "6/5/19", "birthdate field moves on 6/5/27"),
    (Kind.BIRTH_DATE, "age calculated from 11/12/31", "11/12/31", "pages calculated from 11/12/31"),
    (Kind.ADDRESS, "kit went to the gent at 27 Hawthorn Rise", "27 Hawthorn Rise", "dementia day unit, 14 Sandpit Close"),
    (Kind.ADDRESS, "sat nav put Mrs at 131b Lower Station Rd", "131b Lower Station Rd", "training at 131b Lower Station Rd"),
    (Kind.ADDRESS, "4418 Persimmon Ct Apt 2C, Toledo", "4418 Persimmon Ct", "4418 Persimmon Ct, bldg 3"),
    (Kind.ADDRESS, "late pt's house, The Forge, YO18 9XX", "YO18 9XX", "Goods Inwards, Tannery Lane, LS9 4QT"),
    (Kind.EMAIL, "mbright@inbox.example per her mom", "mbright@inbox.example", "j.hollis@vendor.example for the contract"),
    (Kind.BED, "Bed 21's pt had a seizure", "Bed 21", "Bed 21's socket is dead"),
    (Kind.BED, "Gentleman in 5 East 12B refused it", "5 East 12B", "The huddle in 5 East 12 noon"),
    (Kind.BED, "the lady (bed 9) wants it off", "bed 9", "the mount (bed 9) wobbles"),
    (Kind.NAME, "Dose given to Ada Byron twice", "Ada Byron", "Thanks to Ada Byron for the audit of doses"),
    (Kind.NAME, "Alarm did not fire for Ada Byron", "Ada Byron", "Alarm audit by Ada Byron is late"),
    (Kind.NAME, "Consent form for Ada Lovelace-Byron", "Ada Lovelace-Byron", "Consent form for Maple Ward"),
    (Kind.NAME, "Ada Byron managed 40 mins", "Ada Byron", "Ada Byron managed the rollout"),
    (Kind.NAME, "Wife of Ben Byron says thanks", "Ben Byron", "Author of it is Ben Byron"),
    (Kind.NAME, "from Ada Byron's family", "Ada Byron", "from Ada Byron's team"),
    (Kind.NAME, "Little Ada Byron loved it", "Ada Byron", "Little Hulton clinic joins"),
    (Kind.NAME, "The Byron twins' probe slipped", "Byron", "The Byron pump's probe slipped"),
    (Kind.NAME, "A. Byron, NEWS 9 at 03:10", "A. Byron", "A. Byron RN, NEWS trainer"),
    (Kind.NAME, "Byron, Ada — 2nd dose late", "Byron, Ada", "Byron, Ada and Oak wards are late"),
    (Kind.NAME, "Ada M. Byron was our first ward patient", "Ada M. Byron", "Ada M. Byron was our first trainer"),
    (Kind.NAME, "rm 506, Ada Byron, pads failed", "Ada Byron", "rm 506, Ada Byron, biomed mgr"),
    (Kind.NAME, "trialled w/ Ada Byron, she had no pain", "Ada Byron", "meeting with Ada Byron, she had no slides"),
    (Kind.NAME, "label showed Ada Byron in full", "Ada Byron", "agenda from Ada Byron in full"),
    (Kind.NAME, "Mr Byron hated it", "Byron", "Mr Byron (vascular surgeon) hated it"),
    (Kind.NAME, "Byron's wife rang about it", "Byron", "Today's wife and child are actors"),
    (Kind.NAME, "take Ada Byron out of the dataset", "Ada Byron", "take Ada Byron out of the mailing list"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "found", "_quiet"), PAIRS)
def test_findings_a_wording_by_hand_tells_a_patient(
    kind: Kind, text: str, found: str, _quiet: str
) -> None:
    assert [(f.kind, f.text) for f in findings(text)] == [(kind, found)]


@pytest.mark.parametrize("quiet", [quiet for *_told, quiet in PAIRS])
def test_findings_a_wording_like_it_tells_nobody(quiet: str) -> None:
    assert findings(quiet) == []


def test_findings_a_list_of_patients_is_found_whole() -> None:
    found = findings("Enrolled 3 today: Ada Byron, Ben Marsh & Wei-Ling Tsao")
    assert [f.text for f in found] == ["Ada Byron", "Ben Marsh", "Wei-Ling Tsao"]
    assert findings("Trained 3 today: Ada Byron, Ben Marsh & Wei-Ling Tsao") == []


def test_findings_a_number_that_could_be_a_telephone_is_what_it_is_said_to_be() -> None:
    (found,) = findings("pts social (987 65 4321) on a note")
    assert (found.kind, found.text) == (Kind.SSN, "987 65 4321")
