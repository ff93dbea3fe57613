"""The house: its rooms from the ground up, and what the plate at a room's door says.

Everything central follows from this list: routes, tasks, navigation, panels, the log's sentences,
the tables, the import contracts. It names rooms by text and imports nothing but Python, so the
lowest room may read it.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

# Low to high: a room knows only rooms before it, and only its own storey and those below.
ROOMS: dict[str, tuple[str, ...]] = {
    "innovation": (
        "rules",
        "web",
        "audit",
        "people",
        "federation",
        "workflow",
        "notices",
        "access",
        "provisioning",
        "handover",
        "needs",
        "ideas",
        "talent",
        "retention",
        "redaction",
        "integrity",
    ),
    "pilots": (
        "connectors",
        "internal_hosts",
        "statistics",
        "lifecycle",
        "staffing",
        "funding",
        "protected_time",
        "metrics",
        "evidence",
        "planning",
        "accuracy",
        "assurance",
        "safety",
        "hazards",
        "surveys",
        "adoption",
        "delegation",
        "clock",
        "milestones",
        "risks",
        "mentoring",
        "scaling",
        "time_returned",
        "gates",
        "sustaining",
        "learning",
        "incentives",
        "evidence_packs",
        "portfolio",
    ),
    "okrs": (
        "goals",
        "alignment",
        "progress",
        "reviews",
    ),
}


@dataclass(frozen=True)
class Entry:
    """A line of the navigation, for whoever holds one of the permissions; for everybody with a
    role where it names none. It is left out while nothing answers to its address."""

    label: object  # text, translated when it is shown
    url_name: str
    icon: str
    order: int = 0
    permissions: tuple[str, ...] = ()
    counts_waiting: bool = False


@dataclass(frozen=True)
class Noun:
    """A thing that events speak of: `need.accepted` is of the noun `need`, `need:12` refers to
    one. Its page takes the number as `pk`; a thing without a page says None."""

    name: str
    label: object  # in the plural, where the log is narrowed to it
    page: str | None
    reference: str = ""  # where a reference names it otherwise (a model's own name)


@dataclass(frozen=True)
class Fills:
    """A place on somebody else's page (innovation/web/panels.py), and the function of this room's
    `panels.py` that fills it."""

    place: str
    by: str
    order: int = 0


@dataclass(frozen=True)
class Scheduled:
    """A function of this room's `tasks.py` that the one beat table calls again and again."""

    task: str
    seconds: float


@dataclass(frozen=True)
class NewsKind:
    """Something that people are told of by notices, as they choose how it is mailed to them."""

    key: str
    label: object  # text, translated when it is shown
    text: object  # what belongs to it
    order: int


@dataclass(frozen=True)
class Room:
    """The plate at the door: all that the rest of the house needs to be told of a room."""

    permissions: type[StrEnum] | None = None
    navigation: tuple[Entry, ...] = ()
    nouns: tuple[Noun, ...] = ()
    panels: tuple[Fills, ...] = ()
    scheduled: tuple[Scheduled, ...] = ()
    news: tuple[NewsKind, ...] = ()
    domain: tuple[str, ...] = ()  # its pure modules, named after what they know
    files_of_its_own: bool = False  # no tables and no doors, so its files go by their own names


def rooms() -> list[str]:
    """The packages of all rooms, low to high."""
    return [f"{app}.{room}" for app, rooms in ROOMS.items() for room in rooms]


def with_file(name: str, app: str | None = None) -> list[str]:
    """The rooms (of one app, or of all) that have a file of this name, low to high."""
    return [
        room
        for room in rooms()
        if app in (None, room.partition(".")[0]) and find_spec(f"{room}.{name}")
    ]


def load(name: str, app: str | None = None) -> list[ModuleType]:
    """Import the file of this name from every room that has one."""
    return [import_module(f"{room}.{name}") for room in with_file(name, app)]


@cache
def plates() -> dict[str, Room]:
    """What each room's `room.py` says, by the name of the room's package."""
    return {room: import_module(f"{room}.room").ROOM for room in rooms()}


def permissions() -> frozenset[str]:
    """Every word that some room asks for."""
    return frozenset(word for plate in plates().values() for word in plate.permissions or ())
