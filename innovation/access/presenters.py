"""How imports are shown: counts, rows, and files to download."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.access.models import ImportRow, Invitation, RowOutcome
from innovation.access.plan import PlannedRow

LINE_HEAD = (
    gettext_lazy("line"),
    gettext_lazy("e-mail"),
    gettext_lazy("name"),
    gettext_lazy("outcome"),
    gettext_lazy("what and why"),
    gettext_lazy("kept when taken back"),
)


def counted(outcomes: Iterable[str]) -> dict[str, int]:
    return {**dict.fromkeys(RowOutcome.values, 0), **Counter(str(one) for one in outcomes)}


def refused_first(rows: Sequence[PlannedRow]) -> list[PlannedRow]:
    """What somebody must look at stands on top."""
    return sorted(rows, key=lambda row: row.intent.outcome != RowOutcome.REFUSED)


def outcome_choices(counts: dict[str, int], *, kept: int) -> list[tuple[str, str, int]]:
    """The report narrowed to rows of one outcome."""
    found = [("", _("All rows"), sum(counts.values()))]
    found += [(one.value, str(one.label), counts[one]) for one in RowOutcome if counts[one]]
    return [*found, ("kept", _("Kept"), kept)] if kept else found


def planned_line(row: PlannedRow) -> tuple[object, ...]:
    intent = row.intent
    return (row.number, row.said.email, row.said.name, intent.outcome.label, intent.sentence, "")


def row_line(row: ImportRow) -> tuple[object, ...]:
    said = row.said
    outcome = RowOutcome(row.outcome).label
    return (row.number, said["email"], said["name"], outcome, row.sentence, row.kept)


def state_of(invitation: Invitation, *, at: datetime) -> str:
    """What has become of an invitation, in words."""
    if invitation.accepted_at is not None:
        return _("Taken up by %(name)s") % {"name": invitation.accepted_by}
    if invitation.revoked_at is not None:
        return _("Revoked")
    if invitation.is_expired(at):
        return _("Expired")
    if invitation.expires_at is not None:
        return _("Sent")
    if invitation.mail_due_at is None:
        return _("The mail could not be sent")
    return _("Being sent")
