"""Reading needs: what resembles a text, what waits for an answer, who shares one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Case, Count, F, FloatField, Max, Q, Value, When
from django.db.models.functions import Cast

from innovation.audit import actions as audit
from innovation.needs.models import Need, Voice, VoiceQuerySet
from innovation.needs.room import NeedsPermission
from innovation.needs.states import NeedStatus
from innovation.people.models import Unit, User, UserQuerySet
from innovation.web.keys import key_of
from innovation.workflow.models import StateChange

# Statuses that somebody who is about to record the same thing should see.
_WORTH_SHOWING = (
    NeedStatus.SUBMITTED,
    NeedStatus.IN_TRIAGE,
    NeedStatus.NEEDS_INFORMATION,
    NeedStatus.ACCEPTED,
    NeedStatus.IN_PILOT,
    NeedStatus.MET,
    NeedStatus.NOT_SHOWN,
)
_MOST_TERMS = 12
# As many rows as one search may weigh, so that it stays quick among 100,000 needs.
_CANDIDATES = 3_000
# Two texts resemble each other from this share of what the words of the first tell.
_CLOSE = 0.3
_RAREST = 0.0005
# Among few needs a word that half of them use is no common word yet: a share counts as if so many
# more needs, all without the word, were there.
_UNSEEN = 10


@dataclass(frozen=True)
class _Term:
    lexeme: str
    share: float  # of all needs that contain it
    needs: float  # how many needs there are, roughly

    @property
    def weight(self) -> float:
        """How much it tells: a word that everybody uses tells little. One that the statistics do
        not know is rare, though among few needs that means less than among many."""
        needs = max(self.needs, 0)
        rarest = max(_RAREST, 1 / (2 * needs + 1)) if needs else _RAREST
        share = self.share * needs / (needs + _UNSEEN)
        return math.log(1 / min(max(share, rarest), 0.9))

    @property
    def quoted(self) -> str:
        escaped = self.lexeme.replace("\\", "\\\\").replace("'", "''")
        return f"'{escaped}'"


class _Terms(SearchQuery):
    """Lexemes as they stand in the index; they were stemmed already."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def as_sql(self, *args: object, **kwargs: object) -> Any:
        return "%s::tsquery", [self.text]


def similar(
    user: User, text: str, *, limit: int = 5, but: Need | None = None, close: float = _CLOSE
) -> list[Need]:
    """Needs that this person may read and that say something like `text`, the closest first.

    Closeness is the share of what the text's words tell (rare words tell more, as in any library's
    index) that the need says too. Two queries, whatever the number of needs.
    """
    terms = _terms(text[:2000])
    selective = _selective(terms)
    if not selective:
        return []
    told = sum(term.weight for term in terms)
    matches = [When(search=_Terms(term.quoted), then=Value(term.weight)) for term in terms]
    shared = sum(
        (Case(match, default=Value(0.0)) for match in matches),
        start=Value(0.0, output_field=FloatField()),
    )
    rows: Any = Need.objects.visible_to(user).with_own_voice(user)
    rows = (
        rows.filter(status__in=_WORTH_SHOWING, search=_Terms(selective))
        .annotate(closeness=Cast(shared, FloatField()) / Value(told))
        .filter(closeness__gte=close if len(terms) > 1 else 0.99)
        .for_list()
        .order_by("-closeness", "-voice_count", "-id")
    )
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    return list(rows[:limit])


def _terms(text: str) -> list[_Term]:
    """The words of a text as the index knows them, the rarest first; how common each is comes
    from the statistics that PostgreSQL keeps about the column."""
    if "\x00" in text:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT word.lexeme, COALESCE(known.share, 0), COALESCE(needs.reltuples, 0)
            FROM unnest(to_tsvector('english', %(text)s)) AS word
            LEFT JOIN pg_class needs ON needs.oid = to_regclass(%(table)s)
            LEFT JOIN (
                SELECT unnest(most_common_elems::text::text[]) AS lexeme,
                       unnest(most_common_elem_freqs) AS share
                FROM pg_stats
                WHERE schemaname = current_schema()
                  AND tablename = %(table)s AND attname = 'search'
            ) AS known ON known.lexeme = word.lexeme
            ORDER BY 2, length(word.lexeme) DESC, 1
            LIMIT %(most)s
            """,
            {"text": text, "table": Need._meta.db_table, "most": _MOST_TERMS},
        )
        return [_Term(*row) for row in cursor.fetchall()]


def _selective(terms: Sequence[_Term]) -> str:
    """A query for the candidates: any of the rare words while few needs contain them; where all
    are common, as many of them together as few needs contain; empty where even all of them tell
    nothing."""
    if not terms:
        return ""
    chosen: list[str] = []
    expected = 0.0
    for term in terms:
        expected += term.share * term.needs
        if expected > _CANDIDATES:
            break
        chosen.append(term.quoted)
    if chosen:
        return " | ".join(chosen)
    expected = terms[0].needs
    for term in terms:
        chosen.append(term.quoted)
        expected *= term.share
        if expected <= _CANDIDATES:
            return " & ".join(chosen)
    return ""


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
    """What people wrote beside their voice, newest first."""
    voices = Voice.objects.filter(need=need).exclude(note="").select_related("person", "unit")
    return list(voices.order_by("-at", "-pk")[:limit])


def merge_targets(
    user: User, need: Need, *, text: str = "", chosen: str = "", limit: int = 6
) -> list[Need]:
    """Needs that `need` could be merged into: the one chosen already, then those in which the
    words of `text` occur or, without a text, those that resemble it."""
    open_ones = Need.objects.visible_to(user).filter(status__in=_WORTH_SHOWING).exclude(pk=need.pk)
    kept: list[Need] = []
    if (key := key_of(chosen)) is not None:
        kept = list(open_ones.filter(pk=key).for_list())
    if text.strip():
        found = list(
            open_ones.matching(text[:200]).for_list().order_by("-voice_count", "-id")[:limit]
        )
    else:
        text = f"{need.title}\n{need.problem}"
        found = similar(user, text, limit=limit, but=need, close=_CLOSE / 2)
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
