"""Events as they are read: on an object's page, in the log, and in nobody's database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from innovation.audit import actions as audit
from innovation.audit import formatting
from innovation.audit.models import Event, Reader
from innovation.audit.sentences import sentences


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
    thing: Model, *, limit: int = 100, reader: Reader | None = None, without: Iterable[str] = ()
) -> list[LogLine]:
    """What happened to `thing`, newest first, for its own page (`{% history lines %}`).

    Whoever may see the object may read its history; ask `visible_to` for the object before. What
    happens to a person happens in several units, so there a `reader` sees what the log shows them.
    `without` are types of events that would drown the others.
    """
    reference = audit.ref(thing)
    events = Event.objects.about(reference).exclude(type__in=list(without))
    if reader is not None:
        events = events.visible_to(reader)
    return lines(events[:limit], here=reference)


def lines(events: Iterable[Event], *, here: str = "") -> list[LogLine]:
    return [line(event, here=here) for event in events]


def line(event: Event, *, here: str = "") -> LogLine:
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
