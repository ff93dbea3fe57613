"""Everybody reads in their own language, pages and mails; a stranger as the browser asks."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoCaptureOnCommitCallbacks

from innovation.federation import letters
from innovation.notices import actions as notices
from innovation.notices import letters as news_letters
from innovation.people import actions as people
from innovation.people import passwords
from innovation.people.models import User
from innovation.rules import dates, money
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

AFTERNOON = datetime(2026, 11, 18, 14, 5, tzinfo=UTC)
AMERICAN = "November 18, 2026, 2:05 PM"
BRITISH = "18 November 2026, 14:05"


def speaks(person: User, language: str, *, zone: str = "") -> User:
    return people.change_own_details(person, at=NOW, language=language, time_zone=zone)


def reads(page: str, user: User | None = None, *, browser: str = "") -> tuple[str, Any]:
    client = Client(headers={"Accept-Language": browser})
    if user is not None:
        client.force_login(user)
    response = client.get(reverse(page))
    return response.content.decode(), response


# Pages


def test_language_is_chosen_on_the_profile_and_holds_for_every_page(cast: Cast) -> None:
    ana = Client(headers={"Accept-Language": "en-GB"})
    ana.force_login(cast.ana)
    html = ana.get(reverse("innovation:profile")).content.decode()
    assert 'lang="en-gb"' in html and "English (US)" in html
    given = {"name": "Ana Ruiz", "unit": cast.medicine.pk, "language": "en-us"}
    assert ana.post(reverse("innovation:profile"), given).status_code == 302
    response = ana.get(reverse("innovation:news"))
    html = response.content.decode()
    assert 'lang="en-us"' in html and response["Content-Language"] == "en-us"
    assert "7:00 AM" in html and "07:00" not in html


def test_language_of_the_person_goes_before_that_of_the_browser(cast: Cast) -> None:
    american = "en-US,en;q=0.9"
    html, _response = reads("innovation:news", cast.ana, browser=american)
    assert 'lang="en-gb"' in html and "07:00" in html, "as the installation, where none was chosen"
    html, response = reads("account_login", browser=american)
    assert 'lang="en-us"' in html and response["Content-Language"] == "en-us"
    html, _response = reads("account_login", browser="fr, en-GB;q=0.5")
    assert 'lang="en-gb"' in html


def test_installation_of_another_language_speaks_it_to_whoever_chose_none(
    cast: Cast, settings: Any
) -> None:
    settings.LANGUAGE_CODE = "en-us"
    html, _response = reads("innovation:news", cast.ana)
    assert "7:00 AM" in html
    html, _response = reads("innovation:news", speaks(cast.ana, "en-gb"))
    assert "07:00" in html


def test_language_that_there_is_no_more_is_the_installations(cast: Cast) -> None:
    User.objects.filter(pk=cast.ana.pk).update(language="tlh")
    html, _response = reads("innovation:news", cast.ana)
    assert 'lang="en-gb"' in html


def test_profile_takes_a_language_that_there_is_and_asks_nothing_where_there_is_one(
    cast: Cast, settings: Any
) -> None:
    ana = Client()
    ana.force_login(cast.ana)
    given = {"name": "Ana Ruiz", "unit": cast.medicine.pk, "language": "tlh"}
    response = ana.post(reverse("innovation:profile"), given)
    assert response.status_code == 400 and set(response.context["form"].errors) == {"language"}
    settings.LANGUAGES = [("en-gb", "English")]
    assert 'name="language"' not in ana.get(reverse("innovation:profile")).content.decode()


def test_api_says_which_language_is_yours(cast: Cast) -> None:
    _html, response = reads("innovation:api-me", speaks(cast.ana, "en-us"))
    assert response.json()["language"] == "en-us"


@pytest.mark.parametrize(
    ("language", "told"), [("en-us", "until May 15, 2027"), ("", "until 15 May 2027")]
)
def test_file_that_is_written_while_it_is_sent_is_in_the_language_of_who_gets_it(
    cast: Cast, language: str, told: str
) -> None:
    people.grant(
        cast.ana,
        by=cast.ada,
        at=NOW,
        unit=cast.medicine,
        role="mentor",
        ends_on=date(2027, 5, 15),
    )
    otto = Client()
    otto.force_login(speaks(cast.otto, language))
    answer = otto.post(reverse("innovation:audit-export"), {"export-file_format": "csv"})
    text = answer.getvalue().decode()
    assert told in text and answer["Content-Language"] == (language or "en-gb")
    assert translation.get_language() == "en-gb"


# Days, moments, amounts


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en-gb",
            [BRITISH, "18 November 2026", "18 November", "today 14:05", "18 Nov", "07:00", "£1.2m"],
        ),
        (
            "en-us",
            [
                *(AMERICAN, "November 18, 2026", "November 18", "today 2:05 PM", "Nov 18"),
                *("7:00 AM", "£1.2M"),
            ],
        ),
    ],
)
def test_days_moments_and_amounts_are_written_as_the_reader_does(
    settings: Any, language: str, told: list[str]
) -> None:
    settings.CURRENCY = "GBP"
    day = AFTERNOON.date()
    with translation.override(language):
        assert [
            dates.moment_in_words(AFTERNOON),
            dates.day_in_words(day),
            dates.short_day(day, day),
            dates.ago(AFTERNOON, AFTERNOON),
            dates.day_on_axis(day),
            dates.hour_in_words(7),
            money.money_short(1_234_567),
        ] == told
        assert money.money("12765.50") == "£12,765.50"


# Mails


def test_each_administrator_is_written_to_in_their_own_language_and_on_their_own_clock(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    speaks(cast.ada, "en-us", zone="America/New_York")
    with translation.override("en-us"), django_capture_on_commit_callbacks(execute=True):
        letters.of_break_glass(cast.ana, at=AFTERNOON, address="192.0.2.1")
    by_address = {sent.to[0]: sent.body for sent in mail.outbox}
    assert "November 18, 2026, 9:05 AM" in by_address[cast.ada.email]
    assert BRITISH in by_address[cast.hugo.email], "whoever's language the page had"


def test_mail_of_an_account_is_in_the_language_of_who_gets_it(cast: Cast, settings: Any) -> None:
    settings.ONLY_SSO, settings.BREAK_GLASS = True, frozenset()
    passwords.send_welcome(speaks(cast.ana, "en-us"))
    passwords.send_welcome(cast.ben)
    american, british = (sent.body for sent in mail.outbox)
    assert "your organization's own account" in american
    assert "your organisation's own account" in british


def test_news_is_written_by_the_worker_in_the_language_of_who_gets_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = []

    def note(template: str, facts: Any) -> str:
        spoken.append((translation.get_language(), timezone.get_current_timezone_name()))
        return render_to_string(template, facts)

    monkeypatch.setattr(news_letters, "render_to_string", note)
    speaks(cast.ana, "en-us", zone="America/New_York")
    for person in (cast.ana, cast.ben):
        [notice] = notices.notify(
            [person], kind="needs", title="Accepted", about=person, url="/profile/", at=NOW
        )
        notices.email(notice.pk, at=NOW)
    assert spoken == [("en-us", "America/New_York"), ("en-gb", "UTC")]


def test_mail_about_a_new_password_is_in_the_language_of_its_owner(cast: Cast) -> None:
    old, new = "correct horse battery staple", "staple battery horse correct"
    cast.ana.set_password(old)
    cast.ana.save()
    speaks(cast.ana, "en-us")
    ana = Client()
    ana.force_login(cast.ana)
    given = {"oldpassword": old, "password1": new, "password2": new}
    assert ana.post(reverse("account_change_password"), given).status_code == 302
    [sent] = mail.outbox
    assert re.search(r"at \w+ \d+, \d{4}, \d+:\d\d [AP]M", str(sent.body))
