"""One mail a day: when it comes, what is in it, and that there are never two."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.utils import timezone

from innovation.notices import actions as notices
from innovation.notices import tasks
from innovation.notices.kinds import kinds
from innovation.notices.models import DailyMail, NewsDelivery, Notice
from innovation.people import actions as people
from innovation.people.models import User
from innovation.rules import dates
from innovation.workflow import actions as workflow
from tests.factories.cast import NOW, Cast, make_cast
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db

STOCKHOLM = ZoneInfo("Europe/Stockholm")
EVENING = datetime(2026, 11, 18, 18, tzinfo=STOCKHOLM)
MORNING = datetime(2026, 11, 19, 7, tzinfo=STOCKHOLM)
DAY = timedelta(days=1)


@pytest.fixture
def deferred(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """For whom a worker was asked to mail."""
    found: list[int] = []

    def note(task: str, **kwargs: Any) -> None:
        if task == "innovation.notices.tasks.send_daily":
            found.append(kwargs["person_id"])

    monkeypatch.setattr(workflow, "defer", note)
    return found


@pytest.fixture
def ana(cast: Cast, deferred: list[int]) -> User:
    """In Stockholm, and mailed once a day at seven."""
    return daily(cast.ana)


def daily(person: User, *, hour: int = 7, zone: str = "Europe/Stockholm") -> User:
    people.change_own_details(person, at=NOW, time_zone=zone)
    notices.choose(
        by=person, at=NOW, deliveries=dict.fromkeys(kinds(), NewsDelivery.DAILY), hour=hour
    )
    return person


def tell(person: User, at: datetime = EVENING, kind: str = "needs") -> Notice:
    [notice] = notices.notify(
        [person], kind=kind, title="Accepted", about=person, url="/profile/", at=at
    )
    return notice


def beat(at: datetime, deferred: list[int]) -> int:
    """The schedule's turn, and the workers' after it; how many mails left."""
    before = len(mail.outbox)
    deferred.clear()
    notices.daily_due(at=at)
    for person_id in list(deferred):
        notices.email_daily(person_id, at=at)
    return len(mail.outbox) - before


def hours(first: datetime, last: datetime) -> Iterator[datetime]:
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    while first <= last:
        yield first
        first += timedelta(minutes=30)


# When it comes


def test_news_of_the_evening_is_mailed_in_the_morning_once(ana: User, deferred: list[int]) -> None:
    tell(ana)
    tell(ana, kind="alarms")
    assert beat(EVENING, deferred) == 0
    assert beat(MORNING - timedelta(minutes=1), deferred) == 0
    assert beat(MORNING, deferred) == 1
    assert beat(MORNING + timedelta(minutes=1), deferred) == 0
    assert beat(MORNING + DAY, deferred) == 0, "nothing new came"


def test_news_is_marked_as_mailed_and_never_mailed_by_itself(
    ana: User, deferred: list[int]
) -> None:
    notice = tell(ana)
    assert (notice.mail_due_at, notice.in_daily_mail) == (None, True)
    beat(MORNING, deferred)
    notice.refresh_from_db()
    assert (notice.emailed_at, notice.in_daily_mail) == (MORNING, False)


def test_news_after_the_mail_of_the_day_waits_for_the_next(ana: User, deferred: list[int]) -> None:
    tell(ana)
    assert beat(MORNING, deferred) == 1
    tell(ana, at=MORNING + timedelta(minutes=5))
    assert [at for at in hours(MORNING, MORNING + DAY) if beat(at, deferred)] == [MORNING + DAY]


def test_news_without_a_beat_overnight_is_mailed_when_it_is_back(
    ana: User, deferred: list[int]
) -> None:
    tell(ana)
    assert beat(MORNING + timedelta(hours=2), deferred) == 1


@pytest.mark.parametrize(
    ("told", "comes"),
    [
        # The clocks are put forward at two: there is no half past two, and seven is seven.
        (datetime(2027, 3, 27, 18, tzinfo=STOCKHOLM), datetime(2027, 3, 28, 5, tzinfo=UTC)),
        # And back at three.
        (datetime(2026, 10, 24, 18, tzinfo=STOCKHOLM), datetime(2026, 10, 25, 6, tzinfo=UTC)),
    ],
)
def test_seven_is_seven_on_the_days_on_which_the_clocks_change(
    ana: User, deferred: list[int], told: datetime, comes: datetime
) -> None:
    tell(ana, at=told)
    assert [at for at in hours(told, told + DAY) if beat(at, deferred)] == [comes]


def test_hour_that_comes_twice_mails_once_and_one_that_is_left_out_comes_after_it(
    cast: Cast, deferred: list[int]
) -> None:
    ana = daily(cast.ana, hour=2)
    october = datetime(2026, 10, 24, 18, tzinfo=STOCKHOLM)
    tell(ana, at=october)
    sent = []
    for at in hours(october, datetime(2026, 10, 25, 8, tzinfo=STOCKHOLM)):
        sent += [at] * beat(at, deferred)
        tell(ana, at=at)
    assert sent == [datetime(2026, 10, 25, 0, tzinfo=UTC)]
    assert dates.next_at_hour(
        2,
        zone=STOCKHOLM,
        after=datetime(2027, 3, 27, 18, tzinfo=STOCKHOLM),
        not_on_day_of=None,
    ) == datetime(2027, 3, 28, 1, tzinfo=UTC), "three o'clock, when two was left out"


def test_whoever_moves_or_takes_another_hour_is_mailed_by_the_new_clock(
    ana: User, deferred: list[int]
) -> None:
    tell(ana)
    assert beat(EVENING, deferred) == 0
    people.change_own_details(ana, at=EVENING, time_zone="America/New_York")
    there = datetime(2026, 11, 18, 13, tzinfo=ZoneInfo("America/New_York"))
    assert [at for at in hours(EVENING, EVENING + DAY) if beat(at, deferred)] == [
        there + timedelta(hours=18)
    ]
    tell(ana, at=there + DAY)
    beat(there + DAY, deferred)
    notices.choose(by=ana, at=there + DAY, deliveries={}, hour=21)
    assert beat(there + DAY + timedelta(hours=8), deferred) == 0, "today had its mail"
    assert beat(there + DAY + DAY + timedelta(hours=8), deferred) == 1


# What is in it


def test_mail_counts_by_kind_and_says_nothing_else(ana: User, deferred: list[int]) -> None:
    for kind in ("needs", "alarms", "needs"):
        tell(ana, kind=kind)
    beat(MORNING, deferred)
    [sent] = mail.outbox
    assert sent.to == ["ana@lakeshore.example"]
    assert "3 pieces of news wait in your inbox" in sent.body
    assert "Alarms and silent numbers: 1\nNeeds and ideas: 2" in sent.body
    assert "/inbox/?show=unread" in sent.body
    assert "/profile/news/" in sent.body
    assert "Accepted" not in f"{sent.body}{sent.subject}"


def test_what_was_read_meanwhile_is_not_counted_and_needs_no_mail(
    ana: User, deferred: list[int]
) -> None:
    tell(ana)
    beat(EVENING, deferred)
    notices.mark_read(Notice.objects.all(), by=ana, at=EVENING)
    assert beat(MORNING, deferred) == 0
    tell(ana, at=MORNING + timedelta(hours=1))
    assert beat(MORNING + DAY, deferred) == 1
    assert "1 piece of news waits" in mail.outbox[0].body


def test_closed_account_is_mailed_nothing_until_it_is_open_again(
    ana: User, deferred: list[int]
) -> None:
    tell(ana)
    beat(EVENING, deferred)
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert beat(MORNING, deferred) == 0
    assert not notices.email_daily(ana.pk, at=MORNING)
    User.objects.filter(pk=ana.pk).update(is_active=True)
    assert beat(MORNING + DAY, deferred) == 1


# Never two, never none


def test_two_schedulers_and_tasks_delivered_twice_mail_once(ana: User, deferred: list[int]) -> None:
    tell(ana)
    notices.daily_due(at=MORNING)
    notices.daily_due(at=MORNING)
    assert deferred == [ana.pk]
    sent = [notices.email_daily(ana.pk, at=MORNING) for _time in range(3)]
    assert sent == [True, False, False]
    tell(ana, at=MORNING + timedelta(minutes=1))
    notices.daily_due(at=MORNING + timedelta(minutes=2))
    assert not notices.email_daily(ana.pk, at=MORNING + timedelta(minutes=3)), "late, and not due"
    assert len(mail.outbox) == 1


def test_eight_workers_at_once_mail_once(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    monkeypatch.setattr(workflow, "defer", lambda task, **kwargs: None)
    ana = daily(cast.ana)
    tell(ana)
    start = threading.Barrier(8)

    def work() -> None:
        try:
            start.wait(timeout=PATIENCE)
            notices.daily_due(at=MORNING)
            notices.email_daily(ana.pk, at=MORNING)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=PATIENCE)
    assert len(mail.outbox) == 1


def test_task_that_was_lost_is_handed_over_again(ana: User, deferred: list[int]) -> None:
    tell(ana)
    notices.daily_due(at=MORNING)
    deferred.clear()
    assert notices.daily_due(at=MORNING + timedelta(minutes=9)) == 0
    assert notices.daily_due(at=MORNING + timedelta(minutes=10)) == 1
    assert deferred == [ana.pk]


def test_mail_server_that_is_away_for_days_loses_nothing_and_two_mails_do_not_follow(
    ana: User, deferred: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    now, is_away = [EVENING], [True]
    send = EmailMessage.send

    def away(self: EmailMessage, *args: Any, **kwargs: Any) -> int:
        if is_away[0]:
            raise SMTPServerDisconnected
        return send(self, *args, **kwargs)

    monkeypatch.setattr(EmailMessage, "send", away)
    monkeypatch.setattr(timezone, "now", lambda: now[0])
    tell(ana)
    asked = []
    for at in hours(EVENING, MORNING + 3 * DAY):
        now[0] = at
        deferred.clear()
        if notices.daily_due(at=at):
            asked.append(at)
            tasks.send_daily(person_id=ana.pk)
    assert asked[0] == MORNING and 5 < len(asked) < 12, "asked less and less"
    tell(ana, at=now[0])
    is_away[0] = False
    now[0] += DAY
    deferred.clear()
    assert notices.daily_due(at=now[0]) == 1
    tasks.send_daily(person_id=ana.pk)
    [sent] = mail.outbox
    assert "2 pieces of news wait" in sent.body
    tell(ana, at=now[0])
    assert [at for at in hours(now[0], MORNING + 4 * DAY) if beat(at, deferred)] == []


def test_mail_that_is_refused_for_good_is_tried_again_the_next_day(
    ana: User, deferred: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*args: Any, **kwargs: Any) -> None:
        raise SMTPRecipientsRefused({ana.email: (550, b"no such person")})

    tell(ana)
    notices.daily_due(at=MORNING)
    monkeypatch.setattr(timezone, "now", lambda: MORNING)
    with monkeypatch.context() as patched:
        patched.setattr(EmailMessage, "send", refused)
        tasks.send_daily(person_id=ana.pk)
    assert beat(MORNING + timedelta(hours=12), deferred) == 0
    assert beat(MORNING + DAY, deferred) == 1
    assert DailyMail.objects.get().last_at == MORNING + DAY
