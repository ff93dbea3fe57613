"""Somebody leaves, and their pilot is given to a colleague by name; on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from innovation.people import actions as people
from pilots.lifecycle.models import Pilot
from tests.factories.cast import NOW, Cast, make_cast
from tests.factories.pilots import make_source, open_pilot
from tests.journeys.visitor import Scheme, Visitor
from tests.probes import one_of

Live = Callable[..., Visitor]


@pytest.fixture
def there(transactional_db: None) -> Cast:
    cast = make_cast()
    open_pilot(cast)
    make_source(cast, name="Cerner extract")
    return cast


def test_a_leaver_s_pilot_is_given_to_a_colleague(there: Cast, live: Live) -> None:
    ada = live(there.ada)
    ada.open("/people/leavers/")
    ada.sees("Nothing stands in the name of somebody who has left")
    ada.look()
    # When Jonas's account is closed by hand
    ada.open(f"/people/{there.jonas.pk}/close/")
    ada.press("Close the account")
    # Then his page says what waits, and leads to where it is given on
    ada.sees("Still answers for", "Ambient notes in primary care", "Cerner extract")
    ada.look()
    ada.press("Hand over")
    ada.sees("has left and still answers for 2 things")
    ada.look()
    ada.press("Hand over")
    ada.sees("Choose somebody for at least one of them")
    ada.look()
    pilot = Pilot.objects.get()
    ada.page.locator(f"[name=pilot-lead-{pilot.pk}]").select_option(str(there.priya.pk))
    ada.press("Hand over")
    ada.sees("1 thing stands in their name no more", "still answers for 1 thing")
    # And whoever took it over is told, and stands on the pilot's page
    priya = live(there.priya)
    priya.open("/inbox/")
    priya.sees("You lead “Ambient notes in primary care” from now on.")
    priya.open(f"{pilot.get_absolute_url()}history/")
    priya.sees("Ada Kowalski gave Ambient notes in primary care")


@pytest.mark.parametrize("scheme", one_of("light", "dark", taken=1))
def test_what_leavers_hold_fits_a_phone(there: Cast, live: Live, scheme: Scheme) -> None:
    people.deactivate(there.jonas, by=there.ada, at=NOW)
    ada = live(there.ada, device="phone", scheme=scheme)
    for page, words in (
        ("/people/leavers/", "2 things still stand in the names of people who have left"),
        (f"/people/{there.jonas.pk}/hand-over/", "has left and still answers for 2 things"),
        ("/pilots/", "Its lead has left"),
    ):
        ada.open(page)
        ada.sees(words)
        ada.look()
