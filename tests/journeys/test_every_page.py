"""Every page of the product, by day on a desk or by night on a phone.

The pages are those of the table of routes (tests/house/routes.py), each with what it names, opened
as one who may, in turn on a desk as the one who sees most and on a phone as the one who sees least;
`python3 dev.py probes` opens each page in both ways. Nothing is pressed here; the stories beside
this file do that.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Error as BrowserError

from pilots.staffing.models import Allocation
from tests.factories.cast import Cast
from tests.house.routes import ROOMS, Row
from tests.house.test_authorisation import address
from tests.journeys.visitor import Live, Visitor
from tests.probes import WHOLE, sample

# Those who see most come first; the last of a row sees least.
BY_SIGHT = (
    "maya", "jonas", "amara", "sam", "helen", "ada", "ingrid", "otto", "ana", "hugo",
)  # fmt: skip
STRANGER = ""
# Django's own pages for looking at tables, which no role of the product opens.
NOT_OURS = ("back_room",)
# Shown to whoever is signed in, though nobody has to be.
ALSO_SIGNED_IN = {"account_logout"}
# Parts of pages that are fetched by themselves; they are seen in their page.
PARTS = {"pilots:metric-chart", "innovation:unit-find"}


def pages(room: str) -> dict[str, Row]:
    return {
        name: row
        for name, row in ROOMS[room].items()
        if row.get and name not in PARTS and not name.rpartition(":")[2].startswith("api-")
    }


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in NOT_OURS and pages(room)])
def test_every_page_is_whole_by_day_on_a_desk_or_by_night_on_a_phone(
    room: str, live: Live, cast: Cast
) -> None:
    addresses = addresses_of(pages(room), cast)
    faults = []
    windows: dict[tuple[str, str], Visitor] = {}
    for number, (name, row) in enumerate(sample(pages(room), every=3).items()):
        ways = viewings(name, row)
        for device, scheme, who in ways if WHOLE else (ways[number % 2],):
            if (device, who) not in windows:
                user = getattr(cast, who) if who else None
                windows[device, who] = live(user, device=device, scheme=scheme)
            for fault in faults_of(windows[device, who], addresses[name]):
                faults.append(f"{name} as {who or 'a stranger'}, {device}, {scheme}: {fault}")
    assert not faults, "\n" + "\n".join(faults)


def addresses_of(rows: dict[str, Row], cast: Cast) -> dict[str, str]:
    """Where the pages are. What they name is made first, so that lists are full, and once: pages
    that name the same kind of thing show the same one."""
    once: dict[Any, Any] = {}

    def address_of(name: str, row: Row) -> str:
        if row.kwargs not in once:
            once[row.kwargs] = dict(row.kwargs(cast)) if row.kwargs else {}
            Allocation.objects.update(percent=1)  # nobody has time for so many pilots
        return address(name, row, cast, once[row.kwargs])

    return {name: address_of(name, row) for name, row in rows.items()}


def viewings(name: str, row: Row) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """On what, in which light, and as whom a page is looked at."""
    allowed = [who for who in BY_SIGHT if who in (row.get or ())]
    if row.stranger and name not in ALSO_SIGNED_IN:
        allowed = [STRANGER]
    return ("desktop", "light", allowed[0]), ("phone", "dark", allowed[-1])


def faults_of(visitor: Visitor, path: str) -> list[str]:
    """What is wrong with the page at this address, as this visitor sees it."""
    faults = []
    try:
        response = visitor.page.goto(path)
        assert response is not None and response.status == 200, (
            f"answered {response.status if response else 'nothing'}"
        )
        if not response.headers.get("content-type", "").startswith("text/html"):
            return []
        settle(visitor)
        visitor.looks = 0  # at each of them
        visitor.look()
    except (AssertionError, BrowserError) as fault:
        if "Download is starting" not in str(fault):  # a file, which no browser shows
            faults.append(str(fault))
    faults += visitor.complaints
    visitor.complaints.clear()
    return faults


def settle(visitor: Visitor) -> None:
    """Wait for what the page asks for by itself, also for what it asks for when it is seen."""
    visitor.page.keyboard.press("End")
    visitor.settle()
