"""Every room has a door plate, and what the plates say is true."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from innovation import house
from innovation.people.roles import ROLES

ROOT = Path(settings.BASE_DIR)
# Functions that ask for a permission, given as text where its room stands above.
ASKING = {"may", "reach", "units", "above", "holding", "require", "Holds", "check_holds"}


def permissions_as_text() -> Iterator[tuple[str, Path]]:
    """Every permission that the code writes as text instead of by its name in a room."""
    for app in house.ROOMS:
        for path in sorted((ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _name(node.func) in ASKING:
                    for argument in node.args:
                        text = getattr(argument, "value", None)
                        if isinstance(text, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", text):
                            yield text, path.relative_to(ROOT)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_permission_written_as_text_is_one_that_a_room_has() -> None:
    written = list(permissions_as_text())
    assert "needs.submit" in {text for text, _path in written}
    unknown = [(text, str(path)) for text, path in written if text not in house.permissions()]
    assert not unknown, f"no room.py has these permissions: {unknown}"


def test_roles_hold_permissions_that_rooms_have_and_each_is_held_by_some_role() -> None:
    held = frozenset().union(*(role.permissions for role in ROLES.values()))
    assert held == house.permissions()
