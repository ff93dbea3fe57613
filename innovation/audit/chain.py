"""How events are hashed into the chain, and how a chain is followed. Pure: the same for writing, for
verifying in the database, and for verifying a file that was exported.

It needs nothing but Python, so this file alone, copied to any machine, verifies an export in JSON
Lines:

    python3 chain.py log.jsonl
    python3 chain.py log.jsonl 4711:5f0c…       and that it passes through this anchor
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
# The event that says which older ones had words taken out, and what each hashes to since:
# {"events": {"4711": digest}}. Its own hash stands in the chain, so nobody adds to the list later.
REDACTED = "text.redacted"
# What is hashed of an event, in this order; the hash before it comes last.
HASHED = (
    "number",
    "at",
    "actor",
    "actor_name",
    "type",
    "subjects",
    "subject_name",
    "unit_id",
    "details",
    "previous_hash",
)
FORMAT = "pilotlight-log"


def digest(
    *,
    number: int,
    at: datetime,
    actor: str,
    actor_name: str,
    type: str,
    subjects: list[str],
    subject_name: str,
    unit_id: int | None,
    details: dict[str, object],
    previous_hash: str,
) -> str:
    """SHA-256 over every column of the event and the hash before it, as 64 hex digits."""
    text = json.dumps(
        [
            number,
            at.astimezone(UTC).isoformat(),
            actor,
            actor_name,
            type,
            subjects,
            subject_name,
            unit_id,
            details,
            previous_hash,
        ],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(event: Mapping[str, Any]) -> str:
    """The same of an event that is a mapping, which may hold more than is hashed."""
    return digest(**{name: event[name] for name in HASHED})


class FaultKind(Enum):
    MISSING = "events {number} to {until} are missing"
    UNLINKED = "event {number} does not follow the one before it"
    CHANGED = "event {number} was changed after it was written"
    CUT_OFF = "the chain ends at event {until}, but {number} were written"
    OTHER_ANCHOR = "event {number} is not the one that was noted down"
    UNREADABLE = "line {number} is no event"
    INCOMPLETE = "the file says that it holds {number} events, and holds {until}"


@dataclass(frozen=True)
class Fault:
    """One place where a chain does not hold."""

    kind: FaultKind
    number: int
    until: int = 0

    @property
    def sentence(self) -> str:
        return self.kind.value.format(number=self.number, until=self.until)


class Walk:
    """Along a chain, event by event, from a number on; `previous` is the hash before it, None where
    that is not known. `attested` is what later events of the chain say that redacted ones hash to:
    such an event keeps its first hash, by which the next one follows it."""

    def __init__(
        self, first: int, previous: str | None, attested: Mapping[int, str] | None = None
    ) -> None:
        self.expected, self.previous = first, previous
        self.attested = attested or {}
        self.redacted = 0

    def step(
        self, event: Mapping[str, Any], own_hash: str, *, gaps: bool = False, whole: bool = True
    ) -> list[Fault]:
        """What is wrong with the next event, given what is hashed of it. With `gaps`, numbers may
        be left out, as in an export of some events; one that is not `whole` lacks names that were
        hashed, so only its link can be looked at."""
        number, found = event["number"], []
        if number != self.expected:
            if not gaps:
                found.append(Fault(FaultKind.MISSING, self.expected, number - 1))
        elif self.previous is not None and event["previous_hash"] != self.previous:
            found.append(Fault(FaultKind.UNLINKED, number))
        if whole and (now := digest_of(event)) != own_hash:
            if self.attested.get(number) == now:
                self.redacted += 1
            else:
                found.append(Fault(FaultKind.CHANGED, number))
        self.expected, self.previous = number + 1, own_hash
        return found


def read_anchor(text: str) -> tuple[int, str] | None:
    """The number and hash of an anchor, NUMBER:HASH; None where it is none."""
    number, _colon, own_hash = text.strip().partition(":")
    if len(number) > 18 or not number.isdecimal() or not number.isascii():
        return None
    hexadecimal = len(own_hash) == 64 and set(own_hash) <= set("0123456789abcdef")
    return (int(number), own_hash) if hexadecimal else None


@dataclass
class FileReport:
    """What became of verifying a file; `faults` are filled as it is read."""

    events: int = 0
    not_whole: int = 0  # names that its reader was not shown: their hashes say nothing here
    redacted: int = 0  # words were taken out, as a later event of the file says
    redacted_elsewhere: int = 0  # as an event says that is not in the file: not proved by it
    last: tuple[int, str] | None = None


class _RedactedInFile:
    """Events of a file that say themselves that they were redacted, until one comes that attests
    what they hash to."""

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[str, int]] = {}
        self._attested: dict[int, str] = {}
        self._attesting: set[int] = set()

    def note(self, event: Mapping[str, Any], own_hash: str) -> bool:
        """Whether what it hashes to is judged at the end."""
        if event["type"] == REDACTED:
            self._attesting.add(event["number"])
            self._attested |= {
                int(number): str(now) for number, now in event["details"]["events"].items()
            }
        now, said_by = digest_of(event), event.get("redacted_by")
        if said_by is None or now == own_hash:
            return False
        self._waiting[event["number"]] = (now, int(said_by))
        return True

    def faults(self, report: FileReport) -> Iterator[Fault]:
        for number, (now, said_by) in self._waiting.items():
            if said_by not in self._attesting:
                report.redacted_elsewhere += 1
            elif self._attested.get(number) == now:
                report.redacted += 1
            else:
                yield Fault(FaultKind.CHANGED, number)


def faults_in_file(
    lines: Iterable[str], report: FileReport, anchor: tuple[int, str] | None = None
) -> Iterator[Fault]:
    """Every place where an export in JSON Lines does not hold. The first line says what the file
    is, the last how many events it holds; between them stands one event a line."""
    walk: Walk | None = None
    promised: int | None = None
    whole_range = True
    anchored = anchor is None
    redacted = _RedactedInFile()
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            if row.get("format") == FORMAT:
                whole_range = bool(row["every_event"])
                walk = Walk(row["first"], row["previous_hash"])
                continue
            if "events" in row:
                promised = row["events"]
                continue
            event = {**row, "at": datetime.fromisoformat(row["at"])}
            if walk is None:
                walk = Walk(event["number"], None)
            whole = row.get("whole", True)
            report.not_whole += not whole
            hashed_later = redacted.note(event, row["hash"]) if whole else False
            yield from walk.step(
                event, row["hash"], gaps=not whole_range, whole=whole and not hashed_later
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            yield Fault(FaultKind.UNREADABLE, number)
            continue
        report.events += 1
        report.last = (event["number"], row["hash"])
        anchored = anchored or report.last == anchor
    yield from redacted.faults(report)
    if promised != report.events:
        yield Fault(FaultKind.INCOMPLETE, promised or 0, report.events)
    if anchor is not None and not anchored:
        yield Fault(FaultKind.OTHER_ANCHOR, anchor[0])


def main(arguments: list[str]) -> int:
    """Verify a file, without Pilotlight: 0 where every link holds."""
    say = sys.stdout.write
    anchor = read_anchor(arguments[1]) if len(arguments) > 1 else None
    if not arguments or (len(arguments) > 1 and anchor is None):
        say("Usage: python3 chain.py FILE [NUMBER:HASH]\n")
        return 2
    report, broken = FileReport(), 0
    with Path(arguments[0]).open(encoding="utf-8", errors="replace") as lines:
        for fault in faults_in_file(lines, report, anchor):
            broken += 1
            say(f"{fault.sentence}\n")
    say(f"{report.events} events, {broken} faults, {report.not_whole} not shown whole.\n")
    if report.redacted or report.redacted_elsewhere:
        say(
            f"Words were taken out of {report.redacted + report.redacted_elsewhere} events; for "
            f"{report.redacted} of them the file holds the event that says so.\n"
        )
    if report.last:
        say(f"{report.last[0]}:{report.last[1]}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
