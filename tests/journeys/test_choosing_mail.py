"""Ana chooses what is mailed to her, and leaves one kind of mail by its link, without signing in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail

from innovation.notices import actions as notices
from innovation.notices import queries
from innovation.notices.models import NewsDelivery
from innovation.people.models import User
from tests.factories.cast import NOW, make_cast
from tests.journeys.visitor import Scheme, Visitor
from tests.present import present
from tests.probes import one_of

Live = Callable[..., Visitor]


@pytest.fixture
def ana(transactional_db: None) -> User:
    return make_cast().ana


@pytest.mark.parametrize(("device", "scheme"), one_of(("desktop", "light"), ("phone", "dark")))
def test_ana_is_told_as_she_likes(
    ana: User, live: Live, live_server: Any, device: str, scheme: Scheme
) -> None:
    # When she opens her profile, all is mailed at once
    window = live(ana, device=device, scheme=scheme)
    window.open("/profile/")
    window.sees("What is sent to you", "By mail, at once")
    window.look()
    window.page.get_by_role("link", name="Choose what is mailed to you").click()
    window.sees("Always mailed", "a second step that was set up")
    window.look()
    # And takes needs once a day at six, and access in the inbox alone
    for kind, way in (
        ("Needs and ideas", "In one mail a day"),
        ("Roles, access and handing over", "Only in the inbox"),
    ):
        window.page.get_by_role("group", name=kind).get_by_label(way).check()
    window.choose("The one mail a day comes at", "06:00")
    window.press("Save")
    # Then her profile says so
    window.sees("From now on you are told like this")
    window.look()
    window.open("/profile/")
    window.sees("In one mail a day, at 06:00", "Needs and ideas", "Only in the inbox")
    window.look()
    # And a mail about an alarm has a link
    ana.refresh_from_db()
    [notice] = notices.notify(
        [ana], kind="alarms", title="Alarm", about=ana, url="/profile/", at=NOW
    )
    notices.email(notice.pk, at=NOW)
    letter: Any = mail.outbox[-1]
    link = present(re.search(r"localhost:8000(/\S+)>", letter.extra_headers["List-Unsubscribe"]))
    # Which asks a stranger's window before it does anything
    stranger = live(device=device, scheme=scheme)
    stranger.open(link[1])
    stranger.sees("Do you want no more of these mails?", "Alarms and silent numbers")
    stranger.look()
    stranger.press("Mail me no more of these")
    stranger.sees("That is no longer mailed")
    stranger.look()
    ana.refresh_from_db()
    assert queries.delivery_to(ana, "alarms") == NewsDelivery.INBOX
    stranger.open("/mail/off/nonsense/", status=404)
    stranger.sees("This link no longer works")
    stranger.look()
