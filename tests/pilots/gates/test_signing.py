"""What binds more is signed anew, on what was read; approvals follow each other where the fund says so; and
concerns stay beside the decision."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import RoleGrant, User
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.funding import actions as funding
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates import queries
from pilots.gates.comparisons import hash_of_known
from pilots.gates.models import Dissent, GateReview, GateSignature
from pilots.gates.permissions import can_decide, can_dissent
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, PASSWORD, Cast, somebody
from tests.factories.delegation import fresh

pytestmark = pytest.mark.django_db

JSON = "application/json"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def seen(client: Client, review: GateReview) -> str:
    page = client.get(review.get_absolute_url()).content.decode()
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def show(client: Client, asked: Any, password: str = PASSWORD) -> Any:
    """Give the password where the answer asks for it."""
    assert asked.status_code == 302
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    next_page = asked.headers["Location"].partition("next=")[2].replace("%2F", "/")
    return client.post(reverse("account_reauthenticate"), {"password": password, "next": next_page})


def test_approval_above_the_amount_is_signed_on_what_was_read(cast: Cast, pilot: Pilot) -> None:
    fund = make.make_fund(cast, sign_above=Decimal(60_000))
    review = make.propose(cast, pilot, fund)
    amara, address = browser(cast.amara), review.get_absolute_url()
    assert "asked for your password" in amara.get(address).content.decode()
    typed = {"decision": "approve", "reason": "It is worth it.", "seen": seen(amara, review)}

    # Nothing is decided until the password is there, and a wrong one is a wrong one.
    asked = amara.post(address, typed)
    waits = amara.get(asked.headers["Location"]).content.decode()
    assert re.search(r"You pressed.*Approve.*It is worth it\.", waits, re.DOTALL)
    assert show(amara, asked, "not this one").status_code != 302
    assert not GateSignature.objects.exists()
    make.make_fund(cast)  # nothing that this page shows
    assert show(amara, asked).headers["Location"] == address
    review.refresh_from_db()
    signature = GateSignature.objects.get()
    assert (signature.person, signature.signed_with) == (cast.amara, "password")
    assert signature.seen == typed["seen"] == hash_of_known(review.known)
    assert review.decision == "approve"
    page = browser(cast.jonas).get(address).content.decode()
    assert "Signed" in page
    assert signature.seen in page
    told = browser(cast.jonas).get(reverse("pilots:api-gate-detail", args=[review.pk])).json()
    assert told["signatures"][0]["seen"] == signature.seen

    # The same password is asked for again next time; a return is not signed; nothing smaller is.
    other = make.propose(cast, make.open_pilot(cast), fund)
    again = {**typed, "seen": seen(amara, other)}
    assert "reauthenticate" in amara.post(other.get_absolute_url(), again).headers["Location"]
    returned = amara.post(other.get_absolute_url(), {**again, "decision": "return"})
    assert returned.headers["Location"] == other.get_absolute_url()
    charter = make.Charter(lines=(make.Line(amount=Decimal(60_000)),))
    small = make.propose(cast, make.open_pilot(cast), fund, charter)
    amara.post(small.get_absolute_url(), {**typed, "seen": seen(amara, small)})
    small.refresh_from_db()
    assert small.decision == "approve"
    for change in (lambda: GateSignature.objects.update(seen="0" * 64), signature.delete):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()


def test_without_a_signature_nothing_binds_by_any_door(cast: Cast, pilot: Pilot) -> None:
    fund = make.make_fund(cast, sign_above=Decimal(60_000))
    review = make.propose(cast, pilot, fund)
    with pytest.raises(Refused, match="gives their password or second step again"):
        gates.decide_resources(review, approve=True, by=cast.amara, at=NOW)
    by_api = browser(cast.amara).post(
        reverse("pilots:api-gate-decide", args=[review.pk]), {"decision": "approve"}, JSON
    )
    assert by_api.status_code == 409
    assert review.get_absolute_url() in by_api.content.decode()
    at = timezone.now()
    stale = gates.Signature("password", NOW)
    with pytest.raises(Refused, match="again"):
        gates.decide_resources(review, approve=True, signature=stale, by=cast.amara, at=at)
    unread = gates.Signature("password", at)
    with pytest.raises(Conflict, match="Open the page anew"):
        gates.decide_resources(review, approve=True, signature=unread, by=cast.amara, at=at)
    with pytest.raises(IntegrityError, match="signed by who makes it"), transaction.atomic():
        GateReview.objects.filter(pk=review.pk).update(
            decision="approve", decided_by=cast.amara, decided_at=at
        )
    review.refresh_from_db()
    assert review.decided_at is None


def test_what_changed_since_it_was_read_is_read_again_and_nothing_typed_is_lost(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.propose(cast, pilot, fund)
    frank, address = browser(cast.frank), review.get_absolute_url()
    before = seen(frank, review)
    assert seen(frank, review) == before
    concern = "The night shift has no microphones."
    helen = browser(cast.helen)
    page = reverse("pilots:gate-dissent", args=[review.pk])
    assert helen.get(page).status_code == 200
    assert helen.post(page, {"text": " "}).status_code == 400
    assert helen.post(page, {"text": concern}).headers["Location"] == address

    typed = {"decision": "approve", "reason": "All is fine as I read it.", "seen": before}
    refused = frank.post(address, typed)
    assert refused.status_code == 409
    shown = refused.content.decode()
    for words in ("changed since you opened the page", typed["reason"], concern):
        assert words in shown
    assert f'value="{before}"' not in shown
    assert frank.post(address, {**typed, "seen": seen(frank, review)}).status_code == 302
    review.refresh_from_db()
    assert review.known["dissent"][0]["text"] == concern

    # It stays, once a person, by those who have a say, and only before the decision.
    assert concern in browser(cast.jonas).get(address).content.decode()
    told = Notice.objects.filter(title__startswith="Helen Sato has a concern")
    assert {one.person for one in told} == {cast.jonas, cast.amara, cast.frank}
    assert Event.objects.get(type="dissent.said").details["text"] == concern
    with pytest.raises(Refused, match="It is decided"):
        gates.dissent(review, text="Late.", by=cast.amara, at=NOW)
    with pytest.raises(IntegrityError, match="it is decided"), transaction.atomic():
        Dissent.objects.create(review=review, person=cast.amara, text="Late.", at=NOW)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Dissent.objects.update(text="Never mind.")


def test_concerns_are_said_once_by_whoever_decides_reviews_or_mentors(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.advise(cast, pilot)
    review = make.propose(cast, pilot, fund)
    may = {
        name for name in ("ana", "maya", "jonas", "priya", "amara", "rosa", "helen", "sam", "ingrid")
        if can_dissent(fresh(getattr(cast, name)), review)
    }  # fmt: skip
    assert may == {"amara", "rosa", "helen", "sam", "ingrid"}
    gates.dissent(review, text="Too early.", by=cast.rosa, at=NOW)
    with pytest.raises(Conflict, match="said your concern here"):
        gates.dissent(review, text="Much too early.", by=cast.rosa, at=NOW)
    with pytest.raises(Malformed):
        gates.dissent(review, text=" ", by=cast.amara, at=NOW)
    deputy = fresh(cast.frank)
    deputy.act_for(fresh(cast.amara))
    assert not can_dissent(deputy, review)
    sent = browser(cast.ingrid).post(
        reverse("pilots:api-gate-dissent", args=[review.pk]), {"text": "Ask the wards."}, JSON
    )
    assert [one["person"] for one in sent.json()["dissent"]] == [
        "Rosa Delgado",
        "Dr Ingrid Halloran",
    ]


def test_scaling_is_signed_and_keeps_who_looked_at_it(cast: Cast, pilot: Pilot) -> None:
    fund = make.make_fund(cast, sign_above=Decimal(100_000))
    review = make.evaluate(cast, pilot, fund)
    amara, address = browser(cast.amara), review.get_absolute_url()
    page = amara.get(address).content.decode()
    assert "To scale it you are asked" in page
    assert "Short form, by the team itself" in page
    typed = {"decision": "scale", "reason": "It held.", "seen": seen(amara, review)}
    assert show(amara, amara.post(address, typed)).headers["Location"] == address
    review.refresh_from_db()
    assert review.decision == "scale"
    (attested,) = review.known["attested"]
    assert (attested["area"], attested["by"]) == ("short_form", "Jonas Park")
    assert review.signatures.get().seen == hash_of_known(review.known)
    assert "Short form, by the team itself" in amara.get(address).content.decode()


def test_the_unit_says_yes_first_where_the_fund_wants_an_order(cast: Cast, pilot: Pilot) -> None:
    matron = somebody("executive", at=cast.brigid)
    fund = make.make_fund(cast, second_approval_above=Decimal(50_000), approvals_in_order=True)
    review = make.propose(cast, pilot, fund)
    told = Notice.objects.filter(title__contains="asks for")
    assert {one.person for one in told} == {matron}
    assert list(queries.waiting_for(fresh(matron))) == [review]
    assert list(queries.waiting_for(fresh(cast.amara))) == []
    assert "First A executive says yes" in can_decide(fresh(cast.amara), review).reason
    assert not queries.is_stuck(review)

    gates.decide_resources(review, approve=True, by=fresh(matron), at=NOW)
    second = Notice.objects.filter(title__contains="waits for the second approval")
    assert {one.person for one in second} == {cast.amara, cast.frank}
    assert list(queries.waiting_for(fresh(matron))) == []
    assert list(queries.waiting_for(fresh(cast.amara))) == [review]
    with pytest.raises(NotAllowed, match="an executive of Lakeshore Health decides on"):
        gates.decide_resources(review, approve=True, by=fresh(matron), at=NOW)
    assert not queries.is_stuck(review)
    gates.decide_resources(review, approve=True, by=cast.frank, at=NOW)
    assert pilot.awards.count() == 1

    # Where the unit has nobody of its own who may, both come from the unit of the fund.
    RoleGrant.objects.filter(person=matron).update(ended_at=NOW, ended_by=cast.ada)
    other = make.propose(cast, make.open_pilot(cast), fund)
    for by in (cast.amara, cast.frank):
        gates.decide_resources(other, approve=True, by=by, at=NOW)
    assert other.decision == "approve"


def test_finance_says_how_a_fund_is_approved(cast: Cast, fund: Fund) -> None:
    sam, address = browser(cast.sam), reverse("pilots:fund-approvals", args=[fund.pk])
    alone = sam.post(address, {"approvals_in_order": "on", "sign_above": "10"})
    assert alone.status_code == 400
    assert "An order takes two approvals" in alone.content.decode()
    sam.post(
        address,
        {"approvals_in_order": "on", "second_approval_above": "5000", "sign_above": "1000"},
    )
    fund.refresh_from_db()
    assert (fund.second_approval_above, fund.sign_above) == (Decimal(5000), Decimal(1000))
    assert fund.approvals_in_order
    page = sam.get(fund.get_absolute_url()).content.decode()
    assert "own unit, then the unit of the fund" in page
    event = Event.objects.get(type="fund.approvals_set")
    assert event.details["after"]["sign_above"] == "1000.00"
    api = reverse("pilots:api-fund-approvals", args=[fund.pk])
    assert sam.post(api, {"approvals_in_order": True}, JSON).status_code == 400
    assert sam.post(api, {}, JSON).json()["sign_above"] is None
    funding.set_approvals(
        fund, second_approval_above=None, sign_above=None, approvals_in_order=False, by=cast.sam,
        at=NOW,
    )  # fmt: skip
    assert Event.objects.filter(type="fund.approvals_set").count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Fund.objects.filter(pk=fund.pk).update(approvals_in_order=True)
