"""What else happened while a pilot was measured: who notes it, who takes it back, and where it stands."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import User
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.evidence import actions, marks, queries
from pilots.evidence.models import Alarm, Happening
from pilots.evidence.presenters import MetricCard
from pilots.evidence_packs import contents
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.metrics.actions import amendments
from pilots.metrics.actions.plan import edit_metric
from pilots.metrics.models import Amendment, Metric, MetricVersion, Observation
from pilots.staffing import actions as staffing
from tests.factories import pilots as make
from tests.factories import siblings
from tests.factories.cast import NOW, Cast
from tests.present import present

pytestmark = pytest.mark.django_db

REFUSED_BY_THE_DATABASE = (IntegrityError, InternalError, ProgrammingError)


@pytest.fixture
def running(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    """Live for four weeks, with a number for each of them."""
    make.run(cast, pilot, fund)
    for metric in pilot.metrics.all():
        make.observe(metric, since=make.TODAY - timedelta(weeks=4), weeks=4)
        Metric.objects.filter(pk=metric.pk).update(data_version=99)
    return pilot


def browser_of(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def page_of(person: User, pilot: Pilot) -> str:
    answer = browser_of(person).get(reverse("pilots:pilot-evidence", args=[pilot.pk]))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def drawn_for(metric: Metric) -> list[tuple[date, str]]:
    reading = queries.reading(metric, NOW)
    return list(marks.marks_of([reading])[metric.pk])


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "training",
        "happened_on": (make.TODAY - timedelta(days=3)).isoformat(),
        "last_on": "",
        "text": "The night shift had its hour of training.",
        "metric": "",
        **fields,
    }


def test_the_lead_notes_a_training_and_everybody_who_sees_the_pilot_reads_it(
    cast: Cast, running: Pilot
) -> None:
    answer = browser_of(cast.jonas).post(
        reverse("pilots:happening-note", args=[running.pk]), typed()
    )
    assert answer.status_code == 302 and answer["Location"].endswith("/evidence/#happened")
    said = page_of(cast.ana, running)
    assert "The night shift had its hour of training." in said
    assert "by Jonas Park" in said
    assert "Take back" not in said and "Note what happened" not in said  # Ana only reads
    event = Event.objects.filter(type="pilot.happening_noted").get()
    assert event.details["kind"] == "Training" and "night shift" not in json.dumps(event.details)


def test_it_stands_in_every_chart_of_the_pilot_in_the_tables_and_in_words(
    cast: Cast, running: Pilot
) -> None:
    note = make.note(running, by=cast.jonas, kind="elsewhere", days_ago=8)
    primary = running.metrics.get(role="primary")
    guardrail = running.metrics.get(role="guardrail")
    alarm = Alarm.objects.create(
        metric=guardrail, pilot=running, raised_at=NOW, period=make.TODAY, level=9, limit=5,
        sentence="Beyond its limit of 5.",
    )  # fmt: skip
    browser = browser_of(cast.amara)
    for address in (
        reverse("pilots:metric-detail", args=[primary.pk]),
        reverse("pilots:metric-chart", args=[primary.pk]),
        reverse("pilots:alarm-answer", args=[alarm.pk]),
        reverse("pilots:pilot-evidence", args=[running.pk]),
    ):
        page = browser.get(address).content.decode()
        assert ">Change elsewhere<" in page, address
        assert "Marked: Go-live, 26 October 2026; Change elsewhere, 15 November 2026" in page
    table: Any = MetricCard(queries.reading(primary, NOW), tuple(drawn_for(primary))).table
    assert table["columns"][-1] == "Marked"
    marked = {row[0]: row[-1] for row in table["rows"] if row[-1]}
    assert list(marked.values()) == ["Change elsewhere", "Go-live"]
    assert note.happened_on.isoformat() == "2026-11-15"


def test_what_happened_in_the_week_that_is_not_over_is_marked_and_no_later_one() -> None:
    weeks = [date(2026, 11, 2), date(2026, 11, 9)]
    given = [(date(2026, 11, day), "Training") for day in (1, 2, 15, 16, 22, 23)]
    assert [day.day for day, _label in marks.among(given, weeks, "week", ahead=True)] == [
        2, 15, 16, 22,
    ]  # fmt: skip
    assert [day.day for day, _label in marks.among(given, weeks, "week")] == [2, 15]
    assert marks.among(given, [], "week") == []


def test_one_of_one_metric_stands_in_its_chart_alone(cast: Cast, running: Pilot) -> None:
    primary = running.metrics.get(role="primary")
    make.note(running, by=cast.jonas, metric=primary)
    assert "Training" in [label for _day, label in drawn_for(primary)]
    guardrail = running.metrics.get(role="guardrail")
    assert "Training" not in [label for _day, label in drawn_for(guardrail)]


def test_the_groups_of_a_metric_are_drawn_with_it(cast: Cast, running: Pilot) -> None:
    live_on = present(running.went_live_on)
    metric = siblings.share_metric(
        cast, running, role="secondary", name="Readmitted", unit=cast.four_west,
        baseline_from=live_on - timedelta(weeks=16), baseline_until=live_on,
        pull_from=live_on - timedelta(weeks=16),
    )  # fmt: skip
    group = siblings.share_metric(cast, None, unit=cast.four_west, pull_from=metric.pull_from,
                                  role="secondary")  # fmt: skip
    siblings.make_sibling(cast, metric, group, kind="group", label="Aged 75 and over")
    for series, seed in ((metric, 1), (group, 2)):
        siblings.count_shares(series, since=metric.pull_from, weeks=20, share=0.1, cases=400,
                              seed=seed)  # fmt: skip
    make.note(running, by=cast.jonas, metric=metric, kind="elsewhere", days_ago=8)
    page = page_of(cast.amara, running)
    drawn = re.search(r"<svg[^>]*aria-label=\"Aged 75 and over beside.*?</svg>", page, re.S)
    assert drawn is not None and ">Change elsewhere<" in drawn[0]
    assert "Change elsewhere, 15 November 2026" in drawn[0]


def test_an_incident_is_told_to_the_lead_and_to_who_answers_for_safety_and_nothing_else_is(
    cast: Cast, running: Pilot
) -> None:
    Notice.objects.all().delete()
    make.note(running, by=cast.jonas)
    make.note(running, by=cast.jonas, kind="elsewhere")
    assert not Notice.objects.exists()
    make.note(running, by=cast.maya, kind="incident", text="A pump stopped and nobody was hurt.")
    told = set(Notice.objects.values_list("person__name", flat=True))
    assert {cast.jonas.name, cast.helen.name} <= told and cast.ana.name not in told
    notice = Notice.objects.filter(person=cast.helen).get()
    assert "An incident was noted" in notice.title and "A pump stopped" in notice.text


def test_who_takes_one_back_confirms_it_and_it_stays_in_the_list_out_of_the_charts(
    cast: Cast, running: Pilot
) -> None:
    note = make.note(running, by=cast.jonas)
    primary = running.metrics.get(role="primary")
    browser, address = browser_of(cast.helen), reverse("pilots:happening-take-back", args=[note.pk])
    assert "It leaves the charts" in browser.get(address).content.decode()
    assert Happening.objects.standing().exists(), "to look at it takes nothing back"
    assert browser.post(address).status_code == 302
    assert "Training" not in [label for _day, label in drawn_for(primary)]
    said = page_of(cast.ana, running)
    assert "Nothing was noted yet." in said
    assert f"by {cast.helen.name}" in said.split("What was taken back")[1]
    with pytest.raises(Conflict, match="took this back"):
        actions.take_happening_back(note, by=cast.jonas, at=NOW)
    event = Event.objects.filter(type="pilot.happening_taken_back").get()
    assert event.actor_name == cast.helen.name


def test_what_is_noted_weeks_later_says_so(cast: Cast, running: Pilot) -> None:
    for days_ago in (14, 15):
        make.note(running, by=cast.jonas, days_ago=days_ago)
    assert page_of(cast.ana, running).count("added later, after 15 days") == 1
    # By its last day, where it took longer than one.
    make.note(running, by=cast.jonas, days_ago=30, last_on=make.TODAY - timedelta(days=2))
    said = page_of(cast.ana, running)
    assert said.count("added later") == 1 and "24 October 2026 to 21 November 2026" in said


def test_a_team_member_notes_and_a_former_one_does_not(cast: Cast, running: Pilot) -> None:
    def join() -> Any:
        return make.on_team(
            running, person=cast.ana, role="member", percent=10, starts_on=make.TODAY,
            ends_on=make.TODAY + timedelta(days=30), by=cast.jonas, at=NOW,
        )  # fmt: skip

    allocation = join()
    running = Pilot.objects.get(pk=running.pk)
    note = make.note(running, by=cast.ana)
    staffing.remove(allocation, by=cast.jonas, at=NOW)
    running = Pilot.objects.get(pk=running.pk)
    with pytest.raises(NotAllowed, match="noted by the pilot's team"):
        make.note(running, by=cast.ana)
    with pytest.raises(NotAllowed, match="noted by the pilot's team"):
        actions.take_happening_back(Happening.objects.get(pk=note.pk), by=cast.ana, at=NOW)


@pytest.mark.parametrize("who", ["ana", "sam", "otto", "hugo", "victor"])
def test_others_may_neither_note_nor_take_back(cast: Cast, running: Pilot, who: str) -> None:
    person, note = getattr(cast, who), make.note(running, by=cast.jonas)
    with pytest.raises(NotAllowed):
        make.note(running, by=person)
    with pytest.raises(NotAllowed):
        actions.take_happening_back(note, by=person, at=NOW)


def test_safety_and_office_of_another_hospital_have_no_say(cast: Cast, pilot: Pilot) -> None:
    """Hugo holds office and executive at Harbor; a pilot there is his, this one is not."""
    theirs = make.open_pilot(cast, unit=cast.harbor, lead=cast.hugo)
    assert make.note(theirs, by=cast.hugo).pilot == theirs
    with pytest.raises(NotAllowed):
        make.note(pilot, by=cast.hugo)


def test_the_outsider_is_refused_everywhere(cast: Cast, running: Pilot) -> None:
    note = make.note(running, by=cast.jonas)
    for person, status in ((cast.victor, 403), (cast.hugo, 404)):
        browser = browser_of(person)
        for name, pk in (
            ("happening-note", running.pk),
            ("happening-take-back", note.pk),
            ("api-pilot-happenings", running.pk),
            ("api-happening-take-back", note.pk),
        ):
            answer = browser.post(reverse(f"pilots:{name}", args=[pk]), typed())
            assert answer.status_code == status, (person, name)
    assert list(Happening.objects.values_list("taken_back_at")) == [(None,)]


def test_one_of_a_metric_that_one_may_not_see_is_not_shown(cast: Cast, running: Pilot) -> None:
    Pilot.objects.filter(pk=running.pk).update(sponsor=cast.hugo)
    primary = running.metrics.get(role="primary")
    make.note(running, by=cast.jonas, text="A release of the record.", metric=primary)
    make.note(running, by=cast.jonas, text="Everybody moved house.")
    said = page_of(cast.hugo, running)
    assert "Everybody moved house." in said and "A release of the record." not in said
    listed = browser_of(cast.hugo).get(reverse("pilots:api-pilot-happenings", args=[running.pk]))
    assert [one["text"] for one in listed.json()["results"]] == ["Everybody moved house."]


def test_words_that_may_name_a_patient_are_asked_about_first(cast: Cast, running: Pilot) -> None:
    browser, address = browser_of(cast.jonas), reverse("pilots:happening-note", args=[running.pk])
    words = typed(text="MRN 12345678 was given the wrong letter.")
    said = browser.post(address, words).content.decode()
    assert "This may tell who a patient is" in said and not Happening.objects.exists()
    assert browser.post(address, {**words, "names_nobody": "on"}).status_code == 302
    event = Event.objects.filter(type="pilot.happening_noted").get()
    assert event.details["warned_of_patient_data"] is True
    api = reverse("pilots:api-pilot-happenings", args=[running.pk])
    sent = {**words, "last_on": None, "metric": None}
    answer = browser.post(api, json.dumps(sent), content_type="application/json")
    assert answer.status_code == 400 and "names_nobody" in answer.content.decode()
    sent["names_nobody"] = True
    answer = browser.post(api, json.dumps(sent), content_type="application/json")
    assert answer.status_code == 201


def test_days_to_come_long_ago_or_the_wrong_way_round_are_refused_in_words(
    cast: Cast, running: Pilot
) -> None:
    with pytest.raises(Malformed, match="on the day it happens, or afterwards"):
        make.note(running, by=cast.jonas, days_ago=-1)
    with pytest.raises(Malformed, match="on the day it happens, or afterwards"):
        make.note(running, by=cast.jonas, last_on=make.TODAY + timedelta(days=1))
    with pytest.raises(Malformed, match="since 24 November 2021: five years before"):
        make.note(running, by=cast.jonas, days_ago=5 * 365 + 1)
    with pytest.raises(Malformed, match="must come after its first"):
        make.note(running, by=cast.jonas, last_on=make.TODAY - timedelta(days=4))
    note = make.note(running, by=cast.jonas, last_on=make.TODAY - timedelta(days=3))
    assert note.last_on is None, "one day is said once"
    assert make.note(running, by=cast.jonas, days_ago=5 * 365)
    with pytest.raises(Refused):
        make.note(running, by=cast.jonas, text="   ")
    with pytest.raises(Malformed, match="what it was"):
        make.note(running, by=cast.jonas, kind="party")
    other = make.make_metric(cast, make.open_pilot(cast))
    with pytest.raises(Malformed, match="belongs to another pilot"):
        make.note(running, by=cast.jonas, metric=other)


def test_a_form_that_does_not_fit_keeps_what_was_typed(cast: Cast, running: Pilot) -> None:
    browser, address = browser_of(cast.jonas), reverse("pilots:happening-note", args=[running.pk])
    tomorrow = (make.TODAY + timedelta(days=400)).isoformat()
    said = browser.post(address, typed(happened_on=tomorrow)).content.decode()
    assert "Note it on the day it happens, or afterwards." in said
    assert "The night shift had its hour of training." in said


def test_once_the_pilot_has_ended_all_stays_as_it_is(cast: Cast, running: Pilot) -> None:
    note = make.note(running, by=cast.jonas)
    gates.stop(running, reason="Two rooms lost power.", by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="has ended"):
        make.note(running, by=cast.jonas)
    with pytest.raises(Refused, match="has ended"):
        actions.take_happening_back(note, by=cast.jonas, at=NOW)
    assert "The night shift" in page_of(cast.ana, running)


def test_there_is_a_most(cast: Cast, running: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_NOTED", 2)
    first = make.note(running, by=cast.jonas)
    make.note(running, by=cast.jonas)
    with pytest.raises(Refused, match="2 are noted already"):
        make.note(running, by=cast.jonas)
    actions.take_happening_back(first, by=cast.jonas, at=NOW)
    assert make.note(running, by=cast.jonas)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "Something nicer."},
        {"happened_on": date(2026, 1, 1)},
        {"kind": "other"},
        {"taken_back_at": NOW},
    ],
)
def test_the_database_keeps_what_was_noted(
    cast: Cast, running: Pilot, fields: dict[str, Any]
) -> None:
    note = make.note(running, by=cast.jonas)
    with pytest.raises(REFUSED_BY_THE_DATABASE), transaction.atomic():
        Happening.objects.filter(pk=note.pk).update(**fields)
    with pytest.raises(REFUSED_BY_THE_DATABASE), transaction.atomic():
        note.delete()
    actions.take_happening_back(note, by=cast.jonas, at=NOW)
    with pytest.raises(REFUSED_BY_THE_DATABASE), transaction.atomic():
        Happening.objects.filter(pk=note.pk).update(taken_back_at=None, taken_back_by=None)


@pytest.mark.parametrize(
    "fields",
    [
        {"happened_on": date(2999, 1, 1)},
        {"last_on": date(2999, 1, 1)},
        {"happened_on": date(2019, 1, 1)},
        {"kind": "party"},
        {"text": ""},
        {"last_on": make.TODAY - timedelta(days=3)},
        {"of_another": True},
    ],
)
def test_the_database_refuses_what_cannot_have_happened(
    cast: Cast, running: Pilot, fields: dict[str, Any]
) -> None:
    given = {
        "pilot": running, "kind": "training", "text": "Training.", "added_at": NOW,
        "happened_on": make.TODAY - timedelta(days=3), "added_by": cast.jonas, **fields,
    }  # fmt: skip
    if given.pop("of_another", False):
        given["metric"] = make.make_metric(cast, make.open_pilot(cast))
    with pytest.raises(REFUSED_BY_THE_DATABASE), transaction.atomic():
        Happening.objects.create(**given)


def test_programs_note_list_and_take_back(cast: Cast, running: Pilot) -> None:
    primary = running.metrics.get(role="primary")
    browser, listed = (
        browser_of(cast.jonas),
        reverse("pilots:api-pilot-happenings", args=[running.pk]),
    )
    sent = {"kind": "incident", "text": "A pump stopped.", "happened_on": "2026-11-01",
            "metric": primary.pk}  # fmt: skip
    answer = browser.post(listed, json.dumps(sent), content_type="application/json")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["added_by"] == "Jonas Park" and made["added_later"] is True
    assert made["metric"] == primary.pk and made["taken_back_at"] is None
    one = reverse("pilots:api-happening-detail", args=[made["id"]])
    assert browser.get(one).json()["text"] == "A pump stopped."
    taken = browser.post(reverse("pilots:api-happening-take-back", args=[made["id"]]))
    assert taken.status_code == 200 and taken.json()["taken_back_by"] == "Jonas Park"
    again = browser.post(reverse("pilots:api-happening-take-back", args=[made["id"]]))
    assert again.status_code == 409
    assert len(browser_of(cast.ana).get(listed).json()["results"]) == 1
    foreign = make.make_metric(cast, None, unit=cast.harbor, role="secondary")
    for metric in (foreign.pk, 10**9, "x"):
        sent["metric"] = metric
        answer = browser.post(listed, json.dumps(sent), content_type="application/json")
        assert answer.status_code == 400, metric


def test_a_baseline_that_was_moved_is_marked_where_the_plan_changed(
    cast: Cast, running: Pilot
) -> None:
    primary = running.metrics.select_related("pilot", "source").get(role="primary")

    def amend(at: datetime, **values: Any) -> None:
        edit_metric(primary, by=cast.jonas, at=at, reason="We had it wrong.", **values)
        amendments.approve(Amendment.objects.waiting().get(), by=cast.helen, at=at)
        primary.refresh_from_db()

    amend(NOW - timedelta(days=9), baseline_until=make.TODAY - timedelta(weeks=5))
    amend(NOW - timedelta(days=2), target=9)
    labels = {label: day for day, label in drawn_for(primary)}
    assert labels["Baseline moved"] == make.TODAY - timedelta(days=9)
    assert labels["Plan changed"] == make.TODAY - timedelta(days=2)


def test_numbers_that_count_something_else_are_marked_where_they_begin(
    cast: Cast, running: Pilot
) -> None:
    primary = running.metrics.get(role="primary")
    assert "Counted differently" not in [label for _day, label in drawn_for(primary)]
    begins = make.TODAY - timedelta(weeks=2)
    MetricVersion.objects.create(
        metric=primary, number=2, definition="Something else", binding={"value": "other"},
        source_name="The record", meaning="other", at=NOW, by=cast.jonas,
    )  # fmt: skip
    Metric.objects.filter(pk=primary.pk).update(version=2, data_version=123)
    Observation.objects.filter(metric=primary, period__gte=begins).update(version=2)
    primary.refresh_from_db()
    changed = [day for day, label in drawn_for(primary) if label == "Counted differently"]
    assert changed == [min(
        Observation.objects.filter(metric=primary, period__gte=begins).values_list(
            "period", flat=True
        )
    )]  # fmt: skip


def test_pauses_alarms_and_sites_are_drawn_by_the_same_path(cast: Cast, running: Pilot) -> None:
    lifecycle.pause(running, reason="No power.", by=cast.jonas, at=NOW - timedelta(days=6))
    lifecycle.resume(running, reason="Power.", by=cast.jonas, at=NOW - timedelta(days=5))
    guardrail = running.metrics.get(role="guardrail")
    Alarm.objects.create(
        metric=guardrail, pilot=running, raised_at=NOW - timedelta(days=6), period=make.TODAY,
        level=9, limit=5, sentence="Beyond its limit of 5.",
    )  # fmt: skip
    labels = [label for _day, label in drawn_for(guardrail)]
    assert labels == ["Go-live", "Alarm", "Paused", "Resumed"]


def test_marks_of_many_metrics_take_as_many_statements_as_those_of_one(
    cast: Cast, running: Pilot
) -> None:
    readings = queries.readings_of(running, NOW)
    for n in range(5):
        make.note(running, by=cast.jonas, days_ago=n)
        make.note(running, by=cast.jonas, metric=readings[0].metric, days_ago=n)
    counts = []
    for some in (readings[:1], readings):
        with CaptureQueriesContext(connection) as captured:
            marks.marks_of(some)
        counts.append(len(captured))
    assert counts == [6, 6]  # one of them for the marks of rooms above
    alone = make.make_metric(cast, None, role="secondary", unit=cast.brigid)
    reading = queries.reading(alone, NOW)
    with CaptureQueriesContext(connection) as captured:
        assert marks.marks_of([reading]) == {alone.pk: ()}
    assert len(captured) == 0


def test_the_page_takes_no_more_statements_for_many(cast: Cast, running: Pilot) -> None:
    def statements() -> int:
        page_of(cast.jonas, running)
        with CaptureQueriesContext(connection) as captured:
            page_of(cast.jonas, running)
        return len(captured)

    make.note(running, by=cast.jonas)
    few = statements()
    for n in range(6):
        note = make.note(running, by=cast.jonas, days_ago=n)
        if n % 2:
            actions.take_happening_back(note, by=cast.maya, at=NOW)
    assert statements() <= few + 1  # what was taken back is asked for once


def test_a_pack_holds_them_and_draws_them(cast: Cast, running: Pilot) -> None:
    make.note(running, by=cast.jonas, days_ago=8)
    taken = make.note(running, by=cast.jonas, kind="other", days_ago=9)
    actions.take_happening_back(taken, by=cast.jonas, at=NOW)
    files = contents.files_of(running, at=NOW)
    told = json.loads(files["results.json"])["happenings"]
    assert [(one["kind"], one["happened_on"]) for one in told] == [
        ("other", "2026-11-14"),
        ("training", "2026-11-15"),
    ]
    assert told[0]["taken_back_at"] and told[1]["taken_back_at"] is None
    assert "Jonas" not in json.dumps(told)
