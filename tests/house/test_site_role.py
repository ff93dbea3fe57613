"""The site as a role of the database that owns nothing: the story goes on, and no rule falls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.needs import actions as needs
from innovation.redaction import actions as redaction
from innovation.rules import site_role
from okrs.alignment import actions as alignment
from pilots.lifecycle import actions as lifecycle
from pilots.metrics import actions as metrics
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.goals import make_key_result
from tests.factories.needs import make_idea, make_need

ROLE = "pilotlight_site_of_a_test"


@pytest.fixture
def as_site(db: None) -> Iterator[None]:
    """All that this session does from here on, it does as the site's role."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        site_role.give_rights(ROLE)
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_story_is_told_by_a_role_that_owns_nothing(as_site: None, cast: Cast) -> None:
    need = make_need(cast.ana)
    needs.accept(need, by=cast.maya, at=NOW, reason="Many wards say so.")
    idea = make_idea(cast.ana, need)
    pilot = make.open_pilot(cast, needs=[need], idea=idea)
    make.run(cast, pilot, make.make_fund(cast, unit=cast.brigid))
    lifecycle.write_log(pilot, status="on_track", done="It runs.", by=cast.jonas, at=NOW)
    metric = pilot.metrics.get(role="guardrail")
    alignment.measure(make_key_result(cast, title="Evenings"), metric=metric, by=cast.maya, at=NOW)
    assert metrics.request_pull(metric, by=cast.jonas, at=NOW).pk
    browser = Client()
    browser.force_login(cast.maya)
    for name in ("innovation:need-list", "pilots:pilot-list", "okrs:objective-list"):
        assert browser.get(reverse(name)).status_code == 200
    assert Event.objects.filter(type="need.accepted").exists()
    # Words leave what is only added to by a function of the database, which can do no more.
    said = "Many wards"  # stands in the log and in a change of state
    count = redaction.look_for(said, by=cast.ada, at=NOW).count
    redaction.take_out(said, by=cast.ada, at=NOW, reason="A test.", expected=count)
    assert Event.objects.get(type="need.accepted").details["reason"] == "[taken out] say so."


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER pgtrigger_append_only_4e2d5 ON innovation_event",
        "ALTER TABLE innovation_event DISABLE TRIGGER ALL",
        "ALTER TABLE pilots_fund DROP CONSTRAINT fund_never_below_zero",
        "UPDATE innovation_event SET actor_name = 'Nobody'",
        "DELETE FROM innovation_event",
        "TRUNCATE pilots_observation",
        "UPDATE pilots_ledgerentry SET amount = 0",
        "DELETE FROM pilots_revision",
        "UPDATE django_migrations SET name = name",
        "SET LOCAL session_replication_role = replica",
        "CREATE TABLE mine (id int)",
        "DROP TABLE innovation_need",
    ],
)
def test_rule_is_not_taken_down_by_the_site(as_site: None, cast: Cast, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_role_of_before_keeps_no_right_that_is_given_no_more(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        cursor.execute(f"GRANT ALL ON innovation_event, django_migrations TO {ROLE}")
        site_role.give_rights(ROLE)
        cursor.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = %s AND table_name IN ('innovation_event', 'django_migrations')"
            " ORDER BY 1, 2",
            [ROLE],
        )
        assert cursor.fetchall() == [
            ("django_migrations", "SELECT"),
            ("innovation_event", "INSERT"),
            ("innovation_event", "SELECT"),
        ]


def test_role_that_there_is_not_stops_the_migration(db: None) -> None:
    with pytest.raises(DatabaseError, match="nobody_of_this_name"), transaction.atomic():
        site_role.give_rights("nobody_of_this_name")


def test_a_table_of_which_some_columns_stay_is_written_in_the_others(db: None) -> None:
    """`ReadOnly` is a `Protect` of django-pgtrigger, too (4.17); taken for one of every row, it had kept the site
    from verifying a condition and from deciding at a gate (2026-11-30)."""
    rights = site_role.rights()
    for table in ("pilots_gatecondition", "pilots_gatereview", "pilots_delegation"):
        assert "UPDATE" in rights[table]
    assert rights["innovation_event"] == {"SELECT", "INSERT"}
