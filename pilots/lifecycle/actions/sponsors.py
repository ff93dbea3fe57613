"""Naming a sponsor is asking one: nobody sponsors a pilot, or is kept from deciding on it, by another's word.

What a sponsor who has left was sponsoring is given on by `hand_over_sponsorship`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import Unit, User
from innovation.rules.refusal import Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle.actions.team import check_not_its_mentor
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_answer_sponsor
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED, PilotStatus

_ASKED = ("sponsor_asked", "sponsor_asked_by", "sponsor_asked_at")


def check_may_sponsor(sponsor: User | None, unit: Unit) -> None:
    """Whether somebody decides on resources there, as a sponsor does of other pilots."""
    if sponsor is not None and not sponsor.may(PilotsPermission.DECIDE_RESOURCES, unit.pk):
        raise Refused(
            _(
                "%(person)s cannot sponsor a pilot in %(unit)s: a sponsor is an executive of "
                "the unit or above it."
            )
            % {"person": sponsor.name, "unit": unit.name}
        )


def asked_at_opening(sponsor: User | None, *, by: User, at: datetime) -> dict[str, Any]:
    """What a pilot begins with; who opens it and sponsors it has said yes."""
    if sponsor is None or sponsor == by:
        return {"sponsor": sponsor}
    return {"sponsor_asked": sponsor, "sponsor_asked_by": by, "sponsor_asked_at": at}


def name_sponsor(pilot: Pilot, person: User | None, *, by: User, at: datetime) -> None:
    """Ask another to sponsor it, or nobody any more; until they say yes it is sponsored as before. The caller
    holds the pilot's lock and has asked whether `by` may. Whoever sponsors it and whoever was asked is told."""
    before, asked = pilot.sponsor, pilot.sponsor_asked
    if person == (asked or before):
        return
    check_may_sponsor(person, pilot.unit)
    if person is not None:
        check_not_its_mentor(pilot, person)
    _ask(pilot, None if person == before else person, by=by, at=at)
    if asked is not None:
        _tell([asked], pilot, _("You are not asked any more to sponsor “%(pilot)s”"), by=by, at=at)
    if person is None and before is not None:
        pilot.sponsor = None
        pilot.save(update_fields=["sponsor"])
        audit.record(
            "pilot.sponsor_dropped", pilot, by=by, at=at, also=(before,), before=audit.named(before)
        )
        _tell([before], pilot, _("You do not sponsor “%(pilot)s” any more"), by=by, at=at)
    if person is None or person == before:
        return
    if person == by:
        _take(pilot, by=by, at=at)
        return
    audit.record(
        "pilot.sponsor_asked", pilot, by=by, at=at, also=(person,), person=audit.named(person)
    )
    tell_asked(pilot, by=by, at=at)
    if before is not None:
        title = _("%(by)s asks %(person)s to sponsor “%(pilot)s” after you")
        _tell([before], pilot, title, by=by, at=at, person=person.name)


def tell_asked(pilot: Pilot, *, by: User, at: datetime) -> None:
    if pilot.sponsor_asked is None:
        return
    notices.notify(
        [pilot.sponsor_asked],
        kind="pilots",
        title=_("%(by)s asks you to sponsor “%(pilot)s”") % {"by": by.name, "pilot": pilot.title},
        text=_("You stand up for it from your yes on, and decide on none of its gates."),
        about=pilot,
        url=reverse("pilots:sponsor-answer", args=[pilot.pk]),
        at=at,
        but=by,
    )


@atomic
def answer_sponsor(pilot: Pilot, *, agrees: bool, words: str = "", by: User, at: datetime) -> Pilot:
    """Say yes or no to sponsoring it. Who sponsored it before stays known as one who did."""
    workflow.lock(pilot)
    check_can_answer_sponsor(by, pilot)
    _check_open(pilot)
    asker, before = pilot.sponsor_asked_by, pilot.sponsor
    if agrees:
        check_may_sponsor(by, pilot.unit)
        check_not_its_mentor(pilot, by)
        _take(pilot, by=by, at=at)
        title = _("%(by)s sponsors “%(pilot)s” from now on")
    else:
        _ask(pilot, None, by=by, at=at)
        audit.record("pilot.sponsor_declined", pilot, by=by, at=at)
        title = _("%(by)s does not sponsor “%(pilot)s”")
    _tell([asker, pilot.lead, before], pilot, title, words=words, by=by, at=at)
    return pilot


def _check_open(pilot: Pilot) -> None:
    """The sponsor is part of the charter, which is locked while somebody decides or the pilot runs: nobody
    says yes to a pilot once as who decides and then as its sponsor."""
    if pilot.status in ENDED:
        raise Refused(_("The pilot is over; who sponsored it stays on record."))
    if pilot.status != PilotStatus.SHAPING:
        raise Refused(
            _(
                "The charter is locked while the pilot is “%(status)s”. You can answer when it is shaped again."
            )
            % {"status": pilot.get_status_display()}
        )


def _take(pilot: Pilot, *, by: User, at: datetime) -> None:
    before = pilot.sponsor
    told: dict[str, Any] = {} if before is None else {"before": audit.named(before)}
    pilot.sponsor = by
    pilot.sponsor_asked = pilot.sponsor_asked_by = pilot.sponsor_asked_at = None
    pilot.save(update_fields=["sponsor", *_ASKED])
    audit.record(
        "pilot.sponsor_agreed",
        pilot,
        by=by,
        at=at,
        also=() if before is None else (before,),
        **told,
    )


def _ask(pilot: Pilot, person: User | None, *, by: User, at: datetime) -> None:
    pilot.sponsor_asked = person
    pilot.sponsor_asked_by = None if person is None else by
    pilot.sponsor_asked_at = None if person is None else at
    pilot.save(update_fields=_ASKED)


def _tell(
    whom: list[User | None],
    pilot: Pilot,
    title: str,
    *,
    by: User,
    at: datetime,
    words: str = "",
    person: str = "",
) -> None:
    notices.notify(
        {one for one in whom if one is not None},
        kind="pilots",
        title=title % {"by": by.name, "pilot": pilot.title, "person": person},
        text=visible(words),
        about=pilot,
        url=pilot.get_absolute_url(),
        at=at,
        but=by,
    )
