"""One path from a form to a page and from a body to an answer; one status for one refusal."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOORS = [
    path
    for app in ("innovation", "pilots", "okrs")
    for path in sorted((ROOT / app).rglob("*.py"))
    if path.stem in ("views", "api") or path.parent.name == "views"
    if path.parent.name != "web"
]


@pytest.mark.parametrize("path", DOORS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_door_catches_a_refusal_by_itself(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            caught = ast.unparse(node.type)
            assert not {"Refused", "NotAllowed", "Conflict"} & set(
                caught.replace("(", " ").replace(")", " ").replace(",", " ").split()
            ), f"{path.relative_to(ROOT)}:{node.lineno}: use refusal_shown_on or let it pass"
        if isinstance(node, ast.keyword) and node.arg == "status":
            assert "refusal" not in ast.unparse(node.value)


def test_doors_are_found() -> None:
    assert len(DOORS) > 30
