"""A nurse is asked on her phone to help her group with a change, says yes in two presses, and reads what the
group is told and helped with. Nothing else is asked of her."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from pilots.adoption.models import Champion
from pilots.adoption.panels import waiting
from tests.factories import adoption
from tests.factories.cast import Cast
from tests.factories.pilots import open_pilot
from tests.journeys.visitor import Live


def test_a_champion_says_yes_and_sees_what_her_group_is_told(cast: Cast, live: Live) -> None:
    pilot = open_pilot(cast, title="Ambient notes on 4 West", at=timezone.now())
    nurses = adoption.name_group(cast, pilot)
    adoption.plan_support(cast, pilot, owner=cast.jonas)
    adoption.ask_champion(cast, nurses)
    ana = live(cast.ana, device="phone")
    ana.open("/")
    ana.sees("Jonas Park asks whether you help Night nurses, 2 hours a week.")
    ana.page.get_by_role("link", name="Answer").click()
    ana.sees("A champion tries it first")
    ana.look()
    ana.press("Yes, I help")
    assert (ana.clicks, ana.fields) == (2, 0)
    ana.sees("Ana Ruiz helps with the change, 2 hours a week.")
    assert Champion.objects.standing().get().person == cast.ana
    ana.open(reverse("pilots:adoption", args=[pilot.pk]))
    ana.sees("Shown on each shift", "Ten minutes at handover")
    assert not any(one.kind == "Champion" for one in waiting(cast.ana))
