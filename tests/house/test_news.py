"""Whatever people are told of is of a kind that they can choose for, and each kind is told of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from innovation import house
from innovation.notices.kinds import kinds

ROOT = Path(settings.BASE_DIR)
every_room = pytest.mark.parametrize("room", house.rooms())


def told(room: str) -> Iterator[tuple[str, str]]:
    """Each call of `notices.notify` in the room: where, and the kind that it names as text."""
    for path in sorted(ROOT.joinpath(*room.split(".")).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "notices.notify"):
                continue
            [kind] = [word.value for word in node.keywords if word.arg == "kind"]
            text = kind.value if isinstance(kind, ast.Constant) else ""
            yield f"{path.relative_to(ROOT)}:{node.lineno}", str(text)


@every_room
def test_news_is_of_a_kind_of_this_room_or_of_one_below(room: str) -> None:
    below = house.rooms()[: house.rooms().index(room) + 1]
    known = {kind.key for each in below for kind in house.plates()[each].news}
    for place, kind in told(room):
        assert kind in known, f"{place}: no room.py up to {room} has the kind of news {kind!r}"


def test_each_kind_of_news_is_told_of_and_has_a_place_of_its_own() -> None:
    used = {kind for room in house.rooms() for _place, kind in told(room)}
    assert used == set(kinds())
    of_plates = [kind for plate in house.plates().values() for kind in plate.news]
    assert len(of_plates) == len(kinds()) == len({kind.order for kind in of_plates})
    assert all(len(key) <= 20 for key in kinds())
