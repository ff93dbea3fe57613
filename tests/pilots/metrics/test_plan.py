"""Planning metrics: who may, what is refused, what a change means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.rules.refusal import NotAllowed, Refused
from innovation.workflow import actions as workflow
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PILOT
from pilots.metrics import actions
from pilots.metrics.actions.dry_run import found_by
from pilots.metrics.actions.versions import fingerprint
from pilots.metrics.models import Metric, MetricVersion, Source
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import answered
from tests.pilots.metrics import server
from tests.pilots.metrics.conftest import LATE

pytestmark = pytest.mark.django_db


def test_create_metric_asks_for_its_first_pull_and_keeps_its_version(metric: Metric) -> None:
    assert metric.pulls.get().status == "waiting"
    version = metric.versions.get()
    assert (version.number, version.definition) == (1, metric.definition)
    assert version.binding["numerator"] == "late"
    event = Event.objects.get(type="metric.created")
    assert f"pilot:{metric.pilot_id}" in event.subjects


def test_pilot_has_one_primary_metric_by_any_path(metric: Metric) -> None:
    Metric.objects.filter(pk=metric.pk).update(role="primary")
    metric.pk, metric.role, metric.name = None, "primary", "The better one"
    with pytest.raises(IntegrityError, match="metric_one_primary_a_pilot"), transaction.atomic():
        metric.save(force_insert=True)


def test_create_metric_is_for_the_team_and_the_office(
    plan: Callable[..., Metric], cast: Cast
) -> None:
    assert plan(by=cast.maya, name="The office's").pk
    for person in (cast.ana, cast.amara, cast.otto, cast.hugo, cast.priya):
        with pytest.raises(NotAllowed):
            plan(by=person)


def test_create_metric_on_a_source_out_of_reach_is_refused(
    plan: Callable[..., Metric], cast: Cast
) -> None:
    theirs = actions.create_source(
        by=cast.hugo, at=NOW, unit=cast.harbor, name="Harbor's", kind="csv_upload", config={}
    )
    with pytest.raises(NotAllowed, match="do not reach"):
        plan(source=theirs, binding={"date": "d", "numerator": "n", "denominator": "m"})


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"binding": {**LATE, "denominator": ""}}, "denominator"),
        ({"binding": {**LATE, "rows": "rows[?"}}, ""),
        ({"role": "guardrail"}, "needs a limit"),
        ({"role": "guardrail", "limit": Decimal("0.1"), "direction": "neutral"}, "which way"),
        ({"target": Decimal(8)}, "between 0 and 100 %"),
        ({"pull_from": date(2027, 1, 1)}, "has passed"),
        ({"name": " "}, ""),
        ({"margin": Decimal(-1)}, ""),
        (
            {"baseline_from": date(2026, 5, 1), "baseline_until": date(2026, 4, 1)},
            "must end after it begins",
        ),
    ],
)
def test_create_metric_that_cannot_work_is_refused_with_a_sentence(
    plan: Callable[..., Metric], fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(Refused) as refused:
        plan(**fields)
    assert says in str(refused.value)
    assert not Metric.objects.exists()


def test_create_a_second_primary_metric_is_refused(plan: Callable[..., Metric]) -> None:
    plan(role="primary")
    with pytest.raises(Refused, match="primary metric already"):
        plan(role="primary", name="Another")


def test_edit_of_the_meaning_is_a_new_version_and_a_new_pull(metric: Metric, cast: Cast) -> None:
    metric.pulls.update(status="done", finished_at=NOW)
    actions.edit_metric(metric, by=cast.jonas, at=NOW, name="Notes after the shift")
    metric.refresh_from_db()
    assert (metric.version, metric.pulls.count()) == (1, 1)
    actions.edit_metric(metric, by=cast.jonas, at=NOW, definition="late notes ÷ notes")
    metric.refresh_from_db()
    assert (metric.version, metric.pulls.count()) == (2, 2)
    assert [v.definition for v in MetricVersion.objects.filter(metric=metric)] == [
        "late notes ÷ notes",
        "Notes finished after the shift ÷ all notes",
    ]
    assert Event.objects.filter(type="metric.edited").count() == 2


def test_what_is_known_of_its_steadiness_is_said_whole_or_not_at_all(
    metric: Metric, cast: Cast
) -> None:
    for half in ({"steady_from": "library"}, {"steady_because": "Nothing moved."}):
        with pytest.raises(Refused, match="Say both"):
            actions.edit_metric(metric, by=cast.jonas, at=NOW, **half)
        with (
            pytest.raises(IntegrityError, match="metric_steadiness_said_whole"),
            transaction.atomic(),
        ):
            Metric.objects.filter(pk=metric.pk).update(
                **{"steady_from": "", "steady_because": "", **half}
            )
    metric = Metric.objects.get(pk=metric.pk)
    whole = {"steady_from": "library", "steady_because": "Two registries show no season."}
    actions.edit_metric(metric, by=cast.jonas, at=NOW, **whole)
    metric.refresh_from_db()
    assert (metric.steady_from, metric.version, metric.pulls.count()) == ("library", 1, 1)


def test_what_is_known_of_its_steadiness_takes_a_reason_once_locked_and_pulls_nothing(
    metric: Metric, pilot: Pilot, cast: Cast
) -> None:
    """Said once the numbers are known, it would make a verdict of what was none."""
    workflow.move(PILOT, pilot, "propose", by=cast.jonas, at=NOW)
    metric = Metric.objects.get(pk=metric.pk)
    known = {"steady_from": "siblings", "steady_because": "Two other wards are steady."}
    assert actions.takes_reason(metric, **known)
    with pytest.raises(Refused, match="Say why"):
        actions.edit_metric(metric, by=cast.jonas, at=NOW, **known)
    metric = Metric.objects.get(pk=metric.pk)
    pulls = metric.pulls.count()
    actions.edit_metric(metric, by=cast.jonas, at=NOW, reason="We asked the wards.", **known)
    metric.refresh_from_db()
    assert metric.pulls.count() == pulls
    last = MetricVersion.objects.of_a_locked_plan().get(metric=metric)
    assert (last.number, last.reason) == (2, "We asked the wards.")
    event = Event.objects.get(type="metric.amended")
    assert event.details["values"]["steady_because"] == ["", "Two other wards are steady."]
    assert Notice.objects.filter(title__contains="locked plan", person=cast.helen).exists()


def test_versions_that_count_the_same_have_the_same_meaning(metric: Metric, cast: Cast) -> None:
    """Minutes became hours, and both were compared; a renamed source was taken for another one."""
    Source.objects.filter(pk=metric.source_id).update(name="Renamed")
    metric = Metric.objects.get(pk=metric.pk)
    first = MetricVersion.objects.get(metric=metric).meaning
    assert fingerprint(metric) == first
    for name, value in (
        ("measure_unit", "hours"),
        ("definition", "Late notes"),
        ("cadence", "month"),
        ("binding", {}),
    ):
        other = Metric.objects.get(pk=metric.pk)
        setattr(other, name, value)
        assert fingerprint(other) != first, name


def test_edit_that_changes_nothing_leaves_no_trace(metric: Metric, cast: Cast) -> None:
    actions.edit_metric(metric, by=cast.jonas, at=NOW, name=metric.name, binding=metric.binding)
    assert not Event.objects.filter(type="metric.edited").exists()


def test_edit_of_what_it_must_show_is_locked_once_the_pilot_was_proposed(
    metric: Metric, pilot: Pilot, cast: Cast
) -> None:
    actions.edit_metric(metric, by=cast.jonas, at=NOW, target=Decimal("0.05"))
    workflow.move(PILOT, pilot, "propose", by=cast.jonas, at=NOW)
    metric = Metric.objects.get(pk=metric.pk)
    with pytest.raises(Refused, match="locked"):
        actions.edit_metric(metric, by=cast.jonas, at=NOW, target=Decimal("0.15"))
    actions.edit_metric(metric, by=cast.jonas, at=NOW, name="Late notes, again")
    metric.refresh_from_db()
    assert (metric.target, metric.name) == (Decimal("0.05"), "Late notes, again")


def test_another_meaning_after_the_proposal_takes_a_reason_and_is_told(
    metric: Metric, pilot: Pilot, cast: Cast
) -> None:
    """A lead whose guardrail was in alarm changed what is counted, and nobody heard of it."""
    workflow.move(PILOT, pilot, "propose", by=cast.jonas, at=NOW)
    metric = Metric.objects.get(pk=metric.pk)
    easier = {**metric.binding, "numerator": "very_late"}
    for changed in (
        {"binding": easier},
        {"definition": "very late notes ÷ notes"},
        {"pull_from": metric.pull_from + timedelta(weeks=6)},  # another baseline
        {"measure_unit": "drafts"},
    ):
        with pytest.raises(Refused, match="Say why"):
            actions.edit_metric(metric, by=cast.jonas, at=NOW, reason="  ", **changed)
    assert MetricVersion.objects.filter(metric=metric).count() == 1
    metric = Metric.objects.get(pk=metric.pk)
    why = "The system counts drafts as late."
    actions.edit_metric(metric, by=cast.jonas, at=NOW, binding=easier, reason=why)
    last = MetricVersion.objects.of_a_locked_plan().get(metric=metric)
    assert (last.number, last.reason, last.by) == (2, why, cast.jonas)
    event = Event.objects.get(type="metric.amended")
    assert event.details["reason"] == why
    before, after = event.details["values"]["binding"]
    assert "'late'" in before
    assert "'very_late'" in after
    told = set(
        Notice.objects.filter(title__contains="locked plan").values_list("person", flat=True)
    )
    assert {cast.amara.pk, cast.helen.pk} <= told
    assert cast.jonas.pk not in told


def test_an_edit_that_began_before_the_proposal_finds_the_plan_locked(
    metric: Metric, pilot: Pilot, cast: Cast
) -> None:
    begun = Metric.objects.select_related("pilot").get(pk=metric.pk)
    workflow.move(PILOT, pilot, "propose", by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="Say why"):
        actions.edit_metric(begun, by=cast.jonas, at=NOW, definition="late ÷ all")


def test_another_meaning_while_the_plan_is_shaped_takes_no_reason_and_keeps_none(
    metric: Metric, cast: Cast
) -> None:
    actions.edit_metric(metric, by=cast.jonas, at=NOW, definition="late ÷ all", reason="Clearer.")
    assert not MetricVersion.objects.of_a_locked_plan().exists()
    assert not Notice.objects.filter(title__contains="something else").exists()


def test_create_a_primary_metric_after_the_proposal_is_refused(
    plan: Callable[..., Metric], pilot: Pilot, cast: Cast
) -> None:
    workflow.move(PILOT, pilot, "propose", by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="locked"):
        plan(role="primary")
    assert plan(role="guardrail", limit=Decimal("0.2")).pk  # more safety is always welcome


def test_dry_run_shows_what_would_come_and_keeps_nothing(
    source: Source, hospital: server.Source, cast: Cast
) -> None:
    hospital.answer = server.rows(("2026-11-09", 5, 50), ("2026-11-16", 60, 50))
    facts: dict[str, Any] = {
        "by": cast.jonas,
        "at": NOW,
        "unit": cast.brigid,
        "kind": "proportion",
        "cadence": "week",
        "binding": LATE,
        "pull_from": date(2026, 1, 5),
    }
    dry_run = found_by(answered(actions.ask_dry_run(source, **facts)))
    assert [one.numerator for one in dry_run.last] == [5]
    assert len(dry_run.rejected) == 1
    assert not Metric.objects.exists()
    hospital.answer = server.Answer(500)
    dry_run = found_by(answered(actions.ask_dry_run(source, **facts)))
    assert "failed while answering" in dry_run.problem
    assert dry_run.who_can_fix == "Integration team, ext. 4410"
    with pytest.raises(NotAllowed):
        actions.ask_dry_run(source, **{**facts, "by": cast.hugo})


def test_former_meaning_that_is_rewritten_is_refused_by_the_database(metric: Metric) -> None:
    versions = MetricVersion.objects.filter(metric=metric)
    with pytest.raises(DatabaseError), transaction.atomic():
        versions.update(definition="It meant that.")
    with pytest.raises(DatabaseError), transaction.atomic():
        versions.delete()
