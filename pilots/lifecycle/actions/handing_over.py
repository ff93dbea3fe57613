"""Giving on what somebody who has left was leading or sponsoring."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.people.permissions import check_can_hand_over
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle.actions.leads import check_may_lead
from pilots.lifecycle.actions.sponsors import check_may_sponsor
from pilots.lifecycle.actions.team import check_not_its_mentor
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED


@atomic
def hand_over_lead(pilot: Pilot, *, by: User, at: datetime, to: User) -> None:
    """Give a pilot whose lead has left to somebody else, whatever its state."""
    workflow.lock(pilot)
    before = pilot.lead
    _check_can_hand_over(pilot, before, by)
    check_may_lead(to, pilot.unit)
    check_not_its_mentor(pilot, to)
    pilot.lead = to
    pilot.save(update_fields=["lead"])
    audit.record(
        "pilot.lead_handed_over",
        pilot,
        by=by,
        at=at,
        also=(before, to),
        before=audit.named(before),
        person=audit.named(to),
    )


@atomic
def hand_over_sponsorship(pilot: Pilot, *, by: User, at: datetime, to: User) -> None:
    """Give a pilot whose sponsor has left to another, whatever its state."""
    workflow.lock(pilot)
    before = pilot.sponsor
    if before is None:
        raise Conflict(_("The pilot has no sponsor any more."))
    _check_can_hand_over(pilot, before, by)
    check_may_sponsor(to, pilot.unit)
    check_not_its_mentor(pilot, to)
    pilot.sponsor = to
    pilot.save(update_fields=["sponsor"])
    audit.record(
        "pilot.sponsor_handed_over",
        pilot,
        by=by,
        at=at,
        also=(before, to),
        before=audit.named(before),
        person=audit.named(to),
    )


def _check_can_hand_over(pilot: Pilot, holder: User, by: User) -> None:
    check_can_hand_over(by, pilot.unit_id, holder, PilotsPermission.OPEN)
    if pilot.status in ENDED:
        raise Refused(_("The pilot is over; who led it stays on record."))
