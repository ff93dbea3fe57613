"""What Prometheus is told of processes, mails, nights and backups is what is so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from prometheus_client.core import Metric

from innovation.integrity import gauges as integrity
from innovation.integrity.models import BackupMade, LogComparison
from innovation.notices import gauges as notices
from innovation.notices.models import DailyMail, Notice
from innovation.retention import gauges as retention
from innovation.retention.models import RetentionRun
from innovation.web.scrape import as_text
from innovation.workflow import gauges as workflow
from innovation.workflow.models import ProcessKind, SignOfLife
from tests.factories.cast import Cast
from tests.innovation.web.test_scrape import samples

pytestmark = pytest.mark.django_db


def told(families: Iterable[Metric]) -> dict[str, float]:
    """By the name without its beginning, and the values of its labels."""
    return {
        " ".join([name.removeprefix("pilotlight_"), *(value for _label, value in labels)]): value
        for (name, labels), value in samples(as_text(families)).items()
    }


def test_processes_are_told_by_when_they_were_last_seen() -> None:
    now = timezone.now()
    for host, minutes in (("ward", 1), ("cellar", 2), ("attic", 9)):
        SignOfLife.objects.create(
            kind=ProcessKind.WORKER, host=host, seen_at=now - timedelta(minutes=minutes)
        )
    found = told(workflow.gauges())
    seen = found["process_last_seen_timestamp_seconds worker"]
    assert seen == pytest.approx((now - timedelta(minutes=1)).timestamp(), abs=1)
    assert found["process_hosts worker"] == 2
    assert found["process_last_seen_timestamp_seconds scheduler"] == 0
    assert found["process_hosts scheduler"] == 0


def test_database_is_told_with_what_it_takes() -> None:
    found = told(workflow.gauges())
    assert 1 <= found["database_connections"] <= found["database_connections_most"]
    assert found["database_oldest_transaction_seconds"] >= 0
    assert found["wal_archiving"] == found["wal_archiving_fails"] == 0


def letter(cast: Cast, due: datetime | None, **more: object) -> None:
    Notice.objects.create(
        person=cast.ana, at=timezone.now(), kind="alarms", title="Look", subject="need:1", url="/",
        mail_due_at=due, **more,
    )  # fmt: skip


def test_mails_that_are_due_are_told_and_those_that_are_put_off(cast: Cast) -> None:
    now = timezone.now()
    letter(cast, now - timedelta(minutes=20))
    letter(cast, now + timedelta(minutes=8), mail_attempts=3)
    letter(cast, now - timedelta(hours=9), read_at=now)  # nobody waits for it
    letter(cast, None)
    DailyMail.objects.create(
        person=cast.ana, due_at=now - timedelta(hours=1), try_at=now - timedelta(minutes=10)
    )
    found = told(notices.gauges())
    assert found["mails_due"] == 2
    assert found["mails_due_oldest_seconds"] == pytest.approx(1200, abs=80)
    assert found["mails_retried"] == 1


def test_nights_and_backups_are_told_by_when_they_were_done() -> None:
    assert told(integrity.gauges())["backup_timestamp_seconds"] == 0
    assert told(retention.gauges())["retention_ended_timestamp_seconds"] == 0
    now = timezone.now()
    for day in (0, 1):
        at = now - timedelta(days=day)
        LogComparison.objects.create(
            on=at.date(), started_at=at, ended_at=at, fault_count=3 if day == 0 else 9
        )
        RetentionRun.objects.create(on=at.date(), started_at=at, ended_at=at)
        BackupMade.objects.create(at=at, file=f"{day}.dump")
    LogComparison.objects.create(on=now.date() + timedelta(days=1), started_at=now)
    found = told([*integrity.gauges(), *retention.gauges()])
    assert found["log_differences"] == 3
    for name in ("log_comparison_ended", "backup", "retention_ended"):
        assert found[f"{name}_timestamp_seconds"] == pytest.approx(now.timestamp(), abs=1), name
