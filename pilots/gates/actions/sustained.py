"""The gate after scaling: it opens by itself, and somebody outside decides whether it stays."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.refusal import Malformed
from innovation.rules.transactions import atomic
from pilots.gates.actions import reviews
from pilots.gates.actions.deciders import ask_deciders
from pilots.gates.models import DECISIONS_AT, Decision, GateReview
from pilots.gates.permissions import check_can_decide
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot

CLOCK = audit.System("Reviews after scaling")


@atomic
def open_sustained(pilot: Pilot, *, owner: User, case: str, at: datetime) -> GateReview:
    """Ask whether what was scaled stays, in the name of its owner, who therefore does not decide.
    The caller holds the pilot's lock."""
    review = reviews.open_review(pilot, Gate.SUSTAINED, case=case, by=owner, at=at)
    audit.record(
        "gate.sustained_opened",
        review,
        by=CLOCK,
        at=at,
        also=(pilot, owner),
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        owner=audit.named(owner),
    )
    ask_deciders(
        review,
        title=_("“%s” was scaled: does it hold?") % pilot.title,
        text=_("%(owner)s owns it and is asked what they see. Whether it stays waits for you.")
        % {"owner": owner.name},
        by=owner,
        at=at,
    )
    return review


@atomic
def decide_sustained(
    review: GateReview,
    *,
    decision: str,
    reason: str,
    known: dict[str, object],
    by: User,
    at: datetime,
) -> GateReview:
    """It stays, is looked at again, or is taken out of use; with what was known."""
    pilot = reviews.lock(review)
    check_can_decide(by, review)
    reviews.check_is(review, Gate.SUSTAINED)
    if decision not in DECISIONS_AT[Gate.SUSTAINED]:
        raise Malformed(_("Choose whether it stays, is looked at again or is taken out of use."))
    chosen = Decision(decision)
    reviews.check_undecided(review, chosen.label)
    reason = reviews.reason_of(reason, required=True)
    told = reviews.write(review, chosen, reason=reason, known=known, by=by, at=at)
    if chosen == Decision.TAKE_OUT:
        lifecycle.take_out(pilot, reason=reason, by=by, at=at, locked=True, told=told)
        title = _("What “%s” tried is taken out of use") % pilot.title
        reviews.tell_voices(pilot, title=title, text=reason, by=by, at=at)
    elif chosen == Decision.SUSTAINED:
        reviews.record("gate.sustained", review, by=by, at=at, reason=reason, **told)
        title = _("What “%s” tried holds, and stays") % pilot.title
    else:
        reviews.record("gate.look_again", review, by=by, at=at, reason=reason, **told)
        title = _("What “%s” tried is looked at again") % pilot.title
    reviews.tell_team(pilot, title=title, text=reason, by=by, at=at)
    return review
