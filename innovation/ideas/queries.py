"""Reading ideas together with the needs they answer."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from innovation.ideas.models import Idea, IdeaQuerySet
from innovation.needs import queries as need_queries
from innovation.needs.models import Need, NeedQuerySet
from innovation.needs.states import CLOSED_TO_IDEAS
from innovation.people.models import User
from innovation.web.keys import key_of


def ideas_for(user: User, need: Need) -> IdeaQuerySet:
    """Ideas that this person may read and that answer the need, or one merged into it."""
    found = Idea.needs.through.objects.filter(Q(need=need) | Q(need__merged_into=need))
    return (
        Idea.objects.visible_to(user).filter(pk__in=found.values("idea")).for_list().order_by("-id")
    )


def needs_of(user: User, idea: Idea) -> list[Need]:
    """The needs an idea answers, as far as this person may read them."""
    return list(Need.objects.visible_to(user).filter(ideas=idea).for_list())


def needs_open_to_ideas(user: User) -> NeedQuerySet:
    return Need.objects.visible_to(user).exclude(status__in=CLOSED_TO_IDEAS)


def needs_to_answer(
    user: User, *, chosen: Iterable[str] = (), text: str = "", limit: int = 6
) -> list[Need]:
    """Needs that an idea could answer: those chosen already, then those that `text` finds or, for
    a longer text, that resemble it."""
    keys = [key for text in chosen if (key := key_of(text)) is not None]
    open_ones = needs_open_to_ideas(user)
    kept = list(open_ones.filter(pk__in=keys).for_list()) if keys else []
    found: list[Need] = []
    if text.strip():
        found = list(
            open_ones.matching(text[:200]).for_list().order_by("-voice_count", "-id")[:limit]
        ) or [
            need
            for need in need_queries.similar(user, text, limit=limit)
            if need.status not in CLOSED_TO_IDEAS
        ]
    return [*kept, *(need for need in found if need not in kept)]
