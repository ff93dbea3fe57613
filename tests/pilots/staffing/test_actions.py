"""Promising somebody's time, within what they have."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from innovation.audit.models import Event
from innovation.people.models import User
from innovation.rules.refusal import NotAllowed, Refused
from pilots.funding.models import Fund
from pilots.lifecycle.models import Pilot
from pilots.staffing import actions as staffing
from pilots.staffing import queries
from pilots.staffing.models import Allocation, TimeRequest
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.probes import examples

TODAY = NOW.date()


def allocate(
    cast: Cast,
    pilot: Pilot,
    person: User,
    percent: int = 50,
    since: int = 0,
    days: int = 30,
    role: str = "member",
    by: User | None = None,
) -> Allocation:
    return make.on_team(
        pilot,
        person=person,
        role=role,
        percent=percent,
        starts_on=TODAY + timedelta(days=since),
        ends_on=TODAY + timedelta(days=since + days),
        by=by or cast.jonas,
        at=NOW,
    )


def test_allocate_within_capacity_promises_the_time(cast: Cast, pilot: Pilot) -> None:
    made = allocate(cast, pilot, cast.ana, percent=60)
    assert queries.team(pilot) == [made]
    free = queries.free_time([cast.ana, cast.ben], starts_on=TODAY, ends_on=TODAY)
    assert (free[cast.ana.pk].percent, free[cast.ben.pk].percent) == (40, 100)
    assert Event.objects.all()[0].type == "pilot.time_promised"


def test_database_takes_no_time_of_somebody_on_another_team(cast: Cast, pilot: Pilot) -> None:
    made = allocate(cast, pilot, cast.ana, percent=10)
    made.pk, made.pilot = None, make.open_pilot(cast, title="Other")
    with pytest.raises(DatabaseError, match="member of the same team"), transaction.atomic():
        made.save(force_insert=True)


def test_allocate_beyond_capacity_names_person_day_and_what_is_promised(
    cast: Cast, pilot: Pilot
) -> None:
    other = make.open_pilot(cast, title="Other")
    allocate(cast, pilot, cast.ana, percent=60)
    allocate(cast, other, cast.ana, percent=30, since=10, days=40)
    third = make.open_pilot(cast, title="Third")
    with pytest.raises(Refused) as refusal:
        allocate(cast, third, cast.ana, percent=20, since=5)
    assert str(refusal.value) == (
        "Ana Ruiz has 90 % of full time promised on 3 December 2026 already and 100 % for pilots in "
        "all; 20 % more does not fit. 10 % would."
    )
    assert not third.allocations.exists()


def test_allocate_beyond_a_smaller_capacity_is_refused(cast: Cast, pilot: Pilot) -> None:
    cast.ana.capacity_percent = 40
    cast.ana.save()
    with pytest.raises(Refused, match="40 % for pilots"):
        allocate(cast, pilot, cast.ana, percent=50)


def test_allocate_after_another_promise_ended_fits(cast: Cast, pilot: Pilot) -> None:
    other = make.open_pilot(cast, title="Other")
    allocate(cast, pilot, cast.ana, percent=100, days=10)
    allocate(cast, other, cast.ana, percent=100, since=11)
    with pytest.raises(Refused):
        allocate(cast, make.open_pilot(cast, title="Third"), cast.ana, percent=1, since=10, days=0)


def test_allocate_twice_on_one_team_is_refused(cast: Cast, pilot: Pilot) -> None:
    allocate(cast, pilot, cast.ana, percent=10)
    with pytest.raises(Refused, match="on this team already"):
        allocate(cast, pilot, cast.ana, percent=10, since=5)


def test_allocate_as_lead_somebody_who_does_not_lead_is_refused(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(Refused, match="Jonas Park leads this pilot"):
        allocate(cast, pilot, cast.priya, role="lead")


def test_allocate_by_somebody_not_on_the_team_is_refused(cast: Cast, pilot: Pilot) -> None:
    for who in (cast.ana, cast.priya, cast.amara, cast.hugo):
        with pytest.raises(NotAllowed):
            allocate(cast, pilot, cast.ana, by=who)


def test_allocate_while_a_decision_waits_is_refused(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    make.propose(cast, pilot, fund)
    with pytest.raises(Refused, match="waits for a decision"):
        allocate(cast, pilot, cast.ana)


def test_remove_while_shaping_takes_the_entry_away(cast: Cast, pilot: Pilot) -> None:
    staffing.remove(allocate(cast, pilot, cast.ana, since=-10), by=cast.jonas, at=NOW)
    assert not pilot.allocations.exists()


def test_remove_once_running_keeps_the_days_that_were_worked(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    member = allocate(cast, pilot, cast.ana, since=-10, days=40)
    staffing.remove(member, by=cast.jonas, at=NOW)
    member.refresh_from_db()
    assert member.ends_on == TODAY - timedelta(days=1)
    later = allocate(cast, pilot, cast.ben, since=5)
    staffing.remove(later, by=cast.jonas, at=NOW)
    assert not Allocation.objects.filter(pk=later.pk).exists()


def test_full_time_at_most_of_overlapping_shares_is_the_heaviest_day(
    cast: Cast, pilot: Pilot
) -> None:
    allocate(cast, pilot, cast.ana, percent=50, days=30)
    allocate(cast, pilot, cast.ben, percent=20, since=10, days=5)
    allocate(cast, pilot, cast.priya, percent=60, since=40)
    assert str(queries.full_time_at_most(queries.team(pilot))) == "0.7"


@settings(examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.lists(
        st.tuples(st.integers(1, 100), st.integers(0, 40), st.integers(0, 40)), max_size=8
    )
)
def test_allocate_anything_in_any_order_never_passes_capacity(
    cast: Cast, asked: list[tuple[int, int, int]]
) -> None:
    with transaction.atomic():
        for percent, since, days in asked:
            pilot = make.open_pilot(cast, title=f"{percent} {since} {days}")
            try:
                allocate(cast, pilot, cast.ana, percent=percent, since=since, days=days)
            except Refused:
                free = queries.free_time(
                    [cast.ana],
                    starts_on=TODAY + timedelta(days=since),
                    ends_on=TODAY + timedelta(days=since + days),
                )
                assert free[cast.ana.pk].percent < percent
        for day in range(82):
            on = TODAY + timedelta(days=day)
            load = sum(
                Allocation.objects.filter(
                    person=cast.ana, starts_on__lte=on, ends_on__gte=on
                ).values_list("percent", flat=True)
            )
            assert load <= 100
        transaction.set_rollback(True)


def test_capacity_is_kept_by_the_database_itself(cast: Cast, pilot: Pilot) -> None:
    allocate(cast, pilot, cast.ana, percent=80)
    other = make.open_pilot(cast, title="Other")
    member = make.sit(other, cast.ana, percent=30)
    with pytest.raises(IntegrityError, match="would be at 110 percent"), transaction.atomic():
        Allocation.objects.create(
            pilot=other,
            person=cast.ana,
            member=member,
            percent=30,
            starts_on=TODAY,
            ends_on=TODAY,
            request=TimeRequest.objects.get(pilot=other),
        )
