"""What was scaled is looked at after six and twelve months: its owner says what they see, others decide."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from okrs.reviews import presenters as leadership
from okrs.reviews import queries as reviews
from pilots.evidence.models import Alarm
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates import panels as gate_panels
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric, Observation
from pilots.sustaining import actions, looks, panels, queries
from pilots.sustaining.looks import Looked, NextLook
from pilots.sustaining.models import SustainedReview
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

TODAY = NOW.date()
SCALED_ON = date(2026, 5, 31)


@pytest.fixture
def scaled(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    """Decided now, and set back by more than half a year: what was measured since then is short."""
    review = make.evaluate(cast, pilot, fund)
    gates.decide_outcome(review, decision="scale", reason="It held.", by=cast.amara, at=NOW)
    set_back(pilot, TODAY - timedelta(days=190))
    return Pilot.objects.get(pk=pilot.pk)


def set_back(pilot: Pilot, day: date) -> None:
    Pilot.objects.filter(pk=pilot.pk).update(ended_on=day)


def opened() -> SustainedReview:
    (one,) = actions.open_due(at=NOW)
    return fresh(one)


def fresh(one: SustainedReview) -> SustainedReview:
    return SustainedReview.objects.for_list().get(pk=one.pk)


def answer(cast: Cast, one: SustainedReview, **said: Any) -> None:
    given = {"seen": "Four wards use it.", "people_using": 40, "people_could": 60}
    actions.answer(
        fresh(one), **{"cost": Decimal(18000), "by": cast.ingrid, "at": NOW, **given, **said}
    )


def decide(cast: Cast, one: SustainedReview, decision: str, **said: Any) -> SustainedReview:
    given: dict[str, Any] = {"reason": "So we saw.", "by": cast.amara, "at": NOW}
    return actions.decide(fresh(one), decision=decision, **given | said)


def unmet(one: SustainedReview) -> list[str]:
    return [check.key for check in queries.checks(fresh(one).review.pilot) if not check.met]


@pytest.mark.parametrize(
    ("looked", "today", "expected"),
    [
        (None, date(2026, 7, 1), NextLook(6, date(2026, 11, 30))),
        (None, date(2029, 1, 1), NextLook(12, date(2027, 5, 31))),  # nobody looked for years
        (Looked(6), date(2026, 12, 1), NextLook(12, date(2027, 5, 31))),
        (Looked(6, date(2027, 1, 7)), date(2026, 12, 1), NextLook(6, date(2027, 1, 7))),
        (Looked(12), date(2029, 1, 1), None),
    ],
)
def test_next_look_follows_from_the_last(
    looked: Looked | None, today: date, expected: NextLook | None
) -> None:
    assert looks.next_look(SCALED_ON, looked, today=today) == expected


@pytest.mark.django_db
def test_look_opens_by_itself_and_is_decided_by_somebody_else_than_its_owner(
    cast: Cast, scaled: Pilot, client: Client
) -> None:
    set_back(scaled, TODAY - timedelta(days=180))
    assert actions.open_due(at=NOW) == []
    set_back(scaled, TODAY - timedelta(days=190))
    one = opened()
    assert actions.open_due(at=NOW) == []  # once
    assert (one.months, one.review.gate, one.review.opened_by) == (6, "sustained", cast.ingrid)
    assert Event.objects.get(type="gate.sustained_opened").actor_name == "Reviews after scaling"
    told = Notice.objects.filter(kind="scaling", url=one.get_absolute_url())
    assert {notice.person for notice in told} == {cast.ingrid, cast.rosa, cast.maya}
    assert Notice.objects.filter(person=cast.amara, url=one.get_absolute_url()).exists()
    (item,) = panels.waiting(cast.ingrid)
    assert item.url == reverse("pilots:sustained-answer", args=[one.pk])
    assert [row.url for row in gate_panels.waiting(cast.amara)] == [one.get_absolute_url()]
    for other in (cast.jonas, cast.victor, cast.rosa):
        assert panels.waiting(other) == gate_panels.waiting(other) == []

    # The owner alone says what they see; then what was computed holds.
    assert unmet(one) == ["answer", "use", "cost"]
    with pytest.raises(NotAllowed, match="owns it, and says what they see"):
        answer(cast, one, by=cast.jonas)
    with pytest.raises(Malformed, match="how many people"):
        answer(cast, one, people_using=61)
    with pytest.raises(Malformed, match="Say why"):
        answer(cast, one, seen=" ")
    with pytest.raises(Refused, match="Its owner has not said"):
        decide(cast, one, "sustained")
    answer(cast, one, people_using=20, cost=Decimal(30000))
    assert unmet(one) == ["use", "cost"]
    answer(cast, one)
    assert unmet(one) == []
    assert panels.waiting(cast.ingrid) == []

    # Overdue: on the lists of owner, sponsor and office, and in the leadership review.
    GateReview.objects.filter(pk=one.pk).update(opened_at=NOW - timedelta(weeks=5))
    for who in (cast.ingrid, cast.rosa, cast.maya):
        (item,) = panels.waiting(who)
        assert item.kind == "Sustained: overdue"
    held = reviews.review(cast.amara, at=NOW)
    (card,) = leadership.waiting(held)
    assert (card.url, card.kind) == (one.get_absolute_url(), "Sustained: overdue")
    assert "was scaled; whether it holds waits for a decision" in leadership.lede(held)

    # Neither owner, sponsor, lead, opener nor the outsider decide.
    for who in (cast.ingrid, cast.rosa, cast.jonas, cast.maya, cast.victor):
        with pytest.raises(NotAllowed):
            decide(cast, one, "sustained", by=who)
    Pilot.objects.filter(pk=scaled.pk).update(owner=cast.frank)
    with pytest.raises(NotAllowed, match="You own what was scaled"):
        decide(cast, one, "sustained", by=cast.frank)
    with pytest.raises(IntegrityError, match="who owns what was scaled"), transaction.atomic():
        GateReview.objects.filter(pk=one.pk).update(
            decision="sustained", decided_by=cast.frank, decided_at=NOW, reason="Mine."
        )
    Pilot.objects.filter(pk=scaled.pk).update(owner=cast.ingrid)
    with pytest.raises(Malformed, match="Choose whether it stays"):
        decide(cast, one, "stop")
    with pytest.raises(Refused, match="not taken back"):
        gates.withdraw(fresh(one).review, reason="So.", by=cast.jonas, at=NOW)

    client.force_login(cast.amara)
    page = client.get(one.get_absolute_url()).content.decode()
    assert "everything holds" in page
    assert "40 of 60 people who could use it do." in page
    assert "$18,000 since it was scaled; the plan says $36,500 a year." in page
    assert client.get(reverse("pilots:gate-decide", args=[one.pk])).url == one.get_absolute_url()  # type: ignore[attr-defined]
    sent = {"decision": "sustained", "reason": "It wears well."}
    assert client.post(one.get_absolute_url(), sent).status_code == 302
    one = fresh(one)
    assert (one.review.decision, one.unmet, one.despite) == ("sustained", False, "")
    assert one.review.known["answer"]["people_using"] == 40
    assert one.review.known["scale_plan"]["running_cost"] == "36500.00"
    assert [check["met"] for check in one.review.known["checks"]] == [True] * 6
    with pytest.raises(Conflict, match="decided “Sustained”"):
        decide(cast, one, "take_out", by=cast.frank)
    with pytest.raises(Refused, match="It is decided"):
        answer(cast, one)
    with pytest.raises(DatabaseError, match="stays as it was known"), transaction.atomic():
        SustainedReview.objects.update(seen="Other.")
    assert "decided “sustained”" in client.get(one.get_absolute_url()).content.decode()
    assert (
        "Whether it holds is looked at on" in client.get(scaled.get_absolute_url()).content.decode()
    )

    # The same again a year after scaling, and never more after that.
    set_back(scaled, TODAY - timedelta(days=370))
    again = opened()
    assert again.months == 12
    answer(cast, again, cost=Decimal(36000))
    decide(cast, again, "sustained")
    set_back(scaled, TODAY - timedelta(days=900))
    assert actions.open_due(at=NOW) == []


@pytest.mark.django_db
def test_what_does_not_hold_is_looked_at_again_and_then_taken_out_of_use(
    cast: Cast, scaled: Pilot, client: Client
) -> None:
    primary = scaled.metrics.get(role="primary")
    since = Observation.objects.filter(metric=primary, period__gte=TODAY - timedelta(weeks=4))
    since.update(value=19)
    Metric.objects.filter(pk=primary.pk).update(data_version=primary.data_version + 1)
    guardrail = scaled.metrics.get(role="guardrail")
    Alarm.objects.create(
        metric=guardrail, pilot=scaled, period=TODAY, level=Decimal(9), limit=Decimal(5),
        sentence="Beyond its limit.", raised_at=NOW,
    )  # fmt: skip
    one = opened()
    answer(cast, one)
    assert unmet(one) == ["primary", "alarms"]
    client.force_login(cast.amara)
    page = client.get(one.get_absolute_url()).content.decode()
    assert "2 things do not hold" in page
    assert f"{guardrail.name} is in alarm" in page
    assert f"waits for {cast.ingrid.name}" in page
    stays = {"decision": "sustained", "reason": "We like it."}
    assert client.post(one.get_absolute_url(), stays).status_code == 400
    with pytest.raises(Malformed, match="Say why it stays all the same"):
        decide(cast, one, "sustained")
    with pytest.raises(Malformed, match="in how many weeks"):
        decide(cast, one, "look_again")
    one = decide(cast, one, "look_again", weeks=6)
    assert (one.again_on, actions.open_due(at=NOW)) == (TODAY + timedelta(weeks=6), [])
    assert queries.last_look(scaled) == one
    (second,) = actions.open_due(at=NOW + timedelta(weeks=6))
    assert queries.last_look(scaled) == second
    assert "looked at again" in second.review.case
    assert (second.months, second.due_on) == (6, one.again_on)

    # Over the API: what waits, the owner's answer, and the end of it.
    api = reverse("pilots:api-sustained-detail", args=[second.pk])
    listed = reverse("pilots:api-sustained-list")
    client.force_login(cast.ingrid)
    assert [row["id"] for row in client.get(listed, {"waiting": "true"}).json()["results"]] == [
        second.pk
    ]
    said = {"seen": "Nobody opens it.", "people_using": 3, "people_could": 60, "cost": "9000"}
    sent = client.post(f"{api}answer/", said, content_type="application/json")
    assert (sent.status_code, sent.json()["cost"]) == (200, "9000.00")
    out = {"decision": "take_out", "reason": "Notes are longer again, and nobody opens it."}
    assert client.post(f"{api}decide/", out, content_type="application/json").status_code == 403
    client.force_login(cast.victor)
    assert client.get(api).status_code == 403
    assert client.get(listed).status_code == 403
    client.force_login(cast.amara)
    wrong = client.post(f"/api/v1/gates/{second.pk}/decide/", out, content_type="application/json")
    assert wrong.status_code == 400
    ended = client.post(f"{api}decide/", out, content_type="application/json").json()
    assert (ended["decision"], ended["status"]) == ("take_out", "withdrawn")
    assert {check["key"]: check["met"] for check in ended["checks"]}["use"] is False
    scaled = Pilot.objects.get(pk=scaled.pk)
    assert scaled.status == "withdrawn"
    told = Event.objects.get(type="pilot.taken_out")
    assert told.details["reason"] == out["reason"]
    voice = Notice.objects.get(kind="needs", person=cast.ana, title__contains="out of use")
    assert voice.text == out["reason"]
    page = client.get(scaled.get_absolute_url()).content.decode()
    assert "Switch the microphones off; notes are typed as before." in page
    assert "Taken out of use" in client.get(reverse("pilots:pilot-list")).content.decode()
    found = client.get("/api/v1/pilots/", {"status": "withdrawn"}).json()["results"]
    assert [row["id"] for row in found] == [scaled.pk]
    assert actions.open_due(at=NOW + timedelta(weeks=60)) == []


def test_nothing_is_decided_on_numbers_that_changed_since_the_page_was_opened(
    cast: Cast, scaled: Pilot
) -> None:
    """Amara reads that forty of sixty use it; before she decides, Ingrid says that three do."""
    one = opened()
    answer(cast, one)
    browser = Client()
    browser.force_login(cast.amara)
    here = one.get_absolute_url()
    read = browser.get(here).context["read"]
    assert len(read) == 64
    answer(cast, one, people_using=3)
    said = {
        "decision": "sustained",
        "reason": "It is used.",
        "despite": "It will be.",
        "read": read,
    }
    page = browser.post(here, said)
    assert "changed since you opened the page" in page.content.decode()
    assert fresh(one).review.decided_at is None
    now = page.context["read"]
    assert now != read
    browser.post(here, said | {"read": now})
    decided = fresh(one)
    assert decided.review.decision == "sustained"
    assert decided.review.known["answer"]["people_using"] == 3
