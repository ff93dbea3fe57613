"""A nurse is asked for time and says yes on her phone in two presses; her unit's lead answers after her."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from pilots.lifecycle.models import Pilot
from pilots.staffing import actions as staffing
from tests.factories.cast import Cast
from tests.factories.pilots import make_need, open_pilot
from tests.journeys.visitor import Live

TITLE = "Ambient notes in primary care"


def test_time_is_given_in_two_presses_and_agreed_by_the_unit(cast: Cast, live: Live) -> None:
    pilot = given_ana_is_asked(cast)
    ana = live(cast.ana, device="phone", scheme="dark")
    ana.open("/")
    ana.sees(TITLE, "20 % of full time (8 hours a week)", "You know the ward.")
    ana.page.get_by_role("link", name="Answer").click()
    ana.sees("so 4 West is asked after you", "Led by", "Jonas Park")
    ana.look()
    ana.press("Yes, I give this time")
    assert ana.clicks == 2
    ana.sees("you are on the team once it agrees")
    ana.look()
    assert not pilot.team.exists()
    amara = live(cast.amara)
    amara.open("/")
    amara.page.get_by_role("link", name="Answer").click()
    amara.sees("Ana Ruiz said yes", "whether the unit can spare it")
    amara.look()
    amara.press("Yes, we can spare it")
    amara.sees("They are on the team.")
    assert pilot.team.get().person == cast.ana
    # And she takes it back as easily.
    ana.open(pilot.time_requests.get().get_absolute_url())
    ana.press("Take it back")
    ana.sees("It is your own time again.")
    assert not pilot.team.exists()


def given_ana_is_asked(cast: Cast) -> Pilot:
    pilot = open_pilot(cast, title=TITLE, needs=[make_need(cast)], at=timezone.now())
    today = timezone.localdate()
    staffing.ask(
        pilot,
        person=cast.ana,
        role="member",
        percent=20,
        starts_on=today,
        ends_on=today + timedelta(weeks=12),
        why="You know the ward.",
        by=cast.jonas,
        at=timezone.now(),
    )
    return pilot
