"""Events as sentences, the log that shows them, and its API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from innovation.audit import actions as audit
from innovation.audit import presenters
from innovation.audit.models import Event
from innovation.audit.sentences import sentences
from innovation.needs import actions as needs
from innovation.needs.models import Need
from innovation.people import actions as people
from innovation.people.models import User
from okrs.alignment import actions as alignment
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.goals import make_key_result, make_objective
from tests.factories.needs import make_idea, make_need

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(cast: Cast) -> Cast:
    """Four things that were done."""
    people.grant(cast.ana, by=cast.ada, at=NOW, unit=cast.medicine, role="mentor")
    people.move_unit(
        cast.harbor_clinic, by=cast.ada, at=NOW + timedelta(days=1), parent=cast.brigid
    )
    people.deactivate(cast.ben, by=cast.ada, at=NOW + timedelta(days=2), reason="Retired in May.")
    people.grant(cast.jonas, by=cast.hugo, at=NOW, unit=cast.harbor, role="staff")
    return cast


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def numbers(client: Client, **query: Any) -> list[int]:
    response = client.get(reverse("innovation:audit-log"), query)
    assert response.status_code == 200
    return [line.number for line, _unit in response.context["rows"]]


# Sentences


def test_line_links_names_and_escapes_them(cast: Cast) -> None:
    people.change_person(cast.ana, by=cast.ada, at=NOW, name="<b>Ana</b> & Co {actor}")
    line = presenters.history(cast.ana)[0]
    assert line.text == "Ada Kowalski changed the details of <b>Ana</b> & Co {actor}: name."
    assert "&lt;b&gt;Ana&lt;/b&gt; &amp; Co {actor}" in line.sentence
    assert f'<a href="/people/{cast.ada.pk}/">Ada Kowalski</a>' in line.sentence


def test_line_of_the_page_s_own_thing_is_no_link(told: Cast) -> None:
    line = presenters.history(told.harbor_clinic)[0]
    assert f'href="/units/{told.harbor_clinic.pk}/"' not in line.sentence
    assert f'<a href="/units/{told.brigid.pk}/">St Brigid General</a>' in line.sentence


def test_line_with_a_detail_missing_shows_a_dash(cast: Cast) -> None:
    with transaction.atomic():
        event = audit.record("role.granted", cast.ana, by=cast.ada, at=NOW)
    assert presenters.line(event).text == "Ada Kowalski gave Ana Ruiz the role – in –."


def test_line_of_an_unknown_type_is_shown_all_the_same(cast: Cast) -> None:
    with transaction.atomic():
        event = audit.record("unit.{painted}", cast.brigid, by=cast.ada, at=NOW)
    assert presenters.line(event).text == "Ada Kowalski: unit.painted (St Brigid General)"


def test_line_reaches_into_no_attribute(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sentences(), "unit.probed", "{what.__class__} {what[0]}")
    with transaction.atomic():
        event = audit.record("unit.probed", cast.brigid, by=cast.ada, at=NOW, what="text")
    assert "class" not in presenters.line(event).text
    assert presenters.line(event).text == "– –"


@pytest.mark.parametrize(
    ("style", "value", "written"),
    [
        ("money", "48000.00", "$48,000"),
        ("number", "12765", "12,765"),
        ("percent", "0.834", "83%"),
        ("day", "2026-02-28", "28 February 2026"),
        ("money", "a lot", "a lot"),
        ("day", "2026-02-30", "2026-02-30"),
        ("money", None, "–"),
    ],
)
def test_line_writes_details_as_a_sentence_asks(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, style: str, value: Any, written: str
) -> None:
    monkeypatch.setitem(sentences(), "unit.counted", f"{{it:{style}}}")
    with transaction.atomic():
        event = audit.record("unit.counted", cast.brigid, by=cast.ada, at=NOW, it=value)
    assert presenters.line(event).text == written


def test_line_of_somebody_anonymous_names_nobody(cast: Cast) -> None:
    with transaction.atomic():
        event = audit.record("unit.changed", cast.brigid, by=audit.Anonymous(), at=NOW, what="x")
    line = presenters.line(event)
    assert line.text.startswith("Somebody who asked not to be named changed")
    assert "<a" not in line.sentence.partition("changed")[0]


# The page


def test_log_shows_sentences_and_reasons_newest_first(told: Cast) -> None:
    page = signed_in(told.otto).get(reverse("innovation:audit-log")).content.decode()
    assert "closed the account of" in page
    assert "Retired in May." in page
    assert numbers(signed_in(told.otto)) == [4, 3, 2, 1]


def test_log_is_narrowed_by_words_names_and_reasons(told: Cast) -> None:
    otto = signed_in(told.otto)
    assert numbers(otto, q="retired") == [3]
    assert numbers(otto, q="ben acht") == [3]
    assert numbers(otto, q="hugo") == [4]
    assert numbers(otto, q="gave role") == [4, 1]
    assert numbers(otto, q=f"unit:{told.medicine.pk}") == [1]
    assert numbers(otto, q="nothing-like-it") == []
    assert numbers(otto, q="& | ! :* '") == []


def test_log_is_narrowed_by_what_unit_day_and_actor(told: Cast) -> None:
    otto = signed_in(told.otto)
    assert numbers(otto, what="role") == [4, 1]
    assert numbers(otto, unit=told.brigid.pk) == [3, 2, 1]
    assert numbers(otto, since=f"{NOW + timedelta(days=1):%Y-%m-%d}") == [3, 2]
    assert numbers(otto, until=f"{NOW:%Y-%m-%d}") == [4, 1]
    assert numbers(otto, by=f"person:{told.hugo.pk}") == [4]


def test_log_until_the_last_day_of_the_calendar_is_all_of_it(told: Cast) -> None:
    """Seen on 2026-11-28: the day after it broke the page, and the export."""
    for days in ({"until": "9999-12-31"}, {"since": "0001-01-01"}):
        assert numbers(signed_in(told.otto), **days) == [4, 3, 2, 1]


def test_log_with_a_garbled_address_narrows_nothing(told: Cast) -> None:
    otto = signed_in(told.otto)
    garbled = {"unit": "x", "since": "soon", "what": "../..", "until": "2026-99-99", "after": "%%"}
    assert numbers(otto, **garbled) == [4, 3, 2, 1]


def test_log_pages_by_position(told: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("innovation.web.paging.PAGE_SIZE", 2)
    with transaction.atomic():
        for _time in range(60):
            audit.record("unit.changed", told.brigid, by=told.ada, at=NOW, unit_id=told.brigid.pk)
    client = signed_in(told.otto)
    first = client.get(reverse("innovation:audit-log"))
    after = first.context["page"].after
    second = client.get(reverse("innovation:audit-log"), {"after": after})
    shown = [line.number for line, _unit in first.context["rows"]]
    later = [line.number for line, _unit in second.context["rows"]]
    assert shown == list(range(64, 64 - len(shown), -1))
    assert later[0] == shown[-1] - 1


def test_log_of_a_hospital_s_administrator_ends_at_the_hospital(told: Cast) -> None:
    assert numbers(signed_in(told.hugo)) == [4]


def test_log_asks_the_same_number_of_queries_for_many_rows(told: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            signed_in(told.otto).get(reverse("innovation:audit-log"))
        return len(asked)

    queries()  # that it was read is written once
    few = queries()
    with transaction.atomic():
        for unit in (told.brigid, told.harbor, told.medicine) * 10:
            audit.record("unit.changed", unit, by=told.ada, at=NOW, unit_id=unit.pk, what="name")
    assert queries() == few


# The API


def test_api_events_carry_what_a_verifier_needs(told: Cast) -> None:
    answer = signed_in(told.otto).get(reverse("innovation:api-event-list"))
    rows = answer.json()["results"]
    assert [row["number"] for row in rows] == [4, 3, 2, 1]
    assert rows[1]["sentence"] == "Ada Kowalski closed the account of Ben Achterberg."
    assert rows[0]["previous_hash"] == rows[1]["hash"]


def test_api_events_are_narrowed(told: Cast) -> None:
    otto, url = signed_in(told.otto), reverse("innovation:api-event-list")

    def found(**query: Any) -> list[int]:
        return [row["number"] for row in otto.get(url, query).json()["results"]]

    assert found(what="role") == [4, 1]
    assert found(type="unit.moved") == [2]
    assert found(subject=f"person:{told.ben.pk}") == [3]
    assert found(unit=told.harbor.pk) == [4]
    span = {"since": NOW + timedelta(hours=1), "until": NOW + timedelta(days=3)}
    assert found(**{name: at.isoformat() for name, at in span.items()}) == [3, 2]
    assert otto.get(url, {"since": "soon"}).status_code == 400
    assert otto.get(url, {"unit": "9" * 40}).status_code in (200, 400)


def test_events_hold_no_text_that_only_a_submitter_may_give_away(told: Cast) -> None:
    """Whoever reads the log reads every detail: none of ours holds a secret."""
    for event in Event.objects.all():
        assert not {"password", "token", "link", "secrets"} & set(event.details)


def test_history_names_a_thing_that_its_reader_may_not_see_without_its_title(cast: Cast) -> None:
    need = make_need(cast.ana)
    needs.accept(need, by=cast.maya, at=NOW, reason="Said by many.")
    idea = make_idea(cast.ana, need)
    pilot = make.open_pilot(cast, title="Note engine on 4 West", needs=[need], idea=idea)
    for reader, shown in ((cast.maya, True), (cast.hugo, False)):
        told = presenters.history(idea, seen_by=reader)
        text = "\n".join(f"{one.text} {one.sentence}" for one in told)
        assert (pilot.title in text) is shown
        assert (pilot.get_absolute_url() in text) is shown
        assert ("something that is not open to you" in text) is not shown


def merged_across(cast: Cast) -> tuple[Need, Need]:
    theirs = make_need(cast.hugo, title="Pagers go flat")
    ours = make_need(cast.ana, title="Vitals are typed twice")
    needs.merge(theirs, into=ours, by=cast.maya, at=NOW, reason="They say the same.")
    return theirs, ours


def test_history_links_to_people_only_where_their_page_opens(cast: Cast) -> None:
    theirs, _ours = merged_across(cast)
    for reader, opens in ((cast.otto, True), (cast.ana, False)):
        line = presenters.history(theirs, seen_by=reader)[0]
        assert line.text.startswith("Maya Lindqvist merged")
        assert (f'href="/people/{cast.maya.pk}/"' in line.sentence) is opens


def test_log_of_a_hospital_names_nothing_of_another_hospital(cast: Cast) -> None:
    """What an event of theirs is about they read by name; what it names elsewhere they do not."""
    theirs, ours = merged_across(cast)
    page = signed_in(cast.hugo).get(reverse("innovation:audit-log")).content.decode()
    assert theirs.title in page
    assert ours.title not in page
    assert "something that is not open to you" in page
    assert ours.get_absolute_url() not in page
    page = signed_in(cast.otto).get(reverse("innovation:audit-log")).content.decode()
    assert ours.title in page
    assert ours.get_absolute_url() in page


def test_search_of_the_log_finds_nothing_by_words_that_its_reader_is_not_shown(cast: Cast) -> None:
    """Seen on 2026-11-28: the title that the page left out was told, word by word, by what it found."""
    theirs, ours = merged_across(cast)
    hidden = sorted(set(ours.title.split()) - set(theirs.title.split()), key=len)[-1]
    shown = sorted(set(theirs.title.split()) - set(ours.title.split()), key=len)[-1]
    hugo, otto = signed_in(cast.hugo), signed_in(cast.otto)
    assert numbers(hugo, q=hidden) == []
    assert numbers(hugo, q=shown) != []
    assert numbers(hugo, q="they say") == numbers(hugo)[:1]  # what was said with it
    assert numbers(otto, q=hidden) != []


def test_log_links_only_to_pages_that_open(cast: Cast) -> None:
    """An administrator reads of money in the log and may open no fund."""
    fund = make.make_fund(cast)
    for reader, opens in ((cast.otto, True), (cast.ada, False)):
        page = signed_in(reader).get(reverse("innovation:audit-log")).content.decode()
        assert str(fund) in page
        assert (fund.get_absolute_url() in page) is opens


def test_history_of_an_objective_names_nothing_of_another_hospital(cast: Cast) -> None:
    """A metric of Harbor's measures a key result of the whole, which everybody reads."""
    objective = make_objective(cast, unit=cast.lakeshore)
    key_result = make_key_result(cast, objective=objective, measure_unit="min")
    pilot = make.open_pilot(cast, unit=cast.harbor, lead=cast.hugo)
    metric = make.make_metric(cast, pilot, name="Harbor's night minutes")
    alignment.measure(key_result, metric=metric, by=cast.amara, at=NOW)
    for reader, shown in ((cast.amara, True), (cast.ana, False)):
        told = presenters.history(objective, seen_by=reader)
        page = signed_in(reader).get(reverse("okrs:objective-detail", args=[objective.pk]))
        history = page.content.decode().partition("<ol")[2]
        assert (metric.name in "\n".join(line.text for line in told)) is shown
        assert (f"/metrics/{metric.pk}/" in history) is shown
