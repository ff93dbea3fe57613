"""The sentences of events, as the rooms that record them tell them.

Each room's `events.py` holds one sentence for every type of event that it records. In a sentence,
`{actor}` and `{subject}` are names with links; every other name is a detail given to
`audit.record(...)`. A detail may be formatted: `{amount:money}`, `{on:day}`, `{share:percent}`,
`{count:number}`. A detail made by `audit.named(thing)` becomes a link. A `reason` is shown below
the sentence by itself and needs no place in it.
"""

from collections.abc import Mapping
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from innovation import house
from innovation.web.keys import key_of

Sentence = str | Promise


@cache
def sentences() -> dict[str, Sentence]:
    """The sentence of every type of event: `need.accepted`."""
    found: dict[str, Sentence] = {}
    for events in house.load("events"):
        told: Mapping[str, Sentence] = events.SENTENCES
        if twice := found.keys() & told.keys():
            raise ValueError(f"{events.__name__} tells what another room tells: {sorted(twice)}")
        found |= told
    return found


def kinds() -> list[tuple[str, str]]:
    """The nouns that events are of, to choose from: the first part of an event's type, and what
    the plate of its room calls it."""
    told = {event_type.partition(".")[0] for event_type in sentences()}
    named = [(noun.name, str(noun.label)) for noun in _nouns() if noun.name in told]
    return sorted(named, key=lambda kind: kind[1])


def types_saying(text: str) -> list[str]:
    """The types of events whose sentence has all of these words: "declined", "gave role"."""
    terms = text.lower().split()
    return [
        event_type
        for event_type, sentence in sentences().items()
        if terms and all(term in str(sentence).lower() for term in terms)
    ]


def address(reference: str) -> str | None:
    """The page of what a reference (`need:12`) names, where it has one."""
    noun, _colon, key = reference.partition(":")
    page, pk = _pages().get(noun), key_of(key)
    if page is None or pk is None:
        return None
    try:
        return reverse(page, kwargs={"pk": pk})
    except NoReverseMatch:
        return None


def _nouns() -> list[house.Noun]:
    return [noun for plate in house.plates().values() for noun in plate.nouns]


@cache
def _pages() -> dict[str, str | None]:
    return {noun.reference or noun.name: noun.page for noun in _nouns()}
