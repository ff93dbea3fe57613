"""What people are offered: planned in the charter, held against doing more at the cost of better, paid from a line,
and looked at afterwards."""

from __future__ import annotations

import doctest
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from innovation.audit.models import Event
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.adoption.actions import pulses as adopting
from pilots.connectors.measurement import Cadence
from pilots.funding import actions as funding
from pilots.funding.models import BudgetLine, Fund
from pilots.incentives import actions, before_after, queries, volume
from pilots.incentives.before_after import around
from pilots.incentives.models import Incentive, IncentiveEvaluation
from pilots.incentives.requirements import offers_evaluated, offers_stand
from pilots.incentives.volume import CountedMetric, counts_volume, rewards_volume
from pilots.lifecycle.models import Pilot
from pilots.surveys import actions as surveys_actions
from tests.factories import adoption, surveys
from tests.factories import incentives as given
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def metric(key: int, name: str, **fields: str) -> CountedMetric:
    said = {
        "definition": "All of the week", "role": "secondary", "kind": "value", "measure_unit": "",
        "direction": "higher", "dimension": "value",
    }  # fmt: skip
    return CountedMetric(key, name, **{**said, **fields})


SCANS = metric(1, "Scans read")
MISREAD = metric(2, "Scans read wrongly", role="guardrail", dimension="safety", direction="lower")


def test_what_counts_how_much_is_told_from_what_counts_how_well() -> None:
    assert doctest.testmod(volume).failed == doctest.testmod(before_after).failed == 0
    assert counts_volume(SCANS)
    assert counts_volume(metric(3, "Used", kind="proportion", dimension="adoption"))
    for no_count in (
        metric(4, "Wait", measure_unit="min"),
        metric(5, "Scans per radiologist"),
        metric(6, "Falls", direction="lower"),
        metric(7, "Satisfied", kind="proportion", dimension="experience"),
        metric(8, "Trust", measure_unit="points"),
    ):
        assert not counts_volume(no_count), no_count.name
    found = rewards_volume([SCANS, MISREAD], given_for=1, text="")
    assert found is not None
    assert (found.volume, found.guardrails) == (SCANS, (MISREAD,))
    assert rewards_volume([SCANS, MISREAD], given_for=None, text="For all  scans READ.") == found
    assert rewards_volume([SCANS, MISREAD], given_for=None, text="For coming along.") is None
    assert rewards_volume([SCANS, MISREAD], given_for=2, text="") is None
    cheap = metric(9, "Cost", role="guardrail", dimension="value")
    assert rewards_volume([SCANS, cheap], given_for=1, text="") is None


def test_a_mean_before_and_after_leaves_out_the_period_between() -> None:
    days = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(10)]
    nan = float("nan")
    values = [1.0, 2, 2, 2, 2, 99, 6, 6, nan, 6]
    week = timedelta(weeks=1)
    first, next_day = days[5] + timedelta(days=2), Cadence.WEEK.next
    found = around(days, values, first_day=first, last_day=days[9], next_day=next_day)
    assert found == before_after.Around(None, None, 3)
    more, on = [*days, days[9] + week], [*values, 6.0]
    found = around(more, on, first_day=first, last_day=more[-1], next_day=next_day)
    assert (found.before, found.after, found.periods) == (2.0, 6.0, 4)


def test_a_short_month_lies_before_the_first_of_the_next() -> None:
    months = [date(2025, 11, 1), date(2025, 12, 1), *(date(2026, n, 1) for n in range(1, 7))]
    found = around(
        months, [2.0] * 4 + [6.0] * 4, first_day=date(2026, 3, 1), last_day=date(2026, 6, 30),
        next_day=Cadence.MONTH.next,
    )  # fmt: skip
    assert (found.before, found.after, found.periods) == (2.0, 6.0, 4)


def test_an_offer_that_rewards_more_stands_once_it_is_said_what_keeps_it_from_harm(
    cast: Cast, pilot: Pilot
) -> None:
    notes = make.make_metric(
        cast, pilot, name="Visits drafted", definition="All drafted visits", measure_unit="",
        direction="higher", role="secondary", target=None,
    )  # fmt: skip
    first = given.offer(cast, pilot, metric=notes)  # nothing counts how well yet
    assert offers_stand(pilot).met  # type: ignore[union-attr]
    guard = make.make_metric(cast, pilot, name="Drafts with a mistake", role="guardrail")
    pilot = Pilot.objects.get(pk=pilot.pk)
    state = offers_stand(pilot)
    assert state is not None
    assert not state.met
    assert "at the cost of doing well" in state.sentence
    with pytest.raises(Malformed, match="counts how much is done; “Drafts with a mistake”"):
        given.offer(cast, pilot, metric=notes)
    with pytest.raises(NotAllowed):
        actions.answer_warning(first, despite="We look.", by=cast.ana, at=NOW)
    actions.answer_warning(first, despite="A mistake ends it.", by=cast.jonas, at=NOW)
    with pytest.raises(Conflict, match="Nothing of it waits"):
        actions.answer_warning(first, despite="Again.", by=cast.jonas, at=NOW)
    second = given.offer(cast, pilot, metric=notes, despite="Two people look at each.")
    assert second.answered == [guard.pk]
    assert queries.offer(second).stands
    make.make_metric(cast, pilot, name="Patients who felt rushed", role="guardrail")
    assert not queries.offer(second).stands, "a guardrail that was planned since asks again"
    actions.take_back(second, reason="One is enough.", by=cast.jonas, at=NOW)
    assert queries.offer(second).warning is None
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Incentive.objects.filter(pk=second.pk).update(dropped_because="Another word.")
    with (
        pytest.raises(IntegrityError, match="incentive_warning_answered_whole"),
        transaction.atomic(),
    ):
        Incentive.objects.filter(pk=first.pk).update(answered=[])
    elsewhere = make.make_metric(cast, make.open_pilot(cast, title="Another"))
    with pytest.raises(Malformed, match="of this pilot"):
        given.offer(cast, pilot, metric=elsewhere)
    with pytest.raises(DatabaseError, match="in the same pilot"), transaction.atomic():
        Incentive.objects.filter(pk=first.pk).update(metric=elsewhere)


def test_what_is_offered_from_a_line_is_no_more_than_the_line(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund)
    training = BudgetLine.objects.get(category="training")  # 8,000
    for wrong in (
        {"cost": Decimal("-1")},
        {"line": training},
        {"kind": "career"},
        {"kind": "recognition", "career": "cpd"},
        {"must_not": "\u200b"},
        {"ends_on": make.TODAY - timedelta(days=1)},
        {"starts_on": date(2199, 1, 1), "ends_on": date(2199, 1, 2)},
    ):
        with pytest.raises(Malformed):
            given.offer(cast, pilot, **wrong)
    first = given.offer(cast, pilot, kind="career", career="cpd", cost=Decimal(5000), line=training)
    assert first.kind_in_words == "Career: hours that count as further training (CPD)"
    with pytest.raises(Conflict, match=r"has .*3,000.* left beside"):
        given.offer(cast, pilot, cost=Decimal(4000), line=training)
    second = given.offer(cast, pilot, cost=Decimal(3000), line=training)
    with pytest.raises(IntegrityError, match="pays less"), transaction.atomic():
        Incentive.objects.filter(pk=second.pk).update(cost=Decimal("3000.01"))
    other = make.open_pilot(cast, title="Another")
    with pytest.raises(Malformed, match="this pilot's budget"):
        given.offer(cast, other, cost=Decimal(1), line=training)
    with pytest.raises(DatabaseError, match="its own budget"), transaction.atomic():
        Incentive.objects.filter(pk=given.offer(cast, other, cost=Decimal(1)).pk).update(
            line=training
        )
    # A budget that is written anew takes the line away: it is asked which one pays now.
    lines = [{"category": "training", "description": "One afternoon", "amount": Decimal(6000)}]
    funding.set_request(pilot, fund=fund, lines=lines, by=cast.jonas, at=NOW)
    pilot = Pilot.objects.get(pk=pilot.pk)
    state = offers_stand(pilot)
    assert state is not None
    assert "which budget line pays" in state.sentence
    line = queries.lines_of(pilot).get()
    for one, cost in ((first, Decimal(5000)), (second, Decimal(1000))):
        one.refresh_from_db()
        assert one.line is None
        actions.pay_from(one, cost=cost, line=line, by=cast.jonas, at=NOW)
    assert offers_stand(Pilot.objects.get(pk=pilot.pk)).met  # type: ignore[union-attr]


def test_what_it_did_is_said_beside_what_was_seen_and_asked_at_the_outcome(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    assert offers_evaluated(pilot) is None, "nobody has to offer anything"
    make.run(cast, pilot, fund)
    primary = pilot.metrics.get(role="primary")
    later = given.offer(cast, pilot, starts_on=make.TODAY + timedelta(days=30))
    assert offers_evaluated(Pilot.objects.get(pk=pilot.pk)) is None, "it has done nothing yet"
    with pytest.raises(Refused, match="It begins on"):
        actions.evaluate(later, outcome="kept", words="It will.", by=cast.jonas, at=NOW)
    one = given.offer(cast, pilot, starts_on=make.TODAY - timedelta(weeks=3))
    missing = offers_evaluated(Pilot.objects.get(pk=pilot.pk))
    assert missing is not None
    assert not missing.met
    assert missing.url == reverse("pilots:incentive-evaluate", args=[one.pk])
    (seen,) = queries.seen(one, at=NOW)
    assert (seen.label, seen.before) == (primary.name, "")
    assert "Too few numbers" in seen.said
    with pytest.raises(NotAllowed):
        actions.evaluate(one, outcome="kept", words="Good.", by=cast.ana, at=NOW)
    with pytest.raises(Malformed):
        actions.evaluate(one, outcome="much", words="Good.", by=cast.jonas, at=NOW)
    kept = actions.evaluate(one, outcome="changed", words="One hour did it.", by=cast.jonas, at=NOW)
    assert kept.seen[0]["label"] == primary.name
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        IncentiveEvaluation.objects.update(words="Better.")
    assert offers_evaluated(Pilot.objects.get(pk=pilot.pk)).met  # type: ignore[union-attr]
    told = set(Event.objects.filter(type__startswith="incentive.").values_list("type", flat=True))
    assert told == {"incentive.planned", "incentive.evaluated"}


def test_what_began_is_evaluated_also_where_it_was_taken_back(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    one = given.offer(cast, pilot, starts_on=make.TODAY - timedelta(weeks=3))
    never = given.offer(cast, pilot, starts_on=make.TODAY + timedelta(days=3))
    for offer in (one, never):
        actions.take_back(offer, reason="Nobody asked for it.", by=cast.jonas, at=NOW)
    missing = offers_evaluated(Pilot.objects.get(pk=pilot.pk))
    assert missing is not None and not missing.met
    assert missing.url == reverse("pilots:incentive-evaluate", args=[one.pk])
    lead = Client()
    lead.force_login(cast.jonas)
    shown = lead.get(one.get_absolute_url()).content.decode()
    assert "What was seen" in shown and missing.url in shown
    assert "What did it do?" in lead.get(pilot.get_absolute_url()).content.decode()
    with pytest.raises(Conflict, match="took it back"):
        actions.evaluate(never, outcome="kept", words="Nothing.", by=cast.jonas, at=NOW)
    kept = lead.post(missing.url, {"outcome": "dropped", "words": "They came for it twice."})
    assert kept.status_code == 302
    assert offers_evaluated(Pilot.objects.get(pk=pilot.pk)).met  # type: ignore[union-attr]
    assert "What did it do?" not in lead.get(pilot.get_absolute_url()).content.decode()


def test_what_began_or_was_evaluated_is_not_rewritten(cast: Cast, pilot: Pilot) -> None:
    one = given.offer(cast, pilot, starts_on=make.TODAY + timedelta(days=1))
    actions.change(one, what="Three hours a week", by=cast.jonas, at=NOW)
    later = NOW + timedelta(days=1)
    # Neither said otherwise, nor moved to a day that never comes, so that nobody asks what it did.
    for changed in (
        {"what": "Four hours a week"},
        {
            "starts_on": make.TODAY + timedelta(days=99),
            "ends_on": make.TODAY + timedelta(days=100),
        },
    ):
        with pytest.raises(Refused, match="It began on 24 November 2026"):
            actions.change(Incentive.objects.get(), **changed, by=cast.jonas, at=later)
    one = Incentive.objects.for_list().get()
    actions.evaluate(one, outcome="kept", words="They came.", by=cast.jonas, at=later)
    other_metric = make.make_metric(cast, pilot, role="secondary", target=None)
    for fields in (
        {"what": "Less"},
        {"for_whom": "Others"},
        {"starts_on": make.TODAY + timedelta(days=2)},
        {"ends_on": make.TODAY + timedelta(days=200)},
        {"why_fits": "So."},
        {"must_not": "Nothing."},
        {"kind": "recognition"},
        {"metric": other_metric},
        {"group": adoption.name_group(cast, pilot)},
    ):
        with (
            pytest.raises(IntegrityError, match="what was evaluated stays"),
            transaction.atomic(),
        ):
            Incentive.objects.filter(pk=one.pk).update(**fields)
    for rows in (Incentive.objects.all(), IncentiveEvaluation.objects.all()):
        with pytest.raises(DatabaseError, match="delete rows"), transaction.atomic():
            rows._raw_delete(using="default")
    # Its money, its warning and its end are said still.
    Incentive.objects.filter(pk=one.pk).update(cost=Decimal(100))
    actions.take_back(one, reason="Enough.", by=cast.jonas, at=later)


def test_what_costs_money_says_how_much_and_which_line_before_resources(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund)
    training = BudgetLine.objects.get(category="training")
    lead = Client()
    lead.force_login(cast.jonas)
    page = reverse("pilots:incentive-plan", args=[pilot.pk])
    assert "Needed of a small grant" in lead.get(page).content.decode()
    for kind in ("micro_grant", "team_reward", "money"):
        one = given.offer(cast, pilot, kind=kind)  # a draft may wait for its budget
        state = offers_stand(Pilot.objects.get(pk=pilot.pk))
        assert state is not None and not state.met
        assert "costs and which line pays" in state.sentence
        assert state.url == one.get_absolute_url()
        assert (
            "Nobody has said what it costs" in lead.get(pilot.get_absolute_url()).content.decode()
        )
        assert "Resources are not asked for" in lead.get(one.get_absolute_url()).content.decode()
        with pytest.raises(Malformed):
            actions.pay_from(one, cost=Decimal(0), line=training, by=cast.jonas, at=NOW)
        Incentive.objects.filter(pk=one.pk).update(cost=Decimal(10))
        state = offers_stand(Pilot.objects.get(pk=pilot.pk))
        assert state is not None and "which budget line pays" in state.sentence
        one.refresh_from_db()
        actions.pay_from(one, cost=Decimal(10), line=training, by=cast.jonas, at=NOW)
        assert offers_stand(Pilot.objects.get(pk=pilot.pk)).met  # type: ignore[union-attr]
    given.offer(cast, pilot, kind="recognition")  # the others may cost nothing
    assert offers_stand(Pilot.objects.get(pk=pilot.pk)).met  # type: ignore[union-attr]


def test_once_the_budget_is_asked_for_money_is_offered_from_its_lines_alone(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.propose(cast, pilot, fund)
    training = BudgetLine.objects.get(category="training")
    with pytest.raises(Malformed, match="The budget is asked for already"):
        given.offer(cast, pilot, kind="money")
    given.offer(cast, pilot)
    lead = Client()
    lead.force_login(cast.jonas)
    body = {
        **given.OFFER, "kind": "money", "starts_on": dates.today().isoformat(),
        "ends_on": (dates.today() + timedelta(days=9)).isoformat(),
    }  # fmt: skip
    page = lead.post(reverse("pilots:incentive-plan", args=[pilot.pk]), body)
    assert page.status_code == 400
    assert set(page.context["form"].errors) == {"cost", "line"}
    api = reverse("pilots:api-incentives", args=[pilot.pk])
    refused = lead.post(api, body, content_type="application/json")
    assert refused.status_code == 400
    assert {one["field"] for one in refused.json()["errors"]} == {"cost", "line"}
    paid = {**body, "cost": "100", "line": training.pk}
    assert lead.post(api, paid, content_type="application/json").status_code == 201


def test_many_are_listed_by_the_api_as_one(cast: Cast, pilot: Pilot) -> None:
    make.make_metric(cast, pilot, name="Drafts with a mistake", role="guardrail")
    address = reverse("pilots:api-incentives", args=[pilot.pk])
    lead = Client()
    lead.force_login(cast.jonas)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert lead.get(address).status_code == 200
        return len(captured)

    given.offer(cast, pilot)
    statements()
    one = statements()
    for _more in range(5):
        given.offer(cast, pilot)
    assert statements() == one


def test_before_and_after_claim_no_cause(cast: Cast, pilot: Pilot) -> None:
    one = make.make_metric(cast, pilot)
    make.observe(one, since=make.TODAY - timedelta(weeks=20), weeks=20)
    offer = given.offer(
        cast, pilot, metric=one, starts_on=make.TODAY - timedelta(weeks=8), why_fits="They asked."
    )
    (seen,) = queries.seen(offer, at=NOW)
    assert seen.before
    assert seen.after
    assert "does not say that the offer did it" in seen.said
    assert "went live" not in seen.said
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=make.TODAY - timedelta(weeks=9))
    offer = Incentive.objects.for_list().get(pk=offer.pk)
    assert "went live around the same time" in queries.seen(offer, at=NOW)[0].said


def test_it_is_planned_read_and_answered_on_pages_and_by_the_api(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund)
    line = BudgetLine.objects.get(category="training")
    browser = Client()
    browser.force_login(cast.jonas)
    body = {
        **given.OFFER,
        "starts_on": (dates.today() + timedelta(days=1)).isoformat(),
        "ends_on": (dates.today() + timedelta(days=90)).isoformat(),
        "cost": "1000",
        "line": line.pk,
    }
    planned = browser.post(reverse("pilots:incentive-plan", args=[pilot.pk]), body)
    assert planned.status_code == 302, planned.content.decode()[:3000]
    one = Incentive.objects.get()
    for place in (pilot.get_absolute_url(), reverse("pilots:charter", args=[pilot.pk])):
        assert "Two hours a week off the ward" in browser.get(place).content.decode(), place
    page = browser.get(one.get_absolute_url()).content.decode()
    assert "Leave the others with more patients." in page
    assert "Paid from" in page
    too_much = browser.post(
        reverse("pilots:incentive-pay", args=[one.pk]), {"cost": "9000", "line": line.pk}
    )
    assert too_much.status_code == 409
    changed = browser.post(
        reverse("pilots:incentive-change", args=[one.pk]), {**body, "what": "Three hours a week"}
    )
    assert changed.status_code == 302
    assert "Say what it did" not in browser.get(one.get_absolute_url()).content.decode()
    Incentive.objects.filter(pk=one.pk).update(starts_on=dates.today())
    begun = browser.get(one.get_absolute_url()).content.decode()
    assert "Say what it did" in begun and "Change it" not in begun
    assert browser.get(reverse("pilots:incentive-change", args=[one.pk])).status_code == 409
    evaluated = browser.post(
        reverse("pilots:incentive-evaluate", args=[one.pk]),
        {"outcome": "kept", "words": "They came."},
    )
    assert evaluated.status_code == 302
    assert "They came." in browser.get(one.get_absolute_url()).content.decode()
    listed = browser.get(reverse("pilots:api-incentives", args=[pilot.pk])).json()["results"]
    assert (listed[0]["what"], listed[0]["cost"]) == ("Three hours a week", "1000.00")
    assert listed[0]["evaluations"][0]["outcome"] == "kept"
    # A nurse reads what is offered, and not what it costs.
    nurse = Client()
    nurse.force_login(cast.ana)
    read = nurse.get(reverse("pilots:api-incentive", args=[one.pk])).json()
    assert (read["what"], read["cost"], read["line"]) == ("Three hours a week", None, None)
    assert "1,000" not in nurse.get(one.get_absolute_url()).content.decode()
    taken = browser.post(
        reverse("pilots:api-incentive-take-back", args=[one.pk]),
        {"reason": "Nobody can be spared."},
        content_type="application/json",
    )
    assert taken.status_code == 200
    assert "Nobody can be spared." in browser.get(one.get_absolute_url()).content.decode()


def test_the_pulse_of_its_group_is_set_beside_it_from_five_answers_up(
    cast: Cast, pilot: Pilot
) -> None:
    group = adoption.name_group(cast, pilot, name="4 West")
    first = make.TODAY + timedelta(days=3)
    one = given.offer(cast, pilot, group=group, starts_on=first)
    elsewhere = adoption.name_group(cast, make.open_pilot(cast, title="Another"))
    with pytest.raises(Malformed, match="group of this pilot"):
        given.offer(cast, pilot, group=elsewhere)
    with pytest.raises(DatabaseError, match="group of the same pilot"), transaction.atomic():
        Incentive.objects.filter(pk=one.pk).update(group=elsewhere)
    before = surveys.ask(cast, pilot, label="4 west", closes_on=make.TODAY + timedelta(days=1))
    for _person in range(6):
        surveys.answer(before, [3, 2, 2, 2, 1])
    surveys.closed(cast, before)
    later = NOW + timedelta(days=30)
    (pulse,) = queries.seen(one, at=later)
    assert (pulse.label, pulse.before) == ("Readiness pulse of 4 West", "")
    assert "Too few answers" in pulse.said
    since = surveys.ask(cast, pilot, at=later, closes_on=make.TODAY + timedelta(days=40))
    for _person in range(4):
        surveys.answer(since, [5, 5, 4, 4, 4], at=later)
    surveys_actions.close_due(at=NOW + timedelta(days=60))
    assert queries.seen(one, at=NOW + timedelta(days=61))[0].after == "", "four are too few"
    again = surveys.ask(
        cast, pilot, at=NOW + timedelta(days=90), closes_on=make.TODAY + timedelta(days=90)
    )
    for _person in range(5):
        surveys.answer(again, [5, 5, 4, 4, 4], at=NOW + timedelta(days=90))
    surveys.closed(cast, again)
    (pulse,) = queries.seen(one, at=NOW + timedelta(days=92))
    assert (pulse.before, pulse.after) == ("2.0 of 5", "4.4 of 5")
    assert "6 answered before, 5 since" in pulse.said
    for days, active in ((-2, 6), (20, 15), (60, 18)):
        adopting.count_use(
            group, on=make.TODAY + timedelta(days=days), eligible=24, active=active,
            source="The log of the product", by=cast.jonas, at=NOW + timedelta(days=91),
        )  # fmt: skip
    used = queries.seen(one, at=NOW + timedelta(days=92))[1]
    assert (used.label, used.before, used.after) == ("Use by 4 West", "6 of 24", "18 of 24")
    assert "does not say that the offer did it" in pulse.said
