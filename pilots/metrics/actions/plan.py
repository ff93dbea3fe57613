"""What is measured: metrics, their meaning in versions, and what they must show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import Unit, User
from innovation.rules import reasons
from innovation.rules.refusal import Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow.actions import defer, lock
from pilots.connectors import csv_table, hidden, kinds
from pilots.lifecycle.models import Pilot
from pilots.metrics import inside, library
from pilots.metrics.actions import amendments, versions
from pilots.metrics.actions.outcomes import WORK_OUT, compared_with
from pilots.metrics.actions.requests import pull_all, pull_anew
from pilots.metrics.actions.sources import edit_source
from pilots.metrics.models import (
    BulkBinding,
    Metric,
    MetricKind,
    MetricRole,
    MetricVersion,
    Observation,
    Source,
)
from pilots.metrics.permissions import (
    PLANNED,
    check_can_edit_metric,
    check_can_plan,
    check_can_use_source,
    is_plan_approved,
    is_plan_locked,
    waits_for_approval,
)
from pilots.metrics.siblings import check_stays_alike

LONGEST_ENTITY = 60
FIELDS = ("name", *versions.TAKES_REASON)


@atomic
def create_metric(
    *,
    by: User,
    at: datetime,
    source: Source,
    name: str,
    definition: str,
    kind: str,
    direction: str,
    dimension: str,
    pull_from: date,
    pilot: Pilot | None = None,
    unit: Unit | None = None,
    role: str = MetricRole.SECONDARY,
    binding: Mapping[str, object] | None = None,
    measure: str = "",
    **fields: Any,
) -> Metric:
    """Add a metric to a pilot's plan, or to a unit, bind it to a source, and pull it. `measure`: the
    key of the ready definition that it was planned with."""
    if pilot is not None:
        lock(pilot)
        unit = pilot.unit
    if unit is None:
        raise Refused(_("Say which unit the metric is about."))
    check_can_plan(by, pilot=pilot, unit=unit, role=role)
    check_can_use_source(by, source, unit=unit)
    _check_measure(measure, kind)
    metric = Metric(
        pilot=pilot,
        unit=unit,
        source=source,
        name=visible(name),
        definition=visible(definition),
        kind=kind,
        direction=direction,
        dimension=dimension,
        role=role,
        pull_from=pull_from,
        binding=_bound(source, binding or {}, kind, pilot),
        measure=measure,
        created_at=at,
        **fields,
    )
    versions.save(metric, at=at)
    versions.keep_version(metric, by=by, at=at)
    pull_anew(metric, by=by, at=at)
    audit.record(
        "metric.created", metric, by=by, at=at, also=[pilot] if pilot else [], source=source.name
    )
    _work_out(metric)
    return metric


@atomic
def edit_metric(
    metric: Metric, *, by: User, at: datetime, reason: str = "", **fields: Any
) -> Metric:
    """Change a metric. Another definition, source or binding is a new version, and is pulled
    from the start; the former numbers stay, and say which version they are of. Once the pilot was
    proposed it takes a reason, which stands beside each verdict, and is told to who answers for it.
    Once its resources were approved, what touches the primary metric or a guardrail waits for
    somebody outside the team; only the name changes at once."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"A metric has no {', '.join(sorted(unknown))} to edit.")
    if metric.pilot is not None:
        lock(metric.pilot)  # or it could be proposed meanwhile
    lock(metric)
    check_can_edit_metric(by, metric)
    if "source" in fields and fields["source"].pk != metric.source_id:
        check_can_use_source(by, fields["source"], unit=metric.unit)
    fields = _as_kept(metric, fields)
    changed = _changed(metric, fields)
    if not changed:
        return metric
    check_stays_alike(metric, changed)
    _check_kind_stays(metric, changed)
    locked = is_plan_locked(metric)
    if locked and set(changed) & set(PLANNED) and not is_plan_approved(metric):
        raise Refused(
            _(
                "What this metric must show was locked when the pilot was proposed. Its name, its"
                " source and its mapping may change; the rest opens again on a return or a pivot."
            )
        )
    fields = {name: fields[name] for name in changed}
    if waits_for_approval(metric, fields):
        waiting = {name: fields.pop(name) for name in changed if name in versions.TAKES_REASON}
        amendments.propose(metric, waiting, reason=reason, by=by, at=at)
        if not fields:
            return metric
    amended = versions.amends(metric, fields)
    reason = reasons.required(reason) if amended else ""
    told = versions.change(metric, fields, by=by, at=at, reason=reason)
    also = [metric.pilot] if metric.pilot else []
    if amended:
        audit.record("metric.amended", metric, by=by, at=at, also=also, reason=reason, **told)
    else:
        audit.record("metric.edited", metric, by=by, at=at, also=also, **told)
    _work_out(metric)
    return metric


def _check_kind_stays(metric: Metric, changed: Collection[str]) -> None:
    """Numbers are kept in the shape of their kind, a rate's in what it is told per."""
    fixed = {"kind", "measure_unit"} if metric.kind == MetricKind.RATE else {"kind"}
    if fixed & set(changed) and Observation.objects.filter(metric=metric).exists():
        raise Refused(
            _(
                "Its numbers are kept as “%(kind)s”, so what it is stays. Plan another metric for another"
                " kind of number."
            )
            % {"kind": MetricKind(metric.kind).label}
        )


def _check_measure(key: str, kind: str) -> None:
    if not key:
        return
    measure = library.measure_of(key)
    if measure is None:
        raise Refused(_("There is no such ready definition. Choose one of the list, or none."))
    if measure.kind != kind:
        raise Refused(
            _(
                "“%(name)s” is planned as “%(kind)s”. Choose that, or plan the metric without the ready definition."
            )
            % {"name": measure.name, "kind": measure.kind.label}
        )


def _work_out(metric: Metric) -> None:
    """All metrics of its pilot: they share one error, by their roles. And those that are compared
    with it."""
    if metric.pilot_id is not None:
        defer(WORK_OUT, pilot_id=metric.pilot_id)
    if others := compared_with([metric.pk]):
        defer(WORK_OUT, metric_ids=others)


def takes_reason(metric: Metric, **fields: Any) -> bool:
    """Whether these would change what a metric of a locked plan counts or takes for granted."""
    return versions.amends(metric, _changed(metric, _as_kept(metric, fields)))


def _as_kept(metric: Metric, fields: dict[str, Any]) -> dict[str, Any]:
    if not {"source", "binding", "kind"} & fields.keys():
        return fields
    of = {name: fields.get(name, getattr(metric, name)) for name in ("source", "binding", "kind")}
    return {**fields, "binding": _bound(**of, pilot=metric.pilot)}


def _changed(metric: Metric, fields: Mapping[str, object]) -> list[str]:
    # A setting that came with a newer release is not yet in what was kept, and nobody chose otherwise.
    kept = {"binding": metric.source.connector.clean(metric.binding, scope="metric")}
    return [
        name for name, value in fields.items() if kept.get(name, getattr(metric, name)) != value
    ]


@atomic
def create_each(
    source: Source,
    *,
    by: User,
    at: datetime,
    unit: Unit,
    entities: Iterable[str],
    name: str,
    definition: str,
    kind: str,
    direction: str,
    dimension: str,
    cadence: str,
    pull_from: date,
    binding: Mapping[str, object],
    measure_unit: str = "",
    target: Decimal | None = None,
) -> list[Metric]:
    """One metric for each of these organisations of a file; those that exist are left alone.

    An organisation whose code a unit below `unit` carries is measured in that unit. The pulls of
    the new ones wait; the caller's commit sends them to the workers.
    """
    check_can_plan(by, unit=unit)
    check_can_use_source(by, source, unit=unit)
    lock(source)
    wanted = list(dict.fromkeys(entity.strip() for entity in entities if entity.strip()))
    there = set(
        Metric.objects.filter(source=source, name=name, entity__in=wanted).values_list(
            "entity", flat=True
        )
    )
    fresh = [entity for entity in wanted if entity not in there]
    if long := next((entity for entity in fresh if len(entity) > LONGEST_ENTITY), ""):
        raise Refused(
            _("“%(name)s” is longer than %(most)s characters. Choose a column with shorter names.")
            % {"name": long, "most": LONGEST_ENTITY}
        )
    joiner = csv_table.JOINER if binding.get("entity_also") else None
    codes = {entity: entity.partition(joiner)[0] if joiner else entity for entity in fresh}
    below = unit.descendants(include_self=True).filter(code__in=set(codes.values()))
    units = {one.code: one for one in below}
    _bound(source, {**binding, "entity_value": wanted[0] if wanted else ""}, kind)
    metrics = [
        Metric(
            unit=units.get(codes[entity], unit),
            source=source,
            name=visible(name),
            definition=visible(definition),
            kind=kind,
            direction=direction,
            dimension=dimension,
            cadence=cadence,
            measure_unit=measure_unit,
            target=target,
            pull_from=pull_from,
            binding=_bound(source, {**binding, "entity_value": entity}, kind),
            entity=entity,
            created_at=at,
        )
        for entity in fresh
    ]
    if not metrics:
        return []
    versions.check(metrics[0])
    together = BulkBinding.objects.create(
        source=source, name=visible(name), count=len(metrics), made_at=at, made_by=by
    )
    for metric in metrics:
        metric.bound_in = together
    Metric.objects.bulk_create(metrics, batch_size=1000)
    MetricVersion.objects.bulk_create(
        [versions.version_of(metric, by=by, at=at) for metric in metrics], batch_size=1000
    )
    pull_all(metrics, source=source, by=by, at=at)
    audit.record("source.metrics_created", source, by=by, at=at, metric=name, count=len(metrics))
    return metrics


@atomic
def create_from_file(
    source: Source,
    *,
    by: User,
    at: datetime,
    unit: Unit,
    mapping: Mapping[str, object],
    entities: Iterable[str],
    reason: str = "",
    **facts: Any,
) -> list[Metric]:
    """Keep a file's mapping with its source and make its metrics: one for each organisation, or a
    single one where the file is about one thing."""
    edit_source(
        source,
        by=by,
        at=at,
        name=source.name,
        steward=source.steward,
        config={**source.config, **mapping},
        reason=reason,
    )
    if mapping.get("entity_column"):
        return create_each(
            source, by=by, at=at, unit=unit, entities=entities, binding=mapping, **facts
        )
    return [create_metric(by=by, at=at, source=source, unit=unit, binding=mapping, **facts)]


def _bound(
    source: Source, binding: Mapping[str, object], kind: str, pilot: Pilot | None = None
) -> dict[str, object]:
    """The binding as it is kept: only what differs from what the source says for all."""
    known = kinds.of_source(source.kind)
    merged = {**source.config, **binding}
    if name := hidden.key_in(str(merged.get("path") or "")):
        raise Refused(
            _(
                "“%(name)s” in the path looks like a key, and everybody who sees the metric reads"
                " the path. Put it into the source's address or a further header, where it is kept"
                " encrypted."
            )
            % {"name": name}
        )
    problems = known.problems(merged, measure=kind)
    if problems:
        raise Refused(" ".join(dict.fromkeys(problems.values())))
    if said := inside.problem(source.kind, pilot, merged):
        raise Refused(said)
    return known.clean(merged, scope="metric")
