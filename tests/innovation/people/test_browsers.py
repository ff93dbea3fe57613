"""Browsers in words, by what they send."""

import pytest
from django.test import Client
from django.urls import reverse

from innovation.people.browsers import in_words
from tests.factories.cast import PASSWORD, Cast

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"{WINDOWS} {BLINK} Safari/537.36 Edg/142.0.0.0", "Edge on Windows"),
        (f"{WINDOWS} {BLINK} Safari/537.36", "Chrome on Windows"),
        (f"{WINDOWS[:-1]}; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox on Windows"),
        (f"{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{IPHONE} CriOS/142.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {BLINK} Mobile Safari/537.36", "Chrome on Android"),
        ("ward-kiosk", "ward-kiosk"),
        ("", "A browser that says nothing of itself"),
    ],
)
def test_browser_is_called_by_what_it_is(agent: str, words: str) -> None:
    assert in_words(agent) == words


def test_profile_lists_browsers_in_words_and_takes_utc(cast: Cast) -> None:
    ana = Client(headers={"User-Agent": f"{WINDOWS} {BLINK} Safari/537.36"})
    ana.post(reverse("account_login"), {"login": cast.ana.email, "password": PASSWORD})
    page = ana.get(reverse("innovation:profile")).content.decode()
    assert "Chrome on Windows" in page and "AppleWebKit" not in page
    ana.post(reverse("innovation:profile"), {"name": "Ana Ruiz", "time_zone": "UTC"})
    cast.ana.refresh_from_db()
    assert cast.ana.time_zone == "UTC"
