"""What was learned, where the next team meets it: while a need is typed, at the charter, on needs and pilots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.needs.models import Need
from innovation.needs.queries import Likeness
from innovation.people.models import User
from innovation.rules import dates
from innovation.web.panels import Panel, SearchHit, WaitingItem
from innovation.workflow.models import StateChange
from pilots.gates.models import Decision, GateReview
from pilots.learning import actions, permissions, presenters, queries
from pilots.learning.models import LearningCard
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus

_SHOWN = 30
_HITS = 6


def keep_learning(pilot: Pilot, change: StateChange, told: Mapping[str, Any]) -> None:
    """As a pilot ends, in the same transaction."""
    actions.draft(pilot, change, told)


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    """How it ended and what was learned, once for each of its tries."""
    cards = queries.of_pilot(pilot)
    if not cards:
        return None
    rows = [
        (card, presenters.honour_of(user, card), permissions.can_complete(user, card))
        for card in cards
    ]
    return Panel("", "pilots/learning/_of_pilot.html", {"rows": rows}, bare=True)


def of_decision(user: User, review: GateReview) -> Panel | None:
    """With a decision to stop: whether it was honoured, and what it spared."""
    if review.decision != Decision.STOP:
        return None
    card = queries.of_decision(review)
    honour = None if card is None else presenters.honour_of(user, card)
    if honour is None:
        return None
    return Panel("", "pilots/learning/_honoured.html", {"honour": honour, "links": True}, bare=True)


def of_need(user: User, need: Need) -> Panel | None:
    """What became of what was tried for it."""
    cards = queries.of_need(user, need)
    if not cards:
        return None
    return Panel(
        _("What was learned from trying"), "pilots/learning/_cards.html", {"rows": _rows(cards)}
    )


def to_read(user: User, pilot: Pilot) -> Panel | None:
    """Cards that resemble what is shaped, to be read before it is proposed; then those that were read."""
    if pilot.status != PilotStatus.SHAPING:
        reads = list(pilot.cards_read.select_related("card", "person"))
        if not reads:
            return None
        return Panel(
            _("What the team read before"), "pilots/learning/_were_read.html", {"reads": reads}
        )
    found = queries.to_read(pilot)
    if not found:
        return None
    context = {
        "pilot": pilot,
        "found": [(one.card, presenters.what_became(one.card), one.read) for one in found],
        "may_read": permissions.can_read_for(user, pilot),
    }
    return Panel("", "pilots/learning/_to_read.html", context, bare=True)


def while_typing(user: User, like: Likeness) -> Panel | None:
    """Cards that say something like the need that is typed."""
    if not user.may(PilotsPermission.READ):
        return None
    cards = queries.resembling(user, like)
    if not cards:
        return None
    return Panel("", "pilots/learning/_while_typing.html", {"rows": _rows(cards)}, bare=True)


def waiting(user: User) -> list[WaitingItem]:
    """Cards that wait for their lead, or, where that one has left, for the office."""
    return [
        WaitingItem(
            title=card.pilot.title,
            sentence=_("It has ended. Write down what the next team should know; a draft is there.")
            if card.pilot.lead_id == user.pk
            else _("It has ended, and its lead has left. Write down what was learned."),
            url=reverse("pilots:learning-complete", args=[card.pk]),
            since=card.drafted_at,
            kind=_("What was learned"),
            action_label=_("Complete the card"),
        )
        for card in queries.to_complete(user)[:_SHOWN]
    ]


def search(user: User, text: str) -> list[SearchHit]:
    if not user.may(PilotsPermission.READ):
        return []
    cards = LearningCard.objects.visible_to(user).published().matching(text[:200])
    return [
        SearchHit(
            title=card.title,
            sentence=f"{presenters.what_became(card)} · {dates.day_in_words(card.ended_on)}",
            url=card.get_absolute_url(),
            kind=_("What was learned"),
        )
        for card in cards.for_list().order_by("-pk")[:_HITS]
    ]


def _rows(cards: list[LearningCard]) -> list[tuple[LearningCard, str, str]]:
    return [(card, presenters.what_became(card), presenters.tone(card)) for card in cards]
