"""A nurse scans the square on the ward and has answered five questions in six presses, without signing in,
with script or without; her lead reads what the ward said once it is closed."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from pilots.surveys import actions, queries
from tests.factories.cast import Cast
from tests.factories.pilots import open_pilot
from tests.journeys.visitor import Live

TITLE = "Ambient notes in primary care"


def test_five_questions_in_six_presses(cast: Cast, live: Live) -> None:
    pilot = open_pilot(cast, title=TITLE, at=timezone.now())
    pulse = actions.open_round(
        pilot,
        instrument_key="adkar",
        label="4 West",
        asked=20,
        by=cast.jonas,
        at=timezone.now(),
        closes_on=timezone.localdate() + timedelta(days=13),
    )
    phone = live(None, device="phone", scheme="dark")
    phone.open(f"/a/{pulse.key}/")
    phone.sees(TITLE, "I want to take part in it.", "a cookie remembers that it did")
    phone.look()
    # All of it is on one screen: the button is seen without scrolling.
    button = phone.page.get_by_role("button", name="Send").bounding_box()
    assert button is not None
    assert button["y"] + button["height"] <= 844
    for question in range(1, 6):
        phone.page.locator(f"[name=q{question}][value='4']").click()
    phone.press("Send")
    assert phone.clicks == 6
    phone.sees("Thank you", "Who gave them is kept nowhere")
    phone.look()
    phone.open(f"/a/{pulse.key}/")
    phone.sees("This browser has answered these questions")
    plain = live(None, device="phone", javascript=False)
    plain.open(f"/a/{pulse.key}/")
    for question in range(1, 6):
        plain.page.locator(f"[name=q{question}][value='2']").check()
    plain.press("Send")
    plain.sees("Thank you")
    assert queries.answered(pulse) == 2
    jonas = live(cast.jonas)
    jonas.open(pulse.get_absolute_url())
    jonas.sees("Nothing is shown of it before it is closed.", "A sheet to hang up")
    jonas.look()
    for n in range(4):
        answers = dict.fromkeys(range(1, 6), 3)
        actions.answer(pulse, answers, at=timezone.now(), slip=f"others {n}")
    actions.close_due(at=pulse.closes_at)
    jonas.open(pulse.get_absolute_url())
    jonas.sees("6 of 20 people answered.", "Mean")
    jonas.look()
