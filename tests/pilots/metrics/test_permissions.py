"""Who connects sources, plans what is measured and asks for numbers: those of the unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from innovation.rules.refusal import NotAllowed, Refused
from pilots.lifecycle import actions as lifecycle
from pilots.metrics import actions, permissions
from pilots.metrics.models import Metric, Pull, Source
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody

KEEPERS = ("pilot_team", "innovation_office", "administrator")


@pytest.mark.parametrize("role", KEEPERS)
def test_source_is_kept_by_its_own_unit(cast: Cast, role: str) -> None:
    source = make.make_source(cast)
    here, abroad = somebody(role, at=cast.brigid), somebody(role, at=cast.harbor)
    for user, allowed in ((here, True), (abroad, False)):
        assert bool(permissions.can_edit_source(user, source)) is allowed
        assert bool(permissions.can_manage_sources(user, cast.brigid)) is allowed
    with pytest.raises(NotAllowed):
        actions.create_source(
            by=abroad, at=NOW, unit=cast.brigid, name="Taken", kind="csv_upload", config={}
        )
    with pytest.raises(NotAllowed):
        actions.edit_source(source, by=abroad, at=NOW, name="Taken", config={})
    with pytest.raises(NotAllowed):
        actions.upload_file(
            source, name="a.csv", content=b"day,n\n2026-01-05,1\n", by=abroad, at=NOW
        )


@pytest.mark.parametrize("role", KEEPERS)
def test_metric_of_a_unit_is_kept_and_pulled_by_its_own_unit(cast: Cast, role: str) -> None:
    metric = make.make_metric(cast, make.open_pilot(cast))
    Metric.objects.update(pilot=None)
    metric.refresh_from_db()
    here, abroad = somebody(role, at=cast.brigid), somebody(role, at=cast.harbor)
    for user, allowed in ((here, True), (abroad, False)):
        assert bool(permissions.can_edit_metric(user, metric)) is allowed
        assert bool(permissions.can_pull(user, metric)) is allowed


@pytest.mark.parametrize("role", KEEPERS)
def test_number_is_typed_in_by_its_own_unit(cast: Cast, role: str) -> None:
    source = make.make_source(cast, kind="by_hand")
    metric = make.make_metric(cast, make.open_pilot(cast), source=source)
    here, abroad = somebody(role, at=cast.brigid), somebody(role, at=cast.harbor)
    assert permissions.can_count(here, metric)
    assert not permissions.can_count(abroad, metric)


def test_source_of_another_hospital_measures_nothing_here(cast: Cast) -> None:
    theirs = make.make_source(cast, unit=cast.harbor)
    ours = make.make_source(cast)
    pilot = make.open_pilot(cast)
    permissions.check_can_use_source(cast.jonas, ours, unit=cast.brigid)
    permissions.check_can_use_source(
        cast.jonas, make.make_source(cast, unit=cast.lakeshore), unit=cast.brigid
    )
    with pytest.raises(NotAllowed, match="do not reach"):
        permissions.check_can_use_source(cast.jonas, theirs, unit=cast.brigid)
    given: dict[str, Any] = {
        "by": cast.jonas, "at": NOW, "pilot": pilot, "name": "Minutes", "definition": "a ÷ b",
        "kind": "value", "direction": "lower", "dimension": "workflow", "pull_from": make.TODAY,
    }  # fmt: skip
    with pytest.raises(NotAllowed, match="do not reach"):
        actions.create_metric(source=theirs, **given)
    metric = make.make_metric(cast, pilot, source=ours)
    with pytest.raises(NotAllowed, match="do not reach"):
        actions.edit_metric(metric, by=cast.jonas, at=NOW, source=theirs)


def test_plan_is_closed_by_proposal_and_end(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    assert permissions.can_plan(cast.jonas, pilot=pilot, role="primary")
    assert not permissions.can_plan(cast.hugo, pilot=pilot, role="primary")
    make.run(cast, pilot, make.make_fund(cast))
    metric = pilot.metrics.get(role="primary")
    assert permissions.is_plan_locked(metric)
    assert not permissions.can_plan(cast.jonas, pilot=pilot, role="primary")
    assert permissions.can_plan(cast.jonas, pilot=pilot, role="secondary")
    with pytest.raises(Refused, match="Say why"):
        actions.edit_metric(metric, by=cast.jonas, at=NOW, target=Decimal(12))
    lifecycle.stop(pilot, reason="The vendor left.", by=cast.jonas, at=NOW)
    assert not permissions.can_plan(cast.jonas, pilot=pilot, role="secondary")


def test_sources_metrics_and_pulls_show_in_their_hospital_alone(cast: Cast) -> None:
    metric = make.make_metric(cast, make.open_pilot(cast))
    pull = actions.request_pull(metric, at=NOW)
    assert metric.source in Source.objects.visible_to(cast.ana)
    assert metric in Metric.objects.visible_to(cast.ana)
    assert pull in Pull.objects.visible_to(cast.ana)
    for model in (Source, Metric, Pull):
        assert not model.objects.visible_to(cast.hugo).exists(), model
