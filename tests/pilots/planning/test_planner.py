"""The planner: what can be answered by the planned end is worked out, shown, kept, and seen to be out of date."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric, Observation
from pilots.planning import actions as planning
from pilots.planning import queries
from pilots.planning.actions import forecasts
from pilots.planning.forecast import Forecast, forecast
from pilots.planning.models import PowerForecast
from tests.factories import pilots as make
from tests.factories import planning as make_plan
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _simulated_once() -> Iterator[None]:
    """Most of these plans are the same one: the seconds that its simulation takes are taken once."""
    known: dict[bytes, Forecast] = {}

    def forecast_once(*made_of: Any) -> Forecast:
        key = pickle.dumps(made_of)
        if key not in known:
            known[key] = forecast(*made_of)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forecasts, "forecast", forecast_once)
        yield


@pytest.fixture
def metric(cast: Cast, pilot: Pilot) -> Metric:
    """A share of 12 % that Jonas means to bring to 9 % from the first week of December until June."""
    lifecycle.edit_charter(
        pilot,
        by=cast.jonas,
        at=NOW,
        hypothesis="Fewer notes are finished at home.",
        change="The room listens.",
        starts_on=make.TODAY + timedelta(days=14),
        ends_on=make.TODAY + timedelta(days=14 + 7 * 26),
        sites=[cast.medicine, cast.four_west],
        sponsor=cast.amara,
    )
    make.sponsored(pilot)
    return make_plan.share_metric(cast, pilot)


def planned(pilot: Pilot) -> queries.PlannedMetric:
    return queries.planned_metrics(Pilot.objects.get(pk=pilot.pk), NOW)[0]


def test_plan_without_a_baseline_says_what_is_missing(
    cast: Cast, metric: Metric, pilot: Pilot
) -> None:
    make_plan.observe_shares(metric, weeks=3)
    one = planned(pilot)
    assert one.sentence == "Pull the baseline first: 8 points are needed, there are 3."
    assert one.cannot
    assert planning.ask(pilot, by=cast.jonas, at=NOW) == 0


def test_plan_is_asked_for_worked_out_and_kept(cast: Cast, metric: Metric, pilot: Pilot) -> None:
    make_plan.observe_shares(metric)
    assert planning.ask(pilot, by=cast.jonas, at=NOW) == 1
    assert planned(pilot).waits
    planning.work_out(metric.pk, at=NOW)
    one = planned(pilot)
    assert one.found is not None
    assert not one.waits and not one.stale
    assert one.found.known == 12
    assert one.found.planned == 26
    assert one.found.promised == pytest.approx(0.09 - one.found.level)
    assert one.found.from_target
    assert [sites for sites, _chance in one.found.by_sites][:2] == [1, 2]
    assert one.found.by_sites[1][1] == pytest.approx(one.found.chance, abs=0.04)
    assert one.found.by_effect[0][1] < 0.05
    assert "26 weeks" in one.sentence


def test_effect_that_is_too_small_for_the_time_is_said_with_the_time_it_takes(
    cast: Cast, metric: Metric, pilot: Pilot
) -> None:
    make_plan.observe_shares(metric, cases=40)
    planning.work_out(metric.pk, at=NOW)
    one = planned(pilot)
    assert one.cannot
    assert one.sentence.startswith("With 26 weeks the chance of an answer is ")
    assert "even if the promised effect is real" in one.sentence
    assert one.found is not None and one.found.least is not None and one.found.promised is not None
    assert abs(one.found.least) > abs(one.found.promised)


def test_plan_that_says_nothing_of_steadiness_will_have_no_verdict(
    cast: Cast, metric: Metric, pilot: Pilot
) -> None:
    Metric.objects.filter(pk=metric.pk).update(steady_from="", steady_because="")
    make_plan.observe_shares(metric)
    planning.work_out(metric.pk, at=NOW)
    one = planned(pilot)
    assert one.cannot
    assert one.sentence.startswith("No verdict will be given")


def test_changed_data_and_changed_plan_make_it_out_of_date(
    cast: Cast, metric: Metric, pilot: Pilot
) -> None:
    make_plan.observe_shares(metric)
    planning.work_out(metric.pk, at=NOW)
    Metric.objects.filter(pk=metric.pk).update(data_version=7)
    assert planned(pilot).stale
    planning.work_out(metric.pk, at=NOW)
    assert not planned(pilot).stale
    Pilot.objects.filter(pk=pilot.pk).update(ends_on=make.TODAY + timedelta(days=60))
    assert planned(pilot).stale
    assert planning.ask(Pilot.objects.get(pk=pilot.pk), by=cast.jonas, at=NOW) == 1


def test_same_baseline_gives_the_same_answer(
    cast: Cast, metric: Metric, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecasts, "forecast", forecast)
    make_plan.observe_shares(metric)
    first = planning.work_out(metric.pk, at=NOW)
    again = planning.work_out(metric.pk, at=NOW + timedelta(days=1))
    assert first is not None and again is not None
    assert first.found == again.found


def test_forecast_that_never_came_is_made_up_for(cast: Cast, metric: Metric, pilot: Pilot) -> None:
    make_plan.observe_shares(metric)
    planning.ask(pilot, by=cast.jonas, at=NOW)
    assert planning.work_out_asked(at=NOW) == 0  # its message may still be on its way
    assert planning.work_out_asked(at=NOW + timedelta(minutes=5)) == 1
    assert PowerForecast.objects.get().made_at is not None
    assert planning.work_out_asked(at=NOW + timedelta(minutes=5)) == 0


def test_forecast_made_from_other_numbers_is_renewed_by_itself(
    cast: Cast, metric: Metric, pilot: Pilot, client: Client
) -> None:
    """A better baseline was pulled, and the planner went on saying what the former one had said."""
    make_plan.observe_shares(metric)
    planning.work_out(metric.pk, at=NOW)
    assert planning.renew([metric.pk], at=NOW) == 0  # nothing has come
    Metric.objects.filter(pk=metric.pk).update(data_version=7)
    client.force_login(cast.jonas)
    page = client.get(reverse("pilots:planner", args=[pilot.pk])).content.decode()
    assert "Newer numbers have come since; it is worked out again by itself" in page
    later = NOW + timedelta(hours=1)
    assert planning.renew([metric.pk], at=later) == 1
    assert PowerForecast.objects.asked().get().asked_at == later
    assert planning.renew([metric.pk], at=later) == 0  # asked for once
    planning.work_out(metric.pk, at=later)
    assert not planned(pilot).stale
    # The plan alone is the team's to change, and to have worked out.
    Metric.objects.filter(pk=metric.pk).update(version=2)
    assert planned(pilot).stale
    assert planning.renew([metric.pk], at=later) == 0
    page = client.get(reverse("pilots:planner", args=[pilot.pk])).content.decode()
    assert "The plan, or how it is worked out, changed since; have it worked out again." in page


def test_forecast_whose_renewal_was_lost_is_made_up_for(
    cast: Cast, metric: Metric, pilot: Pilot
) -> None:
    make_plan.observe_shares(metric, weeks=3)
    planning.ask(pilot, by=cast.jonas, at=NOW)
    row = PowerForecast.objects.get(metric=metric)
    assert row.refused["code"] == "few_points"
    Observation.objects.filter(metric=metric).delete()
    make_plan.observe_shares(metric, weeks=12)
    Metric.objects.filter(pk=metric.pk).update(data_version=7, asked_until=make.TODAY)
    later = NOW + timedelta(minutes=5)
    planning.work_out_asked(at=later)
    assert not PowerForecast.objects.asked().exists()  # the rest of its history is still to come
    Metric.objects.filter(pk=metric.pk).update(asked_until=None)
    planning.work_out_asked(at=later)
    assert planning.work_out_asked(at=later + timedelta(minutes=5)) == 1
    found = planned(pilot).found
    assert found is not None and found.known == 12
    planning.work_out_asked(at=later + timedelta(minutes=5))
    assert not PowerForecast.objects.asked().exists()


def test_forecast_of_a_pilot_past_its_planning_stays(
    cast: Cast, metric: Metric, pilot: Pilot
) -> None:
    make_plan.observe_shares(metric)
    planning.work_out(metric.pk, at=NOW)
    Metric.objects.filter(pk=metric.pk).update(data_version=7)
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=make.TODAY)
    assert planning.renew([metric.pk], at=NOW) == 0


def test_guardrail_says_how_soon_harm_is_found(cast: Cast, metric: Metric, pilot: Pilot) -> None:
    rail = make_plan.share_metric(
        cast, pilot, name="Falls", role="guardrail", target=None, limit="0.15", margin="0.03"
    )
    make_plan.observe_shares(rail)
    planning.work_out(rail.pk, at=NOW)
    one = next(
        found
        for found in queries.planned_metrics(Pilot.objects.get(pk=pilot.pk), NOW)
        if found.metric == rail
    )
    assert one.sentence.startswith("If it went to 18.0% from the first day on")
    assert not one.cannot


def test_approver_sees_what_the_plan_cannot_promise_and_it_is_kept(
    cast: Cast, pilot: Pilot, fund: Fund, client: Client
) -> None:
    """The primary metric of the factory has no number at all."""
    review = make.propose(cast, pilot, fund)
    client.force_login(cast.amara)
    shown = client.get(reverse("pilots:gate-decide", args=[review.pk])).content.decode()
    assert "What this plan cannot promise" in shown
    assert "Pull the baseline first: 8 points are needed, there are 0." in shown
    gates.decide_resources(review, approve=True, by=cast.amara, at=NOW)
    review.refresh_from_db()
    kept = review.known["answers"]
    assert kept[0]["cannot"] is True
    assert kept[0]["sentence"] == "Pull the baseline first: 8 points are needed, there are 0."
    after = client.get(reverse("pilots:gate-decide", args=[review.pk])).content.decode()
    assert "As it was known when it was decided." in after


def test_proposal_has_it_worked_out_for_those_who_decide(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund)
    make.serve(cast, pilot)
    primary = pilot.metrics.get(role="primary")
    make.observe(primary, since=make.TODAY - timedelta(weeks=20), weeks=16)
    gates.propose(pilot, by=cast.jonas, at=NOW, case="")
    row = PowerForecast.objects.get(made_at=None)
    assert row.metric == primary
    assert row.asked_at == NOW
    rail = PowerForecast.objects.get(made_at=NOW)
    assert rail.refused["facts"] == {"points": 0, "needed": 8}


def test_planner_page_tells_the_lead_and_draws_the_curves(
    cast: Cast, metric: Metric, client: Client, pilot: Pilot
) -> None:
    make_plan.observe_shares(metric)
    client.force_login(cast.jonas)
    url = reverse("pilots:planner", args=[pilot.pk])
    before = client.get(url).content.decode()
    assert "Simulate the plan" in before
    assert client.post(reverse("pilots:planner-ask", args=[pilot.pk])).status_code == 302
    planning.work_out(metric.pk, at=NOW)
    shown = client.get(url).content.decode()
    assert shown.count("<figure") == 3
    assert "By how often it is looked at" in shown
    assert "Planned end" in shown
    assert "By looks planned beforehand" in shown
    assert "Looked at with every number, an answer within 26 weeks has a chance of" in shown
    assert "at 4 looks planned beforehand" in shown
    rows = planned(pilot).found
    assert rows is not None
    assert [looks for looks, _share, _without in rows.schedules] == [1, 2, 4, 23]
    assert all(without < 0.08 < share for _looks, share, without in rows.schedules)
    for page in ("pilots:pilot-detail", "pilots:charter", "pilots:pilot-propose"):
        beside = client.get(reverse(page, args=[pilot.pk])).content.decode()
        assert "With 26 weeks the chance of an answer is" in beside


def test_outsider_is_refused(cast: Cast, metric: Metric, client: Client, pilot: Pilot) -> None:
    client.force_login(cast.victor)
    for name in ("planner", "api-planner", "api-metric-panels"):
        assert client.get(reverse(f"pilots:{name}", args=[pilot.pk])).status_code in (
            403,
            404,
        )
