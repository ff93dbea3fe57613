"""The log of a pilot's weeks."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.refusal import Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from pilots.lifecycle.actions.blockers import name_blocker
from pilots.lifecycle.models import LogEntry, LogStatus, Pilot
from pilots.lifecycle.permissions import check_can_write_log


@atomic
def write_log(
    pilot: Pilot,
    *,
    by: User,
    at: datetime,
    status: str,
    done: str = "",
    next: str = "",
    blockers: str = "",
    learned: str = "",
    owner: User | None = None,
    due_on: date | None = None,
) -> LogEntry:
    """Add one entry to the pilot's log. “No progress this week” needs no further words; what is
    blocked has an owner and a day by which it is cleared."""
    check_can_write_log(by, pilot)
    texts = {"done": done, "next": next, "blockers": blockers, "learned": learned}
    texts = {name: visible(text) for name, text in texts.items()}
    if status != LogStatus.NOTHING and not any(texts.values()):
        raise Refused(
            _("Write a line in any field, or choose “No progress this week”: that is fine too.")
        )
    if status == LogStatus.BLOCKED and not texts["blockers"]:
        raise Refused(_("Say what is in the way, so that somebody can help."))
    entry = LogEntry.objects.create(pilot=pilot, at=at, by=by, status=status, **texts)
    audit.record("pilot.log_written", pilot, by=by, at=at, status=str(LogStatus(status).label))
    if status == LogStatus.BLOCKED:
        name_blocker(entry, owner=owner, due_on=due_on, by=by, at=at)
    elif owner is not None:
        raise Refused(_("You say who clears it: choose “Blocked”, or name nobody."))
    return entry
