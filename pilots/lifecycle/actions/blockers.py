"""What is in a pilot's way: said in its log, cleared by whoever can."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import dates, reasons
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle import queries
from pilots.lifecycle.models import Blocker, LogEntry
from pilots.lifecycle.permissions import check_can_clear_blocker


def name_blocker(
    entry: LogEntry, *, owner: User | None, due_on: date | None, by: User, at: datetime
) -> Blocker:
    """Who clears what the entry says is in the way, and by when. Called by `write_log`."""
    pilot = entry.pilot
    if owner is None or due_on is None:
        raise Refused(_("Say who clears it and by when: a blocker that is nobody's stays."))
    if due_on < dates.day_of(at):
        raise Refused(_("The day by which it is cleared lies in the past."))
    check_near(due_on, at=at)
    if not queries.may_own_blockers(pilot).filter(pk=owner.pk).exists():
        raise Refused(
            _("%(who)s is not on the team, nor its sponsor, nor in the innovation office.")
            % {"who": owner.name}
        )
    blocker = Blocker.objects.create(entry=entry, owner=owner, due_on=due_on)
    audit.record(
        "pilot.blocked",
        pilot,
        by=by,
        at=at,
        also=(owner,),
        owner=audit.named(owner),
        on=due_on,
        blocker=entry.blockers,
    )
    _tell(
        blocker,
        _("“%(pilot)s” is blocked; %(owner)s clears it by %(day)s")
        % {"pilot": pilot.title, "owner": owner.name, "day": dates.day_in_words(due_on)},
        text=entry.blockers,
        also=queries.mentors_of(pilot),
        by=by,
        at=at,
    )
    return blocker


@atomic
def clear_blocker(blocker: Blocker, *, how: str, by: User, at: datetime) -> Blocker:
    """It is out of the way, and this is how."""
    pilot = blocker.entry.pilot
    workflow.lock(blocker)
    check_can_clear_blocker(by, blocker)
    if blocker.cleared_at is not None:
        raise Conflict(
            _("%(who)s cleared it on %(when)s.")
            % {"who": blocker.cleared_by, "when": dates.moment_in_words(blocker.cleared_at)}
        )
    blocker.how = reasons.required(how)
    blocker.cleared_by, blocker.cleared_at = by, at
    blocker.save(update_fields=["how", "cleared_by", "cleared_at"])
    audit.record(
        "pilot.unblocked",
        pilot,
        by=by,
        at=at,
        also=(blocker.owner,),
        how=blocker.how,
        blocker=blocker.entry.blockers,
    )
    _tell(
        blocker,
        _("What blocked “%(pilot)s” is out of the way") % {"pilot": pilot.title},
        text=blocker.how,
        by=by,
        at=at,
    )
    return blocker


def _tell(
    blocker: Blocker,
    title: str,
    *,
    text: str,
    by: User,
    at: datetime,
    also: Iterable[User] = (),
) -> None:
    """Its owner, who wrote of it, the lead and the sponsor."""
    pilot = blocker.entry.pilot
    people = (blocker.owner, blocker.entry.by, pilot.lead, pilot.sponsor, *also)
    notices.notify(
        [person for person in people if person is not None and person.is_active],
        kind="pilots",
        title=title,
        text=text,
        about=pilot,
        url=pilot.get_absolute_url(),
        at=at,
        but=by,
    )
