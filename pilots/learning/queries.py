"""Cards that resemble what somebody begins, drafts that wait, and what stops by rule spared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.shortcuts import get_object_or_404

from innovation.needs.models import Need
from innovation.needs.queries import Likeness, likeness
from innovation.people.models import User, UserQuerySet
from pilots.gates.models import GateReview
from pilots.learning.models import CardRead, LearningCard, LearningCardQuerySet
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import may_own_blockers
from pilots.lifecycle.room import PilotsPermission

# More than these nobody reads before they propose.
MOST_TO_READ = 3


def visible_card(user: User, pk: int) -> LearningCard:
    """The card with all it shows, where this person may read it; otherwise there is none (404)."""
    cards = LearningCard.objects.visible_to(user).select_related(
        "pilot__unit", "pilot__lead", "pilot__sponsor", "ask", "published_by", "review"
    )
    return get_object_or_404(cards.defer("search"), pk=pk)


def people_to_ask(pilot: Pilot) -> UserQuerySet:
    """Its team, its sponsor and the office, as far as they are still here."""
    return may_own_blockers(pilot)


def of_pilot(pilot: Pilot) -> list[LearningCard]:
    """What was learned from each of its tries, the last one first."""
    cards = LearningCard.objects.filter(pilot=pilot).select_related("ask")
    found = list(cards.defer("search", "facts").order_by("-pk"))
    for card in found:
        card.pilot = pilot  # with all that is known of it
    return found


def of_decision(review: GateReview) -> LearningCard | None:
    cards = LearningCard.objects.filter(review=review).select_related("pilot")
    return cards.defer("search", "facts").first()


def of_need(user: User, need: Need) -> list[LearningCard]:
    """Published cards of pilots that set out to answer it."""
    cards = LearningCard.objects.visible_to(user).published()
    with_need = Pilot.needs.through.objects.filter(need=need).values("pilot")
    return list(cards.filter(pilot__in=with_need).for_list().order_by("-pk"))


def resembling(user: User, like: Likeness, *, limit: int = MOST_TO_READ) -> list[LearningCard]:
    """Published cards that this person may read and that say something like it, the closest first. One
    query."""
    if not like.selective:
        return []
    rows = like.closest(LearningCard.objects.published_to(user)).for_list()
    return list(rows.order_by("-closeness", "-pk")[:limit])


@dataclass(frozen=True)
class CardToRead:
    """A card that resembles what a pilot wants to try, and who of its team read it."""

    card: LearningCard
    read: CardRead | None


def to_read(pilot: Pilot) -> list[CardToRead]:
    """The cards that its team reads before it asks for resources, as its lead may read them; once for all who
    ask. Nothing is compared while there are none."""
    known: list[CardToRead] | None = getattr(pilot, "_cards_to_read", None)
    if known is None:
        known = pilot._cards_to_read = _to_read(pilot)  # type: ignore[attr-defined]
    return known


def _to_read(pilot: Pilot) -> list[CardToRead]:
    cards = LearningCard.objects.published().exclude(pilot=pilot)
    if not cards.exists():
        return []
    said = [pilot.title, pilot.summary, *(need.title for need in pilot.needs.all())]
    found = [
        one
        for one in resembling(pilot.lead, likeness("\n".join(said)), limit=MOST_TO_READ + 1)
        if one.pilot_id != pilot.pk
    ]
    if not found:
        return []
    reads = {one.card_id: one for one in reversed(list(pilot.cards_read.all()))}
    return [CardToRead(one, reads.get(one.pk)) for one in found[:MOST_TO_READ]]


def to_complete(user: User) -> LearningCardQuerySet:
    """Drafts of pilots that this person led; for the office, of those whose lead has left."""
    left = Q(pilot__lead__is_active=False, pilot__unit_id__within=user.reach(PilotsPermission.OPEN))
    return (
        LearningCard.objects.drafts()
        .filter(Q(pilot__lead=user.pk) | left)
        .for_list()
        .order_by("pk")
    )


def stops_by_rule(
    user: User, *, since: date | None = None, until: date | None = None
) -> LearningCardQuerySet:
    """Pilots of this person's that were stopped as their rule said, the last one first."""
    stops = LearningCard.objects.stops_by_rule().filter(
        pilot__in=Pilot.objects.visible_to(user).values("pk")
    )
    if since is not None:
        stops = stops.filter(ended_on__gte=since)
    if until is not None:
        stops = stops.filter(ended_on__lte=until)
    return stops.for_list().prefetch_related("pilot__team").order_by("-ended_on", "-pk")
