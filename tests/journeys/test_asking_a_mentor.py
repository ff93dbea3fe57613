"""A lead asks the mentor who fits; she says yes on her phone in two presses, and they write down what they
spoke of, which nobody else reads."""

from __future__ import annotations

from django.utils import timezone

from pilots.mentoring.models import Mentorship
from tests.factories import mentoring as make_mentoring
from tests.factories.cast import Cast
from tests.factories.pilots import make_need, open_pilot
from tests.journeys.visitor import Live

TITLE = "Ambient notes in primary care"
SPOKEN = "The clinics count telephone visits differently."


def test_a_mentor_is_asked_says_yes_and_is_spoken_with(cast: Cast, live: Live) -> None:
    pilot = open_pilot(cast, title=TITLE, needs=[make_need(cast)], at=timezone.now())
    make_mentoring.offer(cast.ingrid, "measurement")
    make_mentoring.offer(cast.ana, "change")
    jonas = live(cast.jonas)
    jonas.open(pilot.get_absolute_url())
    jonas.page.get_by_role("link", name="Ask a mentor").click()
    jonas.page.get_by_label("Measurement and statistics").check()
    jonas.press("Show who fits")
    jonas.sees("Because: helps with what is asked for (Measurement and statistics)")
    jonas.look()
    jonas.page.get_by_role("radio").first.check()
    jonas.page.get_by_label("What for").fill("Our numbers swing.")
    jonas.press("Ask")
    jonas.sees("Dr Ingrid Halloran is asked, and told.")
    ingrid = live(cast.ingrid, device="phone", scheme="dark")
    ingrid.open("/")
    ingrid.sees(TITLE, "Our numbers swing.")
    ingrid.page.get_by_role("link", name="Answer").click()
    ingrid.look()
    ingrid.press("Yes, I mentor it")
    assert ingrid.clicks == 2
    ingrid.sees("You mentor it.")
    ingrid.page.get_by_role("link", name="Write down what you spoke of").click()
    ingrid.page.get_by_label("What you spoke of").fill(SPOKEN)
    ingrid.look()
    ingrid.press("Keep it")
    ingrid.sees(SPOKEN)
    mentorship = Mentorship.objects.get()
    maya = live(cast.maya)
    maya.open(mentorship.get_absolute_url())
    maya.sees("read by Dr Ingrid Halloran and the team alone")
    assert SPOKEN not in maya.page.content()
