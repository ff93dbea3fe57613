"""Pilots, their log and their teams over the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

Ask = Callable[..., Any]

TODAY = NOW.date()
PILOTS = "/api/v1/pilots/"


@pytest.fixture
def ask(client: Client) -> Ask:
    def asked(user: User, method: str, url: str, data: object = None, status: int = 200) -> Any:
        client.force_login(user)
        response = getattr(client, method)(url, data, content_type="application/json")
        assert response.status_code == status, response.content.decode()[:2000]
        return response.json() if response.content else None

    return asked


def test_open_shape_and_read_a_pilot(cast: Cast, ask: Ask) -> None:
    need = make.make_need(cast)
    data = {
        "title": "Ambient notes",
        "summary": "A draft while you talk.",
        "unit": cast.brigid.pk,
        "lead": cast.jonas.pk,
        "needs": [need.pk],
    }
    ask(cast.ana, "post", PILOTS, data, status=403)
    made = ask(cast.maya, "post", PILOTS, data, status=201)
    url = f"{PILOTS}{made['id']}/"
    assert (made["status"], made["lead"]["name"]) == ("shaping", "Jonas Park")
    change = {"hypothesis": "Less typing.", "starts_on": str(TODAY), "sites": [cast.medicine.pk]}
    assert ask(cast.jonas, "patch", url, change)["hypothesis"] == "Less typing."
    wrong = ask(cast.jonas, "patch", url, {"ends_on": str(TODAY)}, status=400)
    assert "The end must come after the start." in wrong["detail"]
    ask(cast.ana, "patch", url, change, status=403)
    ask(cast.hugo, "get", url, status=404)
    answered = ask(cast.jonas, "post", f"{url}pathway/", {"answers": make.EFFICIENCY})
    assert answered["pathway"] == "efficiency"
    ask(cast.jonas, "post", f"{url}pathway/", {"answers": {"signal": "maybe"}}, status=400)
    ask(cast.jonas, "post", f"{url}pathway/", {"answers": "x"}, status=400)


@pytest.mark.parametrize(
    "change",
    [{"needs": []}, {"needs": [0]}, {"unit": "x"}, {"lead": 10**30}, {"title": ""}, {"idea": -1}],
)
def test_open_with_nonsense_is_a_problem(cast: Cast, ask: Ask, change: dict[str, Any]) -> None:
    data = {
        "title": "Ambient notes",
        "summary": "A draft.",
        "unit": cast.brigid.pk,
        "lead": cast.jonas.pk,
        "needs": [make.make_need(cast).pk],
        **change,
    }
    ask(cast.maya, "post", PILOTS, data, status=400)


def test_list_is_what_the_person_reaches_and_filters(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    assert [one["id"] for one in ask(cast.ana, "get", PILOTS)["results"]] == [pilot.pk]
    assert ask(cast.hugo, "get", PILOTS)["results"] == []
    assert ask(cast.ana, "get", f"{PILOTS}?status=running")["results"] == []
    ask(cast.ana, "get", f"{PILOTS}?status=flying", status=400)
    ask(cast.ana, "get", f"{PILOTS}?unit=99999999999999999999", status=400)


def test_list_costs_the_same_queries_for_any_number(
    cast: Cast, pilot: Pilot, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(cast.ana)
    for number in range(3):
        with django_assert_num_queries(4):
            client.get(PILOTS)
        make.open_pilot(cast, title=f"Pilot {number}")


def test_log_is_written_and_read(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    url = f"{PILOTS}{pilot.pk}/log/"
    entry = ask(cast.jonas, "post", url, {"status": "on_track", "done": "Wave 3."}, status=201)
    assert entry["by"] == "Jonas Park"
    ask(cast.jonas, "post", url, {"status": "on_track"}, status=409)
    ask(cast.ana, "post", url, {"status": "nothing"}, status=403)
    assert [one["done"] for one in ask(cast.ana, "get", url)["results"]] == ["Wave 3."]


def test_team_is_read_added_to_and_given_back(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    url = f"{PILOTS}{pilot.pk}/team/"
    data = {
        "person": cast.ana.pk,
        "role": "member",
        "percent": 60,
        "starts_on": str(TODAY),
        "ends_on": str(TODAY + timedelta(days=30)),
        "why": "You know the ward.",
    }
    asked = ask(cast.jonas, "post", url, data, status=201)
    ask(cast.ana, "post", url, {**data, "person": cast.ben.pk}, status=403)  # not on it yet
    one = f"/api/v1/time-requests/{asked['id']}/"
    ask(cast.ben, "post", f"{one}answer/", {"agrees": True}, status=404)
    waits = ask(cast.ana, "post", f"{one}answer/", {"agrees": True})
    assert (waits["answer"], waits["unit"]) == ("", cast.four_west.pk)
    agreed = ask(cast.amara, "post", f"{one}unit-answer/", {"agrees": True})
    assert (agreed["answer"], agreed["answered_by"]) == ("agreed", "Dr Amara Osei")
    [made] = [row for row in ask(cast.ana, "get", url)["results"] if row["request"] == asked["id"]]
    ask(cast.ana, "post", url, {**data, "person": cast.ben.pk}, status=201)  # she is on the team
    ask(cast.priya, "post", url, {**data, "person": cast.priya.pk}, status=403)
    ask(cast.jonas, "post", url, {**data, "person": cast.victor.pk}, status=400)
    other = make.open_pilot(cast, title="Other")
    problem = ask(cast.jonas, "post", f"{PILOTS}{other.pk}/team/", data, status=409)
    assert "Ana Ruiz has 60 % of full time promised" in problem["detail"]
    assert len(ask(cast.sam, "get", url)["results"]) == 1  # Ben has not answered
    requests = f"{PILOTS}{pilot.pk}/time-requests/"
    assert [row["person"]["name"] for row in ask(cast.jonas, "get", requests)["results"]] == [
        "Ben Achterberg",
        "Ana Ruiz",
    ]
    assert ask(cast.sam, "get", requests)["results"] == []
    ask(cast.sam, "delete", f"/api/v1/team/{made['id']}/", status=403)
    ask(cast.jonas, "delete", f"/api/v1/team/{made['id']}/", status=204)
