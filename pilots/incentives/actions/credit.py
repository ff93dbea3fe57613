"""The verbs of who had which part: asked to be put right, answered by the lead, left out, told on."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.needs.models import Need
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import reasons
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.incentives import queries
from pilots.incentives.models import CreditClaim, CreditLeftOut, CreditTold
from pilots.incentives.permissions import check_can_answer_claim
from pilots.lifecycle.models import Pilot

# Open at a time, of one person in one pilot.
MOST = 5


@atomic
def claim(pilot: Pilot, *, what: str, by: User, at: datetime) -> CreditClaim:
    """Say what one also did, where the record does not know it; whoever leads it says whether it was so."""
    workflow.lock(pilot)
    if by.acting_for is not None:
        raise NotAllowed(_("Each says it for themselves."))
    what = visible(what)
    if not what:
        raise Malformed(_("Say what you also did."))
    if CreditClaim.objects.open().filter(pilot=pilot, person=by).count() >= MOST:
        raise Refused(_("Wait for the answers to what you said already."))
    made = CreditClaim.objects.create(pilot=pilot, person=by, what=what, at=at)
    audit.record(
        "credit.claimed",
        made,
        by=by,
        at=at,
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
    )
    return made


@atomic
def answer_claim(
    claim: CreditClaim, *, confirm: bool, by: User, at: datetime, answer: str = ""
) -> CreditClaim:
    """Say whether it was so; a no says why."""
    workflow.lock(claim.pilot)
    workflow.lock(claim)
    check_can_answer_claim(by, claim)
    if claim.answered_at is not None:
        raise Conflict(_("%(who)s has answered it.") % {"who": claim.answered_by})
    claim.answer = visible(answer) if confirm else reasons.required(answer)
    claim.confirmed, claim.answered_by, claim.answered_at = confirm, by, at
    claim.save(update_fields=["answer", "confirmed", "answered_by", "answered_at"])
    audit.record(
        "credit.confirmed" if confirm else "credit.not_confirmed",
        claim,
        by=by,
        at=at,
        # A no is theirs to read, and stands in no pilot's history.
        also=[claim.pilot, claim.person] if confirm else [claim.person],
        unit_id=claim.pilot.unit_id,
        pilot=audit.named(claim.pilot),
        person=audit.named(claim.person),
    )
    notices.notify(
        [claim.person],
        kind="thanks",
        title=_("Your part in “%s” is in the record") % claim.pilot.title
        if confirm
        else _("What you say of your part in “%s” was not confirmed") % claim.pilot.title,
        text=claim.answer or claim.what,
        about=claim.pilot,
        url=reverse("pilots:my-contributions"),
        at=at,
        but=by,
    )
    return claim


@atomic
def leave_out(thing: Pilot | Need, *, left_out: bool, by: User, at: datetime) -> None:
    """Take one's own name off what is told of who had which part, or put it back. The log does not say who:
    that would tell it again."""
    of = {"pilot": thing} if isinstance(thing, Pilot) else {"need": thing}
    if by.acting_for is not None:
        raise NotAllowed(_("Each says it for themselves."))
    if left_out:
        CreditLeftOut.objects.get_or_create(person=by, **of, defaults={"at": at})
    else:
        CreditLeftOut.objects.filter(person=by, **of).delete()


@atomic
def tell_who_leads(pilot: Pilot, *, by: User, at: datetime) -> list[CreditTold]:
    """Tell whoever leads one's unit of one's part in a pilot: only where one wants it, and nothing of what
    was done without a name."""
    if by.acting_for is not None:
        raise NotAllowed(_("Each says it for themselves."))
    parts = [
        one for one in queries.credit_of_person(by) if one.pilot == pilot.pk and not one.unnamed
    ]
    if not parts:
        raise Refused(_("The record knows of no part of yours in it."))
    leaders = queries.who_leads(by)
    if not leaders:
        raise Refused(
            _("Nobody leads your unit in the product. Take the statement to them yourself.")
        )
    made = CreditTold.objects.bulk_create(
        CreditTold(person=by, pilot=pilot, told=one, at=at) for one in leaders
    )
    notices.notify(
        leaders,
        kind="thanks",
        title=_("%(who)s had a part in “%(pilot)s”") % {"who": by.name, "pilot": pilot.title},
        text="\n".join(one.words + "." for one in parts),
        about=pilot,
        url=pilot.get_absolute_url(),
        at=at,
    )
    return made
