"""What every verb of a gate does with its review: lock it and what hangs on it, open it, write what was
decided, and tell of it.

Rows are locked before the first audit event and in one order: the pilot, what it grew from, the review, the
money. Every effect of a decision is in one transaction.
"""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.needs import queries as need_queries
from innovation.needs.models import Voice
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import dates, reasons
from innovation.rules.dates import moment_in_words
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.text import visible
from innovation.workflow import actions as workflow
from pilots.delegation.models import Delegation
from pilots.funding import actions as funding
from pilots.gates import pathways
from pilots.gates.comparisons import hash_of_known
from pilots.gates.models import Decision, GateReview
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Checked, Gate
from pilots.lifecycle.models import Pilot
from pilots.staffing import actions as staffing
from pilots.staffing.queries import team_people

_DECIDED = (
    "decision", "reason", "decided_by", "decided_at", "known", "recommended", "against",
    "early_until", "early_because", "stale", "stale_because", "delegation", "decided_for",
)  # fmt: skip


def record(
    event_type: str, review: GateReview, /, *, by: User, at: datetime, **details: object
) -> None:
    """What happened to the review, in the history of its pilot, too."""
    audit.record(
        event_type,
        review,
        by=by,
        at=at,
        also=(review.pilot,),
        unit_id=review.pilot.unit_id,
        pilot=audit.named(review.pilot),
        **details,
    )


def lock(review: GateReview) -> Pilot:
    """All that a decision writes, in the one order: the pilot, what it grew from, the review, the
    money."""
    pilot = review.pilot
    lifecycle.lock_roots(pilot)
    workflow.lock(review)
    review.pilot = pilot
    funding.lock_money(pilot)
    return pilot


def open_review(
    pilot: Pilot, gate: Gate, *, case: str, by: User, at: datetime, with_go_live: bool = False
) -> GateReview:
    if GateReview.objects.waiting().filter(pilot=pilot).exists():
        raise Conflict(_("“%s” waits for a decision already.") % pilot.title)
    return GateReview.objects.create(
        pilot=pilot,
        gate=gate,
        opened_at=at,
        opened_by=by,
        case=visible(case),
        with_go_live=with_go_live,
        answer_by=pathways.answer_by(pilot.pathway, gate, dates.day_of(at)),
    )


def write(
    review: GateReview,
    decision: Decision,
    *,
    reason: str,
    known: dict[str, object],
    by: User,
    at: datetime,
    delegation: Delegation | None = None,
) -> dict[str, object]:
    """Write the decision; what the event of the pilot's step tells of it."""
    review.decision, review.reason = (
        decision,
        reason_of(reason, required=decision != Decision.APPROVE),
    )
    review.decided_by, review.decided_at, review.known = by, at, known
    review.delegation = delegation
    review.decided_for = by.acting_for if delegation is None else delegation.given_by
    review.save(update_fields=_DECIDED)
    return told(review, decision, known) | said_for(delegation)


def said_for(delegation: Delegation | None) -> dict[str, object]:
    """For whom, as the log says it where somebody acts for another."""
    return {} if delegation is None else {"acting_for": audit.named(delegation.given_by)}


def told(review: GateReview, decision: Decision, known: dict[str, object]) -> dict[str, object]:
    return {"review": review.pk, "decision": decision.value, "known": hash_of_known(known)}


def give_back(pilot: Pilot, *, by: User, at: datetime) -> None:
    funding.release_all(pilot, by=by, at=at)
    staffing.free(pilot, by=by, at=at)


def reason_of(reason: str, *, required: bool) -> str:
    return reasons.required(reason) if required else visible(reason)


def check_opens(pilot: Pilot, gate: Gate) -> None:
    check_met(checklist.checklist(pilot, gate))


def check_met(checks: list[Checked]) -> None:
    absent = checklist.missing(checks)
    if absent:
        raise Refused(_("Not yet: %s") % " ".join(check.sentence for check in absent))


def check_is(review: GateReview, gate: Gate) -> None:
    if review.gate != gate:
        raise Refused(
            _("This is a question about %(gate)s.") % {"gate": review.get_gate_display().lower()}
        )


def check_undecided(review: GateReview, wanted: object) -> None:
    if review.decided_at is None:
        return
    raise Conflict(
        _(
            "“%(wanted)s” is not possible any more: %(who)s decided “%(decision)s” on %(when)s. "
            "Nothing of yours was applied."
        )
        % {
            "wanted": wanted,
            "who": review.decider or _("somebody"),
            "decision": review.get_decision_display(),
            "when": moment_in_words(review.decided_at),
        }
    )


def tell_team(pilot: Pilot, *, title: str, text: str, by: User, at: datetime) -> None:
    people = team_people(pilot)
    people += [one for one in (pilot.sponsor, pilot.owner) if one is not None]
    notices.notify(
        people,
        kind="pilots",
        title=title,
        text=text,
        about=pilot,
        url=reverse("pilots:pilot-detail", args=[pilot.pk]),
        at=at,
        but=by,
    )


def tell_voices(pilot: Pilot, *, title: str, text: str, by: User, at: datetime) -> None:
    """Those who filed or share the pilot's needs; one notice each, however many needs."""
    on_team = {person.pk for person in team_people(pilot)}
    needs = list(pilot.needs.all())
    people = {need.submitted_by_id: need.submitted_by for need in needs}
    heard = need_queries.people_behind(Voice.objects.filter(need__in=needs))
    people |= {person.pk: person for person in heard}
    notices.notify(
        [person for pk, person in people.items() if pk not in on_team],
        kind="needs",
        title=title,
        text=text,
        about=pilot,
        url=reverse("innovation:need-detail", args=[needs[0].pk]),
        at=at,
        but=by,
    )
