"""What another setting of a source means for the plans that were locked on it.

A source is shared: whoever changes what it is asked for changes each metric that is measured from it
and does not say that setting itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from django.utils.translation import gettext as _

from innovation.people.models import User
from pilots.connectors import hidden
from pilots.connectors.fields import MARK, Field
from pilots.connectors.kind import SourceKind
from pilots.lifecycle.models import Pilot
from pilots.metrics.actions import versions
from pilots.metrics.changes import or_dash
from pilots.metrics.models import Metric, Source
from pilots.metrics.permissions import is_plan_locked


@dataclass(frozen=True)
class SourceSettings:
    """The settings of a source as they are kept, and what stands behind their marks."""

    config: Mapping[str, object]
    behind: Mapping[str, str]

    def of(self, metric: Metric) -> dict[str, object]:
        """As they hold for a metric, whose own come first."""
        return {**self.config, **metric.binding}


def hold_plans(source: Source) -> None:
    """Lock the pilots that measure from it, or one could be proposed meanwhile. Pilots first, then
    the source."""
    ids = Metric.objects.filter(source=source, pilot__isnull=False).values("pilot")
    list(Pilot._base_manager.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def amended_by(
    source: Source, before: SourceSettings, after: SourceSettings, *, hold: bool = False
) -> list[Metric]:
    """The metrics of locked plans, held if asked, for which a setting is not as it was. A new password
    or key is none."""
    fields = [field for field in source.connector.fields if not field.secret]
    otherwise = _otherwise_behind(before, after)
    return [
        metric
        for metric in _locked_plans(source, hold=hold)
        if otherwise
        or any(
            field.cleaned(before.of(metric).get(field.name))
            != field.cleaned(after.of(metric).get(field.name))
            for field in fields
        )
    ]


def amend(
    metrics: Iterable[Metric],
    before: SourceSettings,
    after: SourceSettings,
    *,
    reason: str,
    by: User,
    at: datetime,
) -> None:
    """A version for each of these, which means something else where something else is asked."""
    for metric in metrics:
        kind = metric.source.connector
        otherwise = kind.asked(before.of(metric)) != kind.asked(after.of(metric))
        metric.asked_otherwise += otherwise or _otherwise_behind(before, after)
        metric.version += 1
        metric.data_version += 1
        metric.asked_until = None
        metric.save(update_fields=["asked_otherwise", "version", "data_version", "asked_until"])
        said = in_words(kind, before, after)
        versions.keep_version(metric, by=by, at=at, reason=reason, source_changes=said)
        versions.tell_of_an_amendment(metric, reason=reason, by=by, at=at)


def in_words(
    kind: SourceKind, before: SourceSettings, after: SourceSettings
) -> dict[str, list[str]]:
    """Each setting that differs with both its values, as they are shown: no secret among them."""
    found = {}
    for field in kind.fields:
        was, now = (_shown(field, one.config.get(field.name)) for one in (before, after))
        if was != now and not field.secret:
            found[field.label] = [was, now]
    for place in sorted({*before.behind, *after.behind}):
        kept = [one.behind.get(place) for one in (before, after)]
        if all(kept) and kept[0] != kept[1]:
            found[hidden.name_of(place)] = [MARK, _("another value")]
    return found


def _locked_plans(source: Source, *, hold: bool) -> list[Metric]:
    metrics = Metric.objects.filter(source=source, pilot__isnull=False).order_by("pk")
    metrics = metrics.select_related("pilot__unit", "pilot__lead")
    if hold:
        metrics = metrics.select_for_update(no_key=True, of=("self",))
    found = [metric for metric in metrics if is_plan_locked(metric)]
    for metric in found:
        metric.source = source
    return found


def _otherwise_behind(before: SourceSettings, after: SourceSettings) -> bool:
    return hidden.not_keys(before.behind) != hidden.not_keys(after.behind)


def _shown(field: Field, value: object) -> str:
    if field.type == "headers" and isinstance(value, Mapping):
        return or_dash(", ".join(f"{name}: {text}" for name, text in value.items()))
    if field.type == "columns" and isinstance(value, list):
        return or_dash(" + ".join(value))
    if field.type == "url":
        parts = urlsplit(str(value or ""))
        return or_dash(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
    return or_dash(dict(field.choices).get(str(value), value))
