"""Opening and shaping a pilot on pages: what is typed is never lost."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from innovation.people.models import User
from innovation.rules import dates
from innovation.web import panels
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import LogEntry, Pilot
from pilots.lifecycle.panels import waiting
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.markup import plain

Ask = Callable[..., str]

TODAY = NOW.date()


@pytest.fixture
def clock_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """What the doors of this room read as now."""

    def at(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return at


@pytest.fixture
def ask(client: Client) -> Ask:
    """Get or post an address as somebody; the text of the answer."""

    def asked(
        user: User,
        name: str,
        pilot: Pilot | None = None,
        data: dict[str, Any] | None = None,
        status: int = 200,
        query: str = "",
    ) -> str:
        client.force_login(user)
        url = reverse(f"pilots:{name}", args=[pilot.pk] if pilot else []) + query
        response = client.get(url) if data is None else client.post(url, data)
        assert response.status_code == status, response.content.decode()[:2000]
        return plain(response.content.decode())

    return asked


def test_open_from_a_need_proposes_its_title_and_unit(cast: Cast, ask: Ask) -> None:
    need = make.make_need(cast)
    shown = ask(cast.maya, "pilot-open", query=f"?need={need.pk}")
    assert f'value="{need.pk}"' in shown
    assert f'value="{need.title}"' in shown
    assert f'<option value="{cast.four_west.pk}" selected>' in shown


def test_open_makes_the_pilot_and_leads_to_it(cast: Cast, ask: Ask) -> None:
    need = make.make_need(cast)
    idea = make.make_idea(cast, need)
    data = {
        "needs": [need.pk],
        "idea": idea.pk,
        "title": "Ambient notes",
        "summary": "A draft while you talk.",
        "unit": cast.brigid.pk,
        "lead": cast.jonas.pk,
        "sponsor": cast.amara.pk,
    }
    ask(cast.maya, "pilot-open", data=data, status=302)
    pilot = Pilot.objects.get()
    assert (pilot.lead, pilot.sponsor_asked, pilot.idea) == (cast.jonas, cast.amara, idea)


def test_open_refused_by_a_rule_keeps_what_was_typed(cast: Cast, ask: Ask) -> None:
    need = make.make_need(cast)
    data = {
        "needs": [need.pk],
        "title": "Ambient notes",
        "summary": "A draft while you talk.",
        "unit": cast.lakeshore.pk,  # Jonas may lead at St Brigid, not for the whole system
        "lead": cast.jonas.pk,
    }
    shown = ask(cast.maya, "pilot-open", data=data, status=409)
    assert "Jonas Park cannot lead a pilot in Lakeshore Health yet" in shown
    assert "A draft while you talk." in shown
    assert not Pilot.objects.exists()


def test_open_with_nothing_says_what_is_missing(cast: Cast, ask: Ask) -> None:
    shown = ask(cast.maya, "pilot-open", data={}, status=400)
    assert "Choose at least one need." in shown


@pytest.mark.parametrize("query", ["?need=abc&idea=x", "?need=99999999999999999999&need=x"])
def test_open_from_nonsense_shows_the_form(cast: Cast, ask: Ask, query: str) -> None:
    ask(cast.maya, "pilot-open", query=query)


def test_charter_keeps_what_was_typed(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    data = {
        "title": "Ambient notes",
        "summary": "A draft.",
        "hypothesis": "Less typing.",
        "change": "The room listens.",
        "starts_on": str(TODAY),
        "ends_on": str(TODAY + timedelta(days=90)),
        "sites": [cast.medicine.pk, cast.four_west.pk],
        "lead": cast.jonas.pk,
        "sponsor": cast.amara.pk,
    }
    ask(cast.jonas, "charter", pilot, data=data, status=302)
    pilot.refresh_from_db()
    assert (pilot.hypothesis, pilot.starts_on, pilot.sites.count()) == ("Less typing.", TODAY, 2)


def test_charter_offers_those_who_may_lead_and_sponsor_here_or_above(
    cast: Cast, pilot: Pilot, ask: Ask
) -> None:
    shown = ask(cast.jonas, "charter", pilot)
    for person in (cast.jonas, cast.priya, cast.maya, cast.amara, cast.frank):
        assert f'<option value="{person.pk}"' in shown
    assert "Hugo Marsh" not in shown  # at the other hospital


def test_charter_with_dates_the_wrong_way_round_loses_nothing(
    cast: Cast, pilot: Pilot, ask: Ask
) -> None:
    data = {
        "title": "Another title",
        "summary": "A draft.",
        "hypothesis": "Less typing.",
        "starts_on": str(TODAY),
        "ends_on": str(TODAY),
        "lead": cast.jonas.pk,
    }
    shown = ask(cast.jonas, "charter", pilot, data=data, status=400)
    assert "The end must come after the start." in shown
    assert "Less typing." in shown
    assert f'value="{TODAY}"' in shown
    pilot.refresh_from_db()
    assert pilot.title == "Ambient notes in primary care"


def test_charter_of_a_locked_pilot_is_read_and_not_written(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    make.propose(cast, pilot, fund)
    shown = ask(cast.jonas, "charter", pilot)
    assert "The charter is locked" in shown
    assert "<textarea" not in shown
    ask(cast.jonas, "charter", pilot, data={"title": "Mine"}, status=409)


def test_pathway_answered_says_why(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    ask(cast.jonas, "pathway", pilot, data=make.DECISION_SUPPORT, status=302)
    shown = ask(cast.jonas, "pathway", pilot)
    assert "decision support" in shown
    assert "Because it advises a clinician" in shown


def test_pathway_with_advice_asks_for_the_rest(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    shown = ask(
        cast.jonas,
        "pathway",
        pilot,
        data={"signal": "no", "advice": "yes", "care": "no"},
        status=400,
    )
    assert "Choose one answer: there is advice about a patient." in shown
    pilot.refresh_from_db()
    assert pilot.pathway == ""


def test_log_written_on_the_page_is_there(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    data = {
        "status": "blocked", "blockers": "Two microphones are missing", "owner": cast.jonas.pk,
        "due_on": str(dates.days_after(dates.today(), 7)),
    }  # fmt: skip
    ask(cast.jonas, "pilot-log-write", pilot, data=data, status=302)
    assert LogEntry.objects.get().blockers == "Two microphones are missing"
    assert "Two microphones are missing" in ask(cast.ana, "pilot-log-write", pilot)


def test_log_refused_keeps_what_was_typed(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    data = {"status": "blocked", "done": "Wave 3 trained"}
    shown = ask(cast.jonas, "pilot-log-write", pilot, data=data, status=409)
    assert "Say what is in the way" in shown
    assert "Wave 3 trained" in shown


def test_log_pages_through_a_long_life(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    for week in range(25):
        LogEntry.objects.create(
            pilot=pilot,
            at=NOW - timedelta(weeks=week),
            by=cast.jonas,
            status="on_track",
            done=f"Week {week} done",
        )
    first = ask(cast.ana, "pilot-log-write", pilot)
    assert "Week 19 done" in first
    assert "Week 20 done" not in first
    assert "Next" in first


def test_pause_without_a_reason_asks_for_one(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    make.run(cast, pilot, fund)
    assert "Pause it" in ask(cast.helen, "pilot-pause", pilot, data={"reason": " "}, status=400)
    ask(cast.jonas, "pilot-pause", pilot, data={"reason": "Corrections doubled."}, status=302)
    pilot.refresh_from_db()
    assert pilot.status == "paused"
    assert "Resume" in ask(cast.jonas, "pilot-detail", pilot)


def test_pause_of_a_pilot_that_does_not_run_says_so(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    shown = ask(cast.jonas, "pilot-pause", pilot, data={"reason": "Because."}, status=409)
    assert "is not possible" in shown
    assert "Because." in shown


def test_page_of_a_need_shows_its_pilots(cast: Cast, pilot: Pilot, client: Client) -> None:
    client.force_login(cast.ana)
    shown = client.get(pilot.needs.get().get_absolute_url()).content.decode()
    assert "Pilots for this need" in shown
    assert pilot.title in shown


def test_lead_is_told_what_waits(cast: Cast, pilot: Pilot, fund: Fund, client: Client) -> None:
    def waits(who: User = cast.jonas) -> list[tuple[str, str]]:
        return [
            (item.kind, item.title)
            for item in panels.waiting_for(User.objects.get(pk=who.pk))
            if item.title == pilot.title
        ]

    assert waits() == [("Charter", pilot.title)]
    assert waits(cast.priya) == []
    review = make.propose(cast, pilot, fund)
    assert waits() == []
    gates.decide_resources(review, approve=False, reason="Where?", by=cast.amara, at=NOW)
    assert waits() == [("Returned", pilot.title)]
    again = gates.propose(pilot, by=cast.jonas, at=NOW)
    gates.decide_resources(again, approve=True, by=cast.amara, at=NOW)
    assert waits() == [("Approved", pilot.title)]


def test_lead_is_reminded_after_a_week_without_a_word_and_past_the_end(
    cast: Cast,
    pilot: Pilot,
    fund: Fund,
    django_assert_num_queries: DjangoAssertNumQueries,
    clock_at: Callable[[datetime], None],
) -> None:
    make.run(cast, pilot, fund)
    lead = User.objects.get(pk=cast.jonas.pk)
    lead.reach()

    def kinds(days: int) -> list[str]:
        clock_at(NOW + timedelta(days=days))
        with django_assert_num_queries(2):  # and which they are asked to lead
            return [item.kind for item in waiting(lead)]

    assert kinds(6) == []
    assert kinds(7) == ["Weekly log"]
    lifecycle.write_log(pilot, by=cast.jonas, at=make.moment(7), status="nothing")
    assert kinds(13) == []
    assert kinds(14) == ["Weekly log"]
    assert kinds(195) == ["Past its end"]


def test_the_rule_is_part_of_the_charter_and_left_empty_it_stays(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    lead = Client()
    lead.force_login(cast.jonas)
    page = reverse("pilots:charter", args=[pilot.pk])
    sent = {"title": pilot.title, "summary": pilot.summary, "lead": cast.jonas.pk}
    assert "The rule by which it is judged" in lead.get(page).content.decode()
    assert lead.post(page, sent | {"least_weeks": 0}).status_code == 400
    assert lead.post(page, sent | {"least_weeks": 12, "scale_at_target": "on"}).status_code == 302
    pilot.refresh_from_db()
    assert (pilot.least_weeks, pilot.scale_at_target) == (12, True)
    assert lead.post(page, sent | {"scale_at_target": "on"}).status_code == 302
    pilot.refresh_from_db()
    assert (pilot.least_weeks, pilot.scale_at_target) == (12, True)
    known = lead.get(reverse("pilots:api-pilot-detail", args=[pilot.pk])).json()
    assert (known["least_weeks"], known["scale_at_target"]) == (12, True)
