"""`make_room` makes a room that the house takes in: tried in a copy of the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command

from tests.house.test_repository import ROOT, files
from tests.patience import PATIENCE

ASKED = (
    "tests/house/test_rooms.py",
    "tests/house/test_imports.py",
    "tests/house/test_sentences.py",
    "tests/house/test_doors.py",
    "tests/house/test_authorisation.py::test_authorisation_of_room_is_as_stated[transport]",
    "tests/house/test_bad_input.py::"
    "test_page_given_hostile_input_answers_kindly_and_changes_nothing[transport]",
    "tests/pilots/transport",
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files as they are, and what Python made of them, which it would make again otherwise."""
    target = tmp_path_factory.mktemp("house")
    made = {
        path
        for folder in {file.parent for file in files()}
        for path in folder.glob("__pycache__/*.pyc")
    }
    for path in (*files(), *made):
        place = target / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place)
    return target


def run(copy: Path, *command: str) -> None:
    """With a database of its own: the copy has one table more."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/newroom{os.getpid()}")
    result = subprocess.run(
        [sys.executable, *command],
        cwd=copy,
        env={**os.environ, "DATABASE_URL": database.geturl()},
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,  # one core is half of what it has alone
        check=False,
    )
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-3000:]


def test_new_room_passes_the_tests_of_the_house_and_its_own(copy: Path) -> None:
    given = ("transport", "--noun", "ride", "--above", "evidence")
    run(copy, "manage.py", "make_room", *given)
    run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *ASKED)


def test_new_room_edits_two_central_files(copy: Path) -> None:
    """The list of rooms, and the roles that get its permissions."""
    changed = {
        str(path.relative_to(ROOT))
        for path in files()
        if path.read_bytes() != (copy / path.relative_to(ROOT)).read_bytes()
    }
    assert changed == {"innovation/house.py", "innovation/people/roles.py"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (("Safety",), "small letters"),
        (("../transport",), "small letters"),
        (("metrics",), "already"),
        (("transport", "--noun", "pilot"), "Another room tells of the noun pilot"),
        (("transport", "--noun", "page"), "something else"),
        (("transport", "--above", "needs"), "pilots has no room needs"),
    ],
)
def test_new_room_that_would_break_a_rule_is_refused(given: tuple[str, ...], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("make_room", *given)
    assert not (ROOT / "pilots" / "transport").exists()
