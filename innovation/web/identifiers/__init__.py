"""Does this text name a patient? Checksummed numbers, and all else by the words around it: names, birth
dates, record numbers, telephones, addresses, beds. Pure: it finds and explains; whoever asks decides
what to do about it. `python -m bench.patients` says how much of it is seen.

NHS numbers: modulus 11, https://www.datadictionary.nhs.uk/attributes/nhs_number.html.
SSN structure: https://www.ssa.gov/employer/randomization.html. Card and member numbers: Luhn,
ISO/IEC 7812-1. Medicare numbers: https://www.cms.gov/medicare/new-medicare-card.
"""

from __future__ import annotations

from collections.abc import Iterator

from innovation.web.identifiers.births import births
from innovation.web.identifiers.finding import IdentifierKind, PossibleIdentifier, Words
from innovation.web.identifiers.names import names
from innovation.web.identifiers.numbers import is_luhn, is_nhs_number, is_ssn, numbers
from innovation.web.identifiers.records import records
from innovation.web.identifiers.whereabouts import addresses, beds, mails
from innovation.web.plain_reading import as_read

__all__ = [
    "IdentifierKind", "PossibleIdentifier", "findings", "is_luhn", "is_nhs_number", "is_ssn",
]  # fmt: skip


def findings(text: str) -> list[PossibleIdentifier]:
    """Everything in `text` that looks like it identifies a patient, in the order of the text."""
    found: list[PossibleIdentifier] = []
    read, places = as_read(text)
    for finding in sorted(_all(read), key=_first):
        if not found or finding.start >= found[-1].end:
            found.append(finding)
    return [_placed(one, text, places) for one in found] if places else found


def _placed(
    found: PossibleIdentifier, text: str, places: list[tuple[int, int]]
) -> PossibleIdentifier:
    start, end = places[found.start][0], places[found.end - 1][1]
    return PossibleIdentifier(found.kind, text[start:end], start, end)


def _first(finding: PossibleIdentifier) -> tuple[int, bool, int]:
    """Any run of digits may be a telephone, so what is something else as well is that."""
    is_phone = finding.kind is IdentifierKind.PHONE
    return (finding.start + is_phone, is_phone, -finding.end)  # it may begin with a bracket


def _all(text: str) -> Iterator[PossibleIdentifier]:
    words = Words(text)
    yield from numbers(text, words)
    yield from records(text, words)
    yield from births(text, words)
    yield from addresses(text)
    yield from beds(text, words)
    yield from names(text, words)
    yield from mails(text)
