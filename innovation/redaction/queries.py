"""Where words stand, as far as an administrator reaches; and whose a reported page is."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.urls import Resolver404, resolve
from psycopg import sql

from innovation import house
from innovation.audit.sentences import address
from innovation.people.models import Unit, User
from innovation.redaction import places, words
from innovation.redaction.places import FilePlace, TextTable
from innovation.redaction.room import RedactionPermission

# Files are opened one by one, the newest first, for so many seconds of a page.
PATIENCE = 10.0
FILES_AT_ONCE = 20
SHOWN = 5


@dataclass
class FoundText:
    """Rows of one table in which the words stand, and in which of its columns."""

    table: TextTable
    keys: dict[str, list[int]] = field(default_factory=dict)

    @property
    def rows(self) -> list[int]:
        return sorted({key for keys in self.keys.values() for key in keys})


@dataclass
class FoundFiles:
    place: FilePlace
    keys: list[int] = field(default_factory=list)


@dataclass
class Found:
    """Everything that was found, and how many files were not opened in the time there was."""

    texts: list[FoundText]
    files: list[FoundFiles]
    unopened: int = 0

    @property
    def count(self) -> int:
        return sum(len(one.rows) for one in self.texts) + sum(len(one.keys) for one in self.files)

    @property
    def by_place(self) -> list[tuple[str, int]]:
        told = [(one.table.name, len(one.rows)) for one in self.texts]
        return told + [(str(one.place.name), len(one.keys)) for one in self.files]

    @property
    def pages(self) -> list[tuple[str, int, list[tuple[str, str]]]]:
        """What, how many, and the first pages on which they are read, for whoever looks first."""
        found = [
            (one.table.name, len(one.rows), _pages_of(one.table.label, one.rows))
            for one in self.texts
        ]
        return found + [
            (str(one.place.name), len(one.keys), _pages_of(one.place.label, one.keys))
            for one in self.files
        ]


def found(said: str, *, by: User) -> Found:
    reach = Reached(by)
    texts = []
    for table in places.tables():
        one = FoundText(table)
        for column, keys in _keys_in(table, said).items():
            if own := reach.of(table.label, keys):
                one.keys[column] = own
        if one.keys:
            texts.append(one)
    files, unopened = _files_with(said, reach)
    return Found(texts, files, unopened)


def _keys_in(table: TextTable, said: str) -> dict[str, list[int]]:
    """By column, the rows that would read otherwise without the words."""
    pattern, coarse = words.pattern_of(said), words.coarse_pattern_of(said)
    columns = [(name, sql.Identifier(table.column(name))) for name in table.columns]
    changed = [
        sql.SQL("{0} IS DISTINCT FROM innovation_without({0}, %s)").format(column)
        for _name, column in columns
    ]
    maybe = [sql.SQL("{}::text ~* %s").format(column) for _name, column in columns]
    asked = sql.SQL("SELECT {}, {} FROM {} WHERE {}").format(
        sql.Identifier(str(table.model._meta.pk.column)),
        sql.SQL(", ").join(changed),
        sql.Identifier(table.model._meta.db_table),
        sql.SQL(" OR ").join(maybe),
    )
    found: dict[str, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(asked, [*[pattern] * len(columns), *[coarse] * len(columns)])
        for key, *hits in cursor.fetchall():
            for (name, _column), hit in zip(columns, hits, strict=True):
                if hit:
                    found[name].append(key)
    return found


class Reached:
    """Which rows are of the units in which somebody takes words out."""

    def __init__(self, user: User) -> None:
        self.units = user.reach(RedactionPermission.TAKE_OUT)
        held = user.units(RedactionPermission.TAKE_OUT, closed=True)
        self.root = held.filter(parent=None).exists()

    def of(self, label: str, keys: Sequence[int]) -> list[int]:
        model = apps.get_model(label)
        rows = model._base_manager.filter(pk__in=keys)
        rule = places.within(label, self.units, root=self.root and label not in places.BY_REFERENCE)
        own = set(rows.filter(rule).values_list("pk", flat=True))
        if column := places.BY_REFERENCE.get(label):
            refs = dict(rows.values_list("pk", column))
            seen = self._refs(set(refs.values()))
            own |= {pk for pk, ref in refs.items() if ref in seen}
        return sorted(own)

    def _refs(self, refs: set[str]) -> set[str]:
        by_noun: dict[str, set[int]] = defaultdict(set)
        for ref in refs:
            noun, _colon, key = ref.partition(":")
            if key.isdecimal():
                by_noun[noun].add(int(key))
        seen = set()
        for model in apps.get_models():
            noun = "person" if model is User else str(model._meta.model_name)
            if keys := by_noun.get(noun):
                if model is User:
                    own = User.objects.filter(pk__in=keys, unit_id__within=self.units)
                    seen |= {f"{noun}:{pk}" for pk in own.values_list("pk", flat=True)}
                else:
                    rule = places.within(model._meta.label, self.units, root=self.root)
                    kept = model._base_manager.filter(rule, pk__in=keys)
                    seen |= {f"{noun}:{pk}" for pk in kept.values_list("pk", flat=True)}
        return seen


def _files_with(said: str, reach: Reached) -> tuple[list[FoundFiles], int]:
    pattern, until = words.compiled(said), time.monotonic() + PATIENCE
    found, unopened = [], 0
    for place in places.files():
        model = apps.get_model(place.label)
        rule = places.within(place.label, reach.units, root=reach.root)
        keys = list(
            model._base_manager.filter(rule).order_by("-pk").values_list("pk", flat=True).distinct()
        )
        one = FoundFiles(place)
        for row in _rows(place, keys):
            if time.monotonic() > until:
                unopened += len(keys) - keys.index(row.pk)
                break
            if place.holds(row, pattern):
                one.keys.append(row.pk)
        if one.keys:
            found.append(one)
    return found, unopened


def _rows(place: FilePlace, keys: list[int]) -> Iterator[Model]:
    model = apps.get_model(place.label)
    for first in range(0, len(keys), FILES_AT_ONCE):
        some = model._base_manager.filter(pk__in=keys[first : first + FILES_AT_ONCE])
        yield from some.only(*place.columns).order_by("-pk")


def _pages_of(label: str, keys: Sequence[int]) -> list[tuple[str, str]]:
    told = {}
    for ref, title in _refs_of(label, keys):
        if (page := address(ref)) and page not in told:
            told[page] = title
        if len(told) == SHOWN:
            break
    return list(told.items())


def refs_of(label: str, keys: Sequence[int]) -> Iterator[str]:
    """What the rows are read on the pages of: themselves, or the nearest thing that has a page."""
    return (ref for ref, _title in _refs_of(label, keys))


def _refs_of(label: str, keys: Sequence[int]) -> Iterator[tuple[str, str]]:
    model = apps.get_model(label)
    nouns = {noun.reference or noun.name: str(noun.label) for noun in _nouns() if noun.page}
    if label == places.LAST:
        events = model._base_manager.filter(pk__in=keys).values_list("subjects", flat=True)
        for subjects in events:
            yield subjects[0], f"{subjects[0]}"
        return
    if column := places.BY_REFERENCE.get(label):
        for ref in model._base_manager.filter(pk__in=keys).values_list(column, flat=True):
            yield ref, ref
        return
    own = str(model._meta.model_name)
    if own in nouns:
        for key in keys:
            yield f"{own}:{key}", f"{own}:{key}"
        return
    for path, noun in _ways_to_a_page(model, set(nouns)):
        found = model._base_manager.filter(pk__in=keys).values_list(path, flat=True).distinct()
        for key in found:
            if key is not None:
                yield f"{noun}:{key}", f"{noun}:{key}"
        return


def _ways_to_a_page(model: type[Model], nouns: set[str]) -> Iterator[tuple[str, str]]:
    """The shortest first."""
    level: list[tuple[str, type[Model]]] = [("", model)]
    for _step in range(places.FURTHEST):
        level = [
            (f"{path}{relation.name}__", relation.related_model)
            for path, of in level
            for relation in places._relations(of)
            if relation.related_model is not Unit
        ]
        for path, of in level:
            if (name := str(of._meta.model_name)) in nouns:
                yield path.removesuffix("__"), name


def _nouns() -> list[house.Noun]:
    return [noun for plate in house.plates().values() for noun in plate.nouns]


# ---- pages that are told of


def path_of(text: str) -> str:
    """The address of a page of ours without what was asked of it; empty where it is none."""
    path = text.partition("?")[0].partition("#")[0][:200]
    if not path.startswith("/") or path.startswith("//"):
        return ""
    try:
        resolve(path)
    except Resolver404:
        return ""
    return path


def thing_on(path: str, *, user: User) -> tuple[Model | None, int | None]:
    """What a page is about, where the person may see it, and of which unit it is."""
    match = resolve(path)
    pk = match.kwargs.get("pk")
    for noun in _nouns():
        if noun.page != match.view_name or not isinstance(pk, int):
            continue
        name = noun.reference or noun.name
        for model in apps.get_models():
            visible = getattr(model._default_manager, "visible_to", None)
            if model._meta.model_name == name and visible is not None:
                thing = visible(user).filter(pk=pk).first()
                return thing, None if thing is None else _unit_of(thing)
    return None, None


def _unit_of(thing: Model) -> int | None:
    for path in places.paths_to_unit(thing._meta.label):
        rows = type(thing)._base_manager.filter(pk=thing.pk).values_list(f"{path}", flat=True)
        if (unit := rows.first()) is not None:
            return int(unit)
    return None


def told_of(unit: Unit) -> list[User]:
    """Who takes words out there."""
    return list(User.objects.holding(RedactionPermission.TAKE_OUT, unit))
