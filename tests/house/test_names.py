"""A name says one thing: no two classes of the product share one."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

from django.conf import settings

ROOMS = ("innovation", "pilots", "okrs")
# Django and the house look these up by their name.
EVERYWHERE = {"Command", "Migration"}


def test_class_has_a_name_of_its_own() -> None:
    """Somebody who searches for a class finds one."""
    places: dict[str, list[str]] = defaultdict(list)
    for room in ROOMS:
        for path in sorted((Path(settings.BASE_DIR) / room).rglob("*.py")):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and node.name not in EVERYWHERE:
                    places[node.name].append(f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}")
    assert len(places) > 300
    shared = {name: found for name, found in places.items() if len(found) > 1}
    assert not shared, "\n".join(f"{name}: {', '.join(found)}" for name, found in shared.items())
