"""Somebody leaves: what they answered for is marked, told of, and given to somebody by name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.access import actions as access
from innovation.audit.models import Event
from innovation.handover import actions as handover
from innovation.handover import queries
from innovation.needs.models import Need
from innovation.notices.models import Notice
from innovation.people import actions as people
from innovation.people.models import ClosedAccount, RoleGrant, User
from innovation.provisioning import actions as provisioning
from innovation.provisioning.queries import tokens
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.web import panels
from okrs.goals import actions as goals
from okrs.goals.models import Cycle
from pilots.gates import actions as gates
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions as metrics
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import make_need, make_source, open_pilot


@pytest.fixture
def led(cast: Cast) -> Pilot:
    return open_pilot(cast)


def leave(person: User, by: User) -> None:
    people.deactivate(person, by=by, at=NOW)
    person.refresh_from_db()


def keys(items: list[panels.HandoverItem]) -> set[str]:
    return {item.key for item in items}


def page_as(user: User, url: str) -> str:
    browser = Client()
    browser.force_login(user)
    answer = browser.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_leaving_lists_what_somebody_leads_sponsors_and_keeps(cast: Cast, led: Pilot) -> None:
    source = make_source(cast)
    assert queries.held() == []
    leave(cast.jonas, cast.ada)
    assert keys(queries.held()) == {f"pilot-lead-{led.pk}", f"source-{source.pk}"}
    leave(cast.rosa, cast.ada)
    assert f"pilot-sponsor-{led.pk}" in keys(queries.held())
    assert keys(queries.held(cast.rosa)) == {f"pilot-sponsor-{led.pk}"}
    people.reactivate(cast.jonas, by=cast.ada, at=NOW)
    assert keys(queries.held()) == {f"pilot-sponsor-{led.pk}"}


def test_closing_an_account_asks_who_follows(cast: Cast, led: Pilot) -> None:
    ada = Client()
    ada.force_login(cast.ada)
    closed = ada.post(
        reverse("innovation:person-close", args=[cast.jonas.pk]), {"reason": "Left."}, follow=True
    )
    assert closed.redirect_chain[-1][0] == reverse(
        "innovation:person-hand-over", args=[cast.jonas.pk]
    )
    page = closed.content.decode()
    assert "They answered for what is below. Choose who follows." in page
    assert led.title in page
    nothing = ada.post(reverse("innovation:person-close", args=[cast.ana.pk]), {"reason": ""})
    assert nothing.headers["Location"] == reverse("innovation:person-detail", args=[cast.ana.pk])


def test_closed_account_is_noted_by_whatever_door_closes_an_account(cast: Cast) -> None:
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    assert ClosedAccount.objects.get().person_id == cast.ben.pk
    User.objects.filter(pk=cast.ben.pk).update(is_active=True)
    assert not ClosedAccount.objects.exists()


def test_lead_who_left_is_marked_wherever_the_pilot_shows(cast: Cast, led: Pilot) -> None:
    places = (led.get_absolute_url(), "/pilots/", reverse("pilots:team", args=[led.pk]))
    assert all("has left" not in page_as(cast.maya, url) for url in places)
    leave(cast.jonas, cast.ada)
    for url in places:
        assert "has left" in page_as(cast.maya, url), url


def test_administrators_of_the_unit_are_told_once(cast: Cast, led: Pilot) -> None:
    make_source(cast)
    leave(cast.jonas, cast.ada)
    assert handover.tell_of_leavers(at=timezone.now()) == 1
    assert handover.tell_of_leavers(at=timezone.now()) == 0
    told = Notice.objects.filter(title="Jonas Park has left")
    assert [notice.person for notice in told] == [cast.ada]  # not Hugo, of the other hospital
    assert "2 things" in told[0].text
    assert told[0].mail_due_at is not None
    assert next(item.title for item in panels.waiting_for(cast.ada)) == "Jonas Park has left"
    assert not [item for item in panels.waiting_for(cast.hugo) if "Jonas" in item.title]


def test_leaver_who_held_nothing_is_told_of_to_nobody(cast: Cast) -> None:
    leave(cast.ben, cast.ada)
    assert handover.tell_of_leavers(at=timezone.now()) == 1
    assert not Notice.objects.filter(title__contains="has left").exists()


def test_hand_over_page_gives_each_thing_to_whom_was_chosen(cast: Cast, led: Pilot) -> None:
    source = make_source(cast)
    leave(cast.jonas, cast.ada)
    browser = Client()
    browser.force_login(cast.ada)
    url = reverse("innovation:person-hand-over", args=[cast.jonas.pk])
    page = browser.get(url).content.decode()
    assert led.title in page and source.name in page
    assert "Priya Raman" in page and "Ben Achterberg" not in page  # who may lead, and who may not
    assert "Still answers for" in page_as(cast.ada, f"/people/{cast.jonas.pk}/")
    nothing = browser.post(url, {"sent": "empty"})
    assert nothing.status_code == 400 and "Choose somebody" in nothing.content.decode()
    answer = browser.post(
        url, {f"pilot-lead-{led.pk}": cast.priya.pk, f"source-{source.pk}": cast.maya.pk}
    )
    assert answer.status_code == 302
    led.refresh_from_db()
    source.refresh_from_db()
    assert (led.lead, source.kept_by, source.created_by) == (cast.priya, cast.maya, cast.jonas)
    event = Event.objects.about(f"pilot:{led.pk}").get(type="pilot.lead_handed_over")
    assert event.actor == cast.ada.ref
    assert event.details["person"]["name"] == "Priya Raman"
    assert event.details["before"]["name"] == "Jonas Park"
    assert Event.objects.filter(type="source.handed_over").count() == 1
    told = Notice.objects.get(person=cast.priya)
    assert "You lead" in told.title and "Jonas Park" in told.text
    assert "answers for nothing any more" in page_as(cast.ada, url)
    assert "has left" not in page_as(cast.maya, led.get_absolute_url())


def test_hand_over_page_refuses_whom_the_list_does_not_offer(cast: Cast, led: Pilot) -> None:
    leave(cast.jonas, cast.ada)
    browser = Client()
    browser.force_login(cast.ada)
    url = reverse("innovation:person-hand-over", args=[cast.jonas.pk])
    for person in (cast.ben, cast.hugo, cast.jonas):
        answer = browser.post(url, {f"pilot-lead-{led.pk}": person.pk})
        assert answer.status_code == 400
    led.refresh_from_db()
    assert led.lead == cast.jonas


def test_hand_over_is_refused_to_whom_it_does_not_belong(cast: Cast, led: Pilot) -> None:
    source = make_source(cast)
    with pytest.raises(Conflict):  # he is still here
        lifecycle.hand_over_lead(led, by=cast.ada, at=NOW, to=cast.priya)
    leave(cast.jonas, cast.ada)
    for by in (cast.hugo, cast.ben, cast.priya):
        with pytest.raises(NotAllowed):
            lifecycle.hand_over_lead(led, by=by, at=NOW, to=cast.priya)
    with pytest.raises(Refused):
        lifecycle.hand_over_lead(led, by=cast.ada, at=NOW, to=cast.ben)
    with pytest.raises(Refused):
        lifecycle.hand_over_sponsorship(led, by=cast.ada, at=NOW, to=cast.frank)
    with pytest.raises(NotAllowed):
        metrics.hand_over_source(source, by=cast.ada, at=NOW, to=cast.ben)
    lifecycle.hand_over_lead(led, by=cast.maya, at=NOW, to=cast.priya)  # the office may, too
    with pytest.raises(Conflict):  # who comes second
        lifecycle.hand_over_lead(led, by=cast.ada, at=NOW, to=cast.maya)


def test_pilot_that_is_over_stays_its_lead_s(cast: Cast, led: Pilot) -> None:
    gates.stop(led, by=cast.jonas, at=NOW, reason="We learned enough.")
    leave(cast.jonas, cast.ada)
    assert queries.held() == []
    with pytest.raises(Refused, match="is over"):
        lifecycle.hand_over_lead(led, by=cast.ada, at=NOW, to=cast.priya)


def test_objective_of_a_sponsor_who_left_is_given_on(cast: Cast) -> None:
    today = timezone.localdate()
    cycle = Cycle.objects.create(
        name="Now",
        unit=cast.lakeshore,
        starts_on=today - timedelta(days=9),
        ends_on=today + timedelta(days=9),
    )
    objective = goals.create_objective(
        by=cast.amara,
        at=NOW,
        cycle=cycle,
        unit=cast.lakeshore,
        title="Evenings back",
        sponsor=cast.frank,
    )
    leave(cast.frank, cast.ada)
    [item] = queries.held(cast.frank)
    assert item.key == f"objective-{objective.pk}"
    with pytest.raises(Refused, match="sets no objectives"):
        goals.hand_over(objective, by=cast.ada, at=NOW, to=cast.ben)
    with pytest.raises(NotAllowed):
        goals.hand_over(objective, by=cast.hugo, at=NOW, to=cast.amara)
    handover.hand_over([(item, cast.amara)], by=cast.ada, at=NOW, holder=cast.frank)
    objective.refresh_from_db()
    assert objective.sponsor == cast.amara
    assert queries.held() == []


def test_administrator_sees_only_what_stands_where_they_keep_people(cast: Cast, led: Pilot) -> None:
    RoleGrant.objects.create(person=cast.jonas, unit=cast.harbor, role="pilot_team", granted_at=NOW)
    cast.jonas.refresh_from_db()
    theirs = open_pilot(
        cast, title="Theirs", unit=cast.harbor, by=cast.hugo, sponsor=None, needs=_need_of(cast)
    )
    leave(cast.jonas, cast.ada)
    assert keys(queries.held_in_reach(cast.hugo, cast.jonas)) == {f"pilot-lead-{theirs.pk}"}
    assert led.title not in page_as(
        cast.hugo, reverse("innovation:person-hand-over", args=[cast.jonas.pk])
    )
    assert [one.person for one in queries.leavers(cast.hugo)] == [cast.jonas]
    assert len(queries.leavers(cast.ada)[0].items) == 2


def _need_of(cast: Cast) -> list[Need]:
    need = make_need(cast, by=cast.hugo)
    type(need).objects.filter(pk=need.pk).update(unit=cast.harbor)
    need.refresh_from_db()
    return [need]


def test_page_of_somebody_who_is_here_is_not_there(cast: Cast, led: Pilot) -> None:
    browser = Client()
    browser.force_login(cast.ada)
    assert browser.get(f"/people/{cast.jonas.pk}/hand-over/").status_code == 404
    assert browser.get("/people/999999999/hand-over/").status_code == 404


def test_machine_whose_owner_left_is_named(cast: Cast) -> None:
    service = access.create_service(
        by=cast.ada,
        at=NOW,
        name="Warehouse export",
        purpose="Reads each night.",
        unit=cast.brigid,
        owner=cast.maya,
        units=[cast.brigid],
    )
    leave(cast.maya, cast.ada)
    page = page_as(cast.ada, reverse("innovation:person-hand-over", args=[cast.maya.pk]))
    assert "Warehouse export" in page and service.get_absolute_url() in page
    access.close_service(service, by=cast.ada, at=NOW)
    assert queries.held() == []


def test_directory_that_stopped_with_its_owner_is_named(cast: Cast) -> None:
    second = User.objects.create_user("second@lakeshore.example", "Second", unit=cast.brigid)
    RoleGrant.objects.create(person=second, unit=cast.brigid, role="administrator", granted_at=NOW)
    token, _text = provisioning.create_token(
        by=second, at=timezone.now(), name="Entra ID", unit=cast.brigid, days=90
    )
    leave(second, cast.ada)
    page = page_as(cast.ada, reverse("innovation:person-hand-over", args=[second.pk]))
    assert "Entra ID" in page and "This directory has stopped" in page
    assert [line.state for line in tokens(cast.ada, timezone.now())] == ["stopped"]
    provisioning.revoke_token(token, by=cast.ada, at=timezone.now())
    assert queries.held() == []
