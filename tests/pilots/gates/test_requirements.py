"""What the gates find missing, with the sentence and where to put it right."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pilots.funding import actions as funding
from pilots.funding.models import Fund
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

TODAY = NOW.date()
OWN = {"charter", "dates", "pathway", "sponsor", "team", "budget", "primary", "guardrails"}


def found(pilot: Pilot, gate: Gate = Gate.RESOURCES) -> dict[str, checklist.Checked]:
    pilot.refresh_from_db()
    return {check.key: check for check in checklist.checklist(pilot, gate)}


def test_checklist_of_a_pilot_just_opened_misses_all_but_the_sponsor(pilot: Pilot) -> None:
    checks = found(pilot)
    assert {key for key in OWN if not checks[key].met} == OWN - {"sponsor"}
    assert checks["charter"].sentence == (
        "Write down the hypothesis, what will be done differently and where it runs."
    )
    assert all(check.sentence for check in checks.values())
    assert all(check.url for check in checks.values() if not check.met)


def test_checklist_of_a_whole_charter_misses_nothing(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    make.shape(cast, pilot, fund)
    make.serve(cast, pilot)
    checks = found(pilot)
    assert set(checks) >= OWN
    assert checklist.missing(checks.values()) == []
    assert checks["team"].sentence == "Jonas Park leads it with 10 % of full time."
    assert checks["budget"].sentence == f"$68,000 from {fund}."


def test_budget_beyond_the_fund_says_both_amounts(cast: Cast, pilot: Pilot) -> None:
    make.shape(cast, pilot, make.make_fund(cast, "1000", name="Small"))
    check = found(pilot)["budget"]
    assert not check.met
    assert check.sentence == "It asks for $68,000, and Small 2026 has $1,000 left."


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"target": None}, "needs a target"),
        ({"baseline_from": None, "baseline_until": None}, "needs a baseline window"),
    ],
)
def test_primary_metric_half_planned_says_what_it_needs(
    cast: Cast, pilot: Pilot, fund: Fund, change: dict[str, None], sentence: str
) -> None:
    make.shape(cast, pilot, fund)
    pilot.metrics.filter(role="primary").update(**change)
    check = found(pilot)["primary"]
    assert (check.met, sentence in check.sentence) == (False, True)


def test_approvers_read_what_the_verdict_takes_for_granted_or_that_there_will_be_none(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund)
    check = found(pilot)["primary"]
    assert check.sentence.endswith(
        "It is taken to be steady without the pilot. Its own longer history: Two years before show no"
        " season."
    )
    pilot.metrics.filter(role="primary").update(steady_from="", steady_because="")
    check = found(Pilot.objects.get(pk=pilot.pk))["primary"]
    assert (check.met, "so it will have no verdict." in check.sentence) == (True, True)


def test_guardrail_without_a_limit_says_so(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    make.shape(cast, pilot, fund)
    pilot.metrics.filter(role="guardrail").update(limit=None)
    assert "needs a limit" in found(pilot)["guardrails"].sentence


def test_lead_without_time_is_missing_though_others_have_some(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund)
    pilot.allocations.all().delete()
    make.on_team(
        pilot,
        person=cast.priya,
        role="member",
        percent=10,
        starts_on=TODAY,
        ends_on=TODAY,
        by=cast.jonas,
        at=NOW,
    )
    assert not found(pilot)["team"].met


@pytest.mark.parametrize(("weeks", "met"), [(7, False), (8, True)])
def test_baseline_needs_eight_numbers_of_its_window(
    cast: Cast, pilot: Pilot, fund: Fund, weeks: int, met: bool
) -> None:
    make.shape(cast, pilot, fund)
    primary = pilot.metrics.get(role="primary")
    assert primary.baseline_from is not None
    make.observe(primary, since=primary.baseline_from, weeks=weeks)
    make.observe(primary, since=primary.baseline_from - timedelta(weeks=30), weeks=20)
    check = found(pilot, Gate.GO_LIVE)["baseline"]
    assert check.met is met
    assert str(weeks) in check.sentence


def test_failing_source_keeps_a_pilot_from_going_live(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    make.shape(cast, pilot, fund)
    pilot.metrics.filter(role="guardrail").update(failures=1)
    assert "could not be pulled" in found(pilot, Gate.GO_LIVE)["sources"].sentence


def test_decision_support_that_is_not_silent_may_not_go_live(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund, make.Charter(answers=make.DECISION_SUPPORT))
    assert found(pilot, Gate.GO_LIVE)["silent"].met
    lifecycle.edit_charter(pilot, by=cast.jonas, at=NOW, silent=False)
    assert not found(pilot, Gate.GO_LIVE)["silent"].met


def test_outcome_without_a_number_since_the_start_is_not_asked(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    assert not found(pilot, Gate.OUTCOME)["measured"].met


def test_register_under_the_same_key_replaces_and_never_doubles(pilot: Pilot) -> None:
    before = len(checklist.checklist(pilot, Gate.RESOURCES))
    original = checklist._requirements[Gate.RESOURCES]["charter"]
    try:
        checklist.register(Gate.RESOURCES, original)
        assert len(checklist.checklist(pilot, Gate.RESOURCES)) == before
    finally:
        checklist._requirements[Gate.RESOURCES]["charter"] = original


def test_checklist_costs_the_same_queries_however_large_the_charter(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund)

    def cost() -> int:
        pilot.refresh_from_db()
        with CaptureQueriesContext(
            connection,
        ) as small:
            checklist.checklist(pilot, Gate.RESOURCES)
        return len(small)

    cost()  # what is fetched once for this pilot
    before = cost()
    for number in range(5):
        make.make_metric(cast, pilot, role="guardrail", name=f"Guardrail {number}")
    lines = [make.Line(amount=Decimal(n + 1)).as_dict() for n in range(12)]
    funding.set_request(pilot, fund=fund, lines=lines, by=cast.jonas, at=NOW)
    assert cost() == before
