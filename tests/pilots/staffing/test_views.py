"""The team's page: who has time left, and a request that does not fit loses nothing typed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from innovation.people.models import User
from innovation.rules import dates
from pilots.lifecycle.models import Pilot
from pilots.staffing.models import Allocation, TimeRequest
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

TODAY = NOW.date()


@pytest.fixture
def busy(cast: Cast) -> Allocation:
    """Ana is promised to another pilot with 70 % for thirty days from today."""
    return make.on_team(
        make.open_pilot(cast, title="Other"),
        person=cast.ana,
        role="member",
        percent=70,
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=30),
        by=cast.jonas,
        at=NOW,
    )


def page(
    client: Client,
    user: User,
    pilot: Pilot,
    data: dict[str, Any] | None = None,
    status: int = 200,
    query: str = "",
) -> str:
    client.force_login(user)
    url = reverse("pilots:team", args=[pilot.pk]) + query
    response = client.get(url) if data is None else client.post(url, data)
    assert response.status_code == status
    return response.content.decode()


def typed(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "person": cast.ana.pk,
        "role": "member",
        "percent": "40",
        "starts_on": str(TODAY),
        "ends_on": str(TODAY + timedelta(days=10)),
        "why": "You know the ward.",
        **changes,
    }


def test_team_page_offers_people_with_what_they_have_free(
    cast: Cast, client: Client, pilot: Pilot, busy: Allocation
) -> None:
    window = f"?starts_on={TODAY}&ends_on={TODAY + timedelta(days=10)}"
    shown = page(client, cast.jonas, pilot, query=window)
    assert "Ana Ruiz, 30 % free" in shown
    assert "Ben Achterberg, 100 % free" in shown
    assert "Victor Stone" not in shown
    later = f"?starts_on={TODAY + timedelta(days=60)}&ends_on={TODAY + timedelta(days=90)}"
    assert "Ana Ruiz, 100 % free" in page(client, cast.jonas, pilot, query=later)


@pytest.mark.parametrize(
    "query", ["?starts_on=x&ends_on=2026-13-45", "?person=abc&role=x", "?starts_on=9999-12-31"]
)
def test_team_page_asked_with_nonsense_shows_the_form(
    cast: Cast, client: Client, pilot: Pilot, query: str
) -> None:
    assert "Ask somebody" in page(client, cast.jonas, pilot, query=query)


def test_team_page_of_a_pilot_that_starts_at_the_end_of_the_calendar_opens(
    cast: Cast, client: Client, pilot: Pilot
) -> None:
    Pilot.objects.filter(pk=pilot.pk).update(starts_on=date.max, ends_on=None)
    assert "9999-12-31" in page(client, cast.jonas, pilot)


def test_team_page_of_a_pilot_that_runs_proposes_days_from_today_on(
    cast: Cast, client: Client, pilot: Pilot
) -> None:
    today = dates.today()
    long_ago, later = dates.days_after(today, -90), dates.days_after(today, 30)
    Pilot.objects.filter(pk=pilot.pk).update(starts_on=long_ago, ends_on=later)
    shown = page(client, cast.jonas, pilot)
    assert f'value="{today}"' in shown
    assert f'value="{later}"' in shown
    assert f'value="{long_ago}"' not in shown


def test_add_beyond_capacity_says_who_when_and_how_much_and_keeps_the_form(
    cast: Cast, client: Client, pilot: Pilot, busy: Allocation
) -> None:
    shown = page(client, cast.jonas, pilot, data=typed(cast), status=409)
    assert "Ana Ruiz has 70 % of full time promised on" in shown
    assert "30 % would." in shown
    assert 'value="40"' in shown
    assert pilot.allocations.count() == 0


def test_add_and_give_back(cast: Cast, client: Client, pilot: Pilot) -> None:
    page(client, cast.jonas, pilot, data=typed(cast, percent="10"), status=302)
    asked = TimeRequest.objects.get()
    assert not Allocation.objects.exists()
    client.force_login(cast.ana)
    yes = client.post(reverse("pilots:time-answer", args=[asked.pk]), {"answer": "yes"})
    assert yes.status_code == 302
    made = Allocation.objects.get()
    assert "Ana Ruiz" in page(client, cast.ana, pilot)
    client.force_login(cast.jonas)
    assert client.post(reverse("pilots:team-remove", args=[made.pk])).status_code == 302
    assert not Allocation.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"percent": "0"}, {"percent": "101"}, {"percent": "x"}, {"ends_on": ""}, {"person": "0"}],
)
def test_add_with_something_wrong_shows_the_form_again(
    cast: Cast, client: Client, pilot: Pilot, changes: dict[str, str]
) -> None:
    page(client, cast.jonas, pilot, data=typed(cast, **changes), status=400)
    assert not TimeRequest.objects.exists()


def test_team_is_read_by_everybody_who_sees_the_pilot_and_changed_by_the_team(
    cast: Cast, client: Client, pilot: Pilot
) -> None:
    assert "Ask somebody" not in page(client, cast.ana, pilot)
    page(client, cast.ana, pilot, data=typed(cast), status=403)


def test_team_page_costs_the_same_queries_for_any_team(
    cast: Cast, client: Client, pilot: Pilot, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for person in (cast.ana, cast.ben, cast.priya, cast.ingrid):
        make.on_team(
            pilot,
            person=person,
            role="member",
            percent=5,
            starts_on=TODAY,
            ends_on=TODAY,
            by=cast.jonas,
            at=NOW,
        )
    client.force_login(cast.jonas)
    with django_assert_max_num_queries(10):
        client.get(reverse("pilots:team", args=[pilot.pk]))
