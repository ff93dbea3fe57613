"""Does a role in one hospital open anything in another? Asked of every route, for every pair of roles.

Somebody who holds one role in St Brigid, or none, is refused at some addresses there. The same
person with a role more, elsewhere (at Harbor, in a clinic of it, in a ward below the thing), must be
refused there as well: what is opened by that role leaks. `tests/house/test_object_reach.py` looks at
what pages say; here is only asked who gets in, so that every pair can be tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from django.test import Client
from django.urls import reverse

from innovation.people.models import RoleGrant, Unit, UnitKind, User
from innovation.people.roles import ROLES
from tests.factories.cast import NOW, Cast
from tests.house.pages import undone
from tests.house.routes import Row, each_row

BELOW = "a ward below"
# What a role elsewhere opens on purpose: address, method, role and place; "" is any.
ON_PURPOSE = (
    # Whoever reads about people here gives them a role of a unit that they administer elsewhere.
    ("innovation:grant-create", "", "administrator", ""),
    # A voice is taken back by whoever gave it, and still reads the need; these gave none.
    ("innovation:api-need-voice", "delete", "", ""),
    # Objectives are meant for all who work below the unit that set them.
    ("okrs:objective-detail", "get", "", BELOW),
    ("okrs:api-objective-detail", "get", "", BELOW),
    ("okrs:api-key-result-detail", "get", "", BELOW),
)
REFUSED = (401, 403, 404, 405)
METHODS = ("get", "post", "put", "patch", "delete")
NONE = "nothing"


@dataclass(frozen=True)
class Asker:
    """A person by what they hold here, and elsewhere."""

    here: str
    elsewhere: str
    where: str
    browser: Client


@dataclass
class Findings:
    asked: int
    leaks: list[str]


class People:
    """Everybody there could be: each role here, beside each role in each place elsewhere."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        ward = Unit.objects.create(name="A ward below", kind=UnitKind.TEAM, parent=cast.medicine)
        beside = Unit.objects.create(name="Seaside", kind=UnitKind.HOSPITAL, parent=cast.lakeshore)
        self._places = {
            "Harbor": cast.harbor, "a clinic of Harbor": cast.harbor_clinic,
            "Seaside": beside, BELOW: ward,
        }  # fmt: skip
        self._made: dict[tuple[str, str, str], Asker] = {}

    def holding(self, here: str, elsewhere: str = NONE, where: str = "Harbor") -> Asker:
        key = (here, elsewhere, where)
        if key not in self._made:
            number = len(self._made)
            user = User.objects.create_user(f"probe{number}@lakeshore.example", f"Probe {number}")
            held = [(here, self._cast.brigid), (elsewhere, self._places[where])]
            RoleGrant.objects.bulk_create(
                RoleGrant(person=user, unit=unit, role=role, granted_at=NOW)
                for role, unit in held
                if role != NONE
            )
            browser = Client()
            browser.force_login(user)
            self._made[key] = Asker(here, elsewhere, where, browser)
        return self._made[key]

    def pairs(self) -> list[tuple[str, str, str]]:
        """The roles with the same permissions open the same doors: one of each is enough."""
        roles = sorted({role.permissions: role.key for role in ROLES.values()}.values())
        return list(product((NONE, *roles), roles, self._places))


def is_on_purpose(*asked: str) -> bool:
    return any(
        all(one in ("", other) for one, other in zip(row, asked, strict=True)) for row in ON_PURPOSE
    )


def status_of(asker: Asker, method: str, url: str) -> int:
    with undone():
        return int(getattr(asker.browser, method)(url).status_code)


def probe(rows: dict[str, Row], cast: Cast, people: People, *, every: int = 1) -> Findings:
    """Ask at each address of these rows that names a thing; `every` so many pairs only."""
    findings = Findings(0, [])
    pairs = people.pairs()[::every]
    for pair in pairs:  # before each row's savepoint, which takes back what it makes
        people.holding(pair[0])
        people.holding(*pair)
    for name, row, kwargs in each_row({n: r for n, r in rows.items() if r.kwargs}, cast):
        url = reverse(name, kwargs=kwargs)
        for method in METHODS:
            if getattr(row, method) is None:
                continue
            here_alone = {
                here: status_of(people.holding(here), method, url)
                for here in sorted({here for here, _elsewhere, _where in pairs})
            }
            for here, elsewhere, where in pairs:
                if here_alone[here] not in REFUSED:
                    continue
                findings.asked += 1
                status = status_of(people.holding(here, elsewhere, where), method, url)
                if status not in REFUSED and not is_on_purpose(name, method, elsewhere, where):
                    findings.leaks.append(
                        f"{name}: {method.upper()} answers {status} to {here} here and {elsewhere} at {where}"
                    )
    return findings
