"""Which passwords there may be, and what keeps them from being asked for in vain."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from innovation.people import passwords
from innovation.people.models import User
from tests.factories.cast import PASSWORD, Cast


def chooses(person: User, password: str) -> int:
    """What the form for one's own password answers."""
    browser = Client()
    browser.force_login(person)
    sent = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    return browser.post(reverse("account_change_password"), sent).status_code


@pytest.mark.parametrize(
    "password",
    ["zwölf Äpfel 🍏 und ein Igel", "tramontana quell", "  spaces before and behind  ", "ab" * 60],
)
def test_password_of_any_characters_is_taken_as_it_is(cast: Cast, password: str) -> None:
    """Of any length and kind, neither cut, nor stripped, nor in another case."""
    assert chooses(cast.ana, password) == 302
    cast.ana.refresh_from_db()
    assert cast.ana.check_password(password)
    for other in (password.swapcase(), password.strip() + "x", password[:64] + "?"):
        assert not cast.ana.check_password(other)


@pytest.mark.parametrize(
    "password",
    ["Pilotlight2026!!", "lakeshore-health-2026", "Welcome.Hospital.1", "PASSWORDpassword12"],
)
def test_password_made_of_the_house_s_own_words_is_refused(
    cast: Cast, settings: Settings, password: str
) -> None:
    settings.ORGANISATION = "Lakeshore Health"
    assert chooses(cast.ana, password) == 200
    with pytest.raises(ValidationError) as refused:
        validate_password(password, cast.ana)
    assert "password_of_house_words" in [error.code for error in refused.value.error_list]
    validate_password(f"{password} and seven herons", cast.ana)


@pytest.mark.parametrize("name", ["account_login", "account_change_password"])
def test_password_is_masked_and_may_be_pasted(cast: Cast, name: str) -> None:
    browser = Client()
    if name != "account_login":
        browser.force_login(cast.ana)
    fields = re.findall(
        r'<input[^>]*name="\w*password\w*"[^>]*>', browser.get(reverse(name)).content.decode()
    )
    assert fields
    for field in fields:
        assert 'type="password"' in field
        assert 'autocomplete="current-password"' in field or 'autocomplete="new-password"' in field
        assert "onpaste" not in field and "maxlength" not in field


def with_second_step(person: User) -> str:
    secret: str = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def test_forgotten_password_leads_past_no_second_step(cast: Cast) -> None:
    """Whoever reads the mailbox chooses a password by the link, and stands before the code."""
    with_second_step(cast.ana)
    browser = Client()
    form = browser.get(passwords.link_for(cast.ana).partition("localhost:8000")[2], follow=True)
    new = "tramontana quell"
    browser.post(form.request["PATH_INFO"], {"password1": new, "password2": new}, follow=True)
    cast.ana.refresh_from_db()
    assert cast.ana.check_password(new)
    assert browser.get(reverse("innovation:profile")).status_code == 302
    answer = browser.post(
        reverse("account_login"), {"login": cast.ana.email, "password": new}, follow=True
    )
    assert answer.resolver_match.view_name == "mfa_authenticate"
    assert "_auth_user_id" not in browser.session


def test_code_of_a_minute_ago_is_refused(cast: Cast) -> None:
    secret = with_second_step(cast.ana)
    step = Authenticator.objects.get(user=cast.ana, type=Authenticator.Type.TOTP).wrap()
    now = next(iter(yield_hotp_counters_from_time()))
    assert not step.validate_code(format_hotp_value(hotp_value(secret, now - 2)))
    assert step.validate_code(format_hotp_value(hotp_value(secret, now)))
    assert not step.validate_code(format_hotp_value(hotp_value(secret, now))), "used already"


def test_session_has_another_key_after_signing_in_and_after_the_password_was_given_again(
    cast: Cast,
) -> None:
    browser = Client()
    browser.get(reverse("account_login"))
    browser.session["anything"] = True
    keys = [browser.session.session_key]
    browser.post(reverse("account_login"), {"login": cast.ana.email, "password": PASSWORD})
    keys.append(browser.session.session_key)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    keys.append(browser.session.session_key)
    assert len(set(keys)) == 3
    assert browser.get(reverse("innovation:profile")).status_code == 200
    former = Client()
    former.cookies["sessionid"] = str(keys[1])
    assert former.get(reverse("innovation:profile")).status_code == 302
