"""What is kept of a pilot as it ends, who completes its card, and who reads it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import User
from innovation.rules.refusal import Malformed, NotAllowed
from pilots.gates import actions as gates
from pilots.gates.models import GateReview
from pilots.learning import actions, panels, queries
from pilots.learning.endings import StopGround
from pilots.learning.models import WORDS, LearningCard
from pilots.lifecycle.models import HoldCause, Pilot, SafetyHold
from tests.factories import learning as make_learning
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def page_of(user: User, url: str) -> str:
    browser = Client()
    browser.force_login(user)
    return browser.get(url).content.decode()


def test_a_stop_by_the_rule_is_honoured_with_what_it_spared_as_it_was_then(
    cast: Cast, pilot: Pilot
) -> None:
    review = make_learning.ask_past_its_end(cast, pilot)
    make.spend(cast, pilot.awards.get(), "3000")
    gates.decide_outcome(
        review, decision="stop", reason="It changed nothing.", by=cast.amara, at=NOW
    )
    card = LearningCard.objects.get(pilot=pilot)
    assert (card.ground, card.kept_rule, card.outcome) == (StopGround.RULE, True, "stopped")
    assert card.because.endswith("planned end was 22 November 2026.")
    # 68,000 awarded; 10 % of a week of 40 hours for the 181 days that were promised.
    assert card.spared_money == Decimal(65000)
    assert card.spared_hours == Decimal("103.4")
    assert (card.spared_how["awarded"], card.spared_how["spent"]) == ("68000.00", "3000.00")
    assert [one["percent"] for one in card.spared_how["shares"]] == [10]
    assert not pilot.allocations.filter(ends_on__gt=make.TODAY).exists()
    kept = GateReview.objects.get(pk=review.pk).known
    assert card.facts["readings"] == kept["readings"]
    assert card.facts["verdicts"] == kept["verdicts"]
    assert (card.problem, card.seen) == ("We chart at the kitchen table", "It changed nothing.")
    assert "the clinician checks and signs" in card.tried
    assert card.ask == cast.jonas
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        LearningCard.objects.filter(pk=card.pk).update(spared_money=0)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        LearningCard.objects.filter(pk=card.pk).delete()
    for who, place in (
        (cast.amara, pilot.get_absolute_url()),
        (cast.amara, review.get_absolute_url()),
        (cast.jonas, card.get_absolute_url()),
    ):
        shown = page_of(who, place)
        assert "An honoured stop" in shown, place
        assert "$65,000 and 103 hours of people&#x27;s time" in shown, place
    shown = page_of(cast.ana, pilot.get_absolute_url())  # amounts are not for her
    assert "It spared 103 hours" in shown
    assert "65,000" not in shown


def test_a_stop_for_safety_against_the_rule_or_by_the_team_is_called_what_it_is(
    cast: Cast,
) -> None:
    held, against, early = (make.open_pilot(cast, title=title) for title in ("A", "B", "C"))
    make.run(cast, held, make.make_fund(cast))
    SafetyHold.objects.create(
        pilot=held, cause=HoldCause.SAFETY, reason="A draft named the wrong side.", placed_at=NOW,
        placed_by=cast.helen, paused=False,
    )  # fmt: skip
    gates.stop(held, reason="It is not safe.", by=cast.jonas, at=NOW)
    review = make.evaluate(cast, against, make.make_fund(cast))
    gates.decide_outcome(
        review,
        decision="stop",
        reason="No money.",
        against="The wards close.",
        by=cast.amara,
        at=NOW,
    )
    gates.stop(early, reason="Nobody has time.", by=cast.jonas, at=NOW)
    found = {card.title: card for card in LearningCard.objects.all()}
    assert [(found[key].ground, found[key].kept_rule) for key in "ABC"] == [
        ("safety", False),
        ("against", False),
        ("early", False),
    ]
    assert found["A"].facts["readings"]  # live and never decided on: as it read then
    assert found["C"].spared_money is None  # it was never given any
    assert list(queries.stops_by_rule(cast.amara)) == []
    shown = page_of(cast.amara, against.get_absolute_url())
    assert "An honoured stop" not in shown
    assert "Stopped against its rule" in shown
    with pytest.raises(IntegrityError, match="learning_rule_kept"), transaction.atomic():
        LearningCard.objects.create(
            pilot=early, ending=found["A"].ending, outcome="stopped", ended_on=make.TODAY,
            drafted_at=NOW, ground="early", kept_rule=True, title="C", ask=cast.jonas,
        )  # fmt: skip


def test_every_ending_has_its_card_and_scaling_spares_nothing(cast: Cast, pilot: Pilot) -> None:
    review = make.evaluate(cast, pilot, make.make_fund(cast))
    gates.decide_outcome(
        review, decision="pivot", reason="Letters first.", against="The wards asked.", by=cast.amara,
        at=NOW,
    )  # fmt: skip
    other = make.open_pilot(cast, title="Letters drafted")
    scaled = make.evaluate(cast, other, make.make_fund(cast))
    gates.decide_outcome(scaled, decision="scale", reason="It held.", by=cast.amara, at=NOW)
    assert [(one.outcome, one.pilot_id) for one in LearningCard.objects.order_by("pk")] == [
        ("pivoted", pilot.pk),
        ("scaled", other.pk),
    ]
    assert set(LearningCard.objects.values_list("spared_money", "spared_hours")) == {(None, None)}


def test_what_ended_before_cards_were_kept_is_drafted_by_the_schedule(
    cast: Cast, pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "draft", lambda *_given: None)
    review = make_learning.ask_past_its_end(cast, pilot)
    gates.decide_outcome(review, decision="stop", reason="Nothing.", by=cast.amara, at=NOW)
    assert not LearningCard.objects.exists()
    (card,) = actions.draft_missing(at=NOW + timedelta(days=1))
    assert (card.ground, card.kept_rule, card.review_id) == ("rule", True, review.pk)
    assert (card.spared_money, card.spared_hours) == (Decimal(68000), None)
    assert actions.draft_missing(at=NOW + timedelta(days=2)) == []


def test_its_lead_completes_a_card_and_everybody_of_the_system_reads_it(
    cast: Cast, pilot: Pilot
) -> None:
    gates.stop(pilot, reason="Nobody has the room for it.", by=cast.jonas, at=NOW)
    card = LearningCard.objects.get(pilot=pilot)
    assert [one.action_label for one in panels.waiting(cast.jonas)] == ["Complete the card"]
    assert panels.waiting(cast.maya) == []
    for wrong in ({"tried": "\u200b"}, {"ask": cast.ben}):
        with pytest.raises(Malformed):
            make_learning.learn(cast, card, **wrong)
    with pytest.raises(NotAllowed, match="Jonas Park led it"):
        make_learning.learn(cast, card, by=cast.maya)
    with pytest.raises(IntegrityError, match="published_whole"), transaction.atomic():
        LearningCard.objects.filter(pk=card.pk).update(
            version=1, published_at=NOW, published_by=cast.jonas
        )
    hugo = Client()
    hugo.force_login(cast.hugo)
    assert hugo.get(card.get_absolute_url()).status_code == 404  # a draft goes with its pilot
    make_learning.learn(cast, LearningCard.objects.get(pk=card.pk))
    shown = hugo.get(card.get_absolute_url()).content.decode()
    assert make_learning.SAID["next_team"] in shown
    assert pilot.get_absolute_url() not in shown  # the card travels, the pilot does not
    assert hugo.get(pilot.get_absolute_url()).status_code == 404
    victor = Client()
    victor.force_login(cast.victor)
    assert victor.get(card.get_absolute_url()).status_code == 403
    assert LearningCard.objects.visible_to(cast.victor).count() == 0
    assert panels.waiting(cast.jonas) == []
    assert Notice.objects.filter(person=cast.rosa, title__contains="What was learned").exists()
    again = LearningCard.objects.get(pk=card.pk)
    make_learning.learn(cast, again, next_team="Ask the vendor for the raw drafts.")
    assert [one.version for one in again.versions.all()] == [2, 1]
    assert again.versions.last().next_team == make_learning.SAID["next_team"]  # type: ignore[union-attr]
    told = Event.objects.filter(type__startswith="learning.").order_by("number")
    assert [one.type for one in told] == ["learning.published", "learning.revised"]


def test_the_office_completes_it_once_its_lead_has_left(cast: Cast, pilot: Pilot) -> None:
    gates.stop(pilot, reason="Nobody has the room for it.", by=cast.jonas, at=NOW)
    User.objects.filter(pk=cast.jonas.pk).update(is_active=False)
    (item,) = panels.waiting(User.objects.get(pk=cast.maya.pk))
    assert "its lead has left" in item.sentence
    assert panels.waiting(cast.hugo) == []
    card = queries.visible_card(cast.maya, LearningCard.objects.get().pk)
    assert make_learning.learn(cast, card, by=cast.maya, ask=cast.rosa).version == 1


def test_the_form_looks_at_the_whole_card_for_patients(cast: Cast, pilot: Pilot) -> None:
    gates.stop(pilot, reason="Patient John Smith, NHS 943 476 5919.", by=cast.jonas, at=NOW)
    card = LearningCard.objects.get()
    jonas = Client()
    jonas.force_login(cast.jonas)
    url = reverse("pilots:learning-complete", args=[card.pk])
    assert card.seen in jonas.get(url).content.decode()
    given = {**make_learning.SAID, "seen": card.seen, "ask": cast.jonas.pk}
    refused = jonas.post(url, given)
    assert refused.status_code == 400
    assert "may tell who a patient is" in refused.content.decode()
    api = reverse("pilots:api-learning", args=[card.pk])
    assert jonas.put(api, given, content_type="application/json").status_code == 400
    assert jonas.post(url, {**given, "seen": "Nothing changed."}).status_code == 302
    again = jonas.put(
        api, {**given, "seen": "Still nothing."}, content_type="application/json"
    ).json()
    assert (again["version"], again["seen"], again["published"]) == (2, "Still nothing.", True)


def test_the_library_is_searched_and_narrowed(cast: Cast) -> None:
    card = make_learning.learned(cast)
    other = make_learning.learned(
        cast, title="Linen at night", needs=[make.make_need(cast, setting="theatre")]
    )
    ana = Client()
    ana.force_login(cast.ana)
    url, api = reverse("pilots:learning-list"), reverse("pilots:api-learning-list")
    for query, found in (
        ({}, {card.pk, other.pk}),
        ({"q": "linen"}, {other.pk}),
        ({"setting": "theatre"}, {other.pk}),
        ({"outcome": "rule"}, set()),
        ({"outcome": "stopped", "q": "kitchen -linen"}, {card.pk}),
    ):
        shown = ana.get(url, query).content.decode()
        assert {one.pk for one in (card, other) if one.get_absolute_url() in shown} == found, query
        assert {one["id"] for one in ana.get(api, query).json()["results"]} == found, query
    assert ana.get(api, {"outcome": "x"}).status_code == 400
    assert (
        "Linen at night" in ana.get(reverse("innovation:search"), {"q": "linen"}).content.decode()
    )
    assert set(WORDS) <= set(ana.get(f"{api}{card.pk}/").json())
