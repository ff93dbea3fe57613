"""Numbers that programs send, and the keys by which they do."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.key_ring import SealedWithAnotherKey
from innovation.rules.refusal import Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from pilots.connectors.rows import MappedRow
from pilots.metrics import credentials
from pilots.metrics.actions.brought import (
    Brought,
    BroughtGroupRow,
    RowNotKept,
    keep_group_rows,
    keep_rows,
)
from pilots.metrics.models import Metric, PushKey, PushSignature, Source
from pilots.metrics.permissions import check_can_edit_source

# How far the clock of whoever signs may be off; so long a signature is remembered and more.
LEEWAY = timedelta(minutes=5)
# A key that is used every minute is not written to every minute.
NOTED = timedelta(minutes=1)
MOST_ROWS = 5_000
_START = 16


@dataclass(frozen=True)
class PushedNumber:
    """One number as it was sent."""

    metric: int
    period: str
    cells: Mapping[str, object]
    # Of one group of the metric; empty: of everybody.
    split: str = ""
    group: str = ""


@atomic
def make_push_key(
    source: Source, *, by: User, at: datetime, name: str, days: int, signs: bool = False
) -> tuple[PushKey, str]:
    """A key for one source and its text, which is shown this once. One that signs is never sent itself."""
    check_can_edit_source(by, source)
    if source.kind != "push":
        raise Refused(_("Numbers cannot be sent to this source: it gets them in another way."))
    if not 1 <= days <= settings.TOKEN_DAYS:
        raise Refused(_("A key ends after %(days)s days at most.") % {"days": settings.TOKEN_DAYS})
    text = f"push_{secrets.token_urlsafe(32)}"
    key = PushKey.objects.create(
        source=source,
        name=visible(name),
        start=text[:_START],
        digest="" if signs else _digest(text),
        sealed=credentials.seal({"key": text}) if signs else b"",
        made_by=by,
        made_at=at,
        expires_at=at + timedelta(days=days),
    )
    audit.record("source.push_key_made", source, by=by, at=at, name=key.name)
    return key, text


@atomic
def revoke_push_key(key: PushKey, *, by: User, at: datetime) -> None:
    """From now on it opens nothing; whoever keeps the source may, not its maker alone."""
    check_can_edit_source(by, key.source)
    revoked = PushKey.objects.filter(pk=key.pk, revoked_at=None)
    if revoked.update(revoked_at=at, revoked_by=by):
        audit.record("source.push_key_revoked", key.source, by=by, at=at, name=key.name)


def key_of(text: str, *, at: datetime) -> PushKey | None:
    """The key of which this is the text; None where there is none that opens anything."""
    found = PushKey.objects.current(at).select_related("source__unit", "made_by")
    key = found.filter(start=text[:_START]).exclude(digest="").first()
    if key is None or not hmac.compare_digest(key.digest, _digest(text)):
        return None
    _note_use(key, at)
    return key


def key_that_signed(
    start: str, signature: str, *, moment: int, message: bytes, at: datetime
) -> PushKey | None:
    """The key by which this message was signed at that moment, which is about now; None where there is none.
    The same signature a second time is refused."""
    if abs(at.timestamp() - moment) > LEEWAY.total_seconds():
        signed = datetime.fromtimestamp(max(min(moment, 2**33), 0), UTC)
        raise Refused(
            _(
                "This was signed at %(then)s, and it is %(now)s here. Check the clock of the program."
            )
            % {"then": dates.moment_in_words(signed), "now": dates.moment_in_words(at)}
        )
    found = PushKey.objects.current(at).select_related("source__unit", "made_by")
    key = found.filter(start=start[:_START], digest="").first()
    if key is None:
        return None
    try:
        text = credentials.unseal(key.sealed)["key"]
    except SealedWithAnotherKey:
        return None
    wanted = hmac.new(text.encode(), f"{moment}\n".encode() + message, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), signature.lower().encode()):
        return None
    _seen, is_new = PushSignature.objects.get_or_create(
        key=key, signature=wanted, defaults={"seen_at": at}
    )
    if not is_new:
        raise Refused(_("This was sent before. Sign each request anew."))
    _note_use(key, at)
    return key


@atomic
def push_numbers(
    source: Source,
    sent: Sequence[PushedNumber],
    *,
    by: User,
    at: datetime,
    key: PushKey | None = None,
) -> Brought:
    """Keep numbers of metrics of a source, all of them at once: the good ones are kept, each of the others
    is refused with a reason. The same ones again change nothing; other ones for the same period replace
    them, and what was known before stays to be read."""
    check_can_edit_source(by, source)
    if source.kind != "push":
        raise Refused(_("Numbers cannot be sent to this source: it gets them in another way."))
    if len(sent) > MOST_ROWS:
        raise Refused(
            _("At most %(most)s numbers can be sent at once.") % {"most": f"{MOST_ROWS:,}"}
        )
    metrics = {
        metric.pk: metric
        for metric in Metric.objects.select_for_update(no_key=True, of=("self",))
        .select_related("source", "pilot")
        .filter(source=source, pk__in={one.metric for one in sent})
        .order_by("pk")
    }
    rows: dict[Metric, list[MappedRow]] = {}
    groups: dict[Metric, list[BroughtGroupRow]] = {}
    unknown: list[RowNotKept] = []
    for place, one in enumerate(sent, start=1):
        metric = metrics.get(one.metric)
        if metric is None:
            reason = _("This source has no such metric.")
            unknown.append(RowNotKept(place, one.metric, one.period[:60], reason))
        elif one.split or one.group:
            row = MappedRow(place, one.period, **one.cells)
            groups.setdefault(metric, []).append(
                BroughtGroupRow(visible(one.split), visible(one.group), row)
            )
        else:
            rows.setdefault(metric, []).append(MappedRow(place, one.period, **one.cells))
    origin = f"{source.name} ({key.name if key else by.name})"
    found = keep_rows(rows, by=by, at=at, origin=origin, groups_follow=groups)
    for metric, of_groups in groups.items():
        keep_group_rows(metric, of_groups, at=at, found=found)
    found.received += len(unknown)
    found.refused = sorted([*found.refused, *unknown], key=lambda refusal: refusal.row)
    return found


def _note_use(key: PushKey, at: datetime) -> None:
    if key.last_used_at is None or at - key.last_used_at > NOTED:
        PushKey.objects.filter(pk=key.pk).update(last_used_at=at)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
