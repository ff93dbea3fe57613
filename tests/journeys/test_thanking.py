"""A nurse thanks a colleague from their name on her phone, in three presses; they read it, and keep it to themselves."""

from __future__ import annotations

from django.utils import timezone

from pilots.incentives.models import Thanks
from pilots.lifecycle.models import Pilot
from tests.factories.cast import Cast
from tests.factories.pilots import make_need, open_pilot
from tests.journeys.visitor import Live

TITLE = "Ambient notes in primary care"
WORDS = "You came at night, when we could not get it to work."


def test_thanks_take_three_presses_and_are_the_person_s_own(cast: Cast, live: Live) -> None:
    pilot = given_a_pilot(cast)
    ana = live(cast.ana, device="phone", scheme="dark")
    ana.open(pilot.get_absolute_url())
    ana.page.get_by_role("link", name="Jonas Park", exact=True).click()
    ana.sees("They are told once, kindly.")
    ana.look()
    ana.page.get_by_label("What for").fill(WORDS)  # the field has the cursor: no press
    ana.press("Say thanks")
    assert ana.clicks <= 3
    ana.sees("Said. They are told.", WORDS)
    ana.look()
    assert Thanks.objects.get().to.get().person == cast.jonas
    jonas = live(cast.jonas)
    jonas.open("/my-contributions/")
    jonas.sees(WORDS, "Led it", "Ana Ruiz")
    jonas.look()
    jonas.press("Keep it to myself")
    jonas.sees("Only you read it now.")
    ana.open(pilot.get_absolute_url())
    assert not ana.page.get_by_text(WORDS).count()


def given_a_pilot(cast: Cast) -> Pilot:
    return open_pilot(cast, title=TITLE, needs=[make_need(cast)], at=timezone.now())
