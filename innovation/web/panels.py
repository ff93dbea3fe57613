"""The first seam: a place on a page that any room may fill, without the page knowing who does.

A room's plate says which places its `panels.py` fills; the page asks for the place. "Waiting for
me", search and the units in the navigation are places too, so those ask every room the same way.

    Fills("need", by="pilots_of_need")          (user, need)  -> Panel | None
    Fills("waiting", by="decisions_waiting")    (user)        -> list[WaitingItem]
    Fills("search", by="find_needs")            (user, text)  -> list[SearchHit]
    Fills("units", by="own_units")              (user)        -> list[UnitLink]
    Fills("log", by="last_comparison")          (user, head)  -> Panel | None
    Fills("people-tabs", by="tabs_of_people")   (user)        -> list[PageTab]
    Fills("handover", by="to_hand_over")        (person)      -> list[HandoverItem]
    Fills("similar-need", by="learned")         (user, what was typed: a Likeness) -> Panel | None
    Fills("pilot-ended", by="keep_learning")    (pilot, its change of state, what its gate tells of it)
    Fills("earned", by="skills_earned")         (user, people) -> list[EarnedSkill]
    Fills("help-subjects", by="help_subjects")  (user, refs)  -> list[HelpSubject]
    Fills("help-subject", by="help_subject")    (user, thing) -> HelpSubject | None
    Fills("my-time", by="learning")             (user, user)  -> Panel | None
    Fills("my-weeks", by="learned_in_weeks")    (user, first Monday) -> list[WeekNote]
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import import_module
from typing import Any, TypeVar, cast

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from innovation import house
from innovation.web.person import Visitor


@dataclass(frozen=True)
class Panel:
    """One card on somebody else's page; `bare` where the template draws its own cards."""

    title: str
    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    bare: bool = False


@dataclass(frozen=True)
class WaitingAnswers:
    """Answers that are given where the thing waits: one button each, which posts to `url`."""

    url: str
    name: str  # of what the buttons send
    choices: tuple[tuple[str, str], ...]  # what each sends, and its label
    hidden: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WaitingItem:
    """One thing that waits for one person, derived from state each time it is asked for."""

    title: str
    sentence: str
    url: str
    since: datetime
    kind: str
    action_label: str
    answers: WaitingAnswers | None = None  # beside the way to its page, where one press is enough


@dataclass(frozen=True)
class SearchHit:
    """One thing found, in the words of its room."""

    title: str
    sentence: str
    url: str
    kind: str


@dataclass(frozen=True)
class PageTab:
    """A list of a room's own beside those of the page it is shown on."""

    label: str
    url: str


@dataclass(frozen=True)
class HandoverItem:
    """Something that one who has left still answers for (everybody who has, where the place is
    asked for None), and how somebody else takes it over."""

    key: str  # names its field on a form: "pilot-lead-12"
    holder: int
    title: str
    sentence: str
    url: str
    unit_id: int
    told: str = ""  # what whoever takes it over is told
    may_take: Callable[[], QuerySet[Any]] | None = None  # None: it is put right on its own page
    hand_over: Callable[..., object] | None = None  # (by=, at=, to=)
    # Where nobody has to take it over: what is ticked for that, and what then happens (by=, at=).
    empty_label: str = ""
    leave_empty: Callable[..., object] | None = None


@dataclass(frozen=True)
class EarnedSkill:
    """What somebody did that shows a skill: read from the record, as far as whoever looks may see it.
    What was done without a name is left out by the room that knows of it."""

    person: int
    skill: str  # a key of innovation/talent/skills.py
    did: str  # "Wrote 3 hazards"
    about: str
    url: str
    on: date  # the last time

    @property
    def year(self) -> str:
        return str(self.on.year)


@dataclass(frozen=True)
class HelpSubject:
    """Something that help may be called for, as whoever looks may see it."""

    ref: str
    thing: Model
    kind: str
    title: str
    url: str
    unit_id: int
    goes_on: bool  # nobody helps with what is over
    why_not: str  # why this person may not call for help with it; empty where they may
    team_url: str = ""  # where whoever staffs it asks for time; empty for everybody else


@dataclass(frozen=True)
class WeekNote:
    """What was in a week of somebody's own for a pilot, told to them beside their promised time."""

    week: date  # its Monday
    pilot: int
    said: str  # "1 hour of training"


def keys_of(refs: Iterable[str], noun: str) -> list[int]:
    """The keys of those references that are of this noun: "need:12" is of needs."""
    return [
        int(key)
        for kind, _colon, key in (ref.partition(":") for ref in refs)
        if kind == noun and key.isascii() and key.isdecimal() and len(key) < 18
    ]


@dataclass(frozen=True)
class UnitLink:
    """A unit of the person's own, for the navigation."""

    label: str
    url: str


Source = Callable[..., object]
Kind = TypeVar("Kind")

_places: dict[str, list[tuple[int, int, Source]]] = {}


def register(place: str, panel: Source, *, order: int = 0) -> None:
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


def panels(place: str) -> list[Source]:
    """Everybody who answers for `place`, in their order."""
    return [panel for _order, _turn, panel in sorted(_places.get(place, []), key=lambda e: e[:2])]


def gather(kind: type[Kind], place: str, *args: object) -> Iterator[Kind]:
    """What everybody who answers for `place` has; rooms promise its kind, and are held to it."""
    for source in panels(place):
        for found in cast("Iterable[object]", source(*args)):
            if not isinstance(found, kind):
                raise TypeError(f"{source} fills {place} with {found!r}, no {kind.__name__}")
            yield found


def panels_for(place: str, user: Visitor, subject: object) -> list[Panel]:
    """The cards that rooms want on this page, for this person."""
    found = (source(user, subject) for source in panels(place))
    return [panel for panel in found if isinstance(panel, Panel)]


def waiting_for(user: Visitor) -> list[WaitingItem]:
    """What waits for this person, longest first."""
    if isinstance(user, AnonymousUser):
        return []
    return sorted(gather(WaitingItem, "waiting", user), key=lambda item: item.since)


def waiting_on(request: HttpRequest) -> list[WaitingItem]:
    """`waiting_for` the person behind this request, worked out once."""
    waiting = waiting_known(request)
    if waiting is None:
        waiting = request._waiting = waiting_for(request.user)  # type: ignore[attr-defined]
    return waiting


def waiting_known(request: HttpRequest) -> list[WaitingItem] | None:
    """What waits, if this request has asked already."""
    return getattr(request, "_waiting", None)


def search(user: Visitor, text: str) -> list[SearchHit]:
    """Everything that rooms find for these words, in the order of the rooms."""
    text = text.strip()
    if not text or isinstance(user, AnonymousUser):
        return []
    return list(gather(SearchHit, "search", user, text))


def units_of(user: Visitor) -> list[UnitLink]:
    """The person's own units, for the navigation."""
    return [] if isinstance(user, AnonymousUser) else list(gather(UnitLink, "units", user))
