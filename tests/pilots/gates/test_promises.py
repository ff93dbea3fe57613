"""The fast lane promises an answer by a day, says which, and counts whether it came."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from innovation.people.models import User
from innovation.rules import dates
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates import panels, promises
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
THURSDAY = date(2026, 11, 26)  # three working days after the Monday on which everything happens


def on(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(dates, "today", lambda: day)


def kinds(user: User) -> dict[str, str]:
    return {one.kind: one.sentence for one in panels.waiting(user)}


def test_a_weekend_is_not_counted_and_an_outcome_is_not_promised() -> None:
    from pilots.gates.pathways import answer_by

    assert answer_by("efficiency", "resources", date(2026, 12, 3)) == date(2026, 12, 8)
    assert answer_by("efficiency", "go_live", date(2026, 12, 5)) == date(2026, 12, 9)
    assert answer_by("efficiency", "outcome", date(2026, 12, 3)) is None
    assert answer_by("decision_support", "resources", date(2026, 12, 3)) is None
    assert answer_by("", "resources", date(2026, 12, 3)) is None


def test_promised_late_and_counted(
    client: Client, cast: Cast, pilot: Pilot, fund: Fund, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, NOW.date())

    def page(user: User, name: str, **kwargs: Any) -> str:
        client.force_login(user)
        return client.get(reverse(f"pilots:{name}", kwargs=kwargs)).content.decode()

    review = make.propose(cast, pilot, fund)
    assert review.answer_by == THURSDAY
    with pytest.raises(DatabaseError), transaction.atomic():
        GateReview.objects.filter(pk=review.pk).update(answer_by=THURSDAY + timedelta(days=9))
    # In time: those who decide and the team read the day; the office has nothing to do.
    for user in (cast.amara, cast.jonas):
        assert "Thursday 26 November" in page(user, "gate-decide", pk=review.pk)
    assert "Thursday 26 November" in page(cast.jonas, "pilot-detail", pk=pilot.pk)
    assert "Answer promised by Thursday 26 November." in kinds(cast.amara)["Resources"]
    assert panels.late_answers_waiting(cast.maya) == []
    # A day too late it is on the home of both, and nobody else's.
    on(monkeypatch, THURSDAY + timedelta(days=1))
    assert "is late" in kinds(cast.amara)["Resources"]
    (late,) = panels.late_answers_waiting(cast.maya)
    assert late.url == review.get_absolute_url() and late.kind == "Answer, late"
    for user in (cast.jonas, cast.helen, cast.victor, cast.hugo):
        assert panels.late_answers_waiting(user) == []
    assert "and is late" in page(cast.maya, "gate-decide", pk=review.pk)
    # The answer comes after five days; another pilot's after one, and one is taken back.
    gates.decide_resources(review, approve=True, by=cast.amara, at=NOW + timedelta(days=5))
    assert panels.late_answers_waiting(cast.maya) == []
    quick = make.propose(cast, make.open_pilot(cast), fund)
    gates.decide_resources(
        quick, approve=False, reason="Say who trains.", by=cast.amara, at=NOW + timedelta(days=1)
    )
    gone = make.propose(cast, make.open_pilot(cast), fund)
    gates.withdraw(gone, reason="The vendor is late.", by=cast.jonas, at=NOW)
    make.propose(cast, make.open_pilot(cast), fund)
    counted = promises.answers_promised(GateReview.objects.all(), today=NOW.date())
    assert (counted.promised, counted.kept, counted.late, counted.to_come) == (3, 1, 1, 1)
    assert counted.median_days == 3
    shown = page(cast.maya, "assessment-list")
    assert "3 answers were promised" in shown and "1 came by their day" in shown
    answer = client.get(reverse("pilots:api-gates-promised"))
    assert answer.json()["kept"] == 1 and answer.json()["median_days"] == 3
    client.force_login(cast.hugo)  # of another hospital
    assert client.get(reverse("pilots:api-gates-promised")).json()["promised"] == 0
    client.force_login(cast.victor)
    assert client.get(reverse("pilots:api-gates-promised")).status_code == 403
