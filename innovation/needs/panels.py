"""What needs put on other pages: what waits for somebody, and what a search finds."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.needs import queries
from innovation.needs.models import Need
from innovation.needs.room import NeedsPermission
from innovation.needs.states import SETTLED
from innovation.people.models import Unit, User
from innovation.web import panels

# Each need of the queue is an item of its own, up to here; the rest are one item together.
_SHOWN = 8
_COUNTED = 100
_HITS = 6


def waiting(user: User) -> list[panels.WaitingItem]:
    """Questions to the person's own needs, and for the office the queue, oldest first."""
    queue = queries.queue_head(user, limit=_SHOWN + 1)
    items = [
        panels.WaitingItem(
            title=need.title,
            sentence=_("The innovation office has a question about your need."),
            url=need.get_absolute_url(),
            since=need.first_answered_at or need.submitted_at,
            kind=_("Your need"),
            action_label=_("Answer"),
        )
        for need in queries.questions_to(user)
    ]
    items += [
        panels.WaitingItem(
            title=need.title,
            sentence=_("Recorded for %(unit)s; it waits for an answer.") % {"unit": need.unit.name},
            url=need.get_absolute_url(),
            since=need.submitted_at,
            kind=_("Triage"),
            action_label=_("Answer"),
        )
        for need in queue[:_SHOWN]
    ]
    if rest := queue[_SHOWN:]:
        more = queries.queue_length(user, limit=_COUNTED) - _SHOWN
        title = (
            _("And more than %(n)s further needs") % {"n": more - 1}
            if more + _SHOWN >= _COUNTED
            else ngettext("And %(n)s more need", "And %(n)s more needs", more) % {"n": more}
        )
        items.append(
            panels.WaitingItem(
                title=title,
                sentence=_("They wait for an answer, too."),
                url=reverse("innovation:triage"),
                since=rest[0].submitted_at,
                kind=_("Triage"),
                action_label=_("Open the queue"),
            )
        )
    return items


def search_hits(user: User, text: str) -> list[panels.SearchHit]:
    if not user.may(NeedsPermission.READ):
        return []
    needs = Need.objects.visible_to(user).matching(text[:200]).for_list().order_by("-id")
    return [
        panels.SearchHit(
            title=need.title,
            sentence=f"{need.unit.name} · {need.get_status_display()}",
            url=need.get_absolute_url(),
            kind=_("Need"),
        )
        for need in needs[:_HITS]
    ]


def of_unit(user: User, unit: Unit) -> panels.Panel | None:
    """The open needs of a unit and below, on its page: those that most people share."""
    within = unit.descendants(include_self=True).values("pk")
    needs = Need.objects.visible_to(user).filter(unit__in=within).exclude(status__in=SETTLED)
    rows = list(needs.for_list().order_by("-voice_count", "-id")[:_SHOWN])
    context = {"rows": rows, "unit": unit}
    return panels.Panel(_("Needs"), "innovation/needs/_of_unit.html", context) if rows else None


def keeps_open(unit: Unit) -> list[str]:
    """What stands in the way of closing a unit."""
    count = unit.needs.exclude(status__in=SETTLED).count()
    if not count:
        return []
    return [
        ngettext("%(n)s need is open in it.", "%(n)s needs are open in it.", count) % {"n": count}
    ]
