"""Opening and shaping a pilot on pages: what is typed is never lost."""

from datetime import timedelta

import pytest
from django.urls import reverse

from innovation.people.models import User
from innovation.web import panels
from pilots.lifecycle.models import LogEntry, Pilot
from pilots.lifecycle.panels import waiting
from tests.factories import pilots as make
from tests.factories.cast import NOW
from tests.markup import plain

TODAY = NOW.date()


@pytest.fixture
def clock_at(monkeypatch):
    """What the doors of this room read as now."""

    def at(moment):
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return at


@pytest.fixture
def ask(client):
    """Get or post an address as somebody; the text of the answer."""

    def asked(user, name, pilot=None, data=None, status=200, query=""):
        client.force_login(user)
        url = reverse(f"pilots:{name}", args=[pilot.pk] if pilot else []) + query
        response = client.get(url) if data is None else client.post(url, data)
        assert response.status_code == status, response.content.decode()[:2000]
        return plain(response.content.decode())

    return asked


def test_open_from_a_need_proposes_its_title_and_unit(cast, ask):
    need = make.make_need(cast)
    shown = ask(cast.maya, "pilot-open", query=f"?need={need.pk}")
    assert f'value="{need.pk}"' in shown
    assert f'value="{need.title}"' in shown
    assert f'<option value="{cast.four_west.pk}" selected>' in shown


def test_open_makes_the_pilot_and_leads_to_it(cast, ask):
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
    assert (pilot.lead, pilot.sponsor, pilot.idea) == (cast.jonas, cast.amara, idea)


def test_open_refused_by_a_rule_keeps_what_was_typed(cast, ask):
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


def test_open_with_nothing_says_what_is_missing(cast, ask):
    shown = ask(cast.maya, "pilot-open", data={}, status=400)
    assert "Choose at least one need." in shown


@pytest.mark.parametrize("query", ["?need=abc&idea=x", "?need=99999999999999999999&need=x"])
def test_open_from_nonsense_shows_the_form(cast, ask, query):
    ask(cast.maya, "pilot-open", query=query)


def test_charter_keeps_what_was_typed(cast, pilot, ask):
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


def test_charter_offers_those_who_may_lead_and_sponsor_here_or_above(cast, pilot, ask):
    shown = ask(cast.jonas, "charter", pilot)
    for person in (cast.jonas, cast.priya, cast.maya, cast.amara, cast.frank):
        assert f'<option value="{person.pk}"' in shown
    assert "Hugo Marsh" not in shown  # at the other hospital


def test_charter_with_dates_the_wrong_way_round_loses_nothing(cast, pilot, ask):
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


def test_charter_of_a_locked_pilot_is_read_and_not_written(cast, pilot, fund, ask):
    make.propose(cast, pilot, fund)
    shown = ask(cast.jonas, "charter", pilot)
    assert "The charter is locked" in shown
    assert "<textarea" not in shown
    ask(cast.jonas, "charter", pilot, data={"title": "Mine"}, status=409)


def test_pathway_answered_says_why(cast, pilot, ask):
    ask(cast.jonas, "pathway", pilot, data=make.DECISION_SUPPORT, status=302)
    shown = ask(cast.jonas, "pathway", pilot)
    assert "decision support" in shown
    assert "Because it advises a clinician" in shown


def test_pathway_with_advice_asks_for_the_rest(cast, pilot, ask):
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


def test_log_written_on_the_page_is_there(cast, pilot, ask):
    data = {"status": "blocked", "blockers": "Two microphones are missing"}
    ask(cast.jonas, "pilot-log-write", pilot, data=data, status=302)
    assert LogEntry.objects.get().blockers == "Two microphones are missing"
    assert "Two microphones are missing" in ask(cast.ana, "pilot-log-write", pilot)


def test_log_refused_keeps_what_was_typed(cast, pilot, ask):
    data = {"status": "blocked", "done": "Wave 3 trained"}
    shown = ask(cast.jonas, "pilot-log-write", pilot, data=data, status=409)
    assert "Say what is in the way" in shown
    assert "Wave 3 trained" in shown


def test_log_pages_through_a_long_life(cast, pilot, ask):
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


def test_pause_without_a_reason_asks_for_one(cast, pilot, fund, ask):
    make.run(cast, pilot, fund)
    assert "Pause it" in ask(cast.helen, "pilot-pause", pilot, data={"reason": " "}, status=400)
    ask(cast.helen, "pilot-pause", pilot, data={"reason": "Corrections doubled."}, status=302)
    pilot.refresh_from_db()
    assert pilot.status == "paused"
    assert "Resume" in ask(cast.jonas, "pilot-detail", pilot)


def test_pause_of_a_pilot_that_does_not_run_says_so(cast, pilot, ask):
    shown = ask(cast.jonas, "pilot-pause", pilot, data={"reason": "Because."}, status=409)
    assert "is not possible" in shown
    assert "Because." in shown


def test_page_of_a_need_shows_its_pilots(cast, pilot, client):
    client.force_login(cast.ana)
    shown = client.get(pilot.needs.get().get_absolute_url()).content.decode()
    assert "Pilots for this need" in shown
    assert pilot.title in shown


def test_lead_is_told_what_waits(cast, pilot, fund, client):
    def waits(who=cast.jonas):
        return [
            (item.kind, item.title)
            for item in panels.waiting_for(User.objects.get(pk=who.pk))
            if item.title == pilot.title
        ]

    assert waits() == [("Charter", pilot.title)]
    assert waits(cast.priya) == []
    review = make.propose(cast, pilot, fund)
    assert waits() == []
    make.gates.decide_resources(review, approve=False, reason="Where?", by=cast.amara, at=NOW)
    assert waits() == [("Returned", pilot.title)]
    again = make.gates.propose(pilot, by=cast.jonas, at=NOW)
    make.gates.decide_resources(again, approve=True, by=cast.amara, at=NOW)
    assert waits() == [("Approved", pilot.title)]


def test_lead_is_reminded_after_a_week_without_a_word_and_past_the_end(
    cast, pilot, fund, django_assert_num_queries, clock_at
):
    make.run(cast, pilot, fund)
    lead = User.objects.get(pk=cast.jonas.pk)
    lead.reach()

    def kinds(days):
        clock_at(NOW + timedelta(days=days))
        with django_assert_num_queries(1):
            return [item.kind for item in waiting(lead)]

    assert kinds(6) == []
    assert kinds(7) == ["Weekly log"]
    make.lifecycle.write_log(pilot, by=cast.jonas, at=make.moment(7), status="nothing")
    assert kinds(13) == []
    assert kinds(14) == ["Weekly log"]
    assert kinds(195) == ["Past its end"]
