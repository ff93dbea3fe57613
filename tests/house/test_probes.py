"""A few of the long rows of probes; `python3 dev.py probes` asks all of them."""

from __future__ import annotations

import os
import sys

import pytest
from django.test import Client

from innovation.people.models import RoleGrant, User
from innovation.people.roles import ROLES
from tests.factories.cast import NOW, Cast
from tests.house.routes import ROOMS
from tests.probes import poison, reach

# Set by dev.py: so many times what the suite asks.
WHOLE = os.environ.get("PILOTLIGHT_PROBES") == "all"
OF_UNITS = sorted(set(ROOMS) - {"account", "back_room"})


@pytest.mark.parametrize("room", OF_UNITS if WHOLE else ["people"])
def test_probe_of_another_unit_leaks_nothing(room: str, cast: Cast) -> None:
    rows = ROOMS[room]
    found = reach.probe(rows, cast) if WHOLE else reach.probe(rows, cast, every=97)
    assert found.asked > (1000 if WHOLE else 20)
    sys.stdout.write(f"{room}: {found.asked} probes\n")
    assert found.leaks == []


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


@pytest.mark.parametrize(
    "room", sorted(set(ROOMS) - {"account", "back_room"}) if WHOLE else ["needs"]
)
def test_poisoned_request_is_answered_kindly(room: str, cast: Cast, browser: Client) -> None:
    each = 60 if WHOLE else 2
    sent = [
        poison.fell_over(browser, one) for one in poison.poisons(ROOMS[room], cast, each, seed=1)
    ]
    sys.stdout.write(f"{room}: {len(sent)} payloads\n")
    assert len(sent) >= each
    assert [fault for fault in sent if fault] == []
