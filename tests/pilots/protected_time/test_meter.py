"""Ten seconds a week: a nurse says whether she had her time, by one press or two, and nobody else reads it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed
from pilots.lifecycle.models import Pilot
from pilots.protected_time import actions, queries, weeks
from pilots.protected_time.models import ProtectedWeek, WeekCall
from pilots.protected_time.panels import weeks_waiting
from pilots.staffing import actions as staffing
from tests.factories import pilots as make
from tests.factories import protected_time as kept
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

WEEK = weeks.monday_of(NOW.date())  # NOW is its Monday
FRIDAY = NOW + timedelta(days=4)


@pytest.fixture
def promise(cast: Cast, pilot: Pilot) -> Pilot:
    """Ana gives a tenth of her time from this week on, to a pilot that runs."""
    kept.promised(pilot, cast.ana, starts_on=WEEK + timedelta(days=2), ends_on=WEEK + timedelta(60))
    return kept.begun(pilot)


def say(pilot: Pilot, by: User, how: str = "got", *, at: datetime = FRIDAY, **more: str) -> None:
    actions.answer_week(pilot, week=weeks.monday_of(at.date()), kept=how, by=by, at=at, **more)


def test_a_week_is_answered_until_the_next_is_over(cast: Cast, promise: Pilot) -> None:
    say(promise, cast.ana, "lost", why="shifts", words="Two of us were ill.")
    sunday = FRIDAY + timedelta(days=9)
    answer = actions.answer_week(promise, week=WEEK, kept="part", by=cast.ana, at=sunday)
    assert (answer.kept, answer.why, answer.unit) == ("part", "shifts", cast.four_west)
    answer = actions.answer_week(promise, week=WEEK, kept="got", by=cast.ana, at=sunday)
    assert (answer.why, answer.words, ProtectedWeek.objects.count()) == ("", "", 1)
    with pytest.raises(Conflict, match="closed"):
        actions.answer_week(
            promise, week=WEEK, kept="lost", by=cast.ana, at=sunday + timedelta(days=1)
        )


def test_the_log_tells_no_answer_nor_that_one_had_a_reason(cast: Cast, promise: Pilot) -> None:
    told = Event.objects.count()
    answer = actions.answer_week(promise, week=WEEK, kept="lost", by=cast.ana, at=FRIDAY)
    actions.say_why(answer, why="shifts", by=cast.ana, at=FRIDAY + timedelta(seconds=20))
    say(promise, cast.ana, "got")
    assert Event.objects.count() == told


def test_what_is_no_answer_is_refused(cast: Cast, promise: Pilot) -> None:
    for week, at, kept_, match in (
        (WEEK + timedelta(days=1), FRIDAY, "got", "Monday"),
        (WEEK + timedelta(weeks=1), FRIDAY, "got", "not begun"),
        (WEEK, FRIDAY, "perhaps", "all of it"),
    ):
        with pytest.raises(Malformed, match=match):
            actions.answer_week(promise, week=week, kept=kept_, by=cast.ana, at=at)
    with pytest.raises(Malformed, match="came between"):
        say(promise, cast.ana, "lost", why="the moon")
    for week, by in ((WEEK - timedelta(weeks=1), cast.ana), (WEEK, cast.ben)):
        with pytest.raises(Conflict, match="promised no time"):
            actions.answer_week(promise, week=week, kept="got", by=by, at=NOW)
    cast.ben.act_for(cast.ana)
    with pytest.raises(NotAllowed, match="say how it went"):
        say(promise, cast.ben)
    assert weeks_waiting(cast.ben) == []


def test_the_database_holds_what_a_week_is(cast: Cast, promise: Pilot) -> None:
    given = {"person": cast.ana, "pilot": promise, "week": WEEK, "kept": "got", "answered_at": NOW}
    for wrong in (
        {"week": WEEK + timedelta(days=1)},
        {"week": WEEK - timedelta(weeks=1)},
        {"answered_at": NOW + timedelta(days=16)},
        {"why": "shifts"},
        {"person": cast.ben},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProtectedWeek.objects.create(**{**given, **wrong})
    ProtectedWeek.objects.create(**given)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProtectedWeek.objects.create(**given)


def test_nobody_is_asked_before_the_promise_or_of_what_has_no_resources(
    cast: Cast, pilot: Pilot
) -> None:
    today = NOW.date()
    kept.promised(pilot, cast.ana, starts_on=WEEK, ends_on=WEEK + timedelta(60))
    assert queries.own_weeks(cast.ana, today=today, count=2) == []
    kept.begun(pilot)
    [this] = queries.own_weeks(cast.ana, today=today, count=4)
    assert (this.week, this.is_answered_now, this.waits) == (WEEK, True, False)
    assert [one.week for one in queries.asked_now(cast.ana, today=FRIDAY.date())] == [WEEK]
    for days, asked in ((13, [WEEK, WEEK + timedelta(7)]), (14, [WEEK + timedelta(7)])):
        found = queries.asked_now(cast.ana, today=today + timedelta(days=days))
        assert [one.week for one in found] == asked
    staffing.remove(
        pilot.allocations.select_related("pilot__lead", "person", "member").get(),
        by=cast.jonas, at=NOW,
    )  # fmt: skip
    assert queries.asked_now(cast.ana, today=FRIDAY.date()) == []


def test_silence_is_no_yes(cast: Cast, promise: Pilot) -> None:
    say(promise, cast.ana, "part")
    own = queries.own_weeks(cast.ana, today=NOW.date() + timedelta(weeks=3), count=4)
    assert [one.answer and one.answer.kept for one in own] == [None, None, None, "part"]
    said = queries.own_said(own)
    assert (said.answers, said.share) == (1, said.share) and float(said.share or 0) == 0.5


def test_people_are_called_once_a_week_from_its_friday_on(cast: Cast, promise: Pilot) -> None:
    kept.promised(promise, cast.ben, starts_on=WEEK, ends_on=WEEK + timedelta(60))
    other = kept.begun(make.open_pilot(cast, title="Other"))
    kept.promised(other, cast.ana, starts_on=WEEK, ends_on=WEEK + timedelta(60))
    say(promise, cast.ben)
    assert actions.call_due(at=NOW) == 0
    assert actions.call_due(at=FRIDAY) == 1
    assert actions.call_due(at=FRIDAY + timedelta(hours=1)) == 0
    told = Notice.objects.get(kind="protected_time")
    assert (told.person, told.url) == (cast.ana, reverse("pilots:my-time"))
    assert "until 6 December 2026" in told.text
    assert actions.call_due(at=FRIDAY + timedelta(weeks=1)) == 2
    assert WeekCall.objects.count() == 3


def test_one_press_on_the_home_and_one_more_says_why(cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast.ana)
    today = dates.today()
    last = weeks.monday_of(today) - weeks.WEEK
    pilot = kept.begun(make.open_pilot(cast))
    kept.promised(pilot, cast.ana, starts_on=last, ends_on=last + timedelta(days=6))
    home = browser.get("/").content.decode()
    assert all(label in home for label in ("Got it", "Part of it", "Lost it"))
    press = {"pilot": pilot.pk, "week": last.isoformat(), "back": "home"}
    answered = browser.post(reverse("pilots:week-answer"), {**press, "kept": "got"})
    assert answered["Location"] == "/" and "Lost it" not in browser.get("/").content.decode()
    answered = browser.post(reverse("pilots:week-answer"), {**press, "kept": "lost"})
    page = browser.get(answered["Location"]).content.decode()
    assert "What came between?" in page and "Patients came first" in page
    browser.post(answered["Location"], {"why": "urgent", "words": "A long night."})
    own = browser.get(reverse("pilots:my-time")).content.decode()
    assert "Patients came first" in own and "A long night." in own and "You had 0" in own
    refused = browser.post(answered["Location"], {"words": "A long night."})
    assert refused.status_code == 400 and "Choose what came between." in refused.content.decode()
    stranger = Client()
    stranger.force_login(cast.jonas)
    assert stranger.get(answered["Location"]).status_code == 404
    assert stranger.post(reverse("pilots:week-answer"), {**press, "kept": "got"}).status_code == 404
    assert browser.post(reverse("pilots:week-answer"), {}).status_code == 400
    listed = browser.get(reverse("pilots:api-own-weeks")).json()
    assert [(one["week"], one["answer"]["kept"]) for one in listed] == [(last.isoformat(), "lost")]
    again = browser.post(
        reverse("pilots:api-own-weeks"),
        {"pilot": pilot.pk, "week": last.isoformat(), "kept": "part", "why": "away"},
        content_type="application/json",
    )
    assert again.status_code == 201 and again.json()["why"] == "away"


def test_whoever_promised_nothing_reads_what_will_be_here(cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast.ben)
    page = browser.get(reverse("pilots:my-time")).content.decode()
    assert "You have promised no time" in page and "From the first Friday" in page


def test_my_time_shows_four_weeks_and_keeps_the_ones_before_a_press_away(
    cast: Cast, pilot: Pilot
) -> None:
    now = weeks.monday_of(dates.today())
    kept.promised(kept.begun(pilot), cast.ana, starts_on=now - 7 * weeks.WEEK, ends_on=now)
    browser = Client()
    browser.force_login(cast.ana)
    context = browser.get(reverse("pilots:my-time")).context
    assert [one.week for one in context["weeks"]] == [now - n * weeks.WEEK for n in range(4)]
    assert [one.week for one in context["earlier"]] == [now - n * weeks.WEEK for n in range(4, 8)]
