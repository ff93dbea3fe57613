"""Events as they are read: on an object's page, in the log, and in nobody's database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from innovation.audit import actions as audit
from innovation.audit import formatting
from innovation.audit.models import Event, Reader
from innovation.audit.sentences import sentences
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


_NO_VEIL = Veil()
# People are named to everybody who reads what they did; their pages are for a few.
_NAMED_TO_ALL = "person"


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
    if seen_by is None:
        return [line(event, here=here) for event in told]
    closed = _closed(told, seen_by) - {here}
    hidden = {reference for reference in closed if not reference.startswith(_NAMED_TO_ALL)}
    # Some events hold the title alone, beside others that say whose it is.
    hidden |= {event.subject_name for event in told if event.subjects[0] in hidden}
    veil = Veil(frozenset(closed), frozenset(hidden | _titles(hidden)))
    return [line(event, here=here, veil=veil) for event in told]


def log_lines(events: Iterable[Event], *, reader: Reader, here: str = "") -> list[LogLine]:
    """The log as this person reads it. What an event of their units is about they read by its
    name, whatever it is; what it names besides may stand elsewhere and be nothing of theirs.
    Whoever reads the log of a root reads all of every event."""
    told = list(events)
    closed = _closed(told, reader) - {here}
    hidden: set[str] = set()
    if not Event.objects.reads_whole(reader):
        hidden = {reference for reference in closed if not reference.startswith(_NAMED_TO_ALL)}
        hidden |= _titles(hidden)
    found = []
    for event in told:
        own = {event.subjects[0], event.subject_name}
        veil = Veil(frozenset(closed), frozenset(hidden - own))
        found.append(line(event, here=here, veil=veil))
    return found


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
    found[_NAMED_TO_ALL] = get_user_model()
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
    sentence = str(sentences().get(event.type, ""))
    if not sentence:
        sentence = "{actor}: " + event.type.replace("{", "").replace("}", "") + " ({subject})"
    values = {
        **event.details,
        "actor": {"ref": event.actor, "name": actor_name(event)},
        "subject": {"ref": event.subjects[0], "name": event.subject_name},
    }
    if veil.hidden:
        values = {name: _veiled(value, veil.hidden) for name, value in values.items()}
    return LogLine(
        number=event.number,
        at=event.at,
        who=actor_name(event),
        sentence=formatting.linked(sentence, values, no_link={here, *veil.closed}),
        text=formatting.plain(sentence, values),
        reason=str(event.details.get("reason", "")),
        type=event.type,
    )


def actor_name(event: Event) -> str:
    if event.actor == audit.Anonymous.ref:
        return gettext("Somebody who asked not to be named")
    return event.actor_name
