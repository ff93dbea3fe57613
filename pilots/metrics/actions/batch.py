"""A batch of pulls: a file is read once, and hundreds of series are one COPY."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import F

from innovation.rules import dates
from innovation.rules.transactions import atomic
from pilots.connectors.errors import SourceError
from pilots.connectors.measurement import Cadence, Window
from pilots.metrics import clock, collect, schedule, stored_files
from pilots.metrics.actions import outcomes, queue
from pilots.metrics.actions.pull import SHARE, held, periods_gone, run_taken
from pilots.metrics.models import GOOD, Metric, Pull, PullStatus, Source
from pilots.metrics.queries import latest_file

# So many series are committed together.
KEPT_TOGETHER = 500
# So many pulls are looked at at a time.
LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class _Waiting:
    """As much of a pull as is needed until it is its turn: there may be thousands."""

    pull_id: int
    metric_id: int
    version: int
    entity: str


def run_batch(
    pull_ids: Iterable[int],
    *,
    at: datetime,
    progress: Callable[[Pull], None] | None = None,
) -> list[Pull]:
    """Run waiting pulls of uploaded files, reading a file once for all metrics that differ in
    nothing but the organisation. Hundreds are committed together, by one COPY."""
    done: list[Pull] = []

    def ended(pull: Pull) -> None:
        done.append(pull)
        if progress is not None:
            progress(pull)

    taken = queue.take_these(pull_ids, statuses=[PullStatus.WAITING])
    run_together(taken, at=at, ended=ended)
    return done


def run_together(
    taken: list[queue.Taken], *, at: datetime, ended: Callable[[Pull], None] = lambda _pull: None
) -> None:
    """The same for pulls that this worker has taken. Each that has ended is handed over and not kept."""
    if not taken:
        return
    mine = {one.pull_id: one for one in taken}
    with queue.renewing(taken):
        for group in _groups(sorted(mine)):
            _run_group(group, mine, at=at, ended=ended)


def _groups(pull_ids: list[int]) -> list[list[_Waiting]]:
    groups: dict[str, list[_Waiting]] = {}
    for begin in range(0, len(pull_ids), LOOKED_AT):
        pulls = Pull.objects.filter(pk__in=pull_ids[begin : begin + LOOKED_AT])
        for pull in pulls.select_related("metric__source").defer("notes"):
            metric = pull.metric
            entity = str(metric.binding.get("entity_value") or "")
            alike = metric.source.connector.uploaded and entity
            rest = {**metric.binding, "entity_value": ""}
            asked = f"{metric.kind} {metric.cadence} {metric.pull_from}"
            key = f"{metric.source_id} {asked} {sorted(rest.items())}"
            groups.setdefault(key if alike else f"alone {pull.pk}", []).append(
                _Waiting(pull.pk, metric.pk, metric.version, entity)
            )
    return [sorted(group, key=lambda one: one.metric_id) for group in groups.values()]


def _run_group(
    group: list[_Waiting],
    mine: dict[int, queue.Taken],
    *,
    at: datetime,
    ended: Callable[[Pull], None],
) -> None:
    first = Metric.objects.select_related("source").get(pk=group[0].metric_id)
    file = latest_file(first.source_id)
    whole_file = first.source.connector.file
    is_another = first.version != group[0].version  # and how the others are read is not known
    if len(group) == 1 or file is None or whole_file is None or not group[0].entity or is_another:
        return _one_by_one(group, mine, at=at, ended=ended)
    today = clock.day_of(at)
    start, end = schedule.window(
        Cadence(first.cadence), pull_from=first.pull_from, today=today, known=(), whole=True
    )
    if start >= end:
        return _one_by_one(group, mine, at=at, ended=ended)
    basis = collect.Basis.of(first, first.source)
    window = Window(start, end, today, dates.zone_of(""))
    copy = stored_files.FileCopy(file)
    try:
        collected = collect.collect_batch(
            first,
            list(dict.fromkeys(one.entity for one in group)),
            window,
            file=whole_file,
            content=copy.content,
            origin=collect.origin(first.source, file),
        )
    except SourceError:
        # Each tells its own story then.
        return _one_by_one(group, mine, at=at, ended=ended)
    for begin in range(0, len(group), KEPT_TOGETHER):
        some = group[begin : begin + KEPT_TOGETHER]
        for pull in _keep_batch(some, mine, collected, first, basis, window, at=at):
            ended(pull)
    return None


def _one_by_one(
    group: list[_Waiting],
    mine: dict[int, queue.Taken],
    *,
    at: datetime,
    ended: Callable[[Pull], None],
) -> None:
    for one in group:
        pull = run_taken(mine[one.pull_id], at=at)
        if pull is not None:
            ended(pull)


@atomic
def _keep_batch(
    group: list[_Waiting],
    mine: dict[int, queue.Taken],
    collected: collect.CollectedEach,
    first: Metric,
    basis: collect.Basis,
    window: Window,
    *,
    at: datetime,
) -> list[Pull]:
    metrics = {
        metric.pk: metric
        for metric in Metric.objects.select_for_update(no_key=True, of=("self",))
        .select_related("pilot")
        .filter(pk__in=[one.metric_id for one in group])
        .order_by("pk")
    }
    pulls = (
        Pull.objects.select_for_update()
        .filter(pk__in=[one.pull_id for one in group], status=PullStatus.WAITING)
        .order_by("metric_id")
    )
    # Read once the metrics are held: whoever changes their source holds them meanwhile.
    source = Source.objects.get(pk=first.source_id)
    for metric in metrics.values():
        metric.source = source
    now = collect.Basis.of(first, source)
    is_another = replace(now, version=basis.version, asked=basis.asked) != basis
    usual = _usual(metrics)
    good, ended = [], []
    versions = {one.metric_id: one.version for one in group}
    changed: list[int] = []
    for pull in pulls:
        if not held(pull, mine[pull.pk]):
            continue  # another worker has taken it
        metric = metrics[pull.metric_id]
        pull.metric = metric
        if (
            is_another
            or metric.version != versions[metric.pk]
            or metric.pull_from != first.pull_from
        ):
            changed.append(pull.pk)  # meanwhile: it goes on waiting
            continue
        queue.release(pull)
        pull.started_at, pull.attempts = at, 1
        pull.window_start, pull.window_end = window.start, window.end
        arrived = collected.of(metric.binding["entity_value"])
        if arrived.rejected and not arrived.measurements:
            outcomes.list_refused(pull, arrived)
            ended.append(
                outcomes.fail(
                    metric, pull, outcomes.nothing_usable(arrived), at=at, collected=arrived
                )
            )
        else:
            if len(arrived.measurements) < usual.get(metric.pk, 0) * SHARE and (
                gone := periods_gone(metric, pull, arrived)
            ):
                arrived = replace(arrived, notes=[*arrived.notes, outcomes.fewer(gone)])
            good.append((metric, pull, arrived))
    if good:
        outcomes.keep(good, at=at)
    Pull.objects.filter(pk__in=changed).update(leased_by="", leased_until=None)
    return [pull for _m, pull, _c in good] + ended


def _usual(metrics: Iterable[int]) -> dict[int, int]:
    """How many numbers the last good pull of each metric brought."""
    came = F("added") + F("revised") + F("unchanged")
    last = Pull.objects.filter(metric__in=metrics, status__in=GOOD)
    last = last.order_by("metric_id", "-id").distinct("metric_id")
    return dict(last.annotate(came=came).values_list("metric_id", "came"))
