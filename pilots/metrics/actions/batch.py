"""A batch of pulls: a file is read once, and hundreds of series are one COPY."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from django.db.models import F

from innovation.rules import dates
from innovation.rules.transactions import atomic
from pilots.connectors.errors import SourceError
from pilots.connectors.measurement import Cadence, Window
from pilots.metrics import clock, collect, schedule
from pilots.metrics.actions import outcomes, queue
from pilots.metrics.actions.pull import SHARE, held, periods_gone, run_taken
from pilots.metrics.models import GOOD, Metric, Pull, PullStatus, Source

# So many series are committed together.
KEPT_TOGETHER = 500


def run_batch(
    pull_ids: Iterable[int],
    *,
    at: datetime,
    progress: Callable[[Pull], None] | None = None,
) -> list[Pull]:
    """Run waiting pulls of uploaded files, reading a file once for all metrics that differ in
    nothing but the organisation. Hundreds are committed together, by one COPY."""
    taken = queue.take_these(pull_ids, statuses=[PullStatus.WAITING])
    return run_together(taken, at=at, progress=progress)


def run_together(
    taken: list[queue.Taken], *, at: datetime, progress: Callable[[Pull], None] | None = None
) -> list[Pull]:
    """The same for pulls that this worker has taken."""
    if not taken:
        return []
    mine = {one.pull_id: one for one in taken}
    pulls = list(Pull.objects.filter(pk__in=mine).select_related("metric").order_by("metric_id"))
    # One object of each source, not of each metric: thousands of them come from one file.
    sources = Source.objects.in_bulk({pull.metric.source_id for pull in pulls})
    for pull in pulls:
        pull.metric.source = sources[pull.metric.source_id]
    done: list[Pull] = []
    with queue.renewing(taken):
        for group in _groups(pulls):
            done += _run_group(group, mine, at=at, progress=progress)
    return done


def _groups(pulls: list[Pull]) -> list[list[Pull]]:
    groups: dict[str, list[Pull]] = {}
    for pull in pulls:
        metric = pull.metric
        alike = metric.source.connector.uploaded and metric.binding.get("entity_value")
        rest = {**metric.binding, "entity_value": ""}
        asked = f"{metric.kind} {metric.cadence} {metric.pull_from}"
        key = f"{metric.source_id} {asked} {sorted(rest.items())}"
        groups.setdefault(key if alike else f"alone {pull.pk}", []).append(pull)
    return list(groups.values())


def _run_group(
    group: list[Pull],
    mine: dict[int, queue.Taken],
    *,
    at: datetime,
    progress: Callable[[Pull], None] | None,
) -> list[Pull]:
    first = group[0].metric
    file = first.source.files.order_by("-id").first()
    whole_file = first.source.connector.file
    if (
        len(group) == 1
        or file is None
        or whole_file is None
        or not first.binding.get("entity_value")
    ):
        return _one_by_one(group, mine, at=at)
    today = clock.day_of(at)
    start, end = schedule.window(
        Cadence(first.cadence), pull_from=first.pull_from, today=today, known=(), whole=True
    )
    if start >= end:
        return _one_by_one(group, mine, at=at)
    basis = collect.Basis.of(first, first.source)
    content, file.content = bytes(file.content), b""  # which is large: once is enough
    window = Window(start, end, today, dates.zone_of(""))
    try:
        collected = collect.collect_batch(
            [pull.metric for pull in group],
            window,
            file=whole_file,
            content=content,
            origin=collect.origin(first.source, file),
        )
    except SourceError:
        # Each tells its own story then.
        return _one_by_one(group, mine, at=at)
    done: list[Pull] = []
    for begin in range(0, len(group), KEPT_TOGETHER):
        some = group[begin : begin + KEPT_TOGETHER]
        kept = _keep_batch(some, mine, collected, basis, window, at=at)
        if progress is not None:
            for pull in kept:
                progress(pull)
        done += kept
    return done


def _one_by_one(group: list[Pull], mine: dict[int, queue.Taken], *, at: datetime) -> list[Pull]:
    found = (run_taken(mine[one.pk], at=at) for one in group)
    return [pull for pull in found if pull is not None]


@atomic
def _keep_batch(
    group: list[Pull],
    mine: dict[int, queue.Taken],
    collected: dict[str, collect.Collected],
    basis: collect.Basis,
    window: Window,
    *,
    at: datetime,
) -> list[Pull]:
    metrics = {
        metric.pk: metric
        for metric in Metric.objects.select_for_update(no_key=True, of=("self",))
        .select_related("pilot")
        .filter(pk__in=[pull.metric_id for pull in group])
        .order_by("pk")
    }
    pulls = (
        Pull.objects.select_for_update()
        .filter(pk__in=[pull.pk for pull in group], status=PullStatus.WAITING)
        .order_by("metric_id")
    )
    # Read once the metrics are held: whoever changes their source holds them meanwhile.
    first = group[0].metric
    source = Source.objects.get(pk=first.source_id)
    for metric in metrics.values():
        metric.source = source
    now = collect.Basis.of(first, source)
    is_another = replace(now, version=basis.version, asked=basis.asked) != basis
    usual = _usual(metrics)
    good, ended = [], []
    versions = {pull.metric_id: pull.metric.version for pull in group}
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
        arrived = collected[metric.binding["entity_value"]]
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
