"""What ideas put on other pages: those that answer a need, and what a search finds."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.ideas import permissions, presenters, queries
from innovation.ideas.models import Idea
from innovation.ideas.room import IdeasPermission
from innovation.needs.models import Need
from innovation.needs.states import CLOSED_TO_IDEAS
from innovation.people.models import User
from innovation.web import panels

_SHOWN = 10
_HITS = 4


def ideas_of_need(user: User, need: Need) -> panels.Panel | None:
    if not user.may(IdeasPermission.READ):
        return None
    ideas = [(idea, presenters.tone(idea)) for idea in queries.ideas_for(user, need)[:_SHOWN]]
    can_propose = need.status not in CLOSED_TO_IDEAS and permissions.can_propose(user)
    if not ideas and not can_propose:
        return None
    return panels.Panel(
        _("Ideas for it"),
        "innovation/ideas/_of_need.html",
        {
            "ideas": ideas,
            "propose_url": f"{reverse('innovation:idea-create')}?need={need.pk}"
            if can_propose
            else "",
        },
    )


def search_hits(user: User, text: str) -> list[panels.SearchHit]:
    if not user.may(IdeasPermission.READ) or not text.strip():
        return []
    return [
        panels.SearchHit(
            title=idea.title,
            sentence=f"{idea.unit.name} · {idea.get_status_display()}",
            url=idea.get_absolute_url(),
            kind=_("Idea"),
        )
        for idea in Idea.objects.visible_to(user).matching(text[:200]).for_list()[:_HITS]
    ]
