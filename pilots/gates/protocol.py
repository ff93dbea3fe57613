"""The protocol of a pilot: what was agreed when its resources were approved, frozen and hashed with
the decision, and what is not as it was agreed now, however it came to be so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from innovation.people.models import User
from pilots.evidence import numbers
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot, SiteGoLive
from pilots.metrics import siblings
from pilots.metrics.actions import versions
from pilots.metrics.changes import of_fields, or_dash
from pilots.metrics.models import Metric, Sibling
from pilots.metrics.permissions import JUDGED_BY

OF_THE_PILOT = ("hypothesis", "change", "starts_on", "least_weeks", "scale_at_target")
OF_A_METRIC = (
    "definition", "role", "kind", "measure_unit", "direction", "dimension", "cadence", "target",
    "limit", "margin", "baseline_from", "baseline_until", "steady_from", "steady_because", "design",
    "design_because", "settling_weeks", "pull_from", "binding",
)  # fmt: skip


@dataclass(frozen=True)
class ProtocolChange:
    """One thing that is not as it was agreed, in words."""

    of: str  # the metric's name, empty where it is the pilot's own
    what: str
    before: str
    after: str
    # A metric that was added and decides nothing: to be known, and no change of what was agreed.
    added: bool = False
    # Another edition of what judges: nobody's doing, and to be known.
    edition: bool = False


def protocol(pilot: Pilot) -> dict[str, object]:
    """All that a verdict rests on and that was agreed beforehand, as plain JSON."""
    return {
        "analysis": numbers.ANALYSIS,
        **{name: _plain(getattr(pilot, name)) for name in OF_THE_PILOT},
        "metrics": {str(metric.pk): _agreed(metric) for metric in pilot.metrics.all()},
        # Those that go live one by one, by their units.
        "sites": {
            str(one.unit_id): {"name": one.unit.name, "planned_on": _plain(one.planned_on)}
            for one in _sites(pilot)
        },
    }


def agreed_on(pilot: Pilot) -> Mapping[str, Any] | None:
    """The protocol of the last approval; None where there is none, or it is from before they were
    kept."""
    review = GateReview.objects.last_approval(pilot)
    return None if review is None else review.known.get("protocol")


def changes(
    pilot: Pilot,
    agreed: Mapping[str, Any],
    metrics: Iterable[Metric],
    *,
    seen_by: User | None = None,
) -> list[ProtocolChange]:
    """What is not as it was agreed, of the pilot and its metrics as they are in their tables: nothing
    goes past it. Sites that a metric is compared with are named as far as this person may read them."""
    metrics = list(metrics)
    prefetch_related_objects(metrics, siblings.WITH_SERIES)
    found = []
    for name in OF_THE_PILOT:
        now = _plain(getattr(pilot, name))
        # A protocol from before the rule was agreed says nothing of it.
        was = agreed.get(name, now)
        if was != now:
            label = str(Pilot._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            found.append(ProtocolChange("", label, or_dash(was), or_dash(now)))
    if agreed["analysis"] != numbers.ANALYSIS:
        found.append(
            ProtocolChange(
                "", _("how it is judged"), agreed["analysis"], numbers.ANALYSIS, edition=True
            )
        )
    found += _changes_of_sites(pilot, agreed)
    names = _names(agreed, metrics, seen_by=seen_by)
    there = {str(metric.pk): metric for metric in metrics}
    for pk, was in agreed["metrics"].items():
        metric = there.pop(pk, None)
        if metric is None:
            found.append(ProtocolChange(was["name"], _("the metric"), _("agreed"), _("gone")))
        else:
            found += _changes_of(metric, was)
            found += _changes_of_siblings(metric, was, names, seen_by=seen_by)
    for metric in there.values():
        found.append(
            ProtocolChange(
                metric.name,
                _("the metric"),
                _("not there"),
                _("added"),
                added=metric.role not in JUDGED_BY,
            )
        )
    return found


def _changes_of(metric: Metric, was: Mapping[str, Any]) -> list[ProtocolChange]:
    now = _agreed(metric)
    differ = {
        name: (was[name], now[name])
        for name in OF_A_METRIC
        if name in was and was[name] != now[name]
    }
    found = [
        ProtocolChange(metric.name, one.what, one.before, one.after)
        for one in of_fields(metric, differ)
    ]
    if was["source_id"] != now["source_id"]:
        found.append(ProtocolChange(metric.name, _("source"), was["source"], str(now["source"])))
    elif was["source_settings"] != now["source_settings"]:
        label = _("settings of the source")
        found.append(ProtocolChange(metric.name, label, _("as agreed"), _("others")))
    return found


def _changes_of_sites(pilot: Pilot, agreed: Mapping[str, Any]) -> list[ProtocolChange]:
    """Planned first days that were moved, and sites that came or went."""
    if "sites" not in agreed:  # from before they were kept
        return []
    label = _("planned first day of %(site)s")
    now = {str(one.unit_id): one for one in _sites(pilot)}
    found = []
    for unit, was in agreed["sites"].items():
        one = now.pop(unit, None)
        planned = _("gone") if one is None else or_dash(_plain(one.planned_on))
        if planned != or_dash(was["planned_on"]):
            what = label % {"site": was["name"]}
            found.append(ProtocolChange("", what, or_dash(was["planned_on"]), planned))
    for one in now.values():
        what = label % {"site": one.unit.name}
        found.append(ProtocolChange("", what, _("not there"), or_dash(_plain(one.planned_on))))
    return found


def _changes_of_siblings(
    metric: Metric, was: Mapping[str, Any], names: Mapping[int, str], *, seen_by: User | None
) -> list[ProtocolChange]:
    """What it is compared with or taken apart into: what came, what went, and what is not counted as it
    was any more. A label is said to a person who may read the series, not where several read."""
    if "siblings" not in was:
        return []
    now = {str(one.series_id): one for one in metric.siblings.all()}
    found = []
    for pk, agreed in was["siblings"].items():
        one, name = now.pop(pk, None), names[int(pk)]
        if one is None:
            found.append(ProtocolChange(metric.name, _("compared with"), name, _("taken away")))
            continue
        held = _agreed_sibling(one)
        if agreed["meaning"] != held["meaning"]:
            what = _("what is counted at %(site)s") % {"site": name}
            found.append(ProtocolChange(metric.name, what, _("as agreed"), _("something else")))
        elif agreed["source_settings"] != held["source_settings"]:
            what = _("settings of the source at %(site)s") % {"site": name}
            found.append(ProtocolChange(metric.name, what, _("as agreed"), _("others")))
        if (agreed["kind"], agreed["label"]) != (held["kind"], held["label"]):
            what = _("how %(site)s is called") % {"site": name}
            before, after = or_dash(agreed["label"]), or_dash(held["label"])
            if seen_by is None or name == siblings.hidden_site():
                before, after = _("as agreed"), _("otherwise")
            found.append(ProtocolChange(metric.name, what, before, after))
    for pk in now:
        found.append(
            ProtocolChange(metric.name, _("compared with"), _("not there"), names[int(pk)])
        )
    return found


def _names(
    agreed: Mapping[str, Any], metrics: Iterable[Metric], *, seen_by: User | None
) -> dict[int, str]:
    """How each series is called that was or is compared with."""
    before = {int(pk) for was in agreed["metrics"].values() for pk in was.get("siblings", ())}
    now = {one.series_id for metric in metrics for one in metric.siblings.all()}
    return siblings.names(before | now, seen_by=seen_by)


def _sites(pilot: Pilot) -> list[SiteGoLive]:
    prefetch_related_objects([pilot], siblings.WITH_DAYS)
    return sorted(pilot.site_go_lives.all(), key=lambda one: one.pk)


def _agreed_sibling(sibling: Sibling) -> dict[str, object]:
    series = sibling.series
    return {
        "kind": sibling.kind,
        "label": sibling.label,
        "name": series.name,
        "unit": series.unit.name,
        "definition": series.definition,
        "source": series.source.name,
        "version": series.version,
        "meaning": versions.fingerprint(series),
        "source_settings": _settings(series),
    }


def _agreed(metric: Metric) -> dict[str, object]:
    return {
        **{name: _plain(getattr(metric, name)) for name in OF_A_METRIC},
        "name": metric.name,
        "source": metric.source.name,
        "source_id": metric.source_id,
        "source_settings": _settings(metric),
        # What it is compared with or taken apart into.
        "siblings": {str(one.series_id): _agreed_sibling(one) for one in metric.siblings.all()},
    }


def _settings(metric: Metric) -> str:
    """By their hash: they hold addresses that not everybody who reads a decision may see."""
    settings = json.dumps(metric.source.config, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(settings.encode()).hexdigest()


def _plain(value: object) -> object:
    return str(value) if isinstance(value, date | Decimal) else value
