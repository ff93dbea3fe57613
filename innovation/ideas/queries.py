"""Reading ideas together with the needs they answer."""

from typing import Any

from django.db.models import Q

from innovation.ideas.models import Idea, IdeaQuerySet
from innovation.needs.models import Need


def ideas_for(user: Any, need: Need) -> IdeaQuerySet:
    """Ideas that this person may read and that answer the need, or one merged into it."""
    found = Idea.needs.through.objects.filter(Q(need=need) | Q(need__merged_into=need))
    return (
        Idea.objects.visible_to(user).filter(pk__in=found.values("idea")).for_list().order_by("-id")
    )


def needs_of(user: Any, idea: Idea) -> list[Need]:
    """The needs an idea answers, as far as this person may read them."""
    return list(Need.objects.visible_to(user).filter(ideas=idea).for_list())


def hidden_needs_of(user: Any, idea: Idea) -> int:
    """How many of the idea's needs this person may not read."""
    return idea.needs.count() - Need.objects.visible_to(user).filter(ideas=idea).count()
