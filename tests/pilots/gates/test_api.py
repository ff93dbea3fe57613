"""Gates over the API: the same rules and sentences as the pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from innovation.people.models import User
from innovation.rules import dates
from pilots.funding.models import Fund
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

Ask = Callable[..., Any]

TODAY = NOW.date()
PILOTS = "/api/v1/pilots/"
GATES = "/api/v1/gates/"


@pytest.fixture
def ask(client: Client) -> Ask:
    def asked(user: User, method: str, url: str, data: object = None, status: int = 200) -> Any:
        client.force_login(user)
        response = getattr(client, method)(url, data, content_type="application/json")
        assert response.status_code == status, response.content.decode()[:2000]
        return response.json() if response.content else None

    return asked


def test_checks_of_a_gate_say_what_is_missing(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    checks = ask(cast.jonas, "get", f"{PILOTS}{pilot.pk}/checks/?gate=resources")
    assert {k: next(c for c in checks if c["key"] == "dates")[k] for k in ("key", "met")} == {
        "key": "dates",
        "met": False,
    }
    ask(cast.jonas, "get", f"{PILOTS}{pilot.pk}/checks/?gate=nonsense", status=400)


def test_propose_too_early_is_a_problem_with_the_sentence(
    cast: Cast, pilot: Pilot, ask: Ask
) -> None:
    problem = ask(cast.jonas, "post", f"{PILOTS}{pilot.pk}/propose/", {}, status=409)
    assert problem["detail"].startswith("Not yet:")


def test_a_pilot_goes_all_the_way_by_the_api(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    make.shape(cast, pilot, fund)
    make.serve(cast, pilot)
    url = f"{PILOTS}{pilot.pk}/"
    review = ask(cast.jonas, "post", f"{url}propose/", {"case": "Ready."}, status=201)
    assert review["decisions"] == ["approve", "return"]
    waiting = ask(cast.amara, "get", f"{GATES}?waiting=me")["results"]
    assert [one["id"] for one in waiting] == [review["id"]]
    assert ask(cast.maya, "get", f"{GATES}?waiting=me")["results"] == []
    decide = f"{GATES}{review['id']}/decide/"
    ask(cast.amara, "post", decide, {"decision": "scale"}, status=400)
    ask(cast.amara, "post", decide, {"decision": "return"}, status=400)
    ask(cast.ana, "post", decide, {"decision": "approve"}, status=403)
    done = ask(cast.amara, "post", decide, {"decision": "approve"})
    assert (done["decision"], done["decided_by"]) == ("approve", "Dr Amara Osei")
    late = ask(cast.frank, "post", decide, {"decision": "approve"}, status=409)
    assert "Dr Amara Osei decided “Approve”" in late["detail"]
    assert ask(cast.jonas, "post", f"{url}prepare/", {})["status"] == "preparing"
    for metric in pilot.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=20), weeks=20)
    unasked = ask(cast.jonas, "post", f"{url}go-live/", {"on": "2026-10-26"}, status=409)
    assert "Fill in the short form" in unasked["detail"]
    (short,) = assurance.standing(pilot).short
    lines = [{"key": one.key, "holds": True} for one in short.questions]
    ask(cast.jonas, "post", f"{url}assurance/short-form/", {"lines": lines}, status=201)
    ask(cast.jonas, "post", f"{url}go-live/", {"on": "x"}, status=400)
    early = ask(cast.jonas, "post", f"{url}go-live/", {"on": "2026-11-23"}, status=409)
    assert "Somebody outside the team approves" in early["detail"]
    start = ask(cast.jonas, "post", f"{url}go-live/ask/", {"case": "Trained."}, status=201)
    decide = f"{GATES}{start['id']}/decide/"
    ask(cast.rosa, "post", decide, {"decision": "approve"}, status=403)  # she sponsors it
    condition = {
        "text": "The night shift is trained.",
        "owner": cast.jonas.pk,
        "due_on": (dates.today() + timedelta(days=30)).isoformat(),
        "verifier": cast.helen.pk,
    }
    nobody = condition | {"owner": cast.victor.pk}
    ask(cast.amara, "post", decide, {"decision": "approve", "conditions": [nobody]}, status=400)
    done = ask(cast.amara, "post", decide, {"decision": "approve", "conditions": [condition]})
    met = f"/api/v1/gate-conditions/{done['conditions'][0]['id']}/verify/"
    ask(cast.jonas, "post", met, {"note": "Done."}, status=403)
    seen = ask(cast.helen, "post", met, {"note": "The list is signed."})
    assert (seen["verified_by"], seen["note"]) == ("Helen Sato", "The list is signed.")
    early = ask(cast.jonas, "post", f"{url}go-live/", {"on": "2026-10-26"}, status=409)
    assert "the first day of use is not before that" in early["detail"]
    # As if they had approved five weeks ago.
    GateReview.objects.filter(pk=start["id"]).update(decided_at=NOW - timedelta(weeks=5))
    assert ask(cast.jonas, "post", f"{url}go-live/", {"on": "2026-10-26"})["status"] == "running"
    paused = ask(cast.helen, "post", f"{url}pause/", {"reason": "Corrections doubled."})
    assert paused["status"] == "paused"
    assert ask(cast.helen, "post", f"{url}resume/", {"reason": "Fixed."})["status"] == "running"
    outcome = ask(cast.jonas, "post", f"{url}evaluate/", {}, status=201)
    decide = f"{GATES}{outcome['id']}/decide/"
    ask(cast.amara, "post", decide, {"decision": "extend", "reason": "More."}, status=400)
    make.plan_to_scale(cast, Pilot.objects.get(pk=pilot.pk))
    unlike = ask(
        cast.amara, "post", decide, {"decision": "scale", "reason": "It works."}, status=400
    )
    assert "Say why you decide against it" in unlike["detail"]
    against = {
        "decision": "scale",
        "reason": "It works.",
        "against": "Corrections are counted twice.",
        "stale_because": "The export is slow.",
    }
    decided = ask(cast.amara, "post", decide, against)
    assert (decided["recommended"], decided["against"]) == ("stop", against["against"])
    assert ask(cast.ana, "get", url)["status"] == "scaled"


def test_stop_by_the_api_needs_a_reason(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    url = f"{PILOTS}{pilot.pk}/stop/"
    ask(cast.jonas, "post", url, {}, status=400)
    ask(cast.ana, "post", url, {"reason": "No."}, status=403)
    assert ask(cast.jonas, "post", url, {"reason": "The vendor left."})["status"] == "stopped"


@pytest.mark.parametrize(
    "data", [{"decision": 1}, {"decision": None}, [], "x", {"decision": "approve", "reason": {}}]
)
def test_decide_with_nonsense_is_a_problem(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask, data: object
) -> None:
    review = make.propose(cast, pilot, fund)
    ask(cast.amara, "post", f"{GATES}{review.pk}/decide/", data, status=400)
    ask(cast.amara, "get", f"{GATES}?gate=x", status=400)
    ask(cast.amara, "get", f"{GATES}?cursor=x", status=404)


def test_reviews_of_another_hospital_are_not_there(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    review = make.propose(cast, pilot, fund)
    ask(cast.hugo, "get", f"{GATES}{review.pk}/", status=404)
    assert ask(cast.hugo, "get", GATES)["results"] == []
