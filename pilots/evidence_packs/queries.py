"""The packs of a pilot, and which sites they may name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pilots.evidence.queries import Reading
from pilots.evidence_packs.models import EvidencePack
from pilots.lifecycle.models import Pilot, SiteGoLive
from pilots.metrics.models import Metric

# More are in the API.
SHOWN = 20
# By metric, and by the number of the site in its panel.
SiteNames = Mapping[int, Mapping[int, str]]
# By what a protocol says which site the same number is of.
WHOSE = ("label", "name", "unit", "definition", "source")


def packs_of(pilot: Pilot) -> list[EvidencePack]:
    """The newest first, without their bytes."""
    packs = list(EvidencePack.objects.filter(pilot=pilot).for_list()[:SHOWN])
    for pack in packs:
        pack.pilot = pilot
    return packs


def own_sites(readings: Iterable[Reading]) -> SiteNames:
    """The names of those sites of each panel that are the pilot's own: who reads a pack may see the
    pilot, and need not know of whom the other numbers are."""
    metrics = {one.metric.pk: one for one in readings if one.numbers.question.sites}
    if not metrics:
        return {}
    series = {site.metric for one in metrics.values() for site in one.numbers.question.sites}
    units = dict(Metric.objects.filter(pk__in=series).values_list("pk", "unit"))
    pilots = {one.metric.pilot_id for one in metrics.values()}
    days = SiteGoLive.objects.filter(pilot__in=pilots).values_list("pilot", "unit", "unit__name")
    named: dict[tuple[int | None, int | None], str] = {
        (pilot, unit): name for pilot, unit, name in days
    }
    found: dict[int, dict[int, str]] = {}
    for pk, one in metrics.items():
        own = {} if one.metric.unit is None else {0: one.metric.unit.name}
        for number, site in enumerate(one.numbers.question.sites, start=1):
            if name := named.get((one.metric.pilot_id, units[site.metric])):
                own[number] = name
        found[pk] = own
    return found


def without_other_sites(pilot: Pilot, agreed: Mapping[str, Any]) -> dict[str, Any]:
    """What was agreed, without whose the numbers are that it is compared with, but for the pilot's own."""
    compared = {int(pk) for one in agreed["metrics"].values() for pk in one.get("siblings", ())}
    own = {pilot.unit_id, *SiteGoLive.objects.filter(pilot=pilot).values_list("unit", flat=True)}
    known = set(Metric.objects.filter(pk__in=compared, unit__in=own).values_list("pk", flat=True))

    def shown(metric: Mapping[str, Any]) -> dict[str, Any]:
        if "siblings" not in metric:
            return dict(metric)
        siblings = {
            pk: held if int(pk) in known else {**held, **dict.fromkeys(WHOSE, "")}
            for pk, held in metric["siblings"].items()
        }
        return {**metric, "siblings": siblings}

    return {**agreed, "metrics": {pk: shown(one) for pk, one in agreed["metrics"].items()}}
