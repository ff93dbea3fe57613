"""A nurse lets herself be found on her phone; a lead calls for help at his desk, and she answers."""

from __future__ import annotations

from django.utils import timezone

from innovation.talent.models import TalentProfile
from pilots.lifecycle.models import TeamMember
from tests.factories.cast import Cast
from tests.factories.pilots import make_need, open_pilot
from tests.journeys.visitor import Live


def test_a_nurse_is_found_answers_a_call_and_is_on_no_team_by_it(cast: Cast, live: Live) -> None:
    pilot = open_pilot(cast, needs=[make_need(cast, by=cast.ana)], at=timezone.now())
    ana = live(cast.ana, device="phone")
    ana.open("/talent/me/")
    ana.sees("Your profile is off", "Shared a need that became a pilot")
    ana.look()
    ana.page.get_by_label("What do you come from?").select_option("nursing")
    ana.page.get_by_label("Helping now and then").check()
    ana.page.get_by_text("Choose from").click()
    ana.page.get_by_label("Listening to patients and staff").check()
    ana.press("Switch my profile on")
    ana.sees("You can be found now")
    jonas = live(cast.jonas)
    jonas.open("/talent/?skill=noticing")
    jonas.sees("Ana Ruiz", "Because of what was done", "Shared a need that became a pilot")
    jonas.look()
    jonas.open(pilot.get_absolute_url())
    jonas.page.get_by_role("link", name="Call for help").click()
    jonas.fill("What do you need?", "Somebody who sits down with two nights of nurses.")
    jonas.page.get_by_label("How much time does it take?").select_option("day")
    jonas.page.get_by_text("Choose from").click()
    jonas.page.get_by_label("Listening to patients and staff").check()
    jonas.look()
    jonas.press("Open the call")
    jonas.sees("Your call is open")
    ana.open("/calls/")
    ana.sees("You could help here", "Because of: Listening to patients and staff")
    ana.look()
    ana.page.get_by_role("link", name="Somebody who sits down").first.click()
    ana.fill("How you can help", "I know them all.")
    ana.press("I can help")
    ana.sees("Jonas Park has been told")
    ana.look()
    jonas.page.reload()
    jonas.sees("I know them all.")
    jonas.press("Yes, please")
    jonas.sees("Ask for their time")
    jonas.look()
    jonas.page.get_by_role("link", name="Ask for their time").click()
    assert jonas.page.get_by_label("Who", exact=True).input_value() == str(cast.ana.pk)
    assert not TeamMember.objects.filter(person=cast.ana).exists()
    # And nobody finds her from the moment on that she says so.
    ana.open("/talent/me/")
    ana.page.locator("summary", has_text="Switch my profile off").click()
    ana.press("Switch it off")
    ana.sees("Your profile is off")
    assert not TalentProfile.objects.exists()
    jonas.open("/talent/?skill=noticing")
    jonas.sees("Nobody found")
