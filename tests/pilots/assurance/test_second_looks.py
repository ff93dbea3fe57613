"""Second opinions, conditions that a team says are done, reviews of what runs; on pages and by programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.notices.models import Notice
from innovation.people.models import User
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from pilots.assurance import actions, panels, queries
from pilots.assurance.models import Assessment, SecondOpinion
from pilots.assurance.queries import Turn
from pilots.funding.models import Fund
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    """Decision support, with evidence on every topic."""
    make.shape(cast, pilot, fund, make.Charter(answers=make.DECISION_SUPPORT))
    assurance.give_all(pilot)
    return pilot


def safety_of(pilot: Pilot) -> Assessment:
    return Assessment.objects.select_related("pilot__unit", "pilot__lead").get(
        pilot=pilot, area="safety"
    )


def kinds(user: User) -> list[str]:
    return [one.kind for one in panels.waiting(User.objects.get(pk=user.pk))]


def test_a_second_opinion_is_asked_kept_and_keeps_nobody_from_concluding(
    client: Client, cast: Cast, given: Pilot
) -> None:
    ruth = somebody("clinical_safety_reviewer", at=cast.lakeshore)
    found = safety_of(given)
    ask: dict[str, Any] = {"question": "Is reading back enough?", "by": cast.helen, "at": NOW}
    for who, why in ((cast.sam, "cannot be asked"), (cast.helen, "another person's")):
        with pytest.raises(Refused, match=why):
            actions.ask_opinion(found, of=who, **ask)
    with pytest.raises(NotAllowed):
        actions.ask_opinion(found, of=ruth, question="?", by=cast.jonas, at=NOW)
    opinion = actions.ask_opinion(found, of=ruth, **ask)
    with pytest.raises(Refused, match="asked already"):
        actions.ask_opinion(found, of=ruth, **ask)
    assert "Second opinion" in kinds(ruth) and "Second opinion" not in kinds(cast.helen)
    assert Notice.objects.filter(person=ruth, title__contains="asks for your opinion").exists()
    # It is said, and in nobody's way.
    assurance.accept(found, by=cast.helen)
    client.force_login(cast.helen)
    page = client.get(reverse("pilots:assessment-conclude", args=[found.pk])).content.decode()
    assert "You can conclude without it." in page
    actions.conclude(found, conclusion="It holds.", by=cast.helen, at=NOW)
    # Only who was asked answers, once; both words are kept and shown.
    for who in (cast.helen, cast.jonas, cast.maya):
        with pytest.raises(NotAllowed):
            actions.answer_opinion(opinion, view="agrees", text="Yes.", by=who, at=NOW)
    client.force_login(ruth)
    url = reverse("pilots:second-opinion", args=[opinion.pk])
    assert "Is reading back enough?" in client.get(url).content.decode()
    assert client.post(url, {"view": "", "text": "No."}).status_code == 400
    sent = {"view": "otherwise", "text": "Not on nights."}
    assert client.post(url, sent).status_code == 302
    assert client.post(url, sent).status_code == 409
    shown = client.get(found.get_absolute_url()).content.decode()
    assert "Sees it otherwise" in shown and "Not on nights." in shown
    assert "Second opinion" not in kinds(ruth)
    assert Notice.objects.filter(person=cast.helen, title__contains="second opinion").exists()
    with pytest.raises(Refused, match="done already"):
        actions.ask_opinion(found, of=ruth, **ask)
    # The database holds that it is of another, without a part in the pilot.
    rows = SecondOpinion.objects.filter(pk=opinion.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        SecondOpinion.objects.create(
            assessment=found, question="?", asked_of=ruth, asked_at=NOW, asked_by=cast.helen,
            view="agrees", text="Mine.", answered_at=NOW, answered_by=cast.jonas,
        )  # fmt: skip
    assert rows.get().text == "Not on nights."


def test_the_team_says_that_a_condition_is_done_and_a_reviewer_closes_it_or_says_what_is_missing(
    client: Client, cast: Cast, given: Pilot
) -> None:
    found = safety_of(given)
    condition = actions.set_condition(
        found, text="Train the nights.", owner=cast.jonas, due_on=None, by=cast.helen, at=NOW
    )
    assert "Condition" in kinds(cast.jonas)
    with pytest.raises(Refused, match="Nobody has said"):
        actions.return_condition(condition, missing="All.", by=cast.helen, at=NOW)
    with pytest.raises(NotAllowed):
        actions.report_condition(condition, note="Done.", by=cast.ana, at=NOW)
    client.force_login(cast.jonas)
    url = reverse("pilots:assessment-condition-report", args=[condition.pk])
    assert url in client.get(reverse("pilots:assurance", args=[given.pk])).content.decode()
    assert client.post(url, {"note": "Twelve of twelve."}).status_code == 302
    assert client.post(url, {"note": "Again."}).status_code == 409
    # It waits for the reviewer, no more for its owner, and still counts as open.
    assert "Condition done" in kinds(cast.helen) and "Condition" not in kinds(cast.jonas)
    (state,) = [one for one in assurance.standing(given).states.values() if one.assessment == found]
    assert state.blocking == [condition]
    client.force_login(cast.helen)
    met = reverse("pilots:assessment-condition-met", args=[condition.pk])
    assert "Twelve of twelve." in client.get(met).content.decode()
    assert client.post(met, {"note": "And the float pool?", "missing": "yes"}).status_code == 302
    assert Notice.objects.filter(person=cast.jonas, title__contains="not met yet").exists()
    assert "Condition" in kinds(cast.jonas) and "Condition done" not in kinds(cast.helen)
    client.force_login(cast.jonas)
    assert "And the float pool?" in client.get(url).content.decode()
    actions.report_condition(condition, note="They, too.", by=cast.jonas, at=NOW)
    actions.meet_condition(condition, note="Saw the list.", by=cast.helen, at=NOW)
    last = condition.reports.last()
    assert last is not None and (last.missing, last.answered_by) == ("", cast.helen)
    with pytest.raises(Refused, match="put right already"):
        actions.report_condition(condition, note="Once more.", by=cast.jonas, at=NOW)


def test_a_review_that_is_open_again_blocks_what_is_decided_next_and_stops_nothing(
    cast: Cast, fund: Fund
) -> None:
    pilot = make.run(cast, make.open_pilot(cast), fund, make.Charter(answers=make.DECISION_SUPPORT))

    def asked(gate: Gate) -> dict[str, str]:
        fresh = Pilot.objects.get(pk=pilot.pk)
        missing = checklist.missing(checklist.checklist(fresh, gate))
        return {one.key: one.sentence for one in missing}

    assert "reviews_hold" not in asked(Gate.OUTCOME)
    (moved, unmoved) = (safety_of(pilot), set(asked(Gate.RESUME)))
    because = "It tries another way: by voice."
    opened = actions.open_again(pilot, because=because, by=cast.amara, at=NOW + timedelta(days=1))
    assert opened > 5
    said = asked(Gate.OUTCOME)["reviews_hold"]
    assert "Clinical safety is open again." in said and "Privacy is open again." in said
    assert set(asked(Gate.RESUME)) == unmoved
    pilot.refresh_from_db()
    assert pilot.status == "running"
    moved.refresh_from_db()
    assert moved.reviewed_at is None
    answer = moved.answers.filter(superseded_at=None).first()
    assert answer is not None and answer.reopened_because == because
    assert assurance.standing(pilot).states["safety"].turn is Turn.REVIEWER
    assert Notice.objects.filter(person=cast.helen, title__contains="is open again").exists()


def test_a_reviewer_s_day_by_a_program_under_the_same_rules(
    client: Client, cast: Cast, given: Pilot
) -> None:
    ruth = somebody("clinical_safety_reviewer", at=cast.lakeshore)
    found = safety_of(given)

    def call(user: User, name: str, pk: int, status: int = 200, **data: Any) -> Any:
        client.force_login(user)
        url = reverse(f"pilots:api-{name}", args=[pk])
        answer = (
            client.post(url, data, content_type="application/json") if data else client.get(url)
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    client.force_login(cast.helen)
    queue = client.get(reverse("pilots:api-assessment-list")).json()
    assert len(queue["reviews"]) == 5 and queue["reviews"][0]["turn"] == "reviewer"
    counts = {one["area"]: one for one in queue["areas"]}
    assert counts["safety"]["with_reviewers"] == 1 and counts["safety"]["done"] == 0
    read = call(cast.helen, "assessment-detail", found.pk)
    first, *others = [one["answer"] for one in read["questions"]]
    back = [{"answer": first, "verdict": "asked"}]
    call(cast.helen, "assessment-judge", found.pk, 400, verdicts=back)  # without a word
    back[0]["remark"] = "How often?"
    call(cast.jonas, "assessment-judge", found.pk, 403, verdicts=back)
    rest = [{"answer": one, "verdict": "accepted"} for one in others]
    read = call(cast.helen, "assessment-judge", found.pk, verdicts=[*back, *rest])
    assert read["turn"] == "team" and read["accepted"] == len(others)
    call(cast.helen, "assessment-judge", found.pk, 409, verdicts=rest)  # judged already
    call(cast.helen, "assessment-conclude", found.pk, 409, conclusion="It holds.")
    read = call(
        cast.helen, "assessment-opinion", found.pk, 201, of=ruth.pk, question="Is it enough?"
    )
    (asked,) = read["opinions"]
    call(cast.helen, "second-opinion", asked["id"], 403, view="agrees", text="Yes.")
    assert call(ruth, "second-opinion", asked["id"], view="agrees", text="Yes.")["view"] == "agrees"
    call(cast.helen, "assessment-opinion", found.pk, 400, of=cast.jonas.pk, question="You?")
    condition = {"text": "Train the nights.", "owner": cast.jonas.pk}
    read = call(cast.helen, "assessment-condition", found.pk, 201, **condition)
    number = read["conditions"][0]["id"]
    call(cast.jonas, "assessment-condition-report", number, note="Twelve of twelve.")
    call(cast.helen, "assessment-condition-missing", number, missing="And the float pool?")
    call(cast.helen, "assessment-condition-met", number, note="Saw the list.")
    assurance.give_all(given)
    assurance.accept(found, by=cast.helen)
    handed = call(cast.helen, "assessment-hand-over", found.pk, to=ruth.pk, reason="On leave.")
    assert handed["reviewer"] == ruth.name
    call(cast.helen, "assessment-conclude", found.pk, 409, conclusion="It holds.")  # not hers now
    read = call(ruth, "assessment-conclude", found.pk, conclusion="It holds.")
    assert read["turn"] == "done" and read["conclusion"] == "It holds."
    call(cast.helen, "assurance-conflict", given.pk, 201, reason="My brother sells it.")
    call(cast.helen, "assurance-conflict", given.pk, 409, reason="Again.")
    for outside in (cast.victor, cast.hugo):
        call(outside, "assessment-detail", found.pk, 403 if outside == cast.victor else 404)
    today = make.TODAY
    areas = queries.by_area(Assessment.objects.all(), [], today=today + timedelta(days=9))
    assert [(one.area.value, one.done) for one in areas] == [("safety", 1)]
    with pytest.raises(Conflict):
        opinion = SecondOpinion.objects.select_related("asked_of").get()
        actions.answer_opinion(opinion, view="agrees", text="Once more.", by=ruth, at=NOW)
