"""A silent run is promised, counted, corrected and ended, and nothing of that is written over."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from innovation.audit.models import Event
from innovation.rules.refusal import Malformed, NotAllowed, Refused
from innovation.workflow.models import StateChange
from pilots.accuracy import actions as accuracy
from pilots.accuracy import queries
from pilots.accuracy.judgement import PromiseState
from pilots.accuracy.models import AccuracyPromise, ScoreBin, SilentRunResult
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.checklist import Gate, checklist
from pilots.lifecycle.models import Pilot, SilentRunEnd
from tests.factories import accuracy as make_run
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

PROMISE: dict[str, Any] = {
    "least_sensitivity": Decimal("0.8"),
    "least_ppv": Decimal("0.3"),
    "planned_cases": 100,
}


@pytest.fixture
def silent(cast: Cast) -> Pilot:
    return make_run.silent_pilot(cast)


@pytest.fixture
def shaping(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    return make.shape(cast, pilot, fund, make.Charter(answers=make.DECISION_SUPPORT))


# What is promised


def test_decision_support_asks_for_resources_once_it_says_how_accurate_it_has_to_be(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    lifecycle.answer_pathway(pilot, answers=make.DECISION_SUPPORT, by=cast.jonas, at=NOW)
    found = {one.key: one for one in checklist(pilot, Gate.RESOURCES)}["accuracy"]
    assert not found.met and "how accurate it has to be" in found.sentence
    accuracy.promise(pilot, by=cast.jonas, at=NOW, **PROMISE)
    found = {one.key: one for one in checklist(pilot, Gate.RESOURCES)}["accuracy"]
    assert found.met and "Sensitivity of at least 80%" in found.sentence


def test_paperwork_promises_no_accuracy_and_is_not_asked_for_any(cast: Cast, pilot: Pilot) -> None:
    lifecycle.answer_pathway(pilot, answers=make.EFFICIENCY, by=cast.jonas, at=NOW)
    assert "accuracy" not in {one.key for one in checklist(pilot, Gate.RESOURCES)}
    with pytest.raises(Refused, match="decision support and of devices"):
        accuracy.promise(pilot, by=cast.jonas, at=NOW, **PROMISE)


def test_promise_is_changed_freely_while_shaping_and_by_nobody_while_it_waits(
    cast: Cast, shaping: Pilot, fund: Fund
) -> None:
    made = accuracy.promise(shaping, by=cast.jonas, at=NOW, **PROMISE)
    assert (made.version, made.amended) == (2, False)
    with pytest.raises(Refused, match="promised already"):
        accuracy.promise(shaping, by=cast.jonas, at=NOW, **PROMISE)
    with pytest.raises(NotAllowed):
        accuracy.promise(shaping, by=cast.ana, at=NOW, **PROMISE)
    make.serve(cast, shaping)
    gates.propose(shaping, by=cast.jonas, at=NOW, case="")
    with pytest.raises(Refused, match="locked while the pilot is “Waiting for resources”"):
        accuracy.promise(shaping, by=cast.jonas, at=NOW, **PROMISE)


def test_approved_promise_is_changed_by_safety_with_a_reason_and_what_was_approved_stays_beside(
    cast: Cast, silent: Pilot
) -> None:
    with pytest.raises(NotAllowed, match="not on the team"):
        accuracy.promise(silent, by=cast.jonas, at=NOW, reason="Too hard.", **PROMISE)
    with pytest.raises(Refused, match="Say why"):
        accuracy.promise(silent, by=cast.helen, at=NOW, **PROMISE)
    made = accuracy.promise(
        silent, by=cast.helen, at=NOW, reason="Two reviewers miss a fifth, too.", **PROMISE
    )
    assert made.amended
    run = queries.accuracy_of(Pilot.objects.get(pk=silent.pk))
    assert run.promise == made and run.amendments == (made,)
    assert run.agreed is not None and run.agreed.least_sensitivity == Decimal("0.9")
    event = Event.objects.get(type="accuracy.amended")
    assert "at least 80%" in event.details["promised"] and "at least 90%" in event.details["before"]


def test_reviewer_on_the_team_changes_nothing_that_was_approved(cast: Cast, silent: Pilot) -> None:
    make.sit(silent, cast.helen, role="champion")
    with pytest.raises(NotAllowed, match="not on the team"):
        accuracy.promise(silent, by=cast.helen, at=NOW, reason="Too hard.", **PROMISE)


def test_change_before_a_pivot_is_no_change_of_what_is_approved_anew(
    cast: Cast, silent: Pilot
) -> None:
    accuracy.promise(silent, by=cast.helen, at=NOW, reason="Two miss a fifth.", **PROMISE)
    StateChange.objects.create(
        subject=f"pilot:{silent.pk}", verb="pivot", source="evaluating", target="shaping",
        by=cast.amara, at=NOW + timedelta(days=1), reason="Another way.",
    )  # fmt: skip
    run = queries.accuracy_of(Pilot.objects.get(pk=silent.pk))
    assert run.amendments == () and run.agreed is None


def test_promise_out_of_range_is_refused(cast: Cast, shaping: Pilot) -> None:
    for wrong, why in (
        ({"least_ppv": Decimal(1)}, "between 0% and 100%"),
        ({"planned_cases": 0}, "one at least"),
        ({"most_alerts": Decimal(3)}, "over what"),
        ({"most_alerts": Decimal(3), "alerts_per": "weeks"}, "patient-days or shifts"),
    ):
        with pytest.raises(Malformed, match=why):
            accuracy.promise(shaping, by=cast.jonas, at=NOW, **{**PROMISE, **wrong})


# What is counted


def test_weeks_are_counted_together_and_judged_at_every_look(cast: Cast, silent: Pilot) -> None:
    make_run.record(cast, silent, make_run.given(48, 52, 2, 398))
    run = queries.accuracy_of(Pilot.objects.get(pk=silent.pk))
    assert [one.state for one in run.judged] == [PromiseState.OPEN, PromiseState.MET]
    make_run.record(
        cast,
        silent,
        make_run.given(97, 103, 3, 797, week=1),
        make_run.given(95, 99, 5, 801, week=2),
    )
    run = queries.accuracy_of(Pilot.objects.get(pk=silent.pk))
    table = run.everybody.table
    assert table is not None and table.true_positive == 48 + 97 + 95
    assert run.all_met and run.is_running
    assert {one.entered_by for one in run.results} == {"form"}
    event = Event.objects.filter(type="accuracy.recorded").latest("number")
    assert "95 true and 99 false positives" in event.details["counted"]


def test_bins_alone_make_the_table_at_the_threshold_and_the_area(cast: Cast, silent: Pilot) -> None:
    make_run.record(
        cast, silent,
        make_run.given(bins=make_run.RISKS, score_scale="risk", threshold=Decimal("0.3")),
    )  # fmt: skip
    run = queries.accuracy_of(Pilot.objects.get(pk=silent.pk))
    assert run.everybody.table is not None and run.everybody.tables_from_bins == 1
    assert (run.everybody.table.true_positive, run.everybody.table.flagged) == (90, 160)
    assert run.everybody.score is not None and run.everybody.score.events == 146


@pytest.mark.parametrize(
    ("week", "weeks", "why"),
    [
        (-1, 1, "The silent run began on 26 October 2026"),
        (3, 3, "not over yet"),
        (0, 2, "There is a result from 26 October 2026 to 1 November 2026 already"),
    ],
)
def test_days_that_are_not_of_the_silent_run_or_counted_already_are_refused(
    cast: Cast, silent: Pilot, week: int, weeks: int, why: str
) -> None:
    make_run.record(cast, silent, make_run.given(9, 11, 1, 79))
    with pytest.raises(Refused, match=why):
        make_run.record(cast, silent, make_run.given(9, 11, 1, 79, week=week, weeks=weeks))


def test_results_at_two_thresholds_are_not_counted_together(cast: Cast, silent: Pilot) -> None:
    make_run.record(cast, silent, make_run.given(9, 11, 1, 79, threshold=Decimal("0.3")))
    with pytest.raises(Refused, match="judged at one threshold"):
        make_run.record(
            cast, silent, make_run.given(9, 11, 1, 79, week=1, threshold=Decimal("0.2"))
        )
    with pytest.raises(Refused, match="judged at one threshold"):
        make_run.record(cast, silent, make_run.given(9, 11, 1, 79, week=1))


def test_bins_with_other_borders_are_refused_with_those_to_use(cast: Cast, silent: Pilot) -> None:
    make_run.record(cast, silent, make_run.given(bins=make_run.RISKS, score_scale="risk"))
    other = make_run.bins(("0", "0.5", 10, 1), ("0.5", "1", 10, 9))
    with pytest.raises(Refused, match=r"borders 0, 0.1, 0.3, 0.6, 1\. Use the same"):
        make_run.record(cast, silent, make_run.given(bins=other, score_scale="risk", week=1))


def test_one_wrong_result_of_many_leaves_nothing_behind(cast: Cast, silent: Pilot) -> None:
    with pytest.raises(Malformed, match="counts nobody"):
        make_run.record(
            cast, silent, make_run.given(9, 11, 1, 79), make_run.given(0, 0, 0, 0, week=1)
        )
    assert not SilentRunResult.objects.exists()
    assert not Event.objects.filter(type="accuracy.recorded").exists()


def test_result_is_recorded_by_the_team_and_the_office_alone(cast: Cast, silent: Pilot) -> None:
    for person in (cast.ana, cast.helen, cast.amara, cast.hugo, cast.victor, cast.ingrid):
        with pytest.raises(NotAllowed):
            accuracy.record(
                silent, [make_run.given(9, 11, 1, 79)], entered_by="form", by=person, at=NOW
            )
    accuracy.record(silent, [make_run.given(9, 11, 1, 79)], entered_by="form", by=cast.maya, at=NOW)


def test_nothing_is_recorded_before_the_first_day(cast: Cast, shaping: Pilot) -> None:
    with pytest.raises(Refused, match="before the first day"):
        make_run.record(cast, shaping, make_run.given(9, 11, 1, 79))


# Corrections


def test_corrected_result_takes_the_place_of_the_first_which_stays(
    cast: Cast, silent: Pilot
) -> None:
    (first,) = make_run.record(cast, silent, make_run.given(9, 11, 1, 79))
    again = make_run.given(8, 12, 2, 78)
    made = accuracy.correct(first, again, reason="One chart was read twice.", by=cast.jonas, at=NOW)
    first.refresh_from_db()
    assert (first.superseded_by, first.superseded_because) == (
        cast.jonas,
        "One chart was read twice.",
    )
    assert (made.version, made.replaces, first.true_positive) == (2, first, 9)
    run = queries.accuracy_of(Pilot.objects.get(pk=silent.pk))
    assert run.results == (made,) and run.superseded == (first,)
    with pytest.raises(Refused, match="corrected or taken back already"):
        accuracy.correct(first, again, reason="Again.", by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="Nothing was changed"):
        accuracy.correct(made, again, reason="The same.", by=cast.jonas, at=NOW)
    event = Event.objects.get(type="accuracy.corrected")
    assert "9 true" in event.details["before"] and "8 true" in event.details["counted"]


def test_result_that_is_taken_back_counts_no_more(cast: Cast, silent: Pilot) -> None:
    (row,) = make_run.record(cast, silent, make_run.given(9, 11, 1, 79))
    with pytest.raises(Refused, match="Say why"):
        accuracy.take_back(row, reason="  ", by=cast.jonas, at=NOW)
    accuracy.take_back(row, reason="That was another ward.", by=cast.jonas, at=NOW)
    run = queries.accuracy_of(Pilot.objects.get(pk=silent.pk))
    assert run.results == () and run.superseded == (row,)
    make_run.record(cast, silent, make_run.given(7, 11, 1, 79))  # these days are free again


def test_database_keeps_what_was_recorded_and_promised(cast: Cast, silent: Pilot) -> None:
    given = make_run.given(bins=make_run.RISKS, score_scale="risk")
    (row,) = make_run.record(cast, silent, given)
    accuracy.take_back(row, reason="Another ward.", by=cast.jonas, at=NOW)
    promise = silent.accuracy_promises.get()
    lifecycle.show_output(silent, reason="So.", against="Yes.", by=cast.helen, at=NOW)
    results = SilentRunResult.objects.filter(pk=row.pk)
    for act in (
        lambda: results.update(true_positive=1),
        lambda: results.update(superseded_at=None, superseded_by=None, superseded_because=""),
        results.delete,
        lambda: ScoreBin.objects.filter(result=row).update(events=0),
        lambda: ScoreBin.objects.filter(result=row).delete(),
        lambda: AccuracyPromise.objects.filter(pk=promise.pk).update(planned_cases=1),
        lambda: AccuracyPromise.objects.filter(pk=promise.pk).delete(),
        lambda: SilentRunEnd.objects.update(reason="Another."),
        lambda: SilentRunEnd.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


# The end of the silent run


def test_silent_run_that_meets_its_promise_ends_with_a_reason_alone(
    cast: Cast, silent: Pilot
) -> None:
    make_run.record(cast, silent, make_run.given(291, 300, 9, 2400, weeks=4))
    end = lifecycle.show_output(silent, reason="It holds.", by=cast.helen, at=NOW)
    assert (end.missing, end.against) == (False, "")
    assert "the 90% promised is met" in end.known[0]["said"]
    assert Event.objects.filter(type="pilot.output_shown").exists()
    with pytest.raises(Refused, match=r"began on|was shown from"):
        later = make_run.given(9, 11, 1, 79, week=4)
        accuracy.record(
            silent, [later], entered_by="form", by=cast.jonas, at=NOW + timedelta(weeks=2)
        )


def test_silent_run_that_falls_short_is_shown_only_against_the_promise_and_marked(
    cast: Cast, silent: Pilot
) -> None:
    make_run.record(cast, silent, make_run.given(120, 200, 80, 2600, weeks=4))
    with pytest.raises(Malformed, match="short of the 90% promised"):
        lifecycle.show_output(silent, reason="It helps.", by=cast.helen, at=NOW)
    lifecycle.show_output(
        silent, reason="It helps.", against="Nobody finds more today.", by=cast.helen, at=NOW
    )
    run = queries.accuracy_of(Pilot.objects.get(pk=silent.pk))
    assert run.ended is not None and run.ended.against == "Nobody finds more today."
    assert not run.is_running


def test_largest_gap_between_ages_is_said_with_its_interval(cast: Cast, silent: Pilot) -> None:
    ages = [
        make_run.given(60, 90, 40, 400, weeks=4, grouping="Age", subgroup="75 and over"),
        make_run.given(95, 80, 5, 800, weeks=4, grouping="Age", subgroup="under 75"),
        make_run.given(3, 4, 2, 20, weeks=4, grouping="Age", subgroup="under 18"),
    ]
    make_run.record(cast, silent, *ages)
    run = queries.accuracy_of(Pilot.objects.get(pk=silent.pk))
    (sensitivity, _ppv) = run.gaps["Age"]
    assert (sensitivity.high, sensitivity.low) == ("under 75", "75 and over")
    assert sensitivity.is_shown and sensitivity.difference == pytest.approx(0.35)
    assert sensitivity.pairs == 1  # under 18 is too few
