"""Events as they are read: on an object's page, in the log, and in nobody's database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
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
    happens to a person happens in several units, so there a `reader` sees what the log shows them.
    Things beside `thing` that are not `seen_by` the person are named without their titles; where
    nobody is given, the page shows them on purpose. `without` are types of events that would drown
    the others.
    """
    reference = audit.ref(thing)
    events = Event.objects.about(reference).exclude(type__in=list(without))
    if reader is not None:
        events = events.visible_to(reader)
    return lines(events[:limit], here=reference, seen_by=seen_by)


def lines(
    events: Iterable[Event], *, here: str = "", seen_by: Reader | None = None
) -> list[LogLine]:
    told = list(events)
    hidden = _hidden(told, seen_by) - {here} if seen_by is not None else set()
    return [line(event, here=here, hidden=hidden) for event in told]


def _hidden(events: Sequence[Event], reader: Reader) -> set[str]:
    """What the events name and the reader may not see, by reference and by title; one query for
    each kind."""
    named: defaultdict[str, set[int]] = defaultdict(set)
    for event in events:
        for reference in (event.subjects[0], *_references(event.details)):
            noun, _colon, key = reference.partition(":")
            if (pk := key_of(key)) is not None:
                named[noun].add(pk)
    hidden = set()
    for model in apps.get_models():
        asked = named.get(str(model._meta.model_name), set())
        visible_to = getattr(model._default_manager, "visible_to", None)
        if asked and visible_to is not None:
            seen = set(visible_to(reader).filter(pk__in=asked).values_list("pk", flat=True))
            hidden |= {f"{model._meta.model_name}:{pk}" for pk in asked - seen}
    # Some events hold the title alone, beside others that say whose it is.
    return hidden | {event.subject_name for event in events if event.subjects[0] in hidden}


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


def line(event: Event, *, here: str = "", hidden: Collection[str] = ()) -> LogLine:
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
    if hidden:
        values = {name: _veiled(value, hidden) for name, value in values.items()}
    return LogLine(
        number=event.number,
        at=event.at,
        who=actor_name(event),
        sentence=formatting.linked(sentence, values, here=here),
        text=formatting.plain(sentence, values),
        reason=str(event.details.get("reason", "")),
        type=event.type,
    )


def actor_name(event: Event) -> str:
    if event.actor == audit.Anonymous.ref:
        return gettext("Somebody who asked not to be named")
    return event.actor_name
