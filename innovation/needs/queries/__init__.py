"""Reading needs: what resembles a text, what waits for an answer, who shares one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Q

from innovation.audit import actions as audit
from innovation.needs.models import Need, Voice, VoiceQuerySet
from innovation.needs.queries.resembling import (
    ANSWERED_NO,
    CLOSE,
    WORTH_SHOWING,
    AnsweredNeed,
    Likeness,
    answered_no,
    likeness,
    similar,
)
from innovation.needs.room import NeedsPermission
from innovation.needs.states import NeedStatus
from innovation.people.models import Unit, User, UserQuerySet
from innovation.web.keys import key_of
from innovation.workflow.models import StateChange

__all__ = [
    "ANSWERED_NO",
    "AnsweredNeed",
    "Likeness",
    "Queue",
    "Share",
    "answered_no",
    "last_changes",
    "likeness",
    "merge_targets",
    "notes_on",
    "other_units",
    "people_behind",
    "question_to",
    "questions_to",
    "queue_head",
    "queue_length",
    "queue_of",
    "shares",
    "similar",
    "within",
]


@dataclass(frozen=True)
class Queue:
    """What waits for the innovation office. Counting stops at `limit`, where `exact` is False."""

    first: int  # wait for a first answer
    late: int  # of these, past the promise
    returned: int  # came back with an answer or were reopened
    exact: bool


def queue_of(user: User, *, late_before: datetime, limit: int = 1000) -> Queue:
    """How much waits for this person's answer. One query."""
    waiting = Need.objects.in_triage_of(user).order_by("id")[: limit + 1]
    counted = Need.objects.filter(pk__in=waiting.values("pk")).aggregate(
        first=Count("pk", filter=Q(first_answered_at=None)),
        late=Count("pk", filter=Q(first_answered_at=None, submitted_at__lt=late_before)),
        returned=Count("pk", filter=Q(first_answered_at__isnull=False)),
    )
    total = counted["first"] + counted["returned"]
    return Queue(**counted, exact=total <= limit)


def questions_to(user: User) -> list[Need]:
    """The person's own needs about which the office has asked something, oldest first."""
    asked = Need.objects.filter(status=NeedStatus.NEEDS_INFORMATION, submitted_by=user.pk)
    return list(asked.for_list().order_by("id")[:50])


def queue_head(user: User, *, limit: int) -> list[Need]:
    """The first needs of the person's queue, oldest first."""
    if not user.may(NeedsPermission.TRIAGE):
        return []
    return list(Need.objects.in_triage_of(user).for_list().order_by("id")[:limit])


def queue_length(user: User, *, limit: int) -> int:
    """How many needs wait in the person's queue; counting stops at `limit`."""
    return Need.objects.in_triage_of(user).order_by()[:limit].count()


def last_changes(needs: Iterable[Need]) -> dict[int, datetime]:
    """When each need last changed its status, by its key; those that never did are left out."""
    by_ref = {audit.ref(need): need.pk for need in needs}
    rows = (
        StateChange.objects.filter(subject__in=by_ref)
        .order_by()
        .values("subject")
        .annotate(latest=Max("at"))
    )
    return {by_ref[row["subject"]]: row["latest"] for row in rows}


def other_units(needs: Iterable[Need]) -> dict[int, int]:
    """For each need with voices, from how many units other than its own they come. One query."""
    rows = (
        Voice.objects.filter(need__in=list(needs))
        .exclude(unit=F("need__unit"))
        .order_by()
        .values("need_id")
        .annotate(units=Count("unit", distinct=True))
    )
    return {row["need_id"]: row["units"] for row in rows}


def people_behind(voices: VoiceQuerySet) -> UserQuerySet:
    """Whom to tell of what these voices are for: to be told, never to be shown."""
    named = Q(pk__in=voices.filter(person__isnull=False).values("person"))
    unnamed = voices.filter(author_of__isnull=False).values("author_of__submitted_by")
    return User.objects.active().filter(named | Q(pk__in=unnamed))


@dataclass(frozen=True)
class Share:
    """A unit and how many of its people said "this affects me too"."""

    unit: str
    voices: int


def shares(need: Need, *, limit: int = 8) -> list[Share]:
    """Where a need's voices come from, most first. No names: a voice may be an author's who asked
    not to be named and whose need was merged into this one."""
    rows = (
        Voice.objects.filter(need=need)
        .order_by()
        .values("unit__name")
        .annotate(voices=Count("pk"))
        .order_by("-voices", "unit__name")[:limit]
    )
    return [Share(row["unit__name"] or "", row["voices"]) for row in rows]


def notes_on(need: Need, *, limit: int = 20) -> list[Voice]:
    """What people wrote beside their voice, newest first; read once for a need that is at hand."""
    known: dict[int, list[Voice]] = need.__dict__.setdefault("_notes", {})
    if limit not in known:
        voices = Voice.objects.filter(need=need).exclude(note="").select_related("person", "unit")
        known[limit] = list(voices.order_by("-at", "-pk")[:limit])
    return known[limit]


def merge_targets(
    user: User, need: Need, *, text: str = "", chosen: str = "", limit: int = 6
) -> list[Need]:
    """Needs that `need` could be merged into: the one chosen already, then those in which the
    words of `text` occur or, without a text, those that resemble it."""
    open_ones = Need.objects.visible_to(user).filter(status__in=WORTH_SHOWING).exclude(pk=need.pk)
    kept: list[Need] = []
    if (key := key_of(chosen)) is not None:
        kept = list(open_ones.filter(pk=key).for_list())
    if text.strip():
        found = list(
            open_ones.matching(text[:200]).for_list().order_by("-voice_count", "-id")[:limit]
        )
    else:
        text = f"{need.title}\n{need.problem}"
        found = similar(user, text, limit=limit, but=need, close=CLOSE / 2)
    return [*kept, *(other for other in found if other not in kept)]


def question_to(need: Need) -> StateChange | None:
    """The question that the need's author has not answered yet."""
    if need.status != NeedStatus.NEEDS_INFORMATION:
        return None
    return StateChange.objects.of(audit.ref(need)).filter(verb="ask").first()


def within(unit_id: int) -> set[int]:
    """The unit and everything below it, by key."""
    below = Unit.objects.descendants(unit_id, include_self=True)
    return set(below.values_list("pk", flat=True))
