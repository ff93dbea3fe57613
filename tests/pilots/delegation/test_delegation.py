"""Somebody who decides lets another decide for a while: within limits, in their own name, and for nobody
who may not decide."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.audit import presenters as audit_presenters
from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import RoleGrant, User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.web import panels
from pilots.delegation import actions
from pilots.delegation.models import Delegation
from pilots.delegation.permissions import can_delegate
from pilots.delegation.rights import RIGHT_AT
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates import queries
from pilots.gates.models import GateReview
from pilots.gates.permissions import PERMISSION_AT, can_decide
from pilots.lifecycle.models import FormerMember, Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.delegation import ask, delegate, fresh

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def kinds(user: User) -> list[str]:
    return [item.kind for item in panels.waiting_for(fresh(user))]


def why_not(user: User, review: GateReview) -> str:
    return can_decide(fresh(user), GateReview.objects.get(pk=review.pk)).reason


def approve(review: GateReview, *, by: User) -> GateReview:
    found = GateReview.objects.get(pk=review.pk)
    return gates.decide_resources(found, approve=True, by=fresh(by), at=timezone.now())


def test_both_rooms_name_the_same_permissions() -> None:
    assert {gate: PERMISSION_AT[gate] for gate in RIGHT_AT} == RIGHT_AT


def test_delegate_decides_within_the_limits_and_the_record_says_for_whom(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    asked = ask(cast, up_to=Decimal(68_000))
    review = make.propose(cast, pilot, fund)
    assert "decided by an executive" in why_not(cast.priya, review)  # not before her own yes
    assert kinds(cast.priya) == ["Delegation"]
    actions.answer(asked, accept=True, by=cast.priya, at=timezone.now())
    assert Notice.objects.filter(person=cast.amara, title="Priya Raman decides for you").exists()

    assert why_not(cast.priya, review) == ""
    assert list(queries.waiting_for(fresh(cast.priya))) == [review]
    assert kinds(cast.priya) == ["Resources"]
    assert cast.priya in queries.deciders(pilot, review.gate)
    page = browser(cast.priya).get(review.get_absolute_url()).content.decode()
    assert "$68,000" in page
    assert 'value="approve"' in page

    decided = approve(review, by=cast.priya)
    assert decided.decider == "Priya Raman for Dr Amara Osei"
    for address, words in (
        (review.get_absolute_url(), "Priya Raman for Dr Amara Osei"),
        (reverse("pilots:pilot-evidence", args=[pilot.pk]), "Priya Raman for Dr Amara Osei"),
        (reverse("pilots:pilot-history", args=[pilot.pk]), "Done for Dr Amara Osei."),
    ):
        assert words in browser(cast.jonas).get(address).content.decode()
    api = browser(cast.jonas).get(reverse("pilots:api-gate-detail", args=[review.pk])).json()
    assert (api["decided_by"], api["decided_for"]) == ("Priya Raman", "Dr Amara Osei")
    event = Event.objects.get(type="pilot.approved")
    assert event.details["acting_for"]["name"] == "Dr Amara Osei"
    assert audit_presenters.line(event).text.endswith("Done for Dr Amara Osei.")


def test_delegate_is_refused_beyond_what_was_delegated(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.propose(cast, pilot, fund)
    small = delegate(cast, up_to=Decimal(67_999))
    assert "asks for $67,999 at most; this asks for $68,000" in why_not(cast.priya, review)
    assert list(queries.waiting_for(fresh(cast.priya))) == []
    assert cast.priya not in queries.deciders(pilot, review.gate)
    actions.end(small, by=cast.priya, at=timezone.now())
    other = delegate(cast, gates=["outcome"])
    assert why_not(cast.priya, review) != ""
    actions.end(other, by=cast.amara, at=timezone.now())
    below = delegate(cast, unit=cast.medicine)
    assert why_not(cast.priya, review) != ""
    assert list(queries.waiting_for(fresh(cast.priya))) == []
    actions.end(below, by=cast.amara, at=timezone.now())
    later = delegate(cast, starts_on=dates.today() + timedelta(days=1))
    assert why_not(cast.priya, review) != ""
    actions.end(later, by=cast.amara, at=timezone.now())
    with pytest.raises(Conflict, match="ended already"):
        actions.end(later, by=cast.amara, at=timezone.now())

    running = delegate(cast)
    assert why_not(cast.priya, review) == ""
    acting = fresh(cast.priya)
    acting.act_for(fresh(cast.maya))
    assert not can_decide(acting, review)  # what one took on is one's own to do
    stand_in = fresh(cast.ben)
    stand_in.act_for(fresh(cast.priya))
    assert not can_decide(stand_in, review)
    RoleGrant.objects.filter(person=cast.amara).update(ended_at=NOW, ended_by=cast.ada)
    refused, waiting = why_not(cast.priya, review), queries.waiting_for(fresh(cast.priya))
    assert "may not decide here either" in refused
    assert list(waiting) == []
    actions.end(running, by=cast.priya, at=timezone.now())
    assert why_not(cast.priya, review) != ""
    with pytest.raises(NotAllowed):
        approve(review, by=cast.priya)


@pytest.mark.parametrize("how", ["ended", "ran out", "giver lost the role"])
def test_what_a_delegate_typed_is_given_back_where_it_ended_meanwhile(
    cast: Cast, pilot: Pilot, fund: Fund, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = make.propose(cast, pilot, fund)
    running = delegate(cast, starts_on=dates.today() - timedelta(days=3))
    page = browser(cast.priya)
    assert 'value="approve"' in page.get(review.get_absolute_url()).content.decode()
    if how == "ended":
        actions.end(running, by=cast.amara, at=timezone.now())
        said = "What Dr Amara Osei delegated to you ended: "
    elif how == "ran out":
        monkeypatch.setattr(dates, "today", lambda: running.ends_on + timedelta(days=1))
        said = f"What Dr Amara Osei delegated to you ended: {dates.day_in_words(running.ends_on)}"
    else:
        RoleGrant.objects.filter(person=cast.amara).update(
            ended_at=timezone.now(), ended_by=cast.ada
        )
        said = "Dr Amara Osei, for whom you would decide, may not decide here either"
    answer = page.post(
        review.get_absolute_url(),
        {"decision": "approve", "reason": "The ward asked for it twice, and Ana will train them."},
    )
    assert answer.status_code == 409
    words = answer.content.decode()
    assert said in words and "You do not decide here any more" in words
    assert "The ward asked for it twice, and Ana will train them." in words
    assert 'value="approve"' not in words
    review.refresh_from_db()
    assert review.decided_at is None


def test_who_never_decided_here_for_anybody_is_refused_as_ever(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.propose(cast, pilot, fund)
    delegate(cast, gates=["outcome"])
    sent = {"decision": "approve", "reason": "Yes."}
    for who in (cast.priya, cast.jonas):
        assert browser(who).post(review.get_absolute_url(), sent).status_code == 403


def test_nobody_launders_a_conflict_through_a_delegate(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.propose(cast, pilot, fund)
    by_sponsor = delegate(cast, by=cast.rosa)
    assert "Rosa Delgado, for whom you would decide, may not" in why_not(cast.priya, review)
    assert list(queries.waiting_for(fresh(cast.priya))) == []
    assert cast.priya not in queries.deciders(pilot, review.gate)
    actions.end(by_sponsor, by=cast.rosa, at=timezone.now())

    to_lead = delegate(cast, to=cast.jonas)
    assert "opened or proposed themselves" in why_not(cast.jonas, review)
    assert list(queries.waiting_for(fresh(cast.jonas))) == []
    actions.end(to_lead, by=cast.amara, at=timezone.now())

    running = delegate(cast)
    row = GateReview.objects.filter(pk=review.pk)
    decided: dict[str, Any] = {
        "decision": "return", "reason": "No.", "decided_at": timezone.now(),
        "decided_by": cast.priya, "delegation": running,
    }  # fmt: skip
    for wrong in (
        {"decided_for": cast.frank},
        {"decided_for": cast.rosa},
        {"decided_for": cast.amara, "decided_by": cast.frank},
        {"decided_for": None},
        {"decided_for": cast.priya},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**decided | wrong)
    FormerMember.objects.create(pilot=pilot, person=cast.amara, role="member", left_at=NOW)
    assert "Dr Amara Osei, for whom you would decide, may not" in why_not(cast.priya, review)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(**decided, decided_for=cast.amara)


def test_one_who_delegates_and_their_delegate_are_one_of_two_approvals(cast: Cast) -> None:
    fund = make.make_fund(cast, second_approval_above=Decimal(50_000))
    pilot = make.open_pilot(cast)
    review = make.propose(cast, pilot, fund)
    delegate(cast)
    approve(review, by=cast.priya)
    with pytest.raises(Conflict, match="You have answered this already"):
        approve(review, by=cast.amara)
    assert list(queries.waiting_for(fresh(cast.amara))) == []
    assert list(queries.waiting_for(fresh(cast.priya))) == []
    page = browser(cast.frank).get(review.get_absolute_url()).content.decode()
    assert "Priya Raman for Dr Amara Osei approved; one more is missing" in page
    decided = approve(review, by=cast.frank)
    assert decided.decider == "Frank Delacroix"


def test_only_who_decides_delegates_and_only_to_who_sees_the_pilots(cast: Cast) -> None:
    assert not can_delegate(fresh(cast.maya))
    delegate(cast)
    assert not can_delegate(fresh(cast.priya))  # no delegation of a delegation
    deputy = fresh(cast.frank)
    deputy.act_for(fresh(cast.amara))
    assert not can_delegate(deputy)
    today = dates.today()
    wrong: list[tuple[dict[str, Any], type[Refused], str]] = [
        ({"by": cast.maya}, NotAllowed, "none of your roles"),
        ({"by": cast.hugo}, NotAllowed, "do not decide in St Brigid"),
        ({"to": cast.amara}, Refused, "somebody else than yourself"),
        ({"to": cast.victor}, Refused, "works in a unit"),
        ({"to": cast.hugo}, Refused, "does not see the pilots of St Brigid"),
        ({"to": cast.frank}, Refused, "by a role of their own"),
        ({"gates": []}, Malformed, "at which gates"),
        ({"gates": ["resume"]}, Malformed, "at which gates"),
        ({"up_to": Decimal(0)}, Malformed, "above 0"),
        ({"reason": " "}, Malformed, "Say why"),
        ({"ends_on": today - timedelta(days=1)}, Refused, "not past"),
        ({"to": cast.helen, "starts_on": today + timedelta(days=20)}, Refused, "before the first"),
        ({"to": cast.helen, "ends_on": today + timedelta(days=93)}, Refused, "three months"),
        ({}, Conflict, "End that one first"),
    ]
    for fields, kind, sentence in wrong:
        with pytest.raises(kind, match=sentence):
            ask(cast, **fields)
    delegate(cast, unit=cast.medicine)  # elsewhere, another one
    row = Delegation.objects.filter(unit=cast.brigid)
    for change in ({"up_to": 1}, {"ends_on": date(2030, 1, 1)}, {"accepted": False}):
        with pytest.raises(ProgrammingError), transaction.atomic():
            row.update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic():
        row.delete()


def test_pages_ask_answer_and_end(cast: Cast) -> None:
    amara, priya, address = (
        browser(cast.amara),
        browser(cast.priya),
        reverse("pilots:delegation-list"),
    )
    today = dates.today()
    typed = {
        "email": "nobody@lakeshore.example", "unit": cast.brigid.pk, "gates": ["resources"],
        "up_to": "50000", "starts_on": today, "ends_on": today, "reason": "Leave until Monday.",
    }  # fmt: skip
    answer = amara.post(address, typed)
    assert answer.status_code == 400
    assert "Leave until Monday." in answer.content.decode()
    assert amara.post(address, {**typed, "email": cast.priya.email}).status_code == 302
    made = Delegation.objects.get()
    assert "Priya Raman" in amara.get(reverse("innovation:profile")).content.decode()
    one = made.get_absolute_url()
    assert amara.post(one, {"answer": "yes"}).status_code == 403
    assert priya.post(one, {"answer": "yes"}).status_code == 302
    assert (
        "You decide for <strong>Dr Amara Osei"
        in priya.get(reverse("innovation:profile")).content.decode()
    )
    assert priya.get(address).status_code == 200
    assert priya.post(address, typed).status_code == 403

    seen = browser(cast.ada).get(address).content.decode()
    assert "Priya Raman for Dr Amara Osei" in seen
    assert "$50,000" in browser(cast.ada).get(one).content.decode()
    for nobody in (cast.jonas, cast.hugo):
        assert browser(nobody).get(one).status_code == 404
        assert "Priya Raman" not in browser(nobody).get(address).content.decode()
    assert (
        browser(cast.ada).post(reverse("pilots:delegation-end", args=[made.pk])).status_code == 403
    )
    assert priya.post(reverse("pilots:delegation-end", args=[made.pk])).status_code == 302
    assert "Ended by Priya Raman" in amara.get(one).content.decode()

    api = reverse("pilots:api-delegation-list")
    sent = {**typed, "to": cast.helen.pk, "unit": cast.lakeshore.pk}
    made_by_api = amara.post(api, sent, content_type="application/json")
    assert made_by_api.status_code == 201, made_by_api.content
    key = made_by_api.json()["id"]
    answered = browser(cast.helen).post(
        reverse("pilots:api-delegation-answer", args=[key]), {"accept": False},
        content_type="application/json",
    )  # fmt: skip
    assert answered.json()["accepted"] is False
    assert [one["id"] for one in amara.get(api).json()["results"]] == [key, made.pk]
