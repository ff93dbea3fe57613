"""Events as they are read: on an object's page, in the log, and in nobody's database."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import islice

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from innovation.audit import actions as audit
from innovation.audit import formatting, queries, shown
from innovation.audit.chain import FORMAT, Fault, FaultKind, read_anchor
from innovation.audit.models import Event, Reader, Verification
from innovation.audit.sentences import sentences
from innovation.rules import numbers
from innovation.web.csv_file import safe_cell
from innovation.web.keys import key_of


@dataclass(frozen=True)
class LogLine:
    """One event as it is read: `sentence` is safe HTML with links, `text` the same without."""

    number: int
    at: datetime
    who: str
    sentence: SafeString
    text: str
    reason: str
    type: str


@dataclass(frozen=True)
class Veil:
    """What one reader is not shown: `closed` are references that they cannot open, so that no link
    leads there; what is `hidden`, by reference or by title, is not even named."""

    closed: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    # Whose name was taken away, by reference, and what they are called instead.
    former: Mapping[str, str] = field(default_factory=dict)


_NO_VEIL = Veil()
# Until 2026-11-28 these held the title of a pilot that came of it, and not whose it is.
_TITLE_ALONE = {"need.in_pilot", "idea.in_pilot"}
# Who did something is named to everybody who reads of it, person or machine; their pages are for a
# few.
_PERSON = "person"
_NAMED_TO_ALL = (_PERSON, "serviceaccount")
# What somebody is called besides, as plain text in events about them.
_NAMES_IN_PLAIN = {"user_name"}


def history(
    thing: Model,
    *,
    limit: int = 100,
    reader: Reader | None = None,
    seen_by: Reader | None = None,
    without: Iterable[str] = (),
) -> list[LogLine]:
    """What happened to `thing`, newest first, for its own page (`{% history lines %}`).

    Whoever may see the object may read its history; ask `visible_to` for the object before. What
    happens to a person happens in several units, so there a `reader` reads what the log tells them.
    Things beside `thing` that are not `seen_by` the person are named without their titles.
    `without` are types of events that would drown the others.
    """
    reference = audit.ref(thing)
    events = Event.objects.about(reference).exclude(type__in=list(without))
    if reader is not None:
        return log_lines(events.visible_to(reader)[:limit], reader=reader, here=reference)
    return lines(events[:limit], here=reference, seen_by=seen_by)


def lines(
    events: Iterable[Event], *, here: str = "", seen_by: Reader | None = None
) -> list[LogLine]:
    told = list(events)
    former = _former(told)
    if seen_by is None:
        veil = Veil(former=former)
        return [line(event, here=here, veil=veil) for event in told]
    closed = _closed(told, seen_by) - {here}
    hidden = {reference for reference in closed if not reference.startswith(_NAMED_TO_ALL)}
    # Some events hold the title alone, beside others that say whose it is.
    hidden |= {event.subject_name for event in told if event.subjects[0] in hidden}
    veil = Veil(frozenset(closed), frozenset(hidden | _titles(hidden)), former)
    return [line(event, here=here, veil=veil) for event in told]


def log_lines(events: Iterable[Event], *, reader: Reader, here: str = "") -> list[LogLine]:
    """The log as this person reads it. What an event of their units is about they read by its
    name, whatever it is; what it names besides may stand elsewhere and be nothing of theirs.
    Whoever reads the log of a root reads all of every event."""
    told = list(events)
    veils = _log_veils(told, reader, without={here})
    return [line(event, here=here, veil=veil) for event, veil in zip(told, veils, strict=True)]


def account_lines(events: Iterable[Event], *, person: Reader) -> list[LogLine]:
    """What was done to one's own account: all of it is named, links lead where they open."""
    told = list(events)
    veil = Veil(closed=frozenset(_closed(told, person)))
    return [line(event, here=person.ref, veil=veil) for event in told]


def _log_veils(
    events: Sequence[Event], reader: Reader, *, without: Collection[str] = ()
) -> list[Veil]:
    """What the reader of the log is not shown of each event."""
    closed = _closed(events, reader).difference(without)
    hidden: set[str] = set()
    if not Event.objects.reads_whole(reader):
        hidden = _unnamed(closed)
    former = _former(events)
    return [Veil(frozenset(closed), _but_its_own(event, hidden), former) for event in events]


def _former(events: Sequence[Event]) -> dict[str, str]:
    """Former colleagues in the events, and what was called by their address: the chain holds it and
    nobody is shown it. One query where anybody is named."""
    keys: defaultdict[str, set[int]] = defaultdict(set)
    for event in events:
        for reference in (event.actor, *event.subjects, *_references(event.details)):
            noun, _colon, key = reference.partition(":")
            if (pk := key_of(key)) is not None:
                keys[noun].add(pk)
    former: dict[str, str] = {}
    if keys[_PERSON]:
        people = get_user_model()._base_manager.filter(pk__in=keys[_PERSON])
        for person in people.filter(anonymised_at__isnull=False):
            former[f"{_PERSON}:{person.pk}"] = str(person)
    for noun, column in shown.CALLED_BY_ADDRESS.items():
        if keys[noun]:
            rows = _models()[noun]._base_manager.filter(pk__in=keys[noun])
            for row in rows.filter(**{f"{column}__endswith": shown.NO_ADDRESS}):
                former[f"{noun}:{row.pk}"] = str(row)
    return former | _former_in_plain(events)


def _former_in_plain(events: Iterable[Event]) -> dict[str, str]:
    """Names in older events that no account has any more, which do not say whose they were."""
    names = {
        name
        for event in events
        for key in shown.PEOPLE_IN_PLAIN
        if isinstance(name := event.details.get(key), str)
    }
    if not names:
        return {}
    accounts = get_user_model()._base_manager.filter(name__in=names)
    gone = names.difference(accounts.values_list("name", flat=True))
    return dict.fromkeys(gone, gettext("a former colleague"))


def _unnamed(closed: Collection[str]) -> set[str]:
    """What is not even named, by reference and by title."""
    hidden = {reference for reference in closed if not reference.startswith(_NAMED_TO_ALL)}
    return hidden | _titles(hidden)


def _but_its_own(event: Event, hidden: Collection[str]) -> frozenset[str]:
    """What an event of one's units is about is named, whatever it is."""
    return frozenset(hidden) - {event.subjects[0], event.subject_name}


@dataclass(frozen=True)
class TakenAway:
    """One event as it leaves the product. It is `whole` if its hash can be worked out from it: not
    where it names something that is not open to the reader."""

    event: Event
    actor_name: str
    subject_name: str
    details: dict[str, object]
    sentence: str
    whole: bool


def taken_away(events: Iterable[Event], *, reader: Reader) -> Iterator[TakenAway]:
    """Events for a file or a program, as the log tells them to this reader; some thousand are
    looked at together, and what somebody reads whole is not looked at."""
    reads_whole = Event.objects.reads_whole(reader)
    several = iter(events)
    while some := list(islice(several, queries.AT_ONCE)):
        hidden = set() if reads_whole else _unnamed(_closed(some, reader))
        former = _former(some)
        for event in some:
            own = _but_its_own(event, hidden) if hidden else frozenset[str]()
            details = event.details
            if own:
                details = {name: _veiled(value, own) for name, value in details.items()}
            if not reads_whole and event.type in _TITLE_ALONE:
                details = {name: value for name, value in details.items() if name != "pilot"}
            if former:
                details = _without_former(event, former, details)
            text = formatting.plain(
                _sentence(event), _values(event, Veil(hidden=own, former=former))
            )
            who = former.get(event.actor, event.actor_name)
            whom = former.get(event.subjects[0], event.subject_name)
            whole = (details, who, whom) == (event.details, event.actor_name, event.subject_name)
            yield TakenAway(event, who, whom, details, text, whole=whole)


def _closed(events: Sequence[Event], reader: Reader) -> set[str]:
    """References in the events that the reader cannot open; one query for each kind."""
    named: defaultdict[str, set[int]] = defaultdict(set)
    for event in events:
        for reference in (event.actor, *event.subjects, *_references(event.details)):
            noun, _colon, key = reference.partition(":")
            if (pk := key_of(key)) is not None:
                named[noun].add(pk)
    closed = set()
    for noun, model in _models().items():
        asked = named.get(noun, set())
        visible_to = getattr(model._default_manager, "visible_to", None)
        if asked and visible_to is not None:
            seen = set(visible_to(reader).filter(pk__in=asked).values_list("pk", flat=True))
            closed |= {f"{noun}:{pk}" for pk in asked - seen}
    return closed


def _titles(hidden: Iterable[str]) -> set[str]:
    """What the hidden things are called today: some events hold a title as plain text."""
    keys: defaultdict[str, set[int]] = defaultdict(set)
    for reference in hidden:
        noun, _colon, key = reference.partition(":")
        if (pk := key_of(key)) is not None:
            keys[noun].add(pk)
    models = _models()
    return {
        str(row)[:300]
        for noun, pks in keys.items()
        for row in models[noun]._base_manager.filter(pk__in=pks)
    }


@cache
def _models() -> dict[str, type[Model]]:
    """The models by what references call them."""
    found = {str(model._meta.model_name): model for model in apps.get_models()}
    found[_PERSON] = get_user_model()
    return found


def _references(details: Mapping[str, object]) -> Iterator[str]:
    for value in details.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and isinstance(one.get("ref"), str):
                yield one["ref"]


def _veiled(value: object, hidden: Collection[str]) -> object:
    if isinstance(value, list):
        return [_veiled(one, hidden) for one in value]
    name = value.get("ref") if isinstance(value, dict) else value
    if isinstance(name, str) and name in hidden:
        return {"name": gettext("something that is not open to you")}
    return value


def line(event: Event, *, here: str = "", veil: Veil = _NO_VEIL) -> LogLine:
    """The event in words. A type without a sentence is shown as it is rather than hidden.

    `here` is what the page is about; its name is not a link to the same page.
    """
    sentence, values = _sentence(event), _values(event, veil)
    return LogLine(
        number=event.number,
        at=event.at,
        who=actor_name(event, veil.former),
        sentence=formatting.linked(sentence, values, no_link={here, *veil.closed}),
        text=formatting.plain(sentence, values),
        reason=str(event.details.get("reason", "")),
        type=event.type,
    )


def _sentence(event: Event) -> str:
    sentence = str(sentences().get(event.type, ""))
    if not sentence:
        sentence = "{actor}: " + event.type.replace("{", "").replace("}", "") + " ({subject})"
    if "acting_for" in event.details:
        sentence = f"{sentence} {gettext('Done for {acting_for}.')}"
    return sentence


def _values(event: Event, veil: Veil) -> dict[str, object]:
    """What fills the sentence."""
    values: dict[str, object] = {
        **event.details,
        "actor": {"ref": event.actor, "name": actor_name(event)},
        "subject": {"ref": event.subjects[0], "name": event.subject_name},
    }
    if veil.hidden:
        values = {name: _veiled(value, veil.hidden) for name, value in values.items()}
    if veil.former:
        values = _without_former(event, veil.former, values)
    return values


def _without_former(
    event: Event, former: Mapping[str, str], details: Mapping[str, object]
) -> dict[str, object]:
    """Details in which nobody is called by a name that was taken away."""
    about_former = event.subjects[0] in former
    return {
        name: former.get(value, value)
        if isinstance(value, str) and name in shown.PEOPLE_IN_PLAIN
        else _renamed(value, former)
        for name, value in details.items()
        if not (about_former and name in _NAMES_IN_PLAIN)
    }


def _renamed(value: object, former: Mapping[str, str]) -> object:
    if isinstance(value, list):
        return [_renamed(one, former) for one in value]
    if isinstance(value, dict) and value.get("ref") in former:
        return {**value, "name": former[value["ref"]]}
    return value


def actor_name(event: Event, former: Mapping[str, str] | None = None) -> str:
    if event.actor == audit.Anonymous.ref:
        return gettext("Somebody who asked not to be named")
    return (former or {}).get(event.actor, event.actor_name)


# Files to take away


def anchor_of(event: Event) -> str:
    return f"{event.number}:{event.hash}"


def json_lines(
    events: Iterable[Event],
    *,
    reader: Reader,
    first: int,
    every_event: bool,
    end: str,
    at: datetime,
) -> Iterator[str]:
    """One event a line, with all that is hashed of it; before them what the file is, after them how
    many there were. `innovation/audit/chain.py` reads it. `end` is the anchor of the whole log."""
    begin = {
        "format": FORMAT,
        "exported_at": at.astimezone(UTC).isoformat(),
        "first": first,
        "previous_hash": queries.hash_before(first),
        "every_event": every_event,
        "anchor": end,
    }
    yield _line_of_json(begin)
    redacted = queries.attestations()
    count = 0
    for one in taken_away(events, reader=reader):
        count += 1
        row = queries.hashed(one.event) | {
            "at": one.event.at.astimezone(UTC).isoformat(),
            "actor_name": one.actor_name,
            "subject_name": one.subject_name,
            "details": one.details,
            "hash": one.event.hash,
            "sentence": one.sentence,
        }
        if attested := redacted.get(str(one.event.number)):
            row["redacted_by"] = attested.event
        yield _line_of_json(row if one.whole else row | {"whole": False})
    yield _line_of_json({"events": count})


def _line_of_json(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


_COLUMNS = (
    *("number", "at", "actor", "actor_name", "type", "sentence", "reason", "subjects"),
    *("subject_name", "unit_id", "before", "after", "details", "previous_hash", "hash"),
    *("anchor", "whole"),
)


def csv_lines(events: Iterable[Event], *, reader: Reader) -> Iterator[str]:
    """The same for a spreadsheet: one event a row, no cell of which starts a formula."""
    written = _Written()
    writer = csv.writer(written)
    writer.writerow(_COLUMNS)
    yield written.taken()
    for one in taken_away(events, reader=reader):
        event = one.event
        before, after = _before_and_after(one.details)
        cells = (
            event.number,
            event.at.astimezone(UTC).isoformat(),
            event.actor,
            one.actor_name if one.actor_name != event.actor_name else actor_name(event),
            event.type,
            one.sentence,
            event.details.get("reason", ""),
            " ".join(event.subjects),
            one.subject_name,
            "" if event.unit_id is None else event.unit_id,
            _text_of_json(before),
            _text_of_json(after),
            _text_of_json(one.details),
            event.previous_hash,
            event.hash,
            anchor_of(event),
            "yes" if one.whole else "no",
        )
        writer.writerow(safe_cell(str(cell)) for cell in cells)
        yield written.taken()


class _Written:
    """What the CSV writer wrote last, and nothing before it."""

    def __init__(self) -> None:
        self._text = ""

    def write(self, text: str) -> int:
        self._text += text
        return len(text)

    def taken(self) -> str:
        text, self._text = self._text, ""
        return text


def _text_of_json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""


def _before_and_after(details: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """The old and the new values that an event tells: {"changed": {field: [old, new]}}."""
    changed = details.get("changed")
    if not isinstance(changed, dict):
        changed = details.get("values")  # where `changed` says in words which fields
    if not isinstance(changed, dict):
        return {}, {}
    pairs = {name: pair for name, pair in changed.items() if _is_pair(pair)}
    return (
        {name: pair[0] for name, pair in pairs.items()},
        {name: pair[1] for name, pair in pairs.items()},
    )


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2


def anchor_lines(head: str, verified: Iterable[Verification], *, at: datetime) -> Iterator[str]:
    """A file of anchors, to be kept where whoever owns the database cannot write."""
    yield gettext("# Anchors of the log: NUMBER:HASH, when.") + "\n"
    yield f"{head} {at.astimezone(UTC).isoformat()}\n"
    for one in verified:
        if one.anchor and one.ended_at is not None:
            yield f"{one.anchor} {one.ended_at.astimezone(UTC).isoformat()}\n"


# Verifying


def fault_in_words(kind: str, number: int, until: int) -> str:
    """One fault for a page; `Fault.sentence` is for the command line."""
    match FaultKind[kind]:
        case FaultKind.MISSING if number == until:
            text = gettext("Event %(number)s is missing.")
        case FaultKind.MISSING:
            text = gettext("Events %(number)s to %(until)s are missing.")
        case FaultKind.UNLINKED:
            text = gettext("Event %(number)s does not follow the one before it.")
        case FaultKind.CHANGED:
            text = gettext("Event %(number)s was changed after it was written.")
        case FaultKind.OTHER_ANCHOR:
            text = gettext("Event %(number)s is not the one that ended the log.")
        case _other:
            return Fault(FaultKind[kind], number, until).sentence
    return text % {"number": numbers.number(number), "until": numbers.number(until)}


@dataclass(frozen=True)
class Compared:
    """An anchor that was kept elsewhere, and whether the chain passes through it."""

    text: str
    holds: bool
    sentence: str


def compared(text: str) -> Compared:
    anchor = read_anchor(text)
    if anchor is None:
        return Compared(text[:100], False, gettext("This is no anchor: NUMBER:HASH."))
    if queries.holds(anchor):
        return Compared(text, True, gettext("The log passes through it."))
    if anchor[0] > queries.head().number:
        return Compared(text, False, gettext("The log ends before it: events were cut off."))
    return Compared(text, False, gettext("Another event stands there: the log was written anew."))
