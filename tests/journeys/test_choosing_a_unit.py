"""In a system of many wards, a unit is looked for: by the keys alone, and without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from innovation.needs.models import Need
from innovation.people.models import Unit, UnitKind
from tests.factories.cast import Cast
from tests.factories.needs import make_need
from tests.journeys.visitor import Live, Visitor


@pytest.fixture
def wards(cast: Cast) -> None:
    Unit.objects.bulk_create(
        Unit(parent=cast.medicine, name=f"Ward {n}", kind=UnitKind.TEAM) for n in range(1, 61)
    )


def test_unit_is_chosen_by_the_keys_as_one_types(live: Live, cast: Cast, wards: None) -> None:
    ana = live(cast.ana)
    when_she_tells_a_need(ana)
    box = ana.field("For which unit?")
    found = ana.page.get_by_label("Chosen unit")
    expect(found.locator("option:checked")).to_have_text("4 West, Medicine, St Brigid General")

    box.focus()
    ana.page.keyboard.type("ward")
    ana.sees("20 of 60 are shown.")
    ana.look()
    ana.page.keyboard.type(" 4")
    ana.sees("15 units found.")
    ana.page.keyboard.press("Enter")  # sends nothing
    expect(found).to_be_focused()
    expect(found.locator("option:checked")).to_have_text("Ward 4, Medicine, St Brigid General")
    ana.page.keyboard.press("ArrowDown")
    expect(found.locator("option:checked")).to_have_text("Ward 40, Medicine, St Brigid General")
    ana.look()
    ana.press("Send it")
    ana.sees("Sent. A person answers by")
    assert Need.objects.get().unit.name == "Ward 40"


def test_unit_looked_for_and_given_up_is_the_one_before(
    live: Live, cast: Cast, wards: None
) -> None:
    ana = live(cast.ana, device="phone", scheme="dark")
    when_she_tells_a_need(ana)
    box = ana.field("For which unit?")
    box.fill("Harbor")
    ana.sees("No unit that you may choose has “Harbor” in its name or code.")
    ana.look()
    box.fill("")
    expect(ana.page.get_by_label("Chosen unit").locator("option:checked")).to_have_text(
        "4 West, Medicine, St Brigid General"
    )
    ana.press("Send it")
    ana.sees("Sent. A person answers by")
    assert Need.objects.get().unit == cast.four_west


def test_unit_is_chosen_in_a_filter_as_one_types(live: Live, cast: Cast, wards: None) -> None:
    make_need(cast.ana, title="Too few monitors", unit=Unit.objects.get(name="Ward 59"))
    make_need(cast.ben, title="Nobody picks up")
    maya = live(cast.maya, device="phone")
    maya.open("/needs/")
    maya.field("Unit").press_sequentially("ward 5")
    maya.sees("15 units found.")
    maya.page.get_by_label("Chosen unit").select_option(
        label="Ward 59, Medicine, St Brigid General"
    )
    maya.sees_not("Nobody picks up")
    maya.sees("Too few monitors")
    maya.look()
    maya.page.get_by_label("Chosen unit").select_option(label="All")
    maya.sees("Nobody picks up")


def test_unit_is_looked_for_without_script(live: Live, cast: Cast, wards: None) -> None:
    ana = live(cast.ana, device="phone", javascript=False)
    when_she_tells_a_need(ana)
    ana.fill("For which unit?", "ard 5")
    ana.press("Send it")
    ana.sees("15 units are called like “ard 5”.")
    expect(ana.page.get_by_label("What gets in the way?")).to_have_value(
        "Two monitors for ten beds"
    )
    ana.look()
    ana.choose("Chosen unit", "Ward 52, Medicine, St Brigid General")
    ana.press("Send it")
    ana.sees("Sent. A person answers by")
    assert Need.objects.get().unit.name == "Ward 52"


def when_she_tells_a_need(ana: Visitor) -> None:
    ana.open("/needs/new/")
    ana.fill("What gets in the way?", "Two monitors for ten beds")
    ana.fill("Who does it affect?", "Everybody on the ward")
    ana.fill("What would good look like?", "A monitor for each bed")
    ana.choose("Where does it happen?", "On a ward")
    ana.tick("Every day")
    ana.page.get_by_text("If you have a minute more").click()
