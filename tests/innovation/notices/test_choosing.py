"""What is sent to whom: each kind of news at once, once a day or not at all; and the link that
switches it off."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from innovation.audit.models import Event
from innovation.audit.presenters import account_lines
from innovation.notices import actions as notices
from innovation.notices import mail_off, queries
from innovation.notices.kinds import kinds
from innovation.notices.models import NewsDelivery, Notice
from innovation.people import actions as people
from innovation.people.models import User
from innovation.retention import held, names
from innovation.rules.refusal import Malformed
from innovation.workflow import actions as workflow
from tests.factories.cast import NOW, Cast
from tests.present import present

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def deferred(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(workflow, "defer", lambda task, **kwargs: found.append(kwargs))
    return found


def tell(person: User, kind: str = "needs") -> Notice:
    [notice] = notices.notify(
        [person], kind=kind, title="Accepted", about=person, url="/profile/", at=NOW
    )
    return notice


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def assert_nothing_chosen(person: User) -> None:
    person.refresh_from_db()
    assert set(queries.deliveries(person).values()) == {NewsDelivery.AT_ONCE}


def of(person: User) -> list[str]:
    """What the person's part of the log says, newest first."""
    events = Event.objects.to_account(person.ref)
    return [line.sentence for line in account_lines(events, person=person)]


# Choosing


def test_each_kind_is_told_as_it_was_chosen(cast: Cast, deferred: list[Any]) -> None:
    notices.choose(
        by=cast.ana,
        at=NOW,
        deliveries={"alarms": NewsDelivery.DAILY, "pilots": NewsDelivery.INBOX},
        hour=7,
    )
    told = {kind: tell(cast.ana, kind) for kind in kinds()}
    assert [notice.pk for kind, notice in told.items() if notice.mail_due_at] == [
        told[kind].pk for kind in told if kind not in ("alarms", "pilots", "ideas")
    ]
    assert [row["notice_id"] for row in deferred] == [
        told[kind].pk for kind in told if kind not in ("alarms", "pilots", "ideas")
    ]
    assert [kind for kind, notice in told.items() if notice.in_daily_mail] == ["alarms"]
    assert Notice.objects.visible_to(cast.ana).count() == len(kinds())


def test_kind_that_no_plate_names_is_told_to_nobody(cast: Cast) -> None:
    with pytest.raises(ValueError, match="gossip"):
        tell(cast.ana, "gossip")


def test_profile_and_page_show_what_was_chosen_and_the_log_says_so(cast: Cast) -> None:
    ana = signed_in(cast.ana)
    page = ana.get(reverse("innovation:news")).content.decode()
    assert page.count('value="at_once"') == page.count("checked") == len(kinds())
    assert "these are mailed to you at once whatever you choose" in page
    given = {**dict.fromkeys(kinds(), "daily"), "alarms": "at_once", "hour": "6"}
    answer = ana.post(reverse("innovation:news"), given)
    assert (answer.status_code, answer["Location"]) == (302, reverse("innovation:news"))
    profile = ana.get(reverse("innovation:profile")).content.decode()
    assert "In one mail a day, at 06:00" in profile
    assert re.search(
        r"By mail, at once</strong></dt>\s*<dd[^>]*>Alarms and silent numbers", profile
    )
    [line] = of(cast.ana)
    assert line.startswith("You chose what is mailed to") or "chose what is mailed" in line
    assert "Needs and ideas: In one mail a day" in line and "at 06:00" in line
    ana.post(reverse("innovation:news"), given)
    assert len(of(cast.ana)) == 1, "nothing changed the second time"


def test_page_takes_no_other_way_and_keeps_what_was_chosen(cast: Cast) -> None:
    ana = signed_in(cast.ana)
    answer = ana.post(reverse("innovation:news"), {"needs": "pigeon", "hour": "25"})
    assert answer.status_code == 400
    assert_nothing_chosen(cast.ana)
    for wrong, hour in (({"needs": "pigeon"}, 7), ({"gossip": "daily"}, 7), ({}, 24)):
        with pytest.raises(Malformed):
            notices.choose(by=cast.ana, at=NOW, deliveries=wrong, hour=hour)


def test_what_was_on_its_way_is_not_mailed_to_whoever_wants_it_no_more(cast: Cast) -> None:
    notices.choose(by=cast.ana, at=NOW, deliveries={"alarms": NewsDelivery.DAILY}, hour=7)
    pending, waiting, other = tell(cast.ana), tell(cast.ana, "alarms"), tell(cast.ana, "pilots")
    inbox = {"needs": NewsDelivery.INBOX, "alarms": NewsDelivery.INBOX}
    notices.choose(by=cast.ana, at=NOW, deliveries=inbox, hour=7)
    assert not notices.email(pending.pk, at=NOW)
    waiting.refresh_from_db()
    assert not waiting.in_daily_mail
    assert notices.email(other.pk, at=NOW)


def test_api_says_what_is_sent_to_you(cast: Cast) -> None:
    notices.choose(by=cast.ana, at=NOW, deliveries={"alarms": NewsDelivery.DAILY}, hour=18)
    found = signed_in(cast.ana).get(reverse("innovation:api-news")).json()
    assert found["hour"] == 18
    assert {"kind": "alarms", "name": "Alarms and silent numbers", "delivery": "daily"} in found[
        "kinds"
    ]
    assert signed_in(cast.ben).get(reverse("innovation:api-news")).json()["hour"] == 7


# The link in a mail


def address_in(sent: Any) -> str:
    """Where a mail program posts by one click (RFC 8058)."""
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = present(
        re.fullmatch(r"<http://localhost:8000(/\S+)>", sent.extra_headers["List-Unsubscribe"])
    )
    return found[1]


def mailed_to(person: User, kind: str = "needs") -> Any:
    notices.email(tell(person, kind).pk, at=NOW)
    return mail.outbox[-1]


def test_mail_ends_with_where_it_is_changed(cast: Cast) -> None:
    sent = mailed_to(cast.ana)
    assert sent.body.rstrip().endswith("http://localhost:8000/profile/news/")


def test_one_click_switches_mail_of_that_kind_off_without_signing_in(cast: Cast) -> None:
    address = address_in(mailed_to(cast.ana))
    strict = Client(enforce_csrf_checks=True)
    for _time in range(2):  # mail programs post again when they are not sure
        answer = strict.post(address, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    cast.ana.refresh_from_db()
    assert queries.deliveries(cast.ana) == {
        kind: NewsDelivery.INBOX if kind == "needs" else NewsDelivery.AT_ONCE for kind in kinds()
    }
    assert of(cast.ana) == [
        "A link in a mail to Ana Ruiz switched mail off. Needs and ideas: Only in the inbox."
    ]
    assert Event.objects.latest("number").actor.startswith("system:")


def test_opening_the_link_changes_nothing_and_offers_a_button(cast: Cast) -> None:
    address = address_in(mailed_to(cast.ana))
    visitor = Client()
    page = visitor.get(address)
    assert visitor.head(address).status_code == page.status_code == 200
    assert "News of this kind is then only in your inbox here: Needs and ideas" in (
        page.content.decode()
    )
    assert_nothing_chosen(cast.ana)
    assert "is only in the inbox from now on" in visitor.post(address).content.decode()


def test_link_of_the_daily_mail_switches_off_all_that_is_in_it(cast: Cast) -> None:
    chosen = {"needs": NewsDelivery.DAILY, "pilots": NewsDelivery.DAILY}
    notices.choose(by=cast.ana, at=NOW, deliveries=chosen, hour=7)
    tell(cast.ana)
    notices.daily_due(at=NOW + timedelta(days=2))
    assert notices.email_daily(cast.ana.pk, at=NOW + timedelta(days=2))
    Client().post(address_in(mail.outbox[-1]))
    cast.ana.refresh_from_db()
    found = queries.deliveries(cast.ana)
    assert {kind for kind, delivery in found.items() if delivery == NewsDelivery.INBOX} == set(
        chosen
    )


@pytest.mark.parametrize("circumstance", ["old", "moved", "closed", "forged"])
def test_link_that_is_nobodys_any_more_switches_nothing_off(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, circumstance: str
) -> None:
    address = address_in(mailed_to(cast.ana))
    if circumstance == "old":
        monkeypatch.setattr(mail_off, "GOOD_FOR", timedelta(seconds=-1))
    elif circumstance == "moved":
        people.change_person(cast.ana, by=cast.ada, at=NOW, email="ana.ruiz@lakeshore.example")
    elif circumstance == "closed":
        people.deactivate(cast.ana, by=cast.ada, at=NOW)
    else:
        address = address.replace("/off/", "/off/x")
    for answer in (Client().get(address), Client().post(address)):
        assert answer.status_code == 404
        assert "This link no longer works" in answer.content.decode()
    assert_nothing_chosen(cast.ana)


def test_link_asks_no_password_of_a_session_that_was_left_alone(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = signed_in(cast.ana)
    ana.get(reverse("innovation:news"))
    address, now = address_in(mailed_to(cast.ana)), time.time()
    monkeypatch.setattr(time, "time", lambda: now + settings.IDLE_SECONDS + 1)
    assert ana.get(reverse("innovation:news")).status_code == 302
    assert ana.post(address).status_code == 200
    cast.ana.refresh_from_db()
    assert queries.delivery_to(cast.ana, "needs") == NewsDelivery.INBOX


def test_link_opens_nothing_else(cast: Cast) -> None:
    visitor = Client()
    visitor.post(address_in(mailed_to(cast.ana)))
    assert visitor.get(reverse("innovation:news")).status_code == 302
    assert not visitor.session.items()


# What is kept


def test_choices_are_in_what_somebody_takes_away_and_go_with_the_name(cast: Cast) -> None:
    notices.choose(by=cast.ana, at=NOW, deliveries={"needs": NewsDelivery.DAILY}, hour=6)
    tables = {table.label: table.rows for table in held.about(cast.ana)}
    assert tables["innovation.User"][0]["daily_news"] == ["needs"]
    assert tables["innovation.DailyMail"][0]["hour"] == 6
    people.deactivate(cast.ana, by=cast.ada, at=NOW)
    names.take_away(cast.ana, at=NOW)
    assert_nothing_chosen(cast.ana)
    assert not any(table.label.endswith("DailyMail") for table in held.about(cast.ana))


def test_migration_keeps_everybodys_wish(cast: Cast) -> None:
    migration = import_module("innovation.migrations.0029_what_is_sent")
    pending, none = tell(cast.ana), tell(cast.ben)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE innovation_user ADD wants_email boolean NOT NULL DEFAULT true")
        cursor.execute(
            "UPDATE innovation_user SET wants_email = false WHERE id = %s", [cast.ben.pk]
        )
        cursor.execute(migration.WHO_WANTED_NO_MAIL)
    assert_nothing_chosen(cast.ana)
    cast.ben.refresh_from_db()
    chosen = queries.deliveries(cast.ben)
    since = {
        "assurance",
        "help",
        "integrity",
        "patients",
        "protected_time",
        "safety",
        "scaling",
        "thanks",
    }  # kinds that there were not then, which nobody declined
    assert {kind for kind, how in chosen.items() if how != NewsDelivery.INBOX} == since
    assert notices.email(pending.pk, at=timezone.now())
    assert not notices.email(none.pk, at=timezone.now())


def test_migration_knows_of_what_kind_former_news_was(cast: Cast) -> None:
    migration = import_module("innovation.migrations.0029_what_is_sent")
    for subject, url, kind in (
        ("need:3", "/needs/3/", "needs"),
        ("idea:3", "/ideas/3/", "needs"),
        ("pilot:3", "/needs/3/", "needs"),
        ("pilot:3", "/gates/3/", "decisions"),
        ("pilot:3", "/pilots/3/", "pilots"),
        ("alarm:3", "/pilots/3/", "alarms"),
        ("metric:3", "/metrics/3/", "alarms"),
        ("person:3", "/profile/", "access"),
    ):
        notice = tell(cast.ana, "access")
        Notice.objects.filter(pk=notice.pk).update(subject=subject, url=url)
        with connection.cursor() as cursor:
            cursor.execute(migration.KINDS_OF_NOTICES)
        notice.refresh_from_db()
        assert notice.kind == kind, f"{subject} at {url}"
