"""The same number at other sites and of groups of patients, as people would have it measured."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from innovation.people.models import Unit, UnitKind
from pilots.metrics.models import Metric, Observation, Sibling
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

WEEKS = 16


def share_metric(cast: Cast, pilot: Any, **fields: Any) -> Metric:
    """A share that should fall, with a baseline of sixteen weeks."""
    number = Metric.objects.count()
    return make.make_metric(
        cast,
        pilot,
        **{
            "name": f"Readmitted within 30 days {number}",
            "definition": "Readmissions ÷ discharges",
            "kind": "proportion",
            "measure_unit": "%",
            "target": Decimal("0.08"),
            **fields,
        },
    )


def count_shares(
    metric: Metric, *, since: date, weeks: int, share: float, cases: int, seed: int
) -> None:
    """So many of so many in each week, as chance would have it."""
    over = np.random.default_rng(seed).binomial(cases, share, size=weeks)
    Observation.objects.bulk_create(
        Observation(
            metric=metric,
            period=since + timedelta(weeks=week),
            numerator=int(over[week]),
            denominator=cases,
            n=cases,
            version=1,
            pull_id=0,
            recorded_at=NOW,
        )
        for week in range(weeks)
    )
    Metric.objects.filter(pk=metric.pk).update(data_version=metric.data_version + 1)


def make_sibling(cast: Cast, metric: Metric, series: Metric, **fields: Any) -> Sibling:
    """Told while the metric was none that the pilot is judged by, as in a plan that is still open."""
    Metric.objects.filter(pk=metric.pk).update(role="secondary")
    made = Sibling.objects.create(
        **{
            "metric": metric,
            "series": series,
            "kind": "site",
            "added_at": NOW,
            "added_by": cast.jonas,
            **fields,
        }
    )
    Metric.objects.filter(pk=metric.pk).update(role=metric.role)
    return made


def make_site(cast: Cast, metric: Metric, unit: Unit, **fields: Any) -> Metric:
    """The same number at another unit, told to the metric."""
    name = f"{metric.name}, {unit.name}"
    series = share_metric(
        cast, None, **{"unit": unit, "role": "secondary", "name": name, "target": None, **fields}
    )
    make_sibling(cast, metric, series)
    return series


def make_ward(cast: Cast, name: str) -> Unit:
    return Unit.objects.get_or_create(name=name, kind=UnitKind.TEAM, parent=cast.medicine)[0]
