"""Whoever asked not to be named is named nowhere: no page, no API, no notice, no log, no error."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from innovation.audit import presenters as audit_presenters
from innovation.audit.models import Event
from innovation.ideas import actions as ideas
from innovation.needs import actions as needs
from innovation.needs.models import Need, Voice
from innovation.notices.models import Notice
from innovation.rules import dates
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
    assert Voice.objects.filter(need=into).of(cast.ana).exists()
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


# Counts


def merged_count(need: Need, into: Need, cast: Cast) -> tuple[int, int]:
    """The count of a need before another was merged into it, and after."""
    into.refresh_from_db()
    before = into.voice_count
    needs.merge(Need.objects.get(pk=need.pk), into=into, by=cast.maya, at=NOW, reason="The same.")
    into.refresh_from_db()
    return before, into.voice_count


def test_count_grows_by_the_unnamed_author_whoever_it_is(cast: Cast) -> None:
    """By as much for a stranger, for somebody whose voice counts, and for the other's author."""
    into = make_need(cast.ben)
    needs.add_voice(into, by=cast.ana, at=NOW)
    for author in (cast.jonas, cast.ana, cast.ben):
        before, after = merged_count(make_need(author, anonymous=True), into, cast)
        assert after == before + 1, author.name


def test_count_grows_by_a_named_author_whoever_filed_the_unnamed_need(cast: Cast) -> None:
    for author in (cast.ben, cast.ana):
        into = make_need(author, anonymous=True)
        assert merged_count(make_need(cast.ana), into, cast) == (0, 1), author.name


def test_voice_of_the_unnamed_author_is_not_dropped_where_the_log_tells_of_it(cast: Cast) -> None:
    for author in (cast.ben, cast.ana):
        into, need = make_need(author, anonymous=True), make_need(cast.jonas)
        needs.add_voice(need, by=cast.ana, at=NOW)
        assert merged_count(need, into, cast) == (0, 2), author.name


def test_author_without_a_name_who_adds_a_voice_by_name_is_seen_to_add_it(cast: Cast) -> None:
    """A note to a voice that nobody saw added would tell where it came from."""
    need, into = make_need(cast.ana, anonymous=True), make_need(cast.ben)
    needs.merge(need, into=into, by=cast.maya, at=NOW, reason="The same.")
    needs.add_voice(into, by=cast.ana, at=NOW, note="Every night.")
    needs.withdraw_voice(into, by=cast.ana, at=NOW)
    needs.add_voice(into, by=cast.ana, at=NOW)
    told = Event.objects.about(f"need:{into.pk}")
    of_ana = told.filter(actor=cast.ana.ref).order_by("number").values_list("type", flat=True)
    assert list(of_ana) == ["need.voice_added", "need.voice_withdrawn", "need.voice_added"]
    assert not told.filter(actor="person:anonymous", type__contains="voice").exists()


def test_voice_without_a_name_stays_so_through_a_second_merge(cast: Cast) -> None:
    need, into = make_need(cast.ana, anonymous=True), make_need(cast.ben)
    last = make_need(cast.jonas)
    needs.merge(need, into=into, by=cast.maya, at=NOW, reason="The same.")
    needs.merge(into, into=last, by=cast.maya, at=NOW, reason="The same.")
    needs.withdraw_voice(last, by=cast.ana, at=NOW)
    assert not Event.objects.filter(actor=cast.ana.ref, type__contains="voice").exists()
    assert Event.objects.get(type="need.voice_withdrawn").actor == "person:anonymous"


def test_voice_without_a_name_holds_no_person_in_the_database(
    cast: Cast, merged: tuple[Need, Need]
) -> None:
    _need, into = merged
    assert not Voice.objects.filter(need=into, person=cast.ana).exists()
    with pytest.raises(IntegrityError, match="voice_of_a_person_or_an_author"):
        Voice.objects.filter(need=into).update(person=cast.ana)


def test_author_without_a_name_still_hears_of_the_need_theirs_was_merged_into(
    cast: Cast, merged: tuple[Need, Need], client: Client
) -> None:
    _need, into = merged
    Notice.objects.all().delete()
    needs.accept(into, by=cast.maya, at=NOW, reason="Yes.")
    assert Notice.objects.filter(person=cast.ana, title__contains="was accepted").exists()
    client.force_login(cast.ana)
    assert into.title in client.get("/needs/?whose=voice").content.decode()
    assert client.get(f"/api/v1{into.get_absolute_url()}").json()["has_own_voice"] is True


def test_voices_that_held_a_person_before_the_rule_lose_them_and_no_others(
    cast: Cast, merged: tuple[Need, Need]
) -> None:
    need, into = merged
    given = Voice.objects.filter(need=into)
    given.update(author_of=None, person=cast.ana, at=NOW)  # as merges left it until 2026-11-28
    needs.add_voice(into, by=cast.jonas, at=NOW)
    last = make_need(cast.helen, unit=cast.brigid)
    needs.merge(Need.objects.get(pk=into.pk), into=last, by=cast.maya, at=NOW, reason="The same.")
    migration = import_module("innovation.migrations.0023_voices_without_a_name")
    migration.take_names_away(apps, SimpleNamespace(connection=connection))
    held = Voice.objects.filter(need=last).values_list("person__name", "author_of")
    assert set(held) == {(None, need.pk), ("Jonas Park", None), ("Ben Achterberg", None)}


# Moments


def test_author_without_a_name_is_noted_by_the_day_alone(cast: Cast, client: Client) -> None:
    """The minute beside a rota, or beside the log's line of who signed in, would name them."""
    at = datetime(2026, 11, 23, 14, 7, 31, tzinfo=UTC)
    need = make_need(cast.ana, anonymous=True, at=at)
    needs.edit(need, by=cast.ana, at=at, unit=cast.medicine, problem="Vitals are typed twice.")
    needs.ask(need, by=cast.maya, at=at, reason="How often?")
    needs.answer(need, by=cast.ana, at=at, reason="At every round.")
    day = dates.begins(dates.day_of(at))
    assert Need.objects.get(pk=need.pk).submitted_at == day
    hers = Event.objects.filter(actor="person:anonymous")
    assert {event.at for event in hers} == {day}
    assert hers.count() == 3
    assert StateChange.objects.get(verb="answer").at == day
    client.force_login(cast.otto)
    said = client.get(f"/api/v1{need.get_absolute_url()}").json()
    assert datetime.fromisoformat(said["submitted_at"]) == day


def test_author_with_a_name_is_noted_by_the_moment(cast: Cast) -> None:
    at = datetime(2026, 11, 23, 14, 7, 31, tzinfo=UTC)
    assert make_need(cast.ana, at=at).submitted_at == at


# What is left in a browser


def test_signing_out_asks_the_browser_to_forget(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    assert "Clear-Site-Data" not in client.get("/accounts/logout/")
    assert client.post("/accounts/logout/")["Clear-Site-Data"] == '"storage"'


def test_form_without_a_name_promises_what_is_so(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    page = client.get("/needs/new/").content.decode()
    assert "The database holds who you are" in page
    assert "keeps the day, not the minute" in page
