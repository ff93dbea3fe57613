"""Who is promised where: a unit's people by week, what there is against what is wanted, holes and overload."""

from __future__ import annotations

import doctest
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from innovation.people.models import RoleGrant, User
from innovation.rules import dates
from pilots.lifecycle.models import Pilot
from pilots.protected_time import load, queries, weeks
from pilots.staffing import actions as staffing
from tests.factories import pilots as make
from tests.factories import protected_time as kept
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

WEEK = weeks.monday_of(NOW.date())
STATEMENTS = 18


def test_examples_run() -> None:
    assert doctest.testmod(load).failed == 0


def test_supply_against_demand_holes_and_overload(cast: Cast, pilot: Pilot) -> None:
    other = make.open_pilot(cast, title="Other")
    User.objects.filter(pk=cast.ana.pk).update(capacity_percent=50)
    kept.promised(pilot, cast.ana, starts_on=WEEK, ends_on=WEEK + timedelta(days=13), percent=40)
    asked = staffing.ask(
        other, person=cast.ben, role="member", percent=30, starts_on=WEEK + timedelta(days=8),
        ends_on=WEEK + timedelta(days=20), why="You know it.", cover="The float pool", by=cast.jonas,
        at=NOW,
    )  # fmt: skip
    User.objects.filter(pk=cast.ben.pk).update(capacity_percent=20)
    found = queries.unit_load(cast.maya, cast.medicine, first=WEEK, count=4)
    rows = {row.person: row.weeks for row in found.people}
    assert [one.agreed for one in rows[cast.ana]] == [40, 40, 0, 0]
    assert [one.uncovered for one in rows[cast.ana]] == [40, 40, 0, 0]
    assert [(one.asked, one.over) for one in rows[cast.ben]] == [(0, 0), (30, 10), (30, 10), (0, 0)]
    # Ana, Ben and Jonas belong there: 50, 20 and 100.
    assert [(one.capacity, one.demand, one.over) for one in found.together][1] == (170, 70, 0)
    assert (found.headcount, found.free, [one.person for one in found.over]) == (3, 1, [cast.ben])
    assert [one.week for one in found.holes] == [WEEK, WEEK + timedelta(weeks=1)]
    User.objects.filter(pk=cast.ben.pk).update(capacity_percent=100)
    make.agree(asked)
    ben = next(
        one
        for one in queries.unit_load(cast.maya, cast.medicine, first=WEEK).people
        if one.person == cast.ben
    )
    assert (ben.weeks[1].agreed, ben.weeks[1].asked, ben.weeks[1].uncovered) == (30, 0, 0)


def test_it_is_for_whoever_leads_the_unit_and_reaches_no_other(cast: Cast, pilot: Pilot) -> None:
    RoleGrant.objects.create(person=cast.ben, unit=cast.medicine, role="unit_lead", granted_at=NOW)
    today = weeks.monday_of(dates.today())
    kept.promised(pilot, cast.ana, starts_on=today, ends_on=today + timedelta(weeks=3), percent=40)
    kept.promised(
        pilot, cast.priya, starts_on=today, ends_on=today + timedelta(weeks=3), percent=40
    )
    page = reverse("pilots:promised")
    browsers = {}
    for person in (cast.ben, cast.maya, cast.ana, cast.victor, cast.hugo):
        browsers[person] = Client()
        browsers[person].force_login(person)
    lead = browsers[cast.ben].get(page).content.decode()
    assert "Ana Ruiz" in lead and "is-hole" in lead and "Priya Raman" not in lead
    assert "4 West</a>" in lead and f'?unit={cast.brigid.pk}"' not in lead
    assert "Priya Raman" in browsers[cast.maya].get(page).content.decode()
    assert browsers[cast.ben].get(page, {"unit": cast.brigid.pk}).status_code == 404
    for person in (cast.ana, cast.victor):
        assert browsers[person].get(page).status_code == 403
    assert "Ana Ruiz" not in browsers[cast.hugo].get(page).content.decode()
    for odd in ({"unit": "x²"}, {"from": "9999-12-31"}, {"from": "0001-01-01"}, {"from": "soon"}):
        assert browsers[cast.ben].get(page, odd).status_code == 200
    told = browsers[cast.ben].get(reverse("pilots:api-promised", args=[cast.four_west.pk])).json()
    [one] = told["people"]
    assert (one["person"]["name"], one["weeks"][0]["agreed"], told["free"]) == ("Ana Ruiz", 40, 0)
    assert (
        browsers[cast.ana].get(reverse("pilots:api-promised", args=[cast.four_west.pk])).status_code
        == 403
    )


def test_a_pilot_of_another_hospital_is_not_called_by_its_name(cast: Cast, pilot: Pilot) -> None:
    nurse = kept.crowd(cast.harbor_clinic, 1)[0]
    kept.promised(pilot, nurse, starts_on=WEEK, ends_on=WEEK + timedelta(days=13))
    for user, title in ((cast.hugo, "a pilot elsewhere"), (cast.maya, pilot.title)):
        [row] = queries.unit_load(user, cast.harbor, first=WEEK).people
        assert (row.person, row.pilots) == (nurse, (title,))


def test_it_takes_few_statements_for_any_unit(cast: Cast, pilot: Pilot) -> None:
    browser = Client()
    browser.force_login(cast.amara)
    today = weeks.monday_of(dates.today())
    for one in kept.crowd(cast.four_west, 30):
        kept.promised(pilot, one, starts_on=today, ends_on=today + timedelta(weeks=3))
    with CaptureQueriesContext(connection) as captured:
        page = browser.get(reverse("pilots:promised"))
    assert "30 people" in page.content.decode()
    assert len(captured) <= STATEMENTS, "\n".join(q["sql"][:200] for q in captured.captured_queries)
