"""A nurse says on her phone, in one press or two, whether she had her time; her unit's lead sees what is ahead."""

from __future__ import annotations

from datetime import timedelta

from innovation.people.models import RoleGrant
from innovation.rules import dates
from pilots.lifecycle.models import Pilot
from pilots.protected_time import weeks
from pilots.protected_time.models import ProtectedWeek
from tests.factories import protected_time as kept
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import make_need, open_pilot
from tests.journeys.visitor import Live

TITLE = "Ambient notes in primary care"


def test_a_week_takes_one_press_and_a_lost_one_two(cast: Cast, live: Live) -> None:
    pilot = given_ana_promised_time(cast)
    ana = live(cast.ana, device="phone", scheme="dark")
    ana.open("/")
    ana.sees(TITLE, "Did you have the 20 % of your time")
    ana.look()
    ana.press("Got it")
    ana.sees("It is written down.")
    assert ana.clicks == 1
    week = ProtectedWeek.objects.get(pilot=pilot, person=cast.ana)
    week.delete()
    ana.clicks = 0
    ana.open("/")
    ana.press("Lost it")
    ana.sees("What came between?")
    ana.look()
    ana.press("Nobody covered")
    ana.sees("Thank you. It is written down.", "You had 0")
    assert ana.clicks == 2
    ana.look()
    assert ProtectedWeek.objects.get().why == "no_cover"
    ben = live(cast.ben, device="phone")
    ben.open("/promised/")
    ben.sees("Ana Ruiz", "nobody covers for some of it")
    ben.look()


def given_ana_promised_time(cast: Cast) -> Pilot:
    """Last week and eight more; the lead of her department is Ben."""
    RoleGrant.objects.create(person=cast.ben, unit=cast.medicine, role="unit_lead", granted_at=NOW)
    pilot = kept.begun(open_pilot(cast, title=TITLE, needs=[make_need(cast)]))
    last = weeks.monday_of(dates.today()) - weeks.WEEK
    kept.promised(pilot, cast.ana, starts_on=last, ends_on=last + timedelta(days=6), percent=20)
    later = last + timedelta(weeks=1)
    kept.promised(
        pilot, cast.ana, starts_on=later + timedelta(days=7), ends_on=later + timedelta(weeks=8),
        percent=20,
    )  # fmt: skip
    return pilot
