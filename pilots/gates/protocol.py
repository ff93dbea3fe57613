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

from django.utils.translation import gettext as _

from pilots.evidence import numbers
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from pilots.metrics.changes import of_fields, or_dash
from pilots.metrics.models import Metric
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


def protocol(pilot: Pilot) -> dict[str, object]:
    """All that a verdict rests on and that was agreed beforehand, as plain JSON."""
    return {
        "analysis": numbers.ANALYSIS,
        **{name: _plain(getattr(pilot, name)) for name in OF_THE_PILOT},
        "metrics": {str(metric.pk): _agreed(metric) for metric in pilot.metrics.all()},
    }


def agreed_on(pilot: Pilot) -> Mapping[str, Any] | None:
    """The protocol of the last approval; None where there is none, or it is from before they were
    kept."""
    review = GateReview.objects.last_approval(pilot)
    return None if review is None else review.known.get("protocol")


def changes(
    pilot: Pilot, agreed: Mapping[str, Any], metrics: Iterable[Metric]
) -> list[ProtocolChange]:
    """What is not as it was agreed, of the pilot and its metrics as they are in their tables: nothing
    goes past it."""
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
            ProtocolChange("", _("how it is judged"), agreed["analysis"], numbers.ANALYSIS)
        )
    there = {str(metric.pk): metric for metric in metrics}
    for pk, was in agreed["metrics"].items():
        metric = there.pop(pk, None)
        if metric is None:
            found.append(ProtocolChange(was["name"], _("the metric"), _("agreed"), _("gone")))
        else:
            found += _changes_of(metric, was)
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


def _agreed(metric: Metric) -> dict[str, object]:
    settings = json.dumps(metric.source.config, sort_keys=True, ensure_ascii=False)
    return {
        **{name: _plain(getattr(metric, name)) for name in OF_A_METRIC},
        "name": metric.name,
        "source": metric.source.name,
        "source_id": metric.source_id,
        # By their hash: they hold addresses that not everybody who reads a decision may see.
        "source_settings": hashlib.sha256(settings.encode()).hexdigest(),
    }


def _plain(value: object) -> object:
    return str(value) if isinstance(value, date | Decimal) else value
