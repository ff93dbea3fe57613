"""Baselines and metric panels of a test, made the way people make them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import numpy as np

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric, Observation
from pilots.planning import actions as planning
from pilots.planning.models import MetricPanel
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast


def share_metric(cast: Cast, pilot: Pilot, **fields: object) -> Metric:
    """A primary share of 12 % in twelve weeks before the start, meant to fall to 9 %."""
    return make.make_metric(
        cast,
        pilot,
        **{
            "name": "Notes finished after the shift",
            "definition": "Notes finished after the shift ÷ notes",
            "kind": "proportion",
            "measure_unit": "",
            "target": Decimal("0.09"),
            "baseline_from": make.TODAY - timedelta(weeks=12),
            "baseline_until": make.TODAY,
            "pull_from": make.TODAY - timedelta(weeks=12),
            **fields,
        },
    )


def observe_shares(
    metric: Metric, *, weeks: int = 12, cases: int = 300, share: float = 0.12, seed: int = 5
) -> None:
    """As many events of so many cases as such a share brings, week by week until today."""
    rng = np.random.default_rng(seed)
    first = make.TODAY - timedelta(weeks=weeks)
    Observation.objects.bulk_create(
        Observation(
            metric=metric,
            period=first + timedelta(weeks=week),
            numerator=Decimal(int(rng.binomial(cases, share))),
            denominator=Decimal(cases),
            n=cases,
            version=1,
            pull_id=0,
            recorded_at=NOW,
        )
        for week in range(weeks)
    )


def open_panel(cast: Cast, pilot: Pilot, people: Sequence[User] = ()) -> MetricPanel:
    """Jonas asks Ana, Priya and Ben, unless others are named."""
    return planning.open_panel(
        pilot, people=list(people) or [cast.ana, cast.priya, cast.ben], by=pilot.lead, at=NOW
    )


def rate_all(panel: MetricPanel, person: User, *scores: int, comment: str = "") -> None:
    """One score for each candidate, in their order."""
    candidates = list(panel.candidates.all())
    given = {
        candidate.pk: (score, comment) for candidate, score in zip(candidates, scores, strict=True)
    }
    planning.rate(panel, ratings=given, by=person, at=NOW)
