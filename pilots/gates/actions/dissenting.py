"""Concerns of people who may decide, review or advise, before it is decided."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, reasons
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.gates import queries
from pilots.gates.models import Dissent, GateReview
from pilots.gates.permissions import check_can_dissent


@atomic
def dissent(review: GateReview, *, text: str, by: User, at: datetime) -> Dissent:
    """Say a concern, once. Whoever decides has it before them, and it stays beside the decision."""
    workflow.lock(review)
    check_can_dissent(by, review)
    with constraints.explained():
        made = Dissent.objects.create(review=review, person=by, text=reasons.required(text), at=at)
    pilot = review.pilot
    audit.record(
        "dissent.said",
        made,
        by=by,
        at=at,
        also=(review, pilot),
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        text=made.text,
    )
    notices.notify(
        [pilot.lead, *queries.asked_now(review)],
        kind="decisions",
        title=_("%(who)s has a concern about “%(pilot)s”") % {"who": by.name, "pilot": pilot.title},
        text=made.text,
        about=pilot,
        url=review.get_absolute_url(),
        at=at,
        but=by,
    )
    return made
