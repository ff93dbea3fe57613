from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from pytest_django import Settings

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions
from pilots.metrics.actions import checks
from pilots.metrics.models import Metric, Source
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.pilots.metrics import server

LATE = {
    "rows": "rows",
    "period": "week",
    "numerator": "late",
    "denominator": "all",
    "path": "late?from={start}&until={end}",
}


@pytest.fixture
def hospital(settings: Settings) -> Iterator[server.Source]:
    """A REST source on loopback, allowed by the administrator."""
    with server.serve() as source:
        settings.INTERNAL_HOSTS = ["127.0.0.1"]
        yield source


@pytest.fixture
def pilot(cast: Cast) -> Pilot:
    return Pilot.objects.create(
        title="Ambient notes in primary care",
        summary="Notes write themselves while people talk.",
        unit=cast.brigid,
        lead=cast.jonas,
        sponsor=cast.amara,
        opened_by=cast.maya,
        opened_at=NOW,
    )


@pytest.fixture
def source(cast: Cast, hospital: server.Source) -> Source:
    return actions.create_source(
        by=cast.jonas,
        at=NOW,
        unit=cast.brigid,
        name="Note times",
        kind="rest_json",
        config={"base_url": hospital.url},
        steward="Integration team, ext. 4410",
    )


@pytest.fixture
def plan(cast: Cast, pilot: Pilot, source: Source) -> Callable[..., Metric]:
    """Add a metric to the pilot's plan; fields given replace the usual ones."""

    def add(*, by: User | None = None, **fields: Any) -> Metric:
        usual: dict[str, Any] = {
            "pilot": pilot,
            "source": source,
            "name": "Late notes",
            "definition": "Notes finished after the shift ÷ all notes",
            "kind": "proportion",
            "direction": "lower",
            "dimension": "workflow",
            "cadence": "week",
            "binding": LATE,
            "pull_from": date(2026, 9, 7),
        }
        return actions.create_metric(by=by or cast.jonas, at=NOW, **{**usual, **fields})

    return add


@pytest.fixture
def metric(plan: Callable[..., Metric]) -> Metric:
    return plan()


@pytest.fixture
def worker_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker asks sources while pages wait."""
    monkeypatch.setattr(checks, "wait", make.answered)
