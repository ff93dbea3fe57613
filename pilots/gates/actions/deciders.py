"""Whom a gate asks, and what happens where nobody is left who could decide."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.audit.actions import Actor
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.gates import queries
from pilots.gates.models import GateReview

LOOK = audit.System("Search for deciders")


def ask_deciders(
    review: GateReview, *, title: str, text: str, by: User, at: datetime, needed: int = 1
) -> None:
    """Tell everybody whose turn it is to decide; where they are fewer than it takes, those who can change
    that."""
    found = queries.asked_now(review, but=by)
    notices.notify(
        found,
        kind="decisions",
        title=title,
        text=text,
        about=review.pilot,
        url=review.get_absolute_url(),
        at=at,
        but=by,
    )
    if len(found) <= needed and queries.is_stuck(review):
        _tell_that_nobody_is_left(review, by=by, at=at)


@atomic
def look_for_deciders(*, at: datetime) -> None:
    """Where nobody is left who could decide, tell those who can change that, once; and note where
    somebody is there again."""
    waiting = GateReview.objects.waiting().select_related("pilot__unit", "pilot__lead")
    for review in waiting.order_by("pk"):
        stuck = queries.is_stuck(review)
        if stuck == (review.nobody_left_since is not None):
            continue
        workflow.lock(review)
        if review.decided_at is not None or stuck == (review.nobody_left_since is not None):
            continue  # somebody was first
        if stuck:
            _tell_that_nobody_is_left(review, by=LOOK, at=at)
        else:
            review.nobody_left_since = None
            review.save(update_fields=["nobody_left_since"])
            audit.record(
                "gate.somebody_again",
                review,
                by=LOOK,
                at=at,
                also=(review.pilot,),
                unit_id=review.pilot.unit_id,
                pilot=audit.named(review.pilot),
            )


def _tell_that_nobody_is_left(review: GateReview, *, by: Actor, at: datetime) -> None:
    pilot = review.pilot
    review.nobody_left_since = at
    review.save(update_fields=["nobody_left_since"])
    administrators = ", ".join(one.name for one in queries.administrators_of(pilot))
    notices.notify(
        queries.to_tell_that_nobody_is_left(pilot),
        kind="decisions",
        title=_("Nobody is left who could decide on “%s”") % pilot.title,
        text=_("Its page says who could be asked. Roles are given by %(names)s.")
        % {"names": administrators or _("nobody in its unit")},
        about=pilot,
        url=review.get_absolute_url(),
        at=at,
    )
    audit.record(
        "gate.nobody_left",
        review,
        by=by,
        at=at,
        also=(pilot,),
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
    )
