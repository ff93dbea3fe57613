"""The register of risks: written down, looked at again, closed, and kept with a decision."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from pilots.risks import actions, queries
from pilots.risks.models import PilotRisk
from pilots.risks.panels import waiting
from pilots.risks.rating import is_high
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def test_a_risk_is_looked_at_again_by_its_owner_and_closed_with_a_reason(
    cast: Cast, pilot: Pilot
) -> None:
    assert [is_high(w, c) for w, c in ((3, 2), (2, 3), (3, 1), (2, 2))] == [
        True,
        True,
        False,
        False,
    ]
    risk = make.record_risk(cast, pilot, owner=cast.rosa)
    assert Notice.objects.filter(person=cast.rosa, title__contains="keep an eye on a risk").exists()
    with pytest.raises(NotAllowed):
        make.record_risk(cast, pilot, by=cast.ana)
    for wrong in (
        {"what": " "},
        {"look_on": make.TODAY},
        {"look_on": date.max},
        {"weight": 4},
        {"owner": cast.ben},
    ):
        with pytest.raises(Malformed):
            make.record_risk(cast, pilot, **wrong)
    next_look = make.TODAY + timedelta(days=60)
    actions.look_again(
        risk, weight=3, chance=1, done="It signed for two years.", owner=cast.jonas, look_on=next_look,
        by=cast.rosa, at=NOW,
    )  # fmt: skip
    assert [(one.chance, one.owner) for one in risk.looks.all()] == [
        (1, cast.jonas),
        (2, cast.rosa),
    ]
    with pytest.raises(NotAllowed):  # it is not hers any more
        actions.close(risk, reason="Over.", by=cast.rosa, at=NOW)
    with pytest.raises(IntegrityError, match="risk_closed_whole"), transaction.atomic():
        PilotRisk.objects.filter(pk=risk.pk).update(closed_at=NOW)
    actions.close(risk, reason="Bought, and stays.", by=cast.jonas, at=NOW)
    with pytest.raises(Conflict, match="closed it on"):
        actions.close(risk, reason="Again.", by=cast.jonas, at=NOW)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        PilotRisk.objects.filter(pk=risk.pk).update(closed_because="Another word.")
    assert queries.known(pilot) == []
    told = set(Event.objects.filter(type__startswith="risk.").values_list("type", flat=True))
    assert told == {"risk.recorded", "risk.looked_at", "risk.closed"}


def test_it_is_on_pages_before_a_decision_and_in_its_record(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    browser = Client()
    browser.force_login(cast.jonas)
    given = {
        "what": "Nobody covers the night shift.", "weight": 2, "chance": 3, "done": "Asked the pool.",
        "owner": cast.jonas.pk, "look_on": (dates.today() + timedelta(days=60)).isoformat(),
    }  # fmt: skip
    review = make.propose(cast, pilot, fund)
    assert browser.post(reverse("pilots:risk-record", args=[pilot.pk]), given).status_code == 302
    risk = PilotRisk.objects.get()
    assert waiting(cast.jonas) == []
    PilotRisk.objects.filter(pk=risk.pk).update(look_on=make.TODAY)
    assert [one.kind for one in waiting(cast.jonas)] == ["Risk, high"]
    look = {name: given[name] for name in ("weight", "chance", "owner", "look_on")}
    looked = browser.post(
        reverse("pilots:api-risk-look", args=[risk.pk]), look, content_type="application/json"
    )
    assert (looked.status_code, looked.json()["is_high"], waiting(cast.jonas)) == (200, True, [])
    assert "Asked the pool." in browser.get(risk.get_absolute_url()).content.decode()
    browser.force_login(cast.amara)
    for place in (pilot.get_absolute_url(), review.get_absolute_url()):
        shown = browser.get(place).content.decode()
        assert "Nobody covers the night shift." in shown, place
        assert "High" in shown, place
    gates.decide_resources(
        GateReview.objects.get(pk=review.pk), approve=True, by=cast.amara, at=NOW
    )
    (kept,) = GateReview.objects.get(pk=review.pk).known["risks"]
    assert (kept["high"], kept["owner"]) == (True, cast.jonas.name)
    browser.force_login(cast.jonas)
    closed = browser.post(reverse("pilots:risk-close", args=[risk.pk]), {"reason": "Covered."})
    assert closed.status_code == 302
    shown = browser.get(review.get_absolute_url()).content.decode()
    assert "What could happen, as it was known" in shown
    assert "Nobody covers the night shift." in shown
