"""Every event that the code can record is read as a sentence, and every sentence is of an event."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.urls import get_resolver, reverse

from innovation.audit import presenters
from innovation.workflow.lifecycle import Lifecycle

APPS = ("innovation", "pilots", "okrs")
ROOT = Path(settings.BASE_DIR)


def lifecycles() -> Iterator[Lifecycle]:
    """Every transition table of the house."""
    for app in APPS:
        for path in sorted((ROOT / app).glob("*/states.py")):
            module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            yield from (v for v in vars(module).values() if isinstance(v, Lifecycle))


def recorded() -> dict[str, str]:
    """Words given as text to `audit.record("…")` or `_record…("…")`, and the file that does."""
    found = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _is_record(node.func) and node.args:
                    for word in _texts(node.args[0]):
                        found[word] = str(path.relative_to(ROOT))
    return found


def _is_record(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name.lstrip("_").startswith("record")


def _texts(argument: ast.expr) -> Iterator[str]:
    """The word, or every word of the expression that chooses one."""
    for node in ast.walk(argument):
        word = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
        if isinstance(word, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", word):
            yield word


def test_every_transition_s_event_has_a_sentence() -> None:
    silent = [
        transition.event
        for lifecycle in lifecycles()
        for transition in lifecycle.transitions
        if transition.event not in presenters.SENTENCES
    ]
    assert list(lifecycles())
    assert not silent, f"give these a sentence in innovation/audit/presenters.py: {silent}"


def test_every_recorded_word_has_a_sentence() -> None:
    words = recorded()
    assert "role.granted" in words
    silent = {word: path for word, path in words.items() if word not in presenters.SENTENCES}
    assert not silent, f"give these a sentence in innovation/audit/presenters.py: {silent}"


def test_every_sentence_is_of_an_event_that_is_recorded() -> None:
    moved = {t.event for lifecycle in lifecycles() for t in lifecycle.transitions}
    unused = set(presenters.SENTENCES) - moved - set(recorded())
    assert not unused, f"nothing records these any more: {sorted(unused)}"


def test_every_sentence_names_who_did_it_and_asks_only_for_known_styles() -> None:
    for word, sentence in presenters.SENTENCES.items():
        fields = list(string.Formatter().parse(str(sentence)))
        names = {name for _text, name, _style, _conversion in fields if name}
        assert names & {"actor", "subject"}, word
        styles = {style for _text, _name, style, _conversion in fields if style}
        assert styles <= {"money", "number", "percent", "day"}, word
        assert all(name.isidentifier() for name in names), word
        assert "reason" not in names, f"{word}: a reason is shown by itself"


def test_every_address_of_a_noun_is_a_page() -> None:
    known = set(get_resolver().reverse_dict)
    for noun, name in presenters.ADDRESSES.items():
        assert reverse(name, kwargs={"pk": 1}), (noun, known)
