"""The same refusal has the same status on the page, in a fragment and in the API, and what was
typed is still there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Refusal:
    """Who sends what to which page and which address of the API, and the status of both."""

    by: str
    page: str
    typed: dict[str, Any]
    api: str
    body: dict[str, Any]
    status: int
    kept: str = ""
    shaped: Callable[[Cast, Pilot], Any] | None = None


START, END = str(make.TODAY), str(make.TODAY + timedelta(days=30))
SHARE = {"role": "member", "starts_on": START, "ends_on": END, "why": "She knows the ward."}


def busy(cast: Cast, pilot: Pilot) -> None:
    other = make.open_pilot(cast, title="Other")
    share = {"starts_on": make.TODAY, "ends_on": make.TODAY + timedelta(days=30)}
    make.on_team(other, person=cast.ana, role="member", percent=90, by=cast.jonas, at=NOW, **share)


REFUSALS = {
    "a log without a word": Refusal(
        by="jonas",
        page="pilot-log-write",
        typed={"status": "blocked", "done": "Wave 3"},
        api="log/",
        body={"status": "blocked", "done": "Wave 3"},
        status=409,
        kept="Wave 3",
    ),
    "a log of no known status": Refusal(
        by="jonas",
        page="pilot-log-write",
        typed={"status": "flying", "done": "Wave 3"},
        api="log/",
        body={"status": "flying", "done": "Wave 3"},
        status=400,
        kept="Wave 3",
    ),
    "a log by somebody else": Refusal(
        by="ben",
        page="pilot-log-write",
        typed={"status": "nothing"},
        api="log/",
        body={"status": "nothing"},
        status=403,
    ),
    "a log of a pilot out of sight": Refusal(
        by="hugo",
        page="pilot-log-write",
        typed={"status": "nothing"},
        api="log/",
        body={"status": "nothing"},
        status=404,
    ),
    "a proposal too early": Refusal(
        by="jonas",
        page="pilot-propose",
        typed={"case": "Now or never"},
        api="propose/",
        body={"case": "Now or never"},
        status=409,
        kept="Now or never",
    ),
    "a pause of a pilot that does not run": Refusal(
        by="jonas",
        page="pilot-pause",
        typed={"reason": "Because it hums"},
        api="pause/",
        body={"reason": "Because it hums"},
        status=409,
        kept="Because it hums",
    ),
    "a pause without a reason": Refusal(
        by="jonas",
        page="pilot-pause",
        typed={"reason": " "},
        api="pause/",
        body={"reason": " "},
        status=400,
    ),
    "more time than somebody has": Refusal(
        by="jonas",
        page="team",
        typed={**SHARE, "percent": "30"},
        api="team/",
        body={**SHARE, "percent": 30},
        status=409,
        kept='value="30"',
        shaped=busy,
    ),
    "time that ends before it begins": Refusal(
        by="jonas",
        page="team",
        typed={"role": "member", "percent": "30", "starts_on": END, "ends_on": START},
        api="team/",
        body={"role": "member", "percent": 30, "starts_on": END, "ends_on": START},
        status=400,
        kept='value="30"',
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_has_one_status_wherever_it_is_met(cast: Cast, client: Client, name: str) -> None:
    refusal = REFUSALS[name]
    pilot = make.open_pilot(cast)
    if refusal.shaped:
        refusal.shaped(cast, pilot)
    by: User = getattr(cast, refusal.by)
    typed, body = dict(refusal.typed), dict(refusal.body)
    if refusal.page == "team":
        typed["person"] = body["person"] = cast.ana.pk
    client.force_login(by)

    url = reverse(f"pilots:{refusal.page}", args=[pilot.pk])
    whole = client.post(url, typed)
    fragment = client.post(url, typed, headers={"HX-Request": "true"})
    answer = client.post(f"/api/v1/pilots/{pilot.pk}/{refusal.api}", body, "application/json")

    statuses = (whole.status_code, fragment.status_code, answer.status_code)
    assert statuses == (refusal.status,) * 3
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert refusal.kept in whole.content.decode()
    assert refusal.kept in fragment.content.decode()
