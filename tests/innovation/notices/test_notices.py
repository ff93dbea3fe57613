"""What waits, the inbox, and mail that says little and comes once."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.notices import actions as notices
from innovation.notices import tasks
from innovation.notices.kinds import kinds
from innovation.notices.models import NewsDelivery, Notice
from innovation.people.models import User
from innovation.web import panels
from innovation.workflow import actions as workflow
from tests.factories.cast import NOW, Cast, make_cast
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def deferred(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(workflow, "defer", lambda task, **kwargs: found.append((task, kwargs)))
    return found


def tell(*people: User, **more: Any) -> list[Notice]:
    given = {"title": "Your need was accepted", "text": "Maya wrote: at last.", "url": "/profile/"}
    told = {"kind": "needs", "at": NOW, **given, **more}
    return notices.notify(people, about=people[0], **told)


def choose(person: User, delivery: NewsDelivery, *, at: datetime = NOW, hour: int = 7) -> None:
    """The same for every kind of news."""
    notices.choose(by=person, at=at, deliveries=dict.fromkeys(kinds(), delivery), hour=hour)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# Telling


def test_tell_leaves_one_notice_each_and_none_for_whoever_did_it(
    cast: Cast, deferred: list[Any]
) -> None:
    told = tell(cast.ana, cast.ben, cast.ana, cast.maya, but=cast.maya)
    assert {notice.person for notice in told} == {cast.ana, cast.ben}
    assert deferred == [
        ("innovation.notices.tasks.send_email", {"notice_id": notice.pk}) for notice in told
    ]


def test_tell_mails_nobody_who_does_not_want_it(cast: Cast, deferred: list[Any]) -> None:
    choose(cast.ana, NewsDelivery.INBOX)
    tell(cast.ana)
    assert deferred == []


# Mail


def test_email_says_that_there_is_news_and_not_what(cast: Cast, deferred: list[Any]) -> None:
    [notice] = tell(cast.ana)
    assert notices.email(notice.pk, at=NOW)
    [sent] = mail.outbox
    assert sent.to == ["ana@lakeshore.example"]
    assert "There is news about something you follow. Sign in to read it" in sent.body
    assert f"/inbox/{notice.pk}/" in sent.body
    assert "accepted" not in f"{sent.body}{sent.subject}"
    assert "Maya" not in f"{sent.body}{sent.subject}"


def test_email_twice_sends_one(cast: Cast, deferred: list[Any]) -> None:
    [notice] = tell(cast.ana)
    assert [notices.email(notice.pk, at=NOW) for _time in range(3)] == [True, False, False]
    assert len(mail.outbox) == 1


def test_email_by_eight_workers_at_once_sends_one(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    monkeypatch.setattr(workflow, "defer", lambda task, **kwargs: None)
    [notice] = tell(cast.ana)
    start = threading.Barrier(8)

    def work() -> None:
        try:
            start.wait(timeout=PATIENCE)
            notices.email(notice.pk, at=NOW)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=PATIENCE)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("circumstance", ["read", "closed", "unwilling", "gone"])
def test_email_that_nobody_needs_is_not_sent(
    cast: Cast, deferred: list[Any], circumstance: str
) -> None:
    [notice] = tell(cast.ana)
    if circumstance == "read":
        notices.mark_read(Notice.objects.all(), by=cast.ana, at=NOW)
    elif circumstance == "closed":
        User.objects.filter(pk=cast.ana.pk).update(is_active=False)
    elif circumstance == "unwilling":
        choose(cast.ana, NewsDelivery.INBOX)
    else:
        notice.delete()
        notice.pk = 0
    assert not notices.email(notice.pk, at=NOW)
    assert mail.outbox == []


def test_email_that_fails_stays_to_be_sent(
    cast: Cast, deferred: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    [notice] = tell(cast.ana)

    def away(*args: Any, **kwargs: Any) -> None:
        raise SMTPServerDisconnected

    monkeypatch.setattr(EmailMessage, "send", away)
    with pytest.raises(SMTPServerDisconnected):
        notices.email(notice.pk, at=NOW)
    notice.refresh_from_db()
    assert notice.emailed_at is None


@pytest.mark.parametrize(
    "error", [SMTPServerDisconnected("gone"), ConnectionRefusedError(), TimeoutError()]
)
def test_send_email_to_a_server_that_is_away_becomes_due_again_after_growing_pauses(
    cast: Cast, deferred: list[Any], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    [notice] = tell(cast.ana)
    now = [NOW]

    def away(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(EmailMessage, "send", away)
    monkeypatch.setattr(timezone, "now", lambda: now[0])
    pauses = []
    while True:
        tasks.send_email(notice_id=notice.pk)
        notice.refresh_from_db()
        if notice.mail_due_at is None:
            break
        pauses.append((notice.mail_due_at - now[0]).total_seconds())
        deferred.clear()
        assert notices.email_due(at=notice.mail_due_at - timedelta(seconds=1)) == 0
        now[0] = notice.mail_due_at
        assert notices.email_due(at=now[0]) == 1
        assert deferred == [("innovation.notices.tasks.send_email", {"notice_id": notice.pk})]
    assert pauses == [30, 120, 480, 1920, 7680, 30720]
    assert notices.email_due(at=now[0] + timedelta(days=30)) == 0
    assert Notice.objects.unread().count() == 1


def test_send_email_whose_worker_was_killed_is_found_again(cast: Cast, deferred: list[Any]) -> None:
    """Past its hard time limit a task is not delivered again (celery 5.7): the row is."""
    [notice] = tell(cast.ana)
    deferred.clear()
    assert notices.email_due(at=NOW + timedelta(minutes=9)) == 0
    assert notices.email_due(at=NOW + timedelta(minutes=10)) == 1
    assert deferred == [("innovation.notices.tasks.send_email", {"notice_id": notice.pk})]


@pytest.mark.parametrize(
    "error",
    [
        SMTPRecipientsRefused({"ana@lakeshore.example": (550, b"no such person")}),
        SMTPDataError(554, b"we take none of this"),
    ],
)
def test_send_email_that_is_refused_for_good_is_given_up(
    cast: Cast, deferred: list[Any], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    [notice] = tell(cast.ana)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(EmailMessage, "send", fail)
    tasks.send_email(notice_id=notice.pk)
    deferred.clear()
    assert notices.email_due(at=NOW + timedelta(hours=1)) == 0
    assert Notice.objects.unread().count() == 1


def test_email_due_hands_over_what_is_due_once(cast: Cast, deferred: list[Any]) -> None:
    tell(cast.ana)
    [late] = tell(cast.ben)
    [read] = tell(cast.jonas)
    [sent] = tell(cast.priya)
    Notice.objects.exclude(pk=sent.pk).filter(pk__in=[late.pk, read.pk]).update(mail_due_at=NOW)
    Notice.objects.filter(pk=read.pk).update(read_at=NOW)
    assert notices.email(sent.pk, at=NOW)
    deferred.clear()
    assert notices.email_due(at=NOW + timedelta(minutes=5)) == 1
    assert deferred == [("innovation.notices.tasks.send_email", {"notice_id": late.pk})]
    assert notices.email_due(at=NOW + timedelta(minutes=6)) == 0


# The inbox


def test_notice_open_marks_it_read_and_goes_where_it_points(
    cast: Cast, deferred: list[Any]
) -> None:
    [notice] = tell(cast.ana)
    response = signed_in(cast.ana).get(reverse("innovation:notice-open", args=[notice.pk]))
    assert (response.status_code, response["Location"]) == (302, "/profile/")
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_notice_open_never_leads_elsewhere(cast: Cast, deferred: list[Any]) -> None:
    [notice] = tell(cast.ana, url="https://elsewhere.example/")
    response = signed_in(cast.ana).get(reverse("innovation:notice-open", args=[notice.pk]))
    assert response["Location"] == reverse("innovation:inbox")


def test_notice_of_somebody_else_is_not_found(cast: Cast, deferred: list[Any]) -> None:
    [notice] = tell(cast.ana)
    ben = signed_in(cast.ben)
    assert ben.get(reverse("innovation:notice-open", args=[notice.pk])).status_code == 404
    assert ben.post(reverse("innovation:api-notice-read", args=[notice.pk])).status_code == 404
    ben.post(reverse("innovation:inbox-read"), {"notice": notice.pk})
    ben.post(reverse("innovation:inbox-read"))
    notice.refresh_from_db()
    assert notice.read_at is None


def test_inbox_marks_one_or_all_as_read(cast: Cast, deferred: list[Any]) -> None:
    first, _second, _third = (tell(cast.ana)[0] for _time in range(3))
    ana = signed_in(cast.ana)
    ana.post(reverse("innovation:inbox-read"), {"notice": [first.pk, "x", ""]})
    assert Notice.objects.unread().count() == 2
    page = ana.get(reverse("innovation:inbox"), {"show": "unread"})
    assert len(page.context["page"]) == 2
    ana.post(reverse("innovation:inbox-read"))
    assert Notice.objects.unread().count() == 0
    assert "You have read everything" in ana.get(reverse("innovation:inbox")).content.decode()


def test_inbox_escapes_what_it_was_told(cast: Cast, deferred: list[Any]) -> None:
    tell(cast.ana, title="<script>alert(1)</script>", text="<b>bold</b>")
    for page in ("innovation:inbox", "innovation:waiting"):
        html = signed_in(cast.ana).get(reverse(page)).content.decode()
        assert "<script>alert" not in html and "<b>bold" not in html


# What waits


@pytest.fixture
def items(monkeypatch: pytest.MonkeyPatch) -> list[panels.WaitingItem]:
    """What the rooms say waits, for everybody."""
    found: list[panels.WaitingItem] = []
    monkeypatch.setattr(panels, "panels", lambda place: [lambda user: found] * (place == "waiting"))
    return found


def item(title: str, days: int) -> panels.WaitingItem:
    return panels.WaitingItem(
        title=title,
        sentence=f"{title} needs your word.",
        url="/profile/",
        since=NOW - timedelta(days=days),
        kind="Resources",
        action_label=f"Decide on {title}",
    )


def test_waiting_shows_the_longest_first_with_one_action_each(
    cast: Cast, items: list[panels.WaitingItem]
) -> None:
    items += [item("Scribe", 2), item("Sepsis", 9)]
    html = signed_in(cast.amara).get(reverse("innovation:waiting")).content.decode()
    assert "<strong>2 things</strong> wait for you; the longest is “Sepsis”" in html
    assert html.index("Decide on Sepsis") < html.index("Decide on Scribe")
    main = html[html.index("<main") :]
    assert main.count("button-primary") == 2


def test_waiting_for_nothing_says_where_to_start(
    cast: Cast, items: list[panels.WaitingItem]
) -> None:
    html = signed_in(cast.ana).get(reverse("innovation:waiting")).content.decode()
    assert "Nothing waits for you" in html
    assert "Record a need" in html
    html = signed_in(cast.otto).get(reverse("innovation:waiting")).content.decode()
    assert "Record a need" not in html


def test_waiting_without_a_role_says_whom_to_ask(cast: Cast) -> None:
    response = signed_in(cast.victor).get(reverse("innovation:waiting"))
    assert response.status_code == 403
    html = response.content.decode()
    assert "You have no role here yet" in html
    assert "Ada Kowalski (ada@lakeshore.example)" in html


def test_api_waiting_and_notices(
    cast: Cast, items: list[panels.WaitingItem], deferred: list[Any]
) -> None:
    items.append(item("Scribe", 2))
    [notice] = tell(cast.ana)
    ana = signed_in(cast.ana)
    [row] = ana.get(reverse("innovation:api-waiting")).json()
    assert (row["title"], row["action_label"]) == ("Scribe", "Decide on Scribe")
    url = reverse("innovation:api-notice-list")
    assert [n["id"] for n in ana.get(url, {"unread": "true"}).json()["results"]] == [notice.pk]
    answer = ana.post(reverse("innovation:api-notice-read", args=[notice.pk]))
    assert answer.json()["read_at"]
    assert ana.get(url, {"unread": "true"}).json()["results"] == []
