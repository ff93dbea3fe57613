"""Ideas: who proposes, who sorts, who is told, and what pages and API show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.ideas import actions as ideas
from innovation.ideas import panels
from innovation.ideas.models import Idea
from innovation.ideas.states import IDEA, IdeaStatus
from innovation.needs import actions as needs
from innovation.notices.models import Notice
from innovation.people.models import User
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_idea, make_need


@pytest.fixture
def as_(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


As = Callable[[User], Client]


def address(name: str, idea: Idea | None = None) -> str:
    return reverse(f"innovation:{name}", kwargs={"pk": idea.pk} if idea else None)


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("id").values_list("title", flat=True))


def test_propose_tells_who_recorded_the_needs_and_stands_in_their_history(cast: Cast) -> None:
    one, two = make_need(cast.ana), make_need(cast.ben)
    idea = ideas.propose(
        by=cast.jonas, at=NOW, unit=cast.brigid, title="Let it write", proposal="Connect it.",
        needs=[one, two],
    )  # fmt: skip
    assert set(idea.needs.all()) == {one, two}
    for person in (cast.ana, cast.ben):
        assert told(person) == ["An idea for a need of yours: “Let it write”"]
    assert Event.objects.about(f"need:{two.pk}")[0].type == "idea.proposed"


def test_propose_for_nothing_for_a_closed_need_or_out_of_reach_is_refused(cast: Cast) -> None:
    need, closed, hidden = make_need(cast.ana), make_need(cast.ana), make_need(cast.hugo)
    needs.decline(closed, by=cast.maya, at=NOW, reason="Solved.")
    with pytest.raises(Conflict, match="takes no more ideas"):
        make_idea(cast.jonas, closed)
    with pytest.raises(NotAllowed, match="not open to you"):
        make_idea(cast.jonas, hidden)
    with pytest.raises(NotAllowed):
        make_idea(cast.jonas, need, unit=cast.harbor)
    with pytest.raises(NotAllowed):
        make_idea(cast.victor, need, unit=cast.four_west)
    with pytest.raises(Refused, match="which need"):
        ideas.propose(
            by=cast.jonas, at=NOW, unit=cast.brigid, title="x", proposal="y", needs=[]
        )  # fmt: skip
    assert not Idea.objects.exists()


def test_set_aside_and_take_back_are_the_offices_and_tell_why(cast: Cast) -> None:
    idea = make_idea(cast.ana, make_need(cast.ana))
    for person in (cast.ana, cast.jonas, cast.amara, cast.hugo, cast.victor):
        with pytest.raises(NotAllowed):
            ideas.set_aside(idea, by=person, at=NOW, reason="No.")
    with pytest.raises(Refused, match="Say why"):
        ideas.set_aside(idea, by=cast.maya, at=NOW, reason="")
    ideas.set_aside(idea, by=cast.maya, at=NOW, reason="The engine is replaced in March.")
    assert Notice.objects.get(person=cast.ana).text == "The engine is replaced in March."
    with pytest.raises(Conflict, match="Maya Lindqvist"):
        ideas.set_aside(idea, by=cast.maya, at=NOW, reason="Again.")
    ideas.take_back(idea, by=cast.maya, at=NOW)
    assert Idea.objects.get().status == IdeaStatus.PROPOSED


@pytest.mark.parametrize(("end", "status"), [("prove", "proven"), ("disprove", "not_proven")])
def test_pilot_of_an_idea_ends_proven_or_not(cast: Cast, end: str, status: str) -> None:
    idea = make_idea(cast.ana, make_need(cast.ana))
    with pytest.raises(NotAllowed):
        ideas.start_pilot(idea, by=cast.ben, at=NOW)
    ideas.start_pilot(idea, by=cast.maya, at=NOW, pilot_title="Vitals")
    getattr(ideas, end)(idea, by=cast.amara, at=NOW, reason="As measured.")
    assert Idea.objects.get().status == status
    assert len(told(cast.ana)) == 2


def test_every_transition_has_a_verb_of_its_name() -> None:
    assert [t.verb for t in IDEA.transitions if not callable(getattr(ideas, t.verb, None))] == []


def test_edit_by_its_author_while_proposed_changes_words_and_needs(cast: Cast) -> None:
    one, two = make_need(cast.ana), make_need(cast.ben)
    idea = make_idea(cast.ana, one)
    with pytest.raises(NotAllowed):
        ideas.edit(idea, by=cast.ben, at=NOW, needs=[one], title="Mine")
    ideas.edit(idea, by=cast.ana, at=NOW, needs=[two], title="Better")
    idea.refresh_from_db()
    assert (idea.title, list(idea.needs.all())) == ("Better", [two])
    ideas.set_aside(idea, by=cast.maya, at=NOW, reason="Later.")
    with pytest.raises(Conflict):
        ideas.edit(idea, by=cast.ana, at=NOW, needs=[two], title="Best")


def test_panel_of_a_need_shows_its_ideas_and_those_of_needs_merged_into_it(cast: Cast) -> None:
    need, into = make_need(cast.ana), make_need(cast.ben)
    idea = make_idea(cast.ana, need)
    needs.merge(need, into=into, by=cast.maya, at=NOW, reason="Same.")
    panel = panels.ideas_of_need(cast.ben, into)
    assert panel is not None
    shown_ideas = panel.context["ideas"]
    assert isinstance(shown_ideas, list)
    assert [shown for shown, _tone in shown_ideas] == [idea]
    assert panels.ideas_of_need(cast.victor, into) is None


def test_create_from_a_needs_page_keeps_what_was_typed(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    page = as_(cast.jonas).get(f"{address('idea-create')}?need={need.pk}").content.decode()
    assert need.title in page
    assert "checked" in page
    wrong = {"needs": need.pk, "title": "", "proposal": "Connect the monitors.", "unit": ""}
    answer = as_(cast.jonas).post(address("idea-create"), wrong)
    assert answer.status_code == 400
    assert "Connect the monitors." in answer.content.decode()
    answer = as_(cast.jonas).post(
        address("idea-create"), {**wrong, "title": "Let it write", "unit": cast.medicine.pk}
    )
    idea = Idea.objects.get()
    assert answer.headers["Location"] == idea.get_absolute_url()
    page = as_(cast.ana).get(idea.get_absolute_url()).content.decode()
    assert "Jonas Park proposes this for Medicine" in page
    assert need.title in page


def test_create_looking_for_another_need_keeps_the_rest(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    typed = {"q": "vital", "search": "1", "title": "Let it write", "proposal": "Connect it."}
    page = as_(cast.jonas).post(address("idea-create"), typed).content.decode()
    assert need.title in page
    assert "Connect it." in page
    for nonsense in ({"needs": "x"}, {"needs": "9" * 30}, {"q": "\x00", "search": "1"}):
        assert as_(cast.jonas).post(address("idea-create"), nonsense).status_code in (200, 400)
    assert as_(cast.jonas).get(f"{address('idea-create')}?need=x").status_code == 200


def test_detail_hides_needs_out_of_reach_and_list_filters(cast: Cast, as_: As) -> None:
    need = make_need(cast.maya, unit=cast.lakeshore, title="A need of the whole system")
    idea = ideas.propose(
        by=cast.maya, at=NOW, unit=cast.medicine, title="Let it write", proposal="x", needs=[need]
    )
    page = as_(cast.ana).get(idea.get_absolute_url()).content.decode()
    assert "A need of the whole system" not in page
    assert "units that your roles do not reach" in page
    said = as_(cast.ana).get(f"/api/v1{idea.get_absolute_url()}").json()
    assert said["needs"] == []
    listed = as_(cast.ana).get(f"{address('idea-list')}?q=write&status=proposed").content.decode()
    assert "Let it write" in listed
    listed = as_(cast.ana).get(f"{address('idea-list')}?status=proven").content.decode()
    assert "Let it write" not in listed
    assert as_(cast.hugo).get(idea.get_absolute_url()).status_code == 404


def test_detail_offers_a_pilot_once_a_need_was_accepted(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    idea = make_idea(cast.ana, need)
    page = as_(cast.maya).get(idea.get_absolute_url()).content.decode()
    assert "once one of its needs is accepted" in page
    assert "Open a pilot" not in page
    needs.accept(need, by=cast.maya, at=NOW, reason="Yes.")
    page = as_(cast.maya).get(idea.get_absolute_url()).content.decode()
    assert "a pilot can try it now" in page
    assert f"/pilots/new/?idea={idea.pk}" in page
    assert "Open a pilot" not in as_(cast.ana).get(idea.get_absolute_url()).content.decode()


def test_set_aside_page_keeps_the_reason_when_somebody_was_first(cast: Cast, as_: As) -> None:
    idea = make_idea(cast.ana, make_need(cast.ana))
    url = address("idea-set-aside", idea)
    assert as_(cast.maya).post(url, {"reason": ""}).status_code == 400
    ideas.start_pilot(Idea.objects.get(), by=cast.maya, at=NOW)
    answer = as_(cast.maya).post(url, {"reason": "A careful reason."})
    assert answer.status_code == 409
    assert "A careful reason." in answer.content.decode()


def test_edit_page_keeps_the_words_when_the_idea_moved_on(cast: Cast, as_: As) -> None:
    need = make_need(cast.ana)
    idea = make_idea(cast.ana, need)
    url = address("idea-edit", idea)
    page = as_(cast.ana).get(url).content.decode()
    assert idea.proposal in page
    assert "checked" in page
    words = {"needs": need.pk, "title": "Better words", "proposal": "A longer proposal."}
    assert as_(cast.ana).post(url, words).status_code == 302
    ideas.set_aside(Idea.objects.get(), by=cast.maya, at=NOW, reason="Later.")
    answer = as_(cast.ana).post(url, {**words, "proposal": "An even longer proposal."})
    assert answer.status_code == 409
    assert "An even longer proposal." in answer.content.decode()


def test_api_proposes_and_sorts(cast: Cast, as_: As) -> None:
    need, hidden = make_need(cast.ana), make_need(cast.hugo)
    given = {"title": "Let it write", "proposal": "x", "unit": cast.medicine.pk, "needs": [need.pk]}
    client = as_(cast.jonas)
    mistakes: list[dict[str, Any]] = [
        {"needs": []}, {"needs": [hidden.pk]}, {"unit": cast.harbor.pk}, {"title": ""},
    ]  # fmt: skip
    for wrong in mistakes:
        answer = client.post("/api/v1/ideas/", {**given, **wrong}, content_type="application/json")
        assert answer.status_code == 400, wrong
    answer = client.post("/api/v1/ideas/", given, content_type="application/json")
    assert answer.status_code == 201
    said = answer.json()
    assert said["needs"] == [{"id": need.pk, "title": need.title, "status": "submitted"}]
    url = f"/api/v1/ideas/{said['id']}/"
    reason = {"reason": "Later."}
    assert (
        client.post(f"{url}set-aside/", reason, content_type="application/json").status_code == 403
    )
    client = as_(cast.maya)
    answer = client.post(f"{url}set-aside/", reason, content_type="application/json")
    assert answer.json()["status"] == "set_aside"
    answer = client.post(f"{url}take-back/", {}, content_type="application/json")
    assert answer.json()["status"] == "proposed"
    assert [row["id"] for row in client.get("/api/v1/ideas/").json()["results"]] == [said["id"]]
