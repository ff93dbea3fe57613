"""Conditions under which somebody approves, and who saw that they are met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, dates, reasons
from innovation.rules.dates import day_in_words, moment_in_words
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.gates import queries
from pilots.gates.models import GOES_ON, GateCondition, GateReview
from pilots.gates.permissions import check_can_verify


@dataclass(frozen=True)
class NewCondition:
    """Under which somebody approves: what, who sees to it by when, and who verifies it."""

    text: str
    owner: User
    due_on: date
    verifier: User


def make_conditions(
    review: GateReview,
    conditions: Sequence[NewCondition],
    *,
    goes_on: bool,
    by: User,
    at: datetime,
) -> None:
    """With the decision, where by it the pilot `goes_on`."""
    if not conditions:
        return
    if not goes_on:
        raise Malformed(_("Conditions belong to a decision by which it goes on."))
    able = set(queries.people_for_conditions(review.pilot).values_list("pk", flat=True))
    for one in conditions:
        if not visible(one.text):
            raise Malformed(_("Say what the condition is."))
        if one.due_on <= dates.day_of(at):
            raise Malformed(_("A condition is due on a day that is still to come."))
        check_near(one.due_on, at=at)
        for person in (one.owner, one.verifier):
            if person.pk not in able:
                raise Malformed(
                    _("%(who)s neither works on this pilot nor decides on it.")
                    % {"who": person.name}
                )
        with constraints.explained():
            GateCondition.objects.create(
                review=review,
                text=visible(one.text),
                owner=one.owner,
                due_on=one.due_on,
                verifier=one.verifier,
                by=by,
                at=at,
            )


def tell_of_conditions(review: GateReview, *, by: User, at: datetime) -> None:
    """Once it is decided: who sees to them, and who verifies them."""
    if review.decision not in GOES_ON:
        return
    pilot = review.pilot
    for condition in review.conditions.select_related("owner", "verifier"):
        audit.record(
            "condition.made",
            condition,
            by=by,
            at=at,
            also=(review, pilot),
            unit_id=pilot.unit_id,
            pilot=audit.named(pilot),
            text=condition.text,
            owner=audit.named(condition.owner),
            verifier=audit.named(condition.verifier),
            due_on=condition.due_on,
        )
        notices.notify(
            [condition.owner, condition.verifier],
            kind="decisions",
            title=_("A condition of “%(pilot)s”, due on %(day)s")
            % {"pilot": pilot.title, "day": day_in_words(condition.due_on)},
            text=_("%(text)s %(owner)s sees to it, %(verifier)s verifies it.")
            % {
                "text": condition.text,
                "owner": condition.owner.name,
                "verifier": condition.verifier.name,
            },
            about=pilot,
            url=condition.get_absolute_url(),
            at=at,
            but=by,
        )


@atomic
def verify(condition: GateCondition, *, note: str, by: User, at: datetime) -> GateCondition:
    """Say that a condition is met, and what was seen."""
    workflow.lock(condition.review)
    workflow.lock(condition)
    check_can_verify(by, condition)
    pilot = condition.review.pilot
    if condition.review.decision not in GOES_ON:
        raise Refused(_("This was not approved, so nothing was asked."))
    if condition.verified_at is not None and condition.verified_by is not None:
        raise Conflict(
            _("%(who)s verified it on %(when)s. Nothing of yours was applied.")
            % {
                "who": condition.verified_by.name,
                "when": moment_in_words(condition.verified_at),
            }
        )
    condition.note = reasons.required(note)
    condition.verified_at, condition.verified_by = at, by
    condition.save(update_fields=["note", "verified_at", "verified_by"])
    audit.record(
        "condition.verified",
        condition,
        by=by,
        at=at,
        also=(condition.review, pilot),
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        text=condition.text,
        note=condition.note,
    )
    notices.notify(
        [condition.owner, condition.by, pilot.lead],
        kind="decisions",
        title=_("A condition of “%s” is met") % pilot.title,
        text=condition.text,
        about=pilot,
        url=condition.get_absolute_url(),
        at=at,
        but=by,
    )
    return condition
