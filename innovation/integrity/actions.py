"""The night's comparison, and telling auditors once of what does not fit."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.audit.agreement import ComparedSoFar
from innovation.audit.room import AuditPermission
from innovation.integrity.models import LogComparison
from innovation.integrity.queries import CHAIN, comparisons, differences
from innovation.notices import actions as notices
from innovation.people.models import Unit, User
from innovation.rules import dates
from innovation.rules.transactions import atomic

COMPARED = audit.System("nightly comparison")
FAULTS_KEPT = 50
# A run that lasts longer lost its worker.
LONGEST = timedelta(hours=1)


def compare_with_log(*, at: datetime) -> LogComparison | None:
    """The day's run. None where it is done, or somebody else is at it."""
    run = _taken(at=at)
    if run is None:
        return None
    for comparison in (CHAIN, *comparisons()):
        so_far = ComparedSoFar()
        found = differences(comparison, so_far)
        kept = list(islice(found, FAULTS_KEPT - len(run.faults)))
        run.faults += [[comparison.key, one.kind, one.values] for one in kept]
        run.fault_count += len(kept) + sum(1 for _more in found)
        run.counts.append(_count(comparison.key, so_far))
    _end(run, at=at)
    return run


def _count(key: str, so_far: ComparedSoFar) -> dict[str, Any]:
    since = so_far.since.isoformat() if so_far.since else None
    return {"key": key, "compared": so_far.compared, "before": so_far.before, "since": since}


@atomic
def _taken(*, at: datetime) -> LogComparison | None:
    day = dates.day_of(at)
    run, new = LogComparison.objects.get_or_create(on=day, defaults={"started_at": at})
    if new:
        return run
    free = LogComparison.objects.select_for_update(skip_locked=True)
    lost = free.filter(pk=run.pk, ended_at=None, started_at__lt=at - LONGEST).first()
    if lost is not None:
        lost.started_at = at
        lost.save(update_fields=["started_at"])
    return lost


@atomic
def _end(run: LogComparison, *, at: datetime) -> None:
    run.ended_at = max(at, run.started_at)
    run.save()
    before = LogComparison.objects.filter(on__lt=run.on).exclude(ended_at=None).first()
    known = before.faults if before else []
    if any(fault not in known for fault in run.faults):
        _tell(run, at=at)
    audit.record(
        "comparison.done",
        run,
        by=COMPARED,
        at=at,
        count=sum(one["compared"] for one in run.counts),
        faults=run.fault_count,
        before={one["key"]: one["before"] for one in run.counts},
    )


def _tell(run: LogComparison, *, at: datetime) -> None:
    """Whoever reads the whole log, once for what was not known the night before."""
    people: dict[int, User] = {}
    for unit in Unit.objects.filter(parent=None):
        readers = User.objects.holding(AuditPermission.READ, unit)
        people |= {person.pk: person for person in readers}
    notices.notify(
        people.values(),
        kind="integrity",
        title=_("What is kept is not what the log tells of it"),
        text=_(
            "The nightly comparison found %(count)s places. Somebody wrote to the database past its "
            "rules, or a restore lost something. Keep the database as it is and look at the list."
        )
        % {"count": run.fault_count},
        about=run,
        url=reverse("innovation:audit-chain"),
        at=at,
    )
