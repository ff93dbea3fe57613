"""Ana types a need that somebody has tried to meet before; Priya reads the card before she proposes."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.factories import learning as make_learning
from tests.factories import pilots as make
from tests.factories.cast import Cast
from tests.journeys.visitor import Live, Visitor

TYPED = "I finish my notes at the kitchen table, long after the shift."
SHOWN = "Somebody tried something like this"


def test_what_was_learned_is_met_while_typing_and_read_before_proposing(
    live: Live, cast: Cast
) -> None:
    card = make_learning.learned(cast)
    ana = live(cast.ana, device="phone")
    ana.open("/needs/new/")
    ana.page.get_by_label("What gets in the way?").press_sequentially(TYPED)
    ana.sees(SHOWN, card.title, "Ended before its outcome was decided")
    ana.look()
    with ana.page.expect_popup() as opened:
        ana.page.get_by_role("link", name=card.title, exact=True).click()
    expect(opened.value.get_by_text(card.next_team).first).to_be_visible()

    plain = live(cast.ana, device="phone", javascript=False)
    when_she_sends_it_without_script(plain)
    plain.sees(SHOWN, card.title)
    plain.press("Send it anyway")
    plain.sees("Sent. A person answers by")

    pilot = make.open_pilot(cast, title="Ambient notes again", lead=cast.priya)
    priya = live(cast.priya)
    priya.open(f"{pilot.get_absolute_url()}charter/")
    priya.sees("One pilot tried something like this")
    priya.look()
    priya.press("Read it")
    priya.sees(card.next_team)
    priya.look()
    priya.open(f"{pilot.get_absolute_url()}charter/")
    priya.sees("Read by Priya Raman")


def when_she_sends_it_without_script(ana: Visitor) -> None:
    ana.open("/needs/new/")
    ana.fill("What gets in the way?", TYPED)
    ana.fill("Who does it affect?", "All of us")
    ana.fill("What would good look like?", "Home on time")
    ana.choose("Where does it happen?", "On a ward")
    ana.tick("Every day")
    ana.press("Send it")
