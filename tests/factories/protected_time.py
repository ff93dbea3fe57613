"""Promised time of a test: who promised how much, and what they said of their weeks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction

from innovation.people.models import Unit, User
from innovation.rules import dates
from pilots.lifecycle.models import Pilot, TeamMember
from pilots.protected_time import weeks
from pilots.protected_time.models import ProtectedWeek
from pilots.staffing.models import Allocation, TimeRequest
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast


def promised(
    pilot: Pilot, person: User, *, starts_on: date, ends_on: date, percent: int = 10
) -> Allocation:
    """Time that was agreed, whatever the day and the pilot's state."""
    asked = TimeRequest.objects.create(
        pilot=pilot, person=person, role="member", percent=percent, starts_on=starts_on,
        ends_on=ends_on, asked_by=pilot.lead, asked_at=NOW, why="We need you there.",
    )  # fmt: skip
    TimeRequest.objects.filter(pk=asked.pk).update(
        said_yes_at=NOW, answer="agreed", answered_at=NOW, answered_by=person
    )
    member, _new = TeamMember.objects.get_or_create(
        pilot=pilot, person=person, defaults={"role": "member", "joined_at": NOW}
    )
    return Allocation.objects.create(
        pilot=pilot, person=person, member=member, percent=percent, starts_on=starts_on,
        ends_on=ends_on, request=asked,
    )  # fmt: skip


def begun(pilot: Pilot) -> Pilot:
    """It has its resources, without the story of how."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pilotlight.transition', %s, true)",
            [f"pilot:{pilot.pk}:{pilot.status}>running"],
        )
        pilot.status = "running"
        pilot.save(update_fields=["status"])
    return pilot


def said(
    pilot: Pilot,
    person: User,
    week: date,
    kept: str = "got",
    *,
    unit: Unit | None = None,
    why: str = "",
) -> ProtectedWeek:
    """Their word, on the Friday of the week."""
    friday = datetime.combine(week + timedelta(days=4), time(15), UTC)
    return ProtectedWeek.objects.create(
        person=person, pilot=pilot, week=week, kept=kept, why=why, unit=unit or person.unit,
        answered_at=friday,
    )  # fmt: skip


def crowd(unit: Unit, count: int, *, first: int = 0) -> list[User]:
    """People of a unit who do nothing else in the story."""
    return User.objects.bulk_create(
        User(
            email=f"{unit.pk}.{first + n}@lakeshore.example", name=f"Nurse {unit.pk}-{first + n}",
            password="!", unit=unit,
        )
        for n in range(count)
    )  # fmt: skip


def all_said(
    pilot: Pilot, people: Iterable[User], *, period: date, kept: str = "got", **more: Any
) -> None:
    """Each promised time over the period, and said the same of its first week."""
    for one in people:
        if not Allocation.objects.filter(pilot=pilot, person=one, starts_on=period).exists():
            promised(pilot, one, starts_on=period, ends_on=weeks.last_day_of_period(period))
        said(pilot, one, period, kept, **more)


def a_lost_week(cast: Cast, *, person: User) -> ProtectedWeek:
    """This week, which they lost; by the clock, as pages go by it."""
    week = weeks.monday_of(dates.today())
    pilot = begun(make.open_pilot(cast))
    promised(pilot, person, starts_on=week, ends_on=week + timedelta(weeks=8))
    lost = ProtectedWeek(
        person=person, pilot=pilot, week=week, kept="lost", unit=person.unit,
        answered_at=dates.begins(week),
    )  # fmt: skip
    lost.save()
    return lost
