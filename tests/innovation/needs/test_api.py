"""Needs over the API: the same rules, sentences and scope as the pages."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from innovation.needs import actions as needs
from innovation.needs.models import Need
from innovation.needs.presenters.json import NeedOut
from innovation.people.models import User
from tests.factories.cast import NOW, Cast
from tests.factories.needs import VITALS, make_need

URL = "/api/v1/needs/"


@pytest.fixture
def as_() -> Callable[[User], APIClient]:
    def sign_in(user: User) -> APIClient:
        client = APIClient()
        client.force_authenticate(user)
        return client

    return sign_in


As = Callable[[User], APIClient]


def test_post_records_a_need_and_answers_with_it(cast: Cast, as_: As) -> None:
    given = {**VITALS, "unit": cast.four_west.pk}
    answer = as_(cast.ana).post(URL, given, format="json")
    assert answer.status_code == 201, answer.json()
    said = answer.json()
    assert said["title"].startswith("We type vital signs twice")
    assert said["unit"] == {"id": cast.four_west.pk, "name": "4 West"}
    assert said["submitted_by"] == "Ana Ruiz"
    assert said["status"] == "submitted"
    assert said["burden_minutes_a_week"] == 840
    assert said["is_mine"] is True


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"problem": ""}, "problem"),
        ({"problem": None}, "problem"),
        ({"problem": ["a", "b"]}, "problem"),
        ({"problem": "a\x00b"}, "problem"),
        ({"problem": "\ud800"}, "problem"),
        ({"frequency": "always"}, "frequency"),
        ({"unit": 999999}, "unit"),
        ({"unit": "x"}, "unit"),
        ({"unit": 10**30}, "unit"),
        ({"minutes_lost": 10_081}, "minutes_lost"),
        ({"people_affected": 10**30}, "people_affected"),
        ({"people_affected": 1.5}, "people_affected"),
        ({"title": "x" * 161}, "title"),
        ({"anonymous": "perhaps"}, "anonymous"),
    ],
)
def test_post_of_something_wrong_is_a_problem_that_names_the_field(
    cast: Cast, as_: As, wrong: dict[str, Any], field: str
) -> None:
    import json

    body = json.dumps({**VITALS, "unit": cast.four_west.pk, **wrong})
    answer = as_(cast.ana).post(URL, body, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not Need.objects.exists()


def test_post_for_another_hospital_or_naming_a_patient_is_refused(cast: Cast, as_: As) -> None:
    given = {**VITALS, "unit": cast.harbor.pk}
    assert as_(cast.ana).post(URL, given, format="json").status_code == 400
    named = {**VITALS, "unit": cast.four_west.pk, "workaround": "Ask Mrs Achterberg in bed 4"}
    answer = as_(cast.ana).post(URL, named, format="json")
    assert answer.status_code == 400
    assert "may tell who a patient is" in answer.json()["detail"]
    answer = as_(cast.ana).post(URL, {**named, "names_nobody": True}, format="json")
    assert answer.status_code == 201


def test_get_lists_what_the_person_reaches_by_cursor(cast: Cast, as_: As) -> None:
    made = [make_need(cast.ana) for _ in range(5)]
    make_need(cast.hugo)
    first = as_(cast.ben).get(f"{URL}?page_size=3").json()
    assert [row["id"] for row in first["results"]] == [need.pk for need in made[:1:-1]]
    assert "count" not in first
    second = as_(cast.ben).get(first["next"]).json()
    assert [row["id"] for row in second["results"]] == [need.pk for need in made[1::-1]]
    assert second["next"] is None
    assert as_(cast.victor).get(URL).status_code == 403


def test_get_filters_as_the_page_does_and_refuses_nonsense(cast: Cast, as_: As) -> None:
    mine = make_need(cast.ana)
    other = make_need(cast.ben, title="Linen", problem="No linen", unit=cast.medicine,
                      population="x", outcome="y", setting="theatre")  # fmt: skip
    needs.add_voice(other, by=cast.ana, at=NOW)

    def ids(query: str) -> list[int]:
        return [row["id"] for row in as_(cast.ana).get(f"{URL}?{query}").json()["results"]]

    assert ids("whose=mine") == [mine.pk]
    assert ids("whose=voice") == [other.pk]
    assert ids("q=linen") == [other.pk]
    assert ids("setting=theatre") == [other.pk]
    assert ids(f"unit={cast.four_west.pk}") == [mine.pk]
    assert ids("status=accepted") == []
    for nonsense in ("status=x", "unit=x", "unit=99999999999999999999"):
        answer = as_(cast.ana).get(f"{URL}?{nonsense}")
        assert answer.status_code == 400, nonsense
        assert answer.json()["errors"][0]["field"] == nonsense.split("=")[0]
    assert as_(cast.ana).get(f"{URL}?cursor=nonsense").status_code == 404


def test_need_is_written_as_its_fields_say(cast: Cast) -> None:
    needs.add_voice(make_need(cast.ana), by=cast.ben, at=NOW)
    make_need(cast.ana, anonymous=True, minutes_lost=None, people_affected=None)
    answered = make_need(cast.ana)
    needs.take_up(answered, by=cast.maya, at=NOW)
    for need in Need.objects.visible_to(cast.ben).with_own_voice(cast.ben):
        out = NeedOut(context={"request": SimpleNamespace(user=cast.ben)})
        assert out.to_representation(need) == super(NeedOut, out).to_representation(need)


def test_get_costs_the_same_queries_whatever_its_length(cast: Cast, as_: As) -> None:
    client = as_(cast.maya)
    make_need(cast.ana)
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    for _ in range(8):
        needs.add_voice(make_need(cast.ana), by=cast.ben, at=NOW)
    with CaptureQueriesContext(connection) as many:
        client.get(URL)
    assert len(many) == len(few) <= 8


def test_verbs_need_a_reason_and_say_the_same_as_the_pages(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    url = f"{URL}{need.pk}/"
    answer = as_(cast.maya).post(f"{url}accept/", {}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "reason"
    answer = as_(cast.maya).post(f"{url}ask/", {"reason": "Where?"}, format="json")
    assert answer.json()["status"] == "needs_information"
    answer = as_(cast.ben).post(f"{url}answer/", {"reason": "Here."}, format="json")
    assert answer.status_code == 403
    assert "the person who recorded" in answer.json()["detail"]
    answer = as_(cast.ana).post(f"{url}answer/", {"reason": "Here."}, format="json")
    assert answer.json()["status"] == "in_triage"
    answer = as_(cast.ben).post(f"{url}accept/", {"reason": "Yes."}, format="json")
    assert answer.status_code == 403
    answer = as_(cast.maya).post(f"{url}accept/", {"reason": "Yes."}, format="json")
    assert answer.json()["status"] == "accepted"
    answer = as_(cast.maya).post(f"{url}decline/", {"reason": "No."}, format="json")
    assert answer.status_code == 409
    assert "Maya Lindqvist changed this" in answer.json()["detail"]


def test_merge_over_the_api_names_the_other(cast: Cast, as_: As) -> None:
    need, into, hidden = make_need(cast.ana), make_need(cast.ben), make_need(cast.hugo)
    url = f"{URL}{need.pk}/merge/"
    office = User.objects.create_user("olga@lakeshore.example", "Olga Brandt", unit=cast.brigid)
    office.grants.create(unit=cast.brigid, role="innovation_office", granted_at=NOW)
    for other in (hidden.pk, 999_999, 10**30, "x", 0):
        answer = as_(office).post(url, {"into": other, "reason": "Same."}, format="json")
        assert answer.status_code == 400, other
    answer = as_(office).post(url, {"into": into.pk, "reason": "Same."}, format="json")
    assert answer.json()["merged_into"] == into.pk


def test_voice_is_added_and_withdrawn(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    url = f"{URL}{need.pk}/voice/"
    said = as_(cast.ben).post(url, {"note": "Here, too."}, format="json").json()
    assert (said["voices"], said["has_own_voice"]) == (1, True)
    assert as_(cast.ana).post(url, {}, format="json").status_code == 409
    said = as_(cast.ben).delete(url).json()
    assert (said["voices"], said["has_own_voice"]) == (0, False)


def test_patch_changes_some_words_while_nobody_took_it_up(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    url = f"{URL}{need.pk}/"
    said = as_(cast.ana).patch(url, {"outcome": "Nobody types."}, format="json").json()
    assert said["outcome"] == "Nobody types."
    assert said["problem"] == VITALS["problem"]
    assert as_(cast.ben).patch(url, {"outcome": "x"}, format="json").status_code == 403
    needs.take_up(need, by=cast.maya, at=NOW)
    assert as_(cast.ana).patch(url, {"outcome": "x"}, format="json").status_code == 409


def test_other_hospital_gets_404_for_everything(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    url = f"{URL}{need.pk}/"
    assert as_(cast.hugo).get(url).status_code == 404
    for verb in ("accept", "ask", "decline", "take-up", "merge", "reopen", "voice"):
        answer = as_(cast.hugo).post(f"{url}{verb}/", {"reason": "x", "into": 1}, format="json")
        assert answer.status_code == 404, verb
