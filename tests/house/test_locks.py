"""Rows of a pilot are locked in one order, by few functions; who locks elsewhere may deadlock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# Where rows of the pilot, what it grew from, its gate and its money are written.
ROOMS = (
    "innovation/needs", "innovation/ideas", "pilots/lifecycle", "pilots/staffing",
    "pilots/funding", "pilots/gates", "okrs/alignment",
)  # fmt: skip
# Each takes several rows in their order, or one kind of row that nothing else follows.
LOCKING = {
    "pilots/lifecycle/actions/life.py": {"lock_roots"},
    "pilots/funding/actions/awards.py": {"lock_money", "release_all"},
    "innovation/needs/actions.py": {"merge"},
    "okrs/alignment/actions.py": {"measure"},
}
# The engine's lock of one row; a function that takes two of them takes them in this order.
ORDER = ("pilot", "review", "fund", "award")


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def calls(function: ast.FunctionDef, name: str) -> list[ast.Call]:
    found = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
    ]
    return sorted(found, key=lambda call: call.lineno)


FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rows_of_a_pilot_are_locked_where_the_order_is_kept(path: Path) -> None:
    allowed = LOCKING.get(str(path.relative_to(ROOT)), set())
    for function in functions(path):
        if calls(function, "select_for_update"):
            assert function.name in allowed, (
                f"{function.name} locks rows by itself: call lock_roots, lock_money or workflow.lock"
            )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_that_locks_several_rows_keeps_the_order(path: Path) -> None:
    for function in functions(path):
        locked = [
            call.args[0].id
            for call in calls(function, "lock")
            if call.args and isinstance(call.args[0], ast.Name) and call.args[0].id in ORDER
        ]
        assert locked == sorted(locked, key=ORDER.index), f"{function.name} locks {locked}"


def test_the_functions_that_may_lock_are_still_there() -> None:
    for name, allowed in LOCKING.items():
        there = {one.name for one in functions(ROOT / name) if calls(one, "select_for_update")}
        assert allowed == there
