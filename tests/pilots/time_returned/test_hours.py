"""What a pilot gives back follows from its numbers alone, and what it said of its time stays to be read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.rules import dates
from innovation.rules.refusal import Malformed, NotAllowed, Refused
from pilots.evidence import queries as evidence
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.checklist import checklist
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric, Observation
from pilots.surveys import actions as surveys
from pilots.surveys.library import HOURS
from pilots.time_returned import account, actions, panels, presenters, queries
from pilots.time_returned.account import Unknown
from pilots.time_returned.actions import UseIntent
from pilots.time_returned.models import (
    DeclaredUse,
    HoursMonth,
    HoursReturned,
    TimeDeclaration,
    TimeUse,
)
from tests.factories import adoption
from tests.factories import hours as hour
from tests.factories import pilots as make
from tests.factories import surveys as questions
from tests.factories.cast import NOW, Cast
from tests.present import present

pytestmark = pytest.mark.django_db


def test_a_pilot_says_what_its_time_is_for_and_says_it_anew_with_a_reason(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund)
    metric = pilot.metrics.get(role="primary")
    first = hour.declare(cast, pilot, uses=[UseIntent("home", 60), UseIntent("patients", 40)])
    assert (first.number, first.metric, first.reason) == (1, metric, "")
    second = hour.declare(cast, pilot, uses=[UseIntent("rest", None, metric)])
    assert queries.current(pilot) == second
    with pytest.raises(Malformed, match="parts of 100"):
        hour.declare(cast, pilot, uses=[UseIntent("home", 60), UseIntent("patients", 41)])
    with pytest.raises(Malformed, match="named once"):
        hour.declare(cast, pilot, uses=[UseIntent("home"), UseIntent("home")])
    with pytest.raises(Malformed, match="what the time is for"):
        hour.declare(cast, pilot, uses=[])
    with pytest.raises(Malformed, match="median"):
        hour.declare(cast, pilot, is_mean=False)
    share = make.make_metric(cast, pilot, role="secondary", kind="proportion", measure_unit="%")
    days = make.make_metric(cast, pilot, role="secondary", measure_unit="days")
    for wrong in (share, days):
        with pytest.raises(Malformed, match="does not say how many"):
            hour.declare(cast, pilot, metric=wrong)
        with pytest.raises(Malformed, match="does not count"):
            hour.declare(cast, pilot, volume=wrong)
    other = make.make_metric(cast, make.open_pilot(cast))
    with pytest.raises(Malformed, match="of the pilot itself"):
        hour.declare(cast, pilot, metric=other)
    for stranger in (cast.ana, cast.victor, cast.amara, cast.otto):
        with pytest.raises(NotAllowed):
            hour.declare(cast, pilot, by=stranger)

    make.serve(cast, pilot)
    review = gates.propose(pilot, by=pilot.lead, at=NOW, case="Two wards are ready.")
    with pytest.raises(Refused, match="decides on the pilot"):
        hour.declare(cast, pilot)
    gates.decide_resources(review, approve=True, by=cast.amara, at=NOW)
    with pytest.raises(Malformed, match="Say why"):
        hour.declare(cast, pilot)
    third = hour.declare(cast, pilot, reason="The clinic counts visits by now.")
    assert [one.number for one in queries.declarations(pilot)] == [3, 2, 1]
    assert third.reason == "The clinic counts visits by now."
    back = actions.take_back(pilot, reason="The metric is a median.", by=cast.jonas, at=NOW)
    assert (back.metric, queries.current(pilot)) == (None, None)
    with pytest.raises(Refused, match="does not say"):
        actions.take_back(pilot, reason="Again.", by=cast.jonas, at=NOW)
    types = set(Event.objects.filter(type__startswith="pilot.hours").values_list("type", flat=True))
    assert types == {"pilot.hours_declared", "pilot.hours_taken_back"}

    # None of it gives way in the database.
    for change in (
        lambda: TimeDeclaration.objects.filter(pk=third.pk).update(reason="Never mind."),
        lambda: DeclaredUse.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()
    given = {"pilot": pilot, "by": cast.jonas, "at": NOW}
    for wrong_row in (
        {"number": 5, "metric": metric},  # without a reason, of an approved plan
        {"number": 5, "metric": other, "reason": "So."},
        {"number": 4, "metric": metric, "reason": "So."},  # there is a fourth
        {"number": 5, "metric": metric, "volume": metric, "reason": "So."},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            TimeDeclaration.objects.create(**given, **wrong_row)
    with pytest.raises(IntegrityError), transaction.atomic():
        DeclaredUse.objects.create(declaration=first, use="teaching", share=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        DeclaredUse.objects.create(declaration=third, use="teaching", measure=other)


def test_hours_are_the_measured_change_times_the_cases_with_its_interval(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    hour.run_with_cases(cast, pilot, fund, since_live=8, minutes=11, cases=120)
    found = queries.hours_of(pilot, NOW)
    assert found is not None and found.hours is not None
    assert found.per_case is not None and found.reading is not None
    effect = found.reading.effect
    assert effect is not None and effect.estimate is not None
    assert effect.lower is not None and effect.upper is not None
    # Minutes, where fewer are better: the sign turns, and so do the ends.
    assert found.cases == 8 * 120
    assert found.hours.estimate == pytest.approx(-effect.estimate / 60 * 960)
    assert found.hours.lower == pytest.approx(-effect.upper / 60 * 960)
    assert found.hours.upper == pytest.approx(-effect.lower / 60 * 960)
    assert found.hours.lower > 0
    assert sum(one.estimate for one in found.by_month.values()) == pytest.approx(
        found.hours.estimate
    )
    assert "hours were given back" in presenters.sentence(found)

    # As the workers keep it, once for what it rests on.
    assert actions.make_up(at=NOW) == 1
    assert actions.make_up(at=NOW) == 0
    row = HoursReturned.objects.get()
    assert (row.unknown, row.cases, row.verdict) == ("", 960, found.reading.verdict)
    assert row.estimate == pytest.approx(found.hours.estimate)
    assert HoursMonth.objects.count() == len(found.by_month)
    total = queries.total(queries.narrowed(cast.amara))
    assert total.hours.lower == pytest.approx(found.hours.lower)
    assert (total.known, total.unknown) == (1, 0)
    assert queries.total(queries.narrowed(cast.hugo)).known == 0
    assert queries.total(queries.narrowed(cast.victor)).known == 0
    months = queries.by_month(queries.narrowed(cast.amara))
    assert {month: one.upper for month, one in months.items()} == pytest.approx(
        {month: one.upper for month, one in found.by_month.items()}
    )
    (unit,) = queries.by_unit(queries.narrowed(cast.amara, unit=cast.lakeshore))
    assert (unit.name, unit.together.known) == ("St Brigid General", 1)
    assert not queries.narrowed(cast.amara, unit=cast.harbor)

    # A pause of a week takes its week, and nobody who stopped gives hours back afterwards.
    lifecycle.pause(pilot, reason="The rooms are painted.", by=cast.jonas, at=make.moment(-10))
    lifecycle.resume(pilot, reason="Dry.", by=cast.jonas, at=make.moment(-6))
    paused = queries.hours_of(Pilot.objects.get(pk=pilot.pk), NOW)
    assert paused is not None and paused.cases == 6 * 120
    assert actions.make_up(at=NOW) == 1


def test_what_is_not_measured_gives_no_hours_and_says_why(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund)
    hour.declare(cast, pilot)
    found = queries.hours_of(pilot, NOW)
    assert found is not None and (found.hours, found.unknown) == (None, Unknown.NOT_LIVE)
    assert "not known yet" in presenters.sentence(found)
    hour.go_live(cast, pilot, weeks=8, cases=None)
    met = {one.key: one for one in checklist(pilot, "outcome")}["time_returned"]
    assert (met.met, "No number says yet" in met.sentence) == (False, True)
    metric = pilot.metrics.get(role="primary")
    hour.observe_cases(metric, since=hour.LIVE, weeks=8, minutes=11, cases=None)
    pilot = Pilot.objects.get(pk=pilot.pk)
    found = queries.hours_of(pilot, NOW)
    assert found is not None and (found.hours, found.unknown) == (None, Unknown.NO_CASES)
    assert actions.make_up([pilot.pk], at=NOW) == 1
    row = HoursReturned.objects.get()
    assert (row.estimate, row.unknown) == (None, "no_cases")
    total = queries.total(queries.narrowed(cast.amara))
    assert (total.known, total.unknown, total.hours.estimate) == (0, 1, 0)
    assert "not known yet" in presenters.total_sentence(total)

    # Another metric counts the cases: then there are hours, and time taken is said as time taken.
    visits = make.make_metric(
        cast, pilot, role="secondary", measure_unit="visits", direction="higher"
    )
    make.observe(visits, since=hour.LIVE, weeks=8, value=100)
    hour.declare(
        cast,
        pilot,
        volume=visits,
        reason="Visits are counted now.",
        uses=[UseIntent("home", no_measure="Nobody's leaving is recorded.")],
    )
    pilot = Pilot.objects.get(pk=pilot.pk)
    found = queries.hours_of(pilot, NOW)
    assert found is not None and found.hours is not None and found.cases == 807
    assert found.hours.estimate > 0
    met = {one.key: one for one in checklist(pilot, "outcome")}["time_returned"]
    assert met.met
    Metric.objects.filter(pk=metric.pk).update(direction="higher", data_version=99)
    pilot = Pilot.objects.get(pk=pilot.pk)
    taken = queries.hours_of(pilot, NOW)
    assert taken is not None and taken.hours is not None and taken.hours.upper < 0
    assert "hours were taken" in presenters.sentence(taken)
    # Taken back with a reason, it is said instead of shown; where nothing was said, nothing is asked.
    actions.take_back(pilot, reason="Rooms were counted, not visits.", by=cast.jonas, at=NOW)
    assert not HoursReturned.objects.exists()
    pilot = Pilot.objects.get(pk=pilot.pk)
    met = {one.key: one for one in checklist(pilot, "outcome")}["time_returned"]
    assert met.met and "Rooms were counted" in met.sentence
    other = make.open_pilot(cast, title="Another")
    assert "time_returned" not in {one.key for one in checklist(other, "outcome")}


def test_each_use_has_a_number_by_which_it_is_seen_or_a_sentence_why_none_can_show_it(
    cast: Cast, pilot: Pilot, fund: Fund, client: Client
) -> None:
    hour.run_with_cases(cast, pilot, fund, since_live=8, minutes=11, cases=120)
    evenings = make.make_metric(
        cast, pilot, role="secondary", name="Notes after seven", target=None
    )

    def asked() -> tuple[bool, str, str]:
        found = Pilot.objects.get(pk=pilot.pk)
        met = {one.key: one for one in checklist(found, "outcome")}["time_returned"]
        return met.met, met.sentence, met.url

    address = reverse("pilots:time-declare", args=[pilot.pk])
    assert asked() == (
        False,
        "Say by which number it is seen that the time goes there, or why none can show it:"
        " Getting home on time.",
        address,
    )
    review: dict[str, Any] = {"by": cast.jonas, "at": NOW}
    with pytest.raises(Refused, match="by which number it is seen"):
        gates.ask_for_decision(Pilot.objects.get(pk=pilot.pk), **review)
    hour.declare(
        cast, pilot, reason="So.", uses=[UseIntent("home", 60, evenings), UseIntent("rest", 40)]
    )
    assert asked()[1].endswith("why none can show it: Breaks and rest.")
    with pytest.raises(Malformed, match="or it is said why none can"):
        hour.declare(cast, pilot, reason="So.", uses=[UseIntent("home", 60, evenings, "Why not.")])
    with pytest.raises(IntegrityError, match="declared_use_measured"), transaction.atomic():
        DeclaredUse.objects.create(
            declaration=present(queries.current(pilot)),
            use="teaching",
            measure=evenings,
            no_measure="X",
        )
    client.force_login(cast.jonas)
    form = client.get(address).content.decode()
    assert "Or why no number can show it" in form
    body = {
        "metric": pilot.metrics.get(role="primary").pk, "is_mean": "on", "reason": "Breaks, too.",
        "home_measure": evenings.pk, "rest_no_measure": "nobody writes breaks down",
    }  # fmt: skip
    wrong = client.post(address, {**body, "home_no_measure": "So."})
    assert wrong.status_code == 400 and set(wrong.context["form"].errors) == {"home_no_measure"}
    named = client.post(address, {**body, "rest_no_measure": "Tell John Smith, MRN 12345678."})
    assert named.status_code == 400 and b"may tell who a patient is" in named.content
    assert client.post(address, body).status_code == 302
    assert asked()[0]
    page = client.get(reverse("pilots:time-returned", args=[pilot.pk])).content.decode()
    assert "No measure: because nobody writes breaks down" in page
    assert "Notes after seven" in page
    # The same by the API, with the field that is wrong named.
    api = reverse("pilots:api-time-declarations", args=[pilot.pk])
    given = {
        "metric": body["metric"], "is_mean": True, "reason": "Anew.",
        "uses": [{"use": "rest", "no_measure": "not recorded"}],
    }  # fmt: skip
    made = client.post(api, given, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["uses"] == [
        {"use": "rest", "share": None, "measure": None, "no_measure": "not recorded"}
    ]
    both = {"use": "rest", "measure": evenings.pk, "no_measure": "not recorded"}
    refused = client.post(api, {**given, "uses": [both]}, content_type="application/json")
    assert refused.status_code == 400 and "no_measure" in refused.content.decode()


def test_where_hours_went_is_what_a_group_said_and_the_rest_stays_unknown(
    cast: Cast, pilot: Pilot, fund: Fund, client: Client
) -> None:
    hour.run_with_cases(cast, pilot, fund, since_live=8, minutes=11, cases=120)
    found = queries.hours_of(pilot, NOW)
    assert found is not None and found.hours is not None
    assert queries.asked_of(pilot) == []
    survey = questions.ask(cast, pilot, instrument_key="hours")
    # Twelve: seven got home, three (too few to be shown) were with patients, two could not say.
    for felt, went in [(5, 2)] * 7 + [(3, 1)] * 3 + [(1, 7)] * 2:
        questions.answer(survey, [felt, went])
    with pytest.raises(Malformed, match="as they are shown"):
        questions.answer(survey, [6, 2])  # there are five steps
    with pytest.raises(Malformed, match="at least 2"):
        questions.answer(survey, {2: 2})
    assert queries.asked_of(pilot) == []  # an open round says nothing
    questions.closed(cast, survey)
    ((reading, said),) = queries.asked_of(pilot)
    # Five hidden answers, so that neither the three nor the two can be told from the rest.
    assert reading.n == 12
    assert said.shares == pytest.approx({"home": 7 / 12})
    # (7 × 5 + 3 × 3 + 2 × 1) / 12 is 3.83 of 5, given to one decimal at every door.
    assert said.felt == pytest.approx((3.8 - 1) / 4)
    # The score is of the steps alone: kinds of things have no mean.
    assert reading.score == pytest.approx(3.8)
    assert [one.mean is None for one in reading.items] == [False, True]
    pilot = Pilot.objects.get(pk=pilot.pk)
    client.force_login(cast.amara)
    page = client.get(reverse("pilots:time-returned", args=[pilot.pk])).content.decode()
    assert "Absorbed or unknown" in page and "Time with patients" not in page
    parts = account.where_it_went(found.by_month, [said])
    assert parts.uses["home"].estimate == pytest.approx(found.hours.estimate * said.felt * 7 / 12)
    assert parts.unknown.estimate == pytest.approx(
        found.hours.estimate - parts.uses["home"].estimate
    )
    assert parts.not_asked.estimate == 0

    # A smaller group: of six, five and one would tell the one; nothing of them is shown.
    small = questions.ask(cast, pilot, instrument_key="hours", label="Nights", asked=6)
    for felt, went_to in [(4, 3)] * 5 + [(2, 4)]:
        questions.answer(small, [felt, went_to])
    questions.closed(cast, small)
    ((together, both),) = queries.asked_of(pilot)
    assert (together.n, set(both.shares)) == (18, {"home"})


def test_by_unit_and_system_hours_go_where_the_pilots_own_pages_say_and_the_rest_is_unknown(
    cast: Cast, pilot: Pilot, fund: Fund, client: Client
) -> None:
    hour.run_with_cases(cast, pilot, fund, since_live=8, minutes=11, cases=120)
    silent = make.open_pilot(cast, title="Nobody asked")
    hour.run_with_cases(cast, silent, fund, since_live=8, minutes=13, cases=60)
    actions.make_up(at=NOW)
    client.force_login(cast.amara)
    address = reverse("pilots:time-account")
    assert "No group was asked yet" in client.get(address).content.decode()
    # Two groups of one wave, and one of four people, of whom nothing is shown.
    for label, answers in (
        ("Days", [(5, 2)] * 7 + [(3, 2)] * 5),
        ("Nights", [(2, 1)] * 6),
        ("Clinic", [(1, 3)] * 4),
    ):
        survey = questions.ask(cast, pilot, instrument_key="hours", label=label)
        for felt, went_to in answers:
            questions.answer(survey, [felt, went_to])
        if len(answers) > 4:
            questions.closed(cast, survey)
    surveys.close_due(at=questions.LATER)
    rows = queries.narrowed(cast.amara)
    found = queries.went(rows)
    ((_reading, said),) = queries.asked_of(pilot)
    ours = queries.hours_of(Pilot.objects.get(pk=pilot.pk), NOW)
    assert ours is not None and ours.hours is not None
    own = account.where_it_went(ours.by_month, [said])
    together = found.together
    assert set(together.uses) == {"home", "patients"} == set(own.uses)
    for use, hours in own.uses.items():
        assert together.uses[use].estimate == pytest.approx(hours.estimate), use
    total = queries.total(rows).hours
    for end in ("estimate", "lower", "upper"):
        parts = [getattr(one, end) for one in (*together.uses.values(), together.rest)]
        assert sum(parts) == pytest.approx(getattr(total, end)), end
    others = total.estimate - ours.hours.estimate
    assert together.not_asked.estimate == pytest.approx(others)
    assert found.asked == 1
    for way in ("pilot", "unit", "month"):
        page = client.get(address, {"by": way, "unit": cast.lakeshore.pk}).content.decode()
        assert "Absorbed or unknown" in page and "Getting home on time" in page, way
        assert "Teaching and learning" not in page  # the four of the clinic
        assert "In 1 of 2 pilots whose hours are known" in page, way
    told = client.get(reverse("pilots:api-time-total")).json()["went"]
    assert told["rest"]["estimate"] == pytest.approx(together.rest.estimate)
    assert {one["use"] for one in told["uses"]} == {"home", "patients"}
    assert queries.went(queries.narrowed(cast.hugo)).by_unit == {}


def test_its_lead_is_reminded_when_the_two_questions_were_asked_six_weeks_ago(
    cast: Cast, pilot: Pilot, fund: Fund, client: Client
) -> None:
    make.shape(cast, pilot, fund)
    hour.declare(cast, pilot, at=NOW - timedelta(weeks=9))
    assert queries.due_to_ask(cast.jonas, at=NOW) == []  # it does not run
    hour.go_live(cast, pilot, weeks=8, cases=120)
    # Nobody was asked since it went live, eight weeks ago.
    (due,) = queries.due_to_ask(cast.jonas, at=NOW)
    assert (due.pilot, due.asked_at, dates.day_of(due.since)) == (
        pilot, None, make.TODAY - timedelta(weeks=2),
    )  # fmt: skip
    assert queries.due_to_ask(cast.jonas, at=NOW - timedelta(weeks=2, days=1)) == []
    for other in (cast.ana, cast.maya, cast.victor):
        assert queries.due_to_ask(other, at=NOW) == []
    client.force_login(cast.jonas)
    (item,) = panels.waiting(cast.jonas)
    assert "Nobody was asked yet" in item.sentence
    assert client.get(item.url).status_code == 200
    # Once asked, six weeks later again; and not of groups that are too few to answer without a name.
    questions.ask(cast, pilot, instrument_key="hours")
    assert queries.due_to_ask(cast.jonas, at=NOW + timedelta(weeks=5)) == []
    (due,) = queries.due_to_ask(cast.jonas, at=NOW + queries.ASK_AGAIN)
    assert due.asked_at is not None
    group = adoption.name_group(cast, pilot, people=4)
    assert queries.due_to_ask(cast.jonas, at=NOW + queries.ASK_AGAIN) == []
    type(group).objects.filter(pk=group.pk).update(people=5)
    assert queries.due_to_ask(cast.jonas, at=NOW + queries.ASK_AGAIN) == [due]
    actions.take_back(pilot, reason="Rooms were counted.", by=cast.jonas, at=NOW)
    assert queries.due_to_ask(cast.jonas, at=NOW + queries.ASK_AGAIN) == []


def test_the_two_questions_mean_what_the_library_says() -> None:
    felt, went = HOURS.items
    assert len(felt.answers) == queries.STEPS and not felt.kinds
    assert went.kinds and len(went.answers) == len(TimeUse.values) + 1
    assert [str(went.answers[value - 1]) for value in queries.USES] == [
        str(label) for label in TimeUse.labels
    ]


def test_pages_show_the_account_to_who_sees_the_pilots(
    cast: Cast, pilot: Pilot, fund: Fund, client: Client
) -> None:
    hour.run_with_cases(cast, pilot, fund, since_live=8, minutes=11, cases=120)
    actions.make_up(at=NOW)
    client.force_login(cast.amara)
    page = client.get(reverse("pilots:time-returned", args=[pilot.pk])).content.decode()
    assert "hours were given back" in page and "Getting home on time" in page
    assert "the number of cases is taken as counted" in page
    for way in ("pilot", "unit", "quarter", "month", "nonsense"):
        answer = client.get(reverse("pilots:time-account"), {"by": way})
        assert answer.status_code == 200
        assert "By 1 pilot, as measured" in answer.content.decode()
    panel = panels.of_pilot(cast.amara, pilot)
    assert panel is not None and "given back" in str(panel.context["sentence"])
    assert panels.of_gate(cast.amara, pilot) is not None
    nothing = make.open_pilot(cast, title="Another")
    assert panels.of_pilot(cast.amara, nothing) is None
    assert panels.of_gate(cast.jonas, nothing) is None
    assert client.get(reverse("pilots:time-declare", args=[pilot.pk])).status_code == 403

    client.force_login(cast.jonas)
    metric = pilot.metrics.get(role="primary")
    address = reverse("pilots:time-declare", args=[pilot.pk])
    answer = client.post(address, {"metric": metric.pk, "is_mean": "on", "reason": "Anew."})
    assert answer.status_code == 400 and b"tick at least one" in answer.content
    answer = client.post(
        address,
        {
            "metric": metric.pk,
            "is_mean": "on",
            "reason": "Rest was asked for.",
            "rest": "on",
            "home_share": "70",
            "home_measure": metric.pk,
        },
    )
    assert answer.status_code == 302
    said = queries.current(pilot)
    assert said is not None
    assert {(one.use, one.share, one.measure_id) for one in said.uses.all()} == {
        ("home", 70, metric.pk),
        ("rest", None, None),
    }
    answer = client.post(reverse("pilots:time-take-back", args=[pilot.pk]), {"reason": "No."})
    assert answer.status_code == 302
    page = client.get(reverse("pilots:time-returned", args=[pilot.pk])).content.decode()
    assert "The team no longer says that it gives hours back: No." in page


def test_programs_read_the_account_and_say_what_the_time_is_for(
    cast: Cast, pilot: Pilot, fund: Fund, client: Client
) -> None:
    hour.run_with_cases(cast, pilot, fund, since_live=8, minutes=11, cases=120)
    actions.make_up(at=NOW)
    client.force_login(cast.jonas)
    found = client.get(reverse("pilots:api-time-returned", args=[pilot.pk])).json()
    assert (found["cases"], found["unknown"]) == (960, "")
    assert found["hours"]["lower"] < found["hours"]["estimate"] < found["hours"]["upper"]
    assert sum(one["hours"]["estimate"] for one in found["months"]) == pytest.approx(
        found["hours"]["estimate"]
    )
    metric = pilot.metrics.get(role="primary")
    address = reverse("pilots:api-time-declarations", args=[pilot.pk])
    body = {"metric": metric.pk, "is_mean": True, "uses": [{"use": "rest", "share": 100}]}
    refused = client.post(address, body, content_type="application/json")
    assert refused.status_code in (400, 409)
    made = client.post(address, {**body, "reason": "Anew."}, content_type="application/json")
    assert made.status_code == 201 and made.json()["number"] == 2
    assert [one["number"] for one in client.get(address).json()["results"]] == [2, 1]
    rows = client.get(reverse("pilots:api-time-accounts"), {"known": "true"}).json()["results"]
    assert [row["pilot"] for row in rows] == [pilot.pk]
    total = client.get(reverse("pilots:api-time-total")).json()
    assert (total["known"], total["hours"]["estimate"] > 0) == (1, True)
    back = client.post(
        reverse("pilots:api-time-take-back", args=[pilot.pk]),
        {"reason": "Counted twice."},
        content_type="application/json",
    )
    assert back.status_code == 200
    assert client.get(reverse("pilots:api-time-returned", args=[pilot.pk])).status_code == 404


def test_an_hour_is_never_typed(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    """Whatever the claim, an inconclusive change says perhaps none."""
    hour.run_with_cases(cast, pilot, fund, since_live=8, minutes=16, cases=120)
    found = queries.hours_of(pilot, NOW)
    assert found is not None and found.hours is not None
    assert found.hours.lower < 0 < found.hours.upper
    assert "Perhaps none" in presenters.sentence(found)
    assert evidence.reading(found.reading.metric, NOW).effect == found.reading.effect  # type: ignore[union-attr]
    assert Observation.objects.filter(metric=found.reading.metric).exists()  # type: ignore[union-attr]
