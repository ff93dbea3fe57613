"""Planted faults: each takes one guard away, and some test that lives near must notice.

`python3 dev.py mutants` plants them one at a time in a copy of the tree and prints which nobody
noticed. A fault in the code is a line and what stands there instead; a fault in the database is a
constraint or a trigger that is gone. `tests/house/test_mutants.py` holds that each still fits.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """In the file `path`, `old` (which stands there once) becomes `new`."""

    name: str
    path: str
    old: str
    new: str
    why: str  # who could do what by it
    tests: tuple[str, ...] = ()  # those of its room, where none are named

    @property
    def near(self) -> tuple[str, ...]:
        return self.tests or tests_of(self.path)


@dataclass(frozen=True)
class Drop:
    """In the database, `table` loses the constraint, unique index or trigger called `object`."""

    name: str
    table: str
    object: str
    why: str
    tests: tuple[str, ...]

    @property
    def near(self) -> tuple[str, ...]:
        return self.tests


Mutant = Edit | Drop


def tests_of(path: str) -> tuple[str, ...]:
    """The tests of the room that a file belongs to."""
    app, room, *_rest = path.split("/")
    return NEAR.get(f"{app}/{room}") or (f"tests/{app}/{room}",)


# Where the tests of a room's own folder are not all, or more than a fault should wait for.
_METRICS = tuple(
    f"tests/pilots/metrics/test_{name}.py"
    for name in (
        "permissions",
        "sources",
        "plan",
        "views",
        "bad_input",
        "checks",
        "ingest",
        "import",
        "pulls",
    )
)
NEAR = {
    "innovation/settings.py": ("tests/innovation/test_settings.py", "tests/innovation/people"),
    "innovation/environment.py": ("tests/innovation/test_settings.py",),
    "innovation/web": ("tests/innovation/web", "tests/innovation/people"),
    "pilots/metrics": _METRICS,
    "okrs/goals": ("tests/okrs/goals", "tests/okrs/test_permissions.py"),
    "okrs/alignment": ("tests/okrs/alignment", "tests/okrs/test_permissions.py"),
}
