"""Somebody answers on a phone without signing in; Jonas opens, hands on and closes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.rules import dates
from innovation.workflow.models import UsedKey
from pilots.lifecycle.models import Pilot
from pilots.surveys import actions, links, queries
from pilots.surveys.models import AskedPerson, Instrument, SurveyRound
from pilots.surveys.panels import waiting
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody
from tests.factories.surveys import LATER, ask, ask_by_name, closed
from tests.pilots.surveys.test_instruments import WORDS
from tests.pilots.surveys.test_rounds import entered

pytestmark = pytest.mark.django_db
SOON = dates.days_after(dates.today(), 10)


def page_of(browser: Client, url: str) -> str:
    return " ".join(browser.get(url).content.decode().split())


def send(browser: Client, url: str, values: str = "44444", **more: str) -> int:
    page = browser.get(url).content.decode()
    slip = re.search(r'name="slip" value="([^"]+)"', page)
    given = {f"q{n}": value for n, value in enumerate(values, start=1)}
    return browser.post(url, {**given, "slip": slip[1] if slip else "", **more}).status_code


def test_a_browser_answers_once_by_the_link(cast: Cast, pilot: Pilot) -> None:
    pulse = ask(cast, pilot, closes_on=SOON)
    url = reverse("pilots:survey-answer", args=[pulse.key])
    phone = Client()
    page = page_of(phone, url)
    assert page.count('type="radio"') == 25
    assert "a cookie remembers" in page
    assert "<textarea" not in page
    assert send(phone, url, "4444") == 400
    assert phone.post(url, {f"q{n}": "4" for n in range(1, 6)}).status_code == 400  # no slip
    assert send(phone, url) == 302
    assert "has answered these questions" in page_of(phone, url)
    assert send(phone, url) == 200
    # Neither in another round of the same weeks, which together would tell them apart.
    night = ask(cast, pilot, label="Night shift", closes_on=SOON)
    assert send(phone, reverse("pilots:survey-answer", args=[night.key])) == 200
    assert [queries.answered(one) for one in (pulse, night)] == [1, 0]
    for _n in range(4):
        assert send(Client(), url, "22222") == 302
    assert queries.answered(pulse) == 5
    assert "Thank you" in page_of(Client(), reverse("pilots:survey-thanks", args=[pulse.key]))
    other = make.open_pilot(cast, title="Another")
    # Of another pilot it is another question, unless the questions are not about the pilot.
    for key, sent in (("adkar", 302), (entered(cast).key, 302)):
        elsewhere = ask(cast, other, instrument_key=key, closes_on=SOON)
        link = reverse("pilots:survey-answer", args=[elsewhere.key])
        assert send(phone, link, "333" if key != "adkar" else "33333") == sent
    third = ask(cast, pilot, instrument_key=key, closes_on=SOON)
    assert send(phone, reverse("pilots:survey-answer", args=[third.key]), "333") == 200
    actions.close_round(pulse, by=cast.jonas, at=LATER)
    assert Client().get(url).status_code == 410
    assert Client().get(reverse("pilots:survey-answer", args=["guess"])).status_code == 404
    assert not Event.objects.filter(type__startswith="survey.a").exists()


def test_the_same_form_sent_twice_counts_once(cast: Cast, pilot: Pilot) -> None:
    pulse = ask(cast, pilot, closes_on=SOON)
    url = reverse("pilots:survey-answer", args=[pulse.key])
    given = {f"q{n}": "3" for n in range(1, 6)} | {"slip": links.new_slip(pulse)}
    assert Client().post(url, given).status_code == 302
    assert Client().post(url, given).status_code == 409
    other = ask(cast, pilot, label="Night shift", closes_on=SOON)
    elsewhere = reverse("pilots:survey-answer", args=[other.key])
    assert Client().post(elsewhere, given).status_code == 400
    assert queries.answered(pulse) == 1


def test_too_many_from_one_place_wait(
    cast: Cast, pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MOST_A_MINUTE", 1)
    pulse = ask(cast, pilot, closes_on=SOON)
    url = reverse("pilots:survey-answer", args=[pulse.key])
    found = [send(Client(), url) for _n in range(4)]
    assert 302 in found
    assert 429 in found


def test_who_is_asked_by_name_has_it_on_their_home(cast: Cast, pilot: Pilot) -> None:
    people = [cast.ana, cast.ben, cast.priya, cast.ingrid, cast.helen]
    pulse = ask_by_name(cast, pilot, people, days=20)
    (item,) = waiting(cast.ana)
    assert "20 seconds" in item.sentence
    assert waiting(cast.otto) == []
    browser = Client()
    assert browser.get(item.url)["Location"].startswith("/accounts/login/")
    browser.force_login(cast.ana)
    assert "Your name is used so that you answer once" in page_of(browser, item.url)
    assert send(browser, item.url, form_key="the-same-key") == 302
    # The digest of what was sent would tell the answers to whoever tries them all.
    assert not UsedKey.objects.exists()
    assert waiting(cast.ana) == []
    assert browser.get(item.url)["Location"] == reverse("pilots:survey-thanks", args=[pulse.key])
    browser.force_login(cast.victor)
    assert browser.get(item.url).status_code == 403
    assert AskedPerson.objects.filter(answered=True).count() == 1


def test_a_lead_opens_hands_on_and_closes(cast: Cast, pilot: Pilot) -> None:
    browser = Client()
    browser.force_login(cast.jonas)
    given = {
        "instrument_key": "adkar", "label": "4 West", "asked": "12", "closes_on": SOON.isoformat(),
    }  # fmt: skip
    url = reverse("pilots:survey-open", args=[pilot.pk])
    assert browser.post(url, given | {"asked": "3"}).status_code == 400
    assert browser.post(url, given).status_code == 302
    assert browser.post(url, given).status_code == 409
    pulse = SurveyRound.objects.get()
    page = page_of(browser, pulse.get_absolute_url())
    assert pulse.key in page
    assert "data:image/svg+xml" in page
    assert "Nothing is shown of it before it is closed." in page
    assert pulse.key in page_of(browser, reverse("pilots:survey-sheet", args=[pulse.pk]))
    listed = reverse("pilots:surveys", args=[pilot.pk])
    assert pulse.key in page_of(browser, listed)
    close = reverse("pilots:survey-close", args=[pulse.pk])
    assert close not in page
    other = Client()
    other.force_login(cast.ana)
    for place in (pulse.get_absolute_url(), listed):
        assert pulse.key not in page_of(other, place)
    for _n in range(6):
        send(Client(), reverse("pilots:survey-answer", args=[pulse.key]), "54322")
    assert browser.post(close).status_code == 409
    actions.close_due(at=pulse.closes_at)
    said = "6 of 12 people answered. The lowest is “Ability”, with 2.0."
    for place in (pulse.get_absolute_url(), listed, pilot.get_absolute_url()):
        assert said in page_of(other, place)


def test_a_lead_asks_by_name_and_closes_once_five_have_answered(cast: Cast, pilot: Pilot) -> None:
    browser = Client()
    browser.force_login(cast.jonas)
    people = [cast.ana, *(somebody("staff", at=cast.brigid) for _n in range(4))]
    url = reverse("pilots:survey-open", args=[pilot.pk])
    given = {"instrument_key": "adkar", "label": "4 West", "closes_on": SOON.isoformat()}
    assert browser.post(url, given).status_code == 400  # neither how many nor who
    typed = "\n".join(one.email for one in people)
    assert browser.post(url, given | {"people": f"{typed}\n{cast.victor.email}"}).status_code == 400
    assert browser.post(url, given | {"people": people[0].email}).status_code == 400
    assert browser.post(url, given | {"people": typed}).status_code == 302
    pulse = SurveyRound.objects.get()
    assert (pulse.by_name, pulse.asked) == (True, 5)
    assert waiting(cast.ana)[0].url == reverse("pilots:survey-answer", args=[pulse.key])
    assert "5 people, asked on their home page" in page_of(
        browser, reverse("pilots:surveys", args=[pilot.pk])
    )
    assert pulse.key not in page_of(browser, reverse("pilots:surveys", args=[pilot.pk]))
    close = reverse("pilots:survey-close", args=[pulse.pk])
    assert browser.post(close).status_code == 409
    for one in people:
        actions.answer(pulse, dict.fromkeys(range(1, 6), 2), at=pulse.opened_at, person=one)
    assert browser.post(close).status_code == 302
    api = reverse("pilots:api-surveys", args=[pilot.pk])
    by_name = {
        "instrument_key": "hours", "group": "5 West", "closes_on": SOON.isoformat(),
        "people": [one.email for one in people],
    }  # fmt: skip
    made = browser.post(api, by_name, content_type="application/json").json()
    assert (made["by_name"], made["asked"]) == (True, 5)


def test_the_api_tells_no_more_than_the_page(cast: Cast, pilot: Pilot) -> None:
    browser = Client()
    browser.force_login(cast.maya)
    url = reverse("pilots:api-surveys", args=[pilot.pk])
    given = {
        "instrument_key": "adkar",
        "group": "4 West",
        "asked": 12,
        "closes_on": SOON.isoformat(),
    }
    made = browser.post(url, given, content_type="application/json").json()
    pulse = SurveyRound.objects.get(pk=made["id"])
    assert (made["reading"], made["asked"]) == (None, 12)
    detail = reverse("pilots:api-survey", args=[pulse.pk])
    for n in range(6):
        close = browser.post(reverse("pilots:api-survey-close", args=[pulse.pk]))
        assert close.status_code == 409
        before = browser.get(detail).json()
        assert pulse.key not in str(before)
        actions.answer(pulse, dict.fromkeys(range(1, 6), 2), at=pulse.opened_at, slip=f"api-{n}")
        assert browser.get(detail).json() == before
    actions.close_due(at=pulse.closes_at)
    found = browser.get(detail).json()
    assert found["reading"]["n"] == 6
    assert [one["mean"] for one in found["reading"]["items"]] == [2.0] * 5
    listed = browser.get(url).json()
    rows = listed["results"] if isinstance(listed, dict) else listed
    assert rows[0]["reading"] == found["reading"]


def test_ada_enters_an_instrument_on_the_page_and_by_the_api(cast: Cast, pilot: Pilot) -> None:
    browser = Client()
    browser.force_login(cast.ada)
    given = {
        "name": WORDS.name, "key": "listening", "licence": WORDS.licence, "about": "",
        "questions": "They listened.\nThey were in a hurry.", "reversed": "2", "lowest": "0",
        "low_label": "Never", "highest": "4", "high_label": "Always", "scoring": "mean",
        "missing_allowed": "0",
    }  # fmt: skip
    assert browser.post(reverse("pilots:instrument-add"), given).status_code == 302
    made = Instrument.objects.get()
    assert [one.reversed for one in made.items.all()] == [False, True]
    assert "A high answer is the bad one." in page_of(browser, made.get_absolute_url())
    change = reverse("pilots:instrument-change", args=[made.pk])
    assert 'value="2"' in page_of(browser, change)
    assert browser.post(change, given | {"name": "Listening, short"}).status_code == 302
    body = {
        "name": "Calm", "licence": "Public domain", "lowest": 1, "low_label": "Never", "highest": 5,
        "high_label": "Always", "items": [{"text": "It was calm."}],
    }  # fmt: skip
    api = reverse("pilots:api-instruments")
    entered = browser.post(api, body | {"key": "calm"}, content_type="application/json")
    assert entered.status_code == 201
    changed = browser.post(
        reverse("pilots:api-instrument-change", args=[entered.json()["id"]]),
        body | {"about": "Rest."},
        content_type="application/json",
    )
    assert changed.json()["about"] == "Rest."
    listed = page_of(browser, reverse("pilots:instruments"))
    for name in ("Readiness pulse", "Listening, short", "Calm"):
        assert name in listed
    pulse = ask(cast, pilot, at=NOW, closes_on=SOON)
    closed(cast, pulse, at=pulse.closes_at + timedelta(days=1))
    assert "nothing is shown" in page_of(browser, pulse.get_absolute_url())
