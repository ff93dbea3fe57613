"""The file of a source, fetched once for all its metrics, and held back where it may be a part.

The row is the truth of it: one pull leads and fetches, the others give themselves back and are woken
when the row says that the copy is there. So all metrics read the same version.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from innovation.rules.transactions import atomic
from pilots.connectors.errors import SourceError, Who
from pilots.connectors.kind import WholeFile
from pilots.metrics import collect
from pilots.metrics.actions import queue
from pilots.metrics.actions.requests import wake
from pilots.metrics.models import FetchedCopy, Pull, PullStatus, Source

# What is as it was so long ago was not being written.
LOOK_AGAIN = timedelta(seconds=45)
# Whoever leads longer than this was lost.
LEADS = timedelta(seconds=collect.PULL_SECONDS + 30)


class BeingFetched(Exception):
    """Another pull fetches the file now."""


def copy_for(pull: Pull, *, at: datetime, seconds: float = collect.PULL_SECONDS) -> bytes | None:
    """The file as it was at some moment after the pull was asked for; None for kinds without a
    fetched file. Raises BeingFetched, or a SourceError where there is nothing to be trusted."""
    source = pull.metric.source
    file = source.connector.file
    if file is None or source.connector.uploaded:
        return None
    copy, leads = _found_or_led(source, pull, at=at)
    if leads:
        copy = _fetch(copy, source, file, seconds=seconds, at=at)
    if copy.held:
        raise SourceError(copy.held, code="held", who=Who.NOBODY, retry=True)
    return bytes(copy.content)


@atomic
def _found_or_led(source: Source, pull: Pull, *, at: datetime) -> tuple[FetchedCopy, bool]:
    """The copy, and whether it is this pull that fetches it."""
    FetchedCopy.objects.get_or_create(source=source)
    copy = FetchedCopy.objects.select_for_update().get(source=source)
    if copy.began_at and copy.fetched_at and copy.asked_with == source.asked_with:
        waits = at < copy.fetched_at + LOOK_AGAIN
        if waits if copy.held else copy.began_at > pull.requested_at:
            return copy, False
    if copy.leads_until is not None and copy.leads_until > at and _is_led(copy, but=pull):
        raise BeingFetched
    copy.began_at, copy.leads_until = at, at + LEADS
    copy.save(update_fields=["began_at", "leads_until"])
    return copy, True


def _is_led(copy: FetchedCopy, *, but: Pull) -> bool:
    """Whether the pull that began to fetch it still has its worker."""
    leaders = Pull.objects.filter(
        source=copy.source_id,
        status=PullStatus.RUNNING,
        started_at=copy.began_at,
        leased_until__gt=Now(),
    )
    return leaders.exclude(pk=but.pk).exists()


def _fetch(
    copy: FetchedCopy, source: Source, file: WholeFile, *, seconds: float, at: datetime
) -> FetchedCopy:
    visit = collect.visit(source, seconds=seconds)
    try:
        content = file.fetch(visit)
    except BaseException:
        _give_up(copy)
        raise
    content = content if isinstance(content, bytes) else content.read_bytes()
    doubt = _doubt(content, unmarked=visit.client.end_is_unmarked)
    return _keep(copy, source, content, doubt=doubt, at=at)


@atomic
def _give_up(copy: FetchedCopy) -> None:
    FetchedCopy.objects.filter(pk=copy.pk, began_at=copy.began_at).update(leads_until=None)
    _wake_those_who_wait(copy.source_id)


@atomic
def _keep(
    mine: FetchedCopy, source: Source, content: bytes, *, doubt: str, at: datetime
) -> FetchedCopy:
    copy = FetchedCopy.objects.select_for_update().get(pk=mine.pk)
    if copy.began_at != mine.began_at:
        raise BeingFetched  # somebody took over meanwhile
    sha256, asked = hashlib.sha256(content).hexdigest(), source.asked_with
    same = copy.sha256 == sha256 and copy.asked_with == asked
    copy.held = "" if same else doubt
    copy.content, copy.sha256, copy.asked_with = content, sha256, asked
    copy.fetched_at, copy.leads_until = at, None
    copy.save()
    _wake_those_who_wait(source.pk)
    return copy


def _doubt(content: bytes, *, unmarked: bool) -> str:
    """Why this may be a part of the file only; empty where it is whole as far as can be known."""
    if unmarked:
        return _(
            "The server does not say how long the file is, so a part of it cannot be told from the"
            " whole, and nothing was taken over. It is looked at again soon; if it is the same"
            " then, it is taken."
        )
    if collect.ends_midline(content):
        return _(
            "The file's last line has no end, as if it were still being written, and nothing was"
            " taken over. It is looked at again soon; if it is the same then, it is taken."
        )
    return ""


@atomic
def wait_for_copy(pull: Pull) -> None:
    """Give the pull back: whoever fetches the file sets it free, or the end of its lease when they
    were lost."""
    copy = FetchedCopy.objects.select_for_update().get(source=pull.metric.source_id)
    given_back = Pull.objects.filter(
        pk=pull.pk, status=PullStatus.RUNNING, fence=pull.fence
    ).update(status=PullStatus.WAITING, attempts=0, started_at=None, leased_by=queue.WAITS_FOR_COPY)
    if given_back and copy.leads_until is None:  # it came meanwhile
        _wake_those_who_wait(copy.source_id)


def _wake_those_who_wait(source_id: int) -> None:
    waiting = Pull.objects.filter(
        source=source_id, status=PullStatus.WAITING, leased_by=queue.WAITS_FOR_COPY
    )
    wake(waiting.update(leased_by="", leased_until=None))
