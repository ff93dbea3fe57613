"""What the load needs to be there: people with tokens, pilots with a charter, metrics with a source.

DATABASE_URL=… python -m bench.hosts.world PORT_OF_THE_HOSPITAL PILOTS METRICS     prints JSON
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta

from bench.hosts.network import HERE

WEEK = date(2026, 11, 9)


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    port, pilots, metrics = map(int, sys.argv[1:])
    sys.stdout.write(json.dumps(make(port, pilots, metrics, timezone.now().date())))


def make(port: int, pilots: int, metrics: int, today: date) -> dict[str, object]:
    from django.utils import timezone

    from innovation.people import actions as people
    from innovation.web.scopes import Scope
    from pilots.metrics.models import Metric
    from tests.factories import pilots as factory
    from tests.factories.cast import make_cast

    at, cast = timezone.now(), make_cast()
    tokens = {}
    for name in ("ana", "jonas", "amara"):
        user = getattr(cast, name)
        _row, tokens[name] = people.create_token(
            by=user, at=at, name="hosts", days=2, scopes=list(Scope)
        )
    fund = factory.make_fund(cast, "900000000")
    shaped = []
    for number in range(pilots):
        pilot = factory.open_pilot(cast, title=f"Ambient notes, ward {number}")
        factory.shape(cast, pilot, fund)
        factory.serve(cast, pilot)
        shaped.append(pilot.pk)
    source = factory.make_source(
        cast, kind="rest_json", config={"base_url": f"http://{HERE}:{port}/healthy"}
    )
    pilot = factory.open_pilot(cast, title="Late notes")
    pulled = [
        factory.make_metric(
            cast,
            pilot,
            name=f"Late notes {number}",
            kind="proportion",
            measure_unit="",
            target=None,
            source=source,
            binding={
                "rows": "rows",
                "period": "week",
                "numerator": "late",
                "denominator": "all",
                "path": "late?from={start}",
            },
            pull_from=WEEK,
            baseline_from=None,
            baseline_until=None,
            role="secondary",
            next_pull_at=at + timedelta(days=30),
            data_version=1,
        ).pk
        for number in range(metrics)
    ]
    assert Metric.objects.filter(pk__in=pulled).count() == metrics
    return {
        "tokens": tokens,
        "unit": cast.four_west.pk,
        "pilots": shaped,
        "metrics": pulled,
    }


if __name__ == "__main__":
    main()
