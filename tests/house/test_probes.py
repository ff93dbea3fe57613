"""A few of the long rows of probes; `python3 dev.py probes` asks all of them."""

from __future__ import annotations

import os

import pytest
from django.test import Client

from innovation.people.models import RoleGrant, User
from innovation.people.roles import ROLES
from tests.factories.cast import NOW, Cast
from tests.house.routes import ROOMS
from tests.probes import WHOLE, poison, reach
from tests.probes.server import HIGHEST, forget_highest, memory_of
from tests.probes.totals import TOTALS

# By one poisoned request, in megabytes.
MOST_TAKEN = 100.0
OF_UNITS = sorted(set(ROOMS) - {"account", "back_room"})


def test_probe_of_another_unit_leaks_nothing(cast: Cast) -> None:
    rooms = OF_UNITS if WHOLE else ["people"]
    people = reach.People(cast)
    found = [reach.probe(ROOMS[room], cast, people, every=1 if WHOLE else 97) for room in rooms]
    asked, leaks = sum(one.asked for one in found), [leak for one in found for leak in one.leaks]
    TOTALS.append(f"{asked:,} questions of reach: {len(leaks)} leaks")
    assert not leaks, "\n" + "\n".join(leaks)
    assert asked >= (50_000 if WHOLE else 20)


@pytest.fixture
def browser(cast: Cast) -> Client:
    """Of somebody who holds every role, so that requests get past the entrance."""
    user = User.objects.create_user("wide@lakeshore.example", "Wide Open", unit=cast.lakeshore)
    RoleGrant.objects.bulk_create(
        RoleGrant(person=user, unit=cast.lakeshore, role=role, granted_at=NOW) for role in ROLES
    )
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return browser


def test_poisoned_request_is_answered_kindly(cast: Cast, browser: Client) -> None:
    rooms = OF_UNITS if WHOLE else ["needs"]
    own, asked, faults, taken = os.getpid(), set(), [], [(0.0, "nothing")]
    sent = 0
    for room in rooms:
        for one in poison.poisons(ROOMS[room], cast, each=40 if WHOLE else 2, seed=1):
            before = memory_of(own)
            forget_highest(own)
            sent += 1
            faults += poison.fell_over(browser, one)
            address = (one.method, one.url.partition("?")[0])
            if address in asked:  # the first one also loads what the page is made with
                taken.append((memory_of(own, HIGHEST) - before, f"{address} {one.note}"))
            asked.add(address)
    most, by_whom = max(taken)
    TOTALS.append(
        f"{sent:,} poisoned requests: {len(faults)} faults, {most:.0f} MB at most for one"
    )
    assert not faults, "\n" + "\n".join(faults)
    assert most < MOST_TAKEN, by_whom
    assert sent >= (5_000 if WHOLE else 40)
