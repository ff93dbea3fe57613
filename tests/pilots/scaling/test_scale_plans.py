"""A plan is written part by part, owned by who says yes, and what is scaled has all of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people import actions as people
from innovation.rules.refusal import Malformed, NotAllowed, Refused
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.comparisons import hash_of_known
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import owner_after_scaling
from pilots.scaling import actions, panels, permissions, queries
from pilots.scaling.models import ScalePlan, ScalePlanAmendment
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def missing(pilot: Pilot) -> list[str]:
    return [part.key for part in queries.plan_of(pilot).missing]


def test_plan_is_kept_part_by_part_and_its_owner_says_yes_or_no(cast: Cast, pilot: Pilot) -> None:
    assert missing(pilot) == ["owner", "running_cost", "training", "integration", "taking_out"]
    actions.write(pilot, training=" A champion on each ward. ", by=cast.jonas, at=NOW)
    actions.write(pilot, owner=cast.ana, running_cost=Decimal(0), by=cast.maya, at=NOW)
    assert missing(pilot) == ["owner", "integration", "taking_out"]  # nothing a year is an answer
    plan = ScalePlan.objects.get()
    assert (plan.training, plan.owner, plan.asked) == ("A champion on each ward.", None, cast.ana)
    with pytest.raises(NotAllowed, match="asked of Ana"):
        actions.answer(plan, agrees=True, by=cast.jonas, at=NOW)
    assert [one.title for one in panels.waiting(cast.ana)] == [pilot.title]
    actions.answer(plan, agrees=False, words="I leave in May.", by=cast.ana, at=NOW)
    assert (plan.owner, plan.asked) == (None, None)
    told = Notice.objects.filter(kind="scaling", title__contains="will not own")
    assert {one.person for one in told} == {cast.maya, cast.jonas, cast.rosa}
    assert panels.waiting(cast.ana) == []
    with pytest.raises(Refused, match="Nobody is asked"):
        actions.answer(plan, agrees=True, by=cast.ana, at=NOW)
    actions.write(
        pilot, owner=cast.jonas, by=cast.jonas, at=NOW
    )  # who names themselves has said yes
    assert ScalePlan.objects.get().owner == cast.jonas
    actions.write(pilot, owner=cast.ben, by=cast.jonas, at=NOW)  # who owns it does so until then
    plan.refresh_from_db()
    assert (plan.owner, plan.asked) == (cast.jonas, cast.ben)
    with pytest.raises(Malformed, match="does not see the pilots"):
        actions.write(pilot, owner=cast.hugo, by=cast.jonas, at=NOW)
    with pytest.raises(Malformed, match="below zero"):
        actions.write(pilot, running_cost=Decimal(-1), by=cast.jonas, at=NOW)
    for stranger in (cast.ana, cast.victor, cast.amara, cast.otto):
        with pytest.raises(NotAllowed):
            actions.write(pilot, training="So.", by=stranger, at=NOW)
    types = list(Event.objects.filter(type__contains="owner").values_list("type", flat=True))
    assert sorted(set(types)) == ["pilot.owner_agreed", "pilot.owner_asked", "pilot.owner_declined"]
    # A gap between two yeses is no gap in the database either.
    for unasked in (cast.ana, cast.victor):
        with pytest.raises(IntegrityError), transaction.atomic():
            ScalePlan.objects.update(owner=unasked)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScalePlan.objects.update(running_cost=-1)


def test_scaling_takes_the_whole_plan_which_then_changes_by_amendment(
    cast: Cast, pilot: Pilot, fund: Fund, client: Client
) -> None:
    review = make.evaluate(cast, pilot, fund)
    actions.write(pilot, taking_out="", by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="How it is taken out again is not said"):
        gates.decide_outcome(review, decision="scale", reason="It held.", by=cast.amara, at=NOW)
    with pytest.raises(IntegrityError, match="scale plan is whole"), transaction.atomic():
        GateReview.objects.filter(pk=review.pk).update(
            decision="scale", decided_by=cast.amara, decided_at=NOW, reason="Everyone likes it."
        )
    client.force_login(cast.amara)
    said = client.get(review.get_absolute_url()).content.decode()
    assert "4 of 5 parts are there" in said
    sent = {"decision": "scale", "reason": "It held."}
    answered = client.post(review.get_absolute_url(), sent)
    assert answered.status_code == 409
    assert "Still missing" in answered.content.decode()
    plan = make.plan_to_scale(cast, pilot)
    review = gates.decide_outcome(
        GateReview.objects.get(pk=review.pk), decision="scale", reason="It held.",
        by=cast.amara, at=NOW,
    )  # fmt: skip
    assert review.known["scale_plan"] == queries.kept(queries.plan_of(pilot))
    told = Event.objects.get(type="pilot.scaled")
    assert told.details["known"] == hash_of_known(review.known)
    pilot = Pilot.objects.get(pk=pilot.pk)
    assert pilot.owner == owner_after_scaling(pilot) == cast.ingrid
    shown = client.get(review.get_absolute_url()).content.decode()
    assert "The plan it was scaled on" in shown
    assert "36,500" in shown

    # Locked, but for an amendment with a reason; the owner may make one, the outsider may not.
    with pytest.raises(Refused, match="by an amendment alone"):
        actions.write(pilot, training="Less.", by=cast.jonas, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScalePlan.objects.update(running_cost=1)
    with pytest.raises(Malformed, match="Say why"):
        actions.amend(pilot, running_cost=Decimal(40000), reason=" ", by=cast.ingrid, at=NOW)
    with pytest.raises(Malformed, match="left empty"):
        actions.amend(pilot, taking_out="", reason="So.", by=cast.ingrid, at=NOW)
    with pytest.raises(Malformed, match="Nothing is different"):
        actions.amend(pilot, reason="So.", by=cast.ingrid, at=NOW)
    with pytest.raises(NotAllowed):
        actions.amend(pilot, running_cost=Decimal(1), reason="So.", by=cast.ana, at=NOW)
    actions.amend(
        pilot, running_cost=Decimal(40000), owner=cast.ana, reason="The maker asks for more.",
        by=cast.ingrid, at=NOW,
    )  # fmt: skip
    amendment = ScalePlanAmendment.objects.get()
    assert (amendment.version, amendment.before["running_cost"]) == (2, "36500.00")
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        ScalePlanAmendment.objects.update(reason="Other.")
    plan.refresh_from_db()
    assert (plan.owner, plan.version) == (cast.ingrid, 2)
    actions.answer(plan, agrees=True, by=cast.ana, at=NOW)
    pilot = Pilot.objects.get(pk=pilot.pk)
    assert pilot.owner == cast.ana
    page = client.get(plan.get_absolute_url()).content.decode()
    assert "The maker asks for more." in page
    assert "$36,500" in page
    # Amounts are for who sees the pilot's money; a nurse reads the rest.
    client.force_login(cast.ben)
    page = client.get(plan.get_absolute_url()).content.decode()
    assert "The maker asks for more." in page
    assert "36,500" not in page
    # Whoever has left owns nothing, and somebody else is asked.
    people.deactivate(cast.ana, by=cast.ada, at=NOW + timedelta(hours=1))
    assert owner_after_scaling(Pilot.objects.get(pk=pilot.pk)) == cast.rosa
    (item,) = panels.to_hand_over(cast.ana)
    assert (item.url, item.holder) == (plan.get_absolute_url(), cast.ana.pk)


def test_plan_over_pages_and_api_for_those_it_concerns(
    cast: Cast, pilot: Pilot, client: Client
) -> None:
    page = reverse("pilots:scale-plan", args=[pilot.pk])
    api = reverse("pilots:api-scale-plan", args=[pilot.pk])
    client.force_login(cast.jonas)
    half = {"running_cost": "36500", "training": "On each ward.", "owner": cast.ana.pk}
    assert client.post(page, half).status_code == 302
    assert "3 of 5" not in client.get(page).content.decode()  # the owner has not said yes
    found = client.get(api).json()
    assert (found["whole"], found["asked"]["name"]) == (False, cast.ana.name)
    assert (found["owner"], found["running_cost"]) == (None, "36500.00")
    assert client.post(page, {"training": "Ask NHS number 943 476 5919."}).status_code == 400
    sent = {"integration": "None.", "taking_out": "Switch it off."}
    assert client.patch(api, sent, content_type="application/json").status_code == 200
    answer = reverse("pilots:scale-plan-answer", args=[pilot.pk])
    assert client.get(answer).status_code == 403
    client.force_login(cast.ana)
    assert "If it is scaled, you answer for it" in client.get(answer).content.decode()
    assert client.post(answer, {"answer": "yes", "words": ""}).status_code == 302
    found = client.get(api).json()
    assert (found["whole"], found["owner"]["name"]) == (True, cast.ana.name)
    assert client.patch(api, sent, content_type="application/json").status_code == 403
    assert "All five parts are there" in client.get(page).content.decode()
    client.force_login(cast.ben)  # reads pilots, and no money
    assert client.get(api).json()["running_cost"] is None
    client.force_login(cast.victor)
    assert client.get(page).status_code == client.get(api).status_code == 403
    assert not permissions.sees_cost(cast.victor, pilot, ScalePlan.objects.get())
