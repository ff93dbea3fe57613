"""Wrong passwords slow down whoever sends them; everybody else signs in."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from innovation.people import guesses
from innovation.people.models import PasswordGuesses, User
from tests.factories.cast import NOW, PASSWORD, Cast

pytestmark = pytest.mark.django_db
THEIRS, OURS = "203.0.113.9", "198.51.100.4"


def guess(account: str, address: str, at: datetime) -> int:
    """A wrong password; the seconds that it waits."""
    answer = guesses.count(account=account, address=address, at=at)
    return answer.seconds if isinstance(answer, guesses.Wait) else 0


def sign_in(user: User, password: str, address: str) -> str:
    client = Client(REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": address})
    answer = client.post(reverse("account_login"), {"login": user.email, "password": password})
    return "in" if "_auth_user_id" in client.session else answer.content.decode()


def test_wrong_passwords_through_the_proxy_stop_nobody_else(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BEHIND_PROXY = True
    # The first waits are seconds, which a busy machine takes between two attempts.
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    answers = [sign_in(cast.ana, "wrong", THEIRS) for _time in range(12)]
    assert "Too many wrong passwords. Wait" in answers[-1]
    assert "Too many" in sign_in(cast.ana, PASSWORD, THEIRS)
    assert sign_in(cast.ana, PASSWORD, OURS) == "in"
    assert sign_in(cast.ben, PASSWORD, THEIRS) == "in"
    assert sign_in(cast.ben, PASSWORD, OURS) == "in"


def test_wait_grows_to_a_minute_and_ends(cast: Cast) -> None:
    at, waits = NOW, []
    for _time in range(14):
        if wait := guess("ana", THEIRS, at):
            waits.append(wait)
            at += timedelta(seconds=wait)
            assert guess("ana", THEIRS, at) == 0, "after its wait, an attempt is looked at"
    assert waits == sorted(waits)
    assert 30 < waits[-1] <= 60
    assert guess("ana", THEIRS, at + timedelta(hours=1)) == 0


def test_guesses_at_one_account_from_everywhere_keep_its_owner_seconds_at_most(cast: Cast) -> None:
    for number in range(400):
        guess("ana", f"203.0.{number // 250}.{number % 250}", NOW)
    assert 0 < guess("ana", OURS, NOW) <= 5
    assert guess("ana", OURS, NOW + timedelta(seconds=5)) == 0


def test_a_stranger_with_many_addresses_and_patience_keeps_the_owner_seconds_at_most(
    cast: Cast,
) -> None:
    at, longest = NOW, 0
    for number in range(300):
        wait = guess("ana", f"203.0.{number // 250}.{number % 250}", at)
        at += timedelta(seconds=wait)
        longest = max(longest, wait)
    assert longest == 5


def test_an_address_that_tries_one_password_on_everybody_is_slowed_down(cast: Cast) -> None:
    assert sum(guess(f"person{n}", THEIRS, NOW) == 0 for n in range(300)) == 200


def test_three_hundred_people_behind_one_address_sign_in_within_a_minute(cast: Cast) -> None:
    """Every second of them mistypes once."""
    for number in range(300):
        at = NOW + timedelta(seconds=number / 5)
        if number % 2:
            assert guess(f"person{number}", OURS, at) == 0
        attempt = guesses.count(account=f"person{number}", address=OURS, at=at)
        assert isinstance(attempt, guesses.Attempt)
        guesses.was_right(attempt, at=at)


def test_an_address_of_ipv6_counts_with_its_neighbours(cast: Cast) -> None:
    for number in range(6):
        guess("ana", f"2001:db8::{number}", NOW)
    assert guess("ana", "2001:db8::ffff", NOW) > 0
    assert guess("ana", "2001:db8:0:1::1", NOW) == 0


def test_counts_of_long_ago_are_deleted(cast: Cast) -> None:
    guess("ana", THEIRS, NOW)
    guess("ben", OURS, NOW + timedelta(days=2))
    assert PasswordGuesses.objects.count() == 3
