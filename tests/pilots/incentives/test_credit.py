"""Who had which part: read from the record, put right by asking, left out at will, and told on only if one wants."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from innovation.needs import actions as needs
from innovation.notices.models import Notice
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.adoption import actions as adopting
from pilots.funding.models import Fund
from pilots.incentives import actions, document, queries
from pilots.incentives.models import CreditClaim, CreditTold
from pilots.incentives.panels import waiting
from pilots.incentives.presenters import own_parts
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from tests.factories import adoption, mentoring, safety
from tests.factories import incentives as given
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def pdf_words(document: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text().split()) for page in PdfReader(BytesIO(document)).pages
    )


def parts(pilot: Pilot, cast: Cast) -> set[tuple[str, str]]:
    found = queries.credit_of_pilot(pilot, reader=cast.jonas)
    return {(one.kind, one.name) for one in found}


@pytest.fixture
def grown(cast: Cast) -> Pilot:
    """On a need of Ana that Ben shares with a note and Ingrid without; an idea of Priya; Ingrid is its mentor."""
    need = make.make_need(cast)
    needs.add_voice(need, by=cast.ben, at=NOW, note="The clerks, too.")
    needs.add_voice(need, by=cast.helen, at=NOW)
    pilot = make.open_pilot(cast, needs=[need], idea=make.make_idea(cast, need))
    make.sit(pilot, cast.ingrid, role="mentor")
    make.sit(pilot, cast.ana, role="champion")
    return pilot


def test_the_record_says_who_had_which_part(cast: Cast, grown: Pilot, fund: Fund) -> None:
    assert parts(grown, cast) == {
        ("noticed", cast.ana.name),
        ("shared", cast.ben.name),
        ("shaped", cast.priya.name),
        ("led", cast.jonas.name),
        ("team", cast.ana.name),
        ("mentored", cast.ingrid.name),
    }, "a voice without a note is named nowhere"
    make.run(cast, grown, fund)
    safety.recorded(cast, grown, title="It hears the neighbour")
    make.block(cast, grown)
    lifecycle.stop(grown, reason="It did not help.", by=cast.jonas, at=NOW + timedelta(days=1))
    found = parts(grown, cast)
    assert ("stopped", cast.jonas.name) in found
    assert {"hazards", "logged"} <= {kind for kind, _name in found}
    page = Client()
    page.force_login(cast.amara)
    shown = page.get(grown.get_absolute_url()).content.decode()
    assert "Stopped it in time" in shown
    assert "Wrote down what could do harm: “It hears the neighbour”" in shown
    assert "Stopped on" in shown
    need = grown.needs.get()
    of_need = page.get(need.get_absolute_url()).content.decode()
    assert "Who had which part" in of_need
    assert grown.title in of_need


def test_who_said_yes_to_helping_is_named_and_who_said_no_is_not(cast: Cast, pilot: Pilot) -> None:
    group = adoption.name_group(cast, pilot)
    yes = adoption.ask_champion(cast, group, person=cast.ana)
    no = adoption.ask_champion(cast, group, person=cast.ben)
    adopting.agree_as_champion(yes, by=cast.ana, at=NOW)
    adopting.decline_as_champion(no, by=cast.ben, at=NOW)
    mentoring.mentored(pilot, cast.ingrid)
    found = parts(pilot, cast)
    assert {("champion", cast.ana.name), ("mentored", cast.ingrid.name)} <= found
    assert cast.ben.name not in {name for _kind, name in found}


def test_it_takes_as_few_statements_for_many(cast: Cast, grown: Pilot) -> None:
    more = [make.open_pilot(cast, title=f"Pilot {n}", needs=[grown.needs.get()]) for n in range(4)]
    for asked in ([grown], [grown, *more]):
        with CaptureQueriesContext(connection) as captured:
            queries.credits_of(asked, reader=cast.jonas)
        assert len(captured) <= 8, [q["sql"][:80] for q in captured.captured_queries]
    first = len(captured)
    with CaptureQueriesContext(connection) as captured:
        queries.credits_of([grown], reader=cast.jonas)
    assert len(captured) <= first


def test_a_part_that_the_record_does_not_know_is_confirmed_by_who_leads(
    cast: Cast, grown: Pilot
) -> None:
    with pytest.raises(Malformed):
        given.claim(cast, grown, what=" ")
    one = given.claim(cast, grown)
    assert ("also", cast.ana.name) not in parts(grown, cast)
    assert [item.kind for item in waiting(cast.jonas)] == ["Who had which part"]
    with pytest.raises(NotAllowed):
        actions.answer_claim(one, confirm=True, by=cast.ben, at=NOW)
    with pytest.raises(Malformed):
        actions.answer_claim(one, confirm=False, by=cast.jonas, at=NOW)
    actions.answer_claim(one, confirm=True, by=cast.jonas, at=NOW)
    assert ("also", cast.ana.name) in parts(grown, cast)
    assert waiting(cast.jonas) == []
    assert Notice.objects.filter(person=cast.ana, title__contains="in the record").exists()
    with pytest.raises(Conflict):
        actions.answer_claim(one, confirm=False, answer="No.", by=cast.jonas, at=NOW)
    own = given.claim(cast, grown, by=cast.jonas, what="Bought the cake")
    with pytest.raises(NotAllowed, match="Somebody else"):
        actions.answer_claim(own, confirm=True, by=cast.jonas, at=NOW)
    with pytest.raises(IntegrityError, match="answered_by_another"), transaction.atomic():
        CreditClaim.objects.filter(pk=own.pk).update(
            confirmed=True, answered_by=cast.jonas, answered_at=NOW
        )
    actions.answer_claim(own, confirm=False, answer="That was Ana.", by=cast.maya, at=NOW)
    assert ("also", cast.jonas.name) not in parts(grown, cast)


def test_a_name_is_taken_off_and_put_back_by_its_owner(cast: Cast, grown: Pilot) -> None:
    browser = Client()
    browser.force_login(cast.ana)
    address = reverse("pilots:credit-left-out-pilot", args=[grown.pk])
    assert browser.post(address, {"left_out": "1"}).status_code == 302
    assert cast.ana.name not in {name for _kind, name in parts(grown, cast)}
    assert "Put my name back" in browser.get(reverse("pilots:my-contributions")).content.decode()
    assert browser.post(address, {"left_out": "1"}).status_code == 302
    assert browser.post(address).status_code == 302
    assert ("team", cast.ana.name) in parts(grown, cast)
    need = grown.needs.get()
    of_need = reverse("pilots:credit-left-out-need", args=[need.pk])
    assert browser.post(of_need, {"left_out": "1"}).status_code == 302
    assert [one.name for one in queries.credit_of_need(need)] == [cast.ben.name]
    # Off is off: also where the need's pilots are told of.
    assert ("noticed", cast.ana.name) not in parts(grown, cast)


def test_who_took_their_name_off_is_not_offered_for_thanks_either(cast: Cast, grown: Pilot) -> None:
    need = grown.needs.get()
    for thing in (grown, need):
        assert cast.ana in queries.may_be_thanked(thing, reader=cast.maya).people
        for who in (cast.ana, cast.ben, cast.jonas):
            actions.leave_out(thing, left_out=True, by=who, at=NOW)
    browser = Client()
    browser.force_login(cast.maya)
    for thing, name in ((grown, "pilot"), (need, "need")):
        page = browser.get(
            f"{reverse(f'pilots:thank-{name}', args=[thing.pk])}?to={cast.ana.pk}"
        ).content.decode()
        assert f"person-{cast.ana.pk}" not in page, name
        assert f"person-{cast.ben.pk}" not in page, name
        with pytest.raises(Malformed, match="had a part"):
            actions.thank(
                thing, text="For it.", people=[cast.ana], public=True, by=cast.maya, at=NOW
            )
        sent = browser.post(
            reverse(f"pilots:api-{name}-thanks", args=[thing.pk]),
            {"text": "For it.", "people": [cast.ana.pk], "public": False},
            content_type="application/json",
        )
        assert sent.status_code == 400, name
    # Who leads it is named on its page as its lead, whatever they say of their part.
    assert cast.jonas in queries.may_be_thanked(grown, reader=cast.maya).people
    assert queries.may_be_thanked(need, reader=cast.maya).people == ()


def test_who_leads_the_unit_is_told_only_if_one_wants_it(cast: Cast, grown: Pilot) -> None:
    before = Notice.objects.filter(person__in=[cast.amara, cast.frank, cast.rosa]).count()
    leaders = queries.who_leads(cast.ana)
    assert leaders
    assert cast.ana not in leaders
    assert not CreditTold.objects.exists()
    assert Notice.objects.filter(person__in=[cast.amara, cast.frank, cast.rosa]).count() == before
    with pytest.raises(Refused, match="no part of yours"):
        actions.tell_who_leads(grown, by=cast.otto, at=NOW)
    actions.tell_who_leads(grown, by=cast.ana, at=NOW)
    told = Notice.objects.filter(title__contains="Ana Ruiz had a part")
    assert {one.person for one in told} == set(leaders)
    assert all("Worked on it" in one.text for one in told)
    browser = Client()
    browser.force_login(cast.ana)
    page = " ".join(browser.get(reverse("pilots:my-contributions")).content.decode().split())
    names = ", ".join(sorted(one.name for one in leaders))
    assert len(leaders) > 1
    assert f"You had {names} told, " in page


def test_what_was_done_without_a_name_is_told_to_nobody_but_oneself(cast: Cast) -> None:
    need = make.make_need(cast, by=cast.ana, anonymous=True)
    pilot = make.open_pilot(cast, needs=[need])
    assert ("noticed", "Somebody who asked not to be named") in parts(pilot, cast)
    with pytest.raises(Refused, match="no part of yours"):
        actions.tell_who_leads(pilot, by=cast.ana, at=NOW)
    (own,) = own_parts(cast.ana)
    assert own.unnamed
    assert own_parts(cast.ana, unnamed=False) == []
    browser = Client()
    browser.force_login(cast.ana)
    address = reverse("pilots:my-contributions-pdf")
    assert need.title not in pdf_words(browser.get(address).content)
    assert need.title in pdf_words(browser.get(f"{address}?unnamed=on").content)


def test_the_statement_says_what_the_record_says_and_is_the_same_again(
    cast: Cast, grown: Pilot
) -> None:
    given.thank(cast, grown, people=[cast.ana], by=cast.jonas, text="For the night round.")
    received = list(queries.received_by(cast.ana))
    mine = own_parts(cast.ana)
    made = [
        document.pdf(cast.ana, mine, received, since=None, until=None, at=NOW) for _n in range(2)
    ]
    assert made[0] == made[1]
    words = pdf_words(made[0])
    for said in (
        "What Ana Ruiz contributed", grown.title, "Worked on it", "Noticed the need",
        "For the night round.", "SHA-256",
    ):  # fmt: skip
        assert said in words, said
    assert b"/StructTreeRoot" in made[0]
    browser = Client()
    browser.force_login(cast.ana)
    past = browser.get(reverse("pilots:my-contributions-pdf"), {"until": "2020-01-01"})
    assert past["Content-Type"] == "application/pdf"
    assert "knows of nothing in this time" in pdf_words(past.content)
    assert browser.get(reverse("pilots:my-contributions"), {"since": "never"}).status_code == 200
    told = browser.get(reverse("pilots:api-my-contributions")).json()
    assert {one["kind"] for one in told} == {"noticed", "team"}
