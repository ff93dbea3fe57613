"""A decision before its time, or on old numbers, takes its own reason and is marked for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.rules.refusal import Malformed
from pilots.evidence_packs import contents
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates import queries
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

EARLY = NOW - timedelta(days=3)
TOLD: dict[str, Any] = {
    "reason": "The wards want it.",
    "against": "Two wards are sure.",
    "early_because": "The licence ends on Friday.",
    "stale_because": "The export is broken until spring.",
}


@pytest.fixture
def review(cast: Cast, pilot: Pilot, fund: Fund) -> GateReview:
    """Agreed to run until today at the least; its primary metric has one number since go-live, its
    guardrail all of them."""
    make.run(cast, pilot, fund)
    for metric in pilot.metrics.all():
        weeks = 4 if metric.role == "guardrail" else 1
        make.observe(metric, since=make.TODAY - timedelta(weeks=4), weeks=weeks, value=1)
    return gates.ask_for_decision(pilot, by=cast.jonas, at=EARLY)


def test_each_mark_takes_its_own_reason_and_stays(cast: Cast, review: GateReview) -> None:
    pilot = review.pilot
    make.plan_to_scale(cast, pilot, at=EARLY)
    primary = pilot.metrics.get(role="primary")
    for unsaid, refused in (
        ("early_because", r"until 23 November 2026 at the least\. Say why you decide before"),
        ("stale_because", rf"{primary.name}\. Say why you decide on old numbers"),
    ):
        given = TOLD | {unsaid: " "}
        with pytest.raises(Malformed, match=refused):
            gates.decide_outcome(
                GateReview.objects.get(pk=review.pk),
                decision="scale", by=cast.amara, at=EARLY, **given,
            )  # fmt: skip
    review = GateReview.objects.get(pk=review.pk)
    for whole in ({"early_until": make.TODAY}, {"stale": primary.name}):
        with pytest.raises(IntegrityError, match="says_why"), transaction.atomic():
            GateReview.objects.filter(pk=review.pk).update(**whole)
    with pytest.raises(IntegrityError, match="before its time is marked"), transaction.atomic():
        GateReview.objects.filter(pk=review.pk).update(
            decision="stop", decided_at=EARLY, decided_by=cast.amara, reason="So."
        )

    gates.decide_outcome(review, decision="scale", by=cast.amara, at=EARLY, **TOLD)
    kept = GateReview.objects.get(pk=review.pk)
    assert (kept.early_until, kept.stale) == (make.TODAY, primary.name)
    assert kept.known["marks"] == {"early_until": "2026-11-23", "stale": [primary.name]}
    assert queries.marked(pilot) == [kept]
    for other in (
        {"early_until": None, "early_because": ""}, {"stale": "", "stale_because": ""},
        {"decision": "extend"}, {"recommended": "scale"},
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            GateReview.objects.filter(pk=kept.pk).update(**other)
    with pytest.raises(IntegrityError, match="gate_early_says_why"), transaction.atomic():
        GateReview.objects.filter(pk=kept.pk).update(early_because="")

    told = {
        event.type: event.details for event in Event.objects.filter(type__startswith="gate.decided")
    }
    assert told["gate.decided_early"]["reason"] == TOLD["early_because"]
    assert told["gate.decided_on_old_numbers"]["metrics"] == primary.name

    reader = Client()
    reader.force_login(cast.frank)
    for page in (
        pilot.get_absolute_url(), review.get_absolute_url(), reverse("okrs:review"),
        reverse("pilots:pilot-evidence", args=[pilot.pk]),
    ):  # fmt: skip
        shown = reader.get(page).content.decode()
        for words in (
            "Decided before its time",
            "Decided on old numbers",
            *list(TOLD.values())[2:],
        ):
            assert words in shown, (page, words)
    api = reader.get(reverse("pilots:api-gate-detail", args=[review.pk])).json()
    assert (api["early_until"], api["stale_because"]) == ("2026-11-23", TOLD["stale_because"])
    (decided,) = reader.get(reverse("okrs:api-review")).json()["decided"][:1]
    assert decided["early_because"] == TOLD["early_because"]
    pack = contents.files_of(pilot, at=NOW)
    assert TOLD["early_because"] in pack["decisions.json"].decode()


def test_by_the_page_and_the_api_and_to_extend_is_not_before_its_time(
    cast: Cast, review: GateReview
) -> None:
    """Today the four weeks are over, and the number is still old."""
    browser = Client()
    browser.force_login(cast.amara)
    page = review.get_absolute_url()
    shown = browser.get(page).content.decode()
    assert "Why on old numbers" in shown
    assert "Why before its time" not in shown
    assert "A decision today would be marked" in shown
    given = {"decision": "extend", "reason": "More.", "until": make.TODAY + timedelta(weeks=6)}
    refused = browser.post(page, given)
    assert refused.status_code == 400
    assert "Say why you decide on old numbers." in refused.content.decode()
    by_api = reverse("pilots:api-gate-decide", args=[review.pk])
    answered = browser.post(by_api, given, content_type="application/json")
    assert (answered.status_code, "Say why" in answered.json()["detail"]) == (400, True)
    given["stale_because"] = "The export is broken until spring."
    assert browser.post(page, given).status_code == 302
    kept = GateReview.objects.get(pk=review.pk)
    assert (kept.decision, kept.early_until, kept.early_because) == ("extend", None, "")
    assert kept.stale
