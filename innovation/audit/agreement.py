"""Whether what the tables hold is what the log tells of them.

Whoever owns the tables can edit an amount past every trigger; the chain of events would have to be
written anew for the two to agree. Rooms whose rows the log tells of say in their `comparisons.py`
how the two are laid beside each other; `innovation/integrity` asks all of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

AT_ONCE = 1000
# How a statement of a comparison names its first row, which says how much was looked at.
SUMMARY = ""


@dataclass(frozen=True)
class LogDifference:
    """One place where a table and the log part: its kind, and what its sentence names."""

    kind: str
    values: dict[str, Any]


@dataclass
class ComparedSoFar:
    """How much was compared; filled as the differences are read."""

    compared: int = 0
    before: int = 0  # from before events said enough
    since: datetime | None = None  # the first event that says enough


Params = Mapping[str, str | list[str]]
Finder = Callable[[ComparedSoFar], Iterator[LogDifference]]
# Rows that no event tells of cannot become more: whoever dates theirs back is found by the count.
MORE_BEFORE = "more before"
_MORE = gettext_lazy(
    "%(now)s rows are said to be from before the log told enough of them; there were %(then)s."
)


@dataclass(frozen=True)
class Comparison:
    """What is laid beside the log, and how; a sentence for each kind of difference."""

    key: str
    label: str | Promise
    find: Finder
    sentences: Mapping[str, str | Promise]

    def in_words(self, kind: str, values: Mapping[str, Any]) -> str:
        sentence = _MORE if kind == MORE_BEFORE else self.sentences[kind]
        return str(sentence) % values


def by_statement(sql: str, params: Params | None = None) -> Finder:
    """A comparison that the database makes in one statement, so that rows and events are of one
    moment. Each row of it is the kind of a difference and its values; the summary is of the kind ''
    and says `compared`, `before` and `since`."""

    def find(so_far: ComparedSoFar) -> Iterator[LogDifference]:
        for kind, values in streamed(sql, params):
            told = json.loads(values)
            if kind == SUMMARY:
                so_far.compared += told["compared"]
                so_far.before += told.get("before") or 0
                if told.get("since"):
                    so_far.since = datetime.fromisoformat(told["since"])
                continue
            yield LogDifference(kind, told)

    return find


def streamed(sql: str, params: Params | None = None) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement, some thousand at a time: memory does not grow with them."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows
