"""What resembles a text: needs, and whatever else of the house is searched by the same words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Case, FloatField, Value, When
from django.db.models.functions import Cast

from innovation.audit import actions as audit
from innovation.needs.models import Need
from innovation.needs.states import NeedStatus
from innovation.people.models import User
from innovation.workflow.models import StateChange

# Statuses that somebody who is about to record the same thing should see.
WORTH_SHOWING = (
    NeedStatus.SUBMITTED,
    NeedStatus.IN_TRIAGE,
    NeedStatus.NEEDS_INFORMATION,
    NeedStatus.ACCEPTED,
    NeedStatus.IN_PILOT,
    NeedStatus.MET,
    NeedStatus.NOT_SHOWN,
)
# What was answered with a no, and by which verb: its reason is what the next author should read.
ANSWERED_NO = {NeedStatus.DECLINED: "decline", NeedStatus.NOT_MET: "fail"}
_MOST_TERMS = 12
# As many rows as one search may weigh, so that it stays quick among 100,000 needs.
_CANDIDATES = 3_000
# Two texts resemble each other from this share of what the words of the first tell.
CLOSE = 0.3
_RAREST = 0.0005
# Among few needs a word that half of them use is no common word yet: a share counts as if so many
# more needs, all without the word, were there.
_UNSEEN = 10
_LONGEST = 2000


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


@dataclass(frozen=True)
class Likeness:
    """The telling words of a text, by which rows with a `search` column are compared with it."""

    terms: tuple[_Term, ...]
    selective: str  # which rows are looked at; empty where the words tell nothing

    def closest(self, rows: Any, *, close: float = CLOSE) -> Any:
        """The rows that say something like it, each with its `closeness`: the share of what the text's
        words tell (rare words tell more, as in any library's index) that the row says too."""
        if not self.selective:
            return rows.none().annotate(closeness=Value(0.0, output_field=FloatField()))
        told = sum(term.weight for term in self.terms)
        matches = [When(search=_Terms(term.quoted), then=Value(term.weight)) for term in self.terms]
        shared = sum(
            (Case(match, default=Value(0.0)) for match in matches),
            start=Value(0.0, output_field=FloatField()),
        )
        return (
            rows.filter(search=_Terms(self.selective))
            .annotate(closeness=Cast(shared, FloatField()) / Value(told))
            .filter(closeness__gte=close if len(self.terms) > 1 else 0.99)
        )


def likeness(text: str) -> Likeness:
    """What of a text tells something. One query."""
    terms = _terms(text[:_LONGEST])
    return Likeness(tuple(terms), _selective(terms))


def similar(
    user: User,
    text: str | Likeness,
    *,
    limit: int = 5,
    but: Need | None = None,
    close: float = CLOSE,
) -> list[Need]:
    """Needs that this person may read and that say something like `text`, the closest first.

    Two queries, whatever the number of needs; one where the likeness is known already.
    """
    like = likeness(text) if isinstance(text, str) else text
    rows: Any = Need.objects.visible_to(user).with_own_voice(user)
    rows = like.closest(rows.filter(status__in=WORTH_SHOWING), close=close).for_list()
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    return list(rows.order_by("-closeness", "-voice_count", "-id")[:limit])


@dataclass(frozen=True)
class AnsweredNeed:
    """A need that was answered with a no, and the reason that was given for it."""

    need: Need
    reason: StateChange | None


def answered_no(user: User, like: Likeness, *, limit: int = 2) -> list[AnsweredNeed]:
    """Needs that this person may read, that say something like it, and that were declined or not met, each with
    the reason. Two queries."""
    rows: Any = Need.objects.visible_to(user).filter(status__in=list(ANSWERED_NO))
    found = list(like.closest(rows).for_list().order_by("-closeness", "-id")[:limit])
    if not found:
        return []
    changes = StateChange.objects.filter(
        subject__in=[audit.ref(need) for need in found], verb__in=ANSWERED_NO.values()
    )
    latest = {change.subject: change for change in changes.order_by("id")}
    return [AnsweredNeed(need, latest.get(audit.ref(need))) for need in found]


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
