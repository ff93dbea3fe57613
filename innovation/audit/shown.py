"""Which words of an event its reader is shown, for the database: a search that also looked at the
others would answer what the page leaves out.

Seen on 2026-11-28: whoever audits one hospital was not shown the title of another's need, and found
by searching for it, word by word, what it was; a name that had been taken away was found the same way.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Concat

# Things that are called by somebody's address, by what references call them, and the column.
CALLED_BY_ADDRESS = {"invitation": "email"}
NO_ADDRESS = "@invalid"
# Details of events of pilots that held a person's name as plain text until 2026-11-28.
PEOPLE_IN_PLAIN = ("lead", "person")


class _KeyOf(models.Func):
    """The key in a reference of this noun; null in any other."""

    output_field = models.BigIntegerField()
    template = "substring(%(expressions)s from '^%(noun)s:([0-9]{1,18})$')::bigint"


class _NamesSomebodyFormer(models.Func):
    """Whether details name somebody whose name was taken away, or a person as plain text."""

    output_field = models.BooleanField()
    template = """(EXISTS (
        SELECT 1 FROM jsonb_path_query(%(expressions)s, '$.*.ref') named
        JOIN innovation_user former ON former.anonymised_at IS NOT NULL
        AND former.id = substring(named #>> '{}' from '^person:([0-9]{1,18})$')::bigint
    ) OR jsonb_path_exists(%(expressions)s, '$.lead ? (@.type() == "string")')
    OR jsonb_path_exists(%(expressions)s, '$.person ? (@.type() == "string")'))"""


def _is_former(reference: str) -> Exists:
    key: Any = _KeyOf(OuterRef(reference), noun="person")
    return Exists(get_user_model()._base_manager.filter(pk=key, anonymised_at__isnull=False))


def _has_no_address(reference: str) -> Q:
    rule = Q()
    for noun, column in CALLED_BY_ADDRESS.items():
        key: Any = _KeyOf(OuterRef(reference), noun=noun)
        rows = apps.get_model("innovation", noun)._base_manager
        rule |= Q(Exists(rows.filter(pk=key, **{f"{column}__endswith": NO_ADDRESS})))
    return rule


def _unless(hidden: Q, words: Any) -> Case:
    return Case(When(hidden, then=Value("")), default=words, output_field=TextField())


def words_shown(*, whole: bool) -> SearchVector:
    """Who did it, what it is about, and what was said; of one who reads events `whole`, all details."""
    subject_gone = Q(_is_former("subjects__0"))
    said: list[Any] = [
        _unless(Q(_is_former("actor")), F("actor_name")),
        _unless(subject_gone | _has_no_address("subjects__0"), F("subject_name")),
        KeyTextTransform("reason", "details"),
        KeyTextTransform("name", KeyTransform("role", "details")),
    ]
    if whole:
        hidden = subject_gone | Q(_NamesSomebodyFormer(F("details")))
        said.append(_unless(hidden, Cast("details", TextField())))
    parts: list[Any] = []
    for words in said:
        parts += [Coalesce(words, Value(""), output_field=TextField()), Value(" ")]
    return SearchVector(Concat(*parts, output_field=TextField()), config="simple")
