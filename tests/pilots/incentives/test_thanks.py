"""Thanks: said from a name, told once, taken back in time, kept to oneself, and never betraying an author."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.needs.models import Need
from innovation.notices.models import Notice
from innovation.people.models import User
from innovation.retention import held, names
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.gates import actions as gates
from pilots.incentives import actions, panels, queries
from pilots.incentives.actions.thanks import MOST_A_DAY
from pilots.incentives.models import Thanks, ThanksTo
from pilots.learning.models import LearningCard
from pilots.lifecycle.models import Pilot
from tests.factories import incentives as given
from tests.factories import learning as make_learning
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def test_thanks_are_told_once_read_by_all_and_kept_to_oneself_if_one_likes(
    cast: Cast, pilot: Pilot
) -> None:
    make.sit(pilot, cast.priya)
    thanks = given.thank(cast, pilot, people=[cast.jonas, cast.priya])
    told = Notice.objects.filter(kind="thanks")
    assert {one.person for one in told} == {cast.jonas, cast.priya}
    assert all("came at night" not in one.text for one in told), "words that may be taken back"
    (said,) = queries.thanks_about(pilot)
    assert set(said.to) == {cast.jonas.name, cast.priya.name}
    browser = Client()
    browser.force_login(cast.amara)
    assert "you came at night" in browser.get(pilot.get_absolute_url()).content.decode()
    to_priya = thanks.to.get(person=cast.priya)
    with pytest.raises(NotAllowed):
        actions.keep_to_oneself(to_priya, hidden=True, by=cast.jonas, at=NOW)
    actions.keep_to_oneself(to_priya, hidden=True, by=cast.priya, at=NOW)
    (said,) = queries.thanks_about(pilot)
    assert said.to == (cast.jonas.name,)
    actions.keep_to_oneself(thanks.to.get(person=cast.jonas), hidden=True, by=cast.jonas, at=NOW)
    assert queries.thanks_about(pilot) == []
    assert "you came at night" not in browser.get(pilot.get_absolute_url()).content.decode()
    actions.keep_to_oneself(to_priya, hidden=False, by=cast.priya, at=NOW)
    assert len(queries.thanks_about(pilot)) == 1


def test_a_stop_that_kept_its_rule_is_thanked_where_it_is_read_as_a_success_is(
    cast: Cast, pilot: Pilot
) -> None:
    review = make_learning.ask_past_its_end(cast, pilot)
    gates.decide_outcome(
        review, decision="stop", reason="It changed nothing.", by=cast.amara, at=NOW
    )
    card = LearningCard.objects.get(pilot=pilot)
    thank_url = reverse("pilots:thank-pilot", args=[pilot.pk])
    browser = Client()
    browser.force_login(cast.amara)
    places = (pilot.get_absolute_url(), review.get_absolute_url(), card.get_absolute_url())
    for place in places:
        shown = browser.get(place).content.decode()
        assert "Nobody has thanked them yet." in shown, place
        assert f'href="{thank_url}"' in shown, place
    given.thank(cast, pilot)
    given.thank(cast, pilot, text="Only for you.", public=False)
    for place in places:
        shown = browser.get(place).content.decode()
        assert shown.count("you came at night") == 1, place
        assert "Only for you." not in shown, place
    # Others read the card in the whole health system; whom the pilot is not for, thanks are not for either.
    assert panels.thanks_of_stop(cast.victor, card) is None
    card.kept_rule = False
    assert panels.thanks_of_stop(cast.amara, card) is None


def test_what_is_only_for_the_person_is_read_and_logged_by_nobody_else(
    cast: Cast, pilot: Pilot
) -> None:
    thanks = given.thank(cast, pilot, public=False)
    assert queries.thanks_about(pilot) == []
    event = Event.objects.get(type="thanks.given")
    assert event.subjects == [f"thanks:{thanks.pk}"]
    assert list(Thanks.objects.visible_to(cast.amara)) == []
    assert (
        list(Thanks.objects.visible_to(cast.jonas))
        == list(Thanks.objects.visible_to(cast.ana))
        == [thanks]
    )
    browser = Client()
    browser.force_login(cast.jonas)
    assert "Only you read it." in browser.get(reverse("pilots:my-contributions")).content.decode()


def test_they_are_taken_back_whole_and_within_a_week(cast: Cast, pilot: Pilot) -> None:
    thanks = given.thank(cast, pilot)
    with pytest.raises(NotAllowed):
        actions.take_back_thanks(thanks, by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="more than 7 days ago"):
        actions.take_back_thanks(thanks, by=cast.ana, at=NOW + timedelta(days=8))
    with pytest.raises(DatabaseError, match="whole and in time"), transaction.atomic():
        Thanks.objects.update(text="", taken_back_at=NOW + timedelta(days=8))
    with pytest.raises(DatabaseError, match="whole and in time"), transaction.atomic():
        Thanks.objects.update(text="Other words.")
    actions.take_back_thanks(thanks, by=cast.ana, at=NOW + timedelta(days=6))
    assert Thanks.objects.get().text == ""
    assert queries.thanks_about(pilot) == []
    assert not queries.received_by(cast.jonas).exists()
    with pytest.raises(Conflict):
        actions.take_back_thanks(thanks, by=cast.ana, at=NOW)


def test_nobody_is_thanked_for_nothing_by_themselves_or_by_many(cast: Cast, pilot: Pilot) -> None:
    wrong: dict[str, Any]
    for wrong in (
        {"text": "\u200b"},
        {"people": []},
        {"people": [cast.victor]},  # had no part in it
    ):
        with pytest.raises(Malformed):
            given.thank(cast, pilot, **wrong)
    with pytest.raises(Refused, match="themselves"):
        given.thank(cast, pilot, by=cast.jonas)
    kept = given.thank(cast, pilot)
    with pytest.raises(DatabaseError, match="thanks themselves"), transaction.atomic():
        ThanksTo.objects.create(thanks=kept, person=cast.ana)
    Thanks.objects.bulk_create(
        Thanks(pilot=pilot, by=cast.ana, at=NOW, text="Again.", public=True)
        for _number in range(MOST_A_DAY - 1)
    )
    with pytest.raises(Refused, match="Go on tomorrow"):
        given.thank(cast, pilot)
    given.thank(cast, pilot, at=NOW + timedelta(days=2))


def test_an_author_who_asked_not_to_be_named_is_thanked_and_never_betrayed(cast: Cast) -> None:
    need = make.make_need(cast, by=cast.ana, anonymous=True)
    pilot = make.open_pilot(cast, needs=[need])
    may = queries.may_be_thanked(pilot, reader=cast.jonas)
    assert may.authors == (need,)
    assert cast.ana not in may.people
    made = actions.thank(
        pilot, text="You saw it first.", authors=[need], public=True, by=cast.jonas, at=NOW
    )
    assert Notice.objects.filter(person=cast.ana, kind="thanks").count() == 1
    for event in Event.objects.filter(type="thanks.given"):
        assert cast.ana.ref not in event.subjects
        assert cast.ana.name not in str(event.details)
    browser = Client()
    for reader in (cast.jonas, cast.amara, cast.maya, cast.otto):
        browser.force_login(reader)
        for place in (
            pilot.get_absolute_url(),
            need.get_absolute_url(),
            reverse("pilots:thanks-of-pilot", args=[pilot.pk]),
            reverse("pilots:thank-pilot", args=[pilot.pk]),
            reverse("pilots:thank-need", args=[need.pk]),
            reverse("pilots:my-contributions"),
            reverse("pilots:api-pilot-thanks", args=[pilot.pk]),
            reverse("pilots:api-pilot-credit", args=[pilot.pk]),
        ):
            assert cast.ana.name not in browser.get(place).content.decode(), (reader.name, place)
    (said,) = queries.thanks_about(pilot)
    assert said.to == ("Somebody who asked not to be named",)
    (hers,) = queries.received_by(cast.ana)
    assert hers.thanks == made
    # She may keep it to herself, and thanks neither herself nor is offered to.
    actions.keep_to_oneself(hers, hidden=True, by=cast.ana, at=NOW)
    assert queries.thanks_about(pilot) == []
    assert queries.may_be_thanked(need, reader=cast.ana).authors == ()
    with pytest.raises(Refused, match="themselves"):
        actions.thank(need, text="I.", authors=[need], public=True, by=cast.ana, at=NOW)
    browser.force_login(cast.ana)
    mine = browser.get(reverse("pilots:my-contributions")).content.decode()
    assert "You saw it first." in mine
    assert "nobody is told that it was you" in mine


def test_from_a_name_on_pages_and_by_the_api(cast: Cast, pilot: Pilot) -> None:
    browser = Client()
    browser.force_login(cast.ana)
    address = reverse("pilots:thank-pilot", args=[pilot.pk])
    page = browser.get(f"{address}?to={cast.jonas.pk}").content.decode()
    (box,) = re.findall(rf'<input[^>]*value="person-{cast.jonas.pk}"[^>]*>', page)
    assert "checked" in box
    patient = browser.post(
        address,
        {"text": "For Mrs Clara Hughes, born 3/4/1951.", "who": [f"person-{cast.jonas.pk}"]},
    )
    assert patient.status_code == 400
    said = {"text": "For the night you stayed.", "who": [f"person-{cast.jonas.pk}"], "public": "on"}
    assert browser.post(address, said).status_code == 302
    need = Need.objects.get()
    of_need = reverse("pilots:api-need-thanks", args=[need.pk])
    body = {"text": "For writing it down.", "people": [cast.ana.pk], "public": True}
    other = Client()
    other.force_login(cast.ben)
    made = other.post(of_need, body, content_type="application/json")
    assert (made.status_code, made.json()["to"]) == (201, [cast.ana.name]), made.content
    wrong = other.post(
        of_need, {**body, "people": [cast.victor.pk]}, content_type="application/json"
    )
    assert wrong.status_code == 400
    assert "For writing it down." in other.get(need.get_absolute_url()).content.decode()
    mine = browser.get(reverse("pilots:api-thanks-to-me")).json()["results"]
    assert [one["text"] for one in mine] == ["For writing it down."]
    hidden = browser.post(reverse("pilots:thanks-hide", args=[mine[0]["id"]]), {"hidden": "1"})
    assert hidden.status_code == 302
    assert other.get(of_need).json()["results"] == []
    back = other.post(reverse("pilots:thanks-take-back", args=[made.json()["id"]]))
    assert back.status_code == 302
    victor = Client()
    victor.force_login(cast.victor)
    assert victor.get(address).status_code == 403


def test_a_name_that_goes_goes_from_thanks_and_parts_and_what_is_held_is_told(
    cast: Cast, pilot: Pilot
) -> None:
    given.thank(cast, pilot)
    need = make.make_need(cast, by=cast.jonas, anonymous=True, title="Without a name")
    actions.thank(need, text="You saw it.", authors=[need], public=True, by=cast.ana, at=NOW)
    tables = {one.label: one.rows for one in held.about(cast.jonas)}
    assert {one["person"] for one in tables["pilots.ThanksTo"]} == {"you", None}
    assert {one.label for one in held.about(cast.ana)} >= {"pilots.Thanks"}
    old = cast.jonas.name
    User.objects.filter(pk=cast.jonas.pk).update(is_active=False)
    cast.jonas.refresh_from_db()
    names.take_away(cast.jonas, at=NOW)
    (said,) = queries.thanks_about(pilot)
    assert said.to == (cast.jonas.name,)
    assert said.to != (old,)
    assert old not in {one.name for one in queries.credit_of_pilot(pilot, reader=cast.amara)}
    (unnamed,) = queries.thanks_about(need)
    assert unnamed.to == ("Somebody who asked not to be named",)
