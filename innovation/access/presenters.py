"""How imports are shown: counts, rows, and files to download."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.access.models import (
    ImportRow,
    Invitation,
    ReviewDecision,
    ReviewedGrant,
    RowOutcome,
)
from innovation.access.plan import PlannedRow
from innovation.people.models import Deputyship
from innovation.rules import dates

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


# Reviews

REVIEW_HEAD = (
    gettext_lazy("person"),
    gettext_lazy("e-mail"),
    gettext_lazy("role"),
    gettext_lazy("unit"),
    gettext_lazy("held since"),
    gettext_lazy("given by"),
    gettext_lazy("last day"),
    gettext_lazy("last sign-in before the review"),
    gettext_lazy("decision"),
    gettext_lazy("decided by"),
    gettext_lazy("decided at"),
)


def role_in_words(row: ReviewedGrant) -> str:
    given = row.grant
    facts = {"name": given.person.name, "role": given.role_name, "unit": given.unit}
    return _("%(name)s: %(role)s in %(unit)s") % facts


def since_in_words(row: ReviewedGrant) -> str:
    """Since when and by whom, until when, and when its holder was last here."""
    given = row.grant
    said = [_("since %(day)s") % {"day": dates.day_in_words(dates.day_of(given.granted_at))}]
    if given.group_name:
        said.append(_("by the group “%(group)s”") % {"group": given.group_name})
    elif given.granted_by is not None:
        said.append(_("given by %(name)s") % {"name": given.granted_by})
    if given.ends_on is not None:
        said.append(_("until %(day)s") % {"day": dates.day_in_words(given.ends_on)})
    if row.takes_two:
        said.append(_("a role that two administrators give"))
    if row.last_seen_at is None:
        said.append(_("never signed in"))
    else:
        day = dates.day_in_words(dates.day_of(row.last_seen_at))
        said.append(_("last signed in on %(day)s") % {"day": day})
    return ", ".join(said)


def answer_in_words(row: ReviewedGrant) -> str:
    """What was answered, by whom and when."""
    assert row.decided_at is not None
    return _("%(answer)s by %(name)s, %(when)s") % {
        "answer": ReviewDecision(row.decision).label,
        "name": row.decided_by,
        "when": dates.moment_in_words(row.decided_at),
    }


def reviewed_line(row: ReviewedGrant) -> tuple[object, ...]:
    given = row.grant
    return (
        given.person.name,
        given.person.email,
        given.role_name,
        given.unit,
        dates.day_of(given.granted_at),
        given.granted_by or "",
        given.ends_on or "",
        row.last_seen_at.isoformat(timespec="seconds") if row.last_seen_at else "",
        ReviewDecision(row.decision).label if row.decision else "",
        row.decided_by or "",
        row.decided_at.isoformat(timespec="seconds") if row.decided_at else "",
    )


# Deputies


def state_of_deputy(deputyship: Deputyship, *, today: date) -> str:
    """What a deputyship is today, in words."""
    if deputyship.ended_at is not None:
        return _("Ended by %(name)s") % {"name": deputyship.ended_by}
    if deputyship.ends_on < today:
        return _("Over")
    return _("Now") if deputyship.starts_on <= today else _("To come")
