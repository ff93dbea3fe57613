"""What waits for those who decide, with the cost, what it serves and what is left on the card."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from innovation.people.models import User
from innovation.rules.money import money
from innovation.rules.numbers import number
from innovation.web import panels
from pilots.gates import presenters, queries
from pilots.gates.models import Decision, GateReview
from pilots.gates.room import GatesPermission
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus
from pilots.staffing import queries as staffing

_SHOWN = 20
# Where its plan binds: shaped anew it is open again, and once it ended nothing rests on it.
BOUND = (
    PilotStatus.APPROVED,
    PilotStatus.PREPARING,
    PilotStatus.RUNNING,
    PilotStatus.PAUSED,
    PilotStatus.EVALUATING,
)


def waiting(user: User) -> list[panels.WaitingItem]:
    """Reviews that this person could decide now."""
    if not (
        user.may(PilotsPermission.DECIDE_RESOURCES) or user.may(GatesPermission.DECIDE_OUTCOMES)
    ):
        return []
    return [_item(card) for card in queries.cards_for(user, limit=_SHOWN)]


def changes_of_the_protocol(user: User, pilot: Pilot) -> panels.Panel | None:
    """What is not as it was agreed when the pilot was given its resources."""
    if pilot.status not in BOUND:
        return None
    changed = presenters.changed_now(pilot, seen_by=user)
    if changed is None:
        return None
    return panels.Panel(
        title="",
        template="pilots/gates/_changed.html",
        context={"changed": changed},
        bare=True,
    )


def rule_of_the_outcome(_user: User, pilot: Pilot) -> panels.Panel | None:
    """What the agreed rule says of a pilot that runs, and where its outcome was decided against it."""
    said = queries.recommendation_of(pilot, at=timezone.now())
    # Nobody has decided on an outcome of what never went live.
    decided = None if pilot.went_live_on is None else queries.last_against_the_rule(pilot)
    if said is None and decided is None:
        return None
    return panels.Panel(
        title="",
        template="pilots/gates/_rule.html",
        context={"recommended": said, "decided": decided},
        bare=True,
    )


def promised(_user: User, pilot: Pilot) -> panels.Panel:
    """What was promised before the first number: the hypothesis, the rule, and since when both are
    locked."""
    approved = GateReview.objects.last_approval(pilot)
    rule = queries.rule_of(pilot, approved)
    return panels.Panel(
        title=_("What was promised"),
        template="pilots/gates/_promised.html",
        context={
            "pilot": pilot,
            "rule": presenters.rule_said(rule),
            "approved": approved,
            "protocol": "" if approved is None else presenters.protocol_of(approved),
        },
    )


def decisions(_user: User, pilot: Pilot) -> panels.Panel | None:
    """What was decided on it, each with what was known then."""
    reviews = list(
        GateReview.objects.filter(pilot=pilot)
        .exclude(decision="")
        .exclude(decision=Decision.WITHDRAW)
        .select_related("decided_by")[:_SHOWN]
    )
    if not reviews:
        return None
    return panels.Panel(
        title=_("What was decided"),
        template="pilots/gates/_decisions.html",
        context={"reviews": reviews},
    )


def _item(card: queries.ReviewCard) -> panels.WaitingItem:
    review, pilot = card.review, card.review.pilot
    needs = " ".join(presenters.need_sentence(need) for need in card.needs[:1])
    if review.gate == Gate.RESOURCES:
        title = _("%(pilot)s, %(amount)s and %(full_time)s full time") % {
            "pilot": pilot.title,
            "amount": money(card.cost.amount) if card.cost else money(0),
            "full_time": number(staffing.full_time_at_most(card.allocations)),
        }
        left = (
            _("%(fund)s has %(left)s left.")
            % {"fund": card.cost.request.fund, "left": money(card.cost.before)}
            if card.cost
            else ""
        )
        sentence = f"{left} {needs}".strip()
        kind, label = _("Resources"), _("Approve or return")
    else:
        title = _("%(pilot)s, outcome gate") % {"pilot": pilot.title}
        sentence = review.case.strip() or needs
        kind, label = _("Outcome"), pgettext("verb", "Decide")
    return panels.WaitingItem(
        title=title,
        sentence=sentence,
        url=review.get_absolute_url(),
        since=review.opened_at,
        kind=kind,
        action_label=label,
    )
