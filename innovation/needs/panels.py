"""What needs put on other pages: what waits for somebody, and what a search finds."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.audit import actions as audit
from innovation.needs import permissions, queries
from innovation.needs.models import Need
from innovation.needs.room import NeedsPermission
from innovation.needs.states import BECAME_A_PILOT, SETTLED
from innovation.people.models import Unit, User
from innovation.rules import dates
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


def skills_earned(user: User, people: Collection[int]) -> list[panels.EarnedSkill]:
    """Who shared a need, by name, that became a pilot. What was shared without a name earns nothing that
    anybody sees, not even its author: it would stand on their page."""
    needs = Need.objects.visible_to(user).filter(
        submitted_by__in=people, anonymous=False, status__in=BECAME_A_PILOT
    )
    return [
        panels.EarnedSkill(
            person=need.submitted_by_id,
            skill="noticing",
            did=_("Shared a need that became a pilot"),
            about=need.title,
            url=need.get_absolute_url(),
            on=dates.day_of(need.submitted_at),
        )
        for need in needs.only("submitted_by", "title", "submitted_at")
    ]


def help_subjects(user: User, refs: Collection[str]) -> list[panels.HelpSubject]:
    """Needs that help may be called for: by who shared one with their name, and by the office."""
    keys = panels.keys_of(refs, "need")
    if not keys:
        return []
    needs = Need.objects.visible_to(user).filter(pk__in=keys).for_list()
    return [_help_subject(user, need) for need in needs]


def help_subject(user: User, thing: object) -> panels.HelpSubject | None:
    """The same of a need whose page this person has before them."""
    return _help_subject(user, thing) if isinstance(thing, Need) else None


def _help_subject(user: User, need: Need) -> panels.HelpSubject:
    return panels.HelpSubject(
        ref=audit.ref(need),
        thing=need,
        kind=_("Need"),
        title=need.title,
        url=need.get_absolute_url(),
        unit_id=need.unit_id,
        goes_on=need.status not in SETTLED,
        why_not=_why_no_call(user, need),
    )


def _why_no_call(user: User, need: Need) -> str:
    if permissions.can_triage(user, need):
        return ""
    if need.submitted_by_id != user.pk:
        return _("Whoever shared the need calls for help with it, and the innovation office.")
    if need.anonymous:
        return _(
            "You shared it without your name, and a call would show it. Ask the office to call."
        )
    return ""
