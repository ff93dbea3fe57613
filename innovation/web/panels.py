"""The first seam: a place on a page that any room may fill, without the page knowing who does.

A room's plate says which places its `panels.py` fills; the page asks for the place. "Waiting for
me", search and the units in the navigation are places too, so those ask every room the same way.

    Fills("need", by="pilots_of_need")          (user, need)  -> Panel | None
    Fills("waiting", by="decisions_waiting")    (user)        -> list[WaitingItem]
    Fills("search", by="find_needs")            (user, text)  -> list[SearchHit]
    Fills("units", by="own_units")              (user)        -> list[UnitLink]
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any

from django.http import HttpRequest

from innovation import house


@dataclass(frozen=True)
class Panel:
    """One card on somebody else's page; `bare` where the template draws its own cards."""

    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    bare: bool = False


@dataclass(frozen=True)
class WaitingItem:
    """One thing that waits for one person, derived from state each time it is asked for."""

    title: str
    sentence: str
    url: str
    since: datetime
    kind: str
    action_label: str


@dataclass(frozen=True)
class SearchHit:
    """One thing found, in the words of its room."""

    title: str
    sentence: str
    url: str
    kind: str


@dataclass(frozen=True)
class UnitLink:
    """A unit of the person's own, for the navigation."""

    label: str
    url: str


_places: dict[str, list[tuple[int, int, Callable[..., Any]]]] = {}


def register(place: str, panel: Callable[..., Any], *, order: int = 0) -> None:
    """Let `panel` answer for `place`; registering the same one again changes nothing."""
    entries = _places.setdefault(place, [])
    if all(known is not panel for _order, _turn, known in entries):
        entries.append((order, len(entries), panel))


def fill_places() -> None:
    """Register what the plates of all rooms say."""
    for room, plate in house.plates().items():
        for fills in plate.panels:
            panel = getattr(import_module(f"{room}.panels"), fills.by)
            register(fills.place, panel, order=fills.order)


def panels(place: str) -> list[Callable[..., Any]]:
    """Everybody who answers for `place`, in their order."""
    return [panel for _order, _turn, panel in sorted(_places.get(place, []), key=lambda e: e[:2])]


def _gather(place: str, *args: Any) -> Iterable[Any]:
    for source in panels(place):
        yield from source(*args)


def panels_for(place: str, user: Any, subject: Any) -> list[Panel]:
    """The cards that rooms want on this page, for this person."""
    found = (panel(user, subject) for panel in panels(place))
    return [panel for panel in found if panel is not None]


def waiting_for(user: Any) -> list[WaitingItem]:
    """What waits for this person, longest first."""
    if not user.is_authenticated:
        return []
    return sorted(_gather("waiting", user), key=lambda item: item.since)


def waiting_on(request: HttpRequest) -> list[WaitingItem]:
    """`waiting_for` the person behind this request, worked out once."""
    if not hasattr(request, "_waiting"):
        request._waiting = waiting_for(request.user)  # type: ignore[attr-defined]
    return request._waiting  # type: ignore[attr-defined]


def waiting_known(request: HttpRequest) -> list[WaitingItem] | None:
    """What waits, if this request has asked already."""
    return getattr(request, "_waiting", None)


def search(user: Any, text: str) -> list[SearchHit]:
    """Everything that rooms find for these words, in the order of the rooms."""
    text = text.strip()
    return list(_gather("search", user, text)) if text and user.is_authenticated else []


def units_of(user: Any) -> list[UnitLink]:
    """The person's own units, for the navigation."""
    return list(_gather("units", user)) if user.is_authenticated else []
