"""What the tables' owner edits past every trigger is found, because the log tells of it otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.agreement import ComparedSoFar
from innovation.audit.models import Event
from innovation.integrity import actions as integrity
from innovation.integrity.models import LogComparison
from innovation.integrity.queries import comparisons, differences
from innovation.notices.models import Notice
from pilots.funding import actions as funding
from pilots.funding.models import Award
from pilots.gates import actions as gates
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions as metrics
from pilots.metrics.models import Observation
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

CSV = "week,value\n2026-11-02,{}\n2026-11-09,12\n"


@pytest.fixture
def pilot(cast: Cast) -> Pilot:
    """A pilot that was given money, spent some, was decided on, and whose numbers came by pulls."""
    pilot = make.open_pilot(cast)
    review = make.evaluate(cast, pilot, make.make_fund(cast))
    award = Award.objects.get(pilot=pilot)
    line = award.request.lines.get(category="training")
    funding.spend(
        award, line=line, amount=Decimal(900), on=NOW.date(), key="bill 7", by=cast.jonas, at=NOW
    )
    gates.decide_outcome(review, decision="scale", reason="It held.", by=cast.amara, at=NOW)
    source = metrics.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="A file", kind="csv_upload", config={}
    )
    metrics.upload_file(
        source, name="a.csv", content=CSV.format(15).encode(), by=cast.jonas, at=NOW
    )
    metric = make.make_metric(
        cast,
        pilot,
        role="secondary",
        source=source,
        binding={"date": "week", "value": "value"},
    )
    pull_again(cast, metric, days=1)
    metrics.upload_file(
        source, name="b.csv", content=CSV.format(16).encode(), by=cast.jonas, at=NOW
    )
    pull_again(cast, metric, days=2)
    return pilot


def pull_again(cast: Cast, metric: Any, *, days: int) -> None:
    at = NOW + timedelta(days=days)
    waiting = metric.pulls.filter(status="waiting").first()
    pull = waiting or metrics.request_pull(metric, by=cast.jonas, at=at)
    done = metrics.run_pull(pull.pk, at=at)
    assert done is not None
    assert done.status == "done", done.problem


def found() -> list[str]:
    return [
        comparison.in_words(difference.kind, difference.values)
        for comparison in comparisons()
        for difference in differences(comparison, ComparedSoFar())
    ]


@contextmanager
def as_owner(tables: str) -> Iterator[Any]:
    """A hand in the database that its triggers do not stop."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables.split():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield cursor
        for table in tables.split():
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


def test_all_that_happened_is_as_the_log_tells(pilot: Pilot) -> None:
    assert found() == []
    sums = {one.key: ComparedSoFar() for one in comparisons()}
    for one in comparisons():
        assert list(one.find(sums[one.key])) == []
    looked_at = {key: so_far.compared for key, so_far in sums.items()}
    assert looked_at["ledger"] == 4  # put in, awarded, spent, returned
    assert looked_at["decisions"] == 3  # resources, going live, outcome
    assert looked_at["numbers"] == 3  # two, of which one was revised
    assert all(looked_at.values())


EDITS = {
    "amount": (
        "pilots_ledgerentry",
        "UPDATE pilots_ledgerentry SET amount = amount - 1 WHERE kind = 'spend'",
        "of the ledger is of 899.00; event",
    ),
    "day of an entry": (
        "pilots_ledgerentry",
        """UPDATE pilots_ledgerentry SET "on" = "on" - 1 WHERE kind = 'spend'""",
        "another fund, kind, day, person, pilot or line",
    ),
    "entry moved to another line": (
        "pilots_ledgerentry",
        """UPDATE pilots_ledgerentry l SET line_id = (SELECT b.id FROM pilots_budgetline b
            WHERE b.id <> l.line_id LIMIT 1) WHERE kind = 'spend'""",
        "pilot or line than event",
    ),
    "entry moved to another pilot": (
        "pilots_award",
        "UPDATE pilots_award SET pilot_id = pilot_id + 1000",
        "pilot or line than event",
    ),
    "entry gone": (
        "pilots_ledgerentry",
        "DELETE FROM pilots_ledgerentry WHERE kind = 'spend'",
        "the ledger has no such entry",
    ),
    "entry made up": (
        "pilots_ledgerentry",
        """INSERT INTO pilots_ledgerentry (key, kind, fund_id, amount, "on", at, by_id, note)
        SELECT 'more', 'deposit', fund_id, 5000, "on", at - interval '1 year', by_id, ''
        FROM pilots_ledgerentry WHERE kind = 'deposit'""",
        "No event tells of entry",
    ),
    "balance of a fund": (
        "pilots_fund",
        "UPDATE pilots_fund SET balance = balance + 1",
        "its entries of the ledger add up to",
    ),
    "balance of an award": (
        "pilots_award",
        "UPDATE pilots_award SET balance = balance + 1",
        "its entries of the ledger add up to",
    ),
    "award": (
        "pilots_award",
        "UPDATE pilots_award SET amount = amount + 1",
        "the ledger booked 68000.00 for it",
    ),
    "budget": (
        "pilots_budgetline",
        "UPDATE pilots_budgetline SET amount = amount + 1",
        "the lines of its budget add up to",
    ),
    "decision": (
        "pilots_gatereview",
        "UPDATE pilots_gatereview SET decision = 'stop', against = 'So.' WHERE decision = 'scale'",
        "is “stop”; event",
    ),
    "reason of a decision": (
        "pilots_gatereview",
        "UPDATE pilots_gatereview SET reason = 'Of course.' WHERE decision = 'scale'",
        "another person, day or reason",
    ),
    "what was known": (
        "pilots_gatereview",
        "UPDATE pilots_gatereview SET known = known || '{\"more\": 1}' WHERE decision = 'scale'",
        "What was known at decision",
    ),
    "decision gone": (
        "pilots_gatereview",
        "DELETE FROM pilots_gatereview WHERE decision = 'scale'",
        "a decision that is no longer kept",
    ),
    "step": (
        "innovation_statechange",
        "UPDATE innovation_statechange SET reason = 'So.' WHERE verb = 'scale'",
        "another person or reason",
    ),
    "status": (
        "pilots_pilot",
        "UPDATE pilots_pilot SET status = 'stopped', ended_on = ended_on",
        "its last step led to “scaled”",
    ),
    "last step taken back": (
        "innovation_statechange pilots_pilot",
        """WITH gone AS (DELETE FROM innovation_statechange WHERE verb = 'scale' RETURNING source, subject)
        UPDATE pilots_pilot p SET status = gone.source FROM gone WHERE gone.subject = 'pilot:' || p.id""",
        "tells of a step of",
    ),
    "pilot gone": (
        "pilots_pilot",
        "DELETE FROM pilots_pilot",
        "there is no such thing",
    ),
    "number": (
        "pilots_observation",
        "UPDATE pilots_observation SET value = 11 WHERE value = 12 AND pull_id > 0",
        "are not those of event",
    ),
    "number that was": (
        "pilots_revision",
        "UPDATE pilots_revision SET value = 14",
        "are not those of event",
    ),
    "number gone": (
        "pilots_observation",
        "DELETE FROM pilots_observation WHERE pull_id > 0 AND value = 12",
        "1 are kept",
    ),
    "number made up": (
        "pilots_observation",
        """INSERT INTO pilots_observation (metric_id, period, value, version, revision, pull_id,
            recorded_at)
        SELECT metric_id, period - 70, 3, 1, 0, 999, recorded_at + interval '1 hour'
        FROM pilots_observation WHERE pull_id > 0 LIMIT 1""",
        "No event tells of 1 numbers",
    ),
}


def test_each_edit_by_the_owner_of_the_tables_is_found(pilot: Pilot) -> None:
    """All in one world: each edit is taken back before the next."""
    missed = {}
    for name, (table, sql, sentence) in EDITS.items():
        with transaction.atomic():
            with as_owner(table) as cursor:
                cursor.execute(sql)
                assert cursor.rowcount, name
            said = found()
            if not any(sentence in one for one in said):
                missed[name] = said
            transaction.set_rollback(True)
    assert not missed
    assert found() == []


def test_verify_audit_fails_where_a_table_differs(pilot: Pilot) -> None:
    with as_owner("pilots_fund") as cursor:
        cursor.execute("UPDATE pilots_fund SET balance = balance + 1")
    with pytest.raises(CommandError, match="differ from the log in 1 places"):
        call_command("verify_audit")
    call_command("verify_audit", chain_only=True)


def test_numbers_from_before_the_log_told_of_them_are_said_not_compared(
    pilot: Pilot, capsys: pytest.CaptureFixture[str]
) -> None:
    """The factory's observations were there before the first pull that left an event."""
    Observation.objects.filter(pull_id=0).delete()
    earlier = NOW - timedelta(days=30)
    with as_owner("pilots_observation") as cursor:
        cursor.execute(
            """INSERT INTO pilots_observation (metric_id, period, value, version, revision, pull_id,
            recorded_at) SELECT metric_id, period - 700, 3, 1, 0, 1, %s FROM pilots_observation""",
            [earlier],
        )
    call_command("verify_audit")
    said = capsys.readouterr().out
    assert "Numbers of metrics: 3 compared, 2 from before 2026-11-24 not compared." in said


def test_more_from_before_than_the_night_before_is_a_fault(pilot: Pilot) -> None:
    integrity.compare_with_log(at=NOW)
    with as_owner("pilots_observation") as cursor:
        cursor.execute(
            """INSERT INTO pilots_observation (metric_id, period, value, version, revision, pull_id,
            recorded_at) SELECT metric_id, period - 700, 3, 1, 0, 1, recorded_at - interval '1 year'
            FROM pilots_observation WHERE pull_id > 0"""
        )
    assert any("there were" in one for one in found())


def test_auditors_are_told_once_of_what_does_not_fit(
    pilot: Pilot, cast: Cast, client: Client
) -> None:
    with as_owner("pilots_fund") as cursor:
        cursor.execute("UPDATE pilots_fund SET balance = balance + 1")
    for day in range(3):
        for _again in range(2):  # the schedule asks more often than once a day
            integrity.compare_with_log(at=NOW + timedelta(days=day))
    told = Notice.objects.filter(kind="integrity", person=cast.otto)
    assert told.count() == 1
    assert not Notice.objects.filter(kind="integrity", person=cast.maya).exists()
    assert Event.objects.filter(type="comparison.done").count() == 3
    client.force_login(cast.otto)
    page = client.get(reverse("innovation:audit-chain")).content.decode()
    assert "its entries of the ledger add up to" in page
    client.force_login(cast.hugo)
    page = client.get(reverse("innovation:audit-chain")).content.decode()
    assert "its entries of the ledger add up to" not in page


def test_comparison_that_lost_its_worker_is_begun_again_after_an_hour(pilot: Pilot) -> None:
    LogComparison.objects.create(on=NOW.date(), started_at=NOW)
    assert integrity.compare_with_log(at=NOW + timedelta(minutes=50)) is None
    run = integrity.compare_with_log(at=NOW + timedelta(minutes=61))
    assert run is not None
    assert run.ended_at is not None
    assert run.fault_count == 0
