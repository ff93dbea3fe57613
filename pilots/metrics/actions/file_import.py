"""A whole file at once: its source, a metric for every organisation in it, and their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.rules import dates
from innovation.rules.refusal import Refused
from innovation.rules.transactions import atomic
from pilots.connectors import csv_upload
from pilots.metrics import collect
from pilots.metrics.actions.batch import run_batch
from pilots.metrics.actions.plan import create_each
from pilots.metrics.actions.requests import pull_all
from pilots.metrics.actions.sources import create_source, edit_source, upload_file
from pilots.metrics.models import Metric, Pull, Source


@dataclass(frozen=True)
class Imported:
    """What became of a file."""

    source: Source
    made: list[Metric]
    pulls: list[Pull]
    sample: collect.MappingPreview


@atomic
def import_file(
    *,
    by: User,
    at: datetime,
    unit: Unit,
    source_name: str,
    file_name: str,
    content: bytes | Path,
    mapping: Mapping[str, object],
    name: str,
    definition: str,
    kind: str,
    direction: str,
    dimension: str,
    cadence: str,
    pull_from: date,
    measure_unit: str = "",
    only: Iterable[str] = (),
    begun: Callable[[int], None] | None = None,
    progress: Callable[[Pull], None] | None = None,
) -> Imported:
    """Import a file that names its organisations in a column. All of it is committed together;
    the same file again changes nothing."""
    only = list(only)
    if not mapping.get("entity_column"):
        raise Refused(_("Say which column names the unit or organisation of a row."))
    source = Source.objects.filter(unit=unit, name=source_name).first()
    zone = "" if source is None else source.config.get("time_zone", "")
    sample = collect.sample(
        content,
        file=csv_upload.FILE,
        mapping={"time_zone": zone, **mapping},
        kind=kind,
        cadence=cadence,
        pull_from=pull_from,
        today=dates.day_of(at),
        wanted=only or None,
    )
    if sample.problem:
        raise Refused(sample.problem)
    entities = [entity for entity in (only or sample.entities) if entity]
    if not entities:
        said = _("No row of the file could be used. Look at the mapping and the filters.")
        first = sample.refused[0][1] if sample.refused else None
        if first is not None:
            said = _("%(said)s Line %(line)s, for example: %(reason)s") % {
                "said": said,
                "line": first.line,
                "reason": first.reason,
            }
        raise Refused(said)
    if source is None:
        source = create_source(
            by=by, at=at, unit=unit, name=source_name, kind=csv_upload.KIND.key, config=mapping
        )
    elif source.kind != csv_upload.KIND.key:
        raise Refused(
            _("%(unit)s has a source “%(name)s” of another kind. Choose another name.")
            % {"unit": unit.name, "name": source_name}
        )
    else:
        edit_source(
            source,
            by=by,
            at=at,
            name=source.name,
            steward=source.steward,
            config={**source.config, **mapping},
        )
    upload_file(source, name=file_name, content=content, by=by, at=at)
    made = create_each(
        source,
        by=by,
        at=at,
        unit=unit,
        entities=entities,
        name=name,
        definition=definition,
        kind=kind,
        direction=direction,
        dimension=dimension,
        cadence=cadence,
        measure_unit=measure_unit,
        pull_from=pull_from,
        binding=mapping,
    )
    metrics = list(Metric.objects.filter(source=source, name=name, entity__in=entities))
    pull_all(metrics, source=source, by=by, at=at)
    waiting = Pull.objects.under_way().filter(metric__in=metrics).values_list("pk", flat=True)
    if begun is not None:
        begun(len(waiting))
    pulls = run_batch(waiting, at=at, progress=progress)
    return Imported(source, made, pulls, sample)
