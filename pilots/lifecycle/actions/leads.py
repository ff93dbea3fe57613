"""Giving the lead of a pilot on while its lead is still here: asked, and taken by the one who is asked.

What somebody who has left was leading is given on by `hand_over_lead`.
"""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import Unit, User
from innovation.rules import constraints, reasons
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle.actions.team import check_not_its_mentor
from pilots.lifecycle.models import LeadAnswer, LeadOffer, Pilot
from pilots.lifecycle.permissions import check_can_answer_lead_offer, check_can_lead
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED


def check_may_lead(lead: User, unit: Unit) -> None:
    """Whether somebody holds the role that leading a pilot there takes."""
    if not lead.may(PilotsPermission.LEAD, unit.pk):
        raise Refused(
            _(
                "%(person)s cannot lead a pilot in %(unit)s yet: that takes the role “Pilot "
                "team” there."
            )
            % {"person": lead.name, "unit": unit.name}
        )


@atomic
def offer_lead(pilot: Pilot, *, to: User, reason: str, by: User, at: datetime) -> LeadOffer:
    """Ask somebody to lead the pilot from now on; until they say yes it is led as before."""
    workflow.lock(pilot)
    check_can_lead(by, pilot)
    _check_goes_on(pilot)
    if not to.is_active:
        raise Refused(_("%(person)s does not work here any more.") % {"person": to.name})
    if to == pilot.lead:
        raise Refused(_("%(person)s leads it already.") % {"person": to.name})
    check_may_lead(to, pilot.unit)
    check_not_its_mentor(pilot, to)
    with constraints.explained():
        offer = LeadOffer.objects.create(
            pilot=pilot, to=to, offered_by=by, offered_at=at, reason=reasons.required(reason)
        )
    audit.record(
        "pilot.lead_offered", pilot, by=by, at=at, also=(to,), person=audit.named(to),
        reason=offer.reason,
    )  # fmt: skip
    notices.notify(
        [to],
        kind="pilots",
        title=_("%(by)s asks you to lead “%(pilot)s”") % {"by": by.name, "pilot": pilot.title},
        text=offer.reason,
        about=pilot,
        url=reverse("pilots:lead-answer", args=[offer.pk]),
        at=at,
        but=by,
    )
    return offer


@atomic
def accept_lead(offer: LeadOffer, *, by: User, at: datetime, words: str = "") -> Pilot:
    """Take the lead. Who led it so far stays known as one who did, and judges nothing of it."""
    pilot = _locked(offer)
    check_can_answer_lead_offer(by, offer)
    _check_goes_on(pilot)
    check_may_lead(by, pilot.unit)
    check_not_its_mentor(pilot, by)
    before = pilot.lead
    _answer(offer, LeadAnswer.ACCEPTED, words, at=at)
    pilot.lead = by
    pilot.save(update_fields=["lead"])
    audit.record(
        "pilot.lead_taken", pilot, by=by, at=at, also=(before,), before=audit.named(before)
    )
    _tell(
        [before, offer.offered_by, pilot.sponsor],
        offer,
        _("%(by)s leads “%(pilot)s” from now on") % {"by": by.name, "pilot": pilot.title},
        by=by,
        at=at,
    )
    return pilot


@atomic
def decline_lead(offer: LeadOffer, *, by: User, at: datetime, words: str = "") -> None:
    """Say no, with or without a word why; nothing changes."""
    pilot = _locked(offer)
    check_can_answer_lead_offer(by, offer)
    _answer(offer, LeadAnswer.DECLINED, words, at=at)
    audit.record("pilot.lead_declined", pilot, by=by, at=at)
    _tell(
        [offer.offered_by, pilot.lead],
        offer,
        _("%(by)s does not take the lead of “%(pilot)s”") % {"by": by.name, "pilot": pilot.title},
        by=by,
        at=at,
    )


@atomic
def withdraw_lead(offer: LeadOffer, *, by: User, at: datetime) -> None:
    """Ask no longer."""
    pilot = _locked(offer)
    check_can_lead(by, pilot)
    _answer(offer, LeadAnswer.WITHDRAWN, "", at=at)
    audit.record(
        "pilot.lead_offer_withdrawn", pilot, by=by, at=at, also=(offer.to,),
        person=audit.named(offer.to),
    )  # fmt: skip
    _tell(
        [offer.to],
        offer,
        _("You are not asked any more to lead “%(pilot)s”") % {"pilot": pilot.title},
        by=by,
        at=at,
    )


def _locked(offer: LeadOffer) -> Pilot:
    pilot = offer.pilot
    workflow.lock(pilot)
    offer.refresh_from_db(fields=["answer", "answered_at"])
    if offer.answered_at is not None:
        raise Conflict(
            _("This was answered already: %(answer)s.") % {"answer": offer.get_answer_display()}
        )
    return pilot


def _answer(offer: LeadOffer, answer: LeadAnswer, words: str, *, at: datetime) -> None:
    offer.answer, offer.answered_at, offer.words = answer, at, visible(words)
    offer.save(update_fields=["answer", "answered_at", "words"])


def _check_goes_on(pilot: Pilot) -> None:
    if pilot.status in ENDED:
        raise Refused(_("The pilot is over; who led it stays on record."))


def _tell(whom: list[User | None], offer: LeadOffer, title: str, *, by: User, at: datetime) -> None:
    notices.notify(
        {one for one in whom if one is not None},
        kind="pilots",
        title=title,
        text=offer.words,
        about=offer.pilot,
        url=offer.pilot.get_absolute_url(),
        at=at,
        but=by,
    )
