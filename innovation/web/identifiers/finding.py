"""What was found, and how a rule looks for it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache


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


# A text is read once for runs of digits, once for its words and once for what may be a name; a pattern is
# tried where a word begins as one of its cues does, from there on or on the few characters before. None of
# them can read far: every repetition is bounded or takes what it took for good (`*+`). A test feeds them
# what would be slow.

_WORD = re.compile(r"[a-z0-9à-öø-ÿ]+|\(")  # all cues are in these letters


def each(words: str) -> tuple[str, ...]:
    return tuple(words.split())


# Who belongs to a patient, who may be one, and what belongs to the house.
KIN_WORDS = each(
    "daughter daughters son sons wife husband mother father mum mom dad sister brother parent parents partner "
    "spouse carer carers caregiver niece nephew aunt uncle cousin widow widower nan gran grandma grandad "
    "granddad granny grandmother grandfather grandson granddaughter grandparents stepmother stepfather stepson "
    "stepdaughter guardian neighbour neighbor neighbours neighbors roommate relative relatives nok kin"
)
PATIENT_WORDS = frozenset(
    ["patient", "patients", "pt", "pts", "resident", "gent", "gentleman", "lady", "lad", *KIN_WORDS]
)
PERSON_WORDS = PATIENT_WORDS | {"her", "his", "she", "he", "client", "late", "mrs"}
HOUSE_WORDS = frozenset(
    each(
        "desk hotline helpline vendor ext extension pager bleep fax office clinic pharmacy switchboard ticket "
        "order invoice serial version support purchase contract licence license quote delivery"
    )
)
KIN = "|".join(sorted(KIN_WORDS, reverse=True))
_TOKEN = re.compile(r"[a-z]+")


def words_of(text: str) -> frozenset[str]:
    return frozenset(_TOKEN.findall(text.lower()))


class Words:
    """A text in small letters, of the same length, and where its words begin by their first two."""

    def __init__(self, text: str) -> None:
        self.low = text.lower()
        if len(self.low) != len(text):
            self.low = "".join(one if len(one := c.lower()) == 1 else c for c in text)
        low, begins = self.low, defaultdict[str, list[int]](list)
        for word in _WORD.finditer(low):
            at = word.start()
            begins[low[at : at + 2]].append(at)
        self.begins = begins


def places(cues: Iterable[str], words: Words) -> Iterator[int]:
    """Where one of the cues begins a word."""
    low, begins = words.low, words.begins
    for first_two, some in _by_first_two(tuple(cues)):
        for at in begins.get(first_two, ()):
            if low.startswith(some, at):
                yield at


@cache
def _by_first_two(cues: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    found = defaultdict[str, list[str]](list)
    for cue in cues:
        found[cue[:2]].append(cue)
    return [(first_two, tuple(some)) for first_two, some in found.items()]


def after(
    cues: Iterable[str], pattern: re.Pattern[str], kind: IdentifierKind, text: str, words: Words
) -> Iterator[PossibleIdentifier]:
    for at in places(cues, words):
        if match := pattern.match(text, at):
            yield of(kind, match, 1)


def before(
    pattern: re.Pattern[str], kind: IdentifierKind, text: str, at: int
) -> Iterator[PossibleIdentifier]:
    """What ends just there, within the eighty characters before."""
    begins = max(0, at - 80)
    if match := pattern.search(text[begins:at]):
        start = begins + match.start(1)
        yield PossibleIdentifier(kind, match[1], start, start + len(match[1]))


def sentence_before(text: str, at: int) -> str:
    """What stands before, back to the end of the sentence before, or sixty characters."""
    return last_sentence(text[max(0, at - 60) : at])


def last_sentence(said: str) -> str:
    ends = said.rfind(". "), said.rfind("\n"), said.rfind("! "), said.rfind("? ")
    return said[max(ends) + 1 :]


def sentence_after(text: str, at: int) -> str:
    said = text[at : at + 40]
    ends = [place for end in (". ", "\n") if (place := said.find(end)) >= 0]
    return said[: min(ends)] if ends else said


def of(kind: IdentifierKind, match: re.Match[str], group: int = 0) -> PossibleIdentifier:
    return PossibleIdentifier(kind, match[group], match.start(group), match.end(group))


def digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
