"""Sources whose every number is known beforehand, and whether all of them and no others were kept."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bench.faults.row import Round
from tests.pilots.metrics.server import Answer, Source

if TYPE_CHECKING:
    from pilots.metrics.models import Metric
    from tests.factories.cast import Cast

BINDING = {
    "rows": "rows",
    "period": "day",
    "numerator": "late",
    "denominator": "all",
    "path": "{number}?from={{start}}&until={{end}}",
}


def number(metric: int, day: date) -> tuple[int, int]:
    """So many of so many."""
    whole = 100 + (metric * 31 + day.toordinal() * 17) % 400
    return (metric * 7 + day.toordinal() * 13) % whole, whole


@lru_cache(maxsize=20_000)
def _row(metric: int, ordinal: int) -> str:
    day = date.fromordinal(ordinal)
    late, whole = number(metric, day)
    return json.dumps({"day": str(day), "late": late, "all": whole})


def answering(pause: Callable[[], float] = lambda: 0.0) -> Callable[[str, dict[str, str]], Answer]:
    """What a source says when it is asked for `/NUMBER?from=…&until=…`, after a pause."""

    def answer(path: str, _headers: dict[str, str]) -> Answer:
        asked = re.fullmatch(r"/(\d+)\?from=(\d{4}-\d\d-\d\d)&until=(\d{4}-\d\d-\d\d)", path)
        if asked is None:
            return Answer(404)
        first, end = (date.fromisoformat(day).toordinal() for day in asked.group(2, 3))
        rows = [_row(int(asked[1]), ordinal) for ordinal in range(first, end)]
        time.sleep(pause())
        return Answer(body=b'{"rows": [%s]}' % ", ".join(rows).encode())

    return answer


def make_metrics(
    cast: Cast, server: Source, *, count: int, sources: int, points: int, **fields: Any
) -> list[Metric]:
    """Metrics of days, all due now, in turn from so many sources, or from those that are there;
    their names are their numbers."""
    from django.utils import timezone

    from innovation.rules import dates
    from pilots.metrics.models import Metric
    from pilots.metrics.models import Source as SourceRow

    now = timezone.now()
    known = list(SourceRow.objects.filter(name__startswith="Reporting").order_by("pk")) or [
        SourceRow.objects.create(
            name=f"Reporting {place}",
            unit=cast.brigid,
            kind="rest_json",
            config={"base_url": server.url},
            created_at=now,
            created_by=cast.jonas,
        )
        for place in range(sources)
    ]
    given: dict[str, Any] = {
        "definition": "late ÷ all",
        "unit": cast.brigid,
        "kind": "proportion",
        "direction": "lower",
        "dimension": "workflow",
        "cadence": "day",
        "pull_from": dates.day_of(now) - timedelta(days=points),
        "created_at": now,
        "next_pull_at": now,
        **fields,
    }
    made = []
    for place in range(count):
        binding = {**BINDING, "path": BINDING["path"].format(number=place)}
        made.append(
            Metric(name=f"{place}", source=known[place % sources], binding=binding, **given)
        )
    return Metric.objects.bulk_create(made, batch_size=1000)


def compare_numbers(found: Round, metrics: list[Metric], *, points: int) -> None:
    """Every number of every metric beside what its source says; each was written once and is told
    of once, be it in one pull or in parts."""
    from innovation.audit.models import Event
    from pilots.metrics.models import Observation, Revision

    kept: dict[int, dict[date, tuple[int, int]]] = {metric.pk: {} for metric in metrics}
    rows = Observation.objects.values_list("metric_id", "period", "numerator", "denominator")
    for pk, day, late, whole in rows.iterator(chunk_size=10_000):
        kept[pk][day] = (int(late or 0), int(whole or 0))
    for metric in metrics:
        first = metric.pull_from
        right = {
            day: number(int(metric.name), day)
            for day in (first + timedelta(days=place) for place in range(points))
        }
        mine = kept[metric.pk]
        found.lost += len(right.keys() - mine.keys())
        changed = sum(mine[day] != right[day] for day in right.keys() & mine.keys())
        found.check(not changed, f"metric {metric.name}: {changed} numbers were changed")
        found.check(not mine.keys() - right.keys(), f"metric {metric.name}: numbers nobody sent")
    found.doubled += Revision.objects.count()
    told: Counter[int] = Counter()
    for event in Event.objects.filter(type="source.numbers_kept"):
        for pk, _pull, count, *_hash in event.details["kept"]:
            told[pk] += count
    found.doubled += sum(max(count - points, 0) for count in told.values())


def differences(found: Round) -> None:
    """The whole log and every table that it tells of, as the nightly comparison lays them together."""
    from innovation.audit.agreement import ComparedSoFar
    from innovation.integrity.queries import CHAIN, comparisons
    from innovation.integrity.queries import differences as of

    for comparison in (CHAIN, *comparisons()):
        some = list(of(comparison, ComparedSoFar()))
        found.check(not some, f"{comparison.key}: {len(some)} differences, as {some[:1]}")


def moment() -> datetime:
    """By the database's clock."""
    from pilots.metrics import clock

    return clock.now()
