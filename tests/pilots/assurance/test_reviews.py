"""Evidence is given once and judged by people without a part; nothing goes live unseen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import User
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.assurance import actions, panels
from pilots.assurance.actions import GivenEvidence, GivenVerdict
from pilots.assurance.models import Assessment, AssessmentAnswer
from pilots.assurance.packs import packs
from pilots.assurance.queries import Turn
from pilots.funding.models import Fund
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pathway, Pilot
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


@pytest.fixture
def advising(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    """Decision support, approved and being prepared."""
    make.approve(cast, pilot, fund, make.Charter(answers=make.DECISION_SUPPORT))
    lifecycle.prepare(pilot, by=cast.jonas, at=NOW)
    return pilot


@pytest.fixture
def given(cast: Cast, advising: Pilot) -> Pilot:
    assurance.give_all(advising)
    return advising


def review(pilot: Pilot, area: str = "safety") -> Assessment:
    return Assessment.objects.select_related("pilot__unit", "pilot__lead").get(
        pilot=pilot, area=area
    )


def missing(pilot: Pilot) -> set[str]:
    found = checklist.checklist(Pilot.objects.get(pk=pilot.pk), Gate.GO_LIVE)
    return {str(one.label) for one in checklist.missing(found)} - {"A baseline"}


def turn(pilot: Pilot, pack: str = "safety") -> Turn:
    return assurance.standing(pilot).states[pack].turn


def current(assessment: Assessment, question: str) -> AssessmentAnswer:
    return assessment.answers.get(question=question, superseded_at=None)


def send_back(cast: Cast, pilot: Pilot, question: str = "hazards") -> Assessment:
    found = review(pilot)
    verdict = GivenVerdict(current(found, question).pk, "asked", "How often?")
    actions.judge(found, [verdict], by=cast.helen, at=NOW)
    return found


def test_every_pack_is_of_known_topics_and_asked_by_its_pathways() -> None:
    known = packs()
    assert {pathway for pathway, _gate in known.asks} == set(Pathway.values)
    for pack in known.newest.values():
        keys = [one.key for one in pack.questions]
        assert len(keys) == len(set(keys)) and {one.topic for one in pack.questions} <= set(
            known.topics
        )
        assert all(one.sources for one in pack.questions)


def test_decision_support_is_not_ready_before_five_areas_have_looked(
    cast: Cast, advising: Pilot
) -> None:
    areas = {"Privacy", "Security", "Clinical safety", "Data and AI", "Operations"}
    assert missing(advising) == {f"{area} reviewed" for area in areas} | {"A signed hazard log"}
    assurance.pass_reviews(cast, advising)
    assert missing(advising) == set()


def test_one_piece_of_evidence_answers_its_topic_in_every_review(
    cast: Cast, advising: Pilot
) -> None:
    actions.give(advising, GivenEvidence(topic="outage", text="On paper."), by=cast.jonas, at=NOW)
    answered = AssessmentAnswer.objects.filter(assessment__pilot=advising)
    assert sorted(answered.values_list("assessment__area", flat=True)) == [
        "operations",
        "safety",
        "security",
    ]
    event = Event.objects.get(type="assessment.evidence_given")
    assert event.actor == cast.jonas.ref


def test_reviewers_are_told_once_it_is_their_turn(cast: Cast, given: Pilot) -> None:
    assert turn(given) is Turn.REVIEWER
    told = Notice.objects.filter(kind="assurance", person=cast.helen)
    assert [one.title for one in told] == [
        "“Ambient notes in primary care” waits for its review: Clinical safety"
    ]
    assert [one.title for one in panels.waiting(cast.helen)] == [
        "Clinical safety: Ambient notes in primary care"
    ]
    assert panels.waiting(cast.ana) == []


def test_what_is_asked_back_is_with_the_team_until_it_is_answered(cast: Cast, given: Pilot) -> None:
    found = send_back(cast, given)
    assert turn(given) is Turn.TEAM
    assert Notice.objects.filter(kind="assurance", person=cast.jonas, text__contains="How often?")
    with pytest.raises(Refused, match="5 of 5 answers are not accepted"):
        actions.conclude(found, conclusion="Fine.", by=cast.helen, at=NOW)
    actions.give(given, GivenEvidence(topic="hazards", text="Once."), by=cast.jonas, at=LATER)
    assert turn(given) is Turn.REVIEWER
    assert found.answers.filter(question="hazards").count() == 2


def test_sending_back_says_what_is_missing(cast: Cast, given: Pilot) -> None:
    found = review(given)
    verdict = GivenVerdict(current(found, "hazards").pk, "refused")
    with pytest.raises(Malformed, match="what is missing"):
        actions.judge(found, [verdict], by=cast.helen, at=NOW)


@pytest.mark.parametrize("name", ["jonas", "maya", "amara", "ana", "sam", "hugo", "victor"])
def test_who_is_no_reviewer_without_a_part_judges_nothing(
    cast: Cast, given: Pilot, name: str
) -> None:
    found = review(given)
    with pytest.raises(NotAllowed):
        assurance.accept(found, by=getattr(cast, name))


def test_a_reviewer_on_the_team_is_refused_by_rule_and_database(cast: Cast, given: Pilot) -> None:
    make.sit(given, cast.helen, role="champion")
    found = review(given)
    with pytest.raises(NotAllowed, match="team"):
        assurance.accept(found, by=cast.helen)
    with pytest.raises(IntegrityError, match="from outside"), transaction.atomic():
        found.answers.update(verdict="accepted", judged_at=NOW, judged_by=cast.helen)


def test_the_database_holds_that_a_review_is_done_only_when_all_is_accepted(
    cast: Cast, given: Pilot
) -> None:
    with pytest.raises(IntegrityError, match="every answer was accepted"), transaction.atomic():
        Assessment.objects.filter(pilot=given, area="safety").update(
            reviewed_at=NOW, reviewed_by=cast.helen, conclusion="Fine."
        )
    found = review(given)
    assurance.accept(found, by=cast.helen)
    with pytest.raises(ProgrammingError), transaction.atomic():
        found.answers.update(verdict="refused", remark="No.")


def test_taken_by_one_it_is_handed_over_before_another_judges(cast: Cast, given: Pilot) -> None:
    other = somebody("clinical_safety_reviewer", at=cast.lakeshore)
    found = review(given)
    actions.take(found, by=cast.helen, at=NOW)
    with pytest.raises(Refused, match="Helen Sato has taken"):
        assurance.accept(found, by=other)
    with pytest.raises(Refused, match="cannot take"):
        actions.hand_over(found, to=cast.jonas, by=cast.helen, at=NOW)
    actions.hand_over(found, to=other, by=cast.helen, at=NOW)
    assurance.accept(found, by=other)
    assert Notice.objects.filter(person=other, title__startswith="Helen Sato handed")


def test_a_declared_conflict_bars_and_frees_what_was_taken(cast: Cast, given: Pilot) -> None:
    other = somebody("clinical_safety_reviewer", at=cast.lakeshore)
    found = review(given)
    actions.take(found, by=cast.helen, at=NOW)
    actions.declare_conflict(given, reason="My brother works for the maker.", by=cast.helen, at=NOW)
    found = review(given)
    assert found.reviewer is None
    with pytest.raises(NotAllowed, match="declared a conflict"):
        assurance.accept(found, by=User.objects.get(pk=cast.helen.pk))
    assert Notice.objects.filter(person=other, title__startswith="A review is free again")
    with pytest.raises(NotAllowed):
        actions.declare_conflict(given, reason="So do I.", by=cast.jonas, at=NOW)


def test_a_condition_keeps_it_from_the_gate_until_it_is_put_right(cast: Cast, given: Pilot) -> None:
    found = review(given)
    with pytest.raises(Malformed, match="within a year"):
        actions.set_condition(
            found, text="Train.", owner=cast.jonas, due_on=date.max, by=cast.helen, at=NOW
        )
    made = actions.set_condition(
        found, text="Train the nights.", owner=cast.jonas, due_on=None, by=cast.helen, at=NOW
    )
    assurance.pass_reviews(cast, given)
    assert missing(given) == {"Clinical safety reviewed"}
    assert [one.kind for one in panels.waiting(cast.jonas)] == ["Condition"]
    with pytest.raises(NotAllowed):
        actions.meet_condition(made, note="Done.", by=cast.jonas, at=NOW)
    actions.meet_condition(made, note="Seen the list.", by=cast.helen, at=NOW)
    assert missing(given) == set()


def test_an_overdue_condition_blocks_the_outcome(cast: Cast, given: Pilot) -> None:
    due = (NOW - timedelta(days=1)).date()
    actions.set_condition(
        review(given), text="Train the nights.", owner=cast.jonas, due_on=due,
        by=cast.helen, at=NOW - timedelta(days=5),
    )  # fmt: skip
    asked = checklist.checklist(Pilot.objects.get(pk=given.pk), Gate.OUTCOME)
    (found,) = [one for one in asked if one.key == "review_conditions"]
    assert not found.met and "Train the nights." in found.sentence


def test_expired_evidence_opens_its_questions_again(cast: Cast, advising: Pilot) -> None:
    assurance.give_all(advising, expires_on=make.TODAY + timedelta(days=1))
    assurance.pass_reviews(cast, advising)
    assert turn(advising) is Turn.DONE
    later = NOW + timedelta(days=3)
    assert assurance.standing(advising, at=later).states["safety"].turn is Turn.TEAM
    actions.give(advising, GivenEvidence(topic="hazards", text="New."), by=cast.jonas, at=later)
    assert review(advising).reviewed_at is None


def test_a_file_is_taken_by_what_it_is(cast: Cast, advising: Pilot) -> None:
    for content in (b"MZ\x90\x00 a program", b"", b"PK\x03\x04 no archive"):
        with pytest.raises(Malformed):
            actions.give(
                advising,
                GivenEvidence(topic="hazards", file_name="log.pdf", content=content),
                by=cast.jonas,
                at=NOW,
            )
    item = actions.give(
        advising,
        GivenEvidence(topic="hazards", file_name="log.exe", content=b"%PDF-1.7 log"),
        by=cast.jonas,
        at=NOW,
    )
    assert (item.file_name, item.media_type) == ("log.pdf", "application/pdf")


def test_the_fast_lane_is_one_form_and_a_doubt_brings_reviewers_for_good(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.approve(cast, pilot, fund)
    lifecycle.prepare(pilot, by=cast.jonas, at=NOW)
    assert missing(pilot) == {"Privacy and security in short"}
    with pytest.raises(NotAllowed):
        assurance.attest(pilot, by=cast.priya)
    assurance.attest(pilot)
    assert missing(pilot) == set()
    assurance.attest(pilot, doubts=("stays_inside",))
    assert missing(pilot) == {"Privacy reviewed", "Security reviewed"}
    assurance.attest(pilot)
    assert missing(pilot) == {"Privacy reviewed", "Security reviewed"}


def test_a_new_version_opens_what_rests_on_the_product(cast: Cast, advising: Pilot) -> None:
    product = assurance.make_product(cast)
    actions.name_product(advising, product, by=cast.jonas, at=NOW)
    assurance.give_all(advising, of_product=True)
    assurance.pass_reviews(cast, advising)
    assert missing(advising) == set()
    Notice.objects.all().delete()
    actions.change_version(
        product, version="3.0", changed="Another model.", by=cast.jonas, at=LATER
    )
    assert len(missing(advising)) == 5
    assert Notice.objects.filter(person=cast.helen, text="Version 3.0: Another model.")
    found = review(advising)
    assert found.reviewed_at is None
    assert current(found, "hazards").reopened_because == "Version 3.0: Another model."
    with pytest.raises(NotAllowed):
        actions.change_version(product, version="4", changed="x", by=cast.priya, at=LATER)


def test_a_second_pilot_of_a_product_is_answered_by_what_the_first_gave(
    cast: Cast, advising: Pilot
) -> None:
    product = assurance.make_product(cast)
    actions.name_product(advising, product, by=cast.jonas, at=NOW)
    assurance.give_all(advising, of_product=True)
    second = make.open_pilot(cast, lead=cast.priya, title="Notes in oncology")
    lifecycle.answer_pathway(second, answers=make.DECISION_SUPPORT, by=cast.priya, at=NOW)
    actions.name_product(second, product, by=cast.priya, at=NOW)
    assert turn(second) is Turn.REVIEWER
    assert current(review(second), "hazards").item.pilot == advising


def test_another_hospital_reads_of_a_product_but_not_who_tries_it(
    cast: Cast, advising: Pilot
) -> None:
    product = assurance.make_product(cast)
    actions.name_product(advising, product, by=cast.jonas, at=NOW)
    for person, sees in ((cast.helen, True), (cast.hugo, False)):
        browser = Client()
        browser.force_login(person)
        page = browser.get(product.get_absolute_url()).content.decode()
        assert product.intended_use in page
        assert (advising.title in page) is sees


def test_naming_another_product_opens_all_that_was_accepted_before(
    cast: Cast, advising: Pilot
) -> None:
    assurance.pass_reviews(cast, advising)
    assert missing(advising) == set()
    product = assurance.make_product(cast)
    actions.name_product(advising, product, by=cast.jonas, at=NOW)
    assert len(missing(advising)) == 5
    assert "It was said which product" in current(review(advising), "hazards").reopened_because
    assurance.pass_reviews(cast, advising)
    assert missing(advising) == set()
    other = assurance.make_product(cast, name="Other")
    actions.name_product(advising, other, by=cast.jonas, at=LATER)
    assert len(missing(advising)) == 5


def test_a_product_is_registered_again_for_a_reason_alone(cast: Cast) -> None:
    assurance.make_product(cast)
    with pytest.raises(Conflict, match="registered already"):
        assurance.make_product(cast, name="scribe")
    again = assurance.make_product(cast, again_because="Another branch of the maker.")
    assert again.again_because
    with pytest.raises(NotAllowed):
        assurance.make_product(cast, by=cast.ana, name="Other")


def test_a_pathway_is_raised_by_reviewers_and_lowered_by_nobody(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund)
    for one in (cast.jonas, cast.amara, cast.sam, cast.victor):
        with pytest.raises(NotAllowed):
            lifecycle.raise_pathway(pilot, to="device", reason="So.", by=one, at=NOW)
    lifecycle.raise_pathway(
        pilot, to="decision_support", reason="It ranks patients.", by=cast.helen, at=NOW
    )
    assert pilot.silent
    with pytest.raises(Refused, match="raises"):
        lifecycle.raise_pathway(pilot, to="efficiency", reason="So.", by=cast.helen, at=NOW)
    chosen = lifecycle.answer_pathway(pilot, answers=make.EFFICIENCY, by=cast.jonas, at=NOW)
    pilot.refresh_from_db()
    assert (chosen.pathway, pilot.pathway) == (Pathway.DECISION_SUPPORT, "decision_support")
    with pytest.raises(IntegrityError, match="not lowered"), transaction.atomic():
        Pilot.objects.filter(pk=pilot.pk).update(pathway="efficiency")
    assert Notice.objects.filter(person=cast.jonas, text="It ranks patients.")
