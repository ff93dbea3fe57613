"""How a pull ends: its numbers kept with an account of every row, or a sentence why there are none.

Everything an end writes is written in the caller's transaction, under the locks of the metric and
the pull.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.people.room import PeoplePermission
from innovation.workflow import actions as workflow
from pilots.connectors.errors import SourceError, Who
from pilots.lifecycle.queries import concerned
from pilots.lifecycle.states import OUT_OF_USE
from pilots.metrics import collect, corrections, ingest, schedule
from pilots.metrics.actions import strata
from pilots.metrics.figures import per_of
from pilots.metrics.models import (
    GOOD,
    UNDER_WAY,
    Metric,
    MetricKind,
    Pull,
    PullStatus,
    QuarantinedRow,
    Sibling,
    SiblingKind,
    Source,
    SourcePace,
)
from pilots.metrics.room import MetricsPermission

logger = logging.getLogger(__name__)
Row = TypeVar("Row", bound=Model)

# So many refused rows are listed; all of them are counted.
LISTED = 500
BATCH = 1000
# The advisory lock under which a source's failures are told, so that one of them is.
ON_A_FAILURE = 7702

PULLS = audit.System("pulls")
WORK_OUT = "pilots.evidence.tasks.refresh"
FORESEE = "pilots.planning.tasks.renew"


def keep(arrivals: list[tuple[Metric, Pull, collect.Collected]], *, at: datetime) -> None:
    """Write the good rows of these pulls in one go, list the refused ones, and close the pulls."""
    deliveries = [
        ingest.Delivery(
            metric_id=metric.pk,
            version=metric.version,
            pull_id=pull.pk,
            proportion=metric.kind == MetricKind.PROPORTION,
            measurements=collected.measurements,
            per=per_of(metric) if metric.is_rate else None,
        )
        for metric, pull, collected in arrivals
    ]
    counts = ingest.store(deliveries, at=at)
    refused: list[QuarantinedRow] = []
    of_pilots: list[int] = []
    of_plans: list[int] = []
    changed: list[int] = []
    for metric, pull, collected in arrivals:
        written = counts[metric.pk]
        pull.received, pull.quarantined = collected.received, len(collected.rejected)
        pull.added, pull.revised, pull.unchanged = (
            written.added,
            written.revised,
            written.unchanged,
        )
        pull.status = PullStatus.PARTLY if collected.rejected else PullStatus.DONE
        pull.started_at, pull.finished_at = pull.started_at or at, at
        pull.origin, pull.notes = collected.origin[:400], collected.notes
        refused += _refused(pull, collected)
        metric.failures = 0
        metric.asked_until = pull.window_end if collected.goes_on else None
        metric.next_pull_at = _next_pull(metric, at)
        if written.confirmed or written.added or written.revised:
            metric.data_version += 1
            changed.append(metric.pk)
            if metric.pilot is not None:
                of_pilots.append(metric.pk)
                if metric.pilot.went_live_on is None and metric.asked_until is None:
                    of_plans.append(metric.pk)
        if metric.splits and not collected.groups_follow:
            withdraw_groups(metric, pull, at=at)
    save(Pull, [pull for _m, pull, _c in arrivals], PULL_ENDS)
    save(Metric, [metric for metric, _p, _c in arrivals], METRIC_ENDS)
    QuarantinedRow.objects.bulk_create(refused, batch_size=BATCH)
    _tell_the_log(arrivals, deliveries, counts, at=at)
    of_pilots += compared_with(changed)
    if of_pilots:
        workflow.defer(WORK_OUT, metric_ids=of_pilots)
    if of_plans:
        workflow.defer(FORESEE, metric_ids=of_plans)
    for metric, pull, _collected in arrivals:
        _write_down(pull)
        if pull.revised and (metric.source.connector.uploaded or metric.source.kind == "push"):
            tell_of_changed_past(metric, pull, at=at)


def withdraw_groups(metric: Metric, pull: Pull, *, at: datetime) -> None:
    """Take away the numbers of groups that do not fit the new numbers of everybody."""
    kept = strata.keep(metric, {}, at=at, touched=strata.touched_by(pull))
    pull.notes = [*pull.notes, *strata.notes(kept)]


def compared_with(series: Collection[int]) -> list[int]:
    """The metrics that are compared with these, or taken apart into them: their verdicts rest on them
    as well."""
    if not series:
        return []
    found = Sibling.objects.filter(series__in=series).exclude(metric__in=series)
    return list(found.order_by("metric_id").values_list("metric_id", flat=True).distinct())


def _write_down(pull: Pull) -> None:
    """A line of the log, under the id of whoever asked for the pull."""
    source_id = pull.source_id
    said = (pull.pk, pull.metric_id, source_id, pull.status, pull.received)
    known = {"pull": pull.pk, "metric": pull.metric_id, "source": source_id, "result": pull.status}
    if pull.request_id:
        known["request_id"] = pull.request_id

    def write() -> None:
        logger.info("Pull %s of metric %s from source %s: %s, %s rows.", *said, extra=known)

    transaction.on_commit(write)


def tell_of_changed_past(metric: Metric, pull: Pull, *, at: datetime) -> None:
    """A person has changed past numbers of what an approved pilot is judged by, by a file, a program or by hand, here or
    at a site that it is compared with: the log keeps it, lead, sponsor and safety reviewers are told."""
    beside = Metric.objects.filter(siblings__series=metric, siblings__kind=SiblingKind.SITE)
    resting = [metric, *beside.select_related("pilot__unit", "pilot__lead", "pilot__sponsor")]
    for one in corrections.by_files(corrections.of_metrics(resting)):
        pilot = one.metric.pilot
        if one.pull_id != pull.pk or pilot is None:
            continue
        person = User.objects.get(pk=one.person_id)
        if one.elsewhere and one.typed:
            audit.record(
                "metric.site_count_corrected",
                one.metric,
                by=PULLS,
                at=at,
                also=(pilot,),
                unit_id=pilot.unit_id,
                person=audit.named(person),
            )
        elif one.elsewhere and one.sent:
            audit.record(
                "metric.site_past_sent_anew",
                one.metric,
                by=PULLS,
                at=at,
                also=(pilot,),
                unit_id=pilot.unit_id,
                person=audit.named(person),
                count=one.count,
            )
        elif one.elsewhere:
            audit.record(
                "metric.site_past_changed",
                one.metric,
                by=PULLS,
                at=at,
                also=(pilot,),
                unit_id=pilot.unit_id,
                person=audit.named(person),
                count=one.count,
            )
        elif one.sent:
            before, after = one.written
            audit.record(
                "metric.past_sent_anew",
                one.metric,
                by=PULLS,
                at=at,
                also=(pilot,),
                unit_id=pilot.unit_id,
                person=audit.named(person),
                count=one.count,
                before=before,
                after=after,
            )
        elif not one.typed:  # that is in the log, with its reason
            before, after = one.written
            audit.record(
                "metric.past_changed",
                one.metric,
                by=PULLS,
                at=at,
                also=(pilot,),
                unit_id=pilot.unit_id,
                person=audit.named(person),
                count=one.count,
                before=before,
                after=after,
            )
        notices.notify(
            concerned(pilot),
            kind="alarms",
            title=corrections.title(pilot.title, typed=one.typed, sent=one.sent),
            text=f"{one.metric.name}: {one.sentence}",
            about=pilot,
            url=reverse("pilots:metric-detail", args=[one.metric.pk]),
            at=at,
            but=person,
        )


def _tell_the_log(
    arrivals: list[tuple[Metric, Pull, collect.Collected]],
    deliveries: list[ingest.Delivery],
    counts: Mapping[int, ingest.Written],
    *,
    at: datetime,
) -> None:
    """How many numbers were written and their hash, so that one edited past all rules is found. A
    pull that changed nothing leaves no event."""
    by_source: dict[Source, list[ingest.Delivery]] = {}
    for (metric, _pull, _collected), delivery in zip(arrivals, deliveries, strict=True):
        if counts[metric.pk].added or counts[metric.pk].revised:
            by_source.setdefault(metric.source, []).append(delivery)
    for source, of_source in by_source.items():
        kept = ingest.written(of_source, at=at)
        count = sum(row[2] for row in kept)
        audit.record("source.numbers_kept", source, by=PULLS, at=at, count=count, kept=kept)


PULL_ENDS = [
    "received", "quarantined", "added", "revised", "unchanged", "status", "started_at",
    "finished_at", "origin", "notes", "leased_by", "leased_until", "window_start", "window_end",
]  # fmt: skip
METRIC_ENDS = ["failures", "next_pull_at", "asked_until", "data_version"]


def save(model: type[Row], rows: list[Row], fields: list[str]) -> None:
    """One alone by itself; many in one statement, from an array a column."""
    if not rows:
        return
    if len(rows) == 1:
        rows[0].save(update_fields=fields)
        return
    names, kinds, values = [], [], []
    for one in model._meta.concrete_fields:
        if one.primary_key or one.name in fields:
            names.append(connection.ops.quote_name(str(one.column)))
            kinds.append(f"%s::{one.rel_db_type(connection)}[]")
            values.append(
                [one.get_db_prep_save(getattr(row, one.attname), connection) for row in rows]
            )
    table, key = connection.ops.quote_name(model._meta.db_table), names[0]
    sets = ", ".join(f"{name} = t.{name}" for name in names[1:])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {sets} FROM unnest({', '.join(kinds)})"  # noqa: S608 - names of the models
            f" AS t({', '.join(names)}) WHERE {table}.{key} = t.{key}",
            values,
        )


def _refused(pull: Pull, collected: collect.Collected) -> list[QuarantinedRow]:
    return [
        QuarantinedRow(
            pull=pull, line=str(row.line)[:60], raw=row.raw[:500], reason=row.reason[:300]
        )
        for row in collected.rejected[:LISTED]
    ]


def list_refused(pull: Pull, collected: collect.Collected) -> None:
    QuarantinedRow.objects.bulk_create(_refused(pull, collected))


def _next_pull(metric: Metric, at: datetime) -> datetime | None:
    if not metric.source.connector.scheduled:
        return None
    if metric.pilot is not None and metric.pilot.status in OUT_OF_USE:
        return None
    return schedule.next_pull(spread_by(metric), at=at, zone=timezone.get_default_timezone())


def spread_by(metric: Metric) -> int:
    """By what the moment of the night is spread: one for all metrics of a file, which is fetched
    once for them."""
    return metric.source_id if metric.source.connector.whole else metric.pk


def fail(
    metric: Metric,
    pull: Pull,
    error: SourceError,
    *,
    at: datetime,
    collected: collect.Collected | None = None,
) -> Pull:
    """Close the pull with its sentence, and say when it is tried again. Nothing else changes:
    what was known before stays."""
    source = metric.source
    pull.status, pull.finished_at = PullStatus.FAILED, at
    pull.started_at = pull.started_at or at
    pull.problem, pull.who_can_fix = error.sentence, who_can_fix(error, source)
    pull.origin = collected.origin if collected else collect.origin(source, None)
    pull.will_retry = error.retry and source.connector.scheduled
    if collected is not None:
        pull.received = pull.quarantined = len(collected.rejected)
        pull.notes = collected.notes
    pull.save()
    _write_down(pull)
    already = _was_told(metric, pull)
    metric.failures += 1
    metric.next_pull_at = _next_pull(metric, at)
    if pull.will_retry and metric.next_pull_at is not None:
        again = schedule.retry(
            metric.failures, number=spread_by(metric), at=at, wait=error.retry_after
        )
        metric.next_pull_at = min(again, metric.next_pull_at) if not error.retry_after else again
    metric.save(update_fields=["failures", "next_pull_at"])
    if not already and (not pull.will_retry or metric.failures >= schedule.WORTH_TELLING):
        _tell(metric, pull, at=at)
    return pull


def _was_told(metric: Metric, pull: Pull) -> bool:
    """Whether this row of failures was worth telling before: once is enough."""
    if metric.failures >= schedule.WORTH_TELLING:
        return True
    good = metric.pulls.filter(status__in=GOOD, pk__lt=pull.pk).order_by("-id").first()
    return metric.pulls.filter(
        status=PullStatus.FAILED, will_retry=False, pk__lt=pull.pk, pk__gt=good.pk if good else 0
    ).exists()


def _tell(metric: Metric, pull: Pull, *, at: datetime) -> None:
    """Tell the pilot's lead, once for all metrics of it that are measured from the source. Where it is not
    tried again by itself, those who can do something about the source are told, too, once for all pilots: its
    keeper, and the administrators of its unit. Otherwise they are once it is paused (pace.py)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ON_A_FAILURE, metric.source_id])
    of_source = Metric.objects.filter(source=metric.source_id, failures__gt=0).exclude(pk=metric.pk)
    if any(_is_told(other) for other in of_source.filter(pilot=metric.pilot_id)[:50]):
        return
    if SourcePace.objects.filter(source=metric.source_id, asked_again_at__isnull=False).exists():
        return  # that the whole source is paused was told (pace.py)
    people = set(who_is_told(metric))
    if not pull.will_retry and not any(
        _is_told(other) for other in of_source.exclude(pilot=metric.pilot_id)[:50]
    ):
        people |= keepers(metric.source)
    notices.notify(
        people,
        kind="alarms",
        title=_("“%(metric)s” cannot be pulled from %(source)s")
        % {"metric": metric.name, "source": metric.source.name},
        text=_("%(problem)s Who can fix it: %(who)s. What was known before is kept.")
        % {"problem": pull.problem, "who": pull.who_can_fix},
        about=metric,
        url=reverse("pilots:metric-detail", args=[metric.pk]),
        at=at,
    )


def keepers(source: Source) -> set[User]:
    """Who keeps a source, or could where they have left, and the administrators of its unit."""
    keeper = source.kept_by
    kept = (
        {keeper}
        if keeper.is_active
        else set(User.objects.holding(MetricsPermission.MANAGE_SOURCES, source.unit)[:20])
    )
    return kept | set(User.objects.holding(PeoplePermission.MANAGE, source.unit)[:20])


def who_is_told(metric: Metric) -> list[User]:
    """The pilot's lead, or who keeps the source; of one who has left, those who could take it."""
    person = metric.pilot.lead if metric.pilot is not None else metric.source.kept_by
    if person.is_active:
        return [person]
    return list(User.objects.holding(MetricsPermission.MANAGE_SOURCES, metric.source.unit)[:20])


def _is_told(metric: Metric) -> bool:
    last = metric.pulls.exclude(status__in=UNDER_WAY).order_by("-id").first()
    if last is None or last.status != PullStatus.FAILED:
        return False
    return not last.will_retry or _was_told(metric, last)


def who_can_fix(error: SourceError, source: Source) -> str:
    if source.steward and error.who in (Who.INTEGRATION, Who.SOURCE_OWNER):
        return source.steward
    return str(error.who)


def nothing_usable(collected: collect.Collected) -> SourceError:
    first = collected.rejected[0]
    return SourceError(
        _(
            "None of the %(rows)s rows could be used. The first one, %(line)s: %(reason)s"
            " Correct the mapping of the metric, or the source."
        )
        % {
            "rows": f"{len(collected.rejected):,}",
            "line": _("line %(line)s") % {"line": first.line}
            if isinstance(first.line, int)
            else first.line,
            "reason": first.reason,
        },
        who=Who.METRIC_OWNER,
    )


def fewer(gone: int) -> str:
    """What is remarked on a file that somebody uploaded."""
    return _("%(gone)s periods that are known are not in this file and stay as they are.") % {
        "gone": f"{gone:,}"
    }


def too_few(collected: collect.Collected, gone: int) -> SourceError:
    return SourceError(
        _(
            "%(gone)s periods that are known are no longer in the file, which holds %(came)s now, so"
            " nothing was taken over. It is asked for again; if the rest is gone for good, say on the"
            " pull's page that it is to be taken as it is."
        )
        % {"gone": f"{gone:,}", "came": f"{len(collected.measurements):,}"},
        who=Who.SOURCE_OWNER,
        retry=True,
        code="fewer",
    )


def our_fault() -> SourceError:
    return SourceError(
        _(
            "Pilotlight stumbled over this answer, which is a fault of its own. Nothing was"
            " changed. The details are in the worker's log."
        ),
        who=Who.ADMINISTRATOR,
        retry=True,
    )
