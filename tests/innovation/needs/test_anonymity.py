"""Whoever asked not to be named is named nowhere: no page, no API, no notice, no log, no error."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from innovation.audit import presenters as audit_presenters
from innovation.audit.models import Event
from innovation.ideas import actions as ideas
from innovation.needs import actions as needs
from innovation.needs.models import Need, Voice
from innovation.notices.models import Notice
from innovation.rules.refusal import Conflict
from innovation.workflow.models import StateChange
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_idea, make_need

NAME = "Ana Ruiz"
OTHERS = ("ben", "maya", "amara", "ada", "otto", "helen")


@pytest.fixture
def need(cast: Cast) -> Need:
    """An anonymous need that went through everything its author takes part in."""
    need = make_need(cast.ana, anonymous=True)
    needs.edit(need, by=cast.ana, at=NOW, unit=cast.medicine, problem="Vitals are typed twice.")
    needs.add_voice(need, by=cast.ben, at=NOW, note="Here, too.")
    needs.ask(need, by=cast.maya, at=NOW, reason="How often?")
    needs.answer(need, by=cast.ana, at=NOW, reason="At every round.")
    make_idea(cast.jonas, need, unit=cast.brigid)
    return need


@pytest.fixture
def merged(cast: Cast) -> tuple[Need, Need]:
    """An anonymous need merged into one of Ben's: its author's voice moved along."""
    need, into = make_need(cast.ana, anonymous=True), make_need(cast.ben)
    needs.merge(need, into=into, by=cast.maya, at=NOW, reason="The same.")
    assert Voice.objects.filter(need=into, person=cast.ana).exists()
    return need, into


def pages(*things: Any) -> list[str]:
    found = [
        "/needs/",
        "/needs/?sort=voices",
        "/triage/",
        "/ideas/",
        "/",
        "/inbox/",
        "/api/v1/needs/",
    ]
    for name in ("innovation:audit-log", "innovation:search"):
        try:
            found.append(reverse(name) + ("?q=vital" if name.endswith("search") else ""))
        except NoReverseMatch:
            continue
    for thing in things:
        found += [thing.get_absolute_url(), f"/api/v1{thing.get_absolute_url()}"]
        if isinstance(thing, Need):
            found += [f"{thing.get_absolute_url()}{verb}/" for verb in ("accept", "merge")]
    return found


@pytest.mark.parametrize("who", OTHERS)
def test_author_without_a_name_is_on_no_page_and_in_no_api(
    cast: Cast, need: Need, merged: tuple[Need, Need], client: Client, who: str
) -> None:
    client.force_login(getattr(cast, who))
    seen = 0
    for address in pages(need, *merged, *need.ideas.all()):
        answer = client.get(address)
        if answer.status_code == 200:
            seen += 1
            assert NAME not in answer.content.decode(), address
            assert cast.ana.email not in answer.content.decode(), address
    assert seen >= 8
    similar = client.post("/needs/similar/", {"problem": need.problem}).content.decode()
    assert NAME not in similar


def test_author_without_a_name_reads_their_own_need_as_theirs(
    cast: Cast, need: Need, client: Client
) -> None:
    client.force_login(cast.ana)
    assert "yours" in client.get("/needs/").content.decode()
    assert client.get(f"/api/v1{need.get_absolute_url()}").json()["is_mine"] is True
    assert client.get(f"/api/v1{need.get_absolute_url()}").json()["submitted_by"] is None


def test_author_without_a_name_is_in_no_event_notice_or_change_of_state(
    cast: Cast, need: Need, merged: tuple[Need, Need]
) -> None:
    for event in Event.objects.all():
        line = audit_presenters.line(event)
        assert cast.ana.ref != event.actor, event.type
        whole = f"{event.actor_name} {event.details} {event.subjects} {line.text} {line.sentence}"
        assert NAME not in whole
        assert cast.ana.ref not in event.subjects
    # The person's own inbox apart, nobody was told a name.
    for notice in Notice.objects.exclude(person=cast.ana):
        assert NAME not in f"{notice.title} {notice.text}"
    assert not StateChange.objects.filter(by=cast.ana).exists()


def test_author_without_a_name_is_still_told_and_answers(cast: Cast, need: Need) -> None:
    titles = list(Notice.objects.filter(person=cast.ana).values_list("title", flat=True))
    assert f"A question about “{need.title}”" in titles
    assert any("An idea for a need of yours" in title for title in titles)


def test_voice_of_an_author_without_a_name_is_withdrawn_without_a_name(
    cast: Cast, merged: tuple[Need, Need]
) -> None:
    _need, into = merged
    needs.withdraw_voice(into, by=cast.ana, at=NOW)
    assert Event.objects.get(type="need.voice_withdrawn").actor == "person:anonymous"
    needs.add_voice(into, by=cast.jonas, at=NOW)
    needs.withdraw_voice(into, by=cast.jonas, at=NOW)
    assert Event.objects.filter(type="need.voice_withdrawn", actor=cast.jonas.ref).exists()


def test_conflict_after_the_author_answered_does_not_name_them(cast: Cast) -> None:
    need = make_need(cast.ana, anonymous=True)
    needs.ask(need, by=cast.maya, at=NOW, reason="How often?")
    needs.answer(need, by=cast.ana, at=NOW, reason="At every round.")
    with pytest.raises(Conflict) as conflict:
        needs.answer(need, by=cast.ana, at=NOW, reason="Once more.")
    assert NAME not in str(conflict.value)


def test_draft_keeps_whether_it_goes_without_a_name(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    client.post("/needs/draft/", {"problem": "The bell rings.", "anonymous": "on"})
    page = client.get("/needs/new/").content.decode()
    assert 'name="anonymous"' in page
    assert "checked" in page[page.index('name="anonymous"') :][:200]


def test_pilot_opened_for_it_tells_without_a_name(cast: Cast) -> None:
    need = make_need(cast.ana, anonymous=True)
    idea = make_idea(cast.jonas, need, unit=cast.brigid)
    needs.accept(need, by=cast.maya, at=NOW, reason="Yes.")
    needs.start_pilot(need, by=cast.maya, at=NOW, pilot_title="Vitals that write themselves")
    ideas.start_pilot(idea, by=cast.maya, at=NOW, pilot_title="Vitals that write themselves")
    needs.meet(need, by=cast.amara, at=NOW, reason="38 minutes a shift came back.")
    assert NAME not in " ".join(f"{n.title} {n.text}" for n in Notice.objects.all())
    assert Notice.objects.filter(person=cast.ana, title__contains="has been met").exists()
