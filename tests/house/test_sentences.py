"""Every event that a room records is read as a sentence of that room's, and of no other's."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

from innovation import house
from innovation.audit.sentences import kinds, sentences
from innovation.workflow.lifecycle import Lifecycle

ROOT = Path(settings.BASE_DIR)

APPS = ("innovation", "pilots", "okrs", "findings")
# As a detail of an event; `audit.named(person)` says whose name it is.
PERSON_IN_PLAIN = r"(.*\.)?(by|lead|member|owner|person|sponsor|to|user)\.(name|email)"

every_room = pytest.mark.parametrize("room", house.rooms())


def told(room: str) -> set[str]:
    """The types of events that the room has a sentence for."""
    if room not in house.with_file("events"):
        return set()
    return set(import_module(f"{room}.events").SENTENCES)


def recorded(room: str) -> set[str]:
    """The types of events that the room records: given as text to `audit.record("…")` or
    `_record…("…")`, and those of its transitions."""
    found: set[str] = set()
    for path in sorted(ROOT.joinpath(*room.split(".")).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _is_record(node.func) and node.args:
                found |= set(_types(node.args[0]))
    if room in house.with_file("states"):
        for lifecycle in vars(import_module(f"{room}.states")).values():
            if isinstance(lifecycle, Lifecycle):
                found |= {transition.event for transition in lifecycle.transitions}
    return found


def _is_record(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name.lstrip("_").startswith("record")


def _types(argument: ast.expr) -> Iterator[str]:
    """The type, or every type of the expression that chooses one."""
    for node in ast.walk(argument):
        text = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", text):
            yield text


def test_recorded_events_are_found() -> None:
    assert {"role.granted", "unit.moved"} <= recorded("innovation.people")
    assert {"need.accepted", "need.submitted"} <= recorded("innovation.needs")


@every_room
def test_room_tells_every_event_that_it_records_and_no_other(room: str) -> None:
    silent = recorded(room) - told(room)
    assert not silent, f"give these a sentence in the room's events.py: {sorted(silent)}"
    unused = told(room) - recorded(room)
    assert not unused, f"the room does not record these: {sorted(unused)}"


@every_room
def test_events_are_of_nouns_of_the_room_or_of_one_below(room: str) -> None:
    below = house.rooms()[: house.rooms().index(room) + 1]
    nouns = {noun.name for each in below for noun in house.plates()[each].nouns}
    unknown = {event_type.partition(".")[0] for event_type in told(room)} - nouns
    assert not unknown, f"no room.py up to {room} has the nouns {unknown}"


def test_log_offers_the_nouns_that_events_are_of() -> None:
    offered = {name for name, _label in kinds()}
    assert offered == {event_type.partition(".")[0] for event_type in sentences()}


def test_every_sentence_names_who_did_it_and_asks_only_for_known_styles() -> None:
    for event_type, sentence in sentences().items():
        fields = list(string.Formatter().parse(str(sentence)))
        names = {name for _text, name, _style, _conversion in fields if name}
        assert names & {"actor", "subject"}, event_type
        styles = {style for _text, _name, style, _conversion in fields if style}
        assert styles <= {"money", "number", "percent", "day"}, event_type
        assert all(name.isidentifier() for name in names), event_type
        assert "reason" not in names, f"{event_type}: a reason is shown by itself"


def test_events_name_people_by_reference() -> None:
    """A name as plain text could not be taken away with the account: it would be shown for ever."""
    calls = 0
    for path in (path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _is_record(node.func):
                calls += 1
                for detail in node.keywords:
                    whose = re.fullmatch(PERSON_IN_PLAIN, ast.unparse(detail.value))
                    assert not whose, f"{path}:{node.lineno}: audit.named({detail.value})"
    assert calls > 100
