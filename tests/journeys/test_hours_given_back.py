"""An executive reads what was given back and what is not known; a nurse says in three presses where it went."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from innovation.rules import dates
from pilots.surveys.models import AnswerTally
from pilots.time_returned import actions
from tests.factories import hours
from tests.factories import pilots as make
from tests.factories import surveys as questions
from tests.factories.cast import NOW, Cast
from tests.journeys.visitor import Live


def test_hours_are_read_and_said_where_they_went(cast: Cast, live: Live) -> None:
    pilot = make.open_pilot(cast)
    hours.run_with_cases(cast, pilot, make.make_fund(cast), since_live=8, minutes=11, cases=120)
    actions.make_up(at=NOW)
    before = questions.ask(cast, pilot, instrument_key="hours", label="Days")
    for felt, went in [(5, 2)] * 7 + [(2, 7)] * 5:
        questions.answer(before, [felt, went])
    questions.closed(cast, before)
    now = timezone.now()
    asked = questions.ask(
        cast,
        pilot,
        instrument_key="hours",
        label="Nights",
        at=now,
        closes_on=dates.day_of(now) + timedelta(days=9),
    )

    ana = live(cast.ana, device="phone")
    ana.open(f"/a/{asked.key}/")
    ana.sees("Where did most of it go?")
    ana.look()
    ana.page.get_by_role("radio", name="Most of it", exact=True).click()
    ana.page.get_by_role("radio", name="Getting home on time", exact=True).click()
    ana.press("Send")
    assert ana.clicks <= 3
    ana.look()
    counted = AnswerTally.objects.filter(round=asked)
    assert set(counted.values_list("item__position", "value", "n")) == {(1, 4, 1), (2, 2, 1)}

    amara = live(cast.amara)
    amara.open(f"/pilots/{pilot.pk}/hours/")
    amara.sees("hours were given back", "Absorbed or unknown", "Getting home on time")
    amara.look()
    amara.open("/hours/")
    amara.sees("By 1 pilot, as measured")
    amara.look()
    amara.press("Is the human touch an edge?")
    amara.sees("What is not known", "Not measured")
    amara.look()
