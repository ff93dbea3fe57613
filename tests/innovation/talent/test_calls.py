"""Calls for help: asked by who may, answered by whoever sees the thing, accepted or declined kindly."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.ideas.models import Idea
from innovation.needs.models import Need
from innovation.notices.models import Notice
from innovation.people import actions as people
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.talent import actions, queries
from innovation.talent.models import HelpCall, HelpOffer
from innovation.talent.panels import calls_about
from pilots.lifecycle.models import Pilot, TeamMember
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_idea, make_need

pytestmark = pytest.mark.django_db

TODAY = dates.day_of(NOW)


def call_for(by: User, thing: Need | Idea | Pilot, **fields: Any) -> HelpCall:
    given: dict[str, Any] = {
        "what": "Somebody who sits down with two nights of nurses.",
        "time": "day",
        "until": TODAY + timedelta(days=90),
        "skills": ["listening"],
        **fields,
    }
    return actions.ask(about=f"{thing._meta.model_name}:{thing.pk}", by=by, at=NOW, **given)


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person, kind="help").values_list("title", flat=True))


def test_whoever_sees_it_answers_and_only_who_asks_is_told(cast: Cast) -> None:
    need = make_need(cast.ana)
    call = call_for(cast.ana, need)
    with pytest.raises(Refused, match="yourself"):
        actions.offer(call, by=cast.ana, at=NOW)
    for outside in (cast.hugo, cast.victor):
        with pytest.raises(NotAllowed):
            actions.offer(call, by=outside, at=NOW)
    offered = actions.offer(call, by=cast.ben, words="I know them all.", at=NOW)
    with pytest.raises(Conflict, match="already"):
        actions.offer(call, by=cast.ben, at=NOW)
    assert told(cast.ana) == [f"Ben Achterberg can help with “{need.title}”"]
    assert Notice.objects.filter(kind="help").count() == 1
    # What somebody offers is between the two.
    for reads, seen in ((cast.ana, 1), (cast.ben, 1), (cast.maya, 0), (cast.ada, 0)):
        assert HelpOffer.objects.visible_to(reads).count() == seen, reads
    with pytest.raises(NotAllowed, match="asked, and answers"):
        actions.accept(offered, by=cast.maya, at=NOW)
    actions.accept(offered, words="Come on Tuesday.", by=cast.ana, at=NOW)
    assert told(cast.ben) == ["Ana Ruiz is glad of your help"]
    with pytest.raises(Conflict, match="answered already"):
        actions.decline(offered, by=cast.ana, at=NOW)
    late = actions.offer(call, by=cast.jonas, at=NOW)
    no = actions.offer(call, by=cast.priya, at=NOW)
    actions.decline(no, by=cast.ana, at=NOW)
    actions.close(call, by=cast.ana, at=NOW)
    late.refresh_from_db()
    assert (late.answer, told(cast.jonas)) == (
        "closed", ["The call for help is closed. Thank you"],
    )  # fmt: skip
    assert told(cast.priya) == ["Ana Ruiz thanks you, and has enough help this time"]
    with pytest.raises(Conflict, match="closed"):
        actions.offer(call, by=cast.ingrid, at=NOW)
    with pytest.raises(Conflict, match="closed already"):
        actions.close(call, by=cast.ana, at=NOW)
    with pytest.raises(IntegrityError, match="help_offered_to_an_open"), transaction.atomic():
        HelpOffer.objects.create(call=call, person=cast.ingrid, at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        HelpOffer.objects.filter(pk=late.pk).update(answer="accepted")
    # The log says who offered and who was accepted; that somebody was turned down, and who, is no event.
    kinds = Event.objects.filter(type__startswith="call.").values_list("type", flat=True)
    assert sorted(kinds) == [
        "call.asked", "call.closed", "call.help_accepted", *["call.help_offered"] * 3,
    ]  # fmt: skip


def test_who_shared_a_need_without_a_name_is_not_shown_by_a_call(cast: Cast) -> None:
    need = make_need(cast.ana, anonymous=True)
    with pytest.raises(NotAllowed, match="without your name"):
        call_for(cast.ana, need)
    with pytest.raises(NotAllowed, match="Whoever shared"):
        call_for(cast.ben, need)
    call_for(cast.maya, need)
    offered = actions.offer(HelpCall.objects.get(), by=cast.ana, at=NOW)
    assert "Ana" in offered.person.name
    browser = Client()
    browser.force_login(cast.jonas)
    page = browser.get(need.get_absolute_url()).content.decode()
    assert "Help wanted" in page
    assert "Ana Ruiz" not in page


def test_a_call_is_asked_by_who_answers_for_the_thing_and_within_reason(
    cast: Cast,
) -> None:
    pilot = make.open_pilot(cast)
    idea = make_idea(cast.ben, make_need(cast.ana))
    with pytest.raises(NotAllowed, match="proposed"):
        call_for(cast.ana, idea)
    with pytest.raises(NotAllowed, match="team"):
        call_for(cast.ana, pilot)
    with pytest.raises(NotAllowed, match="not open to you"):
        call_for(cast.hugo, idea)
    for wrong in (
        {"what": " "},
        {"time": "always"},
        {"until": TODAY - timedelta(days=1)},
        {"until": date.max},
        {"skills": ["magic"]},
    ):
        with pytest.raises(Malformed):
            call_for(cast.ben, idea, **wrong)
    for _each in range(5):
        call_for(cast.ben, idea)
    with pytest.raises(Refused, match="5 calls are open"):
        call_for(cast.ben, idea)
    assert call_for(cast.jonas, pilot).unit_id == pilot.unit_id
    assert calls_about(cast.ana, pilot) is not None
    assert calls_about(cast.victor, pilot) is None


def test_calls_that_fit_come_first_and_only_to_who_wants_to_help(cast: Cast) -> None:
    need = make_need(cast.ana)
    fitting = call_for(cast.ana, need)
    call_for(cast.ana, need, skills=["statistics"], what="Somebody who counts.")

    def fits(user: User) -> list[HelpCall]:
        return [one.call for one in queries.fitting(user, queries.open_calls(user, today=TODAY))]

    assert len(queries.open_calls(cast.ben, today=TODAY)) == 2
    assert queries.open_calls(cast.hugo, today=TODAY) == []
    assert fits(cast.ben) == []
    actions.show(by=cast.ben, at=NOW, discipline="administration", skills=["listening"])
    assert fits(cast.ben) == []  # found, and not open for helping
    actions.show(
        by=cast.ben, at=NOW, discipline="administration", skills=["listening"], open_for=["help"]
    )
    assert fits(cast.ben) == [fitting]
    offered = actions.offer(fitting, by=cast.ben, at=NOW)
    assert fits(cast.ben) == []
    actions.take_back(offered, by=cast.ben, at=NOW)
    assert "Ben Achterberg cannot help after all" in told(cast.ana)
    assert fits(cast.ben) == [fitting]
    actions.offer(fitting, by=cast.ben, at=NOW)
    assert queries.open_calls(cast.ben, today=TODAY + timedelta(days=91)) == []


def test_a_call_of_somebody_who_left_is_open_no_more(cast: Cast) -> None:
    call = call_for(cast.ana, make_need(cast.ana))
    people.deactivate(cast.ana, by=cast.ada, at=NOW)
    assert queries.open_calls(cast.ben, today=TODAY) == []
    call.refresh_from_db()
    with pytest.raises(Conflict):
        actions.offer(HelpCall.objects.get(), by=cast.ben, at=NOW)
    with pytest.raises(NotAllowed):
        actions.close(HelpCall.objects.get(), by=cast.ben, at=NOW)
    actions.close(HelpCall.objects.get(), by=cast.maya, at=NOW)


def test_on_pages_a_yes_leads_to_asking_for_time_and_puts_nobody_on_a_team(
    cast: Cast,
) -> None:
    pilot = make.open_pilot(cast)
    lead, nurse = Client(), Client()
    lead.force_login(cast.jonas)
    nurse.force_login(cast.ana)
    page = lead.get(pilot.get_absolute_url()).content.decode()
    ask = f"{reverse('innovation:call-ask')}?about=pilot%3A{pilot.pk}"
    assert ask in page
    given = {
        "what": "Somebody from nights.", "time": "weekly", "skills": ["listening"],
        "until": dates.days_after(dates.today(), 30).isoformat(),
    }  # fmt: skip
    assert nurse.get(ask).status_code == 403
    assert nurse.get(reverse("innovation:call-ask"), {"about": "pilot:x"}).status_code == 404
    assert lead.post(ask, {**given, "time": ""}).status_code == 400
    assert lead.post(ask, given).status_code == 302
    call = HelpCall.objects.get()
    assert "Somebody from nights." in nurse.get(reverse("innovation:call-list")).content.decode()
    assert "Somebody from nights." in nurse.get(pilot.get_absolute_url()).content.decode()
    offer = reverse("innovation:call-offer", args=[call.pk])
    assert nurse.post(offer, {"words": "I work nights."}).status_code == 302
    assert nurse.post(offer, {}).status_code == 409
    assert "I work nights." in nurse.get(call.get_absolute_url()).content.decode()
    others = Client()
    others.force_login(cast.ben)
    assert "I work nights." not in others.get(call.get_absolute_url()).content.decode()
    answer = reverse("innovation:help-answer", args=[HelpOffer.objects.get().pk])
    assert others.post(answer, {"answer": "yes"}).status_code == 404
    assert lead.post(answer, {}).status_code == 400
    assert lead.post(answer, {"answer": "yes", "words": "Gladly."}).status_code == 302
    shown = lead.get(call.get_absolute_url()).content.decode()
    assert f"/pilots/{pilot.pk}/team/?person={cast.ana.pk}" in shown
    team = lead.get(reverse("pilots:team", args=[pilot.pk]), {"person": cast.ana.pk})
    assert team.context["form"]["person"].value() == str(cast.ana.pk)
    assert not TeamMember.objects.filter(person=cast.ana).exists()
    assert "Gladly." in nurse.get(call.get_absolute_url()).content.decode()
    assert lead.post(reverse("innovation:call-close", args=[call.pk])).status_code == 302


def test_the_api_does_the_same(cast: Cast) -> None:
    need = make_need(cast.ana)
    asks, helps = Client(), Client()
    asks.force_login(cast.ana)
    helps.force_login(cast.ben)
    given = {
        "about": f"need:{need.pk}", "what": "Somebody who listens.", "time": "hour",
        "until": dates.days_after(dates.today(), 9).isoformat(), "skills": ["listening"],
    }  # fmt: skip
    calls = reverse("innovation:api-call-list")
    made = asks.post(calls, given, content_type="application/json")
    assert made.status_code == 201, made.content
    (one,) = helps.get(calls).json()
    assert (one["title"], one["call"]["id"]) == (need.title, made.json()["id"])
    assert helps.get(calls, {"fits": "true"}).json() == []
    key = made.json()["id"]
    offered = helps.post(reverse("innovation:api-call-offer", args=[key]))
    assert offered.status_code == 201
    pk = offered.json()["id"]
    offers = reverse("innovation:api-help-offers")
    for reads, seen in ((asks, [pk]), (helps, [pk])):
        assert [one["id"] for one in reads.get(offers).json()["results"]] == seen
    said = asks.post(
        reverse("innovation:api-help-answer", args=[pk]),
        {"yes": False},
        content_type="application/json",
    )
    assert said.json()["answer"] == "declined"
    assert helps.post(reverse("innovation:api-help-take-back", args=[pk])).status_code == 409
    assert asks.post(reverse("innovation:api-call-close", args=[key])).json()["closed_at"]
