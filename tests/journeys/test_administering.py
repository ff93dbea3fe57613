"""An administrator brings a colleague in; what they see on the way, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from innovation.notices import actions as notices
from innovation.people import actions as people
from innovation.people.models import User
from tests.factories.cast import NOW, Cast, make_cast
from tests.journeys.visitor import Visitor
from tests.probes import one_of

Live = Callable[..., Visitor]


@pytest.fixture
def told(transactional_db: None) -> Cast:
    """A log, an inbox and past roles to look at."""
    cast = make_cast()
    given = people.grant(cast.ana, by=cast.ada, at=NOW, unit=cast.medicine, role="mentor")
    people.end_grant(given, by=cast.ada, at=NOW + timedelta(days=1))
    people.deactivate(cast.ben, by=cast.ada, at=NOW, reason="Retired in May.")
    people.create_token(by=cast.ada, at=NOW, name="monthly export", days=90)
    notices.notify(
        [cast.ada],
        kind="pilots",
        title="A pilot went live",
        text="In 4 West.",
        about=cast.ana,
        url="/",
        at=NOW,
    )
    return cast


def test_a_colleague_is_brought_in_and_chooses_a_password(told: Cast, live: Live) -> None:
    ada = live(told.ada)
    # When the administrator makes an account with a first role
    ada.open("/people/")
    ada.look()
    ada.press("Add a person")
    ada.press("Make the account")
    ada.sees("Something is missing or unclear")
    ada.look()
    ada.fill("Name", "Nadia Petrov")
    ada.fill("E-mail", "nadia@lakeshore.example")
    ada.page.get_by_label("Unit", exact=True).select_option(str(told.medicine.pk))
    ada.page.get_by_label("First role").select_option("staff")
    ada.press("Make the account")
    # Then she stands there with it, and a link went out by mail
    ada.sees("Nadia Petrov", "Records needs and ideas")
    ada.look()
    assert [m.to for m in mail.outbox] == [["nadia@lakeshore.example"]]
    # And a link can be handed over, too
    ada.page.locator("summary", has_text="Make a password link").click()
    ada.press("Make the link")
    ada.sees("A link to hand over")
    ada.look()
    link = ada.page.locator("code.code-line").inner_text()
    # With it she chooses a password on her phone and comes in
    nadia = live(device="phone")
    nadia.page.goto(link.replace("http://localhost:8000", nadia.address))
    nadia.look()
    for name in ("password1", "password2"):
        nadia.page.locator(f"input[name={name}]").fill("a lamp in the corridor")
    nadia.page.locator("form button[type=submit]").last.click()
    nadia.open(reverse("account_login"))
    nadia.look()
    nadia.page.locator("input[name=login]").fill("nadia@lakeshore.example")
    nadia.page.locator("input[name=password]").fill("a lamp in the corridor")
    nadia.page.locator("form button[type=submit]").last.click()
    nadia.sees("Waiting for me", "Nothing waits for you.")
    nadia.look()


def test_a_role_is_given_and_ended_and_the_log_tells(told: Cast, live: Live) -> None:
    ada = live(told.ada)
    ada.open(f"/people/{told.jonas.pk}/")
    ada.press("Give a role")
    ada.look()
    ada.page.get_by_label("Mentor", exact=False).check()
    ada.press("Give this role")
    ada.sees("Accompanies pilots and leaves advice in their log.")
    first = ada.page.locator("summary", has_text="End").first
    first.click()
    ada.page.get_by_role("button", name="End the role").filter(visible=True).click()
    ada.sees("Jonas Park no longer holds this role")
    ada.open("/log/?q=jonas")
    ada.sees("3 things")
    ada.look()


@pytest.mark.parametrize(
    ("device", "scheme"), one_of(("desktop", "light"), ("phone", "dark"), taken=1)
)
def test_page_with_little_to_show_is_clean(
    told: Cast, live: Live, device: str, scheme: str
) -> None:
    """The pages with much on them are seen in test_every_page.py."""
    ada = live(told.ada, device=device, scheme=scheme)
    for path in ("/inbox/", "/people/?accounts=closed", "/people/?q=xyzzy", "/log/?q=xyzzy"):
        ada.open(path)
        ada.look()


def test_the_slash_key_goes_to_the_search(told: Cast, live: Live) -> None:
    ada = live(told.ada)
    ada.open("/log/")
    ada.page.keyboard.press("/")
    ada.page.keyboard.type("priya")
    ada.page.keyboard.press("Enter")
    ada.sees("Priya Raman")
    assert "/search/" in ada.page.url


def test_the_outsider_reads_whom_to_ask_and_keeps_their_account(told: Cast, live: Live) -> None:
    victor = live(told.victor, device="phone")
    victor.open("/", status=403)
    victor.sees("You have no role here yet", "Ada Kowalski")
    victor.look()
    victor.press("Your profile")
    victor.sees("None yet. An administrator gives them.")
    victor.look()
    victor.fill("Job title", "Visitor")
    victor.press("Save")
    victor.sees("Your details are saved.")
    assert User.objects.get(pk=told.victor.pk).job_title == "Visitor"


def test_the_profile_s_appearance_is_the_page_s(told: Cast, live: Live) -> None:
    ada: Any = live(told.ada)
    ada.open("/profile/")
    ada.page.get_by_label("Appearance").select_option("dark")
    ada.press("Save")
    ada.sees("Your details are saved.")
    expect(ada.page.locator("html")).to_have_attribute("data-theme", "dark")
