"""What ideas put on other pages: those that answer a need, and what a search finds."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.ideas import permissions, presenters, queries
from innovation.ideas.models import Idea
from innovation.ideas.room import IdeasPermission
from innovation.ideas.states import IdeaStatus
from innovation.needs.models import Need
from innovation.needs.states import CLOSED_TO_IDEAS
from innovation.people.models import User
from innovation.rules import dates
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


_TRIED = (IdeaStatus.IN_PILOT, IdeaStatus.PROVEN, IdeaStatus.NOT_PROVEN)
_OPEN = (IdeaStatus.PROPOSED, IdeaStatus.IN_PILOT)


def skills_earned(user: User, people: Collection[int]) -> list[panels.EarnedSkill]:
    """Who proposed an idea that a pilot tried, proven or not."""
    ideas = Idea.objects.visible_to(user).filter(proposed_by__in=people, status__in=_TRIED)
    return [
        panels.EarnedSkill(
            person=idea.proposed_by_id,
            skill="ideas",
            did=_("Proposed an idea that was tried"),
            about=idea.title,
            url=idea.get_absolute_url(),
            on=dates.day_of(idea.proposed_at),
        )
        for idea in ideas.only("proposed_by", "title", "proposed_at")
    ]


def help_subjects(user: User, refs: Collection[str]) -> list[panels.HelpSubject]:
    """Ideas that help may be called for: by who proposed one, and by the office."""
    keys = panels.keys_of(refs, "idea")
    if not keys:
        return []
    ideas = Idea.objects.visible_to(user).filter(pk__in=keys).for_list()
    return [_help_subject(user, idea) for idea in ideas]


def help_subject(user: User, thing: object) -> panels.HelpSubject | None:
    """The same of an idea whose page this person has before them."""
    return _help_subject(user, thing) if isinstance(thing, Idea) else None


def _help_subject(user: User, idea: Idea) -> panels.HelpSubject:
    return panels.HelpSubject(
        ref=audit.ref(idea),
        thing=idea,
        kind=_("Idea"),
        title=idea.title,
        url=idea.get_absolute_url(),
        unit_id=idea.unit_id,
        goes_on=idea.status in _OPEN,
        why_not=""
        if idea.proposed_by_id == user.pk or permissions.can_sort(user, idea)
        else _("Whoever proposed the idea calls for help with it, and the innovation office."),
    )
