"""Pressing twice sends once: each action that a door calls notes the key of its sending in its own transaction."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from django.conf import settings

from innovation.rules import transactions

ROOT = Path(settings.BASE_DIR)
# Two hand what is written to an action that is; the three of a source only look, and leave the form's key
# for what is done then.
LEFT_OUT = {
    "pilots.planning.actions.ask",
    "pilots.metrics.actions.ask_source",
    "pilots.metrics.actions.ask_dry_run",
    "pilots.metrics.actions.look_at_file",
    "pilots.lifecycle.actions.prepare",
}


def asked_by_doors() -> Iterator[tuple[str, Callable[..., Any]]]:
    for storey in ("innovation", "pilots", "okrs"):
        for path in (ROOT / storey).rglob("*.py"):
            if path.stem not in ("views", "api") and path.parent.name not in ("views", "api"):
                continue
            module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                if not any(word.arg == "by" for word in node.keywords):
                    continue
                owner = getattr(module, ast.unparse(node.func.value), None)
                if isinstance(owner, ModuleType) and ".actions" in owner.__name__:
                    yield f"{owner.__name__}.{node.func.attr}", getattr(owner, node.func.attr)


def test_every_action_of_a_door_is_done_once_for_one_sending() -> None:
    found = dict(asked_by_doors())
    assert len(found) > 100
    bare = [
        name
        for name, action in found.items()
        if action.__code__.co_filename != transactions.__file__ and name not in LEFT_OUT
    ]
    assert found.keys() >= LEFT_OUT
    assert bare == [], "decorate them with innovation.rules.transactions.atomic"
