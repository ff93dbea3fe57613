"""Hours, what patients and staff say, and use stand side by side, and what is not known is said first."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from innovation.rules.refusal import Malformed, NotAllowed
from pilots.adoption.models import UseCount
from pilots.funding.models import Fund
from pilots.lifecycle.models import Pilot
from pilots.surveys import actions as surveys
from pilots.surveys.actions.instruments import InstrumentWords
from pilots.surveys.models import Instrument
from pilots.time_returned import actions, presenters, queries
from pilots.time_returned.models import TouchQuestion
from tests.factories import adoption
from tests.factories import hours as hour
from tests.factories import pilots as make
from tests.factories import surveys as questions
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def visits(cast: Cast) -> Instrument:
    """An invented instrument of two questions, the second asked the other way round."""
    words = InstrumentWords(
        name="After the visit",
        licence="Invented here.",
        questions=["They listened to me.", "I felt hurried."],
        lowest=1,
        highest=5,
        low_label="Not at all",
        high_label="Fully",
        reversed=frozenset({2}),
    )
    return surveys.add_instrument(key="visit", words=words, by=cast.ada, at=NOW)


def test_lines_stand_side_by_side_and_say_what_is_not_known(
    cast: Cast, pilot: Pilot, fund: Fund, client: Client
) -> None:
    nothing = queries.human_touch(cast.amara)
    assert nothing.months == []
    client.force_login(cast.amara)
    assert "Nothing is measured yet" in client.get(reverse("pilots:human-touch")).content.decode()
    hour.run_with_cases(cast, pilot, fund, since_live=8, minutes=11, cases=120)
    actions.make_up(at=NOW)
    instrument = visits(cast)
    with pytest.raises(NotAllowed):
        actions.choose_question(
            "listened", instrument=instrument, position=1, by=cast.amara, at=NOW
        )
    for kind, position in (("listened", 3), ("loved", 1)):
        with pytest.raises(Malformed):
            actions.choose_question(
                kind, instrument=instrument, position=position, by=cast.ada, at=NOW
            )
    client.force_login(cast.ada)
    address = reverse("pilots:touch-questions")
    assert client.post(address, {"listened": "nonsense"}).status_code == 400
    assert client.post(address, {"listened": f"{instrument.pk}-1"}).status_code == 302
    assert client.post(address, {"listened": f"{instrument.pk}-1"}).status_code == 302
    assert TouchQuestion.objects.count() == 1  # nothing was chosen anew
    with pytest.raises(ProgrammingError), transaction.atomic():
        TouchQuestion.objects.update(position=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        TouchQuestion.objects.create(
            kind="loved", instrument=instrument, position=1, by=cast.ada, at=NOW
        )

    # Six patients of one group answer; four of another, of whom nothing is shown.
    for label, answers in (("Clinic A", [5, 5, 4, 4, 4, 2]), ("Clinic B", [1, 1, 1, 1])):
        survey = questions.ask(cast, pilot, instrument_key="visit", label=label)
        for value in answers:
            questions.answer(survey, [value, 6 - value])
        if len(answers) > 4:
            questions.closed(cast, survey)
    surveys.close_due(at=questions.LATER)
    found = queries.human_touch(cast.amara)
    listened, stay = found.heard
    (month,) = listened.months
    assert (listened.months[month].mean, listened.months[month].n) == (4.0, 6)
    assert (stay.item, stay.months) == (None, {})
    assert found.months[-1] == month and set(found.hours) <= set(found.months)
    assert queries.human_touch(cast.victor).months == []
    assert queries.human_touch(cast.hugo).heard[0].months == {}

    group = adoption.name_group(cast, pilot)
    for active in (3, 6):  # the later count of a day corrects the one before
        UseCount.objects.create(
            group=group,
            on=make.TODAY,
            eligible=12,
            active=active,
            source="The log.",
            by=cast.jonas,
            at=NOW,
        )
    used = queries.human_touch(cast.amara)
    assert [(one.active, one.eligible) for one in used.used.values()] == [(6, 12)]
    assert "6 of 12 who could" in presenters.lines_of(used)[-1].sentence
    assert queries.human_touch(cast.hugo).used == {}

    lines = {one.key: one for one in presenters.lines_of(found)}
    assert list(lines) == ["hours", "listened", "stay", "use"]
    assert "4.0 of 5, by 6 people" in lines["listened"].sentence
    assert (lines["stay"].svg, lines["use"].svg) == ("", "")
    said = " ".join(presenters.not_known(found))
    assert "do not show that one moved the other" in said
    assert "Staff who would stay: not measured." in said
    assert "asked in 1 of" in said
    client.force_login(cast.amara)
    page = client.get(reverse("pilots:human-touch")).content.decode()
    assert "What is not known" in page and page.count("<figure") == 3
    assert "Nothing is measured yet" not in page
    assert "A group is asked from the page of its pilot" in page  # she is on no team
    assert "Say which question tells it" not in page  # she may not say it
    client.force_login(cast.jonas)
    page = client.get(reverse("pilots:human-touch")).content.decode()
    ask = f"{reverse('pilots:survey-open', args=[pilot.pk])}?instrument=visit"
    assert f'href="{ask}"' in page
    assert re.search(r'value="visit"[^>]*(checked|selected)', client.get(ask).content.decode())
    client.force_login(cast.ada)
    page = client.get(reverse("pilots:human-touch")).content.decode()
    assert "Say which question tells it" in page
    client.force_login(cast.amara)
    assert client.get(address).status_code == 403
    body = client.get(reverse("pilots:api-human-touch")).json()
    assert [one["n"] for one in body["listened"]] == [6]
    assert body["stay"] == [] and len(body["hours"]) == len(found.hours)
    review = client.get(reverse("okrs:review")).content.decode()
    assert "By 1 pilot, as measured" in review
    assert make.TODAY.month == month.month


def test_each_instrument_is_a_line_of_its_own_on_the_pilots_hours(
    cast: Cast, pilot: Pilot, fund: Fund, client: Client
) -> None:
    make.shape(cast, pilot, fund)
    hour.declare(cast, pilot)
    client.force_login(cast.jonas)
    address = reverse("pilots:time-returned", args=[pilot.pk])
    assert "Nobody was asked yet." in client.get(address).content.decode()
    visits(cast)
    questions.ask(cast, pilot)  # how ready they are stands elsewhere
    for weeks, answers in ((0, [5, 5, 4, 4, 4, 2]), (6, [5, 5, 5, 5, 5]), (12, [1, 1, 1, 1])):
        at = NOW + timedelta(weeks=weeks)
        closes = make.TODAY + timedelta(weeks=weeks, days=13)
        survey = questions.ask(cast, pilot, instrument_key="visit", at=at, closes_on=closes)
        (one,) = queries.experience_of(pilot)
        assert len(one.waves) == weeks // 6  # nothing of the open one
        if not weeks:
            page = client.get(address).content.decode()
            assert "It was asked, and nothing is shown yet" in page
        for value in answers:
            questions.answer(survey, [value, 6 - value], at=at)
        surveys.close_due(at=at + timedelta(days=14))
    (one,) = queries.experience_of(pilot)
    assert [(wave.score, wave.n) for wave in one.waves] == [(4.0, 6), (5.0, 5)]
    (shown,) = presenters.experience_shown([one])
    assert shown.svg and "5.0 of 5, by 5 people." in shown.sentence
    page = client.get(address).content.decode()
    assert "After the visit" in page and "5.0 of 5, by 5 people." in page
    again = f"{reverse('pilots:survey-open', args=[pilot.pk])}?instrument=visit"
    assert f'href="{again}"' in page
    client.force_login(cast.amara)
    page = client.get(address).content.decode()
    assert "After the visit" in page and again not in page
