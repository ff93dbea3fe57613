"""Every room has a place in the list and a plate at its door, and what the plates say is true."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.urls import reverse

from innovation import house
from innovation.people.roles import ROLES, check_permissions
from innovation.web.icons import ICONS

ROOT = Path(settings.BASE_DIR)
NO_ROOMS = {"migrations", "management"}
# The files of a room; what else it has, its plate names.
FILES = {
    "__init__",
    "room",
    "events",
    "states",
    "models",
    "permissions",
    "queries",
    "requirements",
    "actions",
    "forms",
    "presenters",
    "views",
    "api",
    "tasks",
    "panels",
    "urls",
}
# Functions that ask for a permission, given as text where its room stands above.
ASKING = {"may", "reach", "units", "above", "holding", "require", "Holds", "check_holds"}

every_room = pytest.mark.parametrize("room", house.rooms())


def folder(room: str) -> Path:
    return ROOT.joinpath(*room.split("."))


def plate(room: str) -> house.Room:
    return house.plates()[room]


def test_every_package_of_an_app_is_a_room_of_the_list() -> None:
    for app, rooms in house.ROOMS.items():
        packages = {path.parent.name for path in (ROOT / app).glob("*/__init__.py")} - NO_ROOMS
        assert packages == set(rooms), f"innovation/house.py and {app}/ name other rooms"


@every_room
def test_room_has_a_plate(room: str) -> None:
    assert (folder(room) / "room.py").is_file(), f"{room} has no door plate, room.py"
    assert isinstance(plate(room), house.Room)


@every_room
def test_files_of_a_room_have_the_names_of_a_room_s_files(room: str) -> None:
    if plate(room).files_of_its_own:
        return
    found = {
        path.stem
        for path in folder(room).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    unnamed = found - FILES - set(plate(room).domain)
    assert not unnamed, f"no names of a room's files, nor domain modules on its plate: {unnamed}"
    gone = set(plate(room).domain) - found
    assert not gone, f"{room}/room.py names domain modules that are not there: {gone}"


@pytest.mark.parametrize("beside", ["templates", "tests"])
def test_folders_beside_the_apps_are_named_after_their_rooms(beside: str) -> None:
    for app, rooms in house.ROOMS.items():
        folders = {path.name for path in (ROOT / beside / app).iterdir() if path.is_dir()}
        strangers = folders - set(rooms) - NO_ROOMS - {"__pycache__"}
        assert not strangers, f"{beside}/{app} has folders of no room: {strangers}"


@every_room
def test_navigation_leads_to_pages(room: str) -> None:
    for entry in plate(room).navigation:
        assert reverse(entry.url_name)
        assert entry.icon in ICONS
        assert set(entry.permissions) <= house.permissions()


def test_no_two_lines_of_the_navigation_have_one_place() -> None:
    orders = [entry.order for room in house.rooms() for entry in plate(room).navigation]
    assert len(orders) == len(set(orders))


@every_room
def test_nouns_have_a_page_or_say_that_there_is_none(room: str) -> None:
    for noun in plate(room).nouns:
        assert noun.page is None or reverse(noun.page, kwargs={"pk": 1})


def test_a_noun_is_told_by_one_room() -> None:
    names = [noun.name for room in house.rooms() for noun in plate(room).nouns]
    assert len(names) == len(set(names))


@every_room
def test_panels_are_functions_of_the_room(room: str) -> None:
    filling = {fills.by for fills in plate(room).panels}
    if not plate(room).files_of_its_own:
        has_panels = find_spec(f"{room}.panels") is not None
        assert has_panels == bool(filling), f"{room}: panels.py and the plate do not agree"
    for name in filling:
        assert callable(getattr(import_module(f"{room}.panels"), name))


@every_room
def test_scheduled_work_is_a_task(room: str) -> None:
    for scheduled in plate(room).scheduled:
        import_module(f"{room}.tasks")
        assert f"{room}.tasks.{scheduled.task}" in current_app.tasks
        assert scheduled.seconds > 0


def test_permission_is_of_one_room() -> None:
    all_of_them = [word for room in house.rooms() for word in plate(room).permissions or ()]
    assert len(all_of_them) == len(set(all_of_them))


def permissions_as_text() -> Iterator[tuple[str, str]]:
    """Every permission that the code writes as text instead of by its name in a room."""
    for app in house.ROOMS:
        for path in sorted((ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _name(node.func) in ASKING:
                    for argument in node.args:
                        text = getattr(argument, "value", None)
                        if isinstance(text, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", text):
                            yield text, str(path.relative_to(ROOT))


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_permission_written_as_text_is_one_that_a_room_has() -> None:
    written = list(permissions_as_text())
    assert "needs.submit" in {text for text, _path in written}
    unknown = [(text, path) for text, path in written if text not in house.permissions()]
    assert not unknown, f"no room.py has these permissions: {unknown}"


def test_roles_hold_permissions_that_rooms_have_and_each_is_held_by_some_role(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert check_permissions() == []
    lone = replace(ROLES["staff"], permissions=frozenset({"needs.red"}))
    monkeypatch.setitem(ROLES, "staff", lone)
    for key in set(ROLES) - {"staff"}:
        monkeypatch.delitem(ROLES, key)
    said = [fault.msg for fault in check_permissions()]
    assert "The role staff holds needs.red, which no room asks for." in said
    assert "No role holds needs.read; give it to one in people/roles.py." in said
