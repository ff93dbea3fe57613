"""What somebody at a page asks a source, and the worker that asks it: the page waits a moment, and then
shows that it is under way. The row is the truth of it; a message only says that there is one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.rules.languages import language_of
from innovation.rules.refusal import Refused
from innovation.rules.transactions import atomic
from pilots.connectors.errors import SourceError, Who
from pilots.lifecycle.models import Pilot
from pilots.metrics import collect
from pilots.metrics.actions import connections, dry_run
from pilots.metrics.actions.outcomes import our_fault, who_can_fix
from pilots.metrics.actions.requests import wake
from pilots.metrics.models import CheckKind, PushSignature, Source, SourceCheck
from pilots.metrics.permissions import check_can_ask_source

logger = logging.getLogger(__name__)

# A page waits so long, in seconds, before it says that the answer is under way.
PATIENCE = 1.5
# A check takes 20 seconds at most: whoever has it longer was lost.
LEASE = timedelta(seconds=60)
ATTEMPTS = 3
# So many a person may have under way.
MOST = 5
# A file that somebody looks at is the one of so long ago at most.
FRESH = timedelta(minutes=10)
KEPT = timedelta(days=1)

# One at a time asks a source, and few altogether: the other workers are for pulls.
TAKE = """
UPDATE pilots_sourcecheck c
SET leased_until = clock_timestamp() + make_interval(secs => %(lease)s), attempts = attempts + 1
WHERE c.id = (
    SELECT id FROM pilots_sourcecheck waiting
    WHERE done_at IS NULL AND (leased_until IS NULL OR leased_until < clock_timestamp())
        AND NOT EXISTS (
            SELECT FROM pilots_sourcecheck beside
            WHERE beside.source_id = waiting.source_id AND beside.done_at IS NULL
                AND beside.leased_until >= clock_timestamp()
        )
        AND %(room)s > (
            SELECT count(*) FROM pilots_sourcecheck held
            WHERE held.done_at IS NULL AND held.leased_until >= clock_timestamp()
        )
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING c.id
"""


def ask_source(source: Source, *, by: User, at: datetime) -> SourceCheck:
    """A connection test."""
    check_can_ask_source(by, source, unit=None)
    return _ask(source, CheckKind.CONNECTION, by=by, at=at, unit=None)


def ask_dry_run(
    source: Source,
    *,
    by: User,
    at: datetime,
    unit: Unit,
    kind: str,
    cadence: str,
    binding: dict[str, object],
    pull_from: date,
    pilot: Pilot | None = None,
) -> SourceCheck:
    """What a pull would bring for a metric of the unit, or of a pilot of it."""
    check_can_ask_source(by, source, unit=unit)
    question = dry_run.question_of(kind=kind, cadence=cadence, binding=binding, pull_from=pull_from)
    if pilot is not None and source.connector.inside:
        question["pilot"] = pilot.pk
    return _ask(source, CheckKind.DRY_RUN, by=by, at=at, unit=unit, question=question)


@transaction.atomic
def _ask(
    source: Source,
    kind: CheckKind,
    *,
    by: User,
    at: datetime,
    unit: Unit | None,
    question: Mapping[str, object] | None = None,
) -> SourceCheck:
    """Put a check in the queue, or return the same one that is under way.

    Whoever only looks has not sent their form: the form's key (workflow/sendings.py) is left for
    what they do with it then.
    """
    given = {} if question is None else dict(question)
    mine = SourceCheck.objects.filter(asked_by=by, done_at=None)
    same = mine.filter(
        source=source, kind=kind, question=given, asked_with=source.asked_with, unit=unit
    ).first()
    if same is not None:
        return same
    if mine.count() >= MOST:
        raise Refused(_("Some sources have not answered you yet. Wait for them, then try again."))
    check = SourceCheck.objects.create(
        source=source,
        unit=unit,
        kind=kind,
        question=given,
        asked_with=source.asked_with,
        asked_by=by,
        asked_at=at,
    )
    wake(1)
    return check


def look_at_file(
    source: Source, *, by: User, at: datetime, unit: Unit | None = None
) -> SourceCheck:
    """The file at the address of a source as somebody saw it within the last minutes; if nobody
    did, it is asked for. For a metric of the unit, or for whoever keeps the source."""
    check_can_ask_source(by, source, unit=unit)
    known = SourceCheck.objects.defer("content").filter(
        source=source,
        kind=CheckKind.FILE,
        asked_with=source.asked_with,
        problem="",
        done_at__gt=at - FRESH,
    )
    return known.first() or _ask(source, CheckKind.FILE, by=by, at=at, unit=unit)


def wait(check: SourceCheck, *, seconds: float | None = None) -> SourceCheck:
    """The check, answered if that took no longer than a page may wait; its file is read when it is
    asked for."""
    ends = time.monotonic() + (PATIENCE if seconds is None else seconds)
    pause = 0.02
    while check.done_at is None and time.monotonic() < ends:
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)
        check.refresh_from_db(fields=["done_at"])
    return SourceCheck.objects.defer("content").select_related("source").get(pk=check.pk)


def run_next() -> bool:
    """Ask whichever waits longest, and keep what came; whether there was one."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"lease": LEASE.total_seconds(), "room": settings.SLOW_WORKERS})
        row = cursor.fetchone()
    if row is None:
        return False
    check = SourceCheck.objects.select_related("source__unit", "asked_by").get(pk=row[0])
    with translation.override(language_of(check.asked_by.language)):
        _run(check)
    return True


def _run(check: SourceCheck) -> None:
    try:
        _answer(check)
        _keep(check)
    except (OperationalError, InterfaceError):
        raise  # the database is away: it is taken again when the lease is over
    except Exception:
        logger.exception("check %s broke", check.pk)
        fault = our_fault()
        check.answer, check.content, check.problem = {}, b"", fault.sentence
        check.who_can_fix = str(fault.who)
        _keep(check)


def _answer(check: SourceCheck) -> None:
    source = check.source
    if check.attempts > ATTEMPTS:
        check.problem = _("Whoever asked it was lost three times. Try again in a while.")
        check.who_can_fix = _("a Pilotlight administrator")
    elif source.asked_with != check.asked_with:
        check.problem = _("The source was changed meanwhile. Ask it again.")
    else:
        try:
            ASKS[CheckKind(check.kind)](check)
        except SourceError as error:
            check.problem = error.sentence
            # Whoever tries a metric is the one who sets it up; the sentence says what to change.
            if check.kind != CheckKind.DRY_RUN or error.who != Who.METRIC_OWNER:
                check.who_can_fix = who_can_fix(error, source)


@atomic
def _keep(check: SourceCheck) -> None:
    """The first end counts: one that was taken for lost may come late."""
    done = SourceCheck.objects.filter(pk=check.pk, done_at=None).update(
        done_at=Now(),
        answer=check.answer,
        content=check.content,
        problem=check.problem,
        who_can_fix=check.who_can_fix[:200],
    )
    if done and check.kind == CheckKind.FILE and not check.problem:
        # A younger one may be on its way to whoever asked for it.
        former = SourceCheck.objects.filter(source=check.source, kind=CheckKind.FILE)
        former.filter(pk__lt=check.pk, done_at__lt=Now() - FRESH).delete()


def _file(check: SourceCheck) -> None:
    file = check.source.connector.file
    assert file is not None, "asked for kinds with a file alone"
    copy = collect.uploaded(check.source)
    content = file.fetch(collect.visit(check.source, copy))
    check.content = content if isinstance(content, bytes) else content.read_bytes()
    check.answer = {"columns": list(file.preview(check.content).columns)}


ASKS: dict[CheckKind, Callable[[SourceCheck], None]] = {
    CheckKind.CONNECTION: connections.run,
    CheckKind.FILE: _file,
    CheckKind.DRY_RUN: dry_run.run,
}


def are_waiting() -> bool:
    """Whether a check has no worker: its message was lost, or its worker."""
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    return SourceCheck.objects.filter(free, done_at=None).exists()


def forget_checks(*, at: datetime) -> int:
    """Take away what was asked a day ago, and signatures that are too old to be sent again; how many."""
    PushSignature.objects.filter(seen_at__lt=at - KEPT).delete()
    return SourceCheck.objects.filter(asked_at__lt=at - KEPT).delete()[0]
