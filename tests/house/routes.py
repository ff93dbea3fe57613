"""Every address of the product, and who of the cast may open it. One row a URL name.

`test_authorisation.py` walks the resolver: a name without a row fails, so does a row without a
name, and every row is tried as everybody in `PEOPLE`, as the outsider and as a stranger.

A row says who may GET (`get`) and who may POST (`post`); the others are refused. `None` means that
the method is not offered (405 or, for a page that only redirects, nothing is asked of it).
`kwargs` makes what the address names, in St Brigid, and returns the arguments of `reverse`;
`query` makes a query string. Hugo's roles are in another hospital: unless a row names him, he must
not see it.

Allowed means: not 401, 403, 404 or 500, and not sent to sign in. A POST is tried with an empty
body, so a form that comes back with errors (200, 400, 409) is allowed, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.factories.cast import Cast
from tests.house.pages import undone

# Everybody whose answer a row states. Victor (no role) and a stranger are tried by themselves.
PEOPLE = (
    "ana",  # staff
    "maya",  # innovation office
    "jonas",  # pilot team
    "amara",  # executive
    "helen",  # clinical safety reviewer
    "sam",  # finance reviewer
    "ingrid",  # mentor
    "ada",  # administrator
    "otto",  # auditor
    "hugo",  # office, team, executive and administrator of the other hospital
)
EVERYBODY = frozenset(PEOPLE)
HERE = EVERYBODY - {"hugo"}  # everybody with a role at St Brigid
NOBODY: frozenset[str] = frozenset()


def only(*names: str) -> frozenset[str]:
    assert set(names) <= EVERYBODY, f"{names} are not all in the cast"
    return frozenset(names)


@dataclass(frozen=True)
class Row:
    """Who may do what at one address."""

    get: frozenset[str] | None = None
    post: frozenset[str] | None = None
    put: frozenset[str] | None = None
    patch: frozenset[str] | None = None
    delete: frozenset[str] | None = None
    kwargs: Callable[[Cast], Mapping[str, Any]] | None = None
    query: Callable[[Cast], str] | None = None
    outsider: bool = False  # open to somebody signed in without any role: an own account
    stranger: bool = False  # open without signing in: sign-in itself, health
    by_token: bool = False  # no session opens it, whoever's it is: all are asked to sign in (401)


# Each room keeps its rows in a file of its own, `routes_<room>.py`, with what its addresses name.
ROOMS: dict[str, dict[str, Row]] = {
    path.stem.removeprefix("routes_"): import_module(f"tests.house.{path.stem}").ROUTES
    for path in sorted(Path(__file__).parent.glob("routes_*.py"))
}
ROUTES: dict[str, Row] = {name: row for rows in ROOMS.values() for name, row in rows.items()}


def each_row(rows: Mapping[str, Row], cast: Cast) -> Iterator[tuple[str, Row, dict[str, Any]]]:
    """Each row with its name and what its address names, from the same start.

    What several addresses name is made once for all of them: a running pilot costs more than most
    of the requests that ask for it.
    """
    alike: dict[Any, list[str]] = defaultdict(list)
    for name, row in rows.items():
        alike[row.kwargs].append(name)
    for make, names in alike.items():
        with undone():
            kwargs = dict(make(cast)) if make else {}
            for name in names:
                with undone():
                    yield name, rows[name], kwargs
